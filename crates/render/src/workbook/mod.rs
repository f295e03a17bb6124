//! Workbooks (XLSX) and CSV files from plain data: templates, corrected copies, exports.
//!
//! No formula is ever written: a text that begins as one stays a text, and says so to Excel. No
//! style tells anything by its colour alone. The same [`Book`] always gives the same bytes.

mod csv;
mod style;
mod xlsx;

use crate::Day;

pub use csv::{csv, harmless};
pub use xlsx::xlsx;

/// What the hidden sheet of the lists of answers begins with: by this it is known again.
pub const LISTS_TITLE: &str = "Réponses proposées par Jalon";

/// The most characters that a cell or a note may hold.
pub const LONGEST_TEXT: usize = 32_000;

/// A workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// Its title, among the properties of the document.
    pub title: String,
    /// The day it is dated of: never the clock's.
    pub created: Day,
    /// Its sheets, in order; at least one must not be hidden.
    pub sheets: Vec<Sheet>,
    /// Lists of answers that cells offer, by their rank here.
    pub lists: Vec<Answers>,
}

/// Answers that cells offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The answers, in the order offered.
    pub words: Vec<String>,
    /// Whether anything else may be typed there.
    pub open: bool,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name, as [`sheet_name`] gives it.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// The widths of the columns, in characters, the first first; others keep the usual width.
    pub widths: Vec<u16>,
    /// The cells, in any order.
    pub cells: Vec<Cell>,
    /// The areas merged into one cell.
    pub merged: Vec<Area>,
    /// How many rows and columns stay in sight.
    pub frozen: (u32, u16),
    /// The area whose columns have filters; its first row holds their headings.
    pub filter: Option<Area>,
    /// Whether only [`Style::Input`] cells can be typed in. There is no password: it keeps from
    /// slips, not from anybody.
    pub protected: bool,
    /// How it prints.
    pub print: Print,
}

/// How a sheet prints: on A4, as wide as the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Print {
    /// Whether the page lies on its side.
    pub landscape: bool,
    /// How many of the first rows are repeated on every page.
    pub repeated_rows: u32,
}

/// A rectangle of cells, both corners included, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The highest row.
    pub top: u32,
    /// The leftmost column.
    pub left: u16,
    /// The lowest row.
    pub bottom: u32,
    /// The rightmost column.
    pub right: u16,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its row, from 1.
    pub row: u32,
    /// Its column, from 1.
    pub column: u16,
    /// What it holds.
    pub content: Content,
    /// How it looks.
    pub style: Style,
    /// What is told beside it.
    pub note: Option<String>,
    /// The rank of the list of answers that it offers.
    pub list: Option<usize>,
    /// How many decimals at least a number held or typed there shows; those that it has where not
    /// said.
    pub decimals: Option<u8>,
    /// The cell that it leads to.
    pub link: Option<Link>,
}

/// A cell of the same workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name of the sheet.
    pub sheet: String,
    /// The cell, such as `C7`.
    pub cell: String,
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// A text, whatever it begins with.
    Text(String),
    /// A number in decimal text with a point, such as `54.6`. What no spreadsheet keeps exactly
    /// (more than 15 digits) or what is no number is written as a text.
    Number(String),
    /// A percentage in decimal text, as it is read: `54.6` is shown « 54,6 % ».
    Percentage(String),
    /// A day.
    Date(Day),
    /// True or false.
    YesNo(bool),
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// As usual.
    #[default]
    Plain,
    /// A text that goes over several lines.
    Wrapped,
    /// The title of a sheet.
    Title,
    /// The heading of a column.
    Header,
    /// What is not to be changed, in a protected sheet.
    Locked,
    /// What is to be filled in.
    Input,
    /// What is wrong: coloured, framed, and marked « ⚠ ».
    Faulty,
    /// What is to be looked at: coloured, framed, and marked « ? ».
    Warning,
}

impl Cell {
    /// A cell that only holds something.
    pub fn new(row: u32, column: u16, content: Content) -> Self {
        Self {
            row,
            column,
            content,
            ..Self::default()
        }
    }

    /// A text in a style.
    pub fn text(row: u32, column: u16, text: impl Into<String>, style: Style) -> Self {
        Self {
            style,
            ..Self::new(row, column, Content::Text(text.into()))
        }
    }
}

/// A name that Excel takes for a sheet: 31 characters, none of `[]:*?/\`, no apostrophe at either
/// end, and none of those taken, whatever their case.
pub fn sheet_name(wanted: &str, taken: &[&str]) -> String {
    let clean: String = wanted
        .chars()
        .map(|c| {
            if "[]:*?/\\".contains(c) || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let cut = |text: &str, most: usize| {
        // Excel counts in UTF-16.
        let mut length = 0;
        let kept = text.chars().take_while(|c| {
            length += c.len_utf16();
            length <= most
        });
        let kept: String = kept.collect();
        kept.trim_matches(|c: char| c == '\'' || c.is_whitespace())
            .to_owned()
    };
    let base = match cut(&clean, 31) {
        base if base.is_empty() => "Feuille".to_owned(),
        base => base,
    };
    let free = |name: &str| {
        let name = name.to_lowercase();
        // « History » is kept by Excel for itself.
        name != "history" && !taken.iter().any(|taken| taken.to_lowercase() == name)
    };
    let numbered = (2..).map(|n| {
        let suffix = format!(" {n}");
        format!("{}{suffix}", cut(&base, 31 - suffix.len()))
    });
    let mut names = std::iter::once(base.clone()).chain(numbered);
    names.find(|name| free(name)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_those_that_excel_takes() {
        assert_eq!(sheet_name("Valeurs 2022/2023", &[]), "Valeurs 2022 2023");
        assert_eq!(sheet_name("", &[]), "Feuille");
        assert_eq!(sheet_name("'[?]'", &[]), "Feuille");
        assert_eq!(
            sheet_name("valeurs", &["Valeurs", "valeurs 2"]),
            "valeurs 3"
        );
        assert_eq!(sheet_name("History", &[]), "History 2");
        let long = "é".repeat(40);
        assert_eq!(sheet_name(&long, &[]).chars().count(), 31);
        let second = sheet_name(&long, &[&sheet_name(&long, &[])]);
        assert!(second.ends_with(" 2") && second.chars().count() == 31);
    }
}
