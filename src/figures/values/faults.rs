//! A file with sixty-six planted faults, all told in one reading, each once and where it is.
//!
//! `tests/fixtures/imports/fautes/` holds a text for each sheet. The rows of `valeurs.csv` say
//! themselves, in their last column, what is to be found in them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use uuid::Uuid;

use super::{Candidate, Ground, Known, Mapping, Settings, Table, read_table};
use crate::figures::{Figure, FiguresView, Subject};
use crate::frameworks::{self, Catalogue};
use crate::imports::{
    Answers, Area, Cell, Content, Format, Severity, Sheet, Workbook, read_workbook,
};
use crate::kernel::{Decimal, Period, Value};
use crate::organisations::{Directory, source};

const TODAY: Date = date(2026, 6, 1);
const REGIONS: [&str; 13] = [
    "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94",
];

pub(super) static DIRECTORY: LazyLock<Directory> =
    LazyLock::new(|| source::read_folder(Path::new("reference")).unwrap());

pub(super) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut known = frameworks::Known::of(&DIRECTORY);
    let readings = frameworks::read_all(Path::new("frameworks"), &mut known).unwrap();
    Catalogue::of(
        readings
            .into_iter()
            .filter_map(|(_, reading)| reading.framework),
    )
});

/// A series of a measure: rising by two a year from `from`, a little more or less by region.
pub(super) fn series(
    measure: &str,
    from: i64,
) -> impl Iterator<Item = (String, Subject, Figure)> + '_ {
    let cells = REGIONS.into_iter().zip(0_i64..);
    cells.flat_map(move |(region, rank)| {
        (2019_i16..=2024).zip(0_i64..).map(move |(year, age)| {
            let amount = from * 10 + age * 20 + (rank * 7 + age * 3) % 11;
            figure(
                measure,
                region,
                year,
                Decimal::from_micros(amount * 100_000),
            )
        })
    })
}

pub(super) fn figure(
    measure: &str,
    place: &str,
    year: i16,
    amount: Decimal,
) -> (String, Subject, Figure) {
    let subject = Subject {
        place: place.to_owned(),
        period: Period::Year(year),
        breakdown: String::new(),
    };
    let figure = Figure {
        observation: Uuid::nil(),
        no: 1,
        change: 1,
        value: Value::plain(amount),
        provisional: false,
        received_at: 0,
        supplier: "SPF".to_owned(),
        source: None,
        batch: None,
        cell: None,
        fictional: false,
        reference_date: None,
        comment: None,
        embargo_until: None,
        first_received_at: 0,
        loaded_by: None,
        contest: None,
    };
    (measure.to_owned(), subject, figure)
}

pub(super) fn figures() -> FiguresView {
    let girls = series("vaccination-hpv-filles-15-ans", 40);
    FiguresView::of(girls.chain(series("serologies-vih", 25)))
}

pub(super) fn sheet(name: &str, text: &str) -> Sheet {
    let mut sheet = read_workbook(text.as_bytes()).unwrap().sheets.remove(0);
    name.clone_into(&mut sheet.name);
    for cell in sheet.rows.iter_mut().flatten() {
        name.clone_into(&mut cell.place.sheet);
    }
    sheet
}

fn fixture(name: &str, file: &str) -> Sheet {
    let path = Path::new("tests/fixtures/imports/fautes").join(file);
    sheet(name, &std::fs::read_to_string(path).unwrap())
}

pub(super) fn workbook(sheets: Vec<Sheet>) -> Workbook {
    Workbook {
        format: Format::Xlsx,
        sheets,
    }
}

/// The workbook of the planted faults: what no text can hold is added here.
fn faulty() -> Workbook {
    let mut large = fixture("Large", "large.csv");
    let area = |top, left, bottom, right| Area {
        top,
        left,
        bottom,
        right,
    };
    large.merged = vec![
        area(1, 1, 2, 1),
        area(1, 2, 1, 3),
        // A value of two years, with another one under it; a day where a number was.
        area(3, 2, 3, 3),
    ];
    let day = &mut large.rows[4][2];
    *day = Cell::new(day.place.clone(), Content::Date(date(2025, 9, 9)), "");
    let mut hidden = fixture("Calculs", "calculs.csv");
    hidden.hidden = true;
    workbook(vec![
        fixture("Valeurs", "valeurs.csv"),
        large,
        fixture("Notice", "notice.csv"),
        hidden,
        fixture("PILOTE", "pilote.csv"),
        fixture("Sans indicateur", "sans-indicateur.csv"),
        fixture("Sans année", "sans-annee.csv"),
        fixture("Fractions", "fractions.csv"),
    ])
}

pub(super) fn read_with(
    workbook: &Workbook,
    settings: &Settings,
    mapping: Option<&Mapping>,
    answers: &Answers,
    figures: &FiguresView,
) -> Table {
    let ground = Ground {
        catalogue: &CATALOGUE,
        directory: &DIRECTORY,
        settings,
    };
    let known = Known {
        figures,
        today: TODAY,
        mapping,
        answers,
    };
    read_table(workbook, ground, known)
}

pub(super) fn read(text: &str) -> Table {
    let workbook = workbook(vec![sheet("", text)]);
    let none = FiguresView::default();
    read_with(
        &workbook,
        &Settings::default(),
        None,
        &Answers::default(),
        &none,
    )
}

pub(super) fn told(table: &Table) -> Vec<String> {
    let told = table.problems.iter().map(|problem| {
        let mark = match problem.severity {
            Severity::Refusal => "",
            Severity::Warning => " !",
            Severity::Question => " ?",
        };
        let place = &problem.place;
        format!("{} {} {}{mark}", place.sheet, place.cell(), problem.code)
    });
    told.collect()
}

/// What a table takes, as `measure place period breakdown value`.
pub(super) fn taken(table: &Table) -> Vec<String> {
    let taken = table.candidates().map(|Candidate { subject, state, .. }| {
        let name = subject
            .measure
            .split('-')
            .next()
            .unwrap_or_default()
            .to_owned();
        let part = format!("{} {}", subject.place, subject.period);
        format!("{name} {part} {} {}", subject.breakdown, state.value).replace("  ", " ")
    });
    taken.collect()
}

/// What the rows of `valeurs.csv` say is to be found in them.
fn planted() -> BTreeSet<String> {
    let sheet = fixture("Valeurs", "valeurs.csv");
    let mut planted = BTreeSet::new();
    for row in sheet.rows.iter().skip(2) {
        let Some(cell) = row
            .get(12)
            .filter(|cell| cell.text.contains('-') || cell.text.contains(' '))
        else {
            continue;
        };
        for fault in cell.text.split(" + ") {
            let (column, code) = fault.split_once(' ').unwrap();
            planted.insert(format!("Valeurs {column}{} {code}", cell.place.row));
        }
    }
    planted
}

/// What the other sheets hold.
const BESIDE: [&str; 16] = [
    "Large B3 merged-value",
    "Large C3 merged-hides",
    "Large D2 unknown-column",
    "Large E2 ambiguous-indicator",
    "Large F4 unknown-column",
    "Large C5 wrong-value",
    "Large A8 ignored-row",
    "Notice 1 sheet-skipped",
    "Calculs 1 hidden-sheet",
    "PILOTE E1 pilote-types",
    "PILOTE E5 wrong-type",
    "PILOTE A6 unknown-indicator",
    "PILOTE C7 ambiguous-place",
    "Sans indicateur C1 no-indicator",
    "Sans année B1 no-period",
    "Fractions B2 scale",
];

#[test]
fn every_planted_fault_is_told_in_one_reading() {
    let figures = figures();
    let workbook = faulty();
    let none = Answers::default();
    let table = read_with(&workbook, &Settings::default(), None, &none, &figures);
    let told = told(&table);
    let bare = |line: &String| line.trim_end_matches([' ', '!', '?']).to_owned();
    let found: BTreeSet<String> = told.iter().map(bare).collect();
    let mut expected = planted();
    expected.extend(BESIDE.map(str::to_owned));
    let missed: Vec<_> = expected.difference(&found).collect();
    let extra: Vec<_> = found.difference(&expected).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "{missed:#?} {extra:#?}"
    );
    assert_eq!((told.len(), expected.len()), (66, 66));
    let messages = table.problems.iter().zip(&told);
    let messages: Vec<String> = messages
        .map(|(problem, told)| format!("{told}\n    {}", problem.message))
        .collect();
    insta::assert_snapshot!("faults", messages.join("\n"));
    insta::assert_snapshot!("taken", taken(&table).join("\n"));
}
