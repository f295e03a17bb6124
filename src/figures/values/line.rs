//! A row of a sheet as a person sees it: a merged cell shows in all of its rows.

use super::fact::Spot;
use super::mapping::SheetMapping;
use crate::imports::{Area, Cell, Content, Sheet};

/// A row, with the merged areas that reach it, from the left.
#[derive(Debug)]
pub(super) struct Line<'s> {
    pub rank: u32,
    pub number: u32,
    pub cells: &'s [Cell],
    pub sheet: &'s Sheet,
    pub areas: Vec<Area>,
}

impl<'s> Line<'s> {
    /// Where one of its columns stands.
    pub(super) fn spot(&self, column: u32) -> Spot {
        Spot {
            sheet: self.rank,
            row: self.number,
            column,
        }
    }

    /// The merged area over a column. Areas never overlap.
    pub(super) fn area(&self, column: u32) -> Option<&Area> {
        let next = self.areas.partition_point(|area| area.left <= column);
        let area = self.areas.get(next.checked_sub(1)?)?;
        (column <= area.right).then_some(area)
    }

    /// The cell itself.
    pub(super) fn own(&self, column: u32) -> Option<&'s Cell> {
        let rank = usize::try_from(column).ok()?.checked_sub(1)?;
        let cell = self.cells.get(rank)?;
        (cell.content != Content::Empty).then_some(cell)
    }

    /// The cell that a person sees there.
    pub(super) fn shown(&self, column: u32) -> Option<&'s Cell> {
        let cell = match self.area(column) {
            Some(area) => self.sheet.cell(area.top, area.left)?,
            None => return self.own(column),
        };
        (cell.content != Content::Empty).then_some(cell)
    }

    /// The text that a person sees there.
    pub(super) fn text(&self, column: u32) -> &'s str {
        self.shown(column).map_or("", |cell| cell.text.as_str())
    }

    /// The cells that hold something under a merged area, where nobody sees them.
    pub(super) fn covered(&self) -> impl Iterator<Item = (&Area, &'s Cell)> {
        let cells = self.cells.iter().filter(|_| !self.areas.is_empty());
        let cells = cells.filter(|cell| cell.content != Content::Empty);
        cells.filter_map(|cell| {
            let area = self.area(cell.place.column)?;
            (!area.shows(&cell.place)).then_some((area, cell))
        })
    }
}

/// The rows of a sheet in order; the merged areas are swept along with them.
pub(super) fn lines(rank: u32, sheet: &Sheet) -> impl Iterator<Item = Line<'_>> {
    let mut waiting: Vec<Area> = sheet.merged.clone();
    waiting.sort_by_key(|area| std::cmp::Reverse(area.top));
    let mut active: Vec<Area> = Vec::new();
    sheet.rows.iter().filter_map(move |cells| {
        let number = cells.first()?.place.row;
        let before = active.len();
        active.retain(|area| number <= area.bottom);
        let mut changed = before != active.len();
        while let Some(area) = waiting.pop_if(|area| area.top <= number) {
            if number <= area.bottom {
                active.push(area);
                changed = true;
            }
        }
        if changed {
            active.sort_by_key(|area| area.left);
        }
        Some(Line {
            rank,
            number,
            cells,
            sheet,
            areas: active.clone(),
        })
    })
}

/// Whether a row is the header once more, word for word, as where a table was printed over several
/// pages.
pub(super) fn repeats_header(line: &Line<'_>, mapping: &SheetMapping) -> bool {
    let header = mapping.last_header_row();
    (1_u32..).zip(&mapping.columns).all(|(number, _)| {
        let heading = line.sheet.cell(header, number);
        let heading = heading.map_or("", |cell| cell.text.as_str());
        let text = line.own(number).map_or("", |cell| cell.text.as_str());
        heading == text
    })
}
