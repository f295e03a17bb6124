//! Every framework, the latest first.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::parts::counts;
use crate::access::Signed;
use crate::frameworks::{Edited, Library};
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{Address, WebResult};
use crate::tables::{downloads, whole, word};

pub(super) async fn page(
    signed: Signed,
    asked: Address,
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
            (table(&frameworks).html(&asked))
            (downloads("cadres", "Les cadres", &[], &asked))
        }
    };
    Ok(signed.page("Cadres contractuels", &body))
}

fn table(frameworks: &[&Arc<Edited>]) -> Table {
    let columns = vec![
        Column::words("cadre", "Cadre"),
        Column::words("debut", "Période"),
        Column::words("indicateurs", "Contenu"),
        Column::words("outil", "Outil d’alors"),
        Column::numbers("revision", "Révision"),
    ];
    let mut table = Table::new("cadres", "Cadres contractuels", columns)
        .classed("stack")
        .caption_unseen();
    table.rows = frameworks.iter().map(|edited| row(edited)).collect();
    table
}

fn row(edited: &Edited) -> Row {
    let framework = &edited.framework;
    let name = html! {
        a href={ "/cadres/" (framework.code) } { b { (framework.title) } }
        @if !framework.complete_list { span.sub { "Liste partielle" } }
    };
    let period = html! { (framework.starts) "-" (framework.ends) };
    let content = Datum::count(framework.indicators.len());
    vec![
        Cell::text(framework.title.clone()).shown(name),
        whole(framework.starts.into()).shown(period),
        Cell::from(content).shown(html! { (counts(framework)) }),
        word(framework.tool.clone()),
        whole(edited.no),
    ]
}
