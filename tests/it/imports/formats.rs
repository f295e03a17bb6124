//! What each kind of file says of its cells, as a person reads them.

use jalon::imports::{Area, Content, Format, ReadError, read_workbook};

use super::{held, ods, reader, xlsx, xlsx_with, zipped};

fn number(text: &str) -> Content {
    Content::Number(text.to_owned())
}

fn error(text: &str) -> Content {
    Content::Error(text.to_owned())
}

#[test]
fn excel_cells_are_what_a_person_reads() {
    let rows = r#"<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2"><v>54.599999999999994</v></c><c r="D2" s="1"><v>0.546</v></c><c r="E2" s="2"><v>45291</v></c><c r="F2" t="b"><v>1</v></c><c r="G2" t="e"><v>#DIV/0!</v></c></row>
    <row r="5"><c r="A5" t="inlineStr"><is><t> avant </t></is></c><c r="B5"><f>1+1</f><v>2</v></c><c r="C5"><f>A1</f></c><c r="D5" t="str"><f>""</f><v></v></c><c r="E5" s="3"><v>44927</v></c><c r="F5" s="2"><v>45291.5</v></c><c r="G5" t="e"><v>#NAME?</v></c></row>"#;
    let book = read_workbook(&xlsx(rows)).unwrap();
    assert_eq!(book.format, Format::Xlsx);
    let names: Vec<_> = book
        .sheets
        .iter()
        .map(|s| (s.name.as_str(), s.hidden))
        .collect();
    assert_eq!(names, [("Valeurs", false), ("Cachée", true)]);
    let expected = [
        ("B2", Content::Text, "Île-de-France"),
        ("C2", number("54.6"), "54,6"),
        ("D2", Content::Percentage("54.6".to_owned()), "54,6 %"),
        (
            "E2",
            Content::Date("2023-12-31".parse().unwrap()),
            "31/12/2023",
        ),
        ("F2", Content::YesNo(true), "oui"),
        ("G2", error("#DIV/0!"), "#DIV/0!"),
        ("A5", Content::Text, "avant"),
        ("B5", number("2"), "2"),
        ("C5", error("#NON CALCULÉ"), "#NON CALCULÉ"),
        ("E5", number("2023"), "2023"),
        ("F5", Content::Text, "31/12/2023 12:00"),
        ("G5", error("#NOM?"), "#NOM?"),
    ];
    let expected = expected.map(|(cell, content, text)| (cell.to_owned(), content, text));
    assert_eq!(held(&book.sheets[0]), expected);
    // Columns keep their places, and the cells say their rows.
    assert_eq!(book.sheets[0].rows[0][0].place.cell(), "A2");
    assert_eq!(book.sheets[0].cell(5, 2).unwrap().text, "2");
    assert!(book.sheets[0].cell(3, 1).is_none());
}

#[test]
fn an_error_unknown_to_the_reader_is_that_of_its_cell() {
    // The last cells do not say where they stand: they follow those before them.
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#SPILL!</v></c><c r="C1"><v>2</v></c></row>
    <row><c t="e"><f>A1</f><v>#CALC!</v></c><c><f>A2</f></c><c><v>3</v></c></row>"#;
    let book = read_workbook(&xlsx(rows)).unwrap();
    let expected = [
        ("A1", number("1"), "1"),
        ("B1", error("#SPILL!"), "#SPILL!"),
        ("C1", number("2"), "2"),
        ("A2", error("#CALC!"), "#CALC!"),
        ("B2", error("#NON CALCULÉ"), "#NON CALCULÉ"),
        ("C2", number("3"), "3"),
    ];
    let expected = expected.map(|(cell, content, text)| (cell.to_owned(), content, text));
    assert_eq!(held(&book.sheets[0]), expected);
}

#[test]
fn opendocument_cells_are_what_a_person_reads() {
    let rows = r#"<table:table-row table:number-rows-repeated="1"><table:table-cell/></table:table-row>
    <table:table-row><table:table-cell/><table:table-cell office:value-type="string"><text:p>Île-de-<text:span>France</text:span></text:p></table:table-cell><table:table-cell office:value-type="float" office:value="54.599999999999994"><text:p>54,6</text:p></table:table-cell><table:table-cell office:value-type="percentage" office:value="0.546"><text:p>55 %</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2023-12-31"><text:p>31 déc.</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>VRAI</text:p></table:table-cell><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16377"/></table:table-row>
    <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="2"/><table:table-cell table:formula="of:=[.A1]"/><table:table-cell office:value-type="string"><office:annotation><text:p>une note</text:p></office:annotation><text:p>a<text:s text:c="2"/>b &amp; c</text:p><text:p>d</text:p></table:table-cell></table:table-row>
    <table:table-row table:number-rows-repeated="1048572"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let book = read_workbook(&ods("", rows)).unwrap();
    assert_eq!(book.format, Format::Ods);
    let names: Vec<_> = book
        .sheets
        .iter()
        .map(|s| (s.name.as_str(), s.hidden))
        .collect();
    assert_eq!(names, [("Valeurs", false), ("Cachée", true)]);
    let expected = [
        ("B2", Content::Text, "Île-de-France"),
        ("C2", number("54.6"), "54,6"),
        ("D2", Content::Percentage("54.6".to_owned()), "54,6 %"),
        (
            "E2",
            Content::Date("2023-12-31".parse().unwrap()),
            "31/12/2023",
        ),
        ("F2", Content::YesNo(true), "oui"),
        ("G2", error("#DIV/0!"), "#DIV/0!"),
        ("A3", number("2"), "2"),
        ("B3", number("2"), "2"),
        ("C3", error("#NON CALCULÉ"), "#NON CALCULÉ"),
        ("D3", Content::Text, "a  b & c\nd"),
        ("A4", number("2"), "2"),
        ("B4", number("2"), "2"),
        ("C4", error("#NON CALCULÉ"), "#NON CALCULÉ"),
        ("D4", Content::Text, "a  b & c\nd"),
    ];
    let expected = expected.map(|(cell, content, text)| (cell.to_owned(), content, text));
    assert_eq!(held(&book.sheets[0]), expected);
}

#[test]
fn what_merged_cells_hide_is_found() {
    let rows = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>"#;
    let merged = r#"<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>"#;
    let excel = read_workbook(&xlsx_with("", rows, merged, "<sst/>")).unwrap();
    let rows = r#"<table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="float" office:value="1"/><table:covered-table-cell office:value-type="float" office:value="2"/></table:table-row><table:table-row><table:covered-table-cell office:value-type="float" office:value="3"/><table:covered-table-cell/></table:table-row>"#;
    let open = read_workbook(&ods("", rows)).unwrap();
    let area = Area {
        top: 1,
        left: 1,
        bottom: 2,
        right: 2,
    };
    for book in [excel, open] {
        let sheet = &book.sheets[0];
        assert_eq!(sheet.merged, [area], "{:?}", book.format);
        let covered: Vec<_> = sheet.covered().map(|(_, cell)| cell.place.cell()).collect();
        assert_eq!(covered, ["B1", "A2"]);
        assert_eq!(sheet.area(&sheet.cell(1, 2).unwrap().place), Some(&area));
    }
}

#[test]
fn workbooks_of_other_kinds_are_told_how_to_be_saved() {
    let said = |bytes: &[u8]| read_workbook(bytes).unwrap_err().to_string();
    let numbers = zipped(&[("Index/Document.iwa", "x"), ("preview.jpg", "x")]);
    assert!(said(&numbers).contains("Numbers"));
    assert!(said(&zipped(&[("xl/workbook.bin", "x")])).contains(".xlsb"));
    assert!(said(&zipped(&[("word/document.xml", "x")])).contains("document texte"));
    assert!(said(&zipped(&[("valeurs.csv", "a;b")])).contains("archive"));
    let writer = zipped(&[("mimetype", "application/vnd.oasis.opendocument.text")]);
    assert!(said(&writer).contains("document texte"));
}

#[tokio::test]
async fn the_process_answers_what_is_read_here() {
    let rows = r#"<row r="1"><c r="A1"><v>1.5</v></c><c r="C1" t="inlineStr"><is><t>=é"
</t></is></c><c r="D1" s="1"><v>0.07</v></c><c r="E1" s="2"><v>45291</v></c><c r="F1" t="b"><v>0</v></c><c r="G1" t="e"><v>#N/A</v></c></row>"#;
    let merged = r#"<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>"#;
    let excel = xlsx_with("", rows, merged, "<sst/>");
    let csv = "région;2023\r\n\"Île\nde France\";54,6\r\n"
        .as_bytes()
        .to_vec();
    for bytes in [excel, csv] {
        let expected = read_workbook(&bytes).unwrap();
        assert_eq!(reader().read(&bytes).await, Ok(expected));
    }
    assert_eq!(reader().read(b" \n").await, Err(ReadError::Empty));
}
