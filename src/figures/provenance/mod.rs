//! Where figures come from: every revision of an observation, and every load of a measure.

pub mod store;

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::Subject;
use super::snapshot::is_hidden;
use crate::access::Reach;
use crate::documents::Embargo;
use crate::imports::{NamedFile, Place as FilePlace};
use crate::kernel::Value;
use crate::ledger::{self, OfState};
use crate::platform::db::{DbError, Tx};

/// One statement of an observation, with who says so.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number, from 1.
    pub no: i64,
    /// The value; `None` where it withdraws what stood before.
    pub value: Option<Value>,
    /// Whether a final one is to come.
    pub provisional: bool,
    /// Whether it was invented for the demonstration.
    pub fictional: bool,
    /// When it was received, in microseconds UTC.
    pub received_at: i64,
    /// Who brought it.
    pub who: Option<String>,
    /// The name of the access of the program that brought it for them.
    pub program: Option<String>,
    /// Why, in their words.
    pub why: Option<String>,
    /// Who supplied it.
    pub supplier: String,
    /// Where the supplier took it from.
    pub source: Option<String>,
    /// The day it stands for.
    pub reference_date: Option<Date>,
    /// What the supplier says of it.
    pub comment: Option<String>,
    /// Until when it is kept from most people.
    pub embargo_until: Option<Date>,
    /// The account of who brought it.
    pub loaded_by: Option<Uuid>,
    /// The file it came in.
    pub file: Option<NamedFile>,
    /// The cell it came from.
    pub cell: Option<FilePlace>,
}

/// An observation with all that was said of it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The measure.
    pub measure: String,
    /// What it is about.
    pub subject: Subject,
    /// The latest first; never empty as it is read.
    pub revisions: Vec<Revision>,
}

impl Story {
    /// The embargo of its last revision, with who brought it.
    pub fn embargo(&self) -> Option<Embargo> {
        let last = self.revisions.first()?;
        Some((last.embargo_until?, last.loaded_by))
    }

    /// Keeps what had been received by an instant, in microseconds UTC; how many came after.
    pub fn keep_until(&mut self, instant: i64) -> usize {
        let all = self.revisions.len();
        self.revisions.retain(|one| one.received_at <= instant);
        all - self.revisions.len()
    }
}

/// One load of a measure: the revisions that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// When, in microseconds UTC.
    pub received_at: i64,
    /// Who supplied them.
    pub supplier: String,
    /// Where the supplier took them from.
    pub source: Option<String>,
    /// The file.
    pub file: Option<NamedFile>,
    /// Who loaded them.
    pub who: Option<String>,
    /// How many values.
    pub figures: usize,
    /// The last day of their embargo, and whoever loaded them.
    embargo: (Option<Date>, Option<Uuid>),
}

/// The loads of each measure up to a change, in memory for as long as nothing changes.
#[derive(Clone, Debug, Default)]
pub struct Loads(OfState<(String, i64), Arc<[Load]>>);

impl Loads {
    /// The loads of a measure no later than the change `upto` that somebody may see on that day,
    /// the latest first.
    pub async fn of(
        &self,
        tx: &mut Tx,
        (reach, today): (&Reach, Date),
        measure: &str,
        upto: i64,
    ) -> Result<Vec<Load>, DbError> {
        let (state, key) = (ledger::state(tx).await?, (measure.to_owned(), upto));
        let all = if let Some(known) = self.0.get(state, &key) {
            known
        } else {
            let all: Arc<[Load]> = store::loads(tx, measure, upto).await?.into();
            self.0.keep(ledger::state(tx).await?, key, Arc::clone(&all));
            all
        };
        let is_seen = |load: &&Load| {
            let (until, author) = load.embargo;
            !is_hidden(until, author, reach, today)
        };
        Ok(all.iter().filter(is_seen).cloned().collect())
    }
}
