//! What the history says of frameworks.

use async_trait::async_trait;
use serde::Deserialize;

use crate::journal::{Kind, Line, Reader, Teller, Told};
use crate::platform::db::{DbError, Tx};

/// Tells of frameworks.
#[derive(Debug)]
pub struct FrameworkTeller;

/// What the history keeps of a revision.
#[derive(Deserialize)]
struct Recorded {
    revision: i64,
    #[serde(default)]
    changes: Vec<String>,
}

/// Changes of a revision that are told; its page has them all.
const TOLD: usize = 2;

#[async_trait]
impl Teller for FrameworkTeller {
    fn kinds(&self) -> &'static [Kind] {
        const FRAMEWORK: Kind = Kind {
            code: "framework",
            french: "Cadres contractuels",
        };
        const CAMPAIGN: Kind = Kind {
            code: "campaign",
            french: "Campagnes",
        };
        &[FRAMEWORK, CAMPAIGN]
    }

    async fn tell(
        &self,
        _tx: &mut Tx,
        _reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let told = lines.iter().map(|line| {
            let href = format!("/cadres/{}", line.scope.framework);
            let deed = match line.kind.as_str() {
                "campaign" => campaign(line),
                _ => deed(line),
            };
            Some(Told::new(deed, line).at(href))
        });
        Ok(told.collect())
    }
}

/// What was done to the campaign of a year, which runs with a revision of its framework.
fn campaign(line: &Line) -> String {
    let revision = line.is::<Recorded>().map_or(0, |held| held.revision);
    match line.verb.as_str() {
        "create" => format!("a ouvert la campagne, avec la révision {revision} du cadre"),
        _ => format!("a mis la campagne sur la révision {revision} du cadre"),
    }
}

fn deed(line: &Line) -> String {
    let Some(recorded) = line.is::<Recorded>() else {
        return "a corrigé le cadre".to_owned();
    };
    if line.verb == "create" {
        return "a chargé le cadre".to_owned();
    }
    let changes = recorded
        .changes
        .iter()
        .take(TOLD)
        .map(|change| change.trim_end_matches('.'));
    let mut told = format!("a publié la révision {} du cadre", recorded.revision);
    let first = changes.collect::<Vec<_>>().join(" ; ");
    if !first.is_empty() {
        told += &format!(" ({first}");
        if let Some(others @ 1..) = recorded.changes.len().checked_sub(TOLD) {
            told += &format!(" ; et {others} autres");
        }
        told.push(')');
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn a_campaign_tells_the_revision_it_runs_with() {
        let told = campaign(&line("campaign", "create", None, Some(r#"{"revision":2}"#)));
        assert_eq!(told, "a ouvert la campagne, avec la révision 2 du cadre");
    }

    #[test]
    fn a_revision_tells_its_first_changes() {
        let kept = r#"{"revision":3,"changes":["Unité de 2.c.1.","b","c","d"]}"#;
        let told = deed(&line("framework", "revise", None, Some(kept)));
        assert_eq!(
            told,
            "a publié la révision 3 du cadre (Unité de 2.c.1 ; b ; et 2 autres)"
        );
    }
}
