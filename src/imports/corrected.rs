//! The corrected copy: the file as it was sent, its faulty cells marked, and a first sheet that
//! lists every problem. It is corrected in place and sent back: its list is not read.

use std::collections::HashMap;

use jalon_render::workbook::{self, Book, Print, Style, sheet_name};
use jalon_render::{Day, RenderError};
use jiff::civil::Date;

use super::problem::{Place, Problem, Severity};
use super::sheet::{Cell, Content, LIST_TITLE, Sheet, Workbook};

/// The sheet that lists the problems.
const LIST: &str = "Problèmes";
/// The rows before the first problem.
const LIST_HEADER: u32 = 4;
/// What the only sheet of a CSV file is called.
const UNNAMED: &str = "Données";

/// A problem, as it is marked.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// Where.
    pub place: &'a Place,
    /// How bad.
    pub severity: Severity,
    /// What is wrong and what to do, in French.
    pub message: &'a str,
}

impl<'a> From<&'a Problem> for Mark<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            place: &problem.place,
            severity: problem.severity,
            message: &problem.message,
        }
    }
}

/// The corrected copy of a file, as the bytes of an XLSX workbook, dated of that day.
pub fn corrected(
    file: &Workbook,
    file_name: &str,
    marks: &[Mark<'_>],
    today: Date,
) -> Result<Vec<u8>, RenderError> {
    let names = names(&file.sheets);
    let mut sheets = vec![list(file_name, marks, &names)];
    for sheet in &file.sheets {
        sheets.push(copy(sheet, &names[sheet.name.as_str()], marks)?);
    }
    workbook::xlsx(&Book {
        title: format!("{file_name}, à corriger"),
        created: day(today)?,
        sheets,
        lists: Vec::new(),
    })
}

/// What each sheet is called in the copy.
fn names(sheets: &[Sheet]) -> HashMap<&str, String> {
    let mut taken = vec![LIST.to_owned()];
    let mut names = HashMap::new();
    for sheet in sheets {
        let wanted = match sheet.name.as_str() {
            "" => UNNAMED,
            name => name,
        };
        let known: Vec<&str> = taken.iter().map(String::as_str).collect();
        let name = sheet_name(wanted, &known);
        taken.push(name.clone());
        names.insert(sheet.name.as_str(), name);
    }
    names
}

fn list(file_name: &str, marks: &[Mark<'_>], names: &HashMap<&str, String>) -> workbook::Sheet {
    let told = format!(
        "Fichier « {file_name} ». Corrigez les cellules marquées dans les feuilles suivantes, enregistrez, puis envoyez ce classeur à Jalon. Cette feuille n’est pas relue."
    );
    let mut cells = vec![
        workbook::Cell::text(1, 1, LIST_TITLE, Style::Title),
        workbook::Cell::text(2, 1, told, Style::Plain),
    ];
    for (column, heading) in (1..).zip(["Feuille", "Cellule", "Gravité", "Que faire"]) {
        cells.push(workbook::Cell::text(
            LIST_HEADER,
            column,
            heading,
            Style::Header,
        ));
    }
    for (row, mark) in (LIST_HEADER + 1..).zip(marks) {
        let sheet = names.get(mark.place.sheet.as_str());
        let sheet = sheet.map_or("", String::as_str);
        // The whole row, or the whole sheet, is shown by its first cell.
        let target = Place {
            sheet: String::new(),
            row: mark.place.row.max(1),
            column: mark.place.column.max(1),
        };
        let link = (!sheet.is_empty()).then(|| workbook::Link {
            sheet: sheet.to_owned(),
            cell: target.cell(),
        });
        cells.push(workbook::Cell::text(row, 1, sheet, Style::Wrapped));
        cells.push(workbook::Cell {
            link,
            ..workbook::Cell::text(row, 2, named(mark.place), Style::Wrapped)
        });
        cells.push(workbook::Cell::text(
            row,
            3,
            gravity(mark.severity),
            Style::Wrapped,
        ));
        cells.push(workbook::Cell::text(row, 4, mark.message, Style::Wrapped));
    }
    workbook::Sheet {
        name: LIST.to_owned(),
        widths: vec![24, 12, 16, 90],
        cells,
        filter: None,
        frozen: (LIST_HEADER, 0),
        print: Print {
            landscape: true,
            repeated_rows: LIST_HEADER,
        },
        ..workbook::Sheet::default()
    }
}

fn named(place: &Place) -> String {
    match (place.row, place.column) {
        (0, _) => "feuille".to_owned(),
        (row, 0) => format!("ligne {row}"),
        _ => place.cell(),
    }
}

fn gravity(severity: Severity) -> &'static str {
    match severity.code() {
        "warning" => "Avertissement",
        "question" => "Question",
        _ => "Refus",
    }
}

/// A sheet as it was sent, its faulty cells marked.
fn copy(sheet: &Sheet, name: &str, marks: &[Mark<'_>]) -> Result<workbook::Sheet, RenderError> {
    let mut marked: HashMap<(u32, u32), Vec<Mark<'_>>> = HashMap::new();
    for mark in marks.iter().filter(|mark| mark.place.sheet == sheet.name) {
        if mark.place.row > 0 && mark.place.column > 0 {
            let at = (mark.place.row, mark.place.column);
            marked.entry(at).or_default().push(*mark);
        }
    }
    let mut cells = Vec::new();
    for cell in sheet.rows.iter().flatten() {
        let marks = marked.remove(&(cell.place.row, cell.place.column));
        if cell.content != Content::Empty || marks.is_some() {
            let marks = marks.unwrap_or_default();
            cells.push(copied(cell, &marks)?);
        }
    }
    // Cells that the file does not hold: a value that is missing.
    for ((row, column), marks) in marked {
        let place = Place {
            sheet: String::new(),
            row,
            column,
        };
        cells.push(copied(&Cell::new(place, Content::Empty, ""), &marks)?);
    }
    cells.sort_by_key(|cell| (cell.row, cell.column));
    Ok(workbook::Sheet {
        name: name.to_owned(),
        hidden: sheet.hidden,
        cells,
        merged: merged(sheet),
        ..workbook::Sheet::default()
    })
}

fn copied(cell: &Cell, marks: &[Mark<'_>]) -> Result<workbook::Cell, RenderError> {
    let content = match &cell.content {
        Content::Empty => workbook::Content::Empty,
        Content::Text => workbook::Content::Text(cell.text.clone()),
        Content::Number(number) => workbook::Content::Number(number.clone()),
        Content::Percentage(number) => workbook::Content::Percentage(number.clone()),
        Content::Date(date) => workbook::Content::Date(day(*date)?),
        Content::YesNo(yes) => workbook::Content::YesNo(*yes),
        // An error is what a formula gives; the text of it reads back as the error.
        Content::Error(error) => workbook::Content::Text(error.clone()),
    };
    let worst = marks
        .iter()
        .any(|mark| gravity(mark.severity) != "Avertissement");
    let style = match marks {
        [] => Style::Plain,
        _ if worst => Style::Faulty,
        _ => Style::Warning,
    };
    let told = |mark: &Mark<'_>| format!("{} : {}", gravity(mark.severity), mark.message);
    let note = marks.iter().map(told).collect::<Vec<_>>().join("\n");
    Ok(workbook::Cell {
        style,
        note: (!note.is_empty()).then_some(note),
        column: u16::try_from(cell.place.column).map_err(|_| RenderError::NoSuchCell)?,
        ..workbook::Cell::new(cell.place.row, 1, content)
    })
}

/// The merged areas that a workbook may have: of several cells, within a sheet, none over another.
fn merged(sheet: &Sheet) -> Vec<workbook::Area> {
    const ROWS: u32 = 1_048_576;
    const COLUMNS: u32 = 16_384;
    let mut kept: Vec<workbook::Area> = Vec::new();
    for area in &sheet.merged {
        let several = area.top < area.bottom || area.left < area.right;
        let (Ok(left), Ok(right)) = (u16::try_from(area.left), u16::try_from(area.right)) else {
            continue;
        };
        let apart = |other: &workbook::Area| {
            area.bottom < other.top
                || other.bottom < area.top
                || right < other.left
                || other.right < left
        };
        let within = area.top > 0 && left > 0 && area.bottom <= ROWS && area.right <= COLUMNS;
        // Every cell of an area is written: a whole column of them would make a huge file.
        let cells = u64::from(area.bottom.saturating_sub(area.top))
            * u64::from(area.right.saturating_sub(area.left));
        if several && within && cells < 10_000 && kept.iter().all(apart) {
            kept.push(workbook::Area {
                top: area.top,
                left,
                bottom: area.bottom,
                right,
            });
        }
    }
    kept
}

fn day(date: Date) -> Result<Day, RenderError> {
    let small = |unit: i8| u8::try_from(unit).unwrap_or(0);
    Day::new(
        i32::from(date.year()),
        small(date.month()),
        small(date.day()),
    )
}
