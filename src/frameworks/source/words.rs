//! The French words of the text format, and the values they stand for.

use crate::frameworks::{
    ActKind, BandCase, Changeable, Choice, DataYear, DeliveryStatus, DueState, EligibilityScope,
    Frequency, LinkKind, Method, PartyKind, RuleLevel, Supply, TargetUse, Tone,
};
use crate::kernel::ValueKind;
use crate::measures::{Aggregation, Breakdown, Direction, Window};
use crate::platform::yaml::Worded;

macro_rules! words {
    ($($type:ty { $($word:literal => $value:expr),+ $(,)? })+) => {
        $(impl Worded for $type {
            fn words() -> impl Iterator<Item = (&'static str, Self)> {
                [$(($word, $value)),+].into_iter()
            }
        })+

        #[cfg(test)]
        #[test]
        fn every_value_has_its_own_word() {
            $({
                for (word, value) in <$type>::words() {
                    assert_eq!(value.word(), word);
                    assert!(<$type>::from_word(word) == Some(value));
                }
            })+
        }
    };
}

words! {
    ValueKind { "nombre" => Self::Number, "oui-non" => Self::YesNo, "texte" => Self::Text }
    Direction {
        "hausse" => Self::Higher,
        "baisse" => Self::Lower,
        "maintien" => Self::Maintain,
        "aucun" => Self::None,
    }
    Aggregation { "somme" => Self::Sum, "rapport" => Self::Ratio, "aucune" => Self::None }
    Window {
        "annee" => Self::Year,
        "douze-mois" => Self::TwelveMonths,
        "cumul-annuel" => Self::YearToDate,
        "instant" => Self::Instant,
        "scolaire" => Self::SchoolYear,
    }
    Breakdown {
        "sexe" => Self::Sex,
        "age" => Self::Age,
        "population" => Self::Population,
        "departement" => Self::Department,
    }
    TargetUse { "attendue" => Self::Expected, "possible" => Self::Possible, "jamais" => Self::Never }
    Choice { "commun" => Self::Common, "a-choisir" => Self::Chosen }
    PartyKind {
        "ministere" => Self::Ministry,
        "ars" => Self::Agency,
        "etablissement" => Self::Establishment,
        "collectivite" => Self::LocalAuthority,
        "autre" => Self::Other,
    }
    ActKind {
        "contrat" => Self::Contract,
        "avenant" => Self::Amendment,
        "actualisation" => Self::Update,
        "revision" => Self::Revision,
        "correction" => Self::Correction,
    }
    Changeable {
        "indicateurs" => Self::Indicators,
        "definitions" => Self::Definitions,
        "valeurs-initiales" => Self::Baselines,
        "cibles" => Self::Targets,
        "engagements" => Self::Commitments,
        "moyens" => Self::Means,
        "parties" => Self::Parties,
    }
    BandCase { "atteinte" => Self::Reached, "taux" => Self::Rate, "sans-taux" => Self::WithoutRate }
    Tone {
        "atteint" => Self::Reached,
        "proche" => Self::Near,
        "attention" => Self::Attention,
        "alerte" => Self::Alert,
        "recul" => Self::Setback,
    }
    RuleLevel {
        "obligatoire" => Self::Required,
        "principe" => Self::Principle,
        "definition" => Self::Definition,
    }
    Method {
        "progression" => Self::Progression,
        "ratio" => Self::Ratio,
        "plancher" => Self::Floor,
        "plafond" => Self::Ceiling,
        "couloir" => Self::Corridor,
        "oui-non" => Self::YesNo,
        "aucune" => Self::None,
    }
    LinkKind { "identique" => Self::Same, "revise" => Self::Revised, "apparente" => Self::Related }
    Frequency {
        "annuelle" => Self::Yearly,
        "semestrielle" => Self::HalfYearly,
        "trimestrielle" => Self::Quarterly,
        "trois-par-an" => Self::ThreeTimesAYear,
        "mensuelle" => Self::Monthly,
    }
    Supply {
        "nationale" => Self::National,
        "ars" => Self::Agency,
        "etablissement" => Self::Establishment,
        "acces-direct" => Self::DirectAccess,
    }
    DueState {
        "fixee" => Self::Fixed,
        "a-preciser" => Self::ToBeSpecified,
        "acces-direct" => Self::DirectAccess,
        "evenement" => Self::Event,
        "non-indiquee" => Self::NotStated,
    }
    DataYear { "N" => Self::Same, "N-1" => Self::Before }
    DeliveryStatus { "provisoire" => Self::Provisional, "definitive" => Self::Final }
    EligibilityScope {
        "tous" => Self::All,
        "conditions" => Self::Conditions,
        "nommes" => Self::Named,
        "non-precisee" => Self::Unspecified,
    }
}
