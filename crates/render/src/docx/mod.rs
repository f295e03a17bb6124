//! Word documents (DOCX) from plain blocks: headings, paragraphs, lists, tables, pictures.
//!
//! Written here rather than with docx-rs, the writer that is kept up: it gives a picture no
//! alternative text, a table no header row and a document no language, which is what an accessible
//! document is made of. What is written is the common ground of the programs that read them. The same
//! [`Document`] always gives the same bytes.

mod body;
mod parts;
mod picture;

use crate::package::packed;
use crate::{Day, RenderError, State};

/// A document, in French.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Its title, among its properties too.
    pub title: String,
    /// The day it is dated of: never the clock's.
    pub made: Day,
    /// What runs above every page.
    pub head: String,
    /// What runs below every page, before its number.
    pub foot: String,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// The title of the cover.
    Title(String),
    /// A heading, of rank 1 to 3; one of rank 1 begins a page.
    Heading(u8, String),
    /// A heading of rank 1 that goes on in the page.
    Continued(String),
    /// A paragraph.
    Paragraph(Look, String),
    /// How something stands: a symbol, then what is said of it.
    Stated(State, String),
    /// A list.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A drawing.
    Picture(Picture),
    /// A drawing with the table of what it shows on its right, together on one page.
    Beside(Picture, Table),
    /// The list of the headings of the first two ranks.
    Contents,
}

/// How a paragraph looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// As usual.
    Plain,
    /// Kept on the page of what follows.
    Opening,
    /// A verdict, larger.
    Lead,
    /// A note, smaller and quieter.
    Note,
    /// A note that stays with what follows.
    NoteAbove,
}

impl Look {
    fn style(self) -> &'static str {
        match self {
            Self::Plain => "Normal",
            Self::Opening => "Entree",
            Self::Lead => "Chapeau",
            Self::Note => "Note",
            Self::NoteAbove => "NoteLiee",
        }
    }
}

/// A table, whose first row is repeated on each page.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// What it holds, for who hears it.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Its width in millimetres.
    fn width(&self) -> u32 {
        self.columns.iter().map(|column| column.width).sum()
    }
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its heading.
    pub heading: String,
    /// Its width in millimetres.
    pub width: u32,
    /// Whether it holds numbers, set to the right.
    pub numbers: bool,
}

/// A cell: lines of text, the first one stronger where it must be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    /// Its lines; none for an empty cell.
    pub lines: Vec<String>,
    /// Whether the first line is strong.
    pub strong: bool,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            lines: if text.is_empty() {
                Vec::new()
            } else {
                vec![text]
            },
            strong: false,
        }
    }

    /// The same, strong.
    pub fn strong(text: impl Into<String>) -> Self {
        Self {
            strong: true,
            ..Self::text(text)
        }
    }

    /// With a line under it, where it says something.
    #[must_use]
    pub fn under(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        if !line.is_empty() {
            self.lines.push(line);
        }
        self
    }
}

/// A drawing with its alternative.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// As SVG.
    pub svg: String,
    /// What it shows, in words.
    pub alternative: String,
    /// Its width in millimetres.
    pub width: u16,
}

#[cfg(test)]
impl Document {
    /// What it says, block by block, without its drawings.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = vec![self.title.clone(), self.head.clone(), self.foot.clone()];
        let picture = |picture: &Picture| format!("Picture({})", picture.alternative);
        words.extend(self.blocks.iter().flat_map(|block| match block {
            Block::Picture(alone) => vec![picture(alone)],
            // Neither what stands beside what nor where a page begins is a word.
            Block::Beside(drawn, table) => {
                vec![picture(drawn), format!("{:?}", Block::Table(table.clone()))]
            }
            Block::Continued(text) => vec![format!("{:?}", Block::Heading(1, text.clone()))],
            other => vec![format!("{other:?}")],
        }));
        words
    }
}

/// Writes a document.
pub(crate) fn docx(document: &Document) -> Result<Vec<u8>, RenderError> {
    let written = body::body(document)?;
    let mut parts: Vec<(String, Vec<u8>)> = parts::fixed(document)
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .collect();
    parts.push((
        "word/_rels/document.xml.rels".to_owned(),
        parts::relations(written.pictures.len()).into_bytes(),
    ));
    parts.push(("word/document.xml".to_owned(), written.xml.into_bytes()));
    for (rank, picture) in (1..).zip(written.pictures) {
        parts.push((format!("word/media/image{rank}.png"), picture));
    }
    packed(parts)
}

#[cfg(test)]
mod tests;
