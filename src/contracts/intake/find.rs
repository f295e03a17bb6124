//! Where the tables of terms stand in a file, and which text of which term each cell is: by the
//! headings of its columns, and by the key of its row, or else by what the row says of itself.

use std::collections::{BTreeSet, HashMap};

use super::layout::{self, Heading, Layout, Role, Row, Table};
use super::words::typed;
use super::{Finding, FindingKind as Kind, origin, template};
use crate::contracts::sheet::Field;
use crate::imports::{Cell, Content, Place, Sheet, Workbook};
use crate::kernel::{ValueKind, fold};

/// A text of a term as it stands in a file.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// Rank of the section.
    pub section: usize,
    /// Rank of the offer in it.
    pub offer: usize,
    pub field: Field,
    /// As the sheet of terms means it.
    pub text: String,
    pub place: Place,
}

/// The header is among the first rows that hold something.
const HEADER_WITHIN: usize = 30;

/// Every text of a file, and what could not be placed.
pub(super) fn find(layout: &Layout<'_>, file: &Workbook) -> (Vec<Typed>, Vec<Finding>) {
    let (mut typed, mut findings) = (Vec::new(), Vec::new());
    let mut any = false;
    for sheet in &file.sheets {
        if [template::NOTICE, origin::SHEET].contains(&sheet.name.as_str()) {
            continue;
        }
        if let Some(found) = FoundTable::new(layout, sheet) {
            any = true;
            let mut reader = TableReader {
                layout,
                sheet,
                index: Index::new(found.table),
                found,
                typed: &mut typed,
                findings: &mut findings,
                merged: BTreeSet::new(),
            };
            reader.read();
        } else if !sheet.rows.is_empty() && !sheet.hidden {
            let sentence =
                "Cette feuille n’a pas d’en-tête que Jalon connaisse : elle n’est pas lue.";
            findings.push(Finding::new(of_sheet(sheet), Kind::Ignored, sentence));
        }
    }
    if !any {
        let place = file.sheets.first().map(of_sheet).unwrap_or_default();
        let sentence = "Aucun tableau de termes n’est reconnu. Partez du classeur à télécharger sur la page de l’acte, ou titrez vos colonnes comme lui : Code, Indicateur, Valeur initiale, Année initiale, Cible 2026…";
        findings = vec![Finding::new(place, Kind::NoTable, sentence)];
    }
    (typed, findings)
}

fn of_sheet(sheet: &Sheet) -> Place {
    Place {
        sheet: sheet.name.clone(),
        ..Place::default()
    }
}

/// A table found in a sheet.
struct FoundTable<'l, 'f> {
    table: &'l Table,
    /// Rank of the header among the rows of the sheet.
    header: usize,
    /// For each column, counted from 0, the rank of its heading in the table.
    columns: Vec<Option<usize>>,
    cells: &'f [Cell],
}

impl<'l, 'f> FoundTable<'l, 'f> {
    fn new(layout: &'l Layout<'_>, sheet: &'f Sheet) -> Option<Self> {
        let tables = layout.tables.iter();
        let found = tables.flat_map(|table| {
            let rows = sheet.rows.iter().enumerate().take(HEADER_WITHIN);
            rows.filter_map(move |(header, cells)| Self::at(table, header, cells))
        });
        let named = |table: &Table| fold(table.part.sheet()) == fold(&sheet.name);
        // Of those alike, the first.
        let mut all: Vec<_> = found.collect();
        all.sort_by_key(|found| {
            let known = found.columns.iter().flatten().count();
            std::cmp::Reverse((known, named(found.table)))
        });
        all.into_iter().next()
    }

    /// The header that a row is: it names its lines and something to write in them.
    fn at(table: &'l Table, header: usize, cells: &'f [Cell]) -> Option<Self> {
        let mut taken = BTreeSet::new();
        let column = |cell: &Cell| {
            let mut headings = table.headings.iter();
            let rank = headings.position(|heading| is_called(heading, &cell.text))?;
            taken.insert(rank).then_some(rank)
        };
        let columns: Vec<Option<usize>> = cells.iter().map(column).collect();
        let has = |roles: &[Role]| {
            let mut known = columns.iter().flatten();
            known.any(|rank| roles.contains(&table.headings[*rank].role))
        };
        let names = has(&[Role::Key, Role::Code, Role::Label]);
        (names && has(&[Role::Text, Role::Target])).then_some(Self {
            table,
            header,
            columns,
            cells,
        })
    }
}

/// Whether a column is titled so, in the words of the workbook or in those that people use.
fn is_called(heading: &Heading, title: &str) -> bool {
    let title = fold(title);
    if title.is_empty() {
        return false;
    }
    let own = fold(&heading.title);
    let others: &[&str] = match (heading.role, own.as_str()) {
        (Role::Section, _) => &["section"],
        (Role::Code, "code") => &["numero", "n"],
        (Role::Label, "indicateur") => &["libelle", "intitule", "libelle de l indicateur"],
        (Role::Label, "moyens") => &["ligne", "ligne de moyens"],
        (_, "choix") => &["retenu", "retenu ou non", "retenu non retenu"],
        (_, "motif du choix") => &["motif"],
        (_, "valeur initiale") => &["valeur de depart", "valeur de reference"],
        (_, "annee initiale") => &["annee", "annee de la valeur initiale"],
        _ => &[],
    };
    let year = (heading.role == Role::Target).then(|| own.trim_start_matches("cible "));
    title == own || Some(title.as_str()) == year || others.contains(&title.as_str())
}

/// The year of a column of targets.
fn target_year(title: &str) -> Option<i16> {
    let title = fold(title);
    let year = title.strip_prefix("cible ").unwrap_or(&title);
    year.parse().ok().filter(|year| (1990..2200).contains(year))
}

/// The rows of a table, by key and by what they say of themselves.
struct Index<'l> {
    by_key: HashMap<&'l str, &'l Row>,
    /// What each row says, folded, by the rank of its column.
    facts: Vec<(&'l Row, Vec<String>)>,
}

impl<'l> Index<'l> {
    fn new(table: &'l Table) -> Self {
        let facts = |row: &'l Row| {
            let fact = |cell: &layout::Cell| match cell {
                layout::Cell::Fact(text) => fold(text),
                layout::Cell::Entry(..) => String::new(),
            };
            (row, row.cells.iter().map(fact).collect())
        };
        Self {
            by_key: table.rows.iter().map(|row| (row.key(), row)).collect(),
            facts: table.rows.iter().map(facts).collect(),
        }
    }
}

struct TableReader<'l, 'f, 'r> {
    layout: &'l Layout<'l>,
    sheet: &'f Sheet,
    index: Index<'l>,
    found: FoundTable<'l, 'f>,
    typed: &'r mut Vec<Typed>,
    findings: &'r mut Vec<Finding>,
    /// The top left corners of the merged areas told already.
    merged: BTreeSet<(u32, u32)>,
}

impl<'l> TableReader<'l, '_, '_> {
    fn read(&mut self) {
        self.columns();
        let rows = &self.sheet.rows[self.found.header + 1..];
        for cells in rows {
            self.row(cells);
        }
    }

    fn say(&mut self, place: &Place, kind: Kind, sentence: impl Into<String>) {
        self.findings
            .push(Finding::new(place.clone(), kind, sentence));
    }

    fn heading(&self, column: usize) -> Option<(usize, &'l Heading)> {
        let rank = (*self.found.columns.get(column)?)?;
        Some((rank, &self.found.table.headings[rank]))
    }

    /// The columns that hold something and are none of the table's.
    fn columns(&mut self) {
        let rows = &self.sheet.rows[self.found.header + 1..];
        let cells = self.found.cells;
        for (column, cell) in cells.iter().enumerate() {
            let filled = |row: &Vec<Cell>| row.get(column).is_some_and(|c| !c.text.is_empty());
            if self.heading(column).is_some() || cell.text.is_empty() || !rows.iter().any(filled) {
                continue;
            }
            let title = &cell.text;
            if let Some(year) = target_year(title) {
                let sentence = format!(
                    "{year} est hors du contrat. Corrigez l’année de la colonne, ou videz-la."
                );
                self.say(&cell.place, Kind::YearOutside, sentence);
            } else {
                let sentence = format!("La colonne « {title} » n’est pas lue.");
                self.say(&cell.place, Kind::Ignored, sentence);
            }
        }
    }

    fn row(&mut self, cells: &[Cell]) {
        let is_entry = |(column, cell): (usize, &Cell)| {
            let heading = self.heading(column);
            let entry = heading.is_some_and(|(_, h)| matches!(h.role, Role::Text | Role::Target));
            entry && !cell.text.is_empty()
        };
        let says_something = cells.iter().enumerate().any(is_entry);
        let row = match self.matched(cells) {
            Ok(Some(row)) => row,
            Ok(None) => return,
            // A note, or the words under a table.
            Err(_) if !says_something => return,
            Err(finding) => return self.findings.push(finding),
        };
        // A row may end before its last columns: what they say is nothing.
        for column in 0..self.found.columns.len() {
            let Some((rank, _)) = self.heading(column) else {
                continue;
            };
            let Some(first) = cells.first() else {
                return;
            };
            let empty = Cell::new(
                Place {
                    column: u32::try_from(column + 1).unwrap_or(0),
                    ..first.place.clone()
                },
                Content::Empty,
                "",
            );
            self.cell(row, rank, cells.get(column).unwrap_or(&empty));
        }
    }

    /// The row of the table that a row of the file is; none where it names nothing.
    fn matched(&self, cells: &[Cell]) -> Result<Option<&'l Row>, Finding> {
        let mut key = None;
        let mut said: Vec<(usize, &Cell)> = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            match self.heading(column) {
                _ if cell.text.is_empty() => {}
                Some((_, heading)) if heading.role == Role::Key => key = Some(cell),
                Some((rank, heading)) => match heading.role {
                    // A spreadsheet that takes « 1.10 » for a number says another code.
                    Role::Code if cell.content != Content::Text => {}
                    Role::Section | Role::Code | Role::Label | Role::Measure | Role::Year => {
                        said.push((rank, cell));
                    }
                    _ => {}
                },
                None => {}
            }
        }
        let whole = |kind, sentence: &str| {
            let first = cells.first().map(|cell| cell.place.clone());
            let place = Place {
                column: 0,
                ..first.unwrap_or_default()
            };
            Finding::new(place, kind, sentence)
        };
        if let Some(cell) = key {
            let found = self.index.by_key.get(cell.text.as_str());
            let sentence = format!(
                "La clé « {} » n’est celle d’aucune ligne de ce contrat. Reprenez-la du classeur à télécharger, ou supprimez la ligne.",
                cell.text
            );
            let unknown = Finding::new(cell.place.clone(), Kind::UnknownRow, sentence);
            return found.map(|row| Some(*row)).ok_or(unknown);
        }
        if said.is_empty() {
            return Err(whole(
                Kind::UnknownRow,
                "Rien ne dit de quel indicateur est cette ligne. Écrivez son code ou son libellé, en texte.",
            ));
        }
        let said: Vec<(usize, String)> = said
            .into_iter()
            .map(|(rank, cell)| (rank, fold(&cell.text)))
            .collect();
        let agrees = |facts: &Vec<String>| said.iter().all(|(rank, text)| facts[*rank] == *text);
        let mut found = self.index.facts.iter().filter(|(_, facts)| agrees(facts));
        match (found.next(), found.next()) {
            (Some((row, _)), None) => Ok(Some(row)),
            (None, _) => Err(whole(
                Kind::UnknownRow,
                "Aucune ligne de ce contrat ne répond à ce code et à ce libellé. Vérifiez-les, ou reprenez la clé du classeur à télécharger.",
            )),
            _ => Err(whole(
                Kind::AmbiguousRow,
                "Plusieurs lignes de ce contrat répondent à cette description. Précisez le libellé, la mesure ou le volet, ou reprenez la clé du classeur à télécharger.",
            )),
        }
    }

    fn cell(&mut self, row: &'l Row, rank: usize, cell: &Cell) {
        let heading = &self.found.table.headings[rank];
        if !matches!(heading.role, Role::Text | Role::Target) || self.is_merged(cell) {
            return;
        }
        let (offer, field) = match &row.cells[rank] {
            layout::Cell::Entry(offer, field) => (*offer, *field),
            layout::Cell::Fact(fact) => return self.fixed(fact, cell),
        };
        let offered = self.layout.offer(row.section, offer);
        match &cell.content {
            Content::Error(error) => {
                let sentence =
                    format!("La formule de cette case est en erreur ({error}). Écrivez la valeur.");
                return self.say(&cell.place, Kind::Unreadable, sentence);
            }
            Content::Date(_) if is_number(field, offered.facet.kind) => {
                let sentence = format!(
                    "Le tableur a pris cette case pour une date ({}). Un intervalle s’écrit « 4 à 6 ».",
                    cell.text
                );
                return self.say(&cell.place, Kind::Unreadable, sentence);
            }
            _ => {}
        }
        let followers = self.layout.followers(row.section, &offered.key);
        self.typed.push(Typed {
            section: row.section,
            offer,
            field,
            text: typed(field, &offered.facet, &cell.text, &followers),
            place: cell.place.clone(),
        });
    }

    /// A cell that nothing can be written in.
    fn fixed(&mut self, fact: &str, cell: &Cell) {
        let text = fold(&cell.text);
        let says_the_same = text.is_empty() || text == fold(fact);
        if says_the_same || ["retenu", "oui"].contains(&text.as_str()) && fact == "Retenu" {
            return;
        }
        let why = if fact.is_empty() {
            String::new()
        } else {
            format!(" ({fact})")
        };
        let sentence = format!("Cette case ne se remplit pas{why}. Videz-la.");
        self.say(&cell.place, Kind::NotOffered, sentence);
    }

    /// Whether a cell is part of a merged area: one content for several terms cannot be read.
    fn is_merged(&mut self, cell: &Cell) -> bool {
        let Some(area) = self.sheet.area(&cell.place) else {
            return false;
        };
        if self.merged.insert((area.top, area.left)) {
            let place = Place {
                row: area.top,
                column: area.left,
                ..cell.place.clone()
            };
            let sentence =
                "Ces cases sont fusionnées : on ne sait pas laquelle est remplie. Défusionnez-les.";
            self.say(&place, Kind::Merged, sentence);
        }
        true
    }
}

fn is_number(field: Field, kind: ValueKind) -> bool {
    match field {
        Field::Value | Field::Target => kind == ValueKind::Number,
        Field::Amount | Field::Year => true,
        _ => false,
    }
}
