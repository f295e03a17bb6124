//! What is done from the page of a file.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::batch::{known, refused};
use super::columns;
use super::send::{WAIT, refusal, start};
use crate::access::{Act, NotPermitted, Refusal, Signed, may};
use crate::imports::{
    ActError, Answer, Batch, CommitBatch, DropBatch, Imports, Place, ReadAgain, Said, UndoBatch,
};
use crate::platform::web::{WebError, WebResult};

fn back(id: Uuid) -> Response {
    Redirect::to(&format!("/imports/{id}")).into_response()
}

/// The batch, for whoever may do that to it; that it is past it is told by the act itself.
async fn batch<A: Act<Thing = Uuid>>(
    signed: &Signed,
    imports: &Imports,
    id: Uuid,
) -> WebResult<Batch> {
    let mut tx = imports.db.read().await?;
    let viewer = (signed.reach(), imports.clock.today());
    let known = imports.intakes.known(&mut tx, viewer, id).await?;
    let batch = known.ok_or(WebError::NotFound)?.batch;
    match may::<A>(&mut tx, signed.reach(), &id).await? {
        Err(denied) if denied.kind != Refusal::Stage => Err(NotPermitted::from(denied).into()),
        Ok(()) | Err(_) => Ok(batch),
    }
}

/// Reads the same bytes again, with what is now said of them.
async fn read_again(
    signed: &Signed,
    imports: Imports,
    id: Uuid,
    said: Option<Said>,
) -> WebResult<Response> {
    batch::<ReadAgain>(signed, &imports, id).await?;
    let begun = imports
        .begin_again(signed.actor(), id, said, None)
        .await
        .map_err(refusal)?;
    start(imports, signed.actor(), begun, WAIT).await;
    Ok(back(begun.batch))
}

pub(super) async fn reread(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
) -> WebResult<Response> {
    read_again(&signed, imports, known(&id)?, None).await
}

/// The answer to one question.
#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    #[serde(default)]
    feuille: String,
    #[serde(default)]
    ligne: u32,
    #[serde(default)]
    colonne: u32,
    #[serde(default)]
    code: String,
    #[serde(default)]
    reponse: String,
}

pub(super) async fn answer(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
    Form(answered): Form<Answered>,
) -> WebResult<Response> {
    let id = known(&id)?;
    let mut said = batch::<ReadAgain>(&signed, &imports, id).await?.said;
    said.answers.put(Answer {
        place: Place {
            sheet: answered.feuille,
            row: answered.ligne,
            column: answered.colonne,
        },
        code: answered.code.parse().map_err(|_| WebError::NotFound)?,
        choice: answered.reponse,
    });
    read_again(&signed, imports, id, Some(said)).await
}

pub(super) async fn correct(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
    Form(chosen): Form<BTreeMap<String, String>>,
) -> WebResult<Response> {
    let id = known(&id)?;
    let batch = batch::<ReadAgain>(&signed, &imports, id).await?;
    let said = columns::chosen(&batch.mapping, &chosen)?;
    let intake = imports.intakes.of(&batch)?;
    let mapping = intake.corrected(&said).map_err(WebError::Invalid)?;
    let said = Said {
        mapping: Some(mapping),
        ..batch.said
    };
    read_again(&signed, imports, id, Some(said)).await
}

pub(super) async fn commit(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
) -> WebResult<Response> {
    let id = known(&id)?;
    batch::<CommitBatch>(&signed, &imports, id).await?;
    match imports.commit(signed.actor(), id, None).await {
        Ok(_) => Ok(back(id)),
        Err(error) => told(&signed, &imports, id, error).await,
    }
}

/// The reason of an undoing.
#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    motif: String,
}

pub(super) async fn undo(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
    Form(reason): Form<Reason>,
) -> WebResult<Response> {
    let id = known(&id)?;
    batch::<UndoBatch>(&signed, &imports, id).await?;
    match imports.undo(signed.actor(), id, &reason.motif, None).await {
        Ok(_) => Ok(back(id)),
        Err(error) => told(&signed, &imports, id, error).await,
    }
}

pub(super) async fn give_up(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
) -> WebResult<Response> {
    let id = known(&id)?;
    batch::<DropBatch>(&signed, &imports, id).await?;
    imports
        .give_up(signed.actor(), id, None)
        .await
        .map_err(refusal)?;
    Ok(back(id))
}

/// The page of the file, with why the act was refused.
async fn told(
    signed: &Signed,
    imports: &Imports,
    id: Uuid,
    error: ActError,
) -> WebResult<Response> {
    match error {
        ActError::NotPermitted(refused) => Err(refused.into()),
        ActError::Unknown => Err(WebError::NotFound),
        ActError::Ledger(error) => Err(WebError::internal(error)),
        refusal => refused(signed, imports, id, refusal.to_string()).await,
    }
}
