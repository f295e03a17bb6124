//! A file as candidate values, and everything that is wrong with it.
//!
//! What stands here: the sheets and their headings, and the order of the passes. Rows are the
//! business of `rows`, what is put together that of `gather`, what is plausible that of
//! `plausible` and `parts`. The work grows with the number of cells, and no text is copied for
//! each of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::codes::Codes;
use super::fact::{Context, Fact, Key, Shared, Spot};
use super::gather::Gathered;
use super::layout::{HEADER_WITHIN, Proposal, guess_missing, is_memory, propose};
use super::line::{Line, lines, repeats_header};
use super::mapping::{Column, Mapping, SheetMapping, headings};
use super::notes::Notes;
use super::places::Places;
use super::{RowState, RowSubject, Settings, parts, plausible};
use crate::figures::FiguresView;
use crate::frameworks::Catalogue;
use crate::imports::{
    Answers, Cell, Content, Format, Place, Problem, ProblemCode, Sheet, Workbook,
};
use crate::kernel::{counted, fold};
use crate::measures::Measure;
use crate::organisations::Directory;

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

/// What is known beside the file and its settings.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The figures as they stand.
    pub figures: &'a FiguresView,
    /// The day of the reading, in Paris.
    pub today: Date,
    /// What each column holds, as a person corrected it or as an earlier file had it; Jalon's
    /// proposal where nothing says so.
    pub mapping: Option<&'a Mapping>,
    /// What the person answered to the questions of an earlier reading.
    pub answers: &'a Answers,
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

/// A file, read.
#[derive(Debug)]
pub struct Table {
    /// How it was read.
    pub mapping: Mapping,
    /// All that is wrong with it, in the order of the file.
    pub problems: Vec<Problem>,
    /// What its rows call indicators and Jalon does not know by itself, explained or not.
    pub foreign_names: BTreeSet<String>,
    facts: Vec<Fact>,
    names: Shared<String>,
    contexts: Shared<Context>,
    sheets: Vec<String>,
}

impl Table {
    /// The values that nothing stands against, in the order of the file. Each is made as it is
    /// asked for.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate> + '_ {
        let accepted = self.facts.iter().filter(|fact| !fact.held);
        accepted.map(|fact| self.candidate(fact))
    }

    /// The same, of a table that nothing else is asked of.
    pub fn into_candidates(mut self) -> impl Iterator<Item = Candidate> {
        let facts = std::mem::take(&mut self.facts);
        let accepted = facts.into_iter().filter(|fact| !fact.held);
        accepted.map(move |fact| self.candidate(&fact))
    }

    /// How many values nothing stands against.
    pub fn accepted(&self) -> usize {
        self.facts.iter().filter(|fact| !fact.held).count()
    }

    /// Refuses each value of a measure, a place and a year that whoever sends the file may not read
    /// against what stands there: what stands is not theirs to learn.
    pub fn refuse_unless(&mut self, may: impl Fn(&str, &str, i16) -> bool) {
        const MESSAGE: &str = "Vos habilitations ne laissent ni voir les valeurs de ce territoire, ni enregistrer celle-ci. Retirez cette ligne, ou faites-la déposer par qui fournit cette valeur.";
        let (names, sheets) = (&self.names, &self.sheets);
        let mut known: HashMap<(u32, u32, i16), bool> = HashMap::new();
        for fact in self.facts.iter_mut().filter(|fact| !fact.held) {
            let Key { measure, place, .. } = fact.key;
            let year = fact.key.period.year();
            let allowed = known
                .entry((measure, place, year))
                .or_insert_with(|| may(names.at(measure), names.at(place), year));
            if *allowed {
                continue;
            }
            fact.held = true;
            let place = fact.told.at.place(sheets);
            let code = ProblemCode::NotYoursToLoad;
            self.problems.push(Problem::refusal(place, code, MESSAGE));
        }
        self.problems
            .sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    }

    /// The measures of its values.
    pub fn measures(&self) -> BTreeSet<&str> {
        let ranks: HashSet<u32> = self.facts.iter().map(|fact| fact.key.measure).collect();
        let names = ranks.into_iter().map(|rank| self.names.at(rank).as_str());
        names.collect()
    }

    fn candidate(&self, fact: &Fact) -> Candidate {
        let Key {
            measure,
            place,
            period,
            breakdown,
        } = fact.key;
        let context = self.contexts.at(fact.context);
        Candidate {
            place: fact.told.at.place(&self.sheets),
            subject: RowSubject {
                measure: self.names.at(measure).clone(),
                place: self.names.at(place).clone(),
                period,
                breakdown: self.names.at(breakdown).clone(),
            },
            state: RowState {
                value: fact.told.value.clone(),
                provisional: context.provisional,
                reference_date: context.reference_date,
                supplier: context.supplier.clone().unwrap_or_default(),
                source: context.source.clone(),
                comment: context.comment.clone(),
                embargo_until: context.embargo_until,
                fictional: context.fictional,
            },
        }
    }
}

/// How a file could be read, for a person to look at.
pub fn propose_mapping(workbook: &Workbook, ground: Ground<'_>) -> Proposal {
    let codes = Codes::of(ground.catalogue, ground.settings.framework.as_deref());
    propose(workbook, &codes, &mut Places::of(ground.directory))
}

/// Reads a file by the mapping of its settings, or by the one that is proposed: the values, and
/// all the problems at once.
pub fn read_table(workbook: &Workbook, ground: Ground<'_>, known: Known<'_>) -> Table {
    let codes = Codes::of(ground.catalogue, ground.settings.framework.as_deref());
    let mut places = Places::of(ground.directory);
    let said = known.mapping.cloned();
    let mapping = match said {
        Some(said) => guess_missing(said, workbook, &codes, &mut places),
        None => propose(workbook, &codes, &mut places).mapping,
    };
    let mut reading = Reading {
        ground,
        known,
        format: workbook.format,
        codes,
        places,
        mapping: &mapping,
        names: Shared::default(),
        contexts: Shared::default(),
        gathered: Gathered::default(),
        notes: Notes::default(),
        indicators: HashMap::new(),
        foreign_names: BTreeSet::new(),
        beyond: HashSet::new(),
        told_once: HashSet::new(),
        left: (0, 0),
        count: Measure::default(),
    };
    reading.workbook(workbook);
    let Reading {
        names,
        contexts,
        gathered,
        mut notes,
        foreign_names,
        ..
    } = reading;
    notes
        .problems
        .sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    Table {
        mapping,
        problems: notes.problems,
        foreign_names,
        facts: gathered.facts,
        names,
        contexts,
        sheets: notes.sheets,
    }
}

/// What is known while a file is read.
pub(super) struct Reading<'a> {
    pub ground: Ground<'a>,
    pub known: Known<'a>,
    pub format: Format,
    pub codes: Codes<'a>,
    pub places: Places<'a>,
    pub mapping: &'a Mapping,
    pub names: Shared<String>,
    pub contexts: Shared<Context>,
    pub gathered: Gathered,
    pub notes: Notes,
    /// What each text of a column of indicators names.
    pub indicators: HashMap<String, Result<&'a str, (ProblemCode, String)>>,
    /// Those of them that Jalon does not know by itself.
    pub foreign_names: BTreeSet<String>,
    /// The columns of the sheet under way that hold something at the right of its table.
    pub beyond: HashSet<u32>,
    /// Warnings that are given once for a measure.
    pub told_once: HashSet<(ProblemCode, u32)>,
    /// How many initial and target values of PILOTE were left out of the sheet under way.
    pub left: (usize, usize),
    /// What the terms of a ratio are read as: numbers without a unit.
    pub count: Measure,
}

impl Reading<'_> {
    fn workbook(&mut self, workbook: &Workbook) {
        let mapping = self.mapping;
        self.notes.sheets = workbook.sheets.iter().map(|s| s.name.clone()).collect();
        for (rank, sheet) in (0_u32..).zip(&workbook.sheets) {
            match mapping.sheet(&sheet.name) {
                Some(mapping) => self.sheet(rank, sheet, mapping),
                None => self.sheet_left(rank, sheet),
            }
        }
        let (names, catalogue) = (&self.names, self.ground.catalogue);
        let measure_of = |key: &Key| catalogue.measure(names.at(key.measure));
        self.gathered.join(measure_of, &mut self.notes);
        plausible::check(self);
        parts::check(self);
    }

    /// A sheet that is not read, and why.
    fn sheet_left(&mut self, rank: u32, sheet: &Sheet) {
        let Some(first) = sheet.rows.iter().find_map(|row| row.first()) else {
            return;
        };
        let at = Spot {
            sheet: rank,
            row: first.place.row.min(1),
            column: 0,
        };
        if sheet.hidden {
            let message = "Cette feuille est masquée : elle n’est pas lue. Affichez-la dans le tableur, ou demandez sa lecture, si ses valeurs comptent.";
            if self.mapping.sheets.is_empty() {
                self.notes.refuse(at, ProblemCode::HiddenSheet, message);
            } else {
                self.notes.warn(at, ProblemCode::HiddenSheet, message);
            }
        } else if self.mapping.sheets.is_empty() && self.has_places_across(sheet) {
            let message = "Les régions de cette feuille sont en colonnes : il en faut une par ligne. Dans le tableur, copiez le tableau, puis « Collage spécial », « Transposé ».";
            self.notes.refuse(at, ProblemCode::Layout, message);
        } else if self.mapping.sheets.is_empty() {
            let message = "Aucune ligne d’en-tête reconnue : il faut une colonne de territoire (« région »), une colonne d’année, et une colonne par indicateur, titrée de son code.";
            self.notes.refuse(at, ProblemCode::Layout, message);
        } else {
            let message =
                "Aucun tableau de valeurs n’est reconnu sur cette feuille : elle n’est pas lue.";
            self.notes.warn(at, ProblemCode::SheetSkipped, message);
        }
    }

    /// Whether some row near the top names several places, one beside the other.
    fn has_places_across(&mut self, sheet: &Sheet) -> bool {
        let places = &mut self.places;
        let mut names = |row: &&Vec<Cell>| {
            let words = row.iter().filter(|cell| cell.content == Content::Text);
            words.filter(|cell| places.read(&cell.text).is_ok()).count() >= 3
        };
        sheet.rows.iter().take(HEADER_WITHIN).any(|row| names(&row))
    }

    fn sheet(&mut self, rank: u32, sheet: &Sheet, mapping: &SheetMapping) {
        self.left = (0, 0);
        self.beyond.clear();
        self.headings(rank, sheet, mapping);
        let last = mapping.header.saturating_add(mapping.header_rows);
        let mut title = None;
        for line in lines(rank, sheet) {
            self.hidden_under_merged(&line);
            let said = line.cells.iter().any(|cell| cell.content != Content::Empty);
            if line.number < last || !said {
                continue;
            }
            if let Some(other) = self.other_title(&line, mapping) {
                title = Some((line.number, other));
                continue;
            }
            if let (Some(title), true) = (title, repeats_header(&line, mapping)) {
                self.second_table(rank, title);
                break;
            }
            self.row(&line, mapping);
        }
        self.pilote_left(rank, mapping);
    }

    /// What a row says that holds one text, and in it an indicator that is not the sheet's own.
    fn other_title<'s>(&self, line: &Line<'s>, mapping: &SheetMapping) -> Option<&'s str> {
        let mut cells = line.cells.iter().filter(|c| c.content != Content::Empty);
        let (cell, None) = (cells.next()?, cells.next()) else {
            return None;
        };
        let own = mapping.measure.as_deref()?;
        let named = self.codes.measure_in(&cell.text).ok()??;
        (named != own).then_some(cell.text.as_str())
    }

    /// Another table under a title of its own: its values are not those of the first.
    fn second_table(&mut self, rank: u32, (row, title): (u32, &str)) {
        let at = Spot {
            sheet: rank,
            row,
            column: 0,
        };
        let message = format!(
            "Un second tableau commence ici, sous le titre « {title} » : il n’est pas lu. Mettez-le sur une feuille à part, ou réunissez les deux avec une colonne « indicateur »."
        );
        self.notes.refuse(at, ProblemCode::SecondTable, message);
    }

    fn hidden_under_merged(&mut self, line: &Line<'_>) {
        for (area, cell) in line.covered() {
            let origin = Spot {
                sheet: line.rank,
                row: area.top,
                column: area.left,
            };
            let message = format!(
                "Cette cellule contient « {} », que la cellule fusionnée {} cache. Défusionnez, et gardez ce qui doit l’être.",
                cell.text,
                self.notes.place(origin).cell()
            );
            let at = line.spot(cell.place.column);
            self.notes.refuse(at, ProblemCode::MergedHides, message);
        }
    }

    /// What is wrong with the header itself.
    fn headings(&mut self, rank: u32, sheet: &Sheet, mapping: &SheetMapping) {
        let texts = headings(sheet, mapping);
        for ((column, holds), heading) in (1_u32..).zip(&mapping.columns).zip(&texts) {
            let row = mapping.last_header_row();
            let at = Spot {
                sheet: rank,
                row,
                column,
            };
            match holds {
                Column::Ignored if self.known.mapping.is_some() || is_memory(&fold(heading)) => {}
                Column::Ignored if heading.is_empty() => {
                    self.untitled(rank, sheet, mapping, column);
                }
                Column::Ignored => {
                    let message = format!(
                        "La colonne « {heading} » n’est pas reconnue : elle est ignorée. Titrez-la du code d’un indicateur si elle porte des valeurs."
                    );
                    self.notes.warn(at, ProblemCode::UnknownColumn, message);
                }
                Column::Unclear => {
                    let error = self.codes.measure_in(heading).err();
                    let message = error.map_or_else(
                        || format!("Dites ce que contient la colonne « {heading} »."),
                        |error| error.to_string(),
                    );
                    self.notes
                        .refuse(at, ProblemCode::AmbiguousIndicator, message);
                }
                Column::Figure {
                    measure, period, ..
                } => self.figure_heading(at, heading, measure.is_some(), period.is_some(), mapping),
                _ => {}
            }
        }
    }

    /// A column without a title whose cells hold something is not passed over in silence.
    fn untitled(&mut self, rank: u32, sheet: &Sheet, mapping: &SheetMapping, column: u32) {
        let below = sheet
            .rows
            .iter()
            .filter_map(|row| row.get(column as usize - 1));
        let last = mapping.header.saturating_add(mapping.header_rows);
        let mut below = below.filter(|cell| cell.place.row >= last);
        if let Some(cell) = below.find(|cell| cell.content != Content::Empty) {
            let at = Spot {
                sheet: rank,
                row: cell.place.row,
                column,
            };
            let message = "Cette colonne n’a pas de titre : elle est ignorée. Titrez-la du code d’un indicateur si elle porte des valeurs.";
            self.notes.warn(at, ProblemCode::UnknownColumn, message);
        }
    }

    fn figure_heading(
        &mut self,
        at: Spot,
        heading: &str,
        has_measure: bool,
        has_period: bool,
        mapping: &SheetMapping,
    ) {
        let settings = self.ground.settings;
        let said = |wanted: &Column| mapping.columns.contains(wanted);
        let measure = has_measure || said(&Column::Indicator) || mapping.measure.is_some();
        let period = has_period || said(&Column::Period) || mapping.period.is_some();
        if self.ground.catalogue.frameworks().is_empty() {
            let message = "Aucun cadre contractuel n’est chargé : Jalon ne connaît encore aucun indicateur. Chargez un cadre (« jalon framework import »), puis relisez ce fichier.";
            self.notes.refuse(at, ProblemCode::NoIndicator, message);
        } else if !measure && settings.indicator.is_none() {
            let message = "Rien ne dit l’indicateur de ces valeurs. Titrez cette colonne de son code, ajoutez une colonne « indicateur », ou dites l’indicateur à côté du fichier.";
            self.notes.refuse(at, ProblemCode::NoIndicator, message);
        } else if !period && settings.period.is_none() {
            let message = format!(
                "Rien ne dit l’année de ces valeurs. Ajoutez une colonne « année », ou titrez celle-ci par exemple « {heading} 2023 »."
            );
            self.notes.refuse(at, ProblemCode::NoPeriod, message);
        }
    }

    fn pilote_left(&mut self, rank: u32, mapping: &SheetMapping) {
        let (initial, target) = self.left;
        let column = mapping.columns.iter().position(|c| *c == Column::ValueType);
        if let Some(column) = column.filter(|_| initial + target > 0) {
            let at = Spot {
                sheet: rank,
                row: mapping.header,
                column: u32::try_from(column + 1).unwrap_or(0),
            };
            let initial = counted(initial, "valeur initiale", "valeurs initiales");
            let target = counted(target, "cible", "cibles");
            let message = format!(
                "Laissé de côté : {initial} (vi) et {target} (vc), qui relèvent des contrats. Seules les valeurs actuelles (va) sont lues."
            );
            self.notes.warn(at, ProblemCode::PiloteTypes, message);
        }
    }
}
