//! Whatever the bytes: a workbook or a clear refusal, within the limits of the process.

use std::io::{Cursor, Read as _, Write as _};

use jalon::imports::reader::Limits;
use jalon::imports::{ReadError, read_workbook};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::within;

/// The files that mutations start from, and those that once did harm.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir("tests/fixtures/imports/corpus")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 6);
    files
}

/// One thing done to a file.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Splice(prop::sample::Index, Vec<u8>),
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let range = |at: &prop::sample::Index, long: usize| {
            let start = at.index(length);
            start..(start + long).min(length)
        };
        match self {
            Self::Flip(at, bits) => bytes[at.index(length)] ^= bits,
            Self::Cut(at, long) => drop(bytes.drain(range(at, *long))),
            Self::Repeat(at, long) => {
                let range = range(at, *long);
                let piece = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, piece);
            }
            Self::Splice(at, piece) => {
                let at = at.index(length);
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    let words = prop::sample::select(vec![
        "\"",
        "<",
        ">",
        "&",
        ";",
        "\n",
        "\r",
        "99999999999",
        "-1",
        "1e999",
        "NaN",
        "<c>",
        "</row>",
        "A1:XFD1048576",
        "r=\"\"",
        "table:number-rows-repeated=\"4000000000\" ",
        "&#0;",
        "&#xFFFFFF;",
        "]]>",
        "<![CDATA[",
        "_xD800_",
    ]);
    prop_oneof![
        (at(), 1_u8..).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        (at(), 1_usize..60).prop_map(|(at, long)| Mutation::Cut(at, long)),
        (at(), 1_usize..200).prop_map(|(at, long)| Mutation::Repeat(at, long)),
        (at(), words).prop_map(|(at, word)| Mutation::Splice(at, word.as_bytes().to_vec())),
        (at(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, piece)| Mutation::Splice(at, piece)),
    ]
}

/// An archive whose files are mutated and compressed again: mutations of the whole seldom pass
/// its checksums.
fn mutate_within(bytes: &[u8], which: prop::sample::Index, mutations: &[Mutation]) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let chosen = which.index(zip.len());
    for rank in 0..zip.len() {
        let mut file = zip.by_index(rank).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        // A sheet is the richest; the others have their turn.
        if rank == chosen || name.contains("sheet1") || name == "content.xml" {
            for mutation in mutations {
                mutation.apply(&mut content);
            }
        }
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// Reads in a process, whose end must have been foreseen.
async fn survives(name: &str, bytes: &[u8]) -> bool {
    let limits = Limits::default();
    let memory = limits.memory;
    let measured = within(limits).measure(bytes).await;
    assert!(measured.peak.is_none_or(|peak| peak <= memory), "{name}");
    match measured.outcome {
        Ok(_) => true,
        Err(
            error
            @ (ReadError::Crashed { .. } | ReadError::Unavailable { .. } | ReadError::TooLong),
        ) => {
            let kept = std::env::temp_dir().join("jalon-fuzz-failure");
            std::fs::write(&kept, bytes).unwrap();
            panic!("{name}: {error:?}; the file is {}", kept.display());
        }
        Err(_) => false,
    }
}

#[tokio::test]
async fn mutated_files_are_read_or_refused() {
    let mut runner = TestRunner::deterministic();
    let (mut read, mut refused) = (0, 0);
    for (name, bytes) in corpus() {
        survives(&name, &bytes).await;
        for turn in 0..24 {
            let strategy = (
                any::<prop::sample::Index>(),
                prop::collection::vec(mutation(), 1..4),
            );
            let (which, mutations) = strategy.new_tree(&mut runner).unwrap().current();
            let mut mutated = bytes.clone();
            if bytes.starts_with(b"PK") && turn % 4 != 0 {
                mutated = mutate_within(&bytes, which, &mutations);
            } else {
                for mutation in &mutations {
                    mutation.apply(&mut mutated);
                }
            }
            if survives(&name, &mutated).await {
                read += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(read > 20 && refused > 20, "{read} read, {refused} refused");
}

#[test]
fn mutated_texts_are_read_or_refused() {
    let config = Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    };
    let texts: Vec<Vec<u8>> = corpus()
        .into_iter()
        .filter_map(|(name, bytes)| name.strip_suffix(".csv").map(|_| bytes))
        .collect();
    let strategy = (
        prop::sample::select(texts),
        prop::collection::vec(mutation(), 0..5),
    );
    TestRunner::new(config)
        .run(&strategy, |(mut bytes, mutations)| {
            for mutation in &mutations {
                mutation.apply(&mut bytes);
            }
            if let Ok(book) = read_workbook(&bytes) {
                // Rows go down, columns go right, and nothing is out of place.
                let rows = &book.sheets[0].rows;
                prop_assert!(rows.iter().all(|row| !row.is_empty()));
                prop_assert!(
                    rows.windows(2)
                        .all(|two| two[0][0].place.row < two[1][0].place.row)
                );
                for row in rows {
                    for (column, cell) in (1..).zip(row) {
                        prop_assert_eq!(
                            (cell.place.row, cell.place.column),
                            (row[0].place.row, column)
                        );
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}
