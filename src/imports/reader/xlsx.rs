//! Excel workbooks, cell by cell: never as a rectangle, for two cells at two corners of a sheet
//! would make one of seventeen billion cells.

use std::collections::HashSet;
use std::io::Cursor;

use calamine::{
    CellErrorType, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Style, Xlsx,
    XlsxError, open_workbook_from_rs,
};
use jiff::civil::DateTime;

use super::number::decimal_text;
use super::tables::Tables;
use super::{ReadError, UNCALCULATED, damaged, day, is_error};
use crate::imports::sheet::{Area, Content, Format, Workbook};

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads an Excel workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Workbook, ReadError> {
    let mut book: Book = open_workbook_from_rs(Cursor::new(bytes)).map_err(told)?;
    let mut tables = Tables::default();
    for sheet in book.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        tables.begin(&sheet.name, sheet.visible != SheetVisible::Visible);
        read_cells(&mut book, &sheet.name, &mut tables)?;
        for area in book.merge_cells_by_sheet_name(&sheet.name).map_err(told)? {
            tables.merge(Area {
                top: area.start.0.saturating_add(1),
                left: area.start.1.saturating_add(1),
                bottom: area.end.0.saturating_add(1),
                right: area.end.1.saturating_add(1),
            });
        }
    }
    tables.finish(Format::Xlsx)
}

fn told(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        other => damaged(other),
    }
}

fn read_cells(book: &mut Book, name: &str, tables: &mut Tables) -> Result<(), ReadError> {
    let ahead = look_ahead(book, name)?;
    let mut cells = book.worksheet_cells_reader(name).map_err(told)?;
    let shown: Vec<Shown> = cells.styles().iter().map(Shown::of).collect();
    for rank in 0.. {
        let (position, content, text) = match cells.next_cell_with_style_id() {
            Ok(None) => break,
            Ok(Some((cell, style))) => {
                let shown = shown.get(style).copied().unwrap_or(Shown::AsIs);
                let (content, text) = match cell.get_value() {
                    DataRef::Empty if ahead.uncalculated.contains(&rank) => {
                        (Content::Error(UNCALCULATED.to_owned()), String::new())
                    }
                    value => content(value, shown),
                };
                (cell.get_position(), content, text)
            }
            Err(XlsxError::CellError(error)) => ((0, 0), Content::Error(error), String::new()),
            Err(error) => return Err(told(error)),
        };
        if content != Content::Empty {
            let (row, column) = ahead.positions.get(rank).copied().unwrap_or(position);
            tables.put(
                row.saturating_add(1),
                column.saturating_add(1),
                content,
                &text,
            )?;
        }
    }
    Ok(())
}

/// What is known of the cells of a sheet before they are read, by their rank in the file.
#[derive(Default)]
struct Ahead {
    /// Those that hold a formula and no result: nobody opened the file since it was written.
    uncalculated: HashSet<usize>,
    /// Where each stands; nothing where the reader tells it by itself. It loses its place at an
    /// error that it does not know, such as `#SPILL!`.
    positions: Vec<(u32, u32)>,
}

fn look_ahead(book: &mut Book, name: &str) -> Result<Ahead, ReadError> {
    let mut ahead = Ahead::default();
    let mut lost = false;
    let mut cells = book.worksheet_cells_reader(name).map_err(told)?;
    for rank in 0.. {
        match cells.next_cell_with_formula_metadata() {
            Ok(None) => break,
            Ok(Some(cell)) if cell.formula.is_some() && cell.value == DataRef::Empty => {
                ahead.uncalculated.insert(rank);
            }
            Ok(Some(_)) => {}
            Err(XlsxError::CellError(_)) => lost = true,
            Err(error) => return Err(told(error)),
        }
    }
    drop(cells);
    if lost {
        let mut cells = book.worksheet_cells_reader(name).map_err(told)?;
        while let Some(cell) = cells.next_formula().map_err(told)? {
            ahead.positions.push(cell.get_position());
        }
    }
    Ok(ahead)
}

/// How the format of a cell shows its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    AsIs,
    Percentage,
    /// A date of which only the year is seen.
    Year,
}

impl Shown {
    fn of(style: &Style) -> Self {
        let format = style.number_format.as_ref();
        format.map_or(Self::AsIs, |format| Self::of_code(&format.format_code))
    }

    /// By the first section of a format code, without what it writes as it stands.
    fn of_code(code: &str) -> Self {
        let mut bare = String::new();
        let mut quoted = false;
        let mut characters = code.chars();
        while let Some(c) = characters.next() {
            match c {
                '"' => quoted = !quoted,
                _ if quoted => {}
                '\\' | '_' | '*' => {
                    characters.next();
                }
                '[' => while characters.next().is_some_and(|inside| inside != ']') {},
                ';' => break,
                _ => bare.push(c.to_ascii_lowercase()),
            }
        }
        if bare.contains('%') {
            Self::Percentage
        } else if !bare.is_empty() && bare.chars().all(|c| c == 'y') {
            Self::Year
        } else {
            Self::AsIs
        }
    }
}

/// What a cell holds, and its text where the content does not say it.
fn content(value: &DataRef<'_>, shown: Shown) -> (Content, String) {
    let no_text = |content| (content, String::new());
    match value {
        DataRef::Empty => no_text(Content::Empty),
        DataRef::Int(number) => no_text(Content::Number(number.to_string())),
        DataRef::Float(number) => no_text(numeric(*number, shown)),
        DataRef::String(text) | DataRef::DurationIso(text) => written(text),
        DataRef::SharedString(text) => written(text),
        DataRef::Bool(yes) => no_text(Content::YesNo(*yes)),
        DataRef::Error(error) => no_text(Content::Error(french(error).to_owned())),
        DataRef::DateTimeIso(text) => match text.trim_end_matches('Z').parse::<DateTime>() {
            Ok(instant) => day(instant),
            Err(_) => written(text),
        },
        DataRef::DateTime(date) => moment(date, shown),
    }
}

fn written(text: &str) -> (Content, String) {
    match text.trim() {
        "" => (Content::Empty, String::new()),
        // Copied from a sheet where a formula failed.
        error if is_error(error) => (Content::Error(error.to_owned()), String::new()),
        text => (Content::Text, text.to_owned()),
    }
}

fn numeric(number: f64, shown: Shown) -> Content {
    let (shift, of): (_, fn(String) -> Content) = match shown {
        Shown::Percentage => (2, Content::Percentage),
        _ => (0, Content::Number),
    };
    decimal_text(number, shift).map_or_else(|| Content::Error("#NOMBRE!".to_owned()), of)
}

/// A number shown as a date, an hour or a duration.
fn moment(date: &ExcelDateTime, shown: Shown) -> (Content, String) {
    let number = || (numeric(date.as_f64(), Shown::AsIs), String::new());
    // Days are counted from 1 to the last of the year 9999.
    if date.is_duration() || !(0.0..2_958_466.0).contains(&date.as_f64()) {
        return number();
    }
    let (year, month, of_month, hour, minute, second, _) = date.to_ymd_hms_milli();
    let small = |unit: u8| i8::try_from(unit).unwrap_or(-1);
    let instant = i16::try_from(year).ok().and_then(|year| {
        let (month, of_month) = (small(month), small(of_month));
        let (hour, minute, second) = (small(hour), small(minute), small(second));
        DateTime::new(year, month, of_month, hour, minute, second, 0).ok()
    });
    match instant {
        // An hour alone is a fraction of the day before the first.
        Some(instant) if date.as_f64() < 1.0 => {
            let text = instant.strftime("%H:%M").to_string();
            (Content::Text, text)
        }
        Some(instant) if shown == Shown::Year => {
            (Content::Number(instant.year().to_string()), String::new())
        }
        Some(instant) => day(instant),
        None => number(),
    }
}

/// An error as Excel shows it in French; the file holds it in English.
fn french(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NOM?",
        CellErrorType::Null => "#NUL!",
        CellErrorType::Num => "#NOMBRE!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALEUR!",
        CellErrorType::GettingData => "#ERREUR!",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_a_percentage_or_a_year() {
        for code in ["0%", "0.00%", "[Red]0.0\\ %", "#,##0.0\" \"%;-0%"] {
            assert_eq!(Shown::of_code(code), Shown::Percentage, "{code}");
        }
        for code in ["General", "0.0\" %\"", "0\\%", "0;0%", "dd/mm/yyyy"] {
            assert_eq!(Shown::of_code(code), Shown::AsIs, "{code}");
        }
        assert_eq!(Shown::of_code("yyyy"), Shown::Year);
    }
}
