//! How sure the reading of a field is: said by the document, deduced by Jalon, uncertain. Pure.

use super::fields::{Choice, tidy};
use crate::frameworks::Indicator;
use crate::measures::Measure;

/// The fields of an indicator whose reading may be in doubt.
pub(super) const OF_INDICATOR: [&str; 19] = [
    "code",
    "libelle",
    "noeud",
    "theme",
    "engagement",
    "nature",
    "mesures",
    "a_definir",
    "methode",
    "methodes",
    "liens",
    "pilote",
    "fournisseur",
    "source",
    "periodicite",
    "alimentation",
    "echeance",
    "regions",
    "note",
];

/// The fields of a measure that Jalon may have deduced.
pub(super) const OF_MEASURE: [&str; 15] = [
    "valeur",
    "libelle",
    "unite",
    "decimales",
    "pour",
    "sens",
    "agregation",
    "min",
    "max",
    "fenetre",
    "numerateur",
    "denominateur",
    "ventilations",
    "ruptures",
    "note",
];

/// What a reading may be, for an indicator.
pub(super) const READINGS: [Choice; 4] = [
    ("", "Confirmée : le document le dit"),
    ("jalon", "Lecture de Jalon : le document ne le dit pas"),
    (
        "incertaine",
        "Incertaine : le document se lit de plusieurs façons",
    ),
    ("jalon incertaine", "Lecture de Jalon, et incertaine"),
];

/// What a reading may be, for a measure: the texts of frameworks keep no doubt there.
pub(super) const READINGS_OF_MEASURE: [Choice; 2] = [READINGS[0], READINGS[1]];

/// The word of a reading.
fn word(deduced: bool, uncertain: bool) -> &'static str {
    match (deduced, uncertain) {
        (false, false) => READINGS[0].0,
        (true, false) => READINGS[1].0,
        (false, true) => READINGS[2].0,
        (true, true) => READINGS[3].0,
    }
}

/// How the reading of a field of the indicator stands.
pub(super) fn of_indicator(indicator: &Indicator, key: &str) -> &'static str {
    let named = |list: &[String]| list.iter().any(|name| name == key);
    word(named(&indicator.our_reading), named(&indicator.uncertain))
}

/// How the reading of a field of the measure stands.
pub(super) fn of_measure(measure: &Measure, key: &str) -> &'static str {
    word(measure.our_reading.iter().any(|name| name == key), false)
}

/// Has the reading of a field of the indicator stand so.
pub(super) fn put_in_indicator(
    indicator: &mut Indicator,
    key: &str,
    text: &str,
) -> Result<(), String> {
    let word = known(text, &READINGS)?;
    put(&mut indicator.our_reading, key, word.starts_with("jalon"));
    put(&mut indicator.uncertain, key, word.ends_with("incertaine"));
    Ok(())
}

/// Has the reading of a field of the measure stand so.
pub(super) fn put_in_measure(measure: &mut Measure, key: &str, text: &str) -> Result<(), String> {
    let word = known(text, &READINGS_OF_MEASURE)?;
    put(&mut measure.our_reading, key, !word.is_empty());
    Ok(())
}

fn known(text: &str, readings: &[Choice]) -> Result<&'static str, String> {
    let text = tidy(text);
    let found = readings.iter().find(|(word, _)| *word == text);
    found
        .map(|(word, _)| *word)
        .ok_or_else(|| format!("« {text} » n’est pas proposé : choisissez dans la liste."))
}

fn put(names: &mut Vec<String>, key: &str, listed: bool) {
    let stands = names.iter().any(|name| name == key);
    match (stands, listed) {
        (false, true) => names.push(key.to_owned()),
        (true, false) => names.retain(|name| name != key),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_confirmed_and_put_in_doubt_again() {
        let mut indicator = Indicator {
            our_reading: vec!["methode".to_owned(), "liens".to_owned()],
            uncertain: vec!["source".to_owned()],
            ..Indicator::default()
        };
        let before = indicator.clone();
        for (key, there) in [("methode", "jalon"), ("source", "incertaine"), ("note", "")] {
            assert_eq!(of_indicator(&indicator, key), there);
            for (word, _) in READINGS {
                put_in_indicator(&mut indicator, key, word).unwrap();
                assert_eq!(of_indicator(&indicator, key), word);
            }
        }
        put_in_indicator(&mut indicator, "source", "").unwrap();
        put_in_indicator(&mut indicator, "note", "").unwrap();
        assert_eq!(indicator.uncertain, ["methode"]);
        assert!(put_in_indicator(&mut indicator, "note", "peut-être").is_err());
        let mut same = before.clone();
        put_in_indicator(&mut same, "liens", "jalon").unwrap();
        assert_eq!(same, before);
    }
}
