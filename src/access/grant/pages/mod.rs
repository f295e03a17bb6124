//! `/personnes`, `/droits/pourquoi`: who holds what, giving and ending it, and why something is
//! allowed or not.

mod account;
mod act;
mod delegation;
mod list;
mod one;
mod sessions;
mod why;

pub use list::{answers, people_table};
pub use one::{givable, grants_seen, standing};

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::people_store;
use super::store;
use super::{Grant, SeePeople};
use crate::access::addressed::Addresses;
use crate::access::permit::Act;
use crate::access::policy::{Concern, Denied};
use crate::access::reach::Reach;
use crate::access::role::Roles;
use crate::access::signed::Signed;
use crate::access::store::{Person, person};
use crate::ledger::Change;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail::Post;
use crate::platform::web::{Shell, WebError, WebResult};

/// Where people are listed.
pub const PEOPLE: &str = "/personnes";
/// Where rights are explained.
const WHY: &str = "/droits/pourquoi";

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Addresses: FromRef<S>,
    Post: FromRef<S>,
{
    Router::new()
        .route(PEOPLE, get(list::page))
        .route("/personnes/{person}", get(one::page))
        .route("/personnes/{person}/sessions/terminer", post(sessions::end))
        .route(
            "/personnes/{person}/invitation",
            post(account::invite_again),
        )
        .route(
            "/personnes/{person}/double-authentification",
            post(account::remove_factor),
        )
        .route("/habilitations/{grant}/fin", post(act::end))
        .route(
            "/habilitations/{grant}/deleguer",
            post(delegation::delegate),
        )
        .route(
            "/habilitations/{grant}/reprendre",
            post(delegation::take_back),
        )
        .route("/habilitations/{grant}/renoncer", post(delegation::give_up))
        .route(WHY, get(why::page))
}

/// The change of one act that is asked for on these pages, with why.
async fn opened<A: Act>(
    (db, clock): (&Db, &Clock),
    signed: &Signed,
    why: &str,
) -> WebResult<Change> {
    let change = Change::open(db, clock, signed.actor(), A::NAME).await;
    Ok(change.map_err(WebError::internal)?.because(why))
}

/// A button that does something, or why it may not be pressed.
pub fn button_or_why(allowed: Result<(), &Denied>, label: &str, button: &Markup) -> Markup {
    match allowed {
        Ok(()) => button.clone(),
        Err(denied) => html! {
            details.more {
                summary { span.muted { (label) } " : pourquoi pas ?" }
                p { (denied.sentence) }
            }
        },
    }
}

/// Whether somebody may see who a person is and what they hold: their own page, those of their
/// organisations, and those who hold nothing yet, for whoever may give them something.
pub(in crate::access) async fn sees(
    tx: &mut Tx,
    reach: &Reach,
    person: uuid::Uuid,
) -> Result<bool, DbError> {
    if reach.may_look(SeePeople::NAME, &Concern::of_person(person)) {
        return Ok(true);
    }
    let organisations = people_store::organisations_of(tx, person).await?;
    if organisations.is_empty() {
        return Ok(reach.gives_something().is_ok());
    }
    for organisation in organisations {
        let concern = store::answering(tx, &organisation, "").await?;
        if reach.may_look(SeePeople::NAME, &concern) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A person, where somebody may know of them.
pub async fn seen_person(
    tx: &mut Tx,
    reach: &Reach,
    id: uuid::Uuid,
) -> Result<Option<Person>, DbError> {
    let found = person(tx, id).await?;
    if found.is_none() || !sees(tx, reach, id).await? {
        return Ok(None);
    }
    Ok(found)
}

/// What a grant is for, in words: « ARS-28, cadre etat-ars-2024-2028, objectif 2 ».
pub fn scope_words(grant: &Grant) -> String {
    let remit = &grant.remit;
    let mut parts = Vec::new();
    if !remit.organisation.is_empty() {
        parts.push(remit.organisation.clone());
    }
    if !remit.framework.is_empty() {
        parts.push(format!("cadre {}", remit.framework));
    }
    if !remit.objective.is_empty() {
        parts.push(format!("objectif {}", remit.objective));
    }
    parts.extend(grant.contract_name.clone());
    if parts.is_empty() {
        parts.push("tout".to_owned());
    }
    parts.join(", ")
}

/// A grant in words: « Référent CPOM de l’ARS, ARS-28 ».
pub fn grant_words(grant: &Grant) -> String {
    format!(
        "{}, {}",
        Roles::known().name(&grant.remit.role),
        scope_words(grant)
    )
}
