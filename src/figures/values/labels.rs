//! The labels of a row, one cell at a time.

use jiff::civil::Date;

use super::when::{When, read_day};
use crate::imports::{Cell, Content, ProblemCode};
use crate::kernel::fold;

/// What a cell says of time.
pub(super) fn when(cell: &Cell) -> Option<When> {
    match cell.content {
        Content::Date(date) => Some(When::Day(date)),
        _ => When::read(&cell.text),
    }
}

/// The period that several cells say alike.
pub(super) fn agreed(texts: &[&str]) -> Option<When> {
    let mut read = texts.iter().map(|text| When::read(text));
    let first = read.next()??;
    read.all(|other| other == Some(first)).then_some(first)
}

/// What to write where no period was read.
pub(super) fn no_period(text: &str) -> String {
    format!(
        "« {text} » n’est pas une période. Écrivez par exemple 2023, T4 2023, septembre 2023 ou 31/12/2023."
    )
}

/// The day of reference.
pub(super) fn day(cell: &Cell) -> Result<Date, (ProblemCode, String)> {
    if let Content::Date(date) = cell.content {
        return Ok(date);
    }
    read_day(&cell.text).ok_or_else(|| {
        let message = format!(
            "« {} » n’est pas une date. Écrivez par exemple 31/12/2023.",
            cell.text
        );
        (ProblemCode::WrongDate, message)
    })
}

/// Whether a value is provisional.
pub(super) fn status(cell: &Cell) -> Result<bool, (ProblemCode, String)> {
    match fold(&cell.text).as_str() {
        "provisoire" | "prov" | "p" | "estime" | "semi definitif" => Ok(true),
        "definitif" | "definitive" | "def" | "d" | "final" | "consolide" | "consolidee" => {
            Ok(false)
        }
        _ => {
            let message = format!(
                "« {} » ne dit pas si la valeur est provisoire ou définitive. Écrivez l’un de ces mots.",
                cell.text
            );
            Err((ProblemCode::WrongStatus, message))
        }
    }
}
