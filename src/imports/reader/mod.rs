//! From bytes to cells: CSV, XLSX, ODS.
//!
//! What lives here: the kinds of file, recognised by what they hold, and the process of its own
//! in which a file of unknown origin is read. What never does: what a cell means.

mod csv;
mod error;
mod kind;
mod number;
mod ods;
mod process;
mod tables;
mod wire;
mod xlsx;

use jiff::civil::DateTime;

use super::sheet::{Content, Workbook};
use kind::Kind;

pub use error::{Foreign, ReadError};
pub use process::{COMMAND, Limits, Measured, Reader, child};

/// More cells than this are refused, empty ones before another of their row included.
pub const MOST_CELLS: u32 = 1_500_000;
/// A row with more columns than this is no row of a table of values.
pub const MOST_COLUMNS: u32 = 1_000;
/// A text longer than this, in characters, fits no cell of a spreadsheet.
pub const LONGEST_CELL: usize = 32_767;

/// What stands in a cell whose formula was never computed, in the manner of the errors of Excel.
const UNCALCULATED: &str = "#NON CALCULÉ";

/// The errors of formulas that have neither of the two shapes known by [`is_error`].
const ERRORS: [&str; 3] = ["#N/A", "#GETTING_DATA", UNCALCULATED];

/// Reads a file here and now. Bytes of unknown origin are for [`Reader::read`], which reads them
/// in a process that may fail alone.
pub fn read_workbook(bytes: &[u8]) -> Result<Workbook, ReadError> {
    let mut workbook = match kind::recognise(bytes)? {
        Kind::Csv => csv::read(bytes),
        Kind::Xlsx => xlsx::read(bytes),
        Kind::Ods => ods::read(bytes),
    }?;
    workbook.sheets.retain(|sheet| !sheet.is_for_people());
    Ok(workbook)
}

/// Whether a text is the error of a formula, in whatever language and version it was written:
/// `#DIV/0!`, `#NOM?`, `#SPILL!` by Excel, `Err:522` by LibreOffice.
fn is_error(text: &str) -> bool {
    let excel = text
        .strip_prefix('#')
        .and_then(|t| t.strip_suffix(['!', '?']));
    let is_word = |word: &str| {
        let fits = |c: char| c.is_uppercase() || c == '/' || c == '0' || c == '_';
        !word.is_empty() && word.chars().all(fits)
    };
    let libre = text.strip_prefix("Err:");
    excel.is_some_and(is_word)
        || libre.is_some_and(|no| no.len() == 3 && no.bytes().all(|b| b.is_ascii_digit()))
        || ERRORS.contains(&text)
}

/// What a parser says of a workbook it cannot read.
#[allow(clippy::needless_pass_by_value)] // the form that `map_err` asks for
fn damaged(cause: impl ToString) -> ReadError {
    ReadError::Damaged {
        cause: cause.to_string(),
    }
}

/// A day, or a text where an hour goes with it.
fn day(instant: DateTime) -> (Content, String) {
    if instant.time() == jiff::civil::Time::midnight() {
        return (Content::Date(instant.date()), String::new());
    }
    let text = instant.strftime("%d/%m/%Y %H:%M").to_string();
    (Content::Text, text)
}
