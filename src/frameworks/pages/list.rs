//! Every framework, the latest first.

use axum::extract::State;
use maud::{Markup, html};

use super::parts::counts;
use crate::access::Signed;
use crate::frameworks::{Edited, Library};
use crate::platform::db::Db;
use crate::platform::web::WebResult;
use crate::tables::downloads;

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let frameworks = catalogue.frameworks();
    let body = html! {
        div.head {
            h1 { "Cadres contractuels" }
            p.lead {
                @match frameworks.len() {
                    0 => "Aucun cadre n’est encore chargé.",
                    1 => "Un cadre décrit ce que ses contrats ont en commun : objectifs, indicateurs, actes.",
                    n => { (n) " générations de contrats, chacune décrite par des textes que chacun peut relire." }
                }
            }
        }
        @if frameworks.is_empty() {
            div.flag { p {
                "Les cadres livrés avec Jalon se chargent d’une commande : "
                span.mono { "jalon framework import frameworks" } "."
            } }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Cadres, défilable" {
                table.tbl.stack {
                    caption.vh { "Cadres contractuels" }
                    thead { tr {
                        th scope="col" { "Cadre" }
                        th scope="col" { "Période" }
                        th scope="col" { "Contenu" }
                        th scope="col" { "Outil d’alors" }
                        th.n scope="col" { "Révision" }
                    } }
                    tbody { @for edited in frameworks { (row(edited)) } }
                }
            }
            (downloads("cadres", "Les cadres", &[]))
        }
    };
    Ok(signed.page("Cadres contractuels", &body))
}

fn row(edited: &Edited) -> Markup {
    let framework = &edited.framework;
    html! {
        tr {
            th scope="row" {
                a href={ "/cadres/" (framework.code) } { b { (framework.title) } }
                @if !framework.complete_list { span.sub { "Liste partielle" } }
            }
            td data-l="Période" { (framework.starts) "-" (framework.ends) }
            td data-l="Contenu" { (counts(framework)) }
            td data-l="Outil" { (framework.tool.as_deref().unwrap_or("–")) }
            td.n data-l="Révision" { (edited.no) }
        }
    }
}
