//! `/documents`: the documents that people attached, to whatever it is.

use axum::extract::State;
use axum::http::StatusCode;
use maud::{Markup, html};

use crate::access::Signed;
use crate::documents::{self, store};
use crate::figures::Sources;
use crate::figures::attached::{IN_FILES, KINDS, table};
use crate::kernel::counted;
use crate::platform::web::{Address, AsOf, Filter, Paging, WebResult, came_since, filter_form};
use crate::tables::downloads;

/// How many documents a page shows.
const BY_PAGE: usize = 50;

pub(super) async fn page(
    signed: Signed,
    address: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let reach = signed.reach();
    let (mut tx, situation) = sources.open(reach, &address).await?;
    let all = store::all(&mut tx, (reach, situation.today), i64::MAX).await?;
    drop(tx);
    let past = situation.moment.past;
    let (known, attached) = documents::as_of(all, past);
    let now = address.without(AsOf::NAME).href();
    let since = past.map(|_| came_since(&[documents::attached_since(attached)], &now));
    let mut table = table(&situation, &known, &address);
    let found = table.rows.len();
    let paging = Paging::of(&address, found, BY_PAGE);
    table.sort(&address);
    table.rows = paging.cut(table.rows);
    let body = html! {
        div.head {
            h1 { "Documents" }
            p.lead { (counted(found, "document joint", "documents joints")) " à des indicateurs, des valeurs, des contrats et des contestations." }
            (situation.form_of("Documents connus au", &address, &since.unwrap_or_default()))
        }
        (filter_form(&address, "Filtrer les documents", &filters()))
        @if known.is_empty() {
            p { "Aucun document n’est joint. On en joint un depuis la page d’un " a href="/catalogue" { "indicateur" } ", d’une valeur, de l’indicateur d’un " a href="/contrats" { "contrat" } " ou d’une contestation." }
        } @else if found == 0 {
            p { "Aucun document ne répond à ces critères. " a href=(situation.href("/documents")) { "Tout afficher" } }
        } @else {
            (table.without(&IN_FILES).html(&address))
            (downloads("documents", "Les documents joints", &[], &address))
            (paging.nav(&address, "Pages de documents"))
        }
    };
    Ok((situation.status(), signed.page("Documents", &body)))
}

fn filters() -> [Filter; 2] {
    let choices = KINDS.map(|(_, code, words)| (code.to_owned(), words.to_owned()));
    [
        Filter::Words {
            name: "q",
            label: "Texte",
        },
        Filter::Choice {
            name: "genre",
            label: "Nature",
            any: "Toutes",
            choices: choices.to_vec(),
        },
    ]
}
