//! One cell as a value: tolerant where a person would be.
//!
//! Readings of ours: a number that a spreadsheet keeps in binary is rounded to six decimals, a
//! number written as text is not (its author chose its digits); a cell that a spreadsheet shows as
//! a percentage, or that has a per cent sign, says its own scale; `‰` does so for a measure per
//! thousand.

use crate::imports::{Cell, Content, ProblemCode};
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
    /// A day where a number is due: a spreadsheet often makes one of `12.3`.
    #[error(
        "« {0} » est une date ; si le tableur a transformé un nombre, remettez la cellule au format nombre et ressaisissez-le"
    )]
    Day(String),
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

impl AnswerError {
    /// Where the catalogue explains it.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Formula(_) => ProblemCode::FormulaError,
            Self::NotAPercentage(..) => ProblemCode::UnitMismatch,
            Self::TooPrecise(_) => ProblemCode::TooPrecise,
            _ => ProblemCode::WrongValue,
        }
    }
}

/// A cell read: the value, and what its writing says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// Whether the cell itself says its scale, by a per cent or per thousand sign.
    pub scaled: bool,
    /// How many decimals were written.
    pub decimals: u8,
}

impl Answer {
    fn of(value: Value) -> Self {
        Self {
            value,
            scaled: false,
            decimals: 0,
        }
    }
}

/// Reads a cell; `None` where it is empty, which says nothing.
pub fn read_cell(cell: &Cell, measure: &Measure) -> Result<Option<Answer>, AnswerError> {
    match &cell.content {
        Content::Empty => Ok(None),
        Content::Error(error) => Err(AnswerError::Formula(error.clone())),
        Content::Date(_) if measure.value_kind == ValueKind::Number => {
            Err(AnswerError::Day(cell.text.clone()))
        }
        Content::Number(_) | Content::Percentage(_) if measure.value_kind == ValueKind::Number => {
            number(&cell.text, measure, true).map(Some)
        }
        _ => read(&cell.text, measure),
    }
}

/// Reads a text, such as a field of a form; `None` where it is empty.
pub fn read_answer(text: &str, measure: &Measure) -> Result<Option<Value>, AnswerError> {
    Ok(read(text, measure)?.map(|answer| answer.value))
}

fn read(text: &str, measure: &Measure) -> Result<Option<Answer>, AnswerError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with('#') {
        return Err(AnswerError::Formula(text.to_owned()));
    }
    if let Some(absence) = absence(text) {
        return Ok(Some(Answer::of(Value::Unavailable(absence))));
    }
    match measure.value_kind {
        ValueKind::Number => number(text, measure, false).map(Some),
        ValueKind::YesNo => yes_no(text).map(|value| Some(Answer::of(value))),
        ValueKind::Text if text.chars().count() > LONGEST_TEXT => Err(AnswerError::LongText),
        ValueKind::Text => Ok(Some(Answer::of(Value::Text(text.to_owned())))),
    }
}

/// The words people write for a value that is not there.
fn absence(text: &str) -> Option<Absence> {
    if matches!(text, "-" | "–" | "—" | "…" | "..." | "/") {
        return Some(Absence::Unknown);
    }
    if text.len() > 40 || text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match fold(text).replace(' ', "").as_str() {
        "nd" | "na" | "nr" | "nondisponible" | "indisponible" | "manquant" | "manquante"
        | "nonrenseigne" | "donneemanquante" => Some(Absence::Unknown),
        "nc" | "noncommunique" | "nonpublie" | "np" => Some(Absence::NotPublished),
        "so" | "sansobjet" | "nonapplicable" | "nonconcerne" => Some(Absence::NotApplicable),
        "ss" | "secret" | "secretstatistique" => Some(Absence::Secret),
        "nonrecueilli" | "noncollecte" => Some(Absence::NotCollected),
        _ => None,
    }
}

fn number(text: &str, measure: &Measure, binary: bool) -> Result<Answer, AnswerError> {
    let (bare, scaled) = without_scale(text, measure)?;
    let bare = bare.trim_end().strip_suffix('€').unwrap_or(bare);
    let read = match bare.parse::<Decimal>() {
        Err(ParseDecimalError::TooPrecise) if binary => to_six_decimals(bare),
        read => read,
    };
    let number = read.map_err(|error| match error {
        ParseDecimalError::NotANumber | ParseDecimalError::MisplacedSpace => {
            AnswerError::NotANumber(text.to_owned())
        }
        ParseDecimalError::TooPrecise => AnswerError::TooPrecise(text.to_owned()),
        ParseDecimalError::TooLarge => AnswerError::TooLarge(text.to_owned()),
    })?;
    Ok(Answer {
        value: Value::plain(number),
        scaled,
        decimals: decimals(bare),
    })
}

/// The number without the sign that says its scale, and whether there was one.
fn without_scale<'a>(text: &'a str, measure: &Measure) -> Result<(&'a str, bool), AnswerError> {
    if let Some(bare) = text.strip_suffix('‰').filter(|_| measure.per == Some(1000)) {
        return Ok((bare, true));
    }
    match text.strip_suffix('%') {
        None => Ok((text, false)),
        Some(bare) if measure.unit.as_deref() == Some("%") => Ok((bare, true)),
        Some(_) => {
            let unit = measure.unit.clone().unwrap_or_else(|| "nombre".to_owned());
            Err(AnswerError::NotAPercentage(text.to_owned(), unit))
        }
    }
}

/// A number cut to six decimals, half away from zero. Only for what a spreadsheet computed.
fn to_six_decimals(text: &str) -> Result<Decimal, ParseDecimalError> {
    let at = text.find([',', '.']).ok_or(ParseDecimalError::TooPrecise)?;
    let (cut, rest) = text
        .split_at_checked(at + 7)
        .ok_or(ParseDecimalError::TooPrecise)?;
    let kept: Decimal = cut.parse()?;
    let up = rest.starts_with(|c: char| ('5'..='9').contains(&c));
    let step = match (up, cut.starts_with('-')) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => -1,
    };
    kept.checked_add(Decimal::from_micros(step))
        .ok_or(ParseDecimalError::TooLarge)
}

fn decimals(text: &str) -> u8 {
    let fraction = text
        .split_once([',', '.'])
        .map_or("", |(_, fraction)| fraction);
    let digits = fraction.chars().take_while(char::is_ascii_digit).count();
    u8::try_from(digits).unwrap_or(6).min(6)
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
