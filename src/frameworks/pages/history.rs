//! The revisions of a framework: who changed what, when and why.

use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::ledger::{ChangeRow, history_href};
use crate::platform::clock::french_instant;
use crate::platform::web::section_heading;

/// What the journal keeps of a revision.
#[derive(Debug, Default, Deserialize)]
struct Recorded {
    #[serde(default)]
    revision: i64,
    #[serde(default)]
    changes: Vec<String>,
}

/// Every revision, the latest first.
pub(super) fn revisions(thing: Uuid, history: &[ChangeRow]) -> Markup {
    html! {
        section.sect aria-labelledby="revisions" {
            (section_heading("revisions", "Révisions", None))
            p.acts { a.btn.sm href=(history_href(thing)) { "Historique" } }
            p.note { "Une révision ne s’efface jamais : chaque contrat garde celle sur laquelle il a été signé." }
            ol.acts-l reversed {
                @for change in history { li { (revision(change)) } }
            }
        }
    }
}

fn revision(change: &ChangeRow) -> Markup {
    let state = change.after_state.as_deref().unwrap_or_default();
    let recorded: Recorded = serde_json::from_str(state).unwrap_or_default();
    let changes = &recorded.changes;
    html! {
        h3 { "Révision " (recorded.revision) }
        p.muted {
            (french_instant(change.at)) ", par "
            (change.who.as_deref().unwrap_or("l’installation"))
            ". Changement n° " (change.no) "."
        }
        @if let Some(why) = &change.why { p { b { "Motif : " } (why) } }
        @match changes.len() {
            0 if recorded.revision == 1 => p { "Premier chargement du cadre." },
            0 => p { "Le texte a été réécrit sans que son sens change." },
            1..=3 => @for change in changes { p { (change) } },
            n => details.more {
                summary { (n) " changements" }
                @for change in changes { p { (change) } }
            },
        }
    }
}
