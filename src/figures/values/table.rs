//! A table as candidate values, and everything that is wrong with it.

use std::collections::HashMap;

use super::answer::read_answer;
use super::layout::{Codes, Column, Layout};
use super::{RowState, RowSubject, Settings};
use crate::frameworks::Catalogue;
use crate::imports::{Cell, Content, Place, Problem, ProblemCode, Sheet};
use crate::kernel::{Period, Value};
use crate::measures::Measure;
use crate::organisations::{Directory, PlaceKind, Recognised};
use crate::platform::clock::french_date;

/// What a table is read against.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The frameworks and their measures.
    pub catalogue: &'a Catalogue,
    /// The places.
    pub directory: &'a Directory,
    /// What the person said beside the file.
    pub settings: &'a Settings,
}

/// A cell that reads as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub place: Place,
    /// What it is about.
    pub subject: RowSubject,
    /// What it says.
    pub state: RowState,
}

/// Reads every sheet: the values, and all the problems at once.
pub fn read_table(sheets: &[Sheet], ground: Ground<'_>) -> (Vec<Candidate>, Vec<Problem>) {
    let codes = Codes::of(ground.catalogue, ground.settings.framework.as_deref());
    let mut reading = Reading {
        ground,
        codes,
        candidates: Vec::new(),
        problems: Vec::new(),
        seen: HashMap::new(),
    };
    for sheet in sheets {
        reading.sheet(sheet);
    }
    reading.problems.sort_by(|a, b| a.place.cmp(&b.place));
    (reading.candidates, reading.problems)
}

struct Reading<'a> {
    ground: Ground<'a>,
    codes: Codes<'a>,
    candidates: Vec<Candidate>,
    problems: Vec<Problem>,
    /// What was already read about each subject, and where.
    seen: HashMap<(String, String, Period), (Value, Place)>,
}

impl Reading<'_> {
    fn refuse(&mut self, cell: &Cell, code: ProblemCode, message: impl Into<String>) {
        let problem = Problem::refusal(cell.place.clone(), code, message);
        self.problems.push(problem);
    }

    fn warn(&mut self, cell: &Cell, code: ProblemCode, message: impl Into<String>) {
        let problem = Problem::warning(cell.place.clone(), code, message);
        self.problems.push(problem);
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let layout = match Layout::recognise(sheet, &self.codes) {
            Ok(layout) => layout,
            Err(error) => {
                let place = Place {
                    sheet: sheet.name.clone(),
                    row: 1,
                    column: 0,
                };
                let problem = Problem::refusal(place, ProblemCode::Layout, error.to_string());
                self.problems.push(problem);
                return;
            }
        };
        self.headings(&sheet.rows[layout.header], &layout);
        for row in &sheet.rows[layout.header + 1..] {
            if row.iter().any(|cell| !cell.text.is_empty()) {
                self.row(row, &layout);
            }
        }
    }

    /// What is wrong with the header itself.
    fn headings(&mut self, header: &[Cell], layout: &Layout) {
        for (rank, error) in &layout.unclear {
            self.refuse(
                &header[*rank],
                ProblemCode::AmbiguousIndicator,
                error.to_string(),
            );
        }
        let has = |wanted: &Column| layout.find(wanted).is_some();
        let (has_period, has_indicator) = (has(&Column::Period), has(&Column::Indicator));
        for (cell, column) in header.iter().zip(&layout.columns) {
            match column {
                Column::Ignored if !cell.text.is_empty() => {
                    let message = format!(
                        "La colonne « {} » n’est pas reconnue : elle est ignorée. Titrez-la du code d’un indicateur si elle porte des valeurs.",
                        cell.text
                    );
                    self.warn(cell, ProblemCode::UnknownColumn, message);
                }
                Column::Value if !has_indicator => {
                    let message = "Rien ne dit l’indicateur de ces valeurs. Titrez cette colonne de son code, ou ajoutez une colonne « indicateur ».";
                    self.refuse(cell, ProblemCode::NoIndicator, message);
                }
                Column::Value | Column::Measure { period: None, .. } if !has_period => {
                    let message = format!(
                        "Rien ne dit l’année de ces valeurs. Ajoutez une colonne « année », ou titrez celle-ci par exemple « {} 2023 ».",
                        cell.text
                    );
                    self.refuse(cell, ProblemCode::NoPeriod, message);
                }
                _ => {}
            }
        }
    }

    fn row(&mut self, row: &[Cell], layout: &Layout) {
        let beyond = row.iter().skip(layout.columns.len());
        if let Some(cell) = beyond.into_iter().find(|cell| !cell.text.is_empty()) {
            // The cells before it may have moved: none of them is read.
            let message = "Cette ligne a plus de cellules que l’en-tête. Si la virgule y sert à la fois de décimale et de séparateur, enregistrez le fichier avec des points-virgules.";
            self.refuse(cell, ProblemCode::BeyondHeader, message);
            return;
        }
        let columns = row.iter().zip(&layout.columns);
        let values: Vec<(&Cell, &Column)> = columns
            .filter(|(cell, column)| column.holds_values() && !cell.text.is_empty())
            .collect();
        if values.is_empty() {
            self.row_without_value(row, layout);
            return;
        }
        let place = self.row_place(row, layout);
        let stated = self.row_period(row, layout, &values);
        for (cell, column) in values {
            let (measure, own_period) = match column {
                Column::Measure { measure, period } => (Some(measure.clone()), *period),
                Column::Value => (self.row_measure(row, layout), None),
                _ => continue,
            };
            if let (Some(own), Some(stated)) = (own_period, stated)
                && own != stated
            {
                let message = format!(
                    "Le titre de la colonne dit {own} et la ligne {stated}. Gardez l’un des deux."
                );
                self.refuse(cell, ProblemCode::WrongPeriod, message);
                continue;
            }
            let period = own_period.or(stated);
            if let (Some(measure), Some(place), Some(period)) = (measure, &place, period) {
                self.cell(cell, &measure, place, period);
            }
        }
    }

    /// A row that says nothing is no mistake; where it names no place, it is a note, or a row
    /// whose values went elsewhere.
    fn row_without_value(&mut self, row: &[Cell], layout: &Layout) {
        let named = layout
            .all(&Column::Place)
            .filter_map(|rank| row.get(rank))
            .any(|cell| self.recognised(cell).is_ok());
        let first = row.iter().find(|cell| !cell.text.is_empty());
        if let (false, Some(cell)) = (named, first) {
            let message = "Cette ligne ne porte aucune valeur : elle est ignorée.";
            self.warn(cell, ProblemCode::IgnoredRow, message);
        }
    }

    /// The place that every cell of the row that names one agrees on.
    fn row_place(&mut self, row: &[Cell], layout: &Layout) -> Option<String> {
        let mut cells: Vec<Cell> = layout
            .all(&Column::Place)
            .map(|rank| cell_at(row, rank))
            .collect();
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            cells.retain(|cell| !cell.text.is_empty());
        } else {
            cells.truncate(1);
        }
        let mut agreed: Option<String> = None;
        for cell in &cells {
            match self.recognised(cell) {
                Err((code, message)) => {
                    self.refuse(cell, code, message);
                    return None;
                }
                Ok(place) if agreed.as_ref().is_some_and(|agreed| *agreed != place) => {
                    let message = format!(
                        "« {} » n’est pas le même territoire que « {} ». Corrigez l’un des deux.",
                        cell.text, cells[0].text
                    );
                    self.refuse(cell, ProblemCode::AmbiguousPlace, message);
                    return None;
                }
                Ok(place) => agreed = Some(place),
            }
        }
        agreed
    }

    /// The code of the place that a cell names, or what is wrong with it.
    fn recognised(&self, cell: &Cell) -> Result<String, (ProblemCode, String)> {
        let kinds = [PlaceKind::Region, PlaceKind::Zone, PlaceKind::Country];
        match self.ground.directory.recognise(&cell.text, &kinds) {
            Recognised::Found(place) => Ok(place.code.clone()),
            Recognised::Ambiguous(places) => {
                let names: Vec<&str> = places.iter().map(|p| p.name.as_str()).collect();
                let message = format!(
                    "« {} » peut désigner {}. Écrivez le code INSEE.",
                    cell.text,
                    names.join(" ou ")
                );
                Err((ProblemCode::AmbiguousPlace, message))
            }
            Recognised::Unknown { .. } if cell.text.is_empty() => {
                let message = "Le territoire de cette ligne manque.".to_owned();
                Err((ProblemCode::UnknownPlace, message))
            }
            Recognised::Unknown { nearest } => {
                let hint = nearest.map_or_else(
                    || "Écrivez le nom ou le code INSEE d’une région.".to_owned(),
                    |spelling| format!("Vouliez-vous écrire « {spelling} » ?"),
                );
                let message = format!("Territoire inconnu : « {} ». {hint}", cell.text);
                Err((ProblemCode::UnknownPlace, message))
            }
        }
    }

    /// The period of a row. It may be left out where the heading of every value says it.
    fn row_period(
        &mut self,
        row: &[Cell],
        layout: &Layout,
        values: &[(&Cell, &Column)],
    ) -> Option<Period> {
        let cell = cell_at(row, layout.find(&Column::Period)?);
        let says_its_own = |column: &Column| {
            matches!(
                column,
                Column::Measure {
                    period: Some(_),
                    ..
                }
            )
        };
        if cell.text.is_empty() {
            if !values.iter().all(|(_, column)| says_its_own(column)) {
                self.refuse(
                    &cell,
                    ProblemCode::WrongPeriod,
                    "L’année de cette ligne manque.",
                );
            }
            return None;
        }
        let read = cell.text.parse();
        if read.is_err() {
            let message = format!(
                "« {} » n’est pas une année. Écrivez par exemple 2023, 2023-T4 ou 2023-M09.",
                cell.text
            );
            self.refuse(&cell, ProblemCode::WrongPeriod, message);
        }
        read.ok()
    }

    fn row_measure(&mut self, row: &[Cell], layout: &Layout) -> Option<String> {
        // A column of values without one of indicators was refused with the header.
        let cell = cell_at(row, layout.find(&Column::Indicator)?);
        let (code, message) = match self.codes.measure(&cell.text) {
            Ok(Some(measure)) => return Some(measure),
            Ok(None) if cell.text.is_empty() => (
                ProblemCode::UnknownIndicator,
                "Le code de l’indicateur manque.".to_owned(),
            ),
            Ok(None) => (
                ProblemCode::UnknownIndicator,
                format!("Indicateur inconnu : « {} ». Vérifiez son code.", cell.text),
            ),
            Err(error) => (ProblemCode::AmbiguousIndicator, error.to_string()),
        };
        self.refuse(&cell, code, message);
        None
    }

    fn cell(&mut self, cell: &Cell, code: &str, place: &str, period: Period) {
        let Some(measure) = self.ground.catalogue.measure(code) else {
            return;
        };
        let value = match read_answer(&cell.text, measure) {
            Ok(Some(value)) => value,
            Ok(None) => return,
            Err(error) => {
                self.refuse(cell, ProblemCode::WrongValue, error.to_string());
                return;
            }
        };
        if let Some(message) = out_of_bounds(&value, measure) {
            self.refuse(cell, ProblemCode::OutOfBounds, message);
            return;
        }
        if self.already_read(cell, code, place, period, &value) {
            return;
        }
        self.look_at_dates(cell, place, period);
        let subject = RowSubject {
            measure: code.to_owned(),
            place: place.to_owned(),
            period,
            breakdown: String::new(),
        };
        self.candidates.push(Candidate {
            place: cell.place.clone(),
            state: self.state(code, value),
            subject,
        });
    }

    /// A value with what the person said beside the file, and what the indicator says otherwise.
    fn state(&self, measure: &str, value: Value) -> RowState {
        let settings = self.ground.settings;
        let indicator = self.codes.indicator_of(measure);
        let usual = || indicator.and_then(|i| i.suppliers.first().cloned());
        RowState {
            value,
            provisional: settings.provisional,
            reference_date: settings.reference_date,
            supplier: settings.supplier.clone().or_else(usual).unwrap_or_default(),
            source: settings
                .source
                .clone()
                .or_else(|| indicator.and_then(|i| i.source.clone())),
            comment: settings.comment.clone(),
            embargo_until: settings.embargo_until,
            fictional: settings.fictional,
        }
    }

    /// A place that did not exist is no mistake of typing: suppliers also publish past years on
    /// the regions of today.
    fn look_at_dates(&mut self, cell: &Cell, code: &str, period: Period) {
        let last_day = period.last_day();
        let place = self.ground.directory.place(code);
        if let Some(place) = place.filter(|place| !place.valid_on(last_day)) {
            let message = format!(
                "{} n’existe pas au {} : la valeur est gardée, et ne paraît pas parmi les régions de cette année-là.",
                place.name,
                french_date(last_day)
            );
            self.warn(cell, ProblemCode::PlaceNotInForce, message);
        }
    }

    /// Whether the file already said something about this subject; saying it twice alike is a
    /// warning, saying it differently is refused.
    fn already_read(
        &mut self,
        cell: &Cell,
        measure: &str,
        place: &str,
        period: Period,
        value: &Value,
    ) -> bool {
        let key = (measure.to_owned(), place.to_owned(), period);
        let Some((known, at)) = self.seen.get(&key) else {
            self.seen.insert(key, (value.clone(), cell.place.clone()));
            return false;
        };
        if known == value {
            let message = format!("Cette valeur est déjà donnée en {}.", at.cell());
            self.warn(cell, ProblemCode::RepeatedCell, message);
        } else {
            let message = format!(
                "Cette cellule dit {value}, et {} dit {known} pour le même territoire et la même année. Gardez une seule valeur.",
                at.cell()
            );
            self.refuse(cell, ProblemCode::Contradiction, message);
        }
        true
    }
}

/// The cell at that rank, empty where the row is too short to have it.
fn cell_at(row: &[Cell], rank: usize) -> Cell {
    row.get(rank).cloned().unwrap_or_else(|| Cell {
        place: Place {
            column: u32::try_from(rank + 1).unwrap_or(u32::MAX),
            ..row
                .first()
                .map(|cell| cell.place.clone())
                .unwrap_or_default()
        },
        text: String::new(),
        content: Content::Empty,
    })
}

fn out_of_bounds(value: &Value, measure: &Measure) -> Option<String> {
    let number = value.amount(measure.per)?;
    let unit = measure.unit.as_deref().unwrap_or_default();
    if let Some(min) = measure.min
        && number < min
    {
        return Some(format!(
            "{number} est au-dessous du minimum de cet indicateur ({min} {unit}). Vérifiez l’unité et la saisie."
        ));
    }
    if let Some(max) = measure.max
        && number > max
    {
        return Some(format!(
            "{number} dépasse le maximum de cet indicateur ({max} {unit}). Vérifiez l’unité et la saisie."
        ));
    }
    None
}
