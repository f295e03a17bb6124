//! What the reading process answers, in few bytes: JSON in which a cell is one text.

use serde::{Deserialize, Serialize};

use super::ReadError;
use crate::imports::problem::Place;
use crate::imports::sheet::{Area, Cell, Content, Format, Sheet, Workbook};

/// The answer to one file.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    /// The most memory that the process has asked for, in bytes, where the system tells it.
    pub(super) peak: Option<u64>,
    /// What was read.
    pub(super) outcome: Result<Book, ReadError>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Book {
    format: Format,
    sheets: Vec<Table>,
}

#[derive(Serialize, Deserialize)]
struct Table {
    name: String,
    hidden: bool,
    merged: Vec<Area>,
    /// Row numbers with their cells, the first column first.
    rows: Vec<(u32, Vec<String>)>,
}

/// A cell as one text: a letter for its content, then what it holds; nothing where it is empty.
fn held(cell: Cell) -> String {
    match cell.content {
        Content::Empty => String::new(),
        Content::Text => format!("t{}", cell.text),
        Content::Number(number) => format!("n{number}"),
        Content::Percentage(number) => format!("p{number}"),
        Content::Date(date) => format!("d{date}"),
        Content::YesNo(yes) => format!("b{}", u8::from(yes)),
        Content::Error(error) => format!("e{error}"),
    }
}

/// What [`held`] wrote.
fn cell(place: Place, held: &str) -> Result<Cell, ReadError> {
    let mut characters = held.chars();
    let tag = characters.next();
    let rest = characters.as_str();
    let content = match tag {
        None => Content::Empty,
        Some('t') => Content::Text,
        Some('n') => Content::Number(rest.to_owned()),
        Some('p') => Content::Percentage(rest.to_owned()),
        Some('d') => Content::Date(rest.parse().map_err(garbled)?),
        Some('b') => Content::YesNo(rest == "1"),
        Some('e') => Content::Error(rest.to_owned()),
        Some(other) => return Err(garbled(format!("content {other}"))),
    };
    Ok(Cell::new(place, content, rest))
}

#[allow(clippy::needless_pass_by_value)] // the form that `map_err` asks for
fn garbled(cause: impl ToString) -> ReadError {
    ReadError::Crashed {
        cause: cause.to_string(),
    }
}

impl From<Workbook> for Book {
    fn from(book: Workbook) -> Self {
        let row = |cells: Vec<Cell>| {
            let row = cells.first().map_or(0, |cell| cell.place.row);
            (row, cells.into_iter().map(held).collect())
        };
        let table = |sheet: Sheet| Table {
            name: sheet.name,
            hidden: sheet.hidden,
            merged: sheet.merged,
            rows: sheet.rows.into_iter().map(row).collect(),
        };
        Self {
            format: book.format,
            sheets: book.sheets.into_iter().map(table).collect(),
        }
    }
}

impl Book {
    /// The workbook as it was read.
    pub(super) fn workbook(self) -> Result<Workbook, ReadError> {
        let sheets = self.sheets.into_iter().map(Table::sheet);
        Ok(Workbook {
            format: self.format,
            sheets: sheets.collect::<Result<_, _>>()?,
        })
    }
}

impl Table {
    fn sheet(self) -> Result<Sheet, ReadError> {
        let name = self.name;
        let row = |(row, cells): (u32, Vec<String>)| {
            let place = |column| Place {
                sheet: name.clone(),
                row,
                column,
            };
            let cells = (1..).zip(cells);
            cells
                .map(|(column, held)| cell(place(column), &held))
                .collect()
        };
        let rows = self.rows.into_iter().map(row).collect::<Result<_, _>>()?;
        Ok(Sheet {
            rows,
            name,
            hidden: self.hidden,
            merged: self.merged,
        })
    }
}
