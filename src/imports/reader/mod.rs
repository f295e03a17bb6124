//! From bytes to cells: CSV, XLSX, ODS.
//!
//! What lives here: the kinds of file, recognised by what they hold, and the process of its own
//! in which a file of unknown origin is read. What never does: what a cell means.

mod csv;
mod error;
mod kind;
mod number;
mod tables;

use super::sheet::{Sheet, Workbook};
use kind::Kind;

pub use error::{Foreign, ReadError};

/// More cells than this are refused, empty ones between two others included.
pub const MOST_CELLS: u32 = 1_500_000;
/// A row with more columns than this is no row of a table of values.
pub const MOST_COLUMNS: u32 = 1_000;
/// A text longer than this fits no spreadsheet.
pub const LONGEST_CELL: usize = 32_767;

/// Reads a file here and now. Bytes of unknown origin are for [`Reader::read`], which reads them
/// in a process that may fail alone.
pub fn read_workbook(bytes: &[u8]) -> Result<Workbook, ReadError> {
    match kind::recognise(bytes)? {
        Kind::Csv => csv::read(bytes),
    }
}

/// The sheets of a CSV text.
pub fn read_file(bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    read_workbook(bytes).map(|workbook| workbook.sheets)
}
