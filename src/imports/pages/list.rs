//! `/imports`: the files received, the latest first.

use axum::extract::State;
use maud::{Markup, html};

use super::parts::batch_state;
use crate::access::{Concern, Signed};
use crate::imports::{Batch, Imports, SendFile, store};
use crate::platform::clock::french_instant;
use crate::platform::web::WebResult;
use crate::tables::downloads;

/// How many are listed.
const LISTED: i64 = 100;

pub(super) async fn page(signed: Signed, State(imports): State<Imports>) -> WebResult<Markup> {
    let mut tx = imports.db.read().await?;
    let batches = store::batches(&mut tx, signed.reach(), LISTED).await?;
    let send = html! { p.acts { a.btn.main href="/imports/nouveau" { "Déposer un fichier" } } };
    let to_come = [Concern::to_come()];
    let sending = signed
        .reach()
        .offers::<SendFile>(&to_come, "Déposer un fichier", &send);
    let body = html! {
        div.head {
            h1 { "Imports" }
            p.lead { "Un fichier déposé est lu et montré avant d’être enregistré : rien ne change tant que personne ne l’a validé." }
            (sending)
            p.acts {
                a.btn href="/imports/modele" { "Modèle à remplir, saisie à l’écran" }
                a.btn href="/erreurs" { "Comprendre les problèmes" }
            }
        }
        @if batches.is_empty() {
            p { "Aucun fichier reçu. Déposez-en un : Jalon dira ce qu’il changerait." }
        } @else {
            (table(&imports, &batches))
            (downloads("imports", "Les fichiers reçus", &[]))
        }
    };
    Ok(signed.page("Imports", &body))
}

fn table(imports: &Imports, batches: &[Batch]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Fichiers reçus, défilable" {
            table.tbl.stack {
                caption { "Les " (batches.len()) " derniers fichiers, le plus récent d’abord." }
                thead { tr {
                    th scope="col" { "Fichier" } th scope="col" { "État" }
                    th.n scope="col" { "Créées" } th.n scope="col" { "Modifiées" }
                    th.n scope="col" { "Refusées" } th scope="col" { "Déposé par" }
                } }
                tbody { @for batch in batches { (line(imports, batch)) } }
            }
        }
    }
}

fn line(imports: &Imports, batch: &Batch) -> Markup {
    let kind = imports
        .intake(&batch.intake)
        .map_or("", |intake| intake.french().kind);
    let sender = batch.sender.as_deref().unwrap_or("Jalon, à l’installation");
    html! {
        tr {
            th scope="row" {
                a href={ "/imports/" (batch.id) } { b { (batch.file_name) } }
                span.sub { (kind) }
            }
            td data-l="État" { (batch_state(batch.state)) }
            td.n data-l="Créées" { (batch.counts.created) }
            td.n data-l="Modifiées" { (batch.counts.changed) }
            td.n data-l="Refusées" { (batch.counts.refused) }
            td.x data-l="Déposé par" { (sender) span.sub { (french_instant(batch.created_at)) } }
        }
    }
}
