//! Where the tables of a file stand, and what their columns seem to hold.
//!
//! Layouts that are recognised: long (one value a row), wide by period (years as headings), wide
//! by indicator (a code or a label, and perhaps a period, as headings, on one line or two), several
//! sheets (the name of each says its indicator or its period), and PILOTE's measure file, whose
//! headings are words like others.
//!
//! Readings of ours: a hidden sheet is not read unless a person asks for it; a title above a table
//! says its indicator or its period where it is the only one to say one; `département` is a
//! breakdown, whose region is known, never the place itself, for `01` is Guadeloupe among regions
//! and Ain among departments.

use std::collections::BTreeSet;

use super::breakdown::Axis;
use super::codes::{Ambiguous, Codes};
use super::mapping::{Column, Mapping, Part, SheetMapping};
use super::places::Places;
use super::when::{read_period, split_period};
use crate::imports::{Area, Cell, Sheet, Workbook};
use crate::kernel::{Period, fold};

/// The header is looked for among the first rows: titles and notes may stand above it.
pub(super) const HEADER_WITHIN: usize = 30;
/// How many rows are looked at to see that a column without a title names places.
const PLACES_WITHIN: usize = 20;

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// The heading says it.
    Certain,
    /// The cells below, or what stands around, say it.
    Likely,
    /// Nothing says it: a person should.
    Unsure,
}

impl Sureness {
    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Certain => "sûr",
            Self::Likely => "probable",
            Self::Unsure => "à préciser",
        }
    }
}

/// What a column seems to hold, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Its heading, as it is written.
    pub heading: String,
    /// What it seems to hold.
    pub column: Column,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why, in French.
    pub why: String,
}

/// What was seen of one sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetProposal {
    /// Its name.
    pub sheet: String,
    /// Whether a person who opens the file does not see it.
    pub hidden: bool,
    /// Its columns; empty where no table was seen.
    pub columns: Vec<Guess>,
}

/// How a file could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The mapping itself.
    pub mapping: Mapping,
    /// What each sheet shows, in the order of the file.
    pub sheets: Vec<SheetProposal>,
}

impl Proposal {
    /// Whether nobody needs to look at it before it is used.
    pub fn is_clear(&self) -> bool {
        let guesses = self.sheets.iter().flat_map(|sheet| &sheet.columns);
        !self.mapping.sheets.is_empty()
            && guesses
                .into_iter()
                .all(|guess| guess.column == Column::Ignored || guess.sureness < Sureness::Unsure)
    }
}

/// Proposes how to read a file.
pub fn propose(workbook: &Workbook, codes: &Codes<'_>, places: &mut Places<'_>) -> Proposal {
    let mut proposal = Proposal {
        mapping: Mapping::default(),
        sheets: Vec::new(),
    };
    for sheet in &workbook.sheets {
        let mut eye = Eye {
            sheet,
            codes,
            places,
            merged: areas_near_the_top(sheet),
        };
        let found = eye.find();
        let columns = found.as_ref().map_or_else(Vec::new, |f| f.guesses.clone());
        proposal.sheets.push(SheetProposal {
            sheet: sheet.name.clone(),
            hidden: sheet.hidden,
            columns,
        });
        if let Some(found) = found.filter(|_| !sheet.hidden) {
            proposal.mapping.sheets.push(eye.mapping(&found));
        }
    }
    proposal
}

/// A mapping whose sheets all say what their columns hold: where a person only said on which row
/// the header stands, the headings of that row are read.
pub fn guess_missing(
    mut mapping: Mapping,
    workbook: &Workbook,
    codes: &Codes<'_>,
    places: &mut Places<'_>,
) -> Mapping {
    for said in mapping.sheets.iter_mut().filter(|s| s.columns.is_empty()) {
        let Some(sheet) = workbook.sheets.iter().find(|s| s.name == said.sheet) else {
            continue;
        };
        let number = |row: &Vec<Cell>| row.first().map_or(0, |cell| cell.place.row);
        let Ok(rank) = sheet.rows.binary_search_by_key(&said.header, number) else {
            continue;
        };
        let mut eye = Eye {
            sheet,
            codes,
            places,
            merged: sheet.merged.clone(),
        };
        let mut found = eye.header(rank, 1);
        if !is_table(&found.guesses) {
            eye.place_by_content(&mut found);
        }
        *said = eye.mapping(&found);
    }
    mapping.sheets.retain(|sheet| !sheet.columns.is_empty());
    mapping
}

fn areas_near_the_top(sheet: &Sheet) -> Vec<Area> {
    let last = sheet.rows.iter().take(HEADER_WITHIN + 1).next_back();
    let last = last
        .and_then(|row| row.first())
        .map_or(0, |cell| cell.place.row);
    let near = sheet.merged.iter().filter(|area| area.top <= last);
    near.copied().collect()
}

/// A header that was found.
struct Found {
    /// Rank of its first line among the rows.
    rank: usize,
    /// How many lines it has.
    lines: usize,
    guesses: Vec<Guess>,
}

/// Looks at one sheet.
struct Eye<'a, 'b, 'c> {
    sheet: &'a Sheet,
    codes: &'a Codes<'b>,
    places: &'a mut Places<'c>,
    merged: Vec<Area>,
}

impl Eye<'_, '_, '_> {
    fn find(&mut self) -> Option<Found> {
        let within = self.sheet.rows.len().min(HEADER_WITHIN);
        for rank in 0..within {
            let single = self.header(rank, 1);
            if is_table(&single.guesses) && says_all(&single.guesses) {
                return Some(single);
            }
            if self.is_second_line(rank + 1, &single.guesses) {
                let double = self.header(rank, 2);
                if is_table(&double.guesses) {
                    return Some(double);
                }
            }
            if is_table(&single.guesses) {
                return Some(single);
            }
        }
        (0..within).find_map(|rank| {
            let mut found = self.header(rank, 1);
            (has_figures(&found.guesses) && self.place_by_content(&mut found)).then_some(found)
        })
    }

    fn header(&self, rank: usize, lines: usize) -> Found {
        let width = self.sheet.rows.iter().skip(rank).take(lines);
        let width = width.map(Vec::len).max().unwrap_or(0);
        let mut above = String::new();
        let guesses = (0..width).map(|column| {
            let heading = self.heading(rank, lines, column, &mut above);
            guess(heading, self.codes)
        });
        Found {
            rank,
            lines,
            guesses: guesses.collect(),
        }
    }

    /// The heading of a column; over a second line, the first one reaches to the right as far as
    /// nothing else is written.
    fn heading(&self, rank: usize, lines: usize, column: usize, above: &mut String) -> String {
        let first = self.shown(rank, column);
        if lines == 1 {
            return first.to_owned();
        }
        let second = self.shown(rank + 1, column);
        if !first.is_empty() {
            first.clone_into(above);
        }
        let first = if second.is_empty() {
            first
        } else {
            above.as_str()
        };
        format!("{first} {second}").trim().to_owned()
    }

    /// What a person reads there: a merged heading stands over all of its columns.
    fn shown(&self, rank: usize, column: usize) -> &str {
        let Some(cell) = self.sheet.rows.get(rank).and_then(|row| row.get(column)) else {
            return "";
        };
        match self.merged.iter().find(|area| area.holds(&cell.place)) {
            Some(area) if area.top < cell.place.row => "",
            Some(area) => {
                let origin = self.sheet.cell(area.top, area.left);
                origin.map_or("", |cell| cell.text.as_str())
            }
            None => &cell.text,
        }
    }

    /// Whether every cell of a row that says something is a heading, one of them a period, a part
    /// or an indicator, and none of them stands under a heading that already says all.
    fn is_second_line(&self, rank: usize, first: &[Guess]) -> bool {
        let Some(row) = self.sheet.rows.get(rank) else {
            return false;
        };
        let mut figures = false;
        for (column, cell) in row.iter().enumerate().filter(|(_, c)| !c.text.is_empty()) {
            let above = first.get(column).map(|guess| &guess.column);
            let open = above.is_none_or(|a| *a == Column::Ignored || a.holds_values());
            let here = guess(cell.text.clone(), self.codes).column;
            if !open || here == Column::Ignored {
                return false;
            }
            figures |= here.holds_values();
        }
        figures
    }

    /// A column whose cells mostly name places is that of places, whatever its title.
    fn place_by_content(&mut self, found: &mut Found) -> bool {
        let rows = self.sheet.rows.iter().skip(found.rank + found.lines);
        let rows: Vec<&Vec<Cell>> = rows.take(PLACES_WITHIN).collect();
        for (column, guess) in found.guesses.iter_mut().enumerate() {
            if guess.column != Column::Ignored {
                continue;
            }
            let cells = rows.iter().filter_map(|row| row.get(column));
            let texts: Vec<&str> = cells
                .map(|cell| cell.text.as_str())
                .filter(|text| !text.is_empty())
                .collect();
            let named = texts.iter().filter(|text| self.places.read(text).is_ok());
            let named = named.count();
            if named >= 3 && named * 5 >= texts.len() * 3 {
                guess.column = Column::Place;
                guess.sureness = Sureness::Likely;
                "les cellules de cette colonne nomment des territoires".clone_into(&mut guess.why);
                return true;
            }
        }
        false
    }

    fn mapping(&self, found: &Found) -> SheetMapping {
        let (measure, period) = self.said_above(found.rank);
        let columns: Vec<Column> = found.guesses.iter().map(|g| g.column.clone()).collect();
        let header = &self.sheet.rows[found.rank];
        SheetMapping {
            sheet: self.sheet.name.clone(),
            header: header.first().map_or(0, |cell| cell.place.row),
            header_rows: u32::try_from(found.lines).unwrap_or(1),
            columns,
            measure,
            period,
        }
    }

    /// The measure and the period that the name of the sheet and the titles say, where each is
    /// said once.
    fn said_above(&self, header: usize) -> (Option<String>, Option<Period>) {
        let titles = self.sheet.rows[..header].iter().flatten();
        let titles = titles.map(|cell| cell.text.as_str());
        let (mut measures, mut periods) = (BTreeSet::new(), BTreeSet::new());
        for text in std::iter::once(self.sheet.name.as_str()).chain(titles) {
            if text.is_empty() {
                continue;
            }
            let measure = |text| self.codes.measure_in(text).ok().flatten();
            if let Some((before, period)) = split_period(text)
                && let Some(measure) = measure(before)
            {
                measures.insert(measure);
                periods.insert(period);
            } else if let Some(measure) = measure(text) {
                measures.insert(measure);
            } else {
                periods.extend(read_period(text));
            }
        }
        (only(measures).map(str::to_owned), only(periods))
    }
}

fn only<T: Ord>(mut set: BTreeSet<T>) -> Option<T> {
    if set.len() > 1 {
        return None;
    }
    set.pop_first()
}

fn has_figures(guesses: &[Guess]) -> bool {
    guesses.iter().any(|guess| guess.column.holds_values())
}

fn is_table(guesses: &[Guess]) -> bool {
    let placed = |guess: &Guess| {
        matches!(
            guess.column,
            Column::Place | Column::Breakdown(Axis::Department)
        )
    };
    guesses.iter().any(placed) && has_figures(guesses)
}

/// Whether every figure has its indicator and its period by the header alone.
fn says_all(guesses: &[Guess]) -> bool {
    let has = |wanted: &Column| guesses.iter().any(|guess| guess.column == *wanted);
    let (by_row, dated) = (has(&Column::Indicator), has(&Column::Period));
    guesses.iter().all(|guess| match &guess.column {
        Column::Figure {
            measure, period, ..
        } => (by_row || measure.is_some()) && (dated || period.is_some()),
        _ => true,
    })
}

fn guess(heading: String, codes: &Codes<'_>) -> Guess {
    let (column, sureness, why) = if let Some(column) = known_title(&fold(&heading)) {
        (column, Sureness::Certain, "titre connu".to_owned())
    } else {
        match figure(&heading, codes) {
            Ok(Some(column)) => (
                column,
                Sureness::Certain,
                "code, libellé ou période dans le titre".to_owned(),
            ),
            Ok(None) if heading.is_empty() => {
                (Column::Ignored, Sureness::Unsure, "sans titre".to_owned())
            }
            Ok(None) => (
                Column::Ignored,
                Sureness::Unsure,
                "titre inconnu".to_owned(),
            ),
            Err(error) => (Column::Unclear, Sureness::Unsure, error.to_string()),
        }
    };
    Guess {
        heading,
        column,
        sureness,
        why,
    }
}

/// Whether a title says that its column is only told, as those of a template are: what stands
/// there is not read.
pub(super) fn is_memory(folded: &str) -> bool {
    folded.starts_with("pour memoire")
}

/// The titles that say alone what a column holds.
fn known_title(folded: &str) -> Option<Column> {
    if let Some(axis) = Axis::of_heading(folded) {
        return Some(Column::Breakdown(axis));
    }
    if is_memory(folded) {
        return Some(Column::Ignored);
    }
    Some(match folded {
        "territoire" | "territory" | "region" | "regions" | "zone" | "zone id" | "zone nom"
        | "code region" | "code insee" | "insee" | "ars" | "lieu" | "nom region"
        | "libelle region" | "region nom" | "code territoire" | "nom territoire" | "code geo"
        | "perimetre" => Column::Place,
        "annee" | "an" | "year" | "periode" | "date valeur" | "exercice" | "millesime"
        | "trimestre" | "semestre" | "mois" => Column::Period,
        "indicateur" | "indicator" | "code indicateur" | "identifiant indic" | "mesure"
        | "code mesure" => Column::Indicator,
        "valeur" | "value" | "valeurs" | "taux" => Column::figure(Part::Value),
        "numerateur" | "num" | "numerator" => Column::figure(Part::Numerator),
        "denominateur" | "den" | "denom" | "denominator" => Column::figure(Part::Denominator),
        "type valeur" => Column::ValueType,
        "fournisseur" | "supplier" | "producteur" => Column::Supplier,
        "source" | "sources" => Column::Source,
        "commentaire" | "commentaires" | "remarque" | "remarques" | "comment" | "observations"
        | "note" | "notes" => Column::Comment,
        "date de reference" | "date reference" | "date d observation" | "donnees au" => {
            Column::ReferenceDate
        }
        "statut" | "status" | "etat" | "provisoire definitif" | "provisoire ou definitif" => {
            Column::Status
        }
        _ => return None,
    })
}

/// A heading such as `2.c.1`, `2.c.1 (2023)`, `2.c.1 numérateur 2023`, `2023` or an indicator's
/// label.
fn figure(heading: &str, codes: &Codes<'_>) -> Result<Option<Column>, Ambiguous> {
    if let Some(measure) = codes.measure(heading)? {
        return Ok(Some(of_measure(Part::Value, Some(measure), None)));
    }
    if let Some(period) = read_period(heading) {
        return Ok(Some(of_measure(Part::Value, None, Some(period))));
    }
    let (rest, period) = match split_period(heading) {
        Some((rest, period)) => (rest, Some(period)),
        None => (heading, None),
    };
    let (rest, part) = match split_part(rest) {
        Some((rest, part)) => (rest, Some(part)),
        None => (rest, None),
    };
    // `2.c.1 2023 numérateur`: the period stands inside.
    let (rest, period) = match split_period(rest) {
        Some((rest, inner)) if period.is_none() => (rest, Some(inner)),
        None if period.is_none() && part.is_some() => match read_period(rest) {
            Some(inner) => ("", Some(inner)),
            None => (rest, None),
        },
        _ => (rest, period),
    };
    let measure = codes.measure_in(rest)?;
    if measure.is_none() && (part.is_none() || !rest.is_empty()) {
        return Ok(None);
    }
    Ok(Some(of_measure(
        part.unwrap_or(Part::Value),
        measure,
        period,
    )))
}

fn of_measure(part: Part, measure: Option<&str>, period: Option<Period>) -> Column {
    Column::Figure {
        part,
        measure: measure.map(str::to_owned),
        period,
    }
}

/// The word that says a part, at either end of a heading, and what stands beside it.
fn split_part(heading: &str) -> Option<(&str, Part)> {
    let gap = |c: char| c.is_whitespace() || "()_/[],:–—-".contains(c);
    let heading = heading.trim_matches(gap);
    let last = heading.rfind(gap).map_or(0, |at| {
        at + heading[at..].chars().next().map_or(0, char::len_utf8)
    });
    let before = heading[..last].trim_matches(gap);
    if let Some(part) = part_word(&heading[last..]) {
        return Some((before, part));
    }
    // « Taux » begins many labels: it is the value where nothing but a period stands beside it.
    if fold(heading) == "taux" {
        return Some(("", Part::Value));
    }
    let first = heading.find(gap)?;
    let part = part_word(&heading[..first])?;
    Some((heading[first..].trim_matches(gap), part))
}

fn part_word(word: &str) -> Option<Part> {
    match fold(word).as_str() {
        "numerateur" | "num" => Some(Part::Numerator),
        "denominateur" | "denom" | "den" => Some(Part::Denominator),
        "valeur" => Some(Part::Value),
        _ => None,
    }
}
