//! What the history says of organisations and places.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::contact::VERB;
use super::pages::differences;
use super::store;
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::platform::db::{DbError, Tx};

/// Tells of organisations and places.
#[derive(Debug)]
pub struct OrganisationTeller;

#[async_trait]
impl Teller for OrganisationTeller {
    fn kinds(&self) -> &'static [Kind] {
        const ORGANISATION: Kind = Kind {
            code: "organisation",
            french: "Organisations",
        };
        const PLACE: Kind = Kind {
            code: "place",
            french: "Territoires",
        };
        &[ORGANISATION, PLACE]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let codes = store::codes_between(tx, span(lines)).await?;
        let codes: HashMap<Uuid, String> = codes.into_iter().collect();
        let told = lines.iter().map(|line| {
            // Where an organisation is written to is for those who work with it.
            let tells = line.verb != VERB || reader.reach.sees_referents();
            let told = tells.then(|| Told::new(deed(line), line))?;
            Some(match codes.get(&line.thing) {
                Some(code) => told.at(format!("/organisations/{code}")),
                None => told,
            })
        });
        Ok(told.collect())
    }
}

fn deed(line: &Line) -> String {
    if line.verb == "create" {
        return "a inscrit au répertoire".to_owned();
    }
    let differences = differences(line.before.as_deref(), line.after.as_deref());
    let each = differences
        .iter()
        .map(|(name, was, is)| format!("{name} : {was} → {is}"));
    match each.collect::<Vec<_>>().join(" ; ") {
        nothing if nothing.is_empty() => "a corrigé".to_owned(),
        told => format!("a corrigé ({told})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn a_correction_tells_what_was_and_what_is() {
        let (was, is) = (
            r#"{"name":"ANSP","valid_to":null}"#,
            r#"{"name":"ANSP","valid_to":"2019-12-31"}"#,
        );
        let told = deed(&line("organisation", "edit", Some(was), Some(is)));
        assert_eq!(told, "a corrigé (Fin : rien → 31 décembre 2019)");
    }
}
