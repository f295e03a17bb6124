//! The workbook of people: those that somebody manages, with what each holds, to complete, correct
//! and send back. Pure.

use jalon_render::workbook::{Answers, Book, Cell, Content, Print, Sheet, Style};
use jalon_render::{Day, RenderError};
use jiff::civil::Date;

/// The sheet that says what the workbook is.
pub(super) const NOTICE: &str = "Lisez-moi";
const PEOPLE: &str = "Personnes";

/// The columns, with their widths.
const COLUMNS: [(&str, u16); 11] = [
    ("Nom", 26),
    ("Adresse électronique", 34),
    ("Organisation", 16),
    ("Rôle", 44),
    ("Cadre", 22),
    ("Objectif", 12),
    ("Contrat", 26),
    ("Volet", 16),
    ("Du", 12),
    ("Au", 12),
    ("Motif", 44),
];
/// How many empty rows are ready to be filled in.
const ROOM: u32 = 200;
const ORGANISATIONS: usize = 0;
const ROLES: usize = 1;
const FRAMEWORKS: usize = 2;

/// One row: somebody, and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub name: String,
    pub email: String,
    pub organisation: String,
    pub role: String,
    pub framework: String,
    pub objective: String,
    pub contract: String,
    pub section: String,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub why: String,
}

/// What may be chosen in the columns that offer a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub organisations: Vec<String>,
    pub roles: Vec<String>,
    pub frameworks: Vec<String>,
}

/// The workbook, dated of that day.
pub(super) fn template(lines: &[Line], lists: Lists, today: Date) -> Result<Book, RenderError> {
    Ok(Book {
        title: "Personnes et habilitations".to_owned(),
        created: day(today)?,
        sheets: vec![notice(), page(lines)?],
        lists: [lists.organisations, lists.roles, lists.frameworks]
            .into_iter()
            .map(|words| Answers { words, open: true })
            .collect(),
    })
}

fn day(date: Date) -> Result<Day, RenderError> {
    let small = |unit: i8| u8::try_from(unit).unwrap_or(0);
    Day::new(
        i32::from(date.year()),
        small(date.month()),
        small(date.day()),
    )
}

fn page(lines: &[Line]) -> Result<Sheet, RenderError> {
    let mut cells = Vec::new();
    for (column, (title, _)) in (1..).zip(COLUMNS) {
        cells.push(Cell {
            note: told(title).map(str::to_owned),
            ..Cell::text(1, column, title, Style::Header)
        });
    }
    let mut row = 2;
    for line in lines {
        cells.extend(written(line, row)?);
        row += 1;
    }
    for row in row..row + ROOM {
        cells.extend(written(&Line::default(), row)?);
    }
    Ok(Sheet {
        name: PEOPLE.to_owned(),
        widths: COLUMNS.iter().map(|(_, width)| *width).collect(),
        cells,
        frozen: (1, 2),
        print: Print {
            landscape: true,
            repeated_rows: 1,
        },
        ..Sheet::default()
    })
}

fn written(line: &Line, row: u32) -> Result<Vec<Cell>, RenderError> {
    let text = |text: &String| match text.as_str() {
        "" => Content::Empty,
        text => Content::Text(text.to_owned()),
    };
    let date = |date: Option<Date>| match date {
        Some(date) => day(date).map(Content::Date),
        None => Ok(Content::Empty),
    };
    let contents = [
        text(&line.name),
        text(&line.email),
        text(&line.organisation),
        text(&line.role),
        text(&line.framework),
        text(&line.objective),
        text(&line.contract),
        text(&line.section),
        date(line.from)?,
        date(line.to)?,
        text(&line.why),
    ];
    let cells = (1..).zip(contents).map(|(column, content)| Cell {
        style: Style::Input,
        list: match column {
            3 => Some(ORGANISATIONS),
            4 => Some(ROLES),
            5 => Some(FRAMEWORKS),
            _ => None,
        },
        ..Cell::new(row, column, content)
    });
    Ok(cells.collect())
}

/// What to know of a column before writing in it.
fn told(title: &str) -> Option<&'static str> {
    Some(match title {
        "Adresse électronique" => {
            "C’est par elle qu’un compte se reconnaît. Une boîte de service n’est pas un compte."
        }
        "Organisation" => "Son code ou son nom : ARS-28, Normandie, DGS…",
        "Cadre" => "Vide : tous les cadres.",
        "Objectif" => "Son numéro dans le cadre. Vide : tous les objectifs.",
        "Contrat" => "La fin de l’adresse du contrat. Vide : tous les contrats.",
        "Volet" => "Le volet de ce contrat. Vide : tous ses volets.",
        "Du" => "Vide : aujourd’hui.",
        "Au" => "Le dernier jour, compris. Vide : sans fin. Un jour déjà passé y met fin aussitôt.",
        "Motif" => "Le journal le garde. Vide : celui que vous écrivez en déposant le fichier.",
        _ => return None,
    })
}

/// What the workbook is, for whom, and how to fill it in.
fn notice() -> Sheet {
    let facts = [
        (
            "Ce classeur",
            "Les personnes que vous gérez et leurs habilitations en cours ou à venir, une par ligne.",
        ),
        (
            "Donner",
            "Ajoutez une ligne par habilitation. Qui n’a pas encore de compte en reçoit un, et une invitation par courriel.",
        ),
        (
            "Mettre fin",
            "Écrivez un dernier jour dans « Au ». Supprimer une ligne ne met fin à rien.",
        ),
        (
            "Envoyer",
            "Enregistrez, puis déposez ce classeur dans Jalon (page « Personnes »). Jalon montre ce qui changerait ; rien n’est écrit avant votre accord.",
        ),
    ];
    let mut cells = vec![Cell::text(1, 1, "Personnes et habilitations", Style::Title)];
    for (row, (label, text)) in (3..).zip(facts) {
        cells.push(Cell::text(row, 1, label, Style::Header));
        cells.push(Cell::text(row, 2, text, Style::Wrapped));
    }
    Sheet {
        name: NOTICE.to_owned(),
        widths: vec![22, 90],
        cells,
        protected: true,
        ..Sheet::default()
    }
}
