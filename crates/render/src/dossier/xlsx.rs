//! Every figure of a dossier as a workbook.

use super::{Dossier, Figure, GapKind, LikelyValue, Printed};
use crate::workbook::{Area, Book, Cell, Content, Print, Sheet, Style, sheet_name, xlsx};
use crate::{DatedValue, RenderError};

pub(super) fn workbook(dossier: &Dossier) -> Result<Vec<u8>, RenderError> {
    xlsx(&book(dossier))
}

pub(super) fn book(dossier: &Dossier) -> Book {
    Book {
        title: format!("{}, {}", dossier.title, dossier.region.name),
        created: dossier.made,
        sheets: vec![
            about(dossier),
            table("Indicateurs", INDICATORS, indicators(dossier)),
            table("Séries", &series_headings(dossier), series(dossier)),
            table("Objectifs", OBJECTIVES, objectives(dossier)),
            table("Retards et manques", GAPS, gaps(dossier)),
        ],
        lists: Vec::new(),
    }
}

/// A heading and the width of its column, in characters.
type Heading = (&'static str, u16);

const INDICATORS: &[Heading] = &[
    ("Objectif", 10),
    ("Code", 10),
    ("Indicateur", 60),
    ("Unité", 16),
    ("Valeur initiale", 16),
    ("Année initiale", 12),
    ("Dernière valeur", 16),
    ("Période", 12),
    ("Cible de l’année", 16),
    ("Dernière cible", 16),
    ("Année de la dernière cible", 14),
    ("Atteinte", 26),
    ("Taux d’atteinte", 14),
    ("À ce rythme", 50),
    ("Livraison de l’année", 30),
    ("Contestation", 40),
    ("Provenance", 70),
    ("Fictive", 10),
];

const SERIES: &[Heading] = &[
    ("Objectif", 10),
    ("Code", 10),
    ("Indicateur", 60),
    ("Unité", 16),
    ("Période", 12),
    ("Valeur", 14),
    ("France", 14),
    ("Cible", 14),
    ("Provisoire", 11),
    ("Fictive", 10),
    ("Fournisseur", 26),
    ("Source", 26),
    ("Reçue le", 12),
];

/// What follows them, where something is likely.
const LIKELY: &[Heading] = &[
    ("À ce rythme", 14),
    ("Au plus bas", 14),
    ("Au plus haut", 14),
];

const OBJECTIVES: &[Heading] = &[
    ("Objectif", 10),
    ("Intitulé", 70),
    ("Atteintes", 12),
    ("Proches", 12),
    ("À surveiller", 12),
    ("Loin de la cible", 15),
    ("Non jugées", 12),
    ("Données en retard", 16),
];

const GAPS: &[Heading] = &[
    ("Nature", 34),
    ("Code", 10),
    ("Indicateur", 60),
    ("Ce qu’il en est", 50),
    ("De qui", 30),
];

/// A sheet of one table: its headings stay in sight and have filters.
fn table(name: &str, headings: &[Heading], rows: Vec<Vec<Content>>) -> Sheet {
    let head = (1..).zip(headings);
    let mut cells: Vec<Cell> = head
        .map(|(column, (heading, _))| Cell::text(1, column, *heading, Style::Header))
        .collect();
    let bottom = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
    for (row, line) in (2..).zip(rows) {
        let line = (1..).zip(line);
        let filled = line.filter(|(_, content)| *content != Content::Empty);
        cells.extend(filled.map(|(column, content)| Cell::new(row, column, content)));
    }
    Sheet {
        name: sheet_name(name, &[]),
        widths: headings.iter().map(|(_, width)| *width).collect(),
        cells,
        frozen: (1, 0),
        filter: Some(Area {
            top: 1,
            left: 1,
            bottom,
            right: u16::try_from(headings.len()).unwrap_or(u16::MAX),
        }),
        print: Print {
            landscape: true,
            repeated_rows: 1,
        },
        ..Sheet::default()
    }
}

/// What the workbook is, and when what it says was known.
fn about(dossier: &Dossier) -> Sheet {
    let title = format!("{}, {}", dossier.title, dossier.region.name);
    let mut cells = vec![Cell::text(1, 1, title, Style::Title)];
    let facts = [
        ("Contrat", dossier.contract.clone()),
        ("Période", dossier.period.clone()),
        ("Année examinée", dossier.year.clone()),
        ("Chiffres connus au", dossier.as_of.in_words()),
        (
            "Document",
            format!("{}, {}", dossier.status, dossier.made.in_words()),
        ),
        ("Données", dossier.fictional.french().to_owned()),
        ("En bref", dossier.brief.verdict.clone()),
    ];
    let notes = dossier.notes.iter().map(|note| ("À savoir", note.clone()));
    for (row, (name, text)) in (3..).zip(facts.into_iter().chain(notes)) {
        cells.push(Cell::text(row, 1, name, Style::Header));
        cells.push(Cell::text(row, 2, text, Style::Wrapped));
    }
    Sheet {
        name: sheet_name("Dossier", &[]),
        widths: vec![22, 110],
        cells,
        print: Print {
            landscape: true,
            repeated_rows: 0,
        },
        ..Sheet::default()
    }
}

/// Every figure with the code of its objective.
fn figures(dossier: &Dossier) -> impl Iterator<Item = (&str, &Figure)> {
    let objectives = dossier.objectives.iter();
    objectives.flat_map(|one| one.figures.iter().map(|figure| (one.code.as_str(), figure)))
}

fn text(text: &str) -> Content {
    if text.is_empty() {
        Content::Empty
    } else {
        Content::Text(text.to_owned())
    }
}

fn yes(yes: bool) -> Content {
    if yes {
        Content::YesNo(true)
    } else {
        Content::Empty
    }
}

/// The exact number where it is one, or else what is read.
fn printed(value: Option<&Printed>) -> Content {
    match value {
        Some(Printed {
            number: Some(number),
            ..
        }) => Content::Number(number.clone()),
        Some(printed) => text(&printed.text),
        None => Content::Empty,
    }
}

fn dated(value: Option<&DatedValue>, number: Option<&String>) -> [Content; 2] {
    let Some(value) = value else {
        return [Content::Empty, Content::Empty];
    };
    let shown = number.map_or_else(|| text(&value.value), |n| Content::Number(n.clone()));
    [shown, text(&value.year)]
}

fn indicators(dossier: &Dossier) -> Vec<Vec<Content>> {
    let row = |(objective, figure): (&str, &Figure)| {
        let numbers = &figure.numbers;
        let [baseline, baseline_year] = dated(figure.baseline.as_ref(), numbers.baseline.as_ref());
        let [last, period] = dated(figure.last.as_ref(), numbers.last.as_ref());
        let [target, _] = dated(figure.target.as_ref(), numbers.target.as_ref());
        let [last_target, last_year] =
            dated(figure.last_target.as_ref(), numbers.last_target.as_ref());
        let rate = numbers.rate.clone();
        vec![
            text(objective),
            text(&figure.code),
            text(&figure.label),
            text(&figure.unit),
            baseline,
            baseline_year,
            last,
            period,
            target,
            last_target,
            last_year,
            text(&figure.attainment.words),
            rate.map_or(Content::Empty, Content::Percentage),
            text(&figure.outlook),
            text(&figure.delivery),
            text(&figure.contest),
            text(&figure.provenance),
            yes(figure.fictional),
        ]
    };
    figures(dossier).map(row).collect()
}

/// As in the other two files, nothing is said of a pace where there is none.
fn series_headings(dossier: &Dossier) -> Vec<Heading> {
    let mut years = figures(dossier).flat_map(|(_, figure)| &figure.years);
    let foretells = years.any(|line| line.likely.is_some());
    [SERIES, if foretells { LIKELY } else { &[] }].concat()
}

/// The value expected, then both ends of its range.
fn likely(value: Option<&LikelyValue>) -> [Content; 3] {
    let Some(value) = value else {
        return [Content::Empty, Content::Empty, Content::Empty];
    };
    match &value.numbers {
        Some(numbers) => {
            [&numbers.value, &numbers.low, &numbers.high].map(|n| Content::Number(n.clone()))
        }
        None => [text(&value.value), Content::Empty, Content::Empty],
    }
}

fn series(dossier: &Dossier) -> Vec<Vec<Content>> {
    let mut rows = Vec::new();
    for (objective, figure) in figures(dossier) {
        for line in &figure.years {
            let mut row = vec![
                text(objective),
                text(&figure.code),
                text(&figure.label),
                text(&figure.unit),
                text(&line.period),
                printed(line.observed.as_ref()),
                printed(line.national.as_ref()),
                printed(line.target.as_ref()),
                yes(line.provisional),
                yes(line.fictional),
                text(&line.supplier),
                text(&line.source),
                line.received.map_or(Content::Empty, Content::Date),
            ];
            row.extend(likely(line.likely.as_ref()));
            rows.push(row);
        }
    }
    rows
}

fn objectives(dossier: &Dossier) -> Vec<Vec<Content>> {
    let row = |line: &super::SummaryLine| {
        let count = |n: u32| Content::Number(n.to_string());
        let mut row = vec![text(&line.code), text(&line.label)];
        row.extend(line.states.iter().copied().map(count));
        row.push(count(line.overdue));
        row
    };
    dossier.summary.iter().map(row).collect()
}

fn gaps(dossier: &Dossier) -> Vec<Vec<Content>> {
    let mut rows = Vec::new();
    for kind in GapKind::ALL {
        for gap in dossier.gaps.iter().filter(|gap| gap.kind == kind) {
            rows.push(vec![
                text(kind.heading()),
                text(&gap.code),
                text(&gap.label),
                text(&gap.words),
                text(&gap.who),
            ]);
        }
    }
    rows
}
