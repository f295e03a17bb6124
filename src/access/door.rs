//! The door: who may knock, what is kept of it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use uuid::Uuid;

use super::event::{self, Event, EventKind};
use super::origin::Origin;
use super::store;
use super::throttle::{HOUR_SECONDS, KNOWN_SECONDS, RECENT_SECONDS, may_try};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::{Db, DbError};

/// What signing in and out work with.
#[derive(Clone, Debug)]
pub(super) struct Door {
    db: Db,
    clock: Clock,
    https: bool,
}

/// Somebody who may try a password.
#[derive(Debug)]
pub(super) struct Attempt {
    /// What is kept of it: a failure until it turns out well.
    pub event: Uuid,
    /// Whose account it is and the digest of its password; `None` where no account has that
    /// address.
    pub credentials: Option<(Uuid, Option<String>)>,
}

impl Door {
    /// Somebody tries; `None` where they tried too often. The try counts from before the password
    /// is looked at, so that many at once are no way around.
    pub(super) async fn knock(
        &self,
        email: &str,
        origin: &Origin,
    ) -> Result<Option<Attempt>, DbError> {
        const SECOND: i64 = 1_000_000;
        let account = event::account_mark(&store::fold_email(email));
        let (device, address) = (origin.device(), origin.address.as_deref());
        let now = self.clock.now();
        let since = |seconds: i64| now - seconds * SECOND;
        let windows = (
            since(RECENT_SECONDS),
            since(HOUR_SECONDS),
            since(KNOWN_SECONDS),
        );
        let mut tx = self.db.write_aside().await?;
        let tries = event::store::tries(&mut tx, (account, device, address), windows).await?;
        if !may_try(&tries) {
            return Ok(None);
        }
        let kept = Event {
            kind: EventKind::SignIn,
            person: None,
            account: Some(account),
            device,
            origin: address,
            done: false,
        };
        let event = event::store::keep(&mut tx, &self.clock, &kept).await?;
        let credentials = store::credentials(&mut tx, email).await?;
        tx.commit().await?;
        Ok(Some(Attempt { event, credentials }))
    }

    /// The password was right: the cookie to give the browser, where it has none yet.
    pub(super) async fn open(
        &self,
        event: Uuid,
        person: Uuid,
        origin: &Origin,
    ) -> Result<Option<HeaderValue>, DbError> {
        let (device, cookie) = origin.device_or_new(self.https);
        let mut tx = self.db.write_aside().await?;
        event::store::succeeded(&mut tx, event, person, device).await?;
        tx.commit().await?;
        Ok(cookie)
    }

    /// Somebody signs out.
    pub(super) async fn leave(&self, person: Uuid, origin: &Origin) -> Result<(), DbError> {
        let left = Event {
            kind: EventKind::SignOut,
            person: Some(person),
            account: None,
            device: None,
            origin: origin.address.as_deref(),
            done: true,
        };
        let mut tx = self.db.write_aside().await?;
        event::store::keep(&mut tx, &self.clock, &left).await?;
        tx.commit().await
    }
}

impl<S> FromRequestParts<S> for Door
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            db: Db::from_ref(state),
            clock: Clock::from_ref(state),
            https: Arc::<Config>::from_ref(state).is_https(),
        })
    }
}
