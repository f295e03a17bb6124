//! The requests that somebody may follow: their own, and those they answer.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::PATH;
use crate::access::Signed;
use crate::platform::db::Db;
use crate::platform::web::table::Datum;
use crate::platform::web::{Address, WebResult, section_heading};
use crate::support::tables::{IN_FILES, OF_OTHERS, OWN, requests};
use crate::support::{Request, store};
use crate::tables::downloads;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    etat: String,
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    (address, Query(asked)): (Address, Query<Asked>),
) -> WebResult<Markup> {
    let open = asked.etat != "closes";
    let all = store::requests(&mut db.read().await?, signed.reach(), open).await?;
    let me = signed.person.id;
    let (own, others): (Vec<Request>, Vec<Request>) =
        all.into_iter().partition(|request| request.person == me);
    let body = html! {
        div.head {
            h1 { "Demandes d’aide" }
            p.lead { "Ce que vous demandez à l’assistance depuis une page de Jalon, et ses réponses." }
            p.acts { a.btn.main href={ (PATH) "/nouvelle" } { "Demander de l’aide" } }
        }
        nav aria-label="Demandes affichées" { ul.seg {
            li { a href=(PATH) aria-current=[open.then_some("true")] { "En cours" } }
            li { a href={ (PATH) "?etat=closes" } aria-current=[(!open).then_some("true")] { "Closes" } }
        } }
        @if !others.is_empty() {
            section.sect aria-labelledby="a-suivre" {
                (section_heading("a-suivre", "À suivre par l’assistance", None))
                (table("demandes-autres", &others, me, (OF_OTHERS, "Demandes que vous suivez pour l’assistance"), &address))
            }
        }
        section.sect aria-labelledby="miennes" {
            (section_heading("miennes", "Les miennes", None))
            @if own.is_empty() { p { @if open { "Aucune demande en cours." } @else { "Aucune demande close." } " Sur chaque page, « Demander de l’aide sur cette page », tout en bas, en ouvre une. " a href={ (PATH) "/nouvelle" } { "Demander de l’aide" } } }
            @else { (table("demandes", &own, me, (OWN, "Mes demandes"), &address)) }
        }
    };
    Ok(signed.page("Demandes d’aide", &body))
}

/// A table of requests, with what it can be taken away as.
fn table(
    key: &'static str,
    all: &[Request],
    me: Uuid,
    (of, caption): (&str, &str),
    address: &Address,
) -> Markup {
    html! {
        (requests((key, caption), all, Some(me)).without(&IN_FILES).html(address))
        (downloads("demandes", caption, &[("de", of)], address))
    }
}

/// Who has it in hand, in a cell.
pub(in crate::support) fn hands(request: &Request) -> String {
    if request.national {
        "Assistance nationale".to_owned()
    } else {
        format!("Assistance de {}", request.organisation)
    }
}

/// Where a request stands.
pub(in crate::support) fn standing(request: &Request) -> Datum {
    let (tone, icon, word, rank) = match (request.open, request.awaits) {
        (true, true) => ("warn", "clock", "Attend une réponse", 0),
        (true, false) => ("ok", "ok", "Répondue", 1),
        (false, _) => ("idle", "ok", "Close", 2),
    };
    Datum::State {
        tone,
        icon,
        word: word.to_owned(),
        rank,
    }
}
