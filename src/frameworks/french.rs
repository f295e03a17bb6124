//! How a reader is told what an indicator and its measure say: words of the interface, where the
//! words of the texts are those of `source`. Pure.

use super::{DataYear, DeliveryStatus, Due, DueRule, DueState, Frequency, Limit, Method, Supply};
use crate::kernel::MONTHS;

fn month(month: i8) -> &'static str {
    let rank = usize::try_from(month).ok().and_then(|n| n.checked_sub(1));
    rank.and_then(|rank| MONTHS.get(rank))
        .copied()
        .unwrap_or("?")
}

fn ordinal(n: i8) -> String {
    if n == 1 {
        "1er".to_owned()
    } else {
        n.to_string()
    }
}

impl Method {
    /// How attainment is computed, in words.
    pub fn french(self) -> &'static str {
        match self {
            Self::Progression => "Progression : chemin parcouru de la valeur initiale à la cible",
            Self::Ratio => "Ratio : valeur rapportée à la cible",
            Self::Floor => "Plancher : atteinte dès que la valeur est au moins à la cible",
            Self::Ceiling => "Plafond : atteinte tant que la valeur ne dépasse pas la cible",
            Self::Corridor => "Couloir : atteinte quand la valeur est dans l’intervalle",
            Self::YesNo => "Oui ou non : atteinte quand la réponse est celle de la cible",
            Self::None => "Aucune : l’atteinte n’est pas calculée",
        }
    }
}

impl Frequency {
    /// How often, in words.
    pub fn french(self) -> &'static str {
        match self {
            Self::Yearly => "Annuelle",
            Self::HalfYearly => "Semestrielle",
            Self::Quarterly => "Trimestrielle",
            Self::ThreeTimesAYear => "Trois fois par an",
            Self::Monthly => "Mensuelle",
        }
    }
}

impl Supply {
    /// How values come, in words.
    pub fn french(self) -> &'static str {
        match self {
            Self::National => "Nationale : un fournisseur pour toutes les régions",
            Self::Agency => "Par chaque ARS",
            Self::Establishment => "Par chaque établissement",
            Self::DirectAccess => "En accès direct : consultée ailleurs, non chargée",
        }
    }
}

impl Due {
    /// When values are due, in words: `avril N+1 au plus tard, pour les données N`.
    pub fn french(&self) -> String {
        match self.state {
            DueState::Fixed => {}
            DueState::ToBeSpecified => return "à préciser, selon le document".to_owned(),
            DueState::DirectAccess => return "aucune : accès direct".to_owned(),
            DueState::Event => return "après un événement : étude, enquête…".to_owned(),
            DueState::NotStated => return "non indiquée par le document".to_owned(),
        }
        let rules: Vec<String> = self.rules.iter().map(DueRule::french).collect();
        let data = match self.data {
            None => "",
            Some(DataYear::Same) => ", pour les données N",
            Some(DataYear::Before) => ", pour les données N-1",
        };
        format!("{}{data}", rules.join(" ; "))
    }
}

impl DueRule {
    /// A limit, in words: `de mars à avril N+1`.
    pub fn french(&self) -> String {
        let year = match self.years_after {
            0 => "N".to_owned(),
            after => format!("N+{after}"),
        };
        let limit = match self.limit {
            Limit::Month(only) => format!("{} {year} au plus tard", month(only)),
            Limit::Months { from, to } => format!("de {} à {} {year}", month(from), month(to)),
            Limit::Quarter(quarter) => format!("{} trimestre {year}", quarter_word(quarter)),
            Limit::Day {
                day,
                month: of,
                plus_days: 0,
            } => format!("{} {} {year} au plus tard", ordinal(day), month(of)),
            Limit::Day {
                day,
                month: of,
                plus_days,
            } => format!(
                "{} {} {year}, plus {plus_days} jours",
                ordinal(day),
                month(of)
            ),
        };
        match self.status {
            None => limit,
            Some(DeliveryStatus::Provisional) => format!("{limit} (provisoire)"),
            Some(DeliveryStatus::Final) => format!("{limit} (définitive)"),
        }
    }
}

fn quarter_word(quarter: i8) -> String {
    match quarter {
        1 => "1er".to_owned(),
        n => format!("{n}e"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_rules_are_told_in_words() {
        let rule = |limit, years_after, status| DueRule {
            limit,
            years_after,
            status,
        };
        let mut due = Due {
            state: DueState::Fixed,
            data: Some(DataYear::Before),
            rules: vec![
                rule(Limit::Months { from: 3, to: 4 }, 1, None),
                rule(Limit::Quarter(1), 2, Some(DeliveryStatus::Final)),
            ],
            ..Due::default()
        };
        let told = "de mars à avril N+1 ; 1er trimestre N+2 (définitive), pour les données N-1";
        assert_eq!(due.french(), told);
        let day = |plus_days| Limit::Day {
            day: 1,
            month: 12,
            plus_days,
        };
        due.data = None;
        due.rules = vec![
            rule(Limit::Month(8), 0, Some(DeliveryStatus::Provisional)),
            rule(day(0), 1, None),
            rule(day(7), 0, None),
        ];
        let told = "août N au plus tard (provisoire) ; 1er décembre N+1 au plus tard ; 1er décembre N, plus 7 jours";
        assert_eq!(due.french(), told);
        due.state = DueState::NotStated;
        assert_eq!(due.french(), "non indiquée par le document");
    }
}
