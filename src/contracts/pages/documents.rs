//! Documents of a contract's indicator: the plan behind a target that is a text, and the like.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Redirect;
use jiff::civil::Date;
use maud::{Markup, html};
use uuid::Uuid;

use crate::access::{Act as _, Reach, Signed, permit};
use crate::contracts::{Desk, FullContract, store as contracts};
use crate::documents::{
    self, About, AboutKind, AttachDocument, Attachment, Document, receive, store,
};
use crate::ledger::Change;
use crate::platform::config::Config;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{WebError, WebResult, section_heading};

/// The documents of an indicator in a contract, as they stood at that change.
pub(super) async fn of(
    tx: &mut Tx,
    seen: (&Reach, Date),
    (contract, key): (Uuid, &str),
    as_of: i64,
) -> Result<Vec<Document>, DbError> {
    store::about(tx, seen, AboutKind::Term, &subject(contract, key), as_of).await
}

/// Whether something of it was signed: before that, a document would be opened to more people
/// than the act that is being prepared.
fn is_signed(full: &FullContract) -> bool {
    full.instruments
        .iter()
        .any(|act| act.signed_change().is_some())
}

fn subject(contract: Uuid, key: &str) -> String {
    format!("{contract}/{key}")
}

/// The list, and the form that attaches another one.
pub(super) fn section(
    full: &FullContract,
    key: &str,
    documents: &[Document],
    reach: &Reach,
) -> Markup {
    let contract = &full.contract;
    let back = format!("/contrats/{}/indicateurs/{key}", contract.slug);
    if !is_signed(full) {
        return html! {
            section.sect aria-labelledby="documents-titre" {
                (section_heading("documents-titre", "Documents", None))
                (documents::list(documents, &back))
                p.note { "Un document se joint une fois le contrat signé." }
            }
        };
    }
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
    let whose = (reach, full.concern());
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
    let full = full.ok_or(WebError::NotFound)?;
    signed
        .reach()
        .demands::<AttachDocument>(&[full.concern()])?;
    let contract = &full.contract;
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
    let attachment = Attachment {
        about,
        concern,
        embargo: None,
    };
    let permit = permit::<AttachDocument>(&mut change, attachment).await?;
    if !is_signed(&full) {
        let sentence = "Aucun acte de ce contrat n’est encore signé : joignez ce document une fois le contrat signé.";
        return Err(WebError::Conflict(sentence.to_owned()));
    }
    store::attach(&mut change, permit, &upload)
        .await
        .map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!(
        "/contrats/{slug}/indicateurs/{key}#documents-titre"
    )))
}
