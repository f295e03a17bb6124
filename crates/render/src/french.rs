//! French typography: the spaces that keep a sign with its word.

/// No-break space, before « : » and inside guillemets.
const NO_BREAK: char = '\u{a0}';
/// Narrow no-break space, before « ; », « ? », « ! » and « % ».
const NARROW: char = '\u{202f}';

/// The text with its spaces before double signs, inside guillemets and before units as French
/// printers set them, and curly apostrophes. Only spaces and apostrophes change, and no space is
/// added where there was none, so that addresses and codes stay as they are.
pub(crate) fn typeset(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(at + 1);
        out.push(match c {
            ' ' | NO_BREAK | NARROW => space(c, before.copied(), after.copied()),
            '\'' if is_letter(before) && is_letter(after) => '’',
            _ => c,
        });
    }
    out
}

fn space(c: char, before: Option<char>, after: Option<char>) -> char {
    match (before, after) {
        (_, Some(';' | '?' | '!' | '%' | '€')) => NARROW,
        (_, Some(':' | '»')) | (Some('«' | '°'), _) => NO_BREAK,
        _ => c,
    }
}

fn is_letter(c: Option<&char>) -> bool {
    c.is_some_and(|c| c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_keep_with_their_words() {
        assert_eq!(
            typeset("« Atteinte » : 54,6 % ; et l'an prochain ? Oui !"),
            "«\u{a0}Atteinte\u{a0}»\u{a0}: 54,6\u{202f}%\u{202f}; et l’an prochain\u{202f}? Oui\u{202f}!"
        );
        assert_eq!(typeset("Avenant n° 2"), "Avenant n°\u{a0}2");
        assert_eq!(typeset("54,6\u{a0}%"), "54,6\u{202f}%");
    }

    #[test]
    fn an_address_or_an_hour_gains_no_space() {
        for text in ["sqlite://jalon.db", "C7", "1:2", "x=1;y", "'cité'"] {
            assert_eq!(typeset(text), text);
        }
    }

    proptest! {
        #[test]
        fn only_spaces_and_apostrophes_change(text in "[ \u{a0}\u{202f}a-zé0-9«»:;?!%€°',.]{0,60}") {
            let plain = |text: &str| -> String {
                let signs = text.chars().map(|c| if c == '’' { '\'' } else { c });
                signs.filter(|c| !c.is_whitespace()).collect()
            };
            let set = typeset(&text);
            prop_assert_eq!(plain(&set), plain(&text));
            prop_assert_eq!(set.chars().count(), text.chars().count());
            prop_assert_eq!(typeset(&set), set);
        }

        #[test]
        fn no_line_begins_with_a_double_sign(text in "[ a-zé0-9«»:;?!%]{0,60}") {
            let set = typeset(&text);
            for sign in [':', ';', '?', '!', '%', '»'] {
                prop_assert!(!set.contains(&format!(" {sign}")), "{}", set);
            }
        }
    }
}
