//! The proof that an act was allowed.

use jiff::civil::Date;
use uuid::Uuid;

use super::policy::{Basis, Concern, Denied, Refusal};
use super::reach::Reach;
use crate::ledger::{Actor, Change};
use crate::platform::api::{Code, Problem};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::WebError;

/// Something a person may be allowed to do to a thing.
///
/// A concept declares its acts as empty types; the thing is whatever identifies what is acted on.
pub trait Act {
    /// What the act is done to.
    type Thing: Send + Sync;
    /// A stable word for the act, such as `contract.sign`.
    const NAME: &'static str;

    /// What the thing concerns, read where the act will be done: every one of these must be
    /// allowed. None where there is no such thing.
    fn concerns(
        tx: &mut Tx,
        thing: &Self::Thing,
    ) -> impl Future<Output = Result<Vec<Concern>, DbError>> + Send;
}

/// The proof that `actor` may do `A` to one thing, now. Only this module makes one. A store takes
/// it by value and no identifier beside it, so that a permit for one thing cannot be used on
/// another, nor twice.
#[derive(Debug)]
pub struct Permit<A: Act> {
    thing: A::Thing,
    actor: Actor,
    basis: Basis,
}

impl<A: Act> Permit<A> {
    /// The thing it was given for.
    pub fn thing(&self) -> &A::Thing {
        &self.thing
    }

    /// Gives the thing up to the store that acts on it.
    pub fn into_thing(self) -> A::Thing {
        self.thing
    }

    /// Who was allowed.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The organisation in whose name it is done; empty where in none.
    pub fn organisation(&self) -> &str {
        match &self.basis {
            Basis::Grant { organisation, .. } => organisation,
            Basis::OnesOwn | Basis::Installation => "",
        }
    }

    /// The grant it is done under.
    fn grant(&self) -> Option<Uuid> {
        match self.basis {
            Basis::Grant { id, .. } => Some(id),
            Basis::OnesOwn | Basis::Installation => None,
        }
    }
}

/// Why there is no permit.
#[derive(Debug, thiserror::Error)]
pub enum NotPermitted {
    /// The person may not.
    #[error("{}", .0.sentence)]
    Denied(Denied),
    /// There is no such thing.
    #[error("il n’y a rien de tel")]
    Unknown,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl NotPermitted {
    /// Whether only the stage of the thing stands in the way.
    pub fn is_of_stage(&self) -> bool {
        matches!(self, Self::Denied(denied) if denied.kind == Refusal::Stage)
    }

    /// The same, where whoever is refused may not even know of the thing.
    #[must_use]
    pub fn unknown(self) -> Self {
        match self {
            Self::Denied(_) => Self::Unknown,
            other => other,
        }
    }
}

impl From<Denied> for NotPermitted {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<NotPermitted> for WebError {
    fn from(error: NotPermitted) -> Self {
        match error {
            NotPermitted::Denied(denied) if denied.kind == Refusal::Stage => {
                Self::Conflict(denied.sentence)
            }
            NotPermitted::Denied(denied) => Self::Forbidden(denied.sentence),
            NotPermitted::Unknown => Self::NotFound,
            NotPermitted::Db(error) => error.into(),
        }
    }
}

impl From<NotPermitted> for Problem {
    fn from(error: NotPermitted) -> Self {
        match error {
            NotPermitted::Denied(denied) => match denied.kind {
                Refusal::ReadsOnly => Self::plain(Code::ReadOnly),
                Refusal::Stage => Self::new(Code::Conflict, denied.sentence),
                Refusal::NotGranted => Self::new(Code::Forbidden, denied.sentence),
            },
            NotPermitted::Unknown => Self::not_found(),
            NotPermitted::Db(error) => error.into(),
        }
    }
}

/// Asks whether whoever makes a change may do `A` to `thing`. It is asked inside the change, so
/// that the grants are those that stand when it is written: one that was ended meanwhile serves
/// nothing. The change keeps the grant it is made under.
///
/// # Errors
/// A refusal that says who can; where there is no such thing.
pub async fn permit<A: Act>(
    change: &mut Change,
    thing: A::Thing,
) -> Result<Permit<A>, NotPermitted> {
    let (actor, today) = (change.actor(), paris_date(change.at()));
    let permit = permit_aside::<A>(change.tx(), today, actor, thing).await?;
    if let Some(grant) = permit.grant() {
        change.under(grant);
    }
    Ok(permit)
}

/// [`permit`] for what is written beside the history, in a transaction of its own.
///
/// # Errors
/// A refusal that says who can; where there is no such thing.
pub async fn permit_aside<A: Act>(
    tx: &mut Tx,
    today: Date,
    actor: Actor,
    thing: A::Thing,
) -> Result<Permit<A>, NotPermitted> {
    let concerns = A::concerns(tx, &thing).await?;
    if concerns.is_empty() {
        return Err(NotPermitted::Unknown);
    }
    let basis = Reach::of(tx, today, actor)
        .await?
        .allows(A::NAME, &concerns)?;
    Ok(Permit {
        thing,
        actor,
        basis,
    })
}

/// Whether somebody may do `A` to `thing`, to show it before they try.
///
/// # Errors
/// Where the database fails.
pub async fn may<A: Act>(
    tx: &mut Tx,
    reach: &Reach,
    thing: &A::Thing,
) -> Result<Result<(), Denied>, DbError> {
    let concerns = A::concerns(tx, thing).await?;
    Ok(reach.allows(A::NAME, &concerns).map(drop))
}
