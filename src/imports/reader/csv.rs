//! Text with separators.

use csv::{Position, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::tables::Tables;
use super::{ReadError, is_error};
use crate::imports::sheet::{Content, Format, Workbook};

/// Reads a CSV file, whatever its separator and its encoding.
pub(super) fn read(bytes: &[u8]) -> Result<Workbook, ReadError> {
    let text = decode(bytes);
    if let Some(nul) = text.find('\0') {
        let row = text[..=nul].lines().count();
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        return Err(ReadError::NulByte { row });
    }
    let (announced, text) = announced_separator(&text);
    let separator = announced.unwrap_or_else(|| separator(text));
    let mut tables = Tables::default();
    tables.begin("", false);
    read_rows(text, separator, &mut tables)?;
    tables.finish(Format::Csv)
}

/// By its mark where there is one. Otherwise UTF-8 where the bytes are valid, Windows-1252 where
/// they are not: what French office software writes. Latin-1 texts read alike.
fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned();
    }
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
    text.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
        .into_owned()
}

/// A first line such as `sep=;`, by which a file tells Excel its separator, is no row.
fn announced_separator(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) => (Some(*separator), rest),
        _ => (None, text),
    }
}

/// The separator that cuts the most rows into the same number of cells, two at least.
fn separator(text: &str) -> u8 {
    let agreement = |separator: u8| {
        let mut counts = std::collections::HashMap::new();
        for line in text.lines().filter(|l| !l.trim().is_empty()).take(200) {
            let cut = line.bytes().filter(|b| *b == separator).count();
            if cut > 0 {
                *counts.entry(cut).or_insert(0_usize) += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    };
    // A comma may be a decimal comma: it only wins where nothing else does as well.
    [b';', b'\t', b'|', b',']
        .into_iter()
        .rev()
        .max_by_key(|separator| agreement(*separator))
        .unwrap_or(b';')
}

fn read_rows(text: &str, separator: u8, tables: &mut Tables) -> Result<(), ReadError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut row = 0;
    let mut last_start = 0;
    for record in reader.records() {
        let record = record.map_err(|error| ReadError::Damaged {
            cause: error.to_string(),
        })?;
        let end_of_last = record.position().map_or(0, Position::byte);
        let end_of_last = usize::try_from(end_of_last).unwrap_or(usize::MAX);
        let (empty, start) = empty_rows(text, end_of_last);
        row += empty + 1;
        last_start = start;
        for (column, text) in (1..).zip(&record) {
            tables.put(row, column, content(text), text)?;
        }
    }
    // An open quotation mark swallows everything after it: it can only be in the last row read.
    if ends_inside_quotes(&text.as_bytes()[last_start..], separator) {
        return Err(ReadError::OpenQuote { row });
    }
    Ok(())
}

fn content(text: &str) -> Content {
    match text.trim() {
        "" => Content::Empty,
        error if is_error(error) => Content::Error(error.to_owned()),
        _ => Content::Text,
    }
}

/// How many empty rows stand between the end of a row and the beginning of the next, and where
/// that is. The reader skips them, yet a spreadsheet counts them.
fn empty_rows(text: &str, end_of_last: usize) -> (u32, usize) {
    let bytes = text.as_bytes();
    let mut at = end_of_last.min(bytes.len());
    // The second half of the mark that ended the row before.
    if at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut empty = 0;
    loop {
        at += match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => return (empty, at),
        };
        empty += 1;
    }
}

/// Whether a row begins a quoted cell that it does not end.
fn ends_inside_quotes(row: &[u8], separator: u8) -> bool {
    let mut inside = false;
    let mut cell_begins = true;
    for byte in row {
        if *byte == b'"' && (inside || cell_begins) {
            // A doubled mark closes and opens again at once.
            inside = !inside;
            cell_begins = !inside;
        } else {
            cell_begins = !inside && *byte == separator;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::sheet::Sheet;
    use proptest::prelude::*;

    fn read_file(bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
        read(bytes).map(|workbook| workbook.sheets)
    }

    fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
        let sheets = read_file(bytes).unwrap();
        let rows = sheets[0].rows.iter();
        rows.map(|row| row.iter().map(|cell| cell.text.clone()).collect())
            .collect()
    }

    #[test]
    fn reads_the_encodings_and_separators_of_french_offices() {
        let expected = vec![
            vec!["région".to_owned(), "2023".to_owned()],
            vec!["Île-de-France".to_owned(), "54,6".to_owned()],
        ];
        for separator in [";", "\t", "|"] {
            let text = format!("région{separator}2023\r\nÎle-de-France{separator}54,6\r\n");
            assert_eq!(texts(text.as_bytes()), expected, "{separator:?}");
            let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
            assert_eq!(texts(&with_mark), expected);
            let (windows, _, _) = WINDOWS_1252.encode(&text);
            assert_eq!(texts(&windows), expected);
        }
    }

    #[test]
    fn a_comma_separates_where_nothing_else_does() {
        assert_eq!(
            texts(b"territory,year,2.c.1\nFrance,2022,47.0\n")[1],
            ["France", "2022", "47.0"]
        );
    }

    #[test]
    fn remembers_where_each_cell_stands() {
        let sheets = read_file("titre\n\na;b\n1;2\n".as_bytes()).unwrap();
        let last = sheets[0].rows.last().unwrap();
        assert_eq!(last[1].place.cell(), "B4");
    }

    #[test]
    fn empty_rows_count_whatever_ends_a_row() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["titre", "", "", "a;b", "\"un", "deux\";2", "", "3;4"].join(end);
            let sheets = read_file(text.as_bytes()).unwrap();
            let rows: Vec<u32> = sheets[0].rows.iter().map(|r| r[0].place.row).collect();
            // As in a spreadsheet, a cell of two lines makes one row.
            assert_eq!(rows, [1, 4, 5, 7], "{end:?}");
        }
    }

    #[test]
    fn a_quotation_mark_never_closed_is_refused_and_an_inch_is_not() {
        let open = "a;b\n1;\"note\n2;3\n4;5\n";
        let refused = read_file(open.as_bytes());
        assert_eq!(refused, Err(ReadError::OpenQuote { row: 2 }));
        for fine in [
            "a;b\n1;\"dit \"\"non\"\"\"\n",
            "a;b\n1;tuyau de 5\"\n",
            "a;b\n\"\";2\n",
            "a;b\n1;\"\"",
        ] {
            assert!(read_file(fine.as_bytes()).is_ok(), "{fine}");
        }
    }

    #[test]
    fn refuses_what_is_no_text_table() {
        assert_eq!(read_file(b"a;b\n\0"), Err(ReadError::NulByte { row: 2 }));
        assert_eq!(read_file(b" \n "), Err(ReadError::Empty));
        let wide = read_file(";".repeat(20_000).as_bytes());
        assert!(
            matches!(wide, Err(ReadError::TooWide { row: 1, .. })),
            "{wide:?}"
        );
        let long = read_file(
            "a;".to_owned()
                .as_bytes()
                .iter()
                .copied()
                .chain(std::iter::repeat_n(b'x', 40_000))
                .collect::<Vec<_>>()
                .as_slice(),
        );
        assert!(
            matches!(&long, Err(ReadError::LongCell { cell, .. }) if cell == "B1"),
            "{long:?}"
        );
    }

    #[test]
    fn reads_what_excel_calls_unicode_text() {
        let text = "région\t2023\r\nÎle-de-France\t54,6\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            texts(&[b"\xFF\xFE", little.as_slice()].concat())[1][0],
            "Île-de-France"
        );
        assert_eq!(texts(&[b"\xFE\xFF", big.as_slice()].concat())[1][1], "54,6");
    }

    #[test]
    fn a_separator_announced_to_excel_is_no_row() {
        let sheets = read_file(b"sep=|\r\na;b|c\r\n").unwrap();
        assert_eq!(sheets[0].rows[0][0].text, "a;b");
        assert_eq!(sheets[0].rows[0][1].place.cell(), "B1");
    }

    #[test]
    fn errors_of_formulas_are_told_from_texts() {
        let cells = "a;#DIV/0!;#VALEUR!;#1;#SPILL!;#ÉPARS!;Err:522;Err:5;#;#!;#N/A\n";
        let sheets = read_file(cells.as_bytes()).unwrap();
        let is_error = |content: &Content| matches!(content, Content::Error(_));
        let cells = sheets[0].rows[0].iter();
        let errors = cells.filter(|cell| is_error(&cell.content));
        let errors: Vec<&str> = errors.map(|cell| cell.text.as_str()).collect();
        assert_eq!(
            errors,
            [
                "#DIV/0!", "#VALEUR!", "#SPILL!", "#ÉPARS!", "Err:522", "#N/A"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_file(&bytes);
        }
    }
}
