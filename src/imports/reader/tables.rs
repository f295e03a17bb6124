//! Cells gathered into sheets, within what a table of values may be.

use super::{LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, ReadError};
use crate::imports::problem::Place;
use crate::imports::sheet::{Area, Cell, Content, Format, Sheet, Workbook};

/// The sheets of one file, as they are read: from the top, from the left.
#[derive(Default)]
pub(super) struct Tables {
    sheets: Vec<Sheet>,
    cells: u32,
}

impl Tables {
    /// Begins the next sheet.
    pub(super) fn begin(&mut self, name: &str, hidden: bool) {
        self.sheets.push(Sheet {
            name: name.to_owned(),
            hidden,
            ..Sheet::default()
        });
    }

    /// Whether something was put in that row, the last, of the sheet begun last.
    pub(super) fn reached(&self) -> (u32, u32) {
        let row = self.sheets.last().and_then(|sheet| sheet.rows.last());
        row.and_then(|row| row.last())
            .map_or((0, 0), |cell| (cell.place.row, cell.place.column))
    }

    /// Adds a cell after those already there.
    pub(super) fn put(
        &mut self,
        row: u32,
        column: u32,
        content: Content,
        text: &str,
    ) -> Result<(), ReadError> {
        let (last_row, last_column) = self.reached();
        if (row, column) <= (last_row, last_column) || column == 0 {
            return Err(ReadError::Damaged {
                cause: format!("cell {row},{column} after {last_row},{last_column}"),
            });
        }
        let Some(sheet) = self.sheets.last_mut() else {
            let cause = "cell before any sheet".to_owned();
            return Err(ReadError::Damaged { cause });
        };
        let place = |column| Place {
            sheet: sheet.name.clone(),
            row,
            column,
        };
        if column > MOST_COLUMNS {
            return Err(ReadError::TooWide {
                sheet: sheet.name.clone(),
                row,
                column,
                most: MOST_COLUMNS,
            });
        }
        // Bytes are cheaper to count than characters, and never fewer.
        if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
            return Err(ReadError::LongCell {
                sheet: sheet.name.clone(),
                cell: place(column).cell(),
            });
        }
        let first = if row == last_row { last_column + 1 } else { 1 };
        self.cells = self.cells.saturating_add(column - first + 1);
        if self.cells > MOST_CELLS {
            return Err(ReadError::TooManyCells { most: MOST_CELLS });
        }
        let mut added: Vec<Cell> = (first..column)
            .map(|column| Cell::new(place(column), Content::Empty, ""))
            .collect();
        added.push(Cell::new(place(column), content, text));
        match sheet.rows.last_mut() {
            Some(cells) if row == last_row => cells.append(&mut added),
            _ => sheet.rows.push(added),
        }
        Ok(())
    }

    /// Notes that an area of the sheet begun last is merged.
    pub(super) fn merge(&mut self, area: Area) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.merged.push(area);
        }
    }

    /// The whole file; refused where no sheet holds anything.
    pub(super) fn finish(self, format: Format) -> Result<Workbook, ReadError> {
        let mut cells = self
            .sheets
            .iter()
            .flat_map(|sheet| sheet.rows.iter().flatten());
        if cells.all(|cell| cell.content == Content::Empty) {
            return Err(ReadError::Empty);
        }
        Ok(Workbook {
            format,
            sheets: self.sheets,
        })
    }
}
