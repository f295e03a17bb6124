//! A change under way.

use serde::Serialize;
use uuid::Uuid;

use super::history::{Entry, Link, chain_hash};
use super::once::SentForm;
use super::origin::origin;
use super::store;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// Who makes a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by identifier.
    Person(Uuid),
    /// A program that a person let act for them.
    Program {
        /// The person.
        person: Uuid,
        /// The access token it holds.
        token: Uuid,
    },
    /// Jalon itself: installing, before anyone has an account.
    Installation,
}

impl Actor {
    /// The person, where it is one.
    pub fn person(self) -> Option<Uuid> {
        match self {
            Self::Person(id) | Self::Program { person: id, .. } => Some(id),
            Self::Installation => None,
        }
    }

    /// The access token, where a program acts for the person.
    pub fn token(self) -> Option<Uuid> {
        match self {
            Self::Program { token, .. } => Some(token),
            Self::Person(_) | Self::Installation => None,
        }
    }
}

/// Whom a thing concerns: the organisation that owns it and the framework it belongs to, either
/// empty where the thing is everybody's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Code of the organisation, or empty.
    pub organisation: String,
    /// Code of the framework, or empty.
    pub framework: String,
}

impl Scope {
    /// Everybody's.
    pub fn common() -> Self {
        Self::default()
    }
}

/// A thing about to exist.
#[derive(Clone, Debug)]
pub struct NewThing<'a> {
    /// Its kind, a stable word such as `contract`.
    pub kind: &'static str,
    /// The thing it stands under, if any.
    pub parent: Option<Uuid>,
    /// Whom it concerns.
    pub scope: Scope,
    /// What people call it.
    pub label: &'a str,
}

/// Why a change could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A state could not be written as JSON.
    #[error("state of a {kind} cannot be recorded: {cause}")]
    State {
        /// The kind of change.
        kind: &'static str,
        /// Why.
        cause: serde_json::Error,
    },
    /// Somebody else changed the thing since it was read.
    #[error("thing {0} has moved on since it was read")]
    Stale(Uuid),
}

/// A transaction that will be one numbered change of the history, or nothing. Holding it means
/// holding the writers' queue: keep hashing, rendering and the network outside.
#[derive(Debug)]
pub struct Change {
    tx: Tx,
    clock: Clock,
    no: i64,
    at: i64,
    kind: &'static str,
    actor: Actor,
    grant: Option<Uuid>,
    why: Option<String>,
    prev: Vec<u8>,
    entries: Vec<Entry>,
}

impl Change {
    /// Waits for its turn and opens the next change.
    pub async fn open(
        db: &Db,
        clock: &Clock,
        actor: Actor,
        kind: &'static str,
    ) -> Result<Self, LedgerError> {
        let mut tx = db.write().await?;
        let last = store::head(&mut tx).await?;
        Ok(Self {
            tx,
            clock: clock.clone(),
            no: last.no + 1,
            // Clocks of several machines differ; time never runs backwards along the history,
            // so that the state of a day is a prefix of it.
            at: clock.now().max(last.at),
            kind,
            actor,
            grant: None,
            why: None,
            prev: last.hash,
            entries: Vec::new(),
        })
    }

    /// Says why the change is made, in the words of the person who makes it.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Why it is made, where somebody said it.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Says why, where nobody did yet.
    pub fn explain(&mut self, why: &str) {
        self.why.get_or_insert_with(|| why.to_owned());
    }

    /// Says under which grant it is made; the first one said counts.
    pub(crate) fn under(&mut self, grant: Uuid) {
        self.grant.get_or_insert(grant);
    }

    /// Who makes it.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Its number, which rows written with it refer to.
    pub fn no(&self) -> i64 {
        self.no
    }

    /// Its instant, in microseconds UTC.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// The transaction, to read and write in it.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A new identifier.
    pub fn new_id(&self) -> Uuid {
        self.clock.new_id()
    }

    /// Brings a thing into being; its first state is recorded.
    pub async fn create(
        &mut self,
        new: NewThing<'_>,
        state: &impl Serialize,
    ) -> Result<Uuid, LedgerError> {
        let id = self.new_id();
        self.create_as(id, new, state).await?;
        Ok(id)
    }

    /// [`create`](Self::create) for a thing that already has its identifier.
    pub async fn create_as(
        &mut self,
        id: Uuid,
        new: NewThing<'_>,
        state: &impl Serialize,
    ) -> Result<(), LedgerError> {
        let scope = store::scope_id(&mut self.tx, &new.scope, &self.clock).await?;
        store::insert_thing(&mut self.tx, id, &new, scope).await?;
        let after = Some(self.json(state)?);
        self.entries.push(Entry {
            thing: id,
            verb: "create".to_owned(),
            before: None,
            after,
        });
        Ok(())
    }

    /// Records that a thing changed, and raises its version.
    pub async fn record(
        &mut self,
        thing: Uuid,
        verb: &str,
        before: Option<&impl Serialize>,
        after: Option<&impl Serialize>,
    ) -> Result<(), LedgerError> {
        store::raise_version(&mut self.tx, thing).await?;
        let before = before.map(|state| self.json(state)).transpose()?;
        let after = after.map(|state| self.json(state)).transpose()?;
        self.entries.push(Entry {
            thing,
            verb: verb.to_owned(),
            before,
            after,
        });
        Ok(())
    }

    /// Records several changes of one thing at once, each with what was before and after; its
    /// version is raised once.
    pub async fn record_all<S: Serialize>(
        &mut self,
        thing: Uuid,
        verb: &str,
        states: &[(S, S)],
    ) -> Result<(), LedgerError> {
        if states.is_empty() {
            return Ok(());
        }
        store::raise_version(&mut self.tx, thing).await?;
        for (before, after) in states {
            let entry = Entry {
                thing,
                verb: verb.to_owned(),
                before: Some(self.json(before)?),
                after: Some(self.json(after)?),
            };
            self.entries.push(entry);
        }
        Ok(())
    }

    /// What the same form led to, where it was sent already.
    pub async fn answered(&mut self, form: &SentForm) -> Result<Option<String>, LedgerError> {
        Ok(store::answer_to(&mut self.tx, form.digest()).await?)
    }

    /// Keeps what a form leads to, with everything else that this change writes: the same form
    /// sent twice leads there twice and is acted upon once.
    pub async fn answer(&mut self, form: &SentForm, location: &str) -> Result<(), LedgerError> {
        let (no, at) = (self.no, self.at);
        store::keep_answer(&mut self.tx, form.digest(), no, at, location).await?;
        Ok(())
    }

    /// Gives a thing another label: what people call it changed. The change itself is recorded
    /// beside it, with what was before and after.
    pub async fn relabel(&mut self, thing: Uuid, label: &str) -> Result<(), LedgerError> {
        store::set_label(&mut self.tx, thing, label).await?;
        Ok(())
    }

    /// Refuses to go on where the thing is no longer at the version that was read.
    pub async fn expect_version(&mut self, thing: Uuid, version: i64) -> Result<(), LedgerError> {
        match store::version_of(&mut self.tx, thing).await? {
            Some(current) if current == version => Ok(()),
            _ => Err(LedgerError::Stale(thing)),
        }
    }

    /// Commits: the change, its entries and everything written with it, or nothing at all. A
    /// change without entries did nothing and leaves no number.
    pub async fn commit(mut self) -> Result<Option<i64>, LedgerError> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let hash = chain_hash(
            &self.prev,
            &Link {
                no: self.no,
                at: self.at,
                kind: self.kind,
                actor: self.actor.person(),
                token: self.actor.token(),
                grant: self.grant,
                entries: &self.entries,
            },
        );
        store::insert_change(
            &mut self.tx,
            &store::NewChange {
                no: self.no,
                at: self.at,
                kind: self.kind,
                actor: self.actor.person(),
                token: self.actor.token(),
                grant: self.grant,
                why: self.why.as_deref(),
                origin: origin().as_deref(),
                prev: &self.prev,
                hash,
                entries: &self.entries,
            },
        )
        .await?;
        self.tx.commit().await?;
        Ok(Some(self.no))
    }

    fn json(&self, state: &impl Serialize) -> Result<String, LedgerError> {
        serde_json::to_string(state).map_err(|cause| LedgerError::State {
            kind: self.kind,
            cause,
        })
    }
}
