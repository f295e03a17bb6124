//! Documents of a contract's indicator: the plan behind a target that is a text, and the like.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use uuid::Uuid;

use crate::access::{Act as _, Concern, Reach, Signed, permit};
use crate::contracts::{Contract, Desk, store as contracts};
use crate::documents::{
    self, About, AboutKind, AttachDocument, Attachment, Document, receive, store,
};
use crate::ledger::Change;
use crate::platform::config::Config;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{WebError, WebResult};

/// The documents of an indicator in a contract, as they stood at that change.
pub(super) async fn of(
    tx: &mut Tx,
    reach: &Reach,
    (contract, key): (Uuid, &str),
    as_of: i64,
) -> Result<Vec<Document>, DbError> {
    store::about(tx, reach, AboutKind::Term, &subject(contract, key), as_of).await
}

fn subject(contract: Uuid, key: &str) -> String {
    format!("{contract}/{key}")
}

/// The list, and the form that attaches another one.
pub(super) fn section(
    contract: &Contract,
    key: &str,
    documents: &[Document],
    whose: (&Reach, Concern),
) -> Markup {
    let back = format!("/contrats/{}/indicateurs/{key}", contract.slug);
    let action = format!("{back}/documents");
    let extra = html! {
        div.field {
            label for="annee" { "Cible de l’année" }
            select #annee name="annee" {
                option value="" { "Toutes" }
                @for year in contract.years() { option value=(year) { (year) } }
            }
        }
    };
    documents::section(("Documents", documents), (&action, &back), &extra, whose)
}

/// `POST /contrats/{slug}/indicateurs/{key}/documents`.
pub(super) async fn attach(
    State(desk): State<Desk>,
    State(config): State<Arc<Config>>,
    signed: Signed,
    Path((slug, key)): Path<(String, String)>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = desk.db.read().await?;
    let full = contracts::load(&mut tx, signed.reach(), &slug).await?;
    drop(tx);
    let contract = full.ok_or(WebError::NotFound)?.contract;
    let received = receive(form, &config).await?;
    let year = received.text("annee").to_owned();
    let is_known = year.is_empty() || contract.years().any(|known| known.to_string() == year);
    if !is_known {
        return Err(WebError::Invalid(format!(
            "« {year} » n’est pas une année du contrat. Choisissez-la dans la liste."
        )));
    }
    let about = About {
        kind: AboutKind::Term,
        subject: subject(contract.id, &key),
        place: String::new(),
        period: year,
    };
    let upload = received.into_file()?;
    let change = Change::open(&desk.db, &desk.clock, signed.actor(), AttachDocument::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let mut concerns = contracts::of_contract(change.tx(), contract.id).await?;
    let concern = concerns.pop().ok_or(WebError::NotFound)?;
    let permit = permit::<AttachDocument>(&mut change, Attachment { about, concern }).await?;
    store::attach(&mut change, permit, &upload)
        .await
        .map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!(
        "/contrats/{slug}/indicateurs/{key}#documents-titre"
    )))
}
