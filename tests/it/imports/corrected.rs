//! The corrected copy: what was sent, marked, and read back as it was.

use jalon::imports::{
    Area, Cell, Content, Format, Mark, Place, Severity, Sheet, Workbook, corrected, read_workbook,
};
use proptest::prelude::*;

use super::held;

fn decimal() -> impl Strategy<Value = String> {
    (-999_999_999_999_i64..=999_999_999_999, 0_u32..7).prop_map(|(digits, places)| {
        let scale = 10_i64.pow(places);
        let width = usize::try_from(places).unwrap();
        let sign = if digits < 0 { "-" } else { "" };
        let fraction = format!("{:0width$}", digits.abs() % scale);
        let fraction = if places == 0 {
            ""
        } else {
            fraction.trim_end_matches('0')
        };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{fraction}", digits.abs() / scale)
    })
}

fn content() -> impl Strategy<Value = (Content, String)> {
    let no_text = |content| (content, String::new());
    prop_oneof![
        2 => Just(no_text(Content::Empty)),
        3 => "[^\\p{C}]{1,20}"
            .prop_filter("trimmed", |text| !text.trim().is_empty() && !text.starts_with('#'))
            .prop_map(|text| (Content::Text, text.trim().to_owned())),
        1 => prop::sample::select(vec!["=cmd|'/c calc'!A1", "+1", "-", "@x", "1,5", "01"])
            .prop_map(|text| (Content::Text, text.to_owned())),
        3 => decimal().prop_map(move |number| no_text(Content::Number(number))),
        2 => decimal().prop_map(move |number| no_text(Content::Percentage(number))),
        1 => (1901_i16..2200, 1_i8..13, 1_i8..29)
            .prop_map(move |(y, m, d)| no_text(Content::Date(jiff::civil::date(y, m, d)))),
        1 => any::<bool>().prop_map(move |yes| no_text(Content::YesNo(yes))),
        1 => prop::sample::select(vec!["#DIV/0!", "#VALEUR!", "#NON CALCULÉ"])
            .prop_map(move |error| no_text(Content::Error(error.to_owned()))),
    ]
}

fn sheet(name: &'static str) -> impl Strategy<Value = Sheet> {
    let row = prop::collection::vec(content(), 1..7);
    let rows = prop::collection::vec((1_u32..4, row), 1..7);
    (rows, any::<bool>(), any::<bool>()).prop_map(move |(rows, hidden, merges)| {
        let mut number = 0;
        let mut placed = Vec::new();
        for (step, contents) in rows {
            number += step;
            let cells = (1..).zip(contents).map(|(column, (content, text))| {
                let sheet = name.to_owned();
                Cell::new(
                    Place {
                        sheet,
                        row: number,
                        column,
                    },
                    content,
                    &text,
                )
            });
            placed.push(cells.collect());
        }
        let area = |top, left| Area {
            top,
            left,
            bottom: top + 1,
            right: left + 2,
        };
        Sheet {
            name: name.to_owned(),
            hidden,
            rows: placed,
            merged: if merges {
                vec![area(1, 1), area(4, 2)]
            } else {
                vec![]
            },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_corrected_copy_reads_back_as_it_was(
        sheets in (sheet("Valeurs"), sheet("L’été : « 1/2 »".trim_matches(' '))),
        marked in prop::collection::vec((1_u32..12, 1_u32..8, any::<bool>()), 0..8),
    ) {
        let file = Workbook { format: Format::Xlsx, sheets: vec![sheets.0, sheets.1] };
        let places: Vec<_> = marked
            .iter()
            .map(|(row, column, bad)| {
                let severity = if *bad { Severity::Refusal } else { Severity::Warning };
                (Place { sheet: "Valeurs".to_owned(), row: *row, column: *column }, severity)
            })
            .collect();
        let marks: Vec<Mark<'_>> = places
            .iter()
            .map(|(place, severity)| Mark { place, severity: *severity, message: "À revoir." })
            .collect();
        let bytes = corrected(&file, "valeurs.xlsx", &marks, jiff::civil::date(2026, 3, 10)).unwrap();
        let again = corrected(&file, "valeurs.xlsx", &marks, jiff::civil::date(2026, 3, 10)).unwrap();
        prop_assert!(bytes == again, "the bytes change");
        let any_cell = file.sheets.iter().any(|sheet| !held(sheet).is_empty());
        let back = read_workbook(&bytes).unwrap();
        if any_cell {
            prop_assert_eq!(back.sheets.len(), 2);
            for (sent, back) in file.sheets.iter().zip(&back.sheets) {
                prop_assert_eq!(held(sent), held(back));
                prop_assert_eq!(&sent.merged, &back.merged);
                prop_assert_eq!(sent.hidden, back.hidden);
            }
        }
    }
}

#[test]
fn marks_are_told_in_words_and_notes() {
    let place = |row, column| Place {
        sheet: String::new(),
        row,
        column,
    };
    let book = read_workbook("région;2023\n84;abc\n93;\n".as_bytes()).unwrap();
    let (wrong, absent, whole) = (place(2, 2), place(7, 9), place(0, 0));
    let mark = |place, severity, message| Mark {
        place,
        severity,
        message,
    };
    let marks = [
        mark(&wrong, Severity::Refusal, "« abc » n’est pas un nombre."),
        mark(&absent, Severity::Warning, "Valeur manquante."),
        mark(&whole, Severity::Refusal, "=1+1"),
    ];
    let day = jiff::civil::date(2026, 3, 10);
    let bytes = corrected(&book, "valeurs.csv", &marks, day).unwrap();
    let part = |name: &str| {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
        std::io::read_to_string(zip.by_name(name).unwrap()).unwrap()
    };
    let notes = part("xl/comments1.xml");
    assert!(
        notes.contains("Refus : « abc » n’est pas un nombre."),
        "{notes}"
    );
    assert!(notes.contains("ref=\"I7\""), "{notes}");
    let strings = part("xl/sharedStrings.xml");
    assert!(strings.contains("Problèmes relevés par Jalon") && strings.contains("=1+1"));
    let list = part("xl/worksheets/sheet1.xml");
    assert!(
        list.contains("location=\"'Données'!B2\"") || list.contains("location=\"Données!B2\""),
        "{list}"
    );
    assert!(!list.contains("<f>"));
    let styles = part("xl/styles.xml");
    assert!(styles.contains("⚠"), "{styles}");
    let properties = part("docProps/core.xml");
    assert!(
        properties.contains("Jalon") && properties.contains("2026-03-10"),
        "{properties}"
    );
}
