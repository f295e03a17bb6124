//! The dossier as a Word document: the same words, in the same order.

use super::{Dossier, Fictional, Figure, GapKind, Objective, Printed};
use crate::chart::trajectory;
use crate::docx::{Block, Cell, Column, Document, Look, Picture, Table, docx};
use crate::french::typeset;
use crate::map;
use crate::svg::Target;
use crate::{DatedValue, RenderError, State};

/// The years that a table holds at most on the right of its drawing.
const BESIDE: usize = 14;

pub(super) fn document(dossier: &Dossier) -> Result<Vec<u8>, RenderError> {
    docx(&set(dossier))
}

/// What the Word document holds.
pub(super) fn set(dossier: &Dossier) -> Document {
    let mark = dossier.fictional.french();
    let known = format!("Chiffres connus au {}", dossier.as_of.in_words());
    let mut blocks = cover(dossier, &known);
    blocks.push(Block::Continued("Sommaire".to_owned()));
    blocks.push(Block::Contents);
    brief(dossier, &mut blocks);
    summary(dossier, &mut blocks);
    blocks.push(Block::Heading(1, "Objectif par objectif".to_owned()));
    for objective in &dossier.objectives {
        chapter(dossier, objective, &mut blocks);
    }
    gaps(dossier, &mut blocks);
    blocks.push(Block::Continued("Lire ce dossier".to_owned()));
    blocks.push(Block::List(dossier.notes.clone()));
    let foot = match dossier.fictional {
        Fictional::None => format!("Jalon. {}. {known}.", dossier.status),
        _ => format!("Jalon. {}. {known}. {mark}.", dossier.status),
    };
    Document {
        title: format!(
            "{}, {}, {}",
            dossier.title, dossier.region.name, dossier.contract
        ),
        made: dossier.made,
        head: typeset(&format!("{}. {}", dossier.region.name, dossier.title)),
        foot: typeset(&foot),
        blocks: blocks.into_iter().map(typeset_block).collect(),
    }
}

/// A block with French typography; what a drawing says of itself is set with the drawing.
fn typeset_block(block: Block) -> Block {
    let lines = |cell: Cell| Cell {
        lines: cell.lines.iter().map(|line| typeset(line)).collect(),
        ..cell
    };
    match block {
        Block::Title(text) => Block::Title(typeset(&text)),
        Block::Heading(rank, text) => Block::Heading(rank, typeset(&text)),
        Block::Continued(text) => Block::Continued(typeset(&text)),
        Block::Paragraph(look, text) => Block::Paragraph(look, typeset(&text)),
        Block::Stated(state, text) => Block::Stated(state, typeset(&text)),
        Block::List(items) => Block::List(items.iter().map(|item| typeset(item)).collect()),
        Block::Table(table) => Block::Table(Table {
            rows: table
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(lines).collect())
                .collect(),
            ..table
        }),
        other => other,
    }
}

fn plain(text: impl Into<String>) -> Block {
    Block::Paragraph(Look::Plain, text.into())
}

fn note(text: impl Into<String>) -> Block {
    Block::Paragraph(Look::Note, text.into())
}

/// « 2.c.1. Couverture vaccinale ».
fn coded(code: &str, label: &str) -> String {
    if code.is_empty() {
        label.to_owned()
    } else {
        format!("{code}. {label}")
    }
}

fn column(heading: impl Into<String>, width: u32) -> Column {
    Column {
        heading: heading.into(),
        width,
        numbers: false,
    }
}

fn numbers(heading: impl Into<String>, width: u32) -> Column {
    Column {
        numbers: true,
        ..column(heading, width)
    }
}

fn cover(dossier: &Dossier, known: &str) -> Vec<Block> {
    let mut blocks = vec![
        Block::Title(dossier.region.name.clone()),
        Block::Paragraph(Look::Lead, dossier.title.clone()),
        Block::Paragraph(Look::Lead, dossier.contract.clone()),
        plain(format!("Période {}", dossier.period)),
        plain(format!("Année examinée : {}", dossier.year)),
        plain(format!("{known}.")),
        plain(format!("{}, {}.", dossier.status, dossier.made.in_words())),
    ];
    if dossier.fictional != Fictional::None {
        blocks.push(plain(dossier.fictional.french()));
    }
    if let Some(svg) = map::locator("situation", &dossier.region.code, Target::Pdf) {
        blocks.push(Block::Picture(Picture {
            svg,
            alternative: format!("Carte de situation : {}.", dossier.region.name),
            width: 55,
        }));
        blocks.push(note(map::CREDIT));
    }
    if !dossier.parties.is_empty() {
        blocks.push(plain("Parties"));
        blocks.push(Block::List(dossier.parties.clone()));
    }
    if !dossier.acts.is_empty() {
        blocks.push(plain("Actes"));
        blocks.push(Block::List(dossier.acts.clone()));
    }
    blocks
}

fn brief(dossier: &Dossier, blocks: &mut Vec<Block>) {
    let said = &dossier.brief;
    blocks.push(Block::Heading(1, "Note de synthèse".to_owned()));
    blocks.push(Block::Paragraph(Look::Lead, said.verdict.clone()));
    let counts = said.counts.iter();
    let counts: Vec<String> = counts
        .map(|count| format!("{} {}", count.number, count.words))
        .collect();
    if !counts.is_empty() {
        blocks.push(plain(format!("{}.", counts.join(" ; "))));
    }
    for part in &said.parts {
        blocks.push(Block::Heading(2, part.heading.clone()));
        if !part.lead.is_empty() {
            blocks.push(plain(part.lead.clone()));
        }
        for item in &part.items {
            let text = coded(&item.code, &item.text);
            blocks.push(Block::Stated(item.state, text));
        }
        if !part.rest.is_empty() {
            blocks.push(note(part.rest.clone()));
        }
    }
}

fn summary(dossier: &Dossier, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(1, "Synthèse de l’atteinte".to_owned()));
    let mut columns = vec![column("Code", 12), column("Objectif", 60)];
    columns.extend(State::ALL.map(|state| numbers(state.counted(), 17)));
    columns.push(numbers("Données en retard", 17));
    let rows = dossier.summary.iter().map(|line| {
        let shown = |n: &u32| {
            Cell::text(if *n == 0 {
                "–".to_owned()
            } else {
                n.to_string()
            })
        };
        let mut row = vec![Cell::strong(&line.code), Cell::text(&line.label)];
        row.extend(line.states.iter().map(shown));
        row.push(shown(&line.overdue));
        row
    });
    blocks.push(Block::Table(Table {
        caption: "Synthèse de l’atteinte, par objectif".to_owned(),
        columns,
        rows: rows.collect(),
    }));
}

fn chapter(dossier: &Dossier, objective: &Objective, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(2, coded(&objective.code, &objective.label)));
    // What opens an objective stays with its table: a page never ends on it.
    let above = |words: String| Block::Paragraph(Look::NoteAbove, words);
    if !objective.above.is_empty() {
        blocks.push(above(objective.above.clone()));
    }
    if !objective.leads.is_empty() {
        blocks.push(above(format!("Pilote : {}", objective.leads)));
    }
    blocks.push(Block::Paragraph(Look::Opening, objective.verdict.clone()));
    if !objective.commitments.is_empty() {
        blocks.push(plain("Engagements"));
        blocks.push(Block::List(objective.commitments.clone()));
    }
    if !objective.figures.is_empty() {
        blocks.push(figures(dossier, objective));
    }
    for figure in &objective.figures {
        detail(figure, blocks);
    }
}

fn dated(value: Option<&DatedValue>, strong: bool) -> Cell {
    let Some(value) = value else {
        return Cell::text("–");
    };
    Cell {
        strong,
        ..Cell::text(&value.value).under(&value.year)
    }
}

fn figures(dossier: &Dossier, objective: &Objective) -> Block {
    let row = |figure: &Figure| {
        let mut label = Cell::text(&figure.label).under(&figure.contest);
        if figure.overdue {
            label = label.under(&figure.delivery);
        }
        if figure.fictional && dossier.fictional == Fictional::Some {
            label = label.under("Donnée fictive");
        }
        let rate = figure.rate.clone().unwrap_or_default();
        let symbol = figure.attainment.state.symbol();
        vec![
            Cell::strong(&figure.code),
            label,
            dated(figure.baseline.as_ref(), false),
            dated(figure.last.as_ref(), true),
            dated(figure.target.as_ref(), false),
            Cell::text(format!("{symbol} {}", figure.attainment.words)).under(rate),
        ]
    };
    Block::Table(Table {
        caption: format!("Indicateurs : {}", objective.label),
        columns: vec![
            column("Code", 14),
            column("Indicateur", 62),
            numbers("Départ", 21),
            numbers("Dernière valeur", 22),
            numbers("Cible", 21),
            column("Atteinte", 34),
        ],
        rows: objective.figures.iter().map(row).collect(),
    })
}

fn detail(figure: &Figure, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(3, coded(&figure.code, &figure.label)));
    if !figure.outlook.is_empty() {
        let outlook = format!("{}.", figure.outlook);
        blocks.push(Block::Paragraph(Look::Opening, outlook));
    }
    let picture = figure.chart.as_ref().map(|chart| Picture {
        svg: trajectory(chart, Target::Pdf),
        alternative: chart.about.alternative(),
        width: 62,
    });
    let table = (!figure.years.is_empty()).then(|| years(figure));
    blocks.extend(match (picture, table) {
        // A longer table goes on over the page, under its drawing.
        (Some(picture), Some(table)) if table.rows.len() <= BESIDE => {
            vec![Block::Beside(picture, table)]
        }
        (picture, table) => {
            let picture = picture.map(Block::Picture).into_iter();
            picture.chain(table.map(Block::Table)).collect()
        }
    });
    blocks.extend(figure.breaks.iter().map(note));
    blocks.push(note(figure.provenance.clone()));
}

fn years(figure: &Figure) -> Table {
    let printed =
        |value: Option<&Printed>| Cell::text(value.map_or("–", |value| value.text.as_str()));
    let foretells = figure.years.iter().any(|line| line.likely.is_some());
    let rows = figure.years.iter().map(|line| {
        let mut observed = printed(line.observed.as_ref());
        if line.provisional {
            observed = observed.under("provisoire");
        }
        let mut row = vec![
            Cell::text(&line.period),
            observed,
            printed(line.national.as_ref()),
            printed(line.target.as_ref()),
        ];
        if foretells {
            let likely = line.likely.as_ref();
            row.push(likely.map_or_else(
                || Cell::text("–"),
                |likely| Cell::text(format!("{} ({})", likely.value, likely.range)),
            ));
        }
        row
    });
    let mut columns = vec![
        column("Année", 16),
        numbers("Valeur", 24),
        numbers("France", 17),
        numbers("Cible", 18),
    ];
    if foretells {
        columns.push(numbers("À ce rythme", 31));
    }
    Table {
        caption: format!("Valeurs par année : {}", figure.label),
        columns,
        rows: rows.collect(),
    }
}

fn gaps(dossier: &Dossier, blocks: &mut Vec<Block>) {
    let heading = "Valeurs en retard, contestées ou manquantes";
    blocks.push(Block::Heading(1, heading.to_owned()));
    if dossier.gaps.is_empty() {
        blocks.push(plain(super::NO_GAP));
    }
    for kind in GapKind::ALL {
        let found = dossier.gaps.iter().filter(|gap| gap.kind == kind);
        let rows: Vec<Vec<Cell>> = found
            .map(|gap| {
                vec![
                    Cell::strong(&gap.code),
                    Cell::text(&gap.label),
                    Cell::text(&gap.words),
                    Cell::text(&gap.who),
                ]
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        blocks.push(Block::Heading(2, kind.heading().to_owned()));
        blocks.push(Block::Table(Table {
            caption: kind.heading().to_owned(),
            columns: vec![
                column("Code", 14),
                column("Indicateur", 72),
                column("Ce qu’il en est", 50),
                column("De qui", 38),
            ],
            rows,
        }));
    }
}
