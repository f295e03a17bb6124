//! Where the table of people stands in a file, and what each of its cells is: by the headings of
//! the columns, in the words of the workbook or in those that people use. Pure.

use std::collections::BTreeMap;

use super::template::NOTICE;
use crate::imports::{Cell, Content, Place, Problem, ProblemCode as Code, Sheet, Workbook};
use crate::kernel::fold;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Name,
    GivenName,
    Email,
    Organisation,
    Role,
    Framework,
    Objective,
    ObjectiveLabel,
    Contract,
    Section,
    From,
    To,
    Why,
    /// What a list of referents says beside, for its reader.
    Aside,
}

/// The columns, with their headings, folded; the first is that of the workbook.
const HEADINGS: [(Column, &[&str]); 14] = [
    (
        Column::Name,
        &[
            "nom",
            "personne",
            "nom et prenom",
            "prenom et nom",
            "nom prenom",
            "prenom nom",
            "referent",
            "agent",
        ],
    ),
    (Column::GivenName, &["prenom"]),
    (
        Column::Email,
        &[
            "adresse electronique",
            "courriel",
            "mail",
            "e mail",
            "email",
            "mel",
            "adresse mail",
            "adresse de messagerie",
            "messagerie",
            "adresse courriel",
        ],
    ),
    (
        Column::Organisation,
        &[
            "organisation",
            "code de l organisation",
            "organisme",
            "structure",
            "ars",
            "direction",
        ],
    ),
    (Column::Role, &["role", "profil", "habilitation"]),
    (
        Column::Framework,
        &["cadre", "cadre contractuel", "generation", "code du cadre"],
    ),
    (
        Column::Objective,
        &[
            "objectif",
            "numero de l objectif",
            "n objectif",
            "n de l objectif",
            "code de l objectif",
        ],
    ),
    (
        Column::ObjectiveLabel,
        &[
            "libelle",
            "libelle de l objectif",
            "intitule",
            "intitule de l objectif",
        ],
    ),
    (Column::Contract, &["contrat", "cpom"]),
    (Column::Section, &["volet", "volet du contrat", "section"]),
    (
        Column::From,
        &[
            "du",
            "depuis le",
            "depuis",
            "debut",
            "a partir du",
            "date de debut",
        ],
    ),
    (
        Column::To,
        &["au", "jusqu au", "fin", "date de fin", "dernier jour"],
    ),
    (Column::Why, &["motif", "raison"]),
    (
        Column::Aside,
        &["nom de l organisation", "manque depuis le"],
    ),
];

/// The header is among the first rows that hold something.
const HEADER_WITHIN: usize = 30;

/// A row of the file.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The row as a whole.
    place: Place,
    cells: BTreeMap<Column, Cell>,
    /// Whether the table has a column of last days: an empty cell then says that there is none.
    pub says_ends: bool,
}

impl Typed {
    /// A row made of what a form sends of somebody: each text stands at the rank of its field.
    pub(super) fn of_form(fields: &[(Column, &str)]) -> Self {
        let fields = (0..)
            .zip(fields)
            .map(|(rank, (column, text))| (rank, *column, *text));
        let cell = |(column, known, text): (u32, Column, &str)| {
            let place = Place {
                column,
                ..Place::default()
            };
            (known, Cell::new(place, Content::Text, text))
        };
        Self {
            place: Place::default(),
            cells: fields.map(cell).collect(),
            says_ends: true,
        }
    }

    /// The cell of that column, where the row has one.
    pub(super) fn cell(&self, column: Column) -> Option<&Cell> {
        self.cells.get(&column)
    }

    /// What is typed in that column; nothing where it has no such cell.
    pub(super) fn text(&self, column: Column) -> &str {
        self.cell(column).map_or("", |cell| cell.text.as_str())
    }

    /// The place of that column, or else the row.
    pub(super) fn place(&self, column: Column) -> Place {
        let cell = self.cell(column).map(|cell| cell.place.clone());
        cell.unwrap_or_else(|| self.place.clone())
    }

    /// The name of the person, put together where it stands in two columns.
    pub(super) fn name(&self) -> String {
        let parts = [self.text(Column::GivenName), self.text(Column::Name)];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

/// Every row of a file that names somebody, and what could not be read.
pub(super) fn find(file: &Workbook) -> (Vec<Typed>, Vec<Problem>) {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut any = false;
    for sheet in file.sheets.iter().filter(|sheet| !sheet.hidden) {
        if let Some(header) = header(sheet) {
            any = true;
            read(sheet, header, &mut rows, &mut problems);
        } else if !sheet.rows.is_empty() && sheet.name != NOTICE {
            let sentence =
                "Cette feuille n’a pas d’en-tête que Jalon connaisse : elle n’est pas lue.";
            problems.push(Problem::warning(
                of_sheet(sheet),
                Code::SheetSkipped,
                sentence,
            ));
        }
    }
    if !any {
        let place = file.sheets.first().map(of_sheet).unwrap_or_default();
        let sentence = "Aucun tableau de personnes n’est reconnu. Partez du classeur à télécharger sur la page des personnes, ou titrez vos colonnes comme lui : Nom, Adresse électronique, Organisation, Rôle…";
        problems = vec![Problem::refusal(place, Code::PeopleLayout, sentence)];
    }
    (rows, problems)
}

fn of_sheet(sheet: &Sheet) -> Place {
    Place {
        sheet: sheet.name.clone(),
        ..Place::default()
    }
}

fn column_of(title: &str) -> Option<Column> {
    let title = fold(title);
    let mut known = HEADINGS.iter();
    let found = known.find(|(_, titles)| titles.contains(&title.as_str()));
    found.map(|(column, _)| *column)
}

/// The rank of the row that heads the table: it has a column of addresses and one of roles.
fn header(sheet: &Sheet) -> Option<usize> {
    let rows = sheet.rows.iter().take(HEADER_WITHIN);
    let mut rows = rows.map(|cells| {
        let columns = cells.iter().filter_map(|cell| column_of(&cell.text));
        columns.collect::<Vec<Column>>()
    });
    rows.position(|columns| columns.contains(&Column::Email) && columns.contains(&Column::Role))
}

fn read(sheet: &Sheet, header: usize, rows: &mut Vec<Typed>, problems: &mut Vec<Problem>) {
    let mut columns: Vec<Option<Column>> = Vec::new();
    for cell in &sheet.rows[header] {
        // Of two columns of one heading, the first.
        let is_taken =
            |column: &Column| *column != Column::Aside && columns.contains(&Some(*column));
        let known = column_of(&cell.text).filter(|column| !is_taken(column));
        columns.push(known);
    }
    let below = &sheet.rows[header + 1..];
    for (rank, (cell, column)) in sheet.rows[header].iter().zip(&columns).enumerate() {
        let filled = |row: &Vec<Cell>| row.get(rank).is_some_and(|c| !c.text.is_empty());
        if column.is_none() && !cell.text.is_empty() && below.iter().any(filled) {
            let sentence = format!("La colonne « {} » n’est pas lue.", cell.text);
            problems.push(Problem::warning(
                cell.place.clone(),
                Code::UnknownColumn,
                sentence,
            ));
        }
    }
    let says_ends = columns.contains(&Some(Column::To));
    for cells in below {
        let Some(first) = cells.first() else {
            continue;
        };
        let place = Place {
            column: 0,
            ..first.place.clone()
        };
        let named = columns.iter().zip(cells);
        let named = named.filter_map(|(column, cell)| Some(((*column)?, cell.clone())));
        let typed = Typed {
            place,
            cells: named.collect(),
            says_ends,
        };
        // A row without anybody is a note, or a post of referent that nobody holds.
        if !(typed.text(Column::Email).is_empty() && typed.name().is_empty()) {
            rows.push(typed);
        }
    }
}
