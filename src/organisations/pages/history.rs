//! What the history says of an organisation, in words.

use maud::{Markup, html};
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::counted;
use crate::ledger::ChangeRow;
use crate::organisations::OrganisationKind;
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::{Address, section_heading};
use crate::tables::downloads;

/// The fields of a recorded state, as a reader calls them.
const FIELDS: [(&str, &str); 12] = [
    ("name", "Nom"),
    ("short_name", "Sigle"),
    ("kind", "Type"),
    ("valid_from", "Début"),
    ("valid_to", "Fin"),
    ("parent", "Rattachement"),
    ("place", "Territoire"),
    ("finess", "Numéro FINESS"),
    ("successions", "Successions"),
    ("usages", "Autres noms"),
    ("note", "Note"),
    ("contact", "Adresse de contact"),
];

/// The section of the history, the latest change first.
pub(super) fn section(story: Option<&(Uuid, Vec<ChangeRow>)>) -> Markup {
    let changes = story.map_or(&[][..], |(_, changes)| changes);
    let edits = changes
        .iter()
        .filter(|change| change.verb != "create")
        .count();
    let title = match edits {
        0 => "Jamais modifiée depuis son inscription".to_owned(),
        n => format!(
            "{} depuis son inscription",
            counted(n, "changement", "changements")
        ),
    };
    html! {
        section.sect aria-labelledby="histoire" {
            (section_heading("histoire", &title, None))
            table.tbl.dense.stack {
                caption.vh { "Changements, le plus récent d’abord" }
                thead { tr {
                    th scope="col" { "Quand" }
                    th scope="col" { "Quoi" }
                    th scope="col" { "Qui" }
                } }
                tbody { @for change in changes {
                    tr {
                        th scope="row" {
                            (french_instant(change.at))
                            span.sub { "Changement n° " (change.no) }
                        }
                        td.x data-l="Quoi" { (what(change)) }
                        td.x data-l="Qui" { (change.who.as_deref().unwrap_or("Jalon")) }
                    }
                } }
            }
            @if let Some((thing, _)) = story {
                (downloads("journal", "Les changements de l’organisation", &[("chose", &thing.to_string())], &Address::of("/journal")))
            }
        }
    }
}

fn what(change: &ChangeRow) -> Markup {
    if change.verb == "create" {
        return html! { "Inscription au répertoire" };
    }
    let (before, after) = (
        change.before_state.as_deref(),
        change.after_state.as_deref(),
    );
    html! {
        @for (name, old, new) in differences(before, after) {
            div { (name) " : " del { (old) } " → " ins { (new) } }
        }
    }
}

/// What differs between two recorded states: the field, what it was and what it is, in words.
pub(in crate::organisations) fn differences(
    before: Option<&str>,
    after: Option<&str>,
) -> Vec<(&'static str, String, String)> {
    let (before, after) = (state(before), state(after));
    let changed = FIELDS
        .into_iter()
        .filter(|(field, _)| before[field] != after[field]);
    let told = changed.map(|(field, name)| {
        (
            name,
            words(field, &before[field]),
            words(field, &after[field]),
        )
    });
    told.collect()
}

fn state(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or(Value::Null)
}

/// A recorded value as a reader says it.
fn words(field: &str, value: &Value) -> String {
    match value {
        Value::String(text) if field == "kind" => OrganisationKind::from_code(text)
            .map_or_else(|| text.clone(), |kind| kind.french().to_owned()),
        Value::String(text) => text.parse().map_or_else(|_| text.clone(), french_date),
        Value::Array(list) if !list.is_empty() => {
            let each: Vec<String> = list.iter().map(|item| words(field, item)).collect();
            each.join(" ; ")
        }
        Value::Object(succession) => {
            let part = |key| {
                succession
                    .get(key)
                    .map_or_else(String::new, |v| words(field, v))
            };
            format!("{} le {}", part("to"), part("on"))
        }
        _ => "rien".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_values_are_told_in_words() {
        let told = |field, json| words(field, &state(Some(json)));
        assert_eq!(told("valid_to", "\"2019-12-31\""), "31 décembre 2019");
        assert_eq!(told("kind", "\"ars\""), "Agence régionale de santé");
        assert_eq!(told("usages", "[\"ANSP\",\"SpF\"]"), "ANSP ; SpF");
        assert_eq!(told("usages", "[]"), "rien");
        assert_eq!(told("parent", "null"), "rien");
        let heir = "[{\"to\":\"CNAM\",\"on\":\"2018-01-01\",\"note\":null}]";
        assert_eq!(told("successions", heir), "CNAM le 1er janvier 2018");
    }
}
