//! Ending and delegating a grant. Giving one stands in `people`, which knows the names of what
//! limits it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, sees};
use crate::access::grant::store::{self, GrantError};
use crate::access::grant::{Delegate, EndGrant, NewDelegation};
use crate::access::permit::{Act as _, NotPermitted, permit};
use crate::access::signed::Signed;
use crate::access::store::person_by_email;
use crate::ledger::Change;
use crate::platform::clock::{Clock, paris_date};
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
    motif: String,
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
    let change = Change::open(&db, &clock, signed.actor(), EndGrant::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(why);
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

#[derive(Debug, Deserialize)]
pub(super) struct StandIn {
    #[serde(default)]
    personne: String,
    #[serde(default)]
    fin: String,
    #[serde(default)]
    motif: String,
}

/// `POST /habilitations/{grant}/deleguer`.
pub(super) async fn delegate(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(grant): Path<Uuid>,
    Form(typed): Form<StandIn>,
) -> WebResult<Response> {
    let change = Change::open(&db, &clock, signed.actor(), Delegate::NAME).await;
    let mut change = change
        .map_err(WebError::internal)?
        .because(typed.motif.trim());
    let to = person_by_email(change.tx(), &typed.personne).await?;
    let (today, until) = (paris_date(change.at()), typed.fin.trim().parse());
    let new = NewDelegation {
        grant,
        // Whether an address has an account is told to nobody by itself: nobody is found there as
        // somebody who cannot stand in.
        person: to.map_or_else(Uuid::nil, |person| person.id),
        starts_on: today,
        ends_on: until.as_ref().map_or(today, |until| *until),
        why: typed.motif.clone(),
    };
    let permit = permit::<Delegate>(&mut change, new).await;
    // That somebody else holds a grant is no more told than that there is none.
    let permit = permit.map_err(NotPermitted::unknown)?;
    until.map_err(|_| WebError::Invalid("Écrivez le dernier jour de la délégation.".to_owned()))?;
    store::delegate(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(signed.person.id, "deleguee"))
}

fn back(person: Uuid, done: &str) -> Response {
    Redirect::to(&format!("{PEOPLE}/{person}?fait={done}")).into_response()
}
