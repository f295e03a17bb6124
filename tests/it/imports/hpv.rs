//! The HPV coverage published for 2022 and 2023, as three kinds of file.

use jalon::imports::{Format, Sheet, corrected, read_workbook};
use jalon_render::workbook::{Book, Cell, Content, Style, xlsx};

use super::{held, ods};

fn file(extension: &str) -> Vec<u8> {
    let path = format!("tests/fixtures/imports/hpv-2022-2023.{extension}");
    std::fs::read(&path).unwrap()
}

/// The cells as texts, numbers written one way.
fn texts(sheet: &Sheet) -> Vec<(String, String)> {
    let plain = |text: &str| match text.replace(',', ".").parse::<f64>() {
        Ok(number) if !text.starts_with('0') => number.to_string(),
        _ => text.to_owned(),
    };
    held(sheet)
        .into_iter()
        .map(|(cell, _, text)| (cell, plain(text)))
        .collect()
}

#[test]
fn the_three_kinds_of_file_hold_the_same_cells() {
    let read = |extension| read_workbook(&file(extension)).unwrap();
    let csv = read("csv");
    let expected = texts(&csv.sheets[0]);
    assert_eq!(expected.len(), 37 * 4);
    for (extension, format) in [("xlsx", Format::Xlsx), ("ods", Format::Ods)] {
        let book = read(extension);
        assert_eq!(book.format, format);
        assert_eq!(texts(&book.sheets[0]), expected, "{extension}");
    }
}

/// The cells of the CSV file: those of the first column are codes, the others numbers.
fn cells() -> Vec<(u32, u16, String, bool)> {
    let book = read_workbook(&file("csv")).unwrap();
    let cells = book.sheets[0].rows.iter().flatten();
    cells
        .map(|cell| {
            let is_text = cell.place.row == 1 || cell.place.column == 1;
            let column = u16::try_from(cell.place.column).unwrap();
            (cell.place.row, column, cell.text.clone(), is_text)
        })
        .collect()
}

/// Makes the workbooks of `tests/fixtures/imports` out of the CSV file:
/// `cargo test --test it make_the_workbooks -- --ignored`.
#[test]
#[ignore = "writes the fixtures"]
fn make_the_workbooks() {
    let content = |text: String, is_text| {
        if is_text {
            Content::Text(text)
        } else {
            Content::Number(text)
        }
    };
    let book = Book {
        title: "Couverture vaccinale HPV".to_owned(),
        created: jalon_render::Day::new(2026, 1, 1).unwrap(),
        sheets: vec![jalon_render::workbook::Sheet {
            name: "Valeurs".to_owned(),
            cells: cells()
                .into_iter()
                .map(|(row, column, text, is_text)| Cell {
                    style: if row == 1 {
                        Style::Header
                    } else {
                        Style::Plain
                    },
                    ..Cell::new(row, column, content(text, is_text))
                })
                .collect(),
            ..jalon_render::workbook::Sheet::default()
        }],
        lists: vec![],
    };
    let folder = "tests/fixtures/imports";
    std::fs::write(format!("{folder}/hpv-2022-2023.xlsx"), xlsx(&book).unwrap()).unwrap();
    let mut rows = String::new();
    for row in cells().chunk_by(|a, b| a.0 == b.0) {
        let cells = row.iter().map(|(_, _, text, is_text)| match is_text {
            true => format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#),
            false => format!(r#"<table:table-cell office:value-type="float" office:value="{text}"><text:p>{text}</text:p></table:table-cell>"#),
        });
        rows.push_str(&format!(
            "<table:table-row>{}</table:table-row>",
            cells.collect::<String>()
        ));
    }
    std::fs::write(
        format!("{folder}/hpv-2022-2023.ods"),
        super::ods_with("", &rows, ""),
    )
    .unwrap();
    make_the_corpus(folder);
}

/// The files that mutations start from.
fn make_the_corpus(folder: &str) {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>0.546</v></c><c r="C1" s="2"><v>45291</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#DIV/0!</v></c></row><row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3"><f t="shared" si="0" ref="B3:B4">A3</f></c></row><row r="4"><c r="B4"><f t="shared" si="0"/><v>2</v></c></row>"#;
    let strings = r#"<sst uniqueCount="1"><si><r><t>Île-de-</t></r><r><t>France &amp; _x0041_</t></r></si></sst>"#;
    let merged = r#"<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>"#;
    let write = |name: &str, bytes: Vec<u8>| {
        std::fs::write(format!("{folder}/corpus/{name}"), bytes).unwrap();
    };
    write(
        "every-cell.xlsx",
        super::xlsx_with("", rows, merged, strings),
    );
    let rows = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/><table:table-cell table:number-columns-spanned="2" office:value-type="percentage" office:value="0.5"><text:p>50&#160;%</text:p></table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="date" office:date-value="2023-12-31T12:00:00"/></table:table-row><table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation><text:p>a<text:s text:c="3"/>b</text:p></table:table-cell></table:table-row>"#;
    write("every-cell.ods", ods("", rows));
    let csv = "sep=;\r\n\"région\";2022;2023\r\n\"Île-\r\nde-France\";54,6;#N/A\r\n\r\n84;\"dit \"\"non\"\"\";\r\n";
    write("every-cell.csv", csv.as_bytes().to_vec());
    let utf_16 = csv.encode_utf16().flat_map(u16::to_le_bytes);
    write(
        "utf-16.csv",
        b"\xFF\xFE".iter().copied().chain(utf_16).collect(),
    );
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(csv);
    write("windows-1252.csv", windows.into_owned());
    let book = read_workbook(csv.as_bytes()).unwrap();
    let day = jiff::civil::date(2026, 1, 1);
    write(
        "corrected.xlsx",
        corrected(&book, "valeurs.csv", &[], day).unwrap(),
    );
}
