//! The fields of a correction: what each says of an indicator or of a measure, as a person reads
//! it and types it, and what typing it does. Pure.

use std::str::FromStr;

use super::due::{gaps_read, gaps_written, state_french};
use crate::frameworks::{DataYear, Frequency, Indicator, Method, Supply};
use crate::kernel::Decimal;
use crate::measures::{Aggregation, Direction, Measure, Window};
use crate::platform::yaml::Worded;

/// How a field is filled.
#[derive(Clone, Copy)]
pub(super) enum Control {
    /// A line of text.
    Line,
    /// Some lines of text.
    Lines,
    /// One of these words, each as it is told.
    Choice(fn() -> Vec<Choice>),
}

/// A word of the texts, and how a reader is told it.
pub(super) type Choice = (&'static str, &'static str);

/// A field of a thing.
pub(super) struct Spec<T: 'static> {
    /// Its key in the texts of frameworks.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What helps to fill it; empty where nothing is needed.
    pub hint: &'static str,
    /// How it is filled.
    pub control: Control,
    /// What the thing says, as it would be typed.
    pub get: fn(&T) -> String,
    /// Has the thing say what was typed, or tells what is wrong with it.
    pub set: fn(&mut T, &str) -> Result<(), String>,
}

/// What the indicator is.
pub(super) static ABOUT: [Spec<Indicator>; 5] = [
    Spec {
        key: "libelle",
        label: "Libellé",
        hint: "",
        control: Control::Line,
        get: |i| i.label.clone(),
        set: |i, text| {
            i.label = tidy(text);
            if i.label.is_empty() {
                return Err(
                    "Écrivez un libellé : l’indicateur paraît partout sous ce nom.".to_owned(),
                );
            }
            Ok(())
        },
    },
    Spec {
        key: "code",
        label: "Code imprimé",
        hint: "Tel que le montre le document officiel ; il peut manquer.",
        control: Control::Line,
        get: |i| shown(i.code.as_ref()),
        set: |i, text| keep(&mut i.code, text),
    },
    Spec {
        key: "theme",
        label: "Thématique",
        hint: "",
        control: Control::Line,
        get: |i| shown(i.theme.as_ref()),
        set: |i, text| keep(&mut i.theme, text),
    },
    Spec {
        key: "pilote",
        label: "Directions responsables",
        hint: "Codes d’organisations, séparés par des virgules : DGS, DGOS.",
        control: Control::Line,
        get: |i| i.leads.join(", "),
        set: |i, text| {
            i.leads = words(text);
            Ok(())
        },
    },
    Spec {
        key: "note",
        label: "À savoir",
        hint: "Ce qu’un lecteur doit connaître avant d’utiliser l’indicateur.",
        control: Control::Lines,
        get: |i| shown(i.note.as_ref()),
        set: |i, text| keep(&mut i.note, text),
    },
];

/// How attainment is computed.
pub(super) static ATTAINMENT: [Spec<Indicator>; 1] = [Spec {
    key: "methode",
    label: "Méthode d’atteinte",
    hint: "",
    control: Control::Choice(methods),
    get: |i| i.method.word().to_owned(),
    set: |i, text| choose(&mut i.method, text),
}];

/// Where values come from.
pub(super) static SUPPLY: [Spec<Indicator>; 5] = [
    Spec {
        key: "fournisseur",
        label: "Fournisseurs",
        hint: "Codes d’organisations, séparés par des virgules : DGOS, ATIH. Le répertoire des organisations les donne. « ARS » et « ETABLISSEMENT » désignent chaque agence et chaque établissement.",
        control: Control::Line,
        get: |i| i.suppliers.join(", "),
        set: |i, text| {
            i.suppliers = words(text);
            Ok(())
        },
    },
    Spec {
        key: "source",
        label: "Source",
        hint: "L’enquête, la base ou le système d’où le fournisseur tire les valeurs.",
        control: Control::Line,
        get: |i| shown(i.source.as_ref()),
        set: |i, text| keep(&mut i.source, text),
    },
    Spec {
        key: "periodicite",
        label: "Périodicité",
        hint: "",
        control: Control::Choice(|| choices(Some("Non indiquée"), Frequency::french)),
        get: |i| word(i.frequency),
        set: |i, text| choose_or_none(&mut i.frequency, text),
    },
    Spec {
        key: "alimentation",
        label: "Mode d’alimentation",
        hint: "",
        control: Control::Choice(|| choices(Some("Non indiqué"), Supply::french)),
        get: |i| word(i.supply),
        set: |i, text| choose_or_none(&mut i.supply, text),
    },
    Spec {
        key: "regions",
        label: "Régions concernées",
        hint: "Codes des territoires, séparés par des virgules : 01, 02. Vide : toutes les régions.",
        control: Control::Line,
        get: |i| i.regions.join(", "),
        set: |i, text| {
            i.regions = words(text);
            Ok(())
        },
    },
];

/// When values are due, but for the dates themselves.
pub(super) static DUE: [Spec<Indicator>; 4] = [
    Spec {
        key: "echeance",
        label: "Échéance, telle que le document l’écrit",
        hint: "",
        control: Control::Line,
        get: |i| shown(i.due.text.as_ref()),
        set: |i, text| keep(&mut i.due.text, text),
    },
    Spec {
        key: "etat",
        label: "Ce que l’on en sait",
        hint: "« Fixée » demande au moins une date ci-dessous, et elle seule en a.",
        control: Control::Choice(|| choices(None, state_french)),
        get: |i| i.due.state.word().to_owned(),
        set: |i, text| choose(&mut i.due.state, text),
    },
    Spec {
        key: "donnees",
        label: "Données livrées au bilan de l’année N",
        hint: "",
        control: Control::Choice(|| {
            choices(Some("Non indiqué : celles de N"), |year| match year {
                DataYear::Same => "Celles de l’année N",
                DataYear::Before => "Celles de l’année N-1",
            })
        }),
        get: |i| word(i.due.data),
        set: |i, text| choose_or_none(&mut i.due.data, text),
    },
    Spec {
        key: "lacunes",
        label: "Années sans valeur",
        hint: "Une par ligne : l’année, puis deux-points et la raison. Exemple : 2016 : pas d’enquête cette année-là",
        control: Control::Lines,
        get: |i| gaps_written(&i.due.gaps),
        set: |i, text| {
            i.due.gaps = gaps_read(text)?;
            Ok(())
        },
    },
];

/// What is measured, whatever kind of value it takes.
pub(super) static MEASURE: [Spec<Measure>; 4] = [
    Spec {
        key: "libelle",
        label: "Définition : ce qui est mesuré",
        hint: "",
        control: Control::Line,
        get: |m| m.label.clone(),
        set: |m, text| {
            m.label = tidy(text);
            if m.label.is_empty() {
                return Err("Dites ce qui est mesuré.".to_owned());
            }
            Ok(())
        },
    },
    Spec {
        key: "sens",
        label: "Sens souhaité",
        hint: "",
        control: Control::Choice(|| choices(None, Direction::french)),
        get: |m| m.direction.word().to_owned(),
        set: |m, text| choose(&mut m.direction, text),
    },
    Spec {
        key: "fenetre",
        label: "Période couverte par une valeur",
        hint: "",
        control: Control::Choice(|| choices(Some("Non indiquée"), Window::french)),
        get: |m| word(m.window),
        set: |m, text| choose_or_none(&mut m.window, text),
    },
    Spec {
        key: "note",
        label: "Précisions sur la définition",
        hint: "",
        control: Control::Lines,
        get: |m| shown(m.note.as_ref()),
        set: |m, text| keep(&mut m.note, text),
    },
];

/// What only a number has.
pub(super) static NUMBER: [Spec<Measure>; 8] = [
    Spec {
        key: "unite",
        label: "Unité",
        hint: "Exemples : %, euros, places, jours.",
        control: Control::Line,
        get: |m| shown(m.unit.as_ref()),
        set: |m, text| keep(&mut m.unit, text),
    },
    Spec {
        key: "decimales",
        label: "Décimales affichées",
        hint: "De 0 à 6.",
        control: Control::Line,
        get: |m| number(m.decimals),
        set: |m, text| {
            read(
                &mut m.decimals,
                text,
                "Écrivez un nombre de 0 à 6, ou laissez vide.",
            )
        },
    },
    Spec {
        key: "pour",
        label: "Échelle du taux",
        hint: "100 pour un pourcentage, 1000 pour « pour mille ». Vide : ce n’est pas un taux.",
        control: Control::Line,
        get: |m| number(m.per),
        set: |m, text| {
            read(
                &mut m.per,
                text,
                "Écrivez un nombre entier, comme 100 ou 1000, ou laissez vide.",
            )
        },
    },
    Spec {
        key: "agregation",
        label: "Valeur nationale",
        hint: "",
        control: Control::Choice(|| choices(None, Aggregation::french)),
        get: |m| m.aggregation.word().to_owned(),
        set: |m, text| choose(&mut m.aggregation, text),
    },
    Spec {
        key: "min",
        label: "Plus petite valeur plausible",
        hint: "Vide : aucune borne.",
        control: Control::Line,
        get: |m| decimal(m.min),
        set: |m, text| read(&mut m.min, text, NOT_A_NUMBER),
    },
    Spec {
        key: "max",
        label: "Plus grande valeur plausible",
        hint: "Vide : aucune borne.",
        control: Control::Line,
        get: |m| decimal(m.max),
        set: |m, text| read(&mut m.max, text, NOT_A_NUMBER),
    },
    Spec {
        key: "numerateur",
        label: "Numérateur",
        hint: "",
        control: Control::Line,
        get: |m| shown(m.numerator.as_ref()),
        set: |m, text| keep(&mut m.numerator, text),
    },
    Spec {
        key: "denominateur",
        label: "Dénominateur",
        hint: "",
        control: Control::Line,
        get: |m| shown(m.denominator.as_ref()),
        set: |m, text| keep(&mut m.denominator, text),
    },
];

const NOT_A_NUMBER: &str = "Écrivez un nombre, comme 12,5, ou laissez vide.";

/// Every method, as the choice of an indicator's.
pub(super) fn methods() -> Vec<Choice> {
    choices(None, Method::french)
}

/// The words of a closed list; `none` is how nothing is told, where there may be nothing.
pub(super) fn choices<W: Worded>(
    none: Option<&'static str>,
    french: fn(W) -> &'static str,
) -> Vec<Choice> {
    let none = none.map(|told| ("", told));
    let words = W::words().map(|(word, value)| (word, french(value)));
    none.into_iter().chain(words).collect()
}

/// A text as it is kept: browsers end lines in two characters.
pub(super) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The words of a list, each once.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}

/// Chooses a word of a closed list.
pub(super) fn choose<W: Worded>(field: &mut W, text: &str) -> Result<(), String> {
    let word = tidy(text);
    *field = W::from_word(&word).ok_or_else(|| not_offered(&word))?;
    Ok(())
}

/// Chooses a word of a closed list, or none.
pub(super) fn choose_or_none<W: Worded>(field: &mut Option<W>, text: &str) -> Result<(), String> {
    let word = tidy(text);
    *field = match word.as_str() {
        "" => None,
        _ => Some(W::from_word(&word).ok_or_else(|| not_offered(&word))?),
    };
    Ok(())
}

fn not_offered(word: &str) -> String {
    format!("« {word} » n’est pas proposé : choisissez dans la liste.")
}

fn shown(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// Never an error: a function of the same shape as the others.
#[expect(clippy::unnecessary_wraps, reason = "what a field does may fail")]
fn keep(field: &mut Option<String>, text: &str) -> Result<(), String> {
    *field = Some(tidy(text)).filter(|text| !text.is_empty());
    Ok(())
}

fn word<W: Worded>(value: Option<W>) -> String {
    value.map_or_else(String::new, |value| value.word().to_owned())
}

fn number<N: ToString>(value: Option<N>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn decimal(value: Option<Decimal>) -> String {
    number(value).replace('.', ",")
}

fn read<N: FromStr>(field: &mut Option<N>, text: &str, wrong: &str) -> Result<(), String> {
    let text = tidy(text);
    *field = match text.as_str() {
        "" => None,
        _ => Some(text.parse().map_err(|_| wrong.to_owned())?),
    };
    Ok(())
}
