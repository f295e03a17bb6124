//! Text fit for print: what the embedded fonts can show and the PDF standards allow.

use std::sync::LazyLock;

use serde_json::Value;
use typst::text::Coverage;

use crate::french::typeset;
use crate::world;

/// The longest run without a place to break a line.
const LONGEST_RUN: usize = 30;
const BREAK: char = '\u{200b}';

/// What all the faces of the text family can show.
static COVERAGE: LazyLock<Vec<Coverage>> = LazyLock::new(world::text_coverage);

/// What stands for characters that no embedded font can show.
static SUBSTITUTE: LazyLock<char> = LazyLock::new(|| {
    if has_glyph('\u{fffd}') {
        '\u{fffd}'
    } else {
        '?'
    }
});

/// Keeps what can be printed; one mark replaces each run of characters that cannot.
///
/// A glyph missing from the fonts would make the PDF break PDF/A, so it never gets there.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_invisible(c)) {
        if c.is_control() {
            out.push(' ');
        } else if has_glyph(c) && !is_private(c) {
            out.push(c);
        } else if !out.ends_with(*SUBSTITUTE) {
            out.push(*SUBSTITUTE);
        }
    }
    out
}

/// Makes every string of a JSON value printable and breakable.
pub(crate) fn printable_value(value: Value) -> Value {
    in_strings(value, &|text| breakable(&printable(&text)))
}

/// The same, with French typography.
pub(crate) fn typeset_value(value: Value) -> Value {
    in_strings(value, &|text| breakable(&typeset(&printable(&text))))
}

fn in_strings(value: Value, change: &impl Fn(String) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| in_strings(item, change)).collect()
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, item)| (key, in_strings(item, change)))
            .collect(),
        other => other,
    }
}

/// Lets very long words break, so that they stay inside their column.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > LONGEST_RUN {
            out.push(BREAK);
            run = 1;
        }
        out.push(c);
    }
    out
}

fn has_glyph(c: char) -> bool {
    !COVERAGE.is_empty() && COVERAGE.iter().all(|face| face.contains(c.into()))
}

/// Zero-width and direction controls: nothing to print, and some of them are forbidden in PDF/A.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_text_is_kept_as_it_is() {
        let text = "Île-de-France : 45,8\u{202f}% « œuvre » d’avril… 1\u{202f}204\u{a0}€ − 3 ≥ 2";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn what_no_font_shows_becomes_one_mark() {
        let mark = *SUBSTITUTE;
        assert_eq!(printable("a👩\u{200d}👩\u{200d}👧b"), format!("a{mark}b"));
        assert_eq!(printable("\u{e000}\u{10fffd}"), mark.to_string());
        assert_eq!(printable("a\u{0}\n\u{202e}b"), "a  b");
    }

    #[test]
    fn long_words_get_places_to_break() {
        let out = breakable(&"x".repeat(100));
        assert!(out.split(BREAK).all(|run| run.len() <= LONGEST_RUN));
        assert_eq!(
            breakable("anticonstitutionnellement"),
            "anticonstitutionnellement"
        );
    }
}
