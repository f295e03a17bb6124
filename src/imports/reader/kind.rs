//! What kind of file some bytes are, whatever its name says.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::{Foreign, ReadError, damaged};

/// More than this once inflated is no table of values: a million cells take some 100 MB.
const MOST_INFLATED: u128 = 1024 * 1024 * 1024;

/// How much of a text is looked at.
const HEAD: usize = 4096;

/// A kind of file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Csv,
    Xlsx,
    Ods,
}

/// What foreign files begin with.
const MAGIC: [(&[u8], Foreign); 11] = [
    (b"%PDF", Foreign::Pdf),
    (b"{\\rtf", Foreign::Text),
    (b"\x1F\x8B", Foreign::Archive),
    (b"7z\xBC\xAF", Foreign::Archive),
    (b"Rar!", Foreign::Archive),
    (b"\x89PNG", Foreign::Unknown),
    (b"\xFF\xD8\xFF", Foreign::Unknown),
    (b"GIF8", Foreign::Unknown),
    (b"\x7FELF", Foreign::Unknown),
    (b"MZ\x90", Foreign::Unknown),
    (b"SQLite format 3", Foreign::Unknown),
];

/// Recognises a file by what it holds.
///
/// # Errors
/// Where it is of a kind that is not read: the error says how to save it.
pub(super) fn recognise(bytes: &[u8]) -> Result<Kind, ReadError> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return archive(bytes);
    }
    if begins(b"\xD0\xCF\x11\xE0") {
        return Err(compound(bytes));
    }
    let known = MAGIC.iter().find(|(magic, _)| begins(magic));
    match known.map(|(_, foreign)| *foreign).or_else(|| markup(bytes)) {
        Some(foreign) => Err(ReadError::Foreign(foreign)),
        None => Ok(Kind::Csv),
    }
}

/// A ZIP archive: Excel and OpenDocument files are some.
fn archive(bytes: &[u8]) -> Result<Kind, ReadError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if zip
        .decompressed_size()
        .is_some_and(|size| size > MOST_INFLATED)
    {
        return Err(ReadError::TooMuchMemory);
    }
    let begins = |zip: &ZipArchive<_>, start: &str| {
        let mut names = zip.file_names_raw();
        names.any(|name: &[u8]| name.starts_with(start.as_bytes()))
    };
    if begins(&zip, "xl/workbook.bin") {
        return Err(ReadError::Foreign(Foreign::BinaryExcel));
    }
    if begins(&zip, "xl/") {
        return Ok(Kind::Xlsx);
    }
    if begins(&zip, "word/") {
        return Err(ReadError::Foreign(Foreign::Text));
    }
    if begins(&zip, "Index/") || begins(&zip, "Index.zip") {
        return Err(ReadError::Foreign(Foreign::Numbers));
    }
    let mut media = String::new();
    if let Ok(file) = zip.by_name("mimetype") {
        file.take(100).read_to_string(&mut media).map_err(damaged)?;
    }
    match media.strip_prefix("application/vnd.oasis.opendocument.") {
        Some(of) if of.starts_with("spreadsheet") => Ok(Kind::Ods),
        Some(of) if of.starts_with("text") => Err(ReadError::Foreign(Foreign::Text)),
        _ => Err(ReadError::Foreign(Foreign::Archive)),
    }
}

/// A compound file, the container of old Office files and of encrypted ones.
fn compound(bytes: &[u8]) -> ReadError {
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|window| window == name)
    };
    if names("EncryptedPackage") {
        return ReadError::Encrypted;
    }
    ReadError::Foreign(if names("WordDocument") {
        Foreign::Text
    } else {
        Foreign::OldExcel
    })
}

/// A text that is no table, or bytes that are no text.
fn markup(bytes: &[u8]) -> Option<Foreign> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    if begins(&[
        "<!doctype html",
        "<html",
        "<head",
        "<meta",
        "<table",
        "<style",
    ]) {
        return Some(Foreign::Html);
    }
    if begins(&["<?xml", "<!doctype", "<workbook"]) {
        let is_page = text.contains("<html");
        return Some(if is_page { Foreign::Html } else { Foreign::Xml });
    }
    if text.starts_with('{') && (text.contains("docs.google.com") || text.contains("\"doc_id\"")) {
        return Some(Foreign::GoogleShortcut);
    }
    // NUL bytes have an error of their own, and UTF-16 is full of them.
    let control = |byte: &&u8| matches!(byte, 1..=8 | 14..=25 | 28..=31 | 127);
    (head.iter().filter(control).count() * 20 > head.len()).then_some(Foreign::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(bytes: &[u8]) -> Foreign {
        match recognise(bytes) {
            Err(ReadError::Foreign(foreign)) => foreign,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn foreign_files_are_told_how_to_be_saved() {
        assert_eq!(foreign(b"%PDF-1.7"), Foreign::Pdf);
        assert_eq!(foreign(b"\xD0\xCF\x11\xE0\xA1\xB1"), Foreign::OldExcel);
        let page = b"\xEF\xBB\xBF\r\n<HTML><table><tr><td>1</td></tr></table>";
        assert_eq!(foreign(page), Foreign::Html);
        let page = b"<?xml version=\"1.0\"?><!DOCTYPE html><html xmlns=\"x\">";
        assert_eq!(foreign(page), Foreign::Html);
        let spreadsheet = b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>";
        assert_eq!(foreign(spreadsheet), Foreign::Xml);
        let link = br#"{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}"#;
        assert_eq!(foreign(link), Foreign::GoogleShortcut);
        assert_eq!(foreign(b"\x01\x02\x03\x04\x05binary"), Foreign::Unknown);
    }

    #[test]
    fn an_encrypted_workbook_is_told_from_an_old_one() {
        let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
        let bytes: Vec<u8> = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
            .iter()
            .copied()
            .chain(name)
            .collect();
        assert_eq!(recognise(&bytes), Err(ReadError::Encrypted));
    }

    #[test]
    fn tables_are_texts() {
        for table in ["a;b\n", "<5 ans;12\n", "{x};1\n", "\u{feff}é\n"] {
            assert_eq!(recognise(table.as_bytes()), Ok(Kind::Csv), "{table}");
        }
    }
}
