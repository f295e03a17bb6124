//! Programs that ask: whom they act for, at which moment they look, and what they were answered.

mod once;
mod pace;
pub mod store;

use axum::Json;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, ETAG, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::reach::Reach;
use super::signed::Signed;
use super::store::Person;
use super::token::{Secret, store as tokens};
use super::trace::made_for;
use crate::ledger::{self, Actor};
use crate::platform::api::{ApiResult, Code, Conditions, Etag, Limit, Page, Paging, Problem};
use crate::platform::clock::{Clock, end_of_day};
use crate::platform::db::{Db, Tx};

pub use once::once;
pub use pace::{Pace, in_measure};

/// Whoever a request of the API acts for. A handler that takes it cannot be reached by anyone else.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person.
    pub person: Person,
    reach: Reach,
}

impl Caller {
    /// The person signed in, who tries the API from its page: reading only.
    pub fn trying(signed: &Signed) -> Self {
        Self {
            person: signed.person.clone(),
            reach: signed.reach().only_reading(),
        }
    }

    /// As the history names them.
    pub fn actor(&self) -> Actor {
        self.reach.actor()
    }

    /// What they may see: what the person may.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Refuses a token that only reads, before anything else is looked at.
    ///
    /// # Errors
    /// The refusal to send.
    pub fn writes(&self) -> ApiResult<()> {
        if self.reach.reads_only() {
            return Err(Problem::plain(Code::ReadOnly));
        }
        Ok(())
    }

    /// Who it is, in a digest of what they sent.
    fn id(&self) -> Uuid {
        self.person.id
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::plain(Code::NoAccess))
    }
}

/// Finds whom a request's token acts for, and lets nobody else through.
pub async fn bearers_only<S>(State(state): State<S>, mut request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
{
    let (db, clock) = (Db::from_ref(&state), Clock::from_ref(&state));
    match caller(&db, &clock, request.headers()).await {
        Ok(caller) => {
            let actor = caller.actor();
            request.extensions_mut().insert(caller);
            let mut response = made_for(next.run(request).await, actor);
            let vary = HeaderValue::from_static("authorization");
            response.headers_mut().append(VARY, vary);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller(db: &Db, clock: &Clock, headers: &HeaderMap) -> ApiResult<Caller> {
    let refused = || Problem::plain(Code::NoAccess);
    let secret = bearer_secret(headers).ok_or_else(refused)?;
    let mut tx = db.read().await?;
    let bearer = tokens::bearer(&mut tx, &secret, clock.today()).await?;
    let bearer = bearer.ok_or_else(refused)?;
    let actor = Actor::Program {
        person: bearer.person.id,
        token: bearer.token,
    };
    Ok(Caller {
        reach: Reach::of(&mut tx, clock.today(), actor).await?,
        person: bearer.person,
    })
}

/// The token that a request carries.
fn bearer_secret(headers: &HeaderMap) -> Option<Secret> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| Secret::parse(secret.trim()))?
}

/// Answers « not modified » to who already holds what would be given: all that is read of the
/// history is named by the last change, the day (embargoes end) and who asks.
pub async fn unless_held<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
{
    let caller = request.extensions().get::<Caller>().cloned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(caller) = caller.filter(|_| reads) else {
        return next.run(request).await;
    };
    let etag =
        match state_of_everything(&Db::from_ref(&state), &Clock::from_ref(&state), &caller).await {
            Ok(etag) => etag,
            Err(problem) => return problem.into_response(),
        };
    // Named before it is read: were a change to come between, the name would be too old, and the
    // next request would be given everything again.
    let mut response = if Conditions::of(request.headers()).holds(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        next.run(request).await
    };
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        let headers = response.headers_mut();
        headers.insert(ETAG, etag.header());
        let private = HeaderValue::from_static("private, no-cache");
        headers.insert(CACHE_CONTROL, private);
    }
    response
}

async fn state_of_everything(db: &Db, clock: &Clock, caller: &Caller) -> ApiResult<Etag> {
    let last = ledger::last_change(&mut db.read().await?).await?;
    let (day, person) = (clock.today(), caller.id().simple());
    Ok(Etag::of(&[
        &last.to_string(),
        &day.to_string(),
        &person.to_string(),
    ]))
}

/// A moment of the past, as `as_of` says it: the end of a day in Paris, or a change number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// What the last change before the end of that day left.
    Day(Date),
    /// What that change left.
    Change(i64),
}

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let change = text.parse().ok().filter(|no| *no >= 0).map(Self::Change);
        let day = || text.parse().ok().map(Self::Day);
        change.or_else(day).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "attendu un jour (2026-03-15) ou un numéro de changement, reçu « {text} »"
            ))
        })
    }
}

/// A list about to be read: which page of it, in which state.
#[derive(Debug)]
pub struct Listing {
    /// The transaction it is read in.
    pub tx: Tx,
    /// The last change that it includes.
    pub at_change: i64,
    /// The page asked for.
    pub paging: Paging,
}

impl Listing {
    /// A list that can be read as it stood: at the change of its first page, or at the moment
    /// asked for, or now.
    ///
    /// # Errors
    /// Where the page or the moment is none that can be given.
    pub async fn at(
        db: &Db,
        (limit, cursor): (Option<Limit>, Option<&str>),
        as_of: Option<AsOf>,
    ) -> ApiResult<Self> {
        let paging = Paging::new(limit, cursor)?;
        let mut tx = db.read().await?;
        let at_change = moment(&mut tx, &paging, as_of).await?;
        Ok(Self {
            tx,
            at_change,
            paging,
        })
    }

    /// A list that is only known as it stands now: each page says of which change it is.
    ///
    /// # Errors
    /// Where the page is none that can be given.
    pub async fn now(db: &Db, (limit, cursor): (Option<Limit>, Option<&str>)) -> ApiResult<Self> {
        let paging = Paging::new(limit, cursor)?;
        let mut tx = db.read().await?;
        let at_change = ledger::last_change(&mut tx).await?;
        Ok(Self {
            tx,
            at_change,
            paging,
        })
    }

    /// The change that a filter names, where it names one: a change that was made, or 0 for what
    /// stood before the first.
    ///
    /// # Errors
    /// Where that change is still to come.
    pub async fn change(&mut self, filter: &str, asked: Option<i64>) -> ApiResult<Option<i64>> {
        let Some(asked) = asked else { return Ok(None) };
        let last = ledger::last_change(&mut self.tx).await?;
        made(filter, asked, last).map(Some)
    }

    /// The page asked for, of items that come with their keys, the smallest key first.
    ///
    /// # Errors
    /// Where the cursor is of another list.
    pub fn page<K, T>(&self, items: impl IntoIterator<Item = (K, T)>) -> ApiResult<Json<Page<T>>>
    where
        K: Ord + Serialize + DeserializeOwned,
    {
        self.paging.page(self.at_change, items).map(Json)
    }
}

/// The change that a list is read at: that of its first page, or the moment asked for, or now.
///
/// # Errors
/// Where that change is still to come.
pub async fn moment(tx: &mut Tx, paging: &Paging, as_of: Option<AsOf>) -> ApiResult<i64> {
    let last = ledger::last_change(tx).await?;
    let (name, asked) = match (paging.at_change(), as_of) {
        (Some(change), _) => ("cursor", change),
        (None, Some(AsOf::Change(change))) => ("as_of", change),
        (None, Some(AsOf::Day(day))) => {
            return Ok(ledger::last_change_before(tx, end_of_day(day)).await?);
        }
        (None, None) => return Ok(last),
    };
    made(name, asked, last)
}

/// Refuses a change that is none of those made.
fn made(name: &str, asked: i64, last: i64) -> ApiResult<i64> {
    if asked < 0 || asked > last {
        let message = format!("le dernier changement porte le numéro {last}");
        return Err(Problem::malformed(name, message));
    }
    Ok(asked)
}
