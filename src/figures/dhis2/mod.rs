//! Values in the JSON of DHIS2's `dataValueSets`: its words for ours, both ways.
//!
//! | DHIS2 | Jalon |
//! |---|---|
//! | `dataSet` | code of a framework |
//! | `dataElement` | code of a measure; coming in, that of an indicator too |
//! | `orgUnit` | code of a place |
//! | `period` | period, as DHIS2 writes it: `2023`, `2023S1`, `2023Q1`, `202309` |
//! | `categoryOptionCombo` | breakdown; `default` for the whole |
//! | `value` | the number, `true` or `false`, or the text |
//!
//! What DHIS2 has no word for is not told there: why there is no value, the two terms of a rate,
//! who supplied it, whether it is provisional. `/api/v1/observations` tells it. Coming in, a value
//! that is the same, a rate as its terms make it, takes none of these away: the row is unchanged.

pub mod api;

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::values::Axis;
use crate::imports::SentTable;
use crate::kernel::Period;
use crate::platform::api::{ApiResult, Problem, from_json};

/// What stands for the whole: the name, and the identifier that every DHIS2 gives it.
const WHOLE: [&str; 2] = ["default", "HllvX50cXC0"];

/// A period as DHIS2 writes it.
pub fn period_text(period: Period) -> String {
    match period {
        Period::Year(year) => format!("{year:04}"),
        Period::Half(year, n) => format!("{year:04}S{n}"),
        Period::Quarter(year, n) => format!("{year:04}Q{n}"),
        Period::Month(year, n) => format!("{year:04}{n:02}"),
    }
}

/// The period that DHIS2 writes so; `None` for those that Jalon has no use for, such as weeks.
pub fn parse_period(text: &str) -> Option<Period> {
    let (year, rest) = text.split_at_checked(4)?;
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let year: i16 = all_digits(year).then(|| year.parse().ok())??;
    let within = |digits: &str, most: u8| {
        let n: u8 = all_digits(digits).then(|| digits.parse().ok())??;
        (1..=most).contains(&n).then_some(n)
    };
    match (rest.as_bytes().first(), rest.len()) {
        (None, _) => Some(Period::Year(year)),
        (Some(b'S'), 2) => Some(Period::Half(year, within(&rest[1..], 2)?)),
        (Some(b'Q'), 2) => Some(Period::Quarter(year, within(&rest[1..], 4)?)),
        (Some(_), 2) => Some(Period::Month(year, within(rest, 12)?)),
        _ => None,
    }
}

/// Des valeurs, dans le JSON `dataValueSets` de DHIS2. Ce qui est dit en tête vaut pour toutes
/// celles qui ne disent rien d’autre.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DataValueSet {
    /// Code du cadre dont les codes d’indicateurs sont employés.
    data_set: Option<String>,
    period: Option<String>,
    org_unit: Option<String>,
    attribute_option_combo: Option<String>,
    /// Reçu, et laissé de côté.
    #[allow(
        dead_code,
        reason = "read so that DHIS2’s own files are taken, and left"
    )]
    complete_date: Option<String>,
    /// Les valeurs ; la première est la ligne 2 des problèmes.
    #[schema(min_items = 1)]
    data_values: Vec<DataValue>,
}

/// Une valeur de DHIS2.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SentDataValue)]
pub struct DataValue {
    /// Code de la mesure, ou de l’indicateur.
    data_element: String,
    /// `2023`, `2023S1`, `2023Q1` ou `202309`.
    period: Option<String>,
    /// Code du territoire.
    org_unit: Option<String>,
    /// La part, comme `age=0-17;sex=F` ; absente, vide ou `default` pour le tout.
    category_option_combo: Option<String>,
    attribute_option_combo: Option<String>,
    /// Un décimal exact, en texte (`"26.5"`), `"true"`, `"false"`, ou un texte.
    value: String,
    comment: Option<String>,
    /// `true` est refusé : un retrait se fait dans Jalon.
    #[serde(default)]
    deleted: bool,
    /// Reçu, et laissé de côté, comme `created`, `lastUpdated` et `followup`.
    #[allow(
        dead_code,
        reason = "read so that DHIS2’s own files are taken, and left"
    )]
    stored_by: Option<String>,
    #[allow(
        dead_code,
        reason = "read so that DHIS2’s own files are taken, and left"
    )]
    created: Option<String>,
    #[allow(
        dead_code,
        reason = "read so that DHIS2’s own files are taken, and left"
    )]
    last_updated: Option<String>,
    #[allow(
        dead_code,
        reason = "read so that DHIS2’s own files are taken, and left"
    )]
    followup: Option<bool>,
}

/// One line of the table: what a file would say under each heading.
#[derive(Debug, Default)]
struct Line {
    indicator: String,
    place: String,
    period: String,
    value: String,
    parts: BTreeMap<Axis, String>,
    comment: String,
}

/// The table that these values make, as a file would hold it.
///
/// # Errors
/// Where the document does not read, or a value says what Jalon has no place for.
pub fn table(document: &[u8]) -> ApiResult<SentTable> {
    let set: DataValueSet = from_json(document)?;
    if set.data_values.is_empty() {
        return Err(Problem::malformed(
            "dataValues",
            "aucune valeur n’est envoyée",
        ));
    }
    let mut lines = Vec::with_capacity(set.data_values.len());
    for (rank, value) in set.data_values.iter().enumerate() {
        let line = line(&set, value).map_err(|(field, message)| {
            Problem::malformed(format!("dataValues[{rank}].{field}"), message)
        })?;
        lines.push(line);
    }
    let bytes = written(&lines).map_err(Problem::internal)?;
    let framework = set.data_set.map(|code| ("framework".to_owned(), code));
    Ok(SentTable {
        beside: framework.into_iter().collect(),
        bytes,
    })
}

fn line(set: &DataValueSet, value: &DataValue) -> Result<Line, (&'static str, String)> {
    if value.deleted {
        let message = "une valeur se retire dans Jalon, par une correction".to_owned();
        return Err(("deleted", message));
    }
    let attribute = value.attribute_option_combo.as_ref();
    if let Some(combo) = attribute.or(set.attribute_option_combo.as_ref())
        && !is_whole(combo)
    {
        let message = "Jalon n’a pas cette dimension : attendu « default », ou rien".to_owned();
        return Err(("attributeOptionCombo", message));
    }
    let said = value.period.as_ref().or(set.period.as_ref());
    let said = said.ok_or(("period", "la période manque".to_owned()))?;
    let period = parse_period(said).ok_or_else(|| {
        let message = format!("attendu 2023, 2023S1, 2023Q1 ou 202309, reçu « {said} »");
        ("period", message)
    })?;
    let place = value.org_unit.as_ref().or(set.org_unit.as_ref());
    let place = place.ok_or(("orgUnit", "le territoire manque".to_owned()))?;
    let combo = value.category_option_combo.as_deref().unwrap_or_default();
    Ok(Line {
        indicator: value.data_element.clone(),
        place: place.clone(),
        period: period.to_string(),
        value: match value.value.as_str() {
            "true" => "oui".to_owned(),
            "false" => "non".to_owned(),
            text => text.to_owned(),
        },
        parts: parts(combo).map_err(|message| ("categoryOptionCombo", message))?,
        comment: value.comment.clone().unwrap_or_default(),
    })
}

fn is_whole(combo: &str) -> bool {
    combo.is_empty() || WHOLE.contains(&combo)
}

/// What a combination divides by.
fn parts(combo: &str) -> Result<BTreeMap<Axis, String>, String> {
    if is_whole(combo) {
        return Ok(BTreeMap::new());
    }
    let part = |text: &str| {
        let (axis, level) = text.split_once('=')?;
        let axis = Axis::ALL.into_iter().find(|known| known.code() == axis)?;
        (!level.is_empty()).then(|| (axis, level.to_owned()))
    };
    let parts: Option<BTreeMap<Axis, String>> = combo.split(';').map(part).collect();
    parts.ok_or_else(|| {
        format!("attendu « default » ou une part comme « age=0-17;sex=F », reçu « {combo} »")
    })
}

/// The lines as a file of text, without the columns that none of them fills.
fn written(lines: &[Line]) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let axes = Axis::ALL.into_iter();
    let axes: Vec<Axis> = axes
        .filter(|axis| lines.iter().any(|line| line.parts.contains_key(axis)))
        .collect();
    let commented = lines.iter().any(|line| !line.comment.is_empty());
    let mut file = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    let mut heading = vec!["indicateur", "territoire", "periode", "valeur"];
    heading.extend(axes.iter().map(|axis| axis.french()));
    heading.extend(commented.then_some("commentaire"));
    file.write_record(&heading)?;
    for line in lines {
        let mut record = vec![
            line.indicator.as_str(),
            &line.place,
            &line.period,
            &line.value,
        ];
        let level = |axis| line.parts.get(axis).map_or("", String::as_str);
        record.extend(axes.iter().map(level));
        record.extend(commented.then_some(line.comment.as_str()));
        file.write_record(&record)?;
    }
    Ok(file.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_period() -> impl Strategy<Value = Period> {
        let year = 1000..9999_i16;
        prop_oneof![
            year.clone().prop_map(Period::Year),
            (year.clone(), 1..=2_u8).prop_map(|(y, n)| Period::Half(y, n)),
            (year.clone(), 1..=4_u8).prop_map(|(y, n)| Period::Quarter(y, n)),
            (year, 1..=12_u8).prop_map(|(y, n)| Period::Month(y, n)),
        ]
    }

    proptest! {
        #[test]
        fn a_period_is_read_back(period in any_period()) {
            prop_assert_eq!(parse_period(&period_text(period)), Some(period));
        }

        #[test]
        fn no_text_breaks_the_reading_of_a_period(text in ".{0,10}") {
            let read = parse_period(&text);
            prop_assert!(read.is_none_or(|period| period_text(period) == text));
        }
    }

    #[test]
    fn periods_that_jalon_has_not_are_none() {
        for text in [
            "",
            "23",
            "2023W1",
            "20230901",
            "2023Q5",
            "202313",
            "2023S3",
            "2023AprilS1",
        ] {
            assert_eq!(parse_period(text), None, "{text}");
        }
    }

    #[test]
    fn a_set_makes_the_table_that_a_file_would_hold() {
        let document = r#"{"dataSet": "etat-ars-2024-2028", "period": "2023", "orgUnit": "53",
            "completeDate": "2026-01-05", "dataValues": [
            {"dataElement": "2.c.1", "value": "67.7", "storedBy": "x", "categoryOptionCombo": "HllvX50cXC0"},
            {"dataElement": "m", "period": "2023Q1", "orgUnit": "84", "value": "true",
             "categoryOptionCombo": "age=0-17;sex=F", "comment": "vu"}]}"#;
        let table = table(document.as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(table.bytes).unwrap(),
            "indicateur;territoire;periode;valeur;âge;sexe;commentaire\n\
             2.c.1;53;2023;67.7;;;\nm;84;2023-T1;oui;0-17;F;vu\n"
        );
        assert_eq!(table.beside["framework"], "etat-ars-2024-2028");
    }

    #[test]
    fn what_has_no_place_is_told_where_it_stands() {
        for (value, field) in [
            (
                r#""period": "2023W1", "orgUnit": "53", "value": "1""#,
                "period",
            ),
            (r#""orgUnit": "53", "value": "1""#, "period"),
            (r#""period": "2023", "value": "1""#, "orgUnit"),
            (
                r#""period": "2023", "orgUnit": "53", "value": "1", "categoryOptionCombo": "F""#,
                "categoryOptionCombo",
            ),
            (
                r#""period": "2023", "orgUnit": "53", "value": "1", "attributeOptionCombo": "x""#,
                "attributeOptionCombo",
            ),
            (
                r#""period": "2023", "orgUnit": "53", "value": "1", "deleted": true"#,
                "deleted",
            ),
            (r#""period": "2023", "orgUnit": "53", "value": 1"#, "value"),
        ] {
            let document = format!(r#"{{"dataValues": [{{"dataElement": "m", {value}}}]}}"#);
            let told = table(document.as_bytes()).unwrap_err().to_string();
            let place = format!("dataValues[0].{field}");
            assert!(told.contains(&place), "{value}: {told}");
        }
        assert!(table(br#"{"dataValues": []}"#).is_err());
    }
}
