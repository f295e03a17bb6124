//! Ending a grant. Giving one stands in `people`, which knows the names of what limits it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, opened, sees};
use crate::access::grant::EndGrant;
use crate::access::grant::store::{self, GrantError};
use crate::access::permit::permit;
use crate::access::signed::Signed;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{WebError, WebResult};

impl From<GrantError> for WebError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Ledger(error) => Self::internal(error),
            GrantError::Objections(_) => Self::Invalid(error.to_string()),
            GrantError::Ended | GrantError::LastAdministrator => Self::Conflict(error.to_string()),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    pub motif: String,
}

/// `POST /habilitations/{grant}/fin`.
pub(super) async fn end(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(grant): Path<Uuid>,
    Form(reason): Form<Reason>,
) -> WebResult<Response> {
    let why = reason.motif.trim();
    let mut change = opened::<EndGrant>((&db, &clock), &signed, why).await?;
    let held = store::held(change.tx(), grant).await?;
    let person = held.ok_or(WebError::NotFound)?.person;
    if !sees(change.tx(), signed.reach(), person).await? {
        return Err(WebError::NotFound);
    }
    let permit = permit::<EndGrant>(&mut change, grant).await?;
    if why.is_empty() {
        let sentence = "Dites pourquoi cette habilitation prend fin : le journal le garde.";
        return Err(WebError::Invalid(sentence.to_owned()));
    }
    store::end(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(person, "finie"))
}

pub(super) fn back(person: Uuid, done: &str) -> Response {
    Redirect::to(&format!("{PEOPLE}/{person}?fait={done}")).into_response()
}
