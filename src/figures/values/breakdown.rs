//! The part of a figure that a row is about: `age=0-17;sex=F`.
//!
//! Readings of ours: a level such as « Ensemble » says the whole, hence nothing; ages are written
//! `0-17`, `65+` or `75`; a population is named by its folded text (`usagers-de-drogues`); a
//! department by its code among places (`D14`). No list of levels is known for ages and
//! populations: any well-formed one is taken.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::places::code_and_name;
use crate::kernel::fold;
use crate::measures;
use crate::organisations::{Directory, PlaceKind};

/// What a breakdown divides by, in the order of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Age group.
    Age,
    /// Department.
    Department,
    /// Population.
    Population,
    /// Sex.
    Sex,
}

impl Axis {
    /// All of them, sorted as a breakdown writes them.
    pub const ALL: [Self; 4] = [Self::Age, Self::Department, Self::Population, Self::Sex];

    /// The word of a breakdown's text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Department => "department",
            Self::Population => "population",
            Self::Sex => "sex",
        }
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Age => "âge",
            Self::Department => "département",
            Self::Population => "population",
            Self::Sex => "sexe",
        }
    }

    /// As the definition of a measure says it.
    pub fn of_measure(self) -> measures::Breakdown {
        match self {
            Self::Age => measures::Breakdown::Age,
            Self::Department => measures::Breakdown::Department,
            Self::Population => measures::Breakdown::Population,
            Self::Sex => measures::Breakdown::Sex,
        }
    }

    /// The axis that a heading names, once folded.
    pub fn of_heading(folded: &str) -> Option<Self> {
        match folded {
            "age" | "classe d age" | "tranche d age" | "groupe d age" | "ages" => Some(Self::Age),
            "departement"
            | "code departement"
            | "dept"
            | "dpt"
            | "dep"
            | "nom departement"
            | "libelle departement"
            | "departements" => Some(Self::Department),
            "population" | "public" | "population cible" => Some(Self::Population),
            "sexe" | "genre" | "sex" => Some(Self::Sex),
            _ => None,
        }
    }
}

/// What a cell says of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// The whole: no division.
    Whole,
    /// One part.
    Part(String),
    /// Not a level of that axis.
    Unknown,
}

/// The level that a cell names.
pub fn read_level(axis: Axis, text: &str, directory: &Directory) -> Level {
    let folded = fold(text);
    if matches!(
        folded.as_str(),
        "" | "ensemble"
            | "total"
            | "tous"
            | "toutes"
            | "tous ages"
            | "tous sexes"
            | "les deux"
            | "deux sexes"
            | "tout public"
            | "population generale"
    ) {
        return Level::Whole;
    }
    let part = match axis {
        Axis::Sex => sex(&folded).map(str::to_owned),
        Axis::Age => age(text, &folded),
        Axis::Population => population(&folded),
        Axis::Department => department(text, directory).or_else(|| {
            let [one, other] = code_and_name(text)?.map(|half| department(half, directory));
            one.filter(|code| other.as_ref() == Some(code))
        }),
    };
    part.map_or(Level::Unknown, Level::Part)
}

fn department(text: &str, directory: &Directory) -> Option<String> {
    let found = directory.recognise(text, &[PlaceKind::Department]);
    found.found().map(|place| place.code.clone())
}

fn sex(folded: &str) -> Option<&'static str> {
    match folded {
        "f" | "femme" | "femmes" | "fille" | "filles" | "feminin" => Some("F"),
        "h" | "m" | "homme" | "hommes" | "garcon" | "garcons" | "masculin" => Some("M"),
        _ => None,
    }
}

/// `0-17`, `0 à 17 ans`, `moins de 18 ans`, `65 ans et plus`, `75 ans`.
fn age(text: &str, folded: &str) -> Option<String> {
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !matches!(*word, "ans" | "an" | "de" | "a" | "les" | "et" | "ou"))
        .collect();
    let years = |word: &str| word.parse::<u8>().ok().filter(|years| *years < 130);
    match words.as_slice() {
        [from, to] if years(from).is_some() && years(to).is_some() => {
            let (from, to) = (years(from)?, years(to)?);
            (from <= to).then(|| format!("{from}-{to}"))
        }
        [from, "plus"] | ["plus", from] => Some(format!("{}+", years(from)?)),
        ["moins", to] => Some(format!("0-{}", years(to)?.checked_sub(1)?)),
        [from] if text.contains(['+', '≥']) => Some(format!("{}+", years(from)?)),
        [at] => Some(years(at)?.to_string()),
        _ => None,
    }
}

fn population(folded: &str) -> Option<String> {
    let short = folded.chars().count() <= 60;
    short.then(|| folded.replace(' ', "-"))
}

/// A breakdown's text, from its parts; axes sorted, empty for the whole.
pub fn written(parts: &mut [(Axis, String)]) -> String {
    parts.sort();
    let mut text = String::new();
    for (axis, level) in parts {
        let separator = if text.is_empty() { "" } else { ";" };
        let _ = write!(text, "{separator}{}={level}", axis.code());
    }
    text
}

/// The first and last year of an age level.
pub fn age_bounds(level: &str) -> Option<(u8, u8)> {
    if let Some(from) = level.strip_suffix('+') {
        return Some((from.parse().ok()?, u8::MAX));
    }
    let (from, to) = level.split_once('-').unwrap_or((level, level));
    Some((from.parse().ok()?, to.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn level(axis: Axis, text: &str) -> Level {
        read_level(axis, text, &Directory::default())
    }

    #[test]
    fn reads_levels_as_people_write_them() {
        let part = |text: &str| Level::Part(text.to_owned());
        for (axis, text, expected) in [
            (Axis::Sex, "Femmes", part("F")),
            (Axis::Sex, "garçons", part("M")),
            (Axis::Sex, "Ensemble", Level::Whole),
            (Axis::Sex, "", Level::Whole),
            (Axis::Sex, "X", Level::Unknown),
            (Axis::Age, "0-17 ans", part("0-17")),
            (Axis::Age, "de 0 à 17 ans", part("0-17")),
            (Axis::Age, "moins de 18 ans", part("0-17")),
            (Axis::Age, "65 ans et plus", part("65+")),
            (Axis::Age, "≥ 65", part("65+")),
            (Axis::Age, "65+", part("65+")),
            (Axis::Age, "75 ans", part("75")),
            (Axis::Age, "17-0", Level::Unknown),
            (Axis::Age, "jeunes", Level::Unknown),
            (
                Axis::Population,
                "Usagers de drogues",
                part("usagers-de-drogues"),
            ),
        ] {
            assert_eq!(level(axis, text), expected, "{text}");
        }
    }

    #[test]
    fn a_breakdown_is_written_in_the_order_of_its_axes() {
        let mut parts = [(Axis::Sex, "F".to_owned()), (Axis::Age, "0-17".to_owned())];
        assert_eq!(written(&mut parts), "age=0-17;sex=F");
        assert_eq!(written(&mut []), "");
        assert_eq!(age_bounds("65+"), Some((65, 255)));
        assert_eq!(age_bounds("0-17"), Some((0, 17)));
    }

    proptest! {
        #[test]
        fn no_level_can_break_the_text(text in "\\PC{0,70}") {
            for axis in Axis::ALL {
                if let Level::Part(part) = level(axis, &text) {
                    prop_assert!(!part.is_empty() && !part.contains(['=', ';']), "{}", part);
                }
            }
        }
    }
}
