//! Files coming in: what is read, what is refused, and what the reading costs.

mod corrected;
mod formats;
mod fuzz;
mod hostile;
mod hpv;
mod kernel;

use std::io::{Cursor, Write as _};

use jalon::imports::reader::{Limits, Reader};
use jalon::imports::{Content, Sheet};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The reader as on a server.
pub fn reader() -> Reader {
    within(Limits::default())
}

fn within(limits: Limits) -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_jalon"), limits)
}

/// An archive of those files.
fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Valeurs" sheetId="1" r:id="rId1"/><sheet name="Cachée" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>"#;
const RELATIONSHIPS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
/// Styles 0 to 3: as it stands, a percentage, a date, a year.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;

/// An Excel workbook with those rows, in XML, in its first sheet, and that after them.
fn xlsx_with(head: &str, rows: &str, after: &str, strings: &str) -> Vec<u8> {
    let sheet = |rows: &str, after: &str| {
        format!(
            r#"<?xml version="1.0"?>{head}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>"#
        )
    };
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONSHIPS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", &sheet(rows, after)),
        ("xl/worksheets/sheet2.xml", &sheet("", "")),
    ])
}

fn xlsx(rows: &str) -> Vec<u8> {
    let strings = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="1"><si><t>Île-de-France</t></si></sst>"#;
    xlsx_with("", rows, "", strings)
}

/// An OpenDocument workbook with those rows, in XML, and a hidden sheet.
fn ods(head: &str, rows: &str) -> Vec<u8> {
    let hidden = r#"<table:table table:name="Cachée" table:style-name="ta2"/>"#;
    ods_with(head, rows, hidden)
}

/// The same, with those sheets after it.
fn ods_with(head: &str, rows: &str, others: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0"?>{head}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:automatic-styles><style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="Valeurs">{rows}</table:table>{others}</office:spreadsheet></office:body></office:document-content>"#
    );
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        ("content.xml", &content),
    ])
}

/// What a sheet holds: its cells that are not empty.
fn held(sheet: &Sheet) -> Vec<(String, Content, &str)> {
    let cells = sheet.rows.iter().flatten();
    cells
        .filter(|cell| cell.content != Content::Empty)
        .map(|cell| (cell.place.cell(), cell.content.clone(), cell.text.as_str()))
        .collect()
}
