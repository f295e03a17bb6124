//! The words of a French text, as a search compares them: folded, without the ending that says
//! plural or feminine. Pure.
//!
//! The stemmers that libraries offer for French read accents to tell endings apart, and most
//! people search without any; so the few endings that matter here are taken off folded words.

use crate::kernel::fold;

/// A word of a text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// What is compared: several for a code, which people write in several ways.
    pub roots: Vec<String>,
    /// First byte in the text.
    pub from: usize,
    /// The byte after its last.
    pub to: usize,
}

/// Words that say nothing of what a text is about.
const EMPTY: [&str; 32] = [
    "a", "au", "aux", "avec", "ce", "ces", "d", "dans", "de", "des", "du", "en", "est", "et", "il",
    "l", "la", "le", "les", "n", "ne", "ou", "par", "pour", "qu", "que", "qui", "s", "se", "sur",
    "un", "une",
];

/// Every word of a text but those that say nothing.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (from, to) in runs(text, is_inside_code) {
        let chunk = &text[from..to];
        if let Some(roots) = code(chunk) {
            words.push(Word { roots, from, to });
            continue;
        }
        for (start, end) in runs(chunk, char::is_alphanumeric) {
            let folded = fold(&chunk[start..end]);
            if folded.is_empty() || EMPTY.contains(&folded.as_str()) {
                continue;
            }
            words.push(Word {
                roots: vec![root(&folded)],
                from: from + start,
                to: from + end,
            });
        }
    }
    words
}

/// The runs of characters that `is_inside` accepts.
fn runs(text: &str, is_inside: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_inside(*c)) {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some((_, to)) if *to == at => *to = end,
            _ => runs.push((at, end)),
        }
    }
    runs
}

/// What may stand inside a code such as `2.c.1`, `1.1-5`, `ARS-53`.
fn is_inside_code(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '-'
}

/// The longest part of a code: a year.
const LONGEST_PART: usize = 4;

/// How a code may be written, if this is one: short parts between dots or hyphens, a figure among
/// them.
fn code(chunk: &str) -> Option<Vec<String>> {
    let folded = fold(chunk);
    let parts: Vec<&str> = folded.split(' ').collect();
    let is_short = |part: &&str| part.chars().count() <= LONGEST_PART;
    let has_figure = folded.chars().any(|c| c.is_ascii_digit());
    if parts.len() < 2 || !has_figure || !parts.iter().all(is_short) {
        return None;
    }
    let mut roots = vec![parts.join(".")];
    let is_lettered = parts
        .iter()
        .any(|part| part.chars().all(char::is_alphabetic));
    if is_lettered {
        roots.push(parts.concat());
    }
    // A year of `2024-2028`, the letters of `ARS-53`, are words as well.
    roots.extend(parts.iter().filter(|part| part.len() > 2).map(|p| root(p)));
    Some(roots)
}

/// Shorter words are what they are: `plus`, `soins` become `plu`, `soin` and are compared alike.
const SHORTEST: usize = 4;

/// A folded word without the ending of its plural and of its feminine.
pub(super) fn root(folded: &str) -> String {
    let length = folded.chars().count();
    if length < SHORTEST || folded.chars().any(|c| c.is_ascii_digit()) {
        return folded.to_owned();
    }
    if let Some(stem) = folded.strip_suffix("eaux") {
        return format!("{stem}eau");
    }
    if let Some(stem) = folded.strip_suffix("aux").filter(|_| length > SHORTEST) {
        return format!("{stem}al");
    }
    let stem = folded.strip_suffix(['s', 'x']).unwrap_or(folded);
    let stem = stem
        .strip_suffix('e')
        .filter(|s| s.len() > 3)
        .unwrap_or(stem);
    // `professionnelle`, `professionnel`.
    let mut last = stem.chars().rev();
    match (last.next(), last.next()) {
        (Some(a), Some(b)) if a == b && stem.len() > SHORTEST => {
            stem.strip_suffix(a).unwrap_or(stem).to_owned()
        }
        _ => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn roots(text: &str) -> Vec<String> {
        words(text)
            .into_iter()
            .flat_map(|word| word.roots)
            .collect()
    }

    #[test]
    fn plural_feminine_and_accents_make_no_difference() {
        for (one, other) in [
            ("Région", "regions"),
            ("hôpital", "HOPITAUX"),
            ("régionale", "régionaux"),
            ("professionnel", "professionnelles"),
            ("bureau", "bureaux"),
            ("places", "place"),
            ("l’absentéisme", "absenteisme"),
        ] {
            assert_eq!(roots(one), roots(other), "{one} and {other}");
        }
        assert_ne!(roots("dépistage"), roots("dépenses"));
    }

    #[test]
    fn a_code_is_one_word_however_it_is_written() {
        assert_eq!(roots("2.c.1"), ["2.c.1", "2c1"]);
        assert_eq!(roots("« 2.C.1 »."), ["2.c.1", "2c1"]);
        assert_eq!(roots("1.1-5"), ["1.1.5"]);
        assert_eq!(roots("2024-2028"), ["2024.2028", "2024", "2028"]);
        assert_eq!(roots("Auvergne-Rhône-Alpes"), ["auvergn", "rhon", "alpe"]);
        assert_eq!(roots("la fin."), ["fin"]);
    }

    proptest! {
        #[test]
        fn every_word_stands_where_it_says(text in "\\PC{0,60}") {
            for word in words(&text) {
                prop_assert!(!word.roots.is_empty() && !text[word.from..word.to].is_empty());
            }
        }

        #[test]
        fn a_plural_has_the_root_of_its_singular(word in "[a-df-rtvwyz]{4,12}") {
            prop_assert_eq!(root(&format!("{word}s")), root(&word));
        }
    }
}
