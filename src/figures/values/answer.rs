//! One cell as a value: tolerant where a person would be.

use crate::kernel::{Absence, Decimal, ParseDecimalError, Value, ValueKind, fold};
use crate::measures::Measure;

/// A text longer than this is no short answer.
const LONGEST_TEXT: usize = 500;

/// Why a cell is not a value of its measure, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Not a number.
    #[error(
        "« {0} » n’est pas un nombre ; écrivez par exemple 54,6, ou « nd » si la valeur manque"
    )]
    NotANumber(String),
    /// More decimals than Jalon keeps.
    #[error("« {0} » a plus de six décimales ; arrondissez-le")]
    TooPrecise(String),
    /// Too large to be kept.
    #[error("« {0} » dépasse ce qu’une valeur peut être")]
    TooLarge(String),
    /// A per cent sign where the measure is no percentage.
    #[error("« {0} » est un pourcentage, or l’indicateur se compte en {1}")]
    NotAPercentage(String, String),
    /// Neither yes nor no.
    #[error("« {0} » n’est ni oui ni non")]
    NeitherYesNorNo(String),
    /// A text that is too long.
    #[error("ce texte dépasse {LONGEST_TEXT} caractères ; résumez-le")]
    LongText,
    /// An error of the spreadsheet.
    #[error("la cellule contient une erreur de calcul ({0}) ; corrigez la formule")]
    Formula(String),
}

/// Reads a cell; `None` where it is empty, which says nothing.
pub fn read_answer(text: &str, measure: &Measure) -> Result<Option<Value>, AnswerError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with('#') {
        return Err(AnswerError::Formula(text.to_owned()));
    }
    if let Some(absence) = absence(text) {
        return Ok(Some(Value::Unavailable(absence)));
    }
    match measure.value_kind {
        ValueKind::Number => number(text, measure).map(Some),
        ValueKind::YesNo => yes_no(text).map(Some),
        ValueKind::Text if text.chars().count() > LONGEST_TEXT => Err(AnswerError::LongText),
        ValueKind::Text => Ok(Some(Value::Text(text.to_owned()))),
    }
}

/// The words people write for a value that is not there.
fn absence(text: &str) -> Option<Absence> {
    if matches!(text, "-" | "–" | "—" | "…" | "...") {
        return Some(Absence::Unknown);
    }
    match fold(text).replace(' ', "").as_str() {
        "nd" | "na" | "nr" | "nondisponible" | "indisponible" | "manquant" => {
            Some(Absence::Unknown)
        }
        "nc" | "noncommunique" | "nonpublie" | "np" => Some(Absence::NotPublished),
        "so" | "sansobjet" | "nonapplicable" => Some(Absence::NotApplicable),
        "ss" | "secret" | "secretstatistique" => Some(Absence::Secret),
        "nonrecueilli" | "noncollecte" => Some(Absence::NotCollected),
        _ => None,
    }
}

fn number(text: &str, measure: &Measure) -> Result<Value, AnswerError> {
    let bare = match text.strip_suffix('%') {
        None => text,
        Some(bare) if measure.unit.as_deref() == Some("%") => bare,
        Some(_) => {
            let unit = measure.unit.clone().unwrap_or_else(|| "nombre".to_owned());
            return Err(AnswerError::NotAPercentage(text.to_owned(), unit));
        }
    };
    let bare = bare.strip_suffix('€').unwrap_or(bare);
    bare.parse::<Decimal>()
        .map(Value::plain)
        .map_err(|error| match error {
            ParseDecimalError::NotANumber | ParseDecimalError::MisplacedSpace => {
                AnswerError::NotANumber(text.to_owned())
            }
            ParseDecimalError::TooPrecise => AnswerError::TooPrecise(text.to_owned()),
            ParseDecimalError::TooLarge => AnswerError::TooLarge(text.to_owned()),
        })
}

fn yes_no(text: &str) -> Result<Value, AnswerError> {
    match fold(text).as_str() {
        "oui" | "o" | "vrai" | "1" | "x" => Ok(Value::YesNo(true)),
        "non" | "n" | "faux" | "0" => Ok(Value::YesNo(false)),
        _ => Err(AnswerError::NeitherYesNorNo(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn percentage() -> Measure {
        Measure {
            unit: Some("%".to_owned()),
            ..Measure::default()
        }
    }

    #[test]
    fn reads_numbers_as_people_write_them() {
        for text in ["54,6", "54.6", "54,6 %", " 54,60\u{a0}% ", "+54,6"] {
            let value = read_answer(text, &percentage()).unwrap().unwrap();
            assert_eq!(value, Value::plain("54.6".parse().unwrap()), "{text}");
        }
        assert_eq!(read_answer("  ", &percentage()), Ok(None));
    }

    #[test]
    fn reads_the_words_for_a_missing_value() {
        let absent = |text| read_answer(text, &percentage()).unwrap().unwrap();
        for text in ["nd", "n.d.", "N.D", "-", "—"] {
            assert_eq!(absent(text), Value::Unavailable(Absence::Unknown), "{text}");
        }
        assert_eq!(absent("NC"), Value::Unavailable(Absence::NotPublished));
        assert_eq!(absent("s.o."), Value::Unavailable(Absence::NotApplicable));
    }

    #[test]
    fn names_what_is_wrong() {
        let wrong = |text| read_answer(text, &percentage()).unwrap_err();
        assert_eq!(
            wrong("environ 50"),
            AnswerError::NotANumber("environ 50".to_owned())
        );
        assert_eq!(wrong("#DIV/0!"), AnswerError::Formula("#DIV/0!".to_owned()));
        let count = Measure {
            unit: Some("personnes".to_owned()),
            ..Measure::default()
        };
        assert!(matches!(
            read_answer("5 %", &count),
            Err(AnswerError::NotAPercentage(..))
        ));
        let answer = Measure {
            value_kind: ValueKind::YesNo,
            ..Measure::default()
        };
        assert_eq!(read_answer("O", &answer), Ok(Some(Value::YesNo(true))));
        assert!(read_answer("peut-être", &answer).is_err());
    }

    proptest! {
        #[test]
        fn any_cell_is_read_or_refused(text in ".{0,60}") {
            let _ = read_answer(&text, &percentage());
        }
    }
}
