//! What ends a draft or prepares its end: one form, one button, one change.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::instrument::{body, title};
use super::open::{self, begin, told};
use super::parts::flag;
use crate::access::{Act, Permit, Signed, permit};
use crate::contracts::store::{self, ContractError};
use crate::contracts::{
    AbandonInstrument, Book, ConfirmInstrument, Desk, OpenInstrument, RebaseInstrument,
    SignInstrument,
};
use crate::ledger::Change;
use crate::platform::web::{WebError, WebResult, document_with_status};

/// What every button sends: the version that its reader saw.
#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    version: String,
}

impl Seen {
    /// Its number; where none was sent, one that no instrument ever has.
    fn version(&self) -> i64 {
        self.version.parse().unwrap_or_default()
    }
}

/// What one button does: the act it needs, what the store does, what the page then says.
trait Button: Act<Thing = Uuid> {
    /// What the page says once it is done, as [`Done`](super::instrument::Done) names it.
    const DONE: &'static str;

    /// Does it.
    async fn press(
        change: &mut Change,
        permit: Permit<Self>,
        book: &Book,
    ) -> Result<(), ContractError>
    where
        Self: Sized;
}

impl Button for ConfirmInstrument {
    const DONE: &'static str = "confirme";

    async fn press(c: &mut Change, permit: Permit<Self>, _: &Book) -> Result<(), ContractError> {
        store::confirm(c, permit).await
    }
}

impl Button for RebaseInstrument {
    const DONE: &'static str = "repris";

    async fn press(c: &mut Change, permit: Permit<Self>, _: &Book) -> Result<(), ContractError> {
        store::rebase(c, permit).await
    }
}

impl Button for SignInstrument {
    const DONE: &'static str = "signe";

    async fn press(c: &mut Change, permit: Permit<Self>, book: &Book) -> Result<(), ContractError> {
        store::sign(c, permit, book).await
    }
}

impl Button for OpenInstrument {
    const DONE: &'static str = "ouvert";

    async fn press(c: &mut Change, permit: Permit<Self>, _: &Book) -> Result<(), ContractError> {
        store::open_to_parties(c, permit).await
    }
}

impl Button for AbandonInstrument {
    const DONE: &'static str = "abandonne";

    async fn press(c: &mut Change, permit: Permit<Self>, _: &Book) -> Result<(), ContractError> {
        store::abandon(c, permit).await
    }
}

/// Does what a button says to the instrument that its reader saw, or shows the instrument again
/// with what stands in the way.
async fn settle<A: Button>(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    no: i64,
    seen: &Seen,
) -> WebResult<Response> {
    let opened = open::instrument(desk, signed, slug, no).await?;
    opened.refuses_whoever_may_not::<A>(signed)?;
    let outcome = match begin::<A>(desk, signed, &opened, seen.version()).await {
        Ok(mut change) => {
            let permit = permit::<A>(&mut change, opened.instrument.id).await?;
            let pressed = A::press(&mut change, permit, &opened.book).await;
            pressed.map(|()| change)
        }
        Err(error) => Err(error),
    };
    let sentence = match outcome {
        Ok(change) => {
            change.commit().await.map_err(WebError::internal)?;
            let next = format!("{}?fait={}", opened.path(), A::DONE);
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
    let page = body(signed, &opened, Some(flag("late", sentence)));
    let status = StatusCode::CONFLICT;
    let title = title(&opened);
    Ok(document_with_status(status, signed.view(), &title, &page))
}

macro_rules! handlers {
    ($($name:ident does $act:ty),* $(,)?) => {$(
        pub(super) async fn $name(
            State(desk): State<Desk>,
            signed: Signed,
            Path((slug, no)): Path<(String, i64)>,
            Form(seen): Form<Seen>,
        ) -> WebResult<Response> {
            settle::<$act>(&desk, &signed, &slug, no, &seen).await
        }
    )*};
}

handlers! {
    confirm does ConfirmInstrument,
    rebase does RebaseInstrument,
    sign does SignInstrument,
    abandon does AbandonInstrument,
    open_to_parties does OpenInstrument,
}
