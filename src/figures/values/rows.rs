//! A row of a table: what it is about, and its values.
//!
//! Readings of ours. A row without any value says nothing and is no mistake where it names a
//! place. Several columns of places must agree; several of periods are read together (`2023`,
//! `T1`). A label merged over several rows holds for each; a value merged over several cells is
//! refused, for nothing says which place or year it is of. A level that the measure is not broken
//! down by is refused. The initial and target values of PILOTE (`vi`, `vc`) belong to contracts:
//! they are counted, and left.

use super::answer::read_cell;
use super::breakdown::{Axis, Level, read_level, written};
use super::fact::{Context, Key, Told};
use super::labels::{agreed, day, no_period, status, when};
use super::line::{Line, repeats_header};
use super::mapping::{Column, IGNORED, MOST_NAMES, Part, SheetMapping, columns};
use super::places::Unnamed;
use super::table::Reading;
use super::when::When;
use crate::imports::{Cell, Content, Format, ProblemCode};
use crate::kernel::{Period, fold};
use crate::measures::Measure;

/// The place of a row, its levels, and the column that says the latter.
type Placed<'a> = (&'a str, Vec<(Axis, String)>, u32);

/// What the labels of a row say.
pub(super) struct About<'a> {
    pub place: &'a str,
    parts: Vec<(Axis, String)>,
    when: Option<When>,
    context: Context,
    /// The column that says the breakdown, to name it where it is wrong.
    level_at: u32,
}

impl<'a> Reading<'a> {
    pub(super) fn row(&mut self, line: &Line<'_>, mapping: &SheetMapping) {
        if self.beyond_header(line, mapping) || repeats_header(line, mapping) {
            return;
        }
        let values: Vec<(&Cell, &Column)> = (1_u32..)
            .zip(&mapping.columns)
            .filter(|(_, column)| column.holds_values())
            .filter_map(|(number, column)| Some((line.own(number)?, column)))
            .collect();
        if values.is_empty() {
            self.row_without_value(line, mapping);
            return;
        }
        if self.is_passed_over(line, mapping) || !self.is_actual_value(line, mapping) {
            return;
        }
        // Every label is read before any is given up: a row wrong twice is told twice.
        let measure = self.row_measure(line, mapping);
        let place = self.row_place(line, mapping);
        let when = self.row_when(line, mapping, &values);
        let context = self.row_context(line, mapping);
        if let (Some((place, parts, level_at)), Ok(when), Some(context)) = (place, when, context) {
            let about = About {
                place,
                parts,
                when,
                context,
                level_at,
            };
            for (cell, column) in values {
                self.value(line, cell, column, measure, mapping, &about);
            }
        }
    }

    fn beyond_header(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> bool {
        let beyond = line.cells.iter().skip(mapping.columns.len());
        let mut beyond = beyond.filter(|cell| cell.content != Content::Empty);
        let Some(cell) = beyond.next() else {
            return false;
        };
        let at = line.spot(cell.place.column);
        if self.format == Format::Csv {
            // The cells before it may have moved: none of them is read.
            let message = "Cette ligne a plus de cellules que l’en-tête. Si la virgule y sert à la fois de décimale et de séparateur, enregistrez le fichier avec des points-virgules.";
            self.notes.refuse(at, ProblemCode::BeyondHeader, message);
            return true;
        }
        if self.beyond.insert(cell.place.column) {
            let message = "Cette cellule est à droite du tableau : ni elle ni celles d’en dessous ne sont lues.";
            self.notes.warn(at, ProblemCode::BeyondHeader, message);
        }
        false
    }

    /// A row that says nothing is no mistake; where it names no place, it is a note, or a row
    /// whose values went elsewhere.
    fn row_without_value(&mut self, line: &Line<'_>, mapping: &SheetMapping) {
        let mut texts = columns(mapping, &Column::Place).map(|number| line.text(number));
        let named = texts.any(|text| self.places.read(text).is_ok());
        let mut cells = line
            .cells
            .iter()
            .filter(|cell| cell.content != Content::Empty);
        if let (false, Some(cell)) = (named, cells.next()) {
            let message = "Cette ligne ne porte aucune valeur : elle est ignorée.";
            let at = line.spot(cell.place.column);
            self.notes.warn(at, ProblemCode::IgnoredRow, message);
        }
    }

    /// PILOTE says of each row whether it is an initial, an actual or a target value.
    fn is_actual_value(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> bool {
        let Some(column) = columns(mapping, &Column::ValueType).next() else {
            return true;
        };
        let text = line.text(column);
        match fold(text).as_str() {
            "va" => return true,
            "vi" => self.left.0 += 1,
            "vc" => self.left.1 += 1,
            _ => {
                let message = format!(
                    "« {text} » n’est pas une nature de valeur de PILOTE. Écrivez va (actuelle), vi (initiale) ou vc (cible)."
                );
                self.notes
                    .refuse(line.spot(column), ProblemCode::WrongType, message);
            }
        }
        false
    }

    /// The place that every cell of the row that names one agrees on, with its breakdown, and the
    /// column that says the latter.
    fn row_place(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> Option<Placed<'a>> {
        let (parts, level_at) = self.row_levels(line, mapping)?;
        let mut numbers: Vec<u32> = columns(mapping, &Column::Place)
            .filter(|number| !line.text(*number).is_empty())
            .collect();
        let department = parts.iter().find(|(axis, _)| *axis == Axis::Department);
        if let (true, Some((_, department))) = (numbers.is_empty(), department) {
            let region = self.places.region_of(department)?;
            return Some((region, parts, level_at));
        }
        if numbers.is_empty() {
            numbers.extend(columns(mapping, &Column::Place).next());
        }
        let mut agreed = None;
        for number in &numbers {
            let named = match self.places.read(line.text(*number)) {
                Ok(named) => named,
                Err(unnamed) => {
                    self.unnamed(line, *number, unnamed);
                    return None;
                }
            };
            match &agreed {
                Some((known, _)) if *known != named => {
                    let message = format!(
                        "« {} » n’est pas le même territoire que « {} ». Corrigez l’un des deux.",
                        line.text(*number),
                        line.text(numbers[0])
                    );
                    let at = line.spot(*number);
                    self.notes.refuse(at, ProblemCode::AmbiguousPlace, message);
                    return None;
                }
                Some(_) => {}
                None => agreed = Some((named, *number)),
            }
        }
        let (named, number) = agreed?;
        self.inside(line, named.place, named.department, number, parts, level_at)
    }

    /// A department named as the place joins the breakdown; one named beside its region must
    /// stand in it.
    fn inside(
        &mut self,
        line: &Line<'_>,
        place: &'a str,
        department: Option<&str>,
        number: u32,
        mut parts: Vec<(Axis, String)>,
        level_at: u32,
    ) -> Option<Placed<'a>> {
        let stated = parts.iter().find(|(axis, _)| *axis == Axis::Department);
        if let Some((_, stated)) = stated
            && self.places.region_of(stated) != Some(place)
        {
            let message = format!(
                "« {} » n’est pas un département de « {} ». Corrigez l’un des deux.",
                line.text(level_at),
                line.text(number)
            );
            self.notes
                .refuse(line.spot(level_at), ProblemCode::AmbiguousPlace, message);
            return None;
        }
        match department {
            Some(department) if stated.is_none() => {
                parts.push((Axis::Department, department.to_owned()));
                Some((place, parts, number))
            }
            _ => Some((place, parts, level_at)),
        }
    }

    fn unnamed(&mut self, line: &Line<'_>, number: u32, unnamed: Unnamed) {
        let at = line.spot(number);
        if unnamed.code == ProblemCode::TotalRow {
            self.notes.warn(at, unnamed.code, unnamed.message);
        } else {
            self.notes.refuse(at, unnamed.code, unnamed.message);
        }
    }

    fn row_levels(
        &mut self,
        line: &Line<'_>,
        mapping: &SheetMapping,
    ) -> Option<(Vec<(Axis, String)>, u32)> {
        let (mut parts, mut at) = (Vec::new(), 0);
        for (number, column) in (1_u32..).zip(&mapping.columns) {
            let Column::Breakdown(axis) = column else {
                continue;
            };
            let text = line.text(number);
            match read_level(*axis, text, self.ground.directory) {
                Level::Whole => {}
                Level::Part(level) => {
                    parts.push((*axis, level));
                    at = number;
                }
                Level::Unknown => {
                    let message = format!(
                        "« {text} » n’est pas une ventilation par {}. Écrivez par exemple « F », « 0-17 ans », « Ain », ou « Ensemble ».",
                        axis.french()
                    );
                    self.notes
                        .refuse(line.spot(number), ProblemCode::UnknownLevel, message);
                    return None;
                }
            }
        }
        Some((parts, at))
    }

    /// The period of a row. It may be left out where the heading of every value says it, or
    /// something beside the table does.
    fn row_when(
        &mut self,
        line: &Line<'_>,
        mapping: &SheetMapping,
        values: &[(&Cell, &Column)],
    ) -> Result<Option<When>, ()> {
        let cells: Vec<&Cell> = columns(mapping, &Column::Period)
            .filter_map(|number| line.shown(number))
            .collect();
        let Some(column) = columns(mapping, &Column::Period).next() else {
            return Ok(None);
        };
        let message = match cells.as_slice() {
            [] => {
                let beside = mapping.period.or(self.ground.settings.period).is_some();
                let own = |column: &Column| {
                    matches!(
                        column,
                        Column::Figure {
                            period: Some(_),
                            ..
                        }
                    )
                };
                if beside || values.iter().all(|(_, column)| own(column)) {
                    return Ok(None);
                }
                "L’année de cette ligne manque.".to_owned()
            }
            [cell] => match when(cell) {
                Some(when) => return Ok(Some(when)),
                None => no_period(&cell.text),
            },
            several => {
                let texts: Vec<&str> = several.iter().map(|cell| cell.text.as_str()).collect();
                let together = texts.join(" ");
                match When::read(&together).or_else(|| agreed(&texts)) {
                    Some(when) => return Ok(Some(when)),
                    None => no_period(&together),
                }
            }
        };
        self.notes
            .refuse(line.spot(column), ProblemCode::WrongPeriod, message);
        Err(())
    }

    /// What the row says of all its values; nothing where some of it is wrong.
    fn row_context(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> Option<Context> {
        let settings = self.ground.settings;
        let mut context = Context {
            supplier: settings.supplier.clone(),
            source: settings.source.clone(),
            comment: settings.comment.clone(),
            reference_date: settings.reference_date,
            provisional: settings.provisional,
            embargo_until: settings.embargo_until,
            fictional: settings.fictional,
        };
        for (number, column) in (1_u32..).zip(&mapping.columns) {
            let Some(cell) = line.shown(number) else {
                continue;
            };
            let said = match column {
                Column::Supplier => self
                    .supplier(cell)
                    .map(|code| context.supplier = Some(code)),
                Column::Source => {
                    context.source = Some(cell.text.clone());
                    Ok(())
                }
                Column::Comment => {
                    context.comment = Some(cell.text.clone());
                    Ok(())
                }
                Column::ReferenceDate => day(cell).map(|day| context.reference_date = Some(day)),
                Column::Status => status(cell).map(|status| context.provisional = status),
                _ => Ok(()),
            };
            if let Err((code, message)) = said {
                self.notes.refuse(line.spot(number), code, message);
                return None;
            }
        }
        Some(context)
    }

    fn supplier(&self, cell: &Cell) -> Result<String, (ProblemCode, String)> {
        let found = self.ground.directory.resolve(&cell.text).found();
        found.map(|found| found.code.clone()).ok_or_else(|| {
            let message = format!(
                "Aucune organisation ne s’appelle « {} ». Écrivez son nom ou son sigle.",
                cell.text
            );
            (ProblemCode::UnknownSupplier, message)
        })
    }

    /// The measure that the row names, where a column of indicators does.
    fn row_measure(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> Option<&'a str> {
        let number = columns(mapping, &Column::Indicator).next()?;
        let wanted = |column: &Column| matches!(column, Column::Figure { measure: None, .. });
        if !mapping.has(wanted) {
            return None;
        }
        let text = line.text(number);
        if !self.indicators.contains_key(text) {
            let found = self.indicator(text);
            self.indicators.insert(text.to_owned(), found);
        }
        match &self.indicators[text] {
            Ok(measure) => Some(measure),
            Err((code, message)) => {
                self.notes.refuse(line.spot(number), *code, message.clone());
                None
            }
        }
    }

    /// Whether a person said that the rows of the indicator that this one names are none of ours.
    fn is_passed_over(&mut self, line: &Line<'_>, mapping: &SheetMapping) -> bool {
        let names = &self.mapping.names;
        let Some(number) = columns(mapping, &Column::Indicator).next() else {
            return false;
        };
        let text = line.text(number);
        let passed = names.get(text).is_some_and(|means| means == IGNORED);
        if passed {
            self.meet(text);
        }
        passed
    }

    /// Keeps a name that Jalon does not know by itself, for a person to explain.
    fn meet(&mut self, name: &str) {
        if !self.foreign_names.contains(name) && self.foreign_names.len() < MOST_NAMES {
            self.foreign_names.insert(name.to_owned());
        }
    }

    fn indicator(&mut self, text: &str) -> Result<&'a str, (ProblemCode, String)> {
        if !text.is_empty() && !matches!(self.codes.measure_in(text), Ok(Some(_))) {
            self.meet(text);
        }
        let named = self.mapping.names.get(text).map_or(text, String::as_str);
        match self.codes.measure_in(named) {
            Ok(Some(measure)) => Ok(measure),
            Ok(None) if text.is_empty() => Err((
                ProblemCode::UnknownIndicator,
                "Le code de l’indicateur manque.".to_owned(),
            )),
            Ok(None) => Err((
                ProblemCode::UnknownIndicator,
                format!(
                    "Indicateur inconnu : « {text} ». Vérifiez son code, ou dites plus bas de quel indicateur il s’agit."
                ),
            )),
            Err(error) => Err((ProblemCode::AmbiguousIndicator, error.to_string())),
        }
    }

    fn value(
        &mut self,
        line: &Line<'_>,
        cell: &Cell,
        column: &Column,
        row_measure: Option<&'a str>,
        mapping: &SheetMapping,
        about: &About<'a>,
    ) {
        let Column::Figure {
            part,
            measure,
            period,
        } = column
        else {
            // An unclear heading was refused with the header.
            return;
        };
        let by_row = mapping.has(|column| *column == Column::Indicator);
        let beside = mapping.measure.as_ref().filter(|_| !by_row);
        let said = self.ground.settings.indicator.as_ref().filter(|_| !by_row);
        let code = match (measure, row_measure) {
            (Some(measure), _) => measure,
            (None, Some(measure)) => measure,
            (None, None) => match beside.or(said) {
                Some(measure) => measure,
                None => return,
            },
        };
        let Ok(Some(named)) = self.codes.measure(code) else {
            return;
        };
        if self.merged_value(line, cell) {
            return;
        }
        let Some(period) = self.period(line, cell, named, *period, mapping, about) else {
            return;
        };
        let Some(code) = self.of_place(line, cell, (named, about.place), period) else {
            return;
        };
        let Some(measure) = self.ground.catalogue.measure(code) else {
            return;
        };
        if !self.breaks_down(line, about, measure) {
            return;
        }
        let told = match self.told(line, cell, *part, measure) {
            Ok(told) => told,
            Err((code, message)) => {
                self.notes
                    .refuse(line.spot(cell.place.column), code, message);
                return;
            }
        };
        let (Some(told), true) = (told, self.expected(line, cell, code, period, about)) else {
            return;
        };
        let key = Key {
            measure: self.names.rank(code),
            place: self.names.rank(about.place),
            period,
            breakdown: self.names.rank(written(&mut about.parts.clone()).as_str()),
        };
        let context = self.context(code, about);
        self.gathered
            .take(key, *part, &told, context, &mut self.notes);
    }

    /// The measure of the contract of that place, where what is named is left to contracts.
    fn of_place(
        &mut self,
        line: &Line<'_>,
        cell: &Cell,
        (named, place): (&'a str, &str),
        period: Period,
    ) -> Option<&'a str> {
        match self.codes.of_place(named, place, period.year()) {
            Ok(code) => Some(code),
            Err(error) => {
                let at = line.spot(cell.place.column);
                self.notes
                    .refuse(at, ProblemCode::UnfollowedValue, error.to_string());
                None
            }
        }
    }

    fn merged_value(&mut self, line: &Line<'_>, cell: &Cell) -> bool {
        let column = cell.place.column;
        if line.area(column).is_none() {
            return false;
        }
        // What stands under a merged area was refused already.
        if line
            .area(column)
            .is_some_and(|area| area.shows(&cell.place))
        {
            let message = "Cette valeur est dans une cellule fusionnée : rien ne dit de quelle ligne ou de quelle colonne elle est. Défusionnez, et répétez la valeur là où elle vaut.";
            self.notes
                .refuse(line.spot(column), ProblemCode::MergedValue, message);
        }
        true
    }

    /// Whether the measure may be broken down as the row is.
    fn breaks_down(&mut self, line: &Line<'_>, about: &About<'a>, measure: &Measure) -> bool {
        let unknown = about
            .parts
            .iter()
            .find(|(axis, _)| !measure.breakdowns.contains(&axis.of_measure()));
        let Some((axis, _)) = unknown else {
            return true;
        };
        let message = format!(
            "« {} » n’est pas ventilé par {}. Donnez la valeur de l’ensemble, ou retirez cette ligne.",
            measure.label,
            axis.french()
        );
        let at = line.spot(about.level_at);
        self.notes
            .refuse(at, ProblemCode::UnknownBreakdown, message);
        false
    }

    fn period(
        &mut self,
        line: &Line<'_>,
        cell: &Cell,
        measure: &str,
        own: Option<Period>,
        mapping: &SheetMapping,
        about: &About<'a>,
    ) -> Option<Period> {
        let frequency = self.codes.frequency_of(measure);
        let stated = about.when.map(|when| when.period(frequency));
        match (own, stated) {
            (Some(own), Some(stated)) if own != stated => {
                let message = format!(
                    "Le titre de la colonne dit {own} et la ligne {stated}. Gardez l’un des deux."
                );
                let at = line.spot(cell.place.column);
                self.notes.refuse(at, ProblemCode::WrongPeriod, message);
                None
            }
            _ => own
                .or(stated)
                .or(mapping.period)
                .or(self.ground.settings.period),
        }
    }

    fn told(
        &self,
        line: &Line<'_>,
        cell: &Cell,
        part: Part,
        measure: &Measure,
    ) -> Result<Option<Told>, (ProblemCode, String)> {
        let measure = if part == Part::Value {
            measure
        } else {
            &self.count
        };
        let answer = read_cell(cell, measure).map_err(|error| (error.code(), error.to_string()))?;
        Ok(answer.map(|answer| Told {
            value: answer.value,
            at: line.spot(cell.place.column),
            scaled: answer.scaled,
            decimals: answer.decimals,
        }))
    }

    /// The context of a value, kept once for all that share it.
    fn context(&mut self, measure: &str, about: &About<'a>) -> u32 {
        let mut context = about.context.clone();
        let indicator = self.codes.indicators_of(measure).first();
        if context.supplier.is_none() {
            context.supplier = indicator.and_then(|i| i.suppliers.first().cloned());
        }
        if context.source.is_none() {
            context.source = indicator.and_then(|i| i.source.clone());
        }
        if context.reference_date.is_none() {
            context.reference_date = about.when.and_then(When::day);
        }
        self.contexts.rank(&context)
    }
}
