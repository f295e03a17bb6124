//! The door: who may knock, what is kept of it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use uuid::Uuid;

use super::event::{self, Event, EventKind, Mark};
use super::link::{self, LinkKind};
use super::origin::Origin;
use super::password::verify_password;
use super::store::Person;
use super::throttle::{
    Asking, HOUR_SECONDS, KNOWN_SECONDS, RECENT_SECONDS, may_ask, may_come_back, may_try,
};
use super::{letter, store};
use crate::platform::clock::Clock;
use crate::platform::config::{Config, SecondFactor};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail;
use crate::sealed::Keyring;

const SECOND: i64 = 1_000_000;

/// What signing in and out work with.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) db: Db,
    pub(super) clock: Clock,
    config: Arc<Config>,
    keyring: Keyring,
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

/// What came of asking somebody signed in for their password again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmed {
    /// It is theirs.
    Yes,
    /// It is not, or they have none.
    No,
    /// They tried too often.
    TooOften,
}

impl Confirmed {
    /// What the person is told, where it is not theirs.
    pub(super) fn mistake(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::No => Some("Ce n’est pas le mot de passe de votre compte Jalon."),
            Self::TooOften => {
                Some("Trop d’essais ont échoué. Attendez un quart d’heure avant de recommencer.")
            }
        }
    }
}

impl Door {
    /// Somebody tries; `None` where they tried too often. The try counts from before the password
    /// is looked at, so that many at once are no way around.
    pub(super) async fn knock(
        &self,
        email: &str,
        origin: &Origin,
    ) -> Result<Option<Attempt>, DbError> {
        let account = event::account_mark(&store::fold_email(email));
        let mut tx = self.db.write_aside().await?;
        let tried = self.tried(&mut tx, EventKind::SignIn, account, origin);
        let Some(event) = tried.await? else {
            return Ok(None);
        };
        let credentials = store::credentials(&mut tx, email).await?;
        tx.commit().await?;
        Ok(Some(Attempt { event, credentials }))
    }

    /// Somebody whose password was right tries a code; what is kept of it, or `None` where they
    /// tried too often.
    pub(super) async fn try_code(
        &self,
        email: &str,
        origin: &Origin,
    ) -> Result<Option<Uuid>, DbError> {
        let account = event::account_mark(&store::fold_email(email));
        let mut tx = self.db.write_aside().await?;
        let tried = self.tried(&mut tx, EventKind::SecondFactor, account, origin);
        let tried = tried.await?;
        tx.commit().await?;
        Ok(tried)
    }

    /// Somebody signed in gives their password again, before an act of consequence.
    pub(super) async fn confirm(
        &self,
        person: &Person,
        origin: &Origin,
        password: &str,
    ) -> Result<Confirmed, DbError> {
        let account = event::account_mark(&store::fold_email(&person.email));
        let mut tx = self.db.write_aside().await?;
        let tried = self.tried(&mut tx, EventKind::Confirm, account, origin);
        let Some(event) = tried.await? else {
            return Ok(Confirmed::TooOften);
        };
        let stored = store::credentials(&mut tx, &person.email).await?;
        tx.commit().await?;
        let stored = stored.and_then(|(_, stored)| stored);
        if !verify_password(password.to_owned(), stored).await {
            return Ok(Confirmed::No);
        }
        self.open(&[event], person.id, origin).await?;
        Ok(Confirmed::Yes)
    }

    /// Somebody comes back from a provider of identities, or with what their device signed; what
    /// is kept of it, a failure until it turns out well, or `None` where too many came from there
    /// in vain.
    pub(super) async fn come_back(
        &self,
        kind: EventKind,
        origin: &Origin,
    ) -> Result<Option<Uuid>, DbError> {
        let address = origin.address.as_deref();
        let since = self.clock.now() - RECENT_SECONDS * SECOND;
        let mut tx = self.db.write_aside().await?;
        let failed = event::store::failed_from(&mut tx, kind, address, since).await?;
        if !may_come_back(failed) {
            return Ok(None);
        }
        let kept = Event {
            kind,
            person: None,
            account: None,
            device: origin.device(),
            origin: address,
            done: false,
            detail: None,
        };
        let event = event::store::keep(&mut tx, &self.clock, &kept).await?;
        tx.commit().await?;
        Ok(Some(event))
    }

    /// Keeps a try of that kind, a failure until it turns out well; `None` where there were too
    /// many.
    async fn tried(
        &self,
        tx: &mut Tx,
        kind: EventKind,
        account: Mark,
        origin: &Origin,
    ) -> Result<Option<Uuid>, DbError> {
        let (device, address) = (origin.device(), origin.address.as_deref());
        let since = |seconds: i64| self.clock.now() - seconds * SECOND;
        let windows = (
            since(RECENT_SECONDS),
            since(HOUR_SECONDS),
            since(KNOWN_SECONDS),
        );
        let tries = event::store::tries(tx, kind, (account, device, address), windows).await?;
        if !may_try(&tries) {
            return Ok(None);
        }
        let kept = Event {
            kind,
            person: None,
            account: Some(account),
            device,
            origin: address,
            done: false,
            detail: None,
        };
        Ok(Some(event::store::keep(tx, &self.clock, &kept).await?))
    }

    /// What was tried turned out well: the cookie to give the browser, where it has none yet.
    pub(super) async fn open(
        &self,
        events: &[Uuid],
        person: Uuid,
        origin: &Origin,
    ) -> Result<Option<HeaderValue>, DbError> {
        let (device, cookie) = origin.device_or_new(self.config.is_https());
        let mut tx = self.db.write_aside().await?;
        for event in events {
            event::store::succeeded(&mut tx, *event, person, device).await?;
        }
        tx.commit().await?;
        Ok(cookie)
    }

    /// Somebody chose a password by the link of a mail: their browser is known from then on, so that
    /// strangers who fail in their name do not keep them out. Its cookie, where it had none.
    pub(super) async fn let_in_by_link(
        &self,
        tx: &mut Tx,
        person: &Person,
        origin: &Origin,
    ) -> Result<Option<HeaderValue>, DbError> {
        let (device, cookie) = origin.device_or_new(self.config.is_https());
        let event = Event {
            kind: EventKind::LinkUsed,
            person: Some(person.id),
            account: Some(event::account_mark(&store::fold_email(&person.email))),
            device: Some(device),
            origin: origin.address.as_deref(),
            done: true,
            detail: None,
        };
        event::store::keep(tx, &self.clock, &event).await?;
        Ok(cookie)
    }

    /// Somebody asks for a link to choose another password; false where too many were asked for
    /// from there. A mail is written where there is such an account, and nobody can tell.
    pub(super) async fn ask_link(&self, email: &str, origin: &Origin) -> Result<bool, DbError> {
        let account = event::account_mark(&store::fold_email(email));
        let address = origin.address.as_deref();
        let since = self.clock.now() - HOUR_SECONDS * SECOND;
        let mut tx = self.db.write_aside().await?;
        let asked = event::store::links_asked(&mut tx, account, address, since).await?;
        let answer = may_ask(asked);
        if answer == Asking::Refused {
            return Ok(false);
        }
        let kept = Event {
            kind: EventKind::AskLink,
            person: None,
            account: Some(account),
            device: origin.device(),
            origin: address,
            done: answer == Asking::Sent,
            detail: None,
        };
        event::store::keep(&mut tx, &self.clock, &kept).await?;
        let person = store::person_by_email(&mut tx, email).await?;
        let person = match person {
            Some(person) => store::open_account(&mut tx, person.id).await?,
            None => None,
        };
        if let Some(person) = person.filter(|_| answer == Asking::Sent) {
            let kind = LinkKind::Reset;
            let secret = link::store::issue(&mut tx, &self.clock, person.id, kind).await?;
            let mail = letter::reset(&person, &secret, self.clock.now());
            mail::store::write(&mut tx, &self.clock, &[mail]).await?;
        }
        tx.commit().await?;
        Ok(true)
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
            detail: None,
        };
        let mut tx = self.db.write_aside().await?;
        event::store::keep(&mut tx, &self.clock, &left).await?;
        tx.commit().await
    }

    /// The clock by which everything at the door goes.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The database behind it.
    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// What seals what applications share.
    pub(super) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Of whom the settings ask a second factor.
    pub(super) fn asks_a_code_of(&self) -> SecondFactor {
        self.config.second_factor
    }
}

impl<S> FromRequestParts<S> for Door
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Arc<Config>: FromRef<S>,
    Keyring: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            db: Db::from_ref(state),
            clock: Clock::from_ref(state),
            config: Arc::<Config>::from_ref(state),
            keyring: Keyring::from_ref(state),
        })
    }
}
