//! A file as sheets of text cells.

use encoding_rs::{UTF_8, WINDOWS_1252};

use super::problem::Place;

/// More bytes than this are refused: a year of figures for the whole country is some 100 kB.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// More cells than this are refused.
const MOST_CELLS: usize = 2_000_000;
/// A row with more columns than this is no table.
const MOST_COLUMNS: usize = 1_000;

/// A cell that holds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub place: Place,
    /// What, without surrounding spaces.
    pub text: String,
}

/// A sheet: rows of cells, empty ones included, so that columns keep their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty in a file that has only one.
    pub name: String,
    /// Row numbers, from 1, with their cells.
    pub rows: Vec<Vec<Cell>>,
}

/// Why a file cannot be read at all, told in French to the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Too large.
    #[error("le fichier dépasse {} Mo ; découpez-le", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// Too many cells, or a row too wide.
    #[error(
        "le tableau est trop grand pour être un tableau de valeurs ; gardez les seules lignes et colonnes utiles"
    )]
    TooManyCells,
    /// Nothing in it.
    #[error("le fichier est vide")]
    Empty,
    /// Not a text table.
    #[error(
        "ce fichier n’est pas un tableau CSV ; enregistrez-le au format « CSV UTF-8 » puis recommencez"
    )]
    NotText,
    /// A quotation mark that opens and never closes: everything after it would be one cell.
    #[error(
        "le guillemet ouvert à la ligne {row} n’est jamais refermé ; refermez-le ou supprimez-le"
    )]
    OpenQuote {
        /// Which row.
        row: u32,
    },
    /// A row that cannot be cut into cells.
    #[error("la ligne {row} ne peut pas être découpée en cellules : {cause}")]
    Row {
        /// Which row.
        row: u64,
        /// Why.
        cause: String,
    },
}

/// Reads a file into sheets. The name only serves to recognise the format.
pub fn read_file(bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    // Signatures of ZIP (xlsx, ods), of old Excel files and of PDF; and NUL bytes, which no text has.
    let binary = [b"PK\x03\x04".as_slice(), b"\xD0\xCF\x11\xE0", b"%PDF"];
    if binary.iter().any(|magic| bytes.starts_with(magic)) || bytes.contains(&0) {
        return Err(ReadError::NotText);
    }
    let text = decode(bytes);
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    Ok(vec![read_csv(&text)?])
}

/// UTF-8 with or without its mark where the bytes are valid, Windows-1252 otherwise: the two
/// that French office software writes. Latin-1 texts read alike.
fn decode(bytes: &[u8]) -> String {
    let (text, _, malformed) = UTF_8.decode(bytes);
    if malformed {
        WINDOWS_1252.decode(bytes).0.into_owned()
    } else {
        text.into_owned()
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

fn read_csv(text: &str) -> Result<Sheet, ReadError> {
    let separator = separator(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut cells = 0;
    let mut row = 0;
    let mut last_start = 0;
    for record in reader.records() {
        let record = record.map_err(|error| ReadError::Row {
            row: error.position().map_or(0, csv::Position::line),
            cause: error.to_string(),
        })?;
        cells += record.len();
        if cells > MOST_CELLS || record.len() > MOST_COLUMNS {
            return Err(ReadError::TooManyCells);
        }
        let end_of_last = record.position().map_or(0, csv::Position::byte);
        let end_of_last = usize::try_from(end_of_last).unwrap_or(usize::MAX);
        let (empty, start) = empty_rows(text, end_of_last);
        row += empty + 1;
        last_start = start;
        let row = (1_u32..).zip(&record).map(|(column, text)| Cell {
            place: Place {
                sheet: String::new(),
                row,
                column,
            },
            text: text.trim().to_owned(),
        });
        sheet.rows.push(row.collect());
    }
    // An open quotation mark swallows everything after it: it can only be in the last row read.
    if ends_inside_quotes(&text.as_bytes()[last_start..], separator) {
        return Err(ReadError::OpenQuote { row });
    }
    Ok(sheet)
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
    use proptest::prelude::*;

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
        assert_eq!(read_file(b"PK\x03\x04..."), Err(ReadError::NotText));
        assert_eq!(read_file(b"a;b\n\0"), Err(ReadError::NotText));
        assert_eq!(read_file(b" \n "), Err(ReadError::Empty));
        let wide = ";".repeat(20_000);
        assert_eq!(read_file(wide.as_bytes()), Err(ReadError::TooManyCells));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_file(&bytes);
        }
    }
}
