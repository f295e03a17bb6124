//! A table as candidate values, and everything that is wrong with it.

use std::collections::HashMap;

use super::answer::read_answer;
use super::layout::{Codes, Column, Layout};
use super::{RowSubject, Settings};
use crate::frameworks::Catalogue;
use crate::imports::{Cell, Place, Problem, Sheet};
use crate::kernel::{Period, Value};
use crate::measures::Measure;
use crate::organisations::{Directory, PlaceKind, Recognised};

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
    /// The value.
    pub value: Value,
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
    fn sheet(&mut self, sheet: &Sheet) {
        let layout = match Layout::recognise(sheet, &self.codes) {
            Ok(layout) => layout,
            Err(error) => {
                let place = Place {
                    sheet: sheet.name.clone(),
                    row: 1,
                    column: 0,
                };
                let problem = Problem::refusal(place, "layout", error.to_string());
                self.problems.push(problem);
                return;
            }
        };
        self.ignored_columns(sheet, &layout);
        for row in &sheet.rows[layout.header + 1..] {
            if row.iter().any(|cell| !cell.text.is_empty()) {
                self.row(row, &layout);
            }
        }
    }

    fn ignored_columns(&mut self, sheet: &Sheet, layout: &Layout) {
        let header = &sheet.rows[layout.header];
        for (cell, column) in header.iter().zip(&layout.columns) {
            if *column == Column::Ignored && !cell.text.is_empty() {
                let message = format!(
                    "La colonne « {} » n’est pas reconnue : elle est ignorée. Titrez-la du code d’un indicateur si elle porte des valeurs.",
                    cell.text
                );
                let problem = Problem::warning(cell.place.clone(), "unknown-column", message);
                self.problems.push(problem);
            }
        }
    }

    fn row(&mut self, row: &[Cell], layout: &Layout) {
        let place = self.row_place(row, layout);
        let period = self.row_period(row, layout);
        for (cell, column) in row.iter().zip(&layout.columns) {
            let (measure, own_period) = match column {
                Column::Measure { measure, period } => (Some(measure.clone()), *period),
                Column::Value => (self.row_measure(row, layout), None),
                _ => continue,
            };
            if cell.text.is_empty() {
                continue;
            }
            let period = own_period.or(period);
            if let (Some(measure), Some(place), Some(period)) = (measure, &place, period) {
                self.cell(cell, &measure, place, period);
            }
        }
    }

    fn row_place(&mut self, row: &[Cell], layout: &Layout) -> Option<String> {
        let cell = row.get(layout.find(&Column::Place)?)?;
        let kinds = [PlaceKind::Region, PlaceKind::Zone, PlaceKind::Country];
        let (code, message) = match self.ground.directory.recognise(&cell.text, &kinds) {
            Recognised::Found(place) => return Some(place.code.clone()),
            Recognised::Ambiguous(places) => {
                let names: Vec<&str> = places.iter().map(|p| p.name.as_str()).collect();
                let message = format!(
                    "« {} » peut désigner {}. Écrivez le code INSEE.",
                    cell.text,
                    names.join(" ou ")
                );
                ("ambiguous-place", message)
            }
            Recognised::Unknown { nearest } => {
                let hint = nearest.map_or_else(
                    || "Écrivez le nom ou le code INSEE d’une région.".to_owned(),
                    |spelling| format!("Vouliez-vous écrire « {spelling} » ?"),
                );
                (
                    "unknown-place",
                    format!("Territoire inconnu : « {} ». {hint}", cell.text),
                )
            }
        };
        let problem = Problem::refusal(cell.place.clone(), code, message);
        self.problems.push(problem);
        None
    }

    fn row_period(&mut self, row: &[Cell], layout: &Layout) -> Option<Period> {
        let cell = row.get(layout.find(&Column::Period)?)?;
        let read = cell.text.parse();
        if read.is_err() {
            let message = format!(
                "« {} » n’est pas une année. Écrivez par exemple 2023, 2023-T4 ou 2023-M09.",
                cell.text
            );
            let problem = Problem::refusal(cell.place.clone(), "wrong-period", message);
            self.problems.push(problem);
        }
        read.ok()
    }

    fn row_measure(&mut self, row: &[Cell], layout: &Layout) -> Option<String> {
        let cell = row.get(layout.find(&Column::Indicator)?)?;
        let (code, message) = match self.codes.measure(&cell.text) {
            Ok(Some(measure)) => return Some(measure),
            Ok(None) => (
                "unknown-indicator",
                format!("Indicateur inconnu : « {} ». Vérifiez son code.", cell.text),
            ),
            Err(error) => ("ambiguous-indicator", error.to_string()),
        };
        let problem = Problem::refusal(cell.place.clone(), code, message);
        self.problems.push(problem);
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
                let problem =
                    Problem::refusal(cell.place.clone(), "wrong-value", error.to_string());
                self.problems.push(problem);
                return;
            }
        };
        if let Some(message) = out_of_bounds(&value, measure) {
            let problem = Problem::refusal(cell.place.clone(), "out-of-bounds", message);
            self.problems.push(problem);
            return;
        }
        if self.already_read(cell, code, place, period, &value) {
            return;
        }
        let indicator = self.codes.indicator_of(code);
        let named = self.ground.settings.supplier.clone();
        let supplier = named
            .or_else(|| indicator.and_then(|i| i.suppliers.first().cloned()))
            .unwrap_or_default();
        self.candidates.push(Candidate {
            place: cell.place.clone(),
            subject: RowSubject {
                measure: code.to_owned(),
                place: place.to_owned(),
                period,
                supplier,
                source: indicator.and_then(|i| i.source.clone()),
            },
            value,
        });
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
        let problem = if known == value {
            let message = format!("Cette valeur est déjà donnée en {}.", at.cell());
            Problem::warning(cell.place.clone(), "repeated-cell", message)
        } else {
            let message = format!(
                "Cette cellule dit {value}, et {} dit {known} pour le même territoire et la même année. Gardez une seule valeur.",
                at.cell()
            );
            Problem::refusal(cell.place.clone(), "contradiction", message)
        };
        self.problems.push(problem);
        true
    }
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
