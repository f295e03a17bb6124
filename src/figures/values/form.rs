//! A grid typed on screen, as a file for the same kernel as any other. Pure: no page and no
//! database stand here.
//!
//! Each text travels with what its reader saw. One that was not touched follows what stands now
//! and is not sent; one that two people changed comes back with both values. A block pasted from
//! a spreadsheet becomes a file too, with the headings that it lacks.

use std::collections::{BTreeMap, HashSet};

use super::Codes;
use super::grid::{Grid, Line};
use super::mapping::Part;
use crate::figures::Figure;
use crate::imports::Place as FilePlace;
use crate::kernel::{Absence, Decimal, Period, Quantity, Value};
use crate::organisations::{Directory, PlaceKind};

/// What stands before the name of the field that tells what its reader saw.
pub const SEEN: &str = "vu:";
/// The columns of the file before the values.
const LABELS: [&str; 2] = ["Indicateur", "Code INSEE"];
/// The parts of a value, in the order of the columns.
pub const PARTS: [Part; 3] = [Part::Value, Part::Numerator, Part::Denominator];

/// How each reason for a missing value is typed.
const ABSENT_WORDS: [(Absence, &str); 5] = [
    (Absence::Unknown, "nd"),
    (Absence::NotPublished, "NC"),
    (Absence::NotApplicable, "s.o."),
    (Absence::Secret, "secret statistique"),
    (Absence::NotCollected, "non recueilli"),
];

/// A reason as it is typed, or in full where nobody types it.
pub(super) fn absent_word(absence: Absence) -> &'static str {
    let word = ABSENT_WORDS.iter().find(|(known, _)| *known == absence);
    word.map_or(absence.french(), |(_, word)| *word)
}

/// The name of a field.
pub fn name(line: &Line<'_>, period: Period, part: Part) -> String {
    let part = match part {
        Part::Value => "valeur",
        Part::Numerator => "numerateur",
        Part::Denominator => "denominateur",
    };
    format!("{}~{}~{period}~{part}", line.measure.code, line.place.code)
}

/// One text of the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What the form shows.
    pub typed: String,
    /// What stands now.
    pub current: String,
    /// What is wrong with it and what to do.
    pub problem: Option<String>,
}

/// Every text of a grid, by name of field.
#[derive(Clone, Debug, Default)]
pub struct Entries(BTreeMap<String, Entry>);

impl Entries {
    /// The texts of a grid as they stand now.
    pub fn of(grid: &Grid<'_>) -> Self {
        let mut entries = BTreeMap::new();
        for (line, period) in cells(grid) {
            let figure = grid.figure(line, period);
            for part in parts(line) {
                let current = figure.map_or_else(String::new, |figure| text_of(figure, *part));
                let entry = Entry {
                    typed: current.clone(),
                    current,
                    problem: None,
                };
                entries.insert(name(line, period, *part), entry);
            }
        }
        Self(entries)
    }

    /// The same with what was typed: what is not in the form is not touched.
    #[must_use]
    pub fn typed(mut self, grid: &Grid<'_>, fields: &BTreeMap<String, String>) -> Self {
        for (field, entry) in &mut self.0 {
            let seen = fields
                .get(&format!("{SEEN}{field}"))
                .map(|text| text.trim());
            let Some(typed) = fields.get(field).map(|text| text.trim()) else {
                continue;
            };
            let seen = seen.unwrap_or(&entry.current);
            if typed == seen {
                continue;
            }
            typed.clone_into(&mut entry.typed);
            if entry.current != seen && entry.current != typed {
                entry.problem = Some(both(&entry.current, typed));
            }
        }
        for (line, period) in cells(grid) {
            self.refuse_emptied(line, period);
        }
        self
    }

    /// An empty cell says nothing: what stands is not withdrawn by it.
    fn refuse_emptied(&mut self, line: &Line<'_>, period: Period) {
        let names: Vec<String> = parts(line)
            .iter()
            .map(|part| name(line, period, *part))
            .collect();
        let all = |wanted: fn(&Entry) -> bool| {
            names.iter().filter_map(|name| self.0.get(name)).all(wanted)
        };
        let emptied = all(|entry| entry.typed.is_empty()) && !all(|entry| entry.current.is_empty());
        let held = names.into_iter().find(|name| {
            self.0
                .get(name)
                .is_some_and(|entry| !entry.current.is_empty())
        });
        if let Some(entry) = held
            .filter(|_| emptied)
            .and_then(|name| self.0.get_mut(&name))
        {
            let message = format!(
                "Une case vide ne dit rien : « {} » y resterait. Écrivez « nd » si la valeur n’est plus disponible, ou annulez l’import qui l’a apportée.",
                entry.current
            );
            entry.problem.get_or_insert(message);
        }
    }

    /// One text.
    pub fn get(&self, name: &str) -> Entry {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Says what is wrong with a text; a first problem is kept.
    pub fn refuse(&mut self, name: &str, message: &str) {
        if let Some(entry) = self.0.get_mut(name) {
            entry.problem.get_or_insert(message.to_owned());
        }
    }

    /// How many texts have a problem.
    pub fn problems(&self) -> usize {
        self.0
            .values()
            .filter(|entry| entry.problem.is_some())
            .count()
    }

    fn changed(&self, line: &Line<'_>, period: Period) -> bool {
        parts(line).iter().any(|part| {
            let entry = self.0.get(&name(line, period, *part));
            entry.is_some_and(|entry| entry.typed != entry.current)
        })
    }

    /// What was changed, as a file; nothing where nothing was.
    pub fn file(&self, grid: &Grid<'_>, codes: &Codes<'_>) -> Option<TypedFile> {
        let changed = |line: &&Line<'_>| {
            grid.periods
                .iter()
                .any(|period| self.changed(line, *period))
        };
        let lines: Vec<&Line<'_>> = grid.lines.iter().filter(changed).collect();
        if lines.is_empty() {
            return None;
        }
        let columns = columns(grid);
        let mut rows = vec![header(&columns)];
        let mut names = Vec::new();
        for line in lines {
            let mut row = vec![line.name(codes).to_owned(), line.place.code.clone()];
            let mut fields = Vec::new();
            for (period, part) in &columns {
                let field = name(line, *period, *part);
                let text = self.get(&field).typed;
                row.push(if self.changed(line, *period) {
                    text
                } else {
                    String::new()
                });
                fields.push(field);
            }
            rows.push(row);
            names.push(fields);
        }
        Some(TypedFile {
            bytes: written(&rows),
            names,
        })
    }
}

/// What somebody else wrote meanwhile, and what was typed.
fn both(current: &str, typed: &str) -> String {
    let told = |text: &str| match text {
        "" => "rien".to_owned(),
        text => format!("« {text} »"),
    };
    format!(
        "Entre-temps, quelqu’un a enregistré {} ; vous avez saisi {}. Renvoyez pour garder votre saisie, ou reprenez l’autre.",
        told(current),
        told(typed)
    )
}

/// The changed cells of a grid as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedFile {
    /// The file: CSV, with a row for each line that was changed.
    pub bytes: Vec<u8>,
    /// The field of each cell, row by row.
    names: Vec<Vec<String>>,
}

impl TypedFile {
    /// The field that a cell of the file was typed in.
    pub fn field(&self, at: &FilePlace) -> Option<&str> {
        let row = usize::try_from(at.row).ok()?.checked_sub(2)?;
        let column = usize::try_from(at.column).ok()?;
        let fields = self.names.get(row)?;
        // What is wrong with the whole row, or its labels, is told by its first cell.
        let rank = column.saturating_sub(LABELS.len() + 1);
        fields.get(rank).map(String::as_str)
    }
}

/// The lines and periods for which a value is asked.
fn cells<'g, 'a>(grid: &'g Grid<'a>) -> impl Iterator<Item = (&'g Line<'a>, Period)> {
    grid.lines.iter().flat_map(move |line| {
        let periods = grid.periods.iter().copied();
        let asked = periods.filter(move |period| grid.asks(line, *period));
        asked.map(move |period| (line, period))
    })
}

/// The parts that may be typed of the values of a line.
pub fn parts(line: &Line<'_>) -> &'static [Part] {
    if line.has_terms() {
        &PARTS
    } else {
        &PARTS[..1]
    }
}

fn columns(grid: &Grid<'_>) -> Vec<(Period, Part)> {
    let parts = if grid.has_terms() {
        &PARTS[..]
    } else {
        &PARTS[..1]
    };
    let columns = grid
        .periods
        .iter()
        .flat_map(|period| parts.iter().map(|part| (*period, *part)));
    columns.collect()
}

/// The headings of a file, as the reader knows them.
fn header(columns: &[(Period, Part)]) -> Vec<String> {
    let labels = LABELS.map(str::to_owned);
    let values = columns.iter().map(|(period, part)| heading(*period, *part));
    labels.into_iter().chain(values).collect()
}

fn heading(period: Period, part: Part) -> String {
    match part {
        Part::Value => period.to_string(),
        part => format!("{period} {}", part.french()),
    }
}

/// A part of a figure, as a person would type it; the reader takes it back.
fn text_of(figure: &Figure, part: Part) -> String {
    let number = |number: Decimal| number.to_string().replace('.', ",");
    match (&figure.value, part) {
        (Value::Number(Quantity::Plain(plain)), Part::Value) => number(*plain),
        (Value::Number(Quantity::Ratio { num, .. }), Part::Numerator) => number(*num),
        (Value::Number(Quantity::Ratio { den, .. }), Part::Denominator) => number(*den),
        (Value::YesNo(_) | Value::Text(_), Part::Value) => figure.value.to_string(),
        (Value::Unavailable(absence), Part::Value) => absent_word(*absence).to_owned(),
        _ => String::new(),
    }
}

/// Why a pasted block cannot be taken, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// There is nothing in it.
    #[error("collez d’abord un bloc de cellules dans le cadre")]
    Empty,
    /// It has more columns than the grid.
    #[error(
        "le bloc collé a {0} colonnes de valeurs, et la grille {1} : ajoutez une ligne de titres qui dise ce que contient chacune"
    )]
    Columns(usize, usize),
    /// Its rows do not say what they are about, and are not as many as those of the grid.
    #[error("le bloc collé a {0} lignes, et la grille {1} : collez aussi la colonne des {2}")]
    Rows(usize, usize, &'static str),
    /// It is no table.
    #[error("ce bloc n’est pas un tableau : copiez des cellules dans le tableur, puis collez-les")]
    NoTable,
}

/// A block pasted beside a grid, as a file. One with headings is kept as it is; to one without,
/// those of the grid are given, in its order. Rows that do not name their region (or their
/// indicator) are those of the grid where they are as many.
///
/// # Errors
/// Where nothing says what its rows or its columns are.
pub fn pasted(
    grid: &Grid<'_>,
    text: &str,
    codes: &Codes<'_>,
    directory: &Directory,
) -> Result<Vec<u8>, PasteError> {
    let rows = block(text)?;
    let labels = Labels {
        grid,
        codes,
        directory,
    };
    let Some(label) = labels.column(&rows) else {
        return by_order(grid, &rows, codes);
    };
    let first = rows[0].get(label);
    if first.is_none_or(|text| labels.named(text).is_none()) {
        return Ok(written(&with_region(grid, rows)));
    }
    let width = width(&rows);
    let values =
        (0..width).filter(|column| *column != label && !labels.repeats(&rows, label, *column));
    let values: Vec<usize> = values.collect();
    let mut file = vec![header(&fitting(grid, values.len())?)];
    for row in &rows {
        let cell = |column: usize| row.get(column).cloned().unwrap_or_default();
        let own = match grid.region() {
            None => [grid.lines[0].name(codes).to_owned(), cell(label)],
            Some(region) => [cell(label), region.code.clone()],
        };
        file.push(
            own.into_iter()
                .chain(values.iter().map(|column| cell(*column)))
                .collect(),
        );
    }
    Ok(written(&file))
}

fn width(rows: &[Vec<String>]) -> usize {
    rows.iter().map(Vec::len).max().unwrap_or(0)
}

/// What tells which line of a grid the row of a block is about.
struct Labels<'g, 'a> {
    grid: &'g Grid<'a>,
    codes: &'g Codes<'a>,
    directory: &'g Directory,
}

impl Labels<'_, '_> {
    /// The code of the region or of the measure that a text names.
    fn named(&self, text: &str) -> Option<String> {
        if self.grid.region().is_some() {
            let found = self.codes.measure_in(text).ok()?;
            return found.map(str::to_owned);
        }
        let kinds = [PlaceKind::Region, PlaceKind::Zone, PlaceKind::Country];
        let found = self.directory.recognise(text, &kinds).found()?;
        Some(found.code.clone())
    }

    /// The column that names the rows: one of words for most of them, or a first one of codes,
    /// each another, before others.
    fn column(&self, rows: &[Vec<String>]) -> Option<usize> {
        let cells = |column: usize| {
            rows.iter()
                .map(move |row| row.get(column).map_or("", String::as_str))
        };
        let is_word = |text: &&str| text.parse::<Decimal>().is_err() && self.named(text).is_some();
        let most = |column: &usize| {
            cells(*column).filter(is_word).count() * 2 > rows.len().saturating_sub(1).max(1)
        };
        let width = width(rows);
        (0..width).find(most).or_else(|| {
            let codes: HashSet<String> = cells(0).filter_map(|text| self.named(text)).collect();
            let all = codes.len() + 1 >= rows.len() && codes.len() > 2;
            (all && width > 1).then_some(0)
        })
    }

    /// Whether a column says once more what the labels say, such as the codes beside the names.
    fn repeats(&self, rows: &[Vec<String>], label: usize, column: usize) -> bool {
        rows.iter().all(|row| {
            let named = |column: usize| self.named(row.get(column)?);
            named(column).is_some() && named(column) == named(label)
        })
    }
}

/// A block with headings, beside a grid of one region: its rows are about it.
fn with_region(grid: &Grid<'_>, rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let Some(region) = grid.region() else {
        return rows;
    };
    let own = |rank| {
        if rank == 0 {
            LABELS[1].to_owned()
        } else {
            region.code.clone()
        }
    };
    let with = |(rank, row): (usize, Vec<String>)| std::iter::once(own(rank)).chain(row).collect();
    rows.into_iter().enumerate().map(with).collect()
}

/// A block without labels: its rows are those of the grid, the country left out or not.
fn by_order(
    grid: &Grid<'_>,
    rows: &[Vec<String>],
    codes: &Codes<'_>,
) -> Result<Vec<u8>, PasteError> {
    let regions = grid
        .lines
        .iter()
        .filter(|line| line.place.kind == PlaceKind::Region)
        .count();
    if ![grid.lines.len(), regions].contains(&rows.len()) {
        let missing = if grid.region().is_none() {
            "régions"
        } else {
            "indicateurs"
        };
        return Err(PasteError::Rows(rows.len(), grid.lines.len(), missing));
    }
    let mut file = vec![header(&fitting(grid, width(rows))?)];
    for (line, row) in grid.lines.iter().zip(rows) {
        let own = [line.name(codes).to_owned(), line.place.code.clone()];
        file.push(own.into_iter().chain(row.iter().cloned()).collect());
    }
    Ok(written(&file))
}

/// The columns of the grid that a block without headings fills: values alone, or with their terms.
fn fitting(grid: &Grid<'_>, width: usize) -> Result<Vec<(Period, Part)>, PasteError> {
    let all = columns(grid);
    if width == all.len() {
        return Ok(all);
    }
    let values: Vec<(Period, Part)> = all
        .iter()
        .copied()
        .filter(|(_, part)| *part == Part::Value)
        .collect();
    if width <= values.len() {
        return Ok(values[..width].to_vec());
    }
    Err(PasteError::Columns(width, all.len()))
}

/// The rows of a pasted block; those without anything are left out.
fn block(text: &str) -> Result<Vec<Vec<String>>, PasteError> {
    let delimiter = if text.contains('\t') { b'\t' } else { b';' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| PasteError::NoTable)?;
        let row: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if row.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Err(PasteError::Empty);
    }
    Ok(rows)
}

/// Rows as a CSV file in UTF-8.
fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        // Writing into memory cannot fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
