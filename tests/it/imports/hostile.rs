//! Files made to harm, by malice or by accident. Each is refused clearly, within its limits.

use std::io::{Cursor, Write as _};
use std::time::Duration;

use jalon::imports::reader::{Foreign, Limits, MOST_CELLS, Reader};
use jalon::imports::{ReadError, Workbook};

use super::{PACKAGE, RELATIONSHIPS, WORKBOOK, ods, reader, within, xlsx, xlsx_with, zipped};
use crate::support::Folder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Reads within limits, and holds the process to them.
async fn read_within(limits: Limits, bytes: &[u8]) -> Result<Workbook, ReadError> {
    let memory = limits.memory;
    let measured = within(limits).measure(bytes).await;
    if let Some(peak) = measured.peak {
        assert!(peak <= memory, "{peak} bytes");
    }
    measured.outcome
}

async fn read(bytes: &[u8]) -> Result<Workbook, ReadError> {
    read_within(Limits::default(), bytes).await
}

/// What is refused as broken.
fn is_damaged(outcome: &Result<Workbook, ReadError>) -> bool {
    matches!(outcome, Err(ReadError::Damaged { .. }))
}

#[tokio::test]
async fn two_cells_at_two_corners_are_no_rectangle() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let refused = read(&xlsx(rows)).await.unwrap_err();
    let expected = ReadError::TooWide {
        sheet: "Valeurs".to_owned(),
        row: 1_048_576,
        column: 16_384,
        most: 1_000,
    };
    assert_eq!(refused, expected);
    assert!(
        refused
            .to_string()
            .starts_with("feuille « Valeurs » : la ligne 1048576")
    );
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>"#;
    assert_eq!(read(&xlsx(rows)).await.unwrap().sheets[0].rows.len(), 2);
}

#[tokio::test]
async fn archives_that_grow_are_stopped() {
    // What the archive itself says.
    let mut honest = xlsx("");
    let directory = honest
        .windows(4)
        .rposition(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    honest[directory + 24..directory + 28].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    assert_eq!(read(&honest).await, Err(ReadError::TooMuchMemory));
    // What it does not say: one text of 96 million characters, in some 100 kB.
    let strings = format!("<sst><si><t>{}</t></si></sst>", " x".repeat(48_000_000));
    let bomb = xlsx_with("", "", "", &strings);
    assert!(bomb.len() < 1_000_000);
    let limits = Limits {
        memory: 384 * 1024 * 1024,
        ..Limits::default()
    };
    assert_eq!(
        read_within(limits, &bomb).await,
        Err(ReadError::TooMuchMemory)
    );
    // Room asked for four billion texts.
    let many = xlsx_with("", "", "", r#"<sst uniqueCount="4000000000"></sst>"#);
    assert_eq!(read(&many).await, Err(ReadError::TooMuchMemory));
}

/// A workbook whose one text takes that many megabytes, written without ever being held whole.
fn swollen(megabytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in [
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONSHIPS),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file("xl/sharedStrings.xml", options).unwrap();
    zip.write_all(b"<sst><si><t>").unwrap();
    let chunk = " x".repeat(512 * 1024);
    for _ in 0..megabytes {
        zip.write_all(chunk.as_bytes()).unwrap();
    }
    zip.write_all(b"</t></si></sst>").unwrap();
    zip.finish().unwrap().into_inner()
}

/// The most memory that this process held so far, in megabytes, as Linux tells it.
fn own_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.unwrap().trim().split(' ').next().unwrap();
    kilobytes.parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn the_process_that_asks_keeps_its_memory() {
    let corners = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let laughs = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>"#;
    let text = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>"#;
    let files = [
        swollen(96),
        xlsx(corners),
        xlsx_with(laughs, text, "", "<sst/>"),
        "1;".repeat(10_000).into_bytes(),
    ];
    let before = own_peak();
    for bytes in &files {
        for _ in 0..3 {
            let limits = Limits {
                memory: 384 * 1024 * 1024,
                ..Limits::default()
            };
            assert!(read_within(limits, bytes).await.is_err());
        }
    }
    let grown = own_peak() - before;
    assert!(grown < 48, "{grown} MB");
}

#[tokio::test]
async fn entities_are_never_expanded() {
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for n in 1..12 {
        let ten = format!("&a{};", n - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY a{n} \"{ten}\">"));
    }
    laughs.push_str("]>");
    let outside = r#"<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>"#;
    let excel = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>"#;
    let open = r#"<table:table-row><table:table-cell office:value-type="string"><text:p>&a11;</text:p></table:table-cell></table:table-row>"#;
    for head in [laughs.as_str(), outside] {
        let outcome = read(&xlsx_with(head, excel, "", "<sst/>")).await;
        assert!(is_damaged(&outcome), "{outcome:?}");
        let outcome = read(&ods(head, open)).await;
        assert!(is_damaged(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn workbooks_with_a_password_say_so() {
    let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
    let mut excel = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    excel.resize(1024, 0);
    excel.extend(name);
    assert_eq!(read(&excel).await, Err(ReadError::Encrypted));
    let open = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            "<m><manifest:encryption-data/></m>",
        ),
        ("content.xml", "\u{1}\u{2}"),
    ]);
    assert_eq!(read(&open).await, Err(ReadError::Encrypted));
}

#[tokio::test]
async fn truncated_workbooks_are_refused() {
    let whole = xlsx(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    for part in [2, 3, 10] {
        let outcome = read(&whole[..whole.len() - whole.len() / part]).await;
        assert!(is_damaged(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn tables_too_wide_or_too_long_are_refused() {
    let csv = ["1;".repeat(10_000), "2;3".to_owned()].join("\n");
    let outcome = read(csv.as_bytes()).await;
    assert!(
        matches!(outcome, Err(ReadError::TooWide { row: 1, .. })),
        "{outcome:?}"
    );
    let most = MOST_CELLS;
    let csv = "1\n".repeat(2_000_000);
    assert_eq!(
        read(csv.as_bytes()).await,
        Err(ReadError::TooManyCells { most })
    );
    let cells = "<c><v>1</v></c>".repeat(10_000);
    let outcome = read(&xlsx(&format!("<row>{cells}</row>"))).await;
    assert!(
        matches!(outcome, Err(ReadError::TooWide { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn repetitions_are_not_written_out() {
    let cell = |repeated: &str| {
        format!(r#"<table:table-cell {repeated} office:value-type="float" office:value="1"/>"#)
    };
    let columns = cell(r#"table:number-columns-repeated="1048576""#);
    let row = format!("<table:table-row>{columns}</table:table-row>");
    let outcome = read(&ods("", &row)).await;
    assert!(
        matches!(outcome, Err(ReadError::TooWide { .. })),
        "{outcome:?}"
    );
    let rows = format!(
        r#"<table:table-row table:number-rows-repeated="4294967295">{}</table:table-row>"#,
        cell("")
    );
    let most = MOST_CELLS;
    assert_eq!(
        read(&ods("", &rows)).await,
        Err(ReadError::TooManyCells { most })
    );
    let blank = r#"<table:table-row table:number-rows-repeated="4294967295"><table:table-cell/></table:table-row>"#;
    let far = format!("{blank}<table:table-row>{}</table:table-row>", cell(""));
    assert_eq!(read(&ods("", &far)).await.unwrap().sheets[0].rows.len(), 1);
}

#[tokio::test]
async fn texts_that_are_none_are_refused() {
    let outcome = read(b"region;2023\n84;54\0,3\n").await;
    assert_eq!(outcome, Err(ReadError::NulByte { row: 2 }));
    let outcome = read(&vec![b'x'; 24 * 1024 * 1024]).await;
    assert!(
        matches!(&outcome, Err(ReadError::LongCell { cell, .. }) if cell == "A1"),
        "{outcome:?}"
    );
    let outcome = read(&vec![b'x'; 100 * 1024 * 1024]).await;
    let most = Limits::default().bytes;
    assert_eq!(outcome, Err(ReadError::TooLarge { most }));
}

#[tokio::test]
async fn an_archive_that_aims_elsewhere_writes_nothing() {
    let target = std::env::temp_dir().join(format!("jalon-slip-{}", std::process::id()));
    let absolute = target.to_str().unwrap();
    let outside = zipped(&[(absolute, "x"), ("../../../../tmp/jalon-slip", "x")]);
    assert_eq!(
        read(&outside).await,
        Err(ReadError::Foreign(Foreign::Archive))
    );
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    let mut zip = ZipWriter::new_append(Cursor::new(xlsx(rows))).unwrap();
    let options = SimpleFileOptions::default();
    zip.start_file(absolute, options).unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert_eq!(read(&bytes).await.unwrap().sheets[0].rows.len(), 1);
    assert!(!target.exists());
}

#[tokio::test]
async fn a_process_without_memory_or_time_says_so() {
    let long = "1;2;3\n".repeat(450_000);
    let memory = Limits {
        memory: 256 * 1024 * 1024,
        ..Limits::default()
    };
    let outcome = read_within(memory, long.as_bytes()).await;
    assert_eq!(outcome, Err(ReadError::TooMuchMemory));
    let endless = Folder::new();
    let script = executable(&endless, "while :; do :; done");
    let clock = Limits {
        lasting: Duration::from_millis(50),
        ..Limits::default()
    };
    let outcome = Reader::new(&script, clock).measure(b"a;b").await.outcome;
    assert_eq!(outcome, Err(ReadError::TooLong));
    let script = executable(&endless, "ulimit -S -t 1; while :; do :; done");
    let outcome = Reader::new(&script, Limits::default())
        .measure(b"a;b")
        .await
        .outcome;
    assert_eq!(outcome, Err(ReadError::TooLong));
}

#[tokio::test]
async fn a_process_that_fails_says_so_and_inherits_nothing() {
    let folder = Folder::new();
    let script = executable(&folder, "/usr/bin/env >&2; pwd >&2; exit 3");
    let outcome = Reader::new(&script, Limits::default())
        .measure(b"a;b")
        .await
        .outcome;
    let Err(ReadError::Crashed { cause }) = &outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        !cause.contains("CARGO") && !cause.contains("HOME="),
        "{cause}"
    );
    assert!(cause.ends_with("/\n"), "{cause}");
    let script = executable(&folder, "echo '{\"peak\":null,'");
    let outcome = Reader::new(&script, Limits::default())
        .measure(b"a;b")
        .await
        .outcome;
    assert!(
        matches!(outcome, Err(ReadError::Crashed { .. })),
        "{outcome:?}"
    );
    let flood = Limits {
        answer: 1000,
        ..Limits::default()
    };
    let script = executable(&folder, "while :; do echo jalon; done");
    let outcome = Reader::new(&script, flood).measure(b"a;b").await.outcome;
    assert!(outcome.is_err(), "{outcome:?}");
    let none = Reader::new(folder.path().join("absent"), Limits::default());
    let outcome = none.measure(b"a;b").await.outcome;
    assert!(
        matches!(outcome, Err(ReadError::Unavailable { .. })),
        "{outcome:?}"
    );
    // None of it hinders the next file.
    assert!(reader().read(b"a;b").await.is_ok());
}

/// Written by another process: this one may be starting others, which would hold the file open.
fn executable(folder: &Folder, script: &str) -> std::path::PathBuf {
    let path = folder.path().join(format!("{}.sh", script.len()));
    let written = std::process::Command::new("/bin/sh")
        .args([
            "-c",
            "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod +x \"$2\"",
            "sh",
            script,
        ])
        .arg(&path)
        .status();
    assert!(written.unwrap().success());
    path
}
