//! OpenDocument workbooks. Read here and not by calamine, which tells no percentage from a number,
//! no merged cell from another, and writes out every repetition.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Cursor, Read};

use jiff::civil::{Date, DateTime};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use super::number::decimal_text;
use super::tables::Tables;
use super::{LONGEST_CELL, ReadError, UNCALCULATED, damaged, day, is_error};
use crate::imports::sheet::{Area, Content, Format, Workbook};

/// A manifest is a list of a few files.
const LONGEST_MANIFEST: u64 = 1024 * 1024;

/// Reads an OpenDocument workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Workbook, ReadError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut manifest = Vec::new();
    if let Ok(file) = zip.by_name("META-INF/manifest.xml") {
        let mut file = file.take(LONGEST_MANIFEST);
        file.read_to_end(&mut manifest).map_err(damaged)?;
    }
    if String::from_utf8_lossy(&manifest).contains("encryption-data") {
        return Err(ReadError::Encrypted);
    }
    let file = zip.by_name("content.xml").map_err(damaged)?;
    let mut xml = Reader::from_reader(BufReader::new(file));
    xml.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    reading.document(&mut xml)?;
    reading.tables.finish(Format::Ods)
}

/// Where the reading stands.
#[derive(Default)]
struct Reading {
    tables: Tables,
    /// The style being read.
    style: String,
    /// The styles of sheets that are hidden.
    hidden: HashSet<String>,
    /// The row being read, from 1, and how many times it stands.
    row: u32,
    row_repeats: u32,
    /// The first column after the cells read so far, from 1.
    column: u32,
    /// The cells of the row that hold something.
    cells: Vec<Found>,
    /// The cell being read.
    open: Option<Open>,
}

/// A cell that holds something, with its first column and how many times it stands.
struct Found {
    column: u32,
    repeats: u32,
    content: Content,
    text: String,
}

/// What the beginning of a cell says.
struct Open {
    repeats: u32,
    value_type: String,
    value: Option<String>,
    has_formula: bool,
    is_error: bool,
    text: String,
    has_paragraph: bool,
}

impl Reading {
    fn document<R: BufRead>(&mut self, xml: &mut Reader<R>) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut skipped = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(damaged)? {
                Event::Start(element) if self.is_beside(&element) => {
                    skipped.clear();
                    xml.read_to_end_into(element.name(), &mut skipped)
                        .map_err(damaged)?;
                }
                Event::Start(element) => self.begins(&element)?,
                Event::End(element) => self.ends(element.name().as_ref())?,
                Event::Text(text) => self.write(&text.xml10_content())?,
                Event::CData(text) => self.write(&text.xml10_content())?,
                Event::GeneralRef(entity) => self.entity(&entity)?,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Whether an element holds nothing that stands in a cell: notes, drawings, past changes,
    /// tables in cells.
    fn is_beside(&self, element: &BytesStart<'_>) -> bool {
        let name = element.name();
        let name: &str = name.as_ref();
        let within = self.open.is_some() && name == "table:table";
        within
            || name.starts_with("draw:")
            || [
                "office:annotation",
                "table:tracked-changes",
                "table:shapes",
                "table:dde-links",
            ]
            .contains(&name)
    }

    fn begins(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        let name = element.name();
        match name.as_ref() {
            "style:style" => self.style = attribute(element, "style:name")?.unwrap_or_default(),
            "style:table-properties"
                if attribute(element, "table:display")?.as_deref() == Some("false") =>
            {
                self.hidden.insert(self.style.clone());
            }
            "table:table" => {
                let name = attribute(element, "table:name")?.unwrap_or_default();
                let style = attribute(element, "table:style-name")?.unwrap_or_default();
                self.tables.begin(&name, self.hidden.contains(&style));
                self.row = 1;
            }
            "table:table-row" => {
                self.row_repeats = count(element, "table:number-rows-repeated")?;
                self.column = 1;
                self.cells.clear();
            }
            "table:table-cell" | "table:covered-table-cell" => self.cell_begins(element)?,
            "text:p" => {
                if let Some(open) = &mut self.open {
                    if open.has_paragraph {
                        open.text.push('\n');
                    }
                    open.has_paragraph = true;
                }
            }
            "text:s" => {
                let spaces = count(element, "text:c")?;
                let spaces = usize::try_from(spaces).unwrap_or(0).min(LONGEST_CELL + 1);
                self.write(&" ".repeat(spaces))?;
            }
            "text:tab" => self.write("\t")?,
            "text:line-break" => self.write("\n")?,
            _ => {}
        }
        Ok(())
    }

    fn cell_begins(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        let rows = count(element, "table:number-rows-spanned")?;
        let columns = count(element, "table:number-columns-spanned")?;
        if rows > 1 || columns > 1 {
            self.tables.merge(Area {
                top: self.row,
                left: self.column,
                bottom: self.row.saturating_add(rows - 1),
                right: self.column.saturating_add(columns - 1),
            });
        }
        let mut value = None;
        for name in [
            "office:value",
            "office:date-value",
            "office:boolean-value",
            "office:string-value",
        ] {
            value = value.or(attribute(element, name)?);
        }
        self.open = Some(Open {
            repeats: count(element, "table:number-columns-repeated")?,
            value_type: attribute(element, "office:value-type")?.unwrap_or_default(),
            value,
            has_formula: attribute(element, "table:formula")?.is_some(),
            is_error: attribute(element, "calcext:value-type")?.as_deref() == Some("error"),
            text: String::new(),
            has_paragraph: false,
        });
        Ok(())
    }

    fn ends(&mut self, name: &str) -> Result<(), ReadError> {
        match name {
            "table:table-cell" | "table:covered-table-cell" => {
                if let Some(open) = self.open.take() {
                    let (column, repeats) = (self.column, open.repeats);
                    let (content, text) = open.content();
                    if content != Content::Empty {
                        self.cells.push(Found {
                            column,
                            repeats,
                            content,
                            text,
                        });
                    }
                    self.column = column.saturating_add(repeats);
                }
            }
            "table:table-row" => self.row_ends()?,
            _ => {}
        }
        Ok(())
    }

    fn row_ends(&mut self) -> Result<(), ReadError> {
        if self.cells.is_empty() {
            self.row = self.row.saturating_add(self.row_repeats);
            return Ok(());
        }
        for _ in 0..self.row_repeats {
            for found in &self.cells {
                for column in found.column..found.column.saturating_add(found.repeats) {
                    let content = found.content.clone();
                    self.tables.put(self.row, column, content, &found.text)?;
                }
            }
            self.row = self.row.saturating_add(1);
        }
        Ok(())
    }

    /// Adds to the text of the cell being read. Text between elements is layout.
    fn write(&mut self, text: &str) -> Result<(), ReadError> {
        let Some(open) = self.open.as_mut().filter(|open| open.has_paragraph) else {
            return Ok(());
        };
        // At most four bytes a character: the exact length is looked at where the cell is put.
        if open.text.len() + text.len() > 4 * LONGEST_CELL + 4 {
            return Err(damaged("a cell longer than any spreadsheet allows"));
        }
        open.text.push_str(text);
        Ok(())
    }

    /// The five entities of XML and numbered characters. Others would be declared by the file
    /// itself, which no spreadsheet does.
    fn entity(&mut self, entity: &BytesRef<'_>) -> Result<(), ReadError> {
        if let Some(character) = entity.resolve_char_ref().map_err(damaged)? {
            return self.write(character.encode_utf8(&mut [0; 4]));
        }
        let name = entity.xml10_content();
        match resolve_xml_entity(&name) {
            Some(text) => self.write(text),
            None => Err(damaged(format!("entity {name}"))),
        }
    }
}

impl Open {
    /// What the cell holds, and its text where the content does not say it.
    fn content(self) -> (Content, String) {
        let value = self.value.unwrap_or_default();
        let text = if self.has_paragraph {
            self.text
        } else {
            value.clone()
        };
        let text = text.trim().to_owned();
        let number = |shift| {
            value
                .trim()
                .parse()
                .ok()
                .and_then(|n| decimal_text(n, shift))
        };
        let no_text = |content| (content, String::new());
        if self.is_error || is_error(&text) {
            return no_text(Content::Error(text));
        }
        match self.value_type.as_str() {
            "float" | "currency" => number(0).map(Content::Number).map(no_text),
            "percentage" => number(2).map(Content::Percentage).map(no_text),
            "boolean" => Some(no_text(Content::YesNo(value == "true"))),
            "date" => moment(&value),
            "" if self.has_formula => Some(no_text(Content::Error(UNCALCULATED.to_owned()))),
            _ => None,
        }
        .unwrap_or_else(|| match text.as_str() {
            "" => no_text(Content::Empty),
            _ => (Content::Text, text),
        })
    }
}

fn moment(value: &str) -> Option<(Content, String)> {
    let date = value.parse::<Date>().map(|date| date.at(0, 0, 0, 0));
    let instant = if value.contains('T') {
        value.parse::<DateTime>()
    } else {
        date
    };
    instant.ok().map(day)
}

/// An attribute by its full name, unescaped.
fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    let found = element.try_get_attribute(name).map_err(damaged)?;
    found
        .map(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0))
        .transpose()
        .map(|value| value.map(std::borrow::Cow::into_owned))
        .map_err(damaged)
}

/// An attribute that counts, 1 where it is absent.
fn count(element: &BytesStart<'_>, name: &str) -> Result<u32, ReadError> {
    let Some(text) = attribute(element, name)? else {
        return Ok(1);
    };
    let count: u32 = text.parse().map_err(damaged)?;
    Ok(count.max(1))
}
