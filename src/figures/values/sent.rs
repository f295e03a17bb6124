//! Values as a program sends them, made the table that a file would hold: what is read, refused
//! and kept of them is then the same.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::imports::SentTable;
use crate::kernel::Absence;
use crate::platform::api::{ApiResult, Problem, from_json};

/// What the API calls the fields of the form, and what the form calls them.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("framework", "cadre"),
    ("supplier", "fournisseur"),
    ("source", "source"),
    ("reference_date", "reference"),
    ("embargo_until", "embargo"),
    ("comment", "commentaire"),
    ("status", "statut"),
    UNSAID,
];

/// What a format without a word for some things says of them, of itself: no field of the form and
/// no parameter that programs are told of.
pub const UNSAID: (&str, &str) = ("unsaid", "non-dit");

/// They are kept as they stand.
pub const KEPT: &str = "kept";

/// Des valeurs, avec ce qui est dit de toutes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentValues {
    /// `values`.
    #[serde(default)]
    #[allow(dead_code)] // read before, to find this type
    kind: Option<String>,
    /// Code du cadre dont les codes d’indicateurs sont employés ; sans lui, ils doivent être uniques.
    framework: Option<String>,
    /// Nom, sigle ou code du fournisseur ; sans lui, le fournisseur habituel de chaque indicateur.
    supplier: Option<String>,
    source: Option<String>,
    /// Le jour que les valeurs décrivent : 2025-12-31.
    reference_date: Option<String>,
    /// Le premier jour où tous les verront : 2026-03-15.
    embargo_until: Option<String>,
    comment: Option<String>,
    /// Des valeurs définitives sont à venir.
    #[serde(default)]
    provisional: bool,
    /// Les valeurs ; la première est la ligne 2 des problèmes.
    #[schema(min_items = 1)]
    values: Vec<SentValue>,
}

/// Une valeur : `value`, ou `numerator` et `denominator`, ou `absence`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentValue {
    /// Code de l’indicateur, tel qu’imprimé ; ou `measure`.
    indicator: Option<String>,
    /// Code de la mesure.
    measure: Option<String>,
    /// Code ou nom du territoire.
    place: String,
    /// `2023`, `2023-S1`, `2023-T4` ou `2023-M09`.
    period: String,
    /// Un décimal exact, en texte (`"26.5"`), `true` ou `false`, ou un texte.
    #[schema(value_type = Option<String>)]
    value: Option<Said>,
    /// Numérateur, décimal exact en texte.
    #[schema(value_type = Option<String>)]
    numerator: Option<Said>,
    /// Dénominateur, décimal exact en texte.
    #[schema(value_type = Option<String>)]
    denominator: Option<Said>,
    /// Pourquoi il n’y en a pas : `not_published`, `secret`, `not_applicable`, `not_collected` ou `unknown`.
    absence: Option<String>,
    /// Une remarque gardée avec la valeur.
    comment: Option<String>,
}

/// A value as JSON writes it. A number of JSON is refused: most readers round it.
#[derive(Debug)]
struct Said(String);

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("un nombre entre guillemets (\"26.5\"), true, false ou un texte")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Said, E> {
                Ok(Said(text.to_owned()))
            }

            fn visit_bool<E: de::Error>(self, answer: bool) -> Result<Said, E> {
                Ok(Said(if answer { "oui" } else { "non" }.to_owned()))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// The columns of the table: what one value says of each, by the heading that a file would have.
type Column = (&'static str, fn(&SentValue) -> Option<&str>);

const COLUMNS: [Column; 7] = [
    ("indicateur", |v| {
        v.measure.as_deref().or(v.indicator.as_deref())
    }),
    ("territoire", |v| Some(&v.place)),
    ("periode", |v| Some(&v.period)),
    ("valeur", |v| {
        v.value
            .as_ref()
            .map(|said| said.0.as_str())
            .or_else(|| absence(v))
    }),
    ("numerateur", |v| {
        v.numerator.as_ref().map(|said| said.0.as_str())
    }),
    ("denominateur", |v| {
        v.denominator.as_ref().map(|said| said.0.as_str())
    }),
    ("commentaire", |v| v.comment.as_deref()),
];

/// The word that a file has for an absence.
fn absence(value: &SentValue) -> Option<&'static str> {
    Some(match Absence::from_code(value.absence.as_deref()?)? {
        Absence::NotPublished => "nc",
        Absence::Secret => "ss",
        Absence::NotApplicable => "so",
        Absence::NotCollected => "non recueilli",
        Absence::Unknown => "nd",
    })
}

/// The table that these values make.
///
/// # Errors
/// Where the document does not read, or a value does not say one thing.
pub(super) fn table(document: &[u8]) -> ApiResult<SentTable> {
    let sent: SentValues = from_json(document)?;
    if sent.values.is_empty() {
        return Err(Problem::malformed("values", "aucune valeur n’est envoyée"));
    }
    for (rank, value) in sent.values.iter().enumerate() {
        check(value).map_err(|(field, message)| {
            Problem::malformed(format!("values[{rank}].{field}"), message)
        })?;
    }
    let bytes = written(&sent.values).map_err(Problem::internal)?;
    let status = sent.provisional.then(|| "provisoire".to_owned());
    let said = [
        ("framework", sent.framework),
        ("supplier", sent.supplier),
        ("source", sent.source),
        ("reference_date", sent.reference_date),
        ("embargo_until", sent.embargo_until),
        ("comment", sent.comment),
        ("status", status),
    ];
    let beside: BTreeMap<String, String> = said
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), text?)))
        .collect();
    Ok(SentTable { beside, bytes })
}

/// What a value must say, and only once.
fn check(value: &SentValue) -> Result<(), (&'static str, &'static str)> {
    if value.indicator.is_some() == value.measure.is_some() {
        return Err((
            "indicator",
            "donnez « indicator » ou « measure », l’un des deux",
        ));
    }
    let is_ratio = value.numerator.is_some() || value.denominator.is_some();
    if is_ratio && (value.numerator.is_none() || value.denominator.is_none()) {
        return Err(("denominator", "numérateur et dénominateur vont ensemble"));
    }
    let says = [value.value.is_some(), is_ratio, value.absence.is_some()];
    if says.iter().filter(|said| **said).count() != 1 {
        let message = "donnez « value », ou « numerator » et « denominator », ou « absence »";
        return Err(("value", message));
    }
    if value.absence.is_some() && absence(value).is_none() {
        let message = "attendu not_published, secret, not_applicable, not_collected ou unknown";
        return Err(("absence", message));
    }
    Ok(())
}

/// The values as a file of text, without the columns that none of them fills.
fn written(values: &[SentValue]) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let filled = |(_, of): &&Column| values.iter().any(|value| of(value).is_some());
    let columns: Vec<&Column> = COLUMNS.iter().filter(filled).collect();
    let mut file = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    file.write_record(columns.iter().map(|(heading, _)| heading))?;
    for value in values {
        file.write_record(columns.iter().map(|(_, of)| of(value).unwrap_or_default()))?;
    }
    Ok(file.into_inner()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(document: &str) -> String {
        table(document.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn values_make_the_table_that_a_file_would_hold() {
        let document = r#"{"framework": "etat-ars-2024-2028", "provisional": true, "values": [
            {"indicator": "2.c.1", "place": "84", "period": "2023", "value": "26.5"},
            {"measure": "m", "place": "La Réunion", "period": "2023", "absence": "secret"},
            {"measure": "m", "place": "11", "period": "2023", "value": true}]}"#;
        let table = table(document.as_bytes()).unwrap();
        let text = String::from_utf8(table.bytes).unwrap();
        assert_eq!(
            text,
            "indicateur;territoire;periode;valeur\n2.c.1;84;2023;26.5\nm;La Réunion;2023;ss\nm;11;2023;oui\n"
        );
        assert_eq!(table.beside["status"], "provisoire");
        assert_eq!(table.beside["framework"], "etat-ars-2024-2028");
    }

    #[test]
    fn what_does_not_read_is_told_where_it_stands() {
        for (value, place) in [
            (
                r#"{"measure": "m", "place": "84", "period": "2023", "value": 26.5}"#,
                "values[0].value",
            ),
            (
                r#"{"measure": "m", "place": "84", "period": "2023"}"#,
                "values[0].value",
            ),
            (
                r#"{"place": "84", "period": "2023", "value": "1"}"#,
                "values[0].indicator",
            ),
            (
                r#"{"measure": "m", "indicator": "i", "place": "84", "period": "2023", "value": "1"}"#,
                "values[0].indicator",
            ),
            (
                r#"{"measure": "m", "place": "84", "period": "2023", "numerator": "1"}"#,
                "values[0].denominator",
            ),
            (
                r#"{"measure": "m", "place": "84", "period": "2023", "absence": "perdu"}"#,
                "values[0].absence",
            ),
            (
                r#"{"measure": "m", "place": "84", "period": "2023", "valeur": "1"}"#,
                "values[0].valeur",
            ),
        ] {
            let told = told(&format!(r#"{{"values": [{value}]}}"#));
            assert!(told.contains(place), "{value}: {told}");
        }
        assert!(told(r#"{"values": []}"#).contains("values"));
        assert!(told("{").contains("Malformed"));
    }

    /// Any JSON, the words of a sending more often than others.
    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let word = prop_oneof![
            prop::sample::select(vec![
                "values",
                "measure",
                "indicator",
                "place",
                "period",
                "value",
                "numerator",
                "denominator",
                "absence",
                "secret",
                "framework",
                "provisional",
                "2023",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,8}",
        ];
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            word.clone().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 48, 6, move |inner| {
            let pairs = prop::collection::hash_map(word.clone(), inner.clone(), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Into::into),
                pairs.prop_map(|pairs| pairs.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_document_makes_a_table_or_is_told(value in any_json(), list in any::<bool>(), cut in 0_usize..400) {
            let document = if list {
                serde_json::json!({ "values": [value] }).to_string()
            } else {
                value.to_string()
            };
            let bytes = document.as_bytes();
            for sent in [bytes, &bytes[..cut.min(bytes.len())]] {
                if let Ok(made) = table(sent) {
                    prop_assert!(std::str::from_utf8(&made.bytes).is_ok_and(|text| text.lines().count() > 1));
                }
            }
        }

        #[test]
        fn any_bytes_are_a_document_or_told(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = table(&bytes);
        }
    }
}
