//! Giving, ending and delegating a grant.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::one::{Typed, again};
use super::{PEOPLE, sees};
use crate::access::grant::store::{self, GrantError};
use crate::access::grant::{Delegate, EndGrant, GiveGrant, NewDelegation, NewGrant, Objection};
use crate::access::permit::{Act as _, permit};
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

/// What was typed as a day; nothing where nothing was.
fn day(text: &str, field: &'static str) -> Result<Option<Date>, Objection> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = text.trim().parse();
    read.map(Some).map_err(|_| Objection {
        field,
        sentence: "Écrivez un jour du calendrier.".to_owned(),
    })
}

impl Typed {
    fn grant(&self, person: Uuid, today: Date) -> Result<NewGrant, Objection> {
        let trimmed = |text: &str| text.trim().to_owned();
        Ok(NewGrant {
            person,
            role: trimmed(&self.role),
            organisation: trimmed(&self.organisation),
            framework: trimmed(&self.cadre),
            objective: trimmed(&self.objectif),
            contract: None,
            starts_on: day(&self.debut, "debut")?.unwrap_or(today),
            ends_on: day(&self.fin, "fin")?,
            why: trimmed(&self.motif),
        })
    }
}

/// `POST /personnes/{person}/habilitations`.
pub(super) async fn give(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(person): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let today = clock.today();
    let new = match typed.grant(person, today) {
        Ok(new) => new,
        Err(objection) => return again(&signed, &db, today, person, (&typed, &[objection])).await,
    };
    let change = Change::open(&db, &clock, signed.actor(), GiveGrant::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(new.why.clone());
    if !sees(change.tx(), signed.reach(), person).await? {
        return Err(WebError::NotFound);
    }
    let objections = new.objections(crate::access::role::Roles::known());
    if !objections.is_empty() {
        drop(change);
        return again(&signed, &db, today, person, (&typed, &objections)).await;
    }
    let permit = permit::<GiveGrant>(&mut change, new).await?;
    match store::give(&mut change, permit).await {
        Ok(_) => {}
        Err(GrantError::Objections(objections)) => {
            drop(change);
            return again(&signed, &db, today, person, (&typed, &objections)).await;
        }
        Err(error) => return Err(error.into()),
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(person, "donnee"))
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
    if why.is_empty() {
        let sentence = "Dites pourquoi cette habilitation prend fin : le journal le garde.";
        return Err(WebError::Invalid(sentence.to_owned()));
    }
    let change = Change::open(&db, &clock, signed.actor(), EndGrant::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(why);
    let held = store::held(change.tx(), grant).await?;
    let person = held.ok_or(WebError::NotFound)?.person;
    if !sees(change.tx(), signed.reach(), person).await? {
        return Err(WebError::NotFound);
    }
    let permit = permit::<EndGrant>(&mut change, grant).await?;
    store::end(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(person, "finie"))
}

#[derive(Debug, Deserialize)]
pub(super) struct StandIn {
    personne: String,
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
    let to = to.ok_or_else(|| {
        WebError::Invalid("Aucun compte n’a cette adresse : vérifiez-la.".to_owned())
    })?;
    let until = day(&typed.fin, "fin").ok().flatten();
    let until = until
        .ok_or_else(|| WebError::Invalid("Écrivez le dernier jour de la délégation.".to_owned()))?;
    let new = NewDelegation {
        grant,
        person: to.id,
        starts_on: paris_date(change.at()),
        ends_on: until,
        why: typed.motif.clone(),
    };
    let permit = permit::<Delegate>(&mut change, new).await?;
    store::delegate(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(signed.person.id, "deleguee"))
}

fn back(person: Uuid, done: &str) -> Response {
    Redirect::to(&format!("{PEOPLE}/{person}?fait={done}")).into_response()
}
