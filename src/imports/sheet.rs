//! A file as sheets of cells, whatever wrote it: pure data.

use jalon_render::workbook::LISTS_TITLE;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::problem::Place;

/// What the first cell of the list of a corrected copy says.
pub(super) const LIST_TITLE: &str = "Problèmes relevés par Jalon";
/// What the first cell of the notice of a template says.
pub const NOTICE_TITLE: &str = "Modèle de saisie de Jalon";

/// A file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workbook {
    /// What kind of file it was.
    pub format: Format,
    /// Its sheets, in the order of the file, hidden ones included.
    pub sheets: Vec<Sheet>,
}

/// The kinds of file that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Text with separators.
    Csv,
    /// Excel since 2007.
    Xlsx,
    /// OpenDocument: LibreOffice and others.
    Ods,
}

impl Format {
    /// The media type to keep and send the file under.
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
        }
    }
}

/// A sheet: rows of cells, empty ones included, so that columns keep their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty in a CSV file, which has none.
    pub name: String,
    /// Whether a person who opens the file does not see it.
    pub hidden: bool,
    /// The rows that hold something, from the top. Rows may be missing between two of them; each
    /// begins at the first column and reaches its last cell that holds something, or further. A
    /// cell says where it stands.
    pub rows: Vec<Vec<Cell>>,
    /// The areas merged into one cell. Only the top left cell of each is seen by a person.
    pub merged: Vec<Area>,
}

impl Sheet {
    /// Whether Jalon wrote it for people: the list of a corrected copy, the notice and the answers
    /// of a template say nothing of themselves.
    pub(super) fn is_for_people(&self) -> bool {
        let first = self.rows.first().and_then(|row| row.first());
        let titles = [LIST_TITLE, NOTICE_TITLE, LISTS_TITLE];
        first.is_some_and(|cell| titles.contains(&cell.text.as_str()))
    }

    /// The cell at that row and column, counted from 1, where it stands in a row that is held.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        let number = |cells: &Vec<Cell>| cells.first().map_or(0, |cell| cell.place.row);
        let rank = self.rows.binary_search_by_key(&row, number).ok()?;
        let column = usize::try_from(column).ok()?.checked_sub(1)?;
        self.rows[rank].get(column)
    }

    /// The merged area that this place belongs to.
    pub fn area(&self, place: &Place) -> Option<&Area> {
        self.merged.iter().find(|area| area.holds(place))
    }

    /// The cells that hold something under a merged area, where nobody sees them.
    pub fn covered(&self) -> impl Iterator<Item = (&Area, &Cell)> {
        self.merged.iter().flat_map(move |area| {
            let cells = self.rows.iter().flatten();
            let under = cells.filter(move |cell| {
                cell.content != Content::Empty
                    && area.holds(&cell.place)
                    && !area.shows(&cell.place)
            });
            under.map(move |cell| (area, cell))
        })
    }
}

/// A rectangle of cells, both corners included, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The highest row.
    pub top: u32,
    /// The leftmost column.
    pub left: u32,
    /// The lowest row.
    pub bottom: u32,
    /// The rightmost column.
    pub right: u32,
}

impl Area {
    /// Whether a place stands in it. The sheet is not looked at.
    pub fn holds(&self, place: &Place) -> bool {
        (self.top..=self.bottom).contains(&place.row)
            && (self.left..=self.right).contains(&place.column)
    }

    /// Whether a place is its top left cell, the one that a person sees.
    pub fn shows(&self, place: &Place) -> bool {
        (place.row, place.column) == (self.top, self.left)
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub place: Place,
    /// What a person reads there in French, without surrounding spaces.
    pub text: String,
    /// What the file says that it is.
    pub content: Content,
}

impl Cell {
    /// A cell, with the text that goes with its content; `text` only counts for texts.
    pub fn new(place: Place, content: Content, text: &str) -> Self {
        let text = match &content {
            Content::Empty => String::new(),
            Content::Text => text.trim().to_owned(),
            Content::Number(number) => number.replace('.', ","),
            Content::Percentage(number) => format!("{} %", number.replace('.', ",")),
            Content::Date(date) => date.strftime("%d/%m/%Y").to_string(),
            Content::YesNo(true) => "oui".to_owned(),
            Content::YesNo(false) => "non".to_owned(),
            Content::Error(error) => error.clone(),
        };
        Self {
            place,
            text,
            content,
        }
    }
}

/// What a file says that a cell is. A CSV file only has texts, and errors that Excel wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// A text: the cell's own.
    Text,
    /// A number in exact decimal text with a point, such as `54.6`: no exponent, no sign but a
    /// minus, no zero that says nothing. At most 15 significant digits, all that a spreadsheet
    /// keeps: what binary numbers add beyond (`54.599999999999994`) is gone.
    Number(String),
    /// A number shown as a percentage, as a person reads it: `54.6` where the file holds `0.546`
    /// and shows « 54,6 % ».
    Percentage(String),
    /// A day.
    Date(Date),
    /// A box that is true or false.
    YesNo(bool),
    /// An error of a formula, such as `#DIV/0!`.
    Error(String),
}
