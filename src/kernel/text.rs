//! Text made comparable: as a person would compare two spellings of one name.

use unicode_normalization::UnicodeNormalization;

use super::Decimal;

/// Lower case, no accents, every run of anything but letters and digits one space:
/// `« Provence-Alpes-Côte d’Azur »` becomes `provence alpes cote d azur`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            c if c.is_alphanumeric() => out.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A number with its noun: `1 département`, `12 départements`, `1 572 valeurs`.
pub fn counted(n: usize, one: &str, many: &str) -> String {
    let exact = i64::try_from(n).ok().and_then(Decimal::from_int);
    let number = exact.map_or_else(|| n.to_string(), |number| number.french(0));
    format!("{number} {}", if n > 1 { many } else { one })
}

/// The same words, the first letter a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A message as a sentence of its own.
pub fn sentence(message: &str) -> String {
    capitalised(message) + "."
}

/// Words put one after the other into one caption, without a final stop: what comes from a
/// document may end with one, which does not belong in the middle.
pub fn caption(parts: &[&str]) -> String {
    let parts = parts
        .iter()
        .map(|part| part.trim().trim_end_matches(['.', ',', ' ']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| DIGITS[usize::from(half)]).collect()
}

/// The candidate closest to what was typed, where one is close enough to be what was meant.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = fold(typed);
    let length = typed.chars().count();
    let limit = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Two texts are at least as far apart as their lengths; folding may only double a letter.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit + 8)
        .map(|candidate| (fold(candidate), candidate))
        .filter(|(folded, _)| folded.chars().count().abs_diff(length) <= limit)
        .map(|(folded, candidate)| (strsim::levenshtein(&typed, &folded), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_is_one_phrase() {
        let whole = caption(&[
            "Nombre de prélèvements décliné par région.",
            "en prélèvements",
        ]);
        assert_eq!(
            whole,
            "Nombre de prélèvements décliné par région, en prélèvements"
        );
        assert_eq!(
            caption(&["Délai, etc. ", "", "défilable"]),
            "Délai, etc, défilable"
        );
        assert_eq!(caption(&[]), "");
    }

    #[test]
    fn the_plural_begins_at_two() {
        let told = [0, 1, 2].map(|n| counted(n, "région", "régions"));
        assert_eq!(told, ["0 région", "1 région", "2 régions"]);
    }

    #[test]
    fn folds_what_people_type_differently() {
        assert_eq!(
            fold("Provence-Alpes-Côte d’Azur"),
            "provence alpes cote d azur"
        );
        assert_eq!(fold("  ÎLE  de\u{a0}France. "), "ile de france");
        assert_eq!(fold("Œuvre n° 2"), "oeuvre n 2");
    }

    #[test]
    fn proposes_the_nearest_word_only_when_it_is_near() {
        let keys = ["libelle", "unite", "decimales"];
        assert_eq!(nearest("libellé", keys), Some("libelle"));
        assert_eq!(nearest("unites", keys), Some("unite"));
        assert_eq!(nearest("fournisseur", keys), None);
    }
}
