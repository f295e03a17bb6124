//! Which files are taken, judged by their content and never by what the sender says. Pure.
//!
//! What a browser would run (HTML, SVG, scripts) and programs, macros of office files included,
//! are never taken.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Media {
    /// PDF.
    Pdf,
    /// Excel workbook, without macros.
    Xlsx,
    /// OpenDocument spreadsheet.
    Ods,
    /// Word document, without macros.
    Docx,
    /// OpenDocument text.
    Odt,
    /// Text table.
    Csv,
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
}

impl Media {
    /// Every kind with its media type, the end of its file names, and its name for a reader.
    const ALL: [(Self, &'static str, &'static str, &'static str); 8] = [
        (Self::Pdf, "application/pdf", "pdf", "PDF"),
        (
            Self::Xlsx,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            "Excel",
        ),
        (
            Self::Ods,
            "application/vnd.oasis.opendocument.spreadsheet",
            "ods",
            "Calc",
        ),
        (
            Self::Docx,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
            "Word",
        ),
        (
            Self::Odt,
            "application/vnd.oasis.opendocument.text",
            "odt",
            "Writer",
        ),
        (Self::Csv, "text/csv", "csv", "CSV"),
        (Self::Png, "image/png", "png", "PNG"),
        (Self::Jpeg, "image/jpeg", "jpg", "JPEG"),
    ];

    /// Every kind.
    pub fn every() -> [Self; 8] {
        Self::ALL.map(|kind| kind.0)
    }

    /// Its media type.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The end of its file names, without the dot.
    pub fn extension(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].3
    }

    /// The kind of that media type.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|kind| kind.1 == name);
        found.map(|kind| kind.0)
    }

    /// What an `accept` attribute says to a browser.
    pub fn accepted() -> String {
        let ends = Self::ALL.map(|kind| format!(".{}", kind.2));
        format!("{},.jpeg", ends.join(","))
    }

    /// The kind of a file, by its bytes; its name only tells a text table from another text.
    ///
    /// # Errors
    /// Where the file is none of those taken.
    pub fn of(name: &str, bytes: &[u8]) -> Result<Self, Unfit> {
        if bytes.is_empty() {
            return Err(Unfit::Empty);
        }
        if bytes.starts_with(b"%PDF-") {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return office(bytes);
        }
        let is_table = extension(name).eq_ignore_ascii_case("csv") && is_plain_text(bytes);
        is_table.then_some(Self::Csv).ok_or(Unfit::Unknown)
    }
}

/// Why a file is not taken, told in French.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It holds nothing.
    #[error("Ce fichier est vide. Choisissez-en un autre.")]
    Empty,
    /// It is of no kind that is taken.
    #[error(
        "Ce fichier n’est d’aucun type admis, ou son contenu ne correspond pas à son nom. Envoyez un PDF, un classeur XLSX ou ODS, un texte DOCX ou ODT, un CSV, une image PNG ou JPEG."
    )]
    Unknown,
    /// It holds macros.
    #[error(
        "Ce fichier contient des macros. Enregistrez-le sans macros (XLSX ou DOCX), puis envoyez-le de nouveau."
    )]
    Macros,
    /// It announces itself as an office file and cannot be opened.
    #[error(
        "Ce fichier est abîmé ou protégé par un mot de passe. Ouvrez-le, enregistrez-le sans protection, puis envoyez-le de nouveau."
    )]
    Broken,
}

/// An office file: its list of parts is read, none is unpacked.
fn office(bytes: &[u8]) -> Result<Media, Unfit> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unfit::Broken)?;
    let names: Result<Vec<String>, _> = archive
        .file_names()
        .map(|name| name.map(|name| name.to_ascii_lowercase()))
        .collect();
    let names = names.map_err(|_| Unfit::Broken)?;
    let has = |name: &str| names.iter().any(|known| known == name);
    let is_macro = |name: &String| name.ends_with("vbaproject.bin") || name.starts_with("basic/");
    if names.iter().any(is_macro) {
        return Err(Unfit::Macros);
    }
    if has("[content_types].xml") {
        return match (has("xl/workbook.xml"), has("word/document.xml")) {
            (true, false) => Ok(Media::Xlsx),
            (false, true) => Ok(Media::Docx),
            _ => Err(Unfit::Unknown),
        };
    }
    let part = archive.by_name("mimetype").map_err(|_| Unfit::Unknown)?;
    let mut declared = String::new();
    // The standard stores this part as it is, without compression.
    part.take(100)
        .read_to_string(&mut declared)
        .map_err(|_| Unfit::Broken)?;
    match Media::from_name(declared.trim()) {
        Some(media @ (Media::Ods | Media::Odt)) => Ok(media),
        _ => Err(Unfit::Unknown),
    }
}

/// Text that no browser and no shell would take for something of theirs.
fn is_plain_text(bytes: &[u8]) -> bool {
    let has_controls = bytes
        .iter()
        .any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\r' | b'\n'));
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let begins = body.trim_ascii_start();
    !has_controls && !begins.starts_with(b"<") && !begins.starts_with(b"#!")
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, end)| end)
}

/// How long a kept name may be, in characters.
const LONGEST_NAME: usize = 120;

/// A name that can be shown and given back in a header: no folder, no control character, no
/// quote, and the end that fits what the file is.
pub fn safe_name(name: &str, media: Media) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .filter(|c| {
            !c.is_control()
                && !is_invisible(*c)
                && !matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?')
        })
        .take(LONGEST_NAME)
        .collect();
    let stem = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = if stem.is_empty() { "document" } else { stem };
    format!("{stem}.{}", media.extension())
}

/// Marks of direction and the like, with which a name can pretend to end otherwise.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, text) in parts {
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn each_kind_is_known_by_its_content_whatever_its_name() {
        let xlsx = archive(&[("[Content_Types].xml", ""), ("xl/workbook.xml", "")]);
        let docx = archive(&[("[Content_Types].xml", ""), ("word/document.xml", "")]);
        let ods = archive(&[("mimetype", Media::Ods.name())]);
        let odt = archive(&[("mimetype", Media::Odt.name())]);
        let cases: [(&[u8], Media); 7] = [
            (b"%PDF-1.7 ...", Media::Pdf),
            (&xlsx, Media::Xlsx),
            (&docx, Media::Docx),
            (&ods, Media::Ods),
            (&odt, Media::Odt),
            (b"\x89PNG\r\n\x1a\n....", Media::Png),
            (&[0xff, 0xd8, 0xff, 0xe0], Media::Jpeg),
        ];
        for (bytes, media) in cases {
            assert_eq!(Media::of("n’importe.exe", bytes), Ok(media));
        }
        assert_eq!(Media::of("a.csv", b"a;b\n1;2\n"), Ok(Media::Csv));
    }

    #[test]
    fn what_a_browser_or_a_machine_would_run_is_refused() {
        let macros = archive(&[
            ("[Content_Types].xml", ""),
            ("xl/workbook.xml", ""),
            ("xl/vbaProject.bin", ""),
        ]);
        assert_eq!(Media::of("a.xlsx", &macros), Err(Unfit::Macros));
        let basic = archive(&[
            ("mimetype", Media::Ods.name()),
            ("Basic/Standard/M.xml", ""),
        ]);
        assert_eq!(Media::of("a.ods", &basic), Err(Unfit::Macros));
        for (name, bytes) in [
            ("a.csv", b"<html><script>".as_slice()),
            ("a.csv", b"\xef\xbb\xbf \n<svg onload=1>"),
            ("a.csv", b"#!/bin/sh\n"),
            ("a.csv", b"a;b\0c"),
            ("a.pdf", b"MZ\x90\x00"),
            ("a.pdf", b"\x7fELF"),
            ("a.html", b"bonjour"),
            ("a.svg", b"<svg/>"),
        ] {
            assert_eq!(Media::of(name, bytes), Err(Unfit::Unknown), "{name}");
        }
        let jar = archive(&[("META-INF/MANIFEST.MF", "")]);
        assert_eq!(Media::of("a.xlsx", &jar), Err(Unfit::Unknown));
        assert_eq!(Media::of("a.xlsx", b"PK\x03\x04cut"), Err(Unfit::Broken));
        assert_eq!(Media::of("a.pdf", b""), Err(Unfit::Empty));
    }

    #[test]
    fn names_are_made_safe() {
        for (name, safe) in [
            ("detail.XLSX", "detail.xlsx"),
            ("..\\..\\etc/passwd", "passwd.xlsx"),
            ("a\"b\r\n.html", "ab.xlsx"),
            ("", "document.xlsx"),
            ("....", "document.xlsx"),
            ("fiche\u{202e}xslx.exe", "fichexslx.xlsx"),
            (
                "Détail par établissement 2024.ods",
                "Détail par établissement 2024.xlsx",
            ),
        ] {
            assert_eq!(safe_name(name, Media::Xlsx), safe, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_name_and_no_bytes_break_anything(name in any::<String>(), bytes: Vec<u8>) {
            let safe = safe_name(&name, Media::Pdf);
            prop_assert!(safe.strip_suffix(".pdf").is_some() && safe.chars().count() <= LONGEST_NAME + 4);
            prop_assert!(!safe.contains(['/', '\\', '"', '\r', '\n', '\0']));
            let zipped: Vec<u8> = b"PK\x03\x04".iter().copied().chain(bytes.clone()).collect();
            let _ = Media::of(&name, &zipped);
            if let Ok(Media::Csv) = Media::of(&name, &bytes) {
                prop_assert!(!bytes.trim_ascii_start().starts_with(b"<"));
            }
        }
    }
}
