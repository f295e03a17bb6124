//! A table as a CSV file that Excel opens by itself in France.

use std::borrow::Cow;

use super::Content;
use super::style::begins_as_formula;

/// Writes rows as UTF-8 with its mark, separated by semicolons, with decimal commas. A text that a
/// spreadsheet would take for a formula is made harmless by an apostrophe before it.
pub fn csv(rows: &[Vec<Content>]) -> Vec<u8> {
    let mut out = String::from('\u{feff}');
    for row in rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        out.push_str(&cells.join(";"));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn cell(content: &Content) -> String {
    match content {
        Content::Empty => String::new(),
        Content::Text(text) => quoted(text),
        Content::Number(number) => number_cell(number, ""),
        Content::Percentage(number) => number_cell(number, " %"),
        Content::Date(day) => {
            let (year, month, day) = day.parts();
            format!("{day:02}/{month:02}/{year:04}")
        }
        Content::YesNo(yes) => (if *yes { "oui" } else { "non" }).to_owned(),
    }
}

/// A number is one, whatever its sign; anything else is a text.
fn number_cell(number: &str, unit: &str) -> String {
    let bare = number.strip_prefix('-').unwrap_or(number);
    if bare.is_empty() || !bare.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return quoted(number);
    }
    format!("{}{unit}", number.replace('.', ","))
}

fn quoted(text: &str) -> String {
    let text = harmless(text);
    if text.contains([';', '"', '\n', '\r', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}

/// A text that no spreadsheet takes for a formula: with an apostrophe before it where it begins as
/// one.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if begins_as_formula(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(content: Content) -> String {
        String::from_utf8(csv(&[vec![content]])).unwrap()
    }

    #[test]
    fn texts_that_begin_as_formulas_are_made_harmless() {
        for text in [
            "=cmd|'/c calc'!A1",
            "+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
        ] {
            let written = one(Content::Text(text.to_owned()));
            let bare = written.trim_start_matches(['\u{feff}', '"']);
            assert!(bare.starts_with('\''), "{written}");
        }
        let written = one(Content::Number("=1".to_owned()));
        assert_eq!(written, "\u{feff}'=1\r\n");
    }

    #[test]
    fn a_french_excel_opens_it() {
        let row = vec![
            Content::Text("Île-de-France ; « sud »".to_owned()),
            Content::Number("-54.6".to_owned()),
            Content::Percentage("12".to_owned()),
            Content::Empty,
            Content::Text("dit \"non\"".to_owned()),
            Content::YesNo(true),
        ];
        let written = String::from_utf8(csv(&[row])).unwrap();
        assert_eq!(
            written,
            "\u{feff}\"Île-de-France ; « sud »\";-54,6;12 %;;\"dit \"\"non\"\"\";oui\r\n"
        );
    }
}
