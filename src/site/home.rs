//! The first page: what there is, and where to go.

use axum::extract::State;
use maud::{Markup, html};

use crate::access::Signed;
use crate::contracts::store::{self, ContractCard};
use crate::frameworks::{Edited, Library};
use crate::imports::store as imports;
use crate::kernel::counted;
use crate::platform::clock::french_instant;
use crate::platform::db::Db;
use crate::platform::web::{WebResult, section_heading};

/// How many of the last files are shown.
const LAST: i64 = 5;

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let reach = signed.reach();
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let contracts = store::list(&mut tx, reach, None).await?;
    let batches = imports::batches(&mut tx, LAST).await?;
    drop(tx);
    let frameworks = catalogue.frameworks();
    let body = html! {
        div.head {
            h1 { "Bonjour, " (signed.person.name) }
            p.lead { (verdict(&frameworks, &contracts)) }
        }
        (generations(&frameworks, &contracts))
        section.sect aria-labelledby="fichiers" {
            (section_heading("fichiers", "Derniers fichiers", Some(html! { p { a href="/imports" { "Tous les imports" } } })))
            @if batches.is_empty() {
                p { "Aucun fichier reçu. " a href="/imports/nouveau" { "Déposer un fichier" } " : Jalon le lit et dit ce qu’il changerait, sans rien changer." }
            } @else {
                ul.acts-l {
                    @for batch in &batches {
                        li {
                            h3 { a.mono href={ "/imports/" (batch.id) } { (batch.file_name) } }
                            (french_instant(batch.created_at)) ", " (batch.state.french())
                        }
                    }
                }
            }
        }
    };
    Ok(signed.page("Accueil", &body))
}

fn verdict(frameworks: &[&std::sync::Arc<Edited>], contracts: &[ContractCard]) -> String {
    match (frameworks.len(), contracts.len()) {
        (0, _) => "Commencez par charger un cadre contractuel.".to_owned(),
        (_, 0) => "Les cadres sont chargés ; aucun contrat n’est encore préparé.".to_owned(),
        (frameworks, contracts) => {
            let contracts = counted(contracts, "contrat suivi", "contrats suivis");
            let frameworks = counted(frameworks, "génération", "générations");
            format!("{contracts}, de {frameworks}, sur un même modèle.")
        }
    }
}

fn generations(frameworks: &[&std::sync::Arc<Edited>], contracts: &[ContractCard]) -> Markup {
    html! {
        section.sect aria-labelledby="generations" {
            (section_heading("generations", "Générations de contrats", None))
            @if frameworks.is_empty() {
                p { "Les cadres livrés avec Jalon se chargent d’une commande : " span.mono { "jalon framework import frameworks" } "." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Générations de contrats, défilable" {
                    table.tbl.stack {
                        caption.vh { "Générations de contrats" }
                        thead { tr {
                            th scope="col" { "Cadre" } th scope="col" { "Période" }
                            th.n scope="col" { "Indicateurs" } th.n scope="col" { "Contrats" }
                        } }
                        tbody { @for edited in frameworks { (generation(edited, contracts)) } }
                    }
                }
            }
        }
    }
}

fn generation(edited: &Edited, contracts: &[ContractCard]) -> Markup {
    let framework = &edited.framework;
    let count = contracts
        .iter()
        .filter(|c| c.framework == framework.code)
        .count();
    html! {
        tr {
            th scope="row" { a href={ "/cadres/" (framework.code) } { b { (framework.title) } } }
            td.nb data-l="Période" { (framework.starts) "-" (framework.ends) }
            td.n data-l="Indicateurs" { (framework.indicators.len()) }
            td.n data-l="Contrats" {
                @if count > 0 { a href={ "/contrats?cadre=" (framework.code) } { (count) } } @else { "0" }
            }
        }
    }
}
