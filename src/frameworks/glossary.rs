//! Acronyms of a framework, found in its texts. Pure.

use maud::{Markup, html};

use super::Term;

/// A part of a text: plain, or an acronym with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Acronym(&'a str, &'a str),
}

/// A text whose acronyms carry their meaning, each the first time it comes.
pub fn explained(text: &str, glossary: &[Term]) -> Markup {
    html! {
        @for piece in pieces(text, glossary) {
            @match piece {
                Piece::Plain(text) => (text),
                Piece::Acronym(acronym, meaning) => abbr title=(meaning) { (acronym) },
            }
        }
    }
}

/// Cuts a text around its acronyms; the pieces put together are the text.
fn pieces<'a>(text: &'a str, glossary: &'a [Term]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while at < text.len() {
        match acronym_at(text, at, glossary) {
            Some(term) if !told.contains(&term.acronym.as_str()) => {
                let end = at + term.acronym.len();
                if plain_from < at {
                    pieces.push(Piece::Plain(&text[plain_from..at]));
                }
                pieces.push(Piece::Acronym(&text[at..end], &term.meaning));
                told.push(&term.acronym);
                (at, plain_from) = (end, end);
            }
            Some(term) => at += term.acronym.len(),
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if plain_from < text.len() {
        pieces.push(Piece::Plain(&text[plain_from..]));
    }
    pieces
}

/// The longest acronym that stands there as whole words.
fn acronym_at<'a>(text: &str, at: usize, glossary: &'a [Term]) -> Option<&'a Term> {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if inside(text[..at].chars().next_back()) {
        return None;
    }
    let stands = |term: &&Term| {
        let rest = text[at..].strip_prefix(term.acronym.as_str());
        !term.acronym.is_empty() && rest.is_some_and(|rest| !inside(rest.chars().next()))
    };
    let found = glossary.iter().filter(stands);
    found.max_by_key(|term| term.acronym.len())
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn glossary(words: &[(&str, &str)]) -> Vec<Term> {
        let term = |(acronym, meaning): &(&str, &str)| Term {
            acronym: (*acronym).to_owned(),
            meaning: (*meaning).to_owned(),
        };
        words.iter().map(term).collect()
    }

    #[test]
    fn whole_words_only_the_longest_first_and_once_each() {
        let words = glossary(&[
            ("MS", "médico-social"),
            ("ESMS", "établissement médico-social"),
            ("GCS", "groupement"),
            ("GCS SARA", "groupement SARA"),
            ("R&D", "recherche <et> \"développement\""),
        ]);
        let told = |text| explained(text, &words).into_string();
        assert_eq!(
            told("Part des ESMS (ESMS PH), GCS SARA"),
            "Part des <abbr title=\"établissement médico-social\">ESMS</abbr> (ESMS PH), <abbr title=\"groupement SARA\">GCS SARA</abbr>"
        );
        assert_eq!(told("ESMSX <MSé>"), "ESMSX &lt;MSé&gt;");
        assert_eq!(
            told("R&D"),
            "<abbr title=\"recherche &lt;et&gt; &quot;développement&quot;\">R&amp;D</abbr>"
        );
    }

    proptest! {
        #[test]
        fn the_pieces_put_together_are_the_text(text in "[A-C é<>&\"'.]{0,30}", words in vec("[A-C<& ]{0,3}", 0..5)) {
            let glossary: Vec<Term> = words.iter().map(|word| Term {
                acronym: word.clone(),
                meaning: format!("<{word}>"),
            }).collect();
            let whole: String = pieces(&text, &glossary).into_iter().map(|piece| match piece {
                Piece::Plain(text) | Piece::Acronym(text, _) => text,
            }).collect();
            prop_assert_eq!(&whole, &text);
            // Without its tags, what is written is the escaped text: nothing of it became a tag.
            let written = explained(&text, &glossary).into_string();
            let untagged = glossary.iter().fold(written.replace("</abbr>", ""), |written, term| {
                let tag = html! { abbr title=(term.meaning) {} }.into_string();
                written.replace(tag.trim_end_matches("</abbr>"), "")
            });
            prop_assert_eq!(untagged, html! { (text) }.into_string());
        }
    }
}
