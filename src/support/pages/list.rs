//! The requests that somebody may follow: their own, and those they answer.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::PATH;
use crate::access::Signed;
use crate::platform::clock::french_instant;
use crate::platform::db::Db;
use crate::platform::web::{WebResult, section_heading, state};
use crate::support::{Request, store};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    etat: String,
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    Query(asked): Query<Asked>,
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
                (table(&others, me, "Demandes que vous suivez pour l’assistance"))
            }
        }
        section.sect aria-labelledby="miennes" {
            (section_heading("miennes", "Les miennes", None))
            @if own.is_empty() { p { @if open { "Aucune demande en cours." } @else { "Aucune demande close." } " Sur chaque page, « Demander de l’aide sur cette page », tout en bas, en ouvre une. " a href={ (PATH) "/nouvelle" } { "Demander de l’aide" } } }
            @else { (table(&own, me, "Mes demandes")) }
        }
    };
    Ok(signed.page("Demandes d’aide", &body))
}

fn table(requests: &[Request], me: Uuid, caption: &str) -> Markup {
    html! {
        table.tbl.stack {
            caption.vh { (caption) }
            thead { tr { th scope="col" { "Page" } th scope="col" { "Demandée" } th scope="col" { "Entre les mains de" } th scope="col" { "Où elle en est" } } }
            tbody { @for request in requests { tr {
                th scope="row" { a href={ (PATH) "/" (request.id) } { @if request.is_forgotten() { "Demande dont le texte est effacé" } @else { (request.title) } } span.sub.mono { (request.page) } }
                td data-l="Demandée" { (french_instant(request.at)) @if request.person != me { span.sub { (request.name) } } }
                td data-l="Entre les mains de" { (hands(request)) }
                td data-l="Où elle en est" { (standing(request)) }
            } } }
        }
    }
}

/// Who has it in hand, in a cell.
pub(super) fn hands(request: &Request) -> String {
    if request.national {
        "Assistance nationale".to_owned()
    } else {
        format!("Assistance de {}", request.organisation)
    }
}

/// Where a request stands.
pub(super) fn standing(request: &Request) -> Markup {
    match (request.open, request.awaits) {
        (false, _) => state("idle", "ok", "Close"),
        (true, true) => state("warn", "clock", "Attend une réponse"),
        (true, false) => state("ok", "ok", "Répondue"),
    }
}
