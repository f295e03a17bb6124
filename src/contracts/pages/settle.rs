//! What ends a draft or prepares its end: one form, one button, one change.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::instrument::{body, title};
use super::open::{self, OpenedInstrument, begin, told};
use super::parts::flag;
use crate::access::Signed;
use crate::contracts::store::{self, ContractError};
use crate::contracts::{
    AbandonInstrument, ConfirmInstrument, Desk, RebaseInstrument, SignInstrument,
};
use crate::ledger::Change;
use crate::platform::web::{WebError, WebResult, document_with_status};

/// What every button sends: the version that its reader saw.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    version: i64,
}

/// Commits what was done, or shows the instrument again with what stands in the way.
async fn finish(
    signed: &Signed,
    opened: &OpenedInstrument,
    outcome: Result<Change, ContractError>,
    done: &str,
) -> WebResult<Response> {
    let sentence = match outcome {
        Ok(change) => {
            change.commit().await.map_err(WebError::internal)?;
            let next = format!("{}?fait={done}", opened.path());
            return Ok(Redirect::to(&next).into_response());
        }
        Err(ContractError::Blocked(_)) => {
            "Rien n’est enregistré : réglez d’abord les points ci-dessous."
        }
        Err(error) if error.is_stale() => {
            "Rien n’est fait : ce projet a changé depuis que vous l’avez ouvert. Le voici tel qu’il est ; relisez-le, puis recommencez."
        }
        Err(error) => return Err(told(error)),
    };
    let page = body(signed, opened, Some(flag("late", sentence)));
    let status = StatusCode::CONFLICT;
    Ok(document_with_status(
        status,
        signed.view(),
        &title(opened),
        &page,
    ))
}

pub(super) async fn confirm(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(seen): Form<Seen>,
) -> WebResult<Response> {
    let opened = open::instrument(&desk, &signed, &slug, no).await?;
    let permit = signed.may::<ConfirmInstrument>(opened.instrument.id)?;
    let outcome = match begin::<ConfirmInstrument>(&desk, &signed, &opened, seen.version).await {
        Ok(mut change) => store::confirm(&mut change, permit).await.map(|()| change),
        Err(error) => Err(error),
    };
    finish(&signed, &opened, outcome, "confirme").await
}

pub(super) async fn rebase(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(seen): Form<Seen>,
) -> WebResult<Response> {
    let opened = open::instrument(&desk, &signed, &slug, no).await?;
    let permit = signed.may::<RebaseInstrument>(opened.instrument.id)?;
    let outcome = match begin::<RebaseInstrument>(&desk, &signed, &opened, seen.version).await {
        Ok(mut change) => store::rebase(&mut change, permit).await.map(|()| change),
        Err(error) => Err(error),
    };
    finish(&signed, &opened, outcome, "repris").await
}

pub(super) async fn sign(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(seen): Form<Seen>,
) -> WebResult<Response> {
    let opened = open::instrument(&desk, &signed, &slug, no).await?;
    let permit = signed.may::<SignInstrument>(opened.instrument.id)?;
    let outcome = match begin::<SignInstrument>(&desk, &signed, &opened, seen.version).await {
        Ok(mut change) => {
            let outcome = store::sign(&mut change, permit, &opened.book).await;
            outcome.map(|()| change)
        }
        Err(error) => Err(error),
    };
    finish(&signed, &opened, outcome, "signe").await
}

pub(super) async fn abandon(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(seen): Form<Seen>,
) -> WebResult<Response> {
    let opened = open::instrument(&desk, &signed, &slug, no).await?;
    let permit = signed.may::<AbandonInstrument>(opened.instrument.id)?;
    let outcome = match begin::<AbandonInstrument>(&desk, &signed, &opened, seen.version).await {
        Ok(mut change) => store::abandon(&mut change, permit).await.map(|()| change),
        Err(error) => Err(error),
    };
    finish(&signed, &opened, outcome, "abandonne").await
}
