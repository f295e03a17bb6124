//! Values as people write them, read and written back; and as they read them.

use super::body::{Baseline, Target};
use super::lines::Facet;
use crate::kernel::{Decimal, Quantity, Value, ValueKind, fold};

/// Words that stand for a target which is no value, the first being the one we write.
const OBSERVED_ONLY: [&str; 4] = [
    "observé",
    "observe seulement",
    "observee",
    "a fixer par avenant",
];
const FROZEN: [&str; 3] = ["gelé", "gelee", "gel"];
const NOT_APPLICABLE: [&str; 3] = ["sans objet", "so", "non applicable"];

/// Reads a number: `66,2`, `1 486`, `66,2 %` where the unit is a percentage.
///
/// # Errors
/// A sentence that says what is wrong and how to write it.
pub fn read_decimal(text: &str, unit: Option<&str>) -> Result<Decimal, String> {
    let typed = text.trim();
    let bare = unit
        .and_then(|unit| typed.strip_suffix(unit))
        .unwrap_or(typed);
    bare.trim()
        .parse()
        .map_err(|error| format!("« {typed} » : {error}. Écrivez un nombre, par exemple 66,2."))
}

/// Reads a value of a kind; nothing where nothing is typed.
///
/// # Errors
/// A sentence that says what is wrong and how to write it.
pub fn read_value(text: &str, facet: &Facet<'_>) -> Result<Option<Value>, String> {
    let typed = text.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    Ok(Some(match facet.kind {
        ValueKind::Number => Value::plain(read_decimal(typed, facet.unit)?),
        ValueKind::YesNo => match fold(typed).as_str() {
            "oui" => Value::YesNo(true),
            "non" => Value::YesNo(false),
            _ => {
                return Err(format!(
                    "« {typed} » n’est ni oui ni non. Écrivez oui ou non."
                ));
            }
        },
        ValueKind::Text => Value::Text(typed.to_owned()),
    }))
}

/// Reads a target: a value, a corridor (`64 à 66`), or one of the words « observé », « gelé »,
/// « sans objet »; nothing where nothing is typed.
///
/// # Errors
/// A sentence that says what is wrong and how to write it.
pub fn read_target(text: &str, facet: &Facet<'_>) -> Result<Option<Target>, String> {
    let folded = fold(text);
    let means = |words: &[&str]| words.iter().any(|word| fold(word) == folded);
    if means(&OBSERVED_ONLY) {
        return Ok(Some(Target::ObservedOnly));
    }
    if means(&FROZEN) {
        return Ok(Some(Target::Frozen));
    }
    if means(&NOT_APPLICABLE) {
        return Ok(Some(Target::NotApplicable));
    }
    if facet.kind == ValueKind::Number {
        if let Some((low, high)) = corridor(text) {
            return read_corridor(low, high, facet.unit).map(Some);
        }
        if !text.trim().is_empty() && read_decimal(text, facet.unit).is_err() {
            return Err(format!(
                "« {} » n’est pas une cible. Écrivez un nombre (66,2), un intervalle (64 à 66) \
                 ou l’un des mots observé, gelé, sans objet.",
                text.trim()
            ));
        }
    }
    Ok(read_value(text, facet)?.map(Target::Value))
}

/// The two ends of `64 à 66`, `de 64 à 66`, `entre 64 et 66` or `64-66`, as typed.
fn corridor(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let lower = text.to_lowercase();
    // Lower case may change the length of a text; these words it leaves as they are.
    let after = |word: &str| {
        lower
            .starts_with(word)
            .then(|| text.get(word.len()..))
            .flatten()
    };
    if let Some(rest) = after("entre ") {
        return rest.split_once(" et ");
    }
    let text = after("de ").unwrap_or(text);
    let words = text.split_once(" à ").or_else(|| text.split_once(" a "));
    words.or_else(|| dashed(text))
}

/// The two ends of `64-66`, `64 - 66`, `-5 – -3`: a dash that follows a number is no sign.
fn dashed(text: &str) -> Option<(&str, &str)> {
    const DASHES: [char; 5] = ['-', '\u{2010}', '\u{2011}', '–', '−'];
    let follows_a_number = |before: &str| {
        let last = before.trim_end().chars().next_back();
        last.is_some_and(|c| c.is_ascii_digit() || c == '%' || c == '€')
    };
    let (at, dash) = text
        .char_indices()
        .find(|(at, c)| DASHES.contains(c) && follows_a_number(&text[..*at]))?;
    Some((&text[..at], &text[at + dash.len_utf8()..]))
}

fn read_corridor(low: &str, high: &str, unit: Option<&str>) -> Result<Target, String> {
    let (low, high) = (read_decimal(low, unit)?, read_decimal(high, unit)?);
    if low > high {
        return Err(format!(
            "L’intervalle est à l’envers. Écrivez la borne basse en premier : {} à {}.",
            write_decimal(high),
            write_decimal(low)
        ));
    }
    Ok(Target::Corridor { low, high })
}

/// A number as one types it, without losing any of it: `-1 234,5`; [`read_decimal`] gives it back.
pub fn write_decimal(number: Decimal) -> String {
    number.french(number.places()).replace('−', "-")
}

/// A value as one types it; [`read_value`] gives it back.
pub fn write_value(value: &Value) -> String {
    match value {
        Value::Number(Quantity::Plain(number)) => write_decimal(*number),
        other => other.to_string(),
    }
}

/// A target as one types it; [`read_target`] gives it back.
pub fn write_target(target: &Target) -> String {
    match target {
        Target::Value(value) => write_value(value),
        Target::Corridor { low, high } => {
            format!("{} à {}", write_decimal(*low), write_decimal(*high))
        }
        Target::ObservedOnly => OBSERVED_ONLY[0].to_owned(),
        Target::Frozen => FROZEN[0].to_owned(),
        Target::NotApplicable => NOT_APPLICABLE[0].to_owned(),
    }
}

/// Decimals needed to show a number without losing any of it, at least those of its measure.
fn places(number: Decimal, facet: &Facet<'_>) -> u8 {
    let needed = match number.places() {
        // Cents are written by two.
        1 if facet.unit == Some("euros") => 2,
        needed => needed,
    };
    needed.max(facet.decimals)
}

impl Facet<'_> {
    /// The unit as it follows a number: only those that a reader expects in every cell.
    fn suffix(&self) -> &'static str {
        match self.unit {
            Some("%") => "\u{202f}%",
            Some("euros") => "\u{202f}€",
            _ => "",
        }
    }

    /// A number as a reader expects it: `66,3 %`.
    pub fn show_decimal(&self, number: Decimal) -> String {
        format!("{}{}", number.french(places(number, self)), self.suffix())
    }

    /// A value as a reader expects it.
    pub fn show_value(&self, value: &Value) -> String {
        match value {
            Value::Number(Quantity::Plain(number)) => self.show_decimal(*number),
            other => other.to_string(),
        }
    }

    /// A baseline as a reader expects it: `66,3 % (2023)`.
    pub fn show_baseline(&self, baseline: &Baseline) -> String {
        format!("{} ({})", self.show_value(&baseline.value), baseline.year)
    }

    /// A target as a reader expects it: `72,0 %`, `64 à 66 %`, `Observé`.
    pub fn show_target(&self, target: &Target) -> String {
        match target {
            Target::Value(value) => self.show_value(value),
            Target::Corridor { low, high } => {
                let low = low.french(places(*low, self));
                format!("{low} à {}", self.show_decimal(*high))
            }
            Target::ObservedOnly => "Observé".to_owned(),
            Target::Frozen => "Gelé".to_owned(),
            Target::NotApplicable => "Sans objet".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Facet<'static> = Facet {
        measure: "taux",
        label: "Taux",
        kind: ValueKind::Number,
        unit: Some("%"),
        decimals: 1,
        min: None,
        max: None,
    };

    fn number(text: &str) -> Target {
        Target::Value(Value::plain(text.parse().unwrap()))
    }

    #[test]
    fn reads_targets_as_people_write_them() {
        let read = |text: &str| read_target(text, &RATE).unwrap();
        assert_eq!(read("66,2"), Some(number("66.2")));
        assert_eq!(read(" 66,2 % "), Some(number("66.2")));
        assert_eq!(read("1 486"), Some(number("1486")));
        let corridor = Target::Corridor {
            low: "64".parse().unwrap(),
            high: "66".parse().unwrap(),
        };
        for text in [
            "64 à 66",
            "64 % à 66 %",
            "entre 64 et 66",
            "Entre 64 % et 66 %",
            "de 64 à 66",
            "64 a 66",
            "64-66",
            "64 - 66",
            "64–66 %",
            "64 % - 66 %",
        ] {
            assert_eq!(read(text), Some(corridor.clone()), "{text}");
        }
        let below_zero = Target::Corridor {
            low: "-5".parse().unwrap(),
            high: "-3.5".parse().unwrap(),
        };
        for text in ["-5 à -3,5", "-5 - -3,5", "−5–−3,5"] {
            assert_eq!(read(text), Some(below_zero.clone()), "{text}");
        }
        assert_eq!(read("-5"), Some(number("-5")));
        assert_eq!(read("Observé"), Some(Target::ObservedOnly));
        assert_eq!(read("GELÉE"), Some(Target::Frozen));
        assert_eq!(read("Sans objet"), Some(Target::NotApplicable));
        assert_eq!(read("  "), None);
    }

    #[test]
    fn says_what_to_write_instead() {
        let refused = read_target("soixante", &RATE).unwrap_err();
        assert!(refused.contains("« soixante »") && refused.contains("64 à 66"));
        for text in ["6 4", "64 66", "64-", "64-66-68"] {
            let refused = read_target(text, &RATE).unwrap_err();
            assert!(refused.contains("Écrivez un nombre"), "{text} : {refused}");
        }
        let upside_down = read_target("66 à 64", &RATE).unwrap_err();
        assert!(upside_down.contains("64 à 66"), "{upside_down}");
        let yes_no = Facet {
            kind: ValueKind::YesNo,
            ..RATE
        };
        assert!(read_target("peut-être", &yes_no).is_err());
        assert_eq!(
            read_target("Oui", &yes_no).unwrap(),
            Some(Target::Value(Value::YesNo(true)))
        );
    }

    #[test]
    fn shows_every_digit_that_was_agreed() {
        assert_eq!(RATE.show_target(&number("72")), "72,0\u{202f}%");
        assert_eq!(RATE.show_target(&number("66.25")), "66,25\u{202f}%");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(low: i32, width in 0_i64..1_000_000_000) {
            let at = Decimal::from_micros(i64::from(low));
            let high = Decimal::from_micros(i64::from(low) + width);
            let targets = [
                Target::Value(Value::plain(at)),
                Target::Corridor { low: at, high },
                Target::ObservedOnly,
                Target::Frozen,
                Target::NotApplicable,
            ];
            for target in targets {
                prop_assert_eq!(read_target(&write_target(&target), &RATE), Ok(Some(target)));
            }
        }

        #[test]
        fn a_corridor_reads_back_however_it_is_written(low: i32, width in 0_i64..1_000_000_000, form in 0..5_usize) {
            let at = Decimal::from_micros(i64::from(low));
            let high = Decimal::from_micros(i64::from(low) + width);
            let (from, to) = (write_decimal(at), write_decimal(high));
            let typed = [
                format!("{from}-{to}"),
                format!("{from} - {to} %"),
                format!("{from} à {to}"),
                format!("de {from} % à {to} %"),
                format!("entre {from} et {to}"),
            ];
            let corridor = Target::Corridor { low: at, high };
            prop_assert_eq!(read_target(&typed[form], &RATE), Ok(Some(corridor)));
        }

        #[test]
        fn reading_never_panics(text in ".{0,30}") {
            let _ = read_target(&text, &RATE);
        }
    }
}
