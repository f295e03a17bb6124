//! What was found, with the words looked for in bold.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::words::{Word, words};

/// The longest passage shown, in characters.
const PASSAGE: usize = 200;

/// A text with the words whose root was matched in bold.
pub fn marked(text: &str, matched: &BTreeSet<String>) -> Markup {
    let mut at = 0;
    let mut pieces = Vec::new();
    for word in words(text).iter().filter(|word| is_matched(word, matched)) {
        pieces.push((&text[at..word.from], &text[word.from..word.to]));
        at = word.to;
    }
    html! {
        @for (before, word) in pieces { (before) b { (word) } }
        (&text[at..])
    }
}

fn is_matched(word: &Word, matched: &BTreeSet<String>) -> bool {
    word.roots.iter().any(|root| matched.contains(root))
}

/// The passage of a text around the first word that was matched, cut between words; nothing where
/// no word of it was.
pub fn excerpt<'a>(text: &'a str, matched: &BTreeSet<String>) -> Option<(&'a str, bool, bool)> {
    let words = words(text);
    let first = words.iter().position(|word| is_matched(word, matched))?;
    // A few words before it, so that it is read in its sentence.
    let mut from = words[first.saturating_sub(6)].from;
    if first <= 6 {
        from = 0;
    }
    let rest = &text[from..];
    let end = rest.char_indices().nth(PASSAGE).map(|(at, _)| at);
    let to = match end {
        None => text.len(),
        Some(end) => {
            let cut = rest[..end].rfind(' ').unwrap_or(end);
            (from + cut).max(words[first].to)
        }
    };
    Some((&text[from..to], from > 0, to < text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn looked_for(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_word_is_bold_as_it_is_written() {
        let page = marked("Dépistages <du> sein", &looked_for(&["depistag", "sein"]));
        assert_eq!(
            page.into_string(),
            "<b>Dépistages</b> &lt;du&gt; <b>sein</b>"
        );
    }

    #[test]
    fn a_passage_begins_before_its_word() {
        let text = format!(
            "{} le mot cherché {}",
            "un deux trois ".repeat(20),
            "fin ".repeat(90)
        );
        let (passage, before, after) = excerpt(&text, &looked_for(&["cherch"])).unwrap();
        assert!(
            passage.contains("mot cherché fin") && before && after,
            "{passage}"
        );
        assert!(passage.chars().count() <= PASSAGE, "{passage}");
        assert_eq!(excerpt(&text, &looked_for(&["absent"])), None);
    }

    proptest! {
        #[test]
        fn cutting_never_breaks_a_character(text in "\\PC{0,400}", word in "[a-z]{1,3}") {
            let matched = looked_for(&[word.as_str()]);
            if let Some((passage, ..)) = excerpt(&text, &matched) {
                prop_assert!(text.contains(passage));
            }
            prop_assert!(!marked(&text, &matched).into_string().is_empty() || text.is_empty());
        }
    }
}
