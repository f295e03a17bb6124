//! Whatever the file: no panic, and no cell lost in silence.

use std::collections::HashSet;

use jalon::figures::FiguresView;
use jalon::figures::values::{Ground, Known, Settings, SheetMapping, read_table};
use jalon::imports::{Answers, Content, Problem, ProblemCode, Sheet, read_workbook};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

/// Bytes that look a little like a table, or not at all.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"region;annee;2.c.1\n".to_vec()),
        Just(b"84;2023;54,3\n".to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        Just("é«\u{202f}»\r\n".as_bytes().to_vec()),
        Just(b"\"".to_vec()),
        Just(b";;;\n".to_vec()),
        Just(b"\xFF\xFE".to_vec()),
        Just(b"indicateur;region;annee;valeur\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..30),
        proptest::collection::vec(1_u8.., 0..30),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

on_both_engines! {
    async fn random_bytes_are_rehearsed_or_refused_and_never_panic(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut runner = TestRunner::deterministic();
        let (mut read, mut refused) = (0, 0);
        for _ in 0..80 {
            let bytes = bytes().new_tree(&mut runner).unwrap().current();
            let rehearsal = stage.rehearse_with(&bytes, &Settings::default()).await;
            match rehearsal.batch.failure {
                None => {
                    let _ = stage.commit(rehearsal.id).await;
                    read += 1;
                }
                Some(failure) => {
                    assert!(!failure.contains("Jalon a rencontré"), "{failure}: {bytes:?}");
                    refused += 1;
                }
            }
        }
        assert!(read > 10 && refused > 10, "{read} read, {refused} refused");
    }
}

/// What a column is titled, and what mostly stands under it.
const COLUMNS: [(&str, &[&str]); 10] = [
    ("région", &["84", "Bretagne", "11", "93"]),
    ("année", &["2021", "2022", "2023", "2022-T1"]),
    ("2.c.1", &["54,6", "54.6", "nd", "12 %", "7"]),
    ("2.c.2", &["1", "2,5", ""]),
    ("indicateur", &["2.c.1", "2.c.2", "5.a"]),
    ("valeur", &["54,6", "3", "s.o."]),
    ("2.c.1 2020", &["40", "41"]),
    ("5.a", &["1"]),
    ("commentaire", &["", "provisoire", "\"sur\ndeux lignes\""]),
    ("", &[""]),
];

/// What may stand anywhere.
const ANYTHING: [&str; 8] = ["", "", "Vénusie", "abc", "999", "\"x", "2023", "#REF!"];

/// Any table made of words that a table of values may hold: columns in any order, rows too short
/// or too long, cells that are what their column says or not.
fn table() -> impl Strategy<Value = String> {
    let others = proptest::collection::vec(2_usize..COLUMNS.len(), 1..4);
    let columns = others.prop_flat_map(|mut columns| {
        columns.extend([0, 1]);
        Just(columns).prop_shuffle()
    });
    // For each cell, which of those of its column, or of anything.
    let cell = (0_usize..5, proptest::option::weighted(0.06, 0_usize..8));
    let row = (
        proptest::collection::vec(cell, 8),
        prop_oneof![9 => Just(0_i8), 1 => -3_i8..3],
    );
    let rows = proptest::collection::vec(row, 0..8);
    let separator = prop_oneof![4 => Just(";"), 1 => Just(","), 1 => Just("\t")];
    let end = prop_oneof![Just("\n"), Just("\r\n")];
    let title = prop_oneof![Just(""), Just("Titre"), Just("\n\nTitre;avec;suite")];
    let drop_one = proptest::option::weighted(0.2, 0_usize..3);
    (title, columns, drop_one, rows, separator, end).prop_map(
        |(title, mut columns, drop_one, rows, separator, end)| {
            if let Some(rank) = drop_one {
                columns.remove(rank.min(columns.len() - 1));
            }
            let header: Vec<&str> = columns.iter().map(|c| COLUMNS[*c].0).collect();
            let mut lines = vec![title.to_owned(), header.join(separator)];
            for (picks, longer) in rows {
                let length = columns.len().saturating_add_signed(isize::from(longer));
                let cells = picks
                    .iter()
                    .take(length)
                    .enumerate()
                    .map(|(rank, (own, any))| {
                        let pool = columns.get(rank).map_or(&["7"][..], |c| COLUMNS[*c].1);
                        any.map_or(pool[own % pool.len()], |any| ANYTHING[any])
                    });
                lines.push(cells.collect::<Vec<_>>().join(separator));
            }
            lines.join(end)
        },
    )
}

/// The cells of values that are neither taken nor spoken of.
fn lost(
    sheet: &Sheet,
    mapping: &SheetMapping,
    taken: &HashSet<String>,
    problems: &[Problem],
) -> Vec<String> {
    let mut lost = Vec::new();
    let rows = sheet.rows.iter().flatten();
    let below = rows.filter(|cell| cell.place.row >= mapping.header + mapping.header_rows);
    for cell in below.filter(|cell| cell.content != Content::Empty) {
        let column = mapping.column(cell.place.column);
        if column.is_some_and(|column| !column.holds_values()) {
            continue;
        }
        let told = problems.iter().any(|problem| {
            let place = &problem.place;
            let heading = mapping.in_header(place.row) && place.column == cell.place.column;
            place.row == cell.place.row || heading
        });
        if !told && !taken.contains(&cell.place.cell()) {
            lost.push(cell.place.cell());
        }
    }
    lost
}

#[tokio::test]
async fn every_cell_of_values_is_taken_or_spoken_of() {
    let bench = Bench::sqlite().await;
    let stage = Stage::set(&bench).await;
    let (catalogue, directory) = (stage.catalogue().await, stage.directory().await);
    let settings = Settings::default();
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        settings: &settings,
    };
    let (figures, answers) = (FiguresView::default(), Answers::default());
    let known = Known {
        figures: &figures,
        today: jiff::civil::date(2026, 6, 1),
        mapping: None,
        answers: &answers,
    };
    let config = Config {
        cases: 250,
        failure_persistence: None,
        ..Config::default()
    };
    let taken_in_all = std::cell::Cell::new(0_usize);
    TestRunner::new(config)
        .run(&table(), |text| {
            let Ok(workbook) = read_workbook(text.as_bytes()) else {
                return Ok(());
            };
            let table = read_table(&workbook, ground, known);
            let taken: Vec<String> = table.candidates().map(|c| c.place.cell()).collect();
            let places: HashSet<String> = taken.iter().cloned().collect();
            prop_assert_eq!(taken.len(), places.len());
            taken_in_all.set(taken_in_all.get() + taken.len());
            match table.mapping.sheets.first() {
                Some(mapping) => {
                    let lost = lost(&workbook.sheets[0], mapping, &places, &table.problems);
                    prop_assert!(lost.is_empty(), "{lost:?}");
                }
                None => prop_assert!(table.problems.iter().any(|p| p.code == ProblemCode::Layout)),
            }
            Ok(())
        })
        .unwrap();
    assert!(
        taken_in_all.get() > 20,
        "{} cells taken",
        taken_in_all.get()
    );
}
