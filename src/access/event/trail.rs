//! Refusals on their way to the database: written by turns and together, so that a flood of them
//! takes one place among those who write. The answer to the first waits until it is written, which
//! is once those who write let it; those that come meanwhile are answered at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Event, EventKind, store};
use crate::ledger;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};

/// Refusals that wait at most; those beyond are counted and told to the log.
const LONGEST: usize = 10_000;

/// A refusal as it happened.
#[derive(Clone, Debug)]
pub(in crate::access) struct Refusal {
    /// When, in microseconds UTC.
    pub at: i64,
    pub person: Option<Uuid>,
    pub origin: Option<String>,
    /// The address that was asked for.
    pub detail: String,
}

/// The refusals that wait, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    waiting: Arc<Mutex<Waiting>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Waiting {
    refusals: Vec<Refusal>,
    lost: usize,
}

impl Trail {
    /// Keeps a refusal: written before this ends where nobody is at it, by whoever is otherwise.
    pub(in crate::access) async fn keep(&self, db: &Db, clock: &Clock, refusal: Refusal) {
        self.push(refusal);
        let (trail, db, clock) = (self.clone(), db.clone(), clock.clone());
        let (done, written) = oneshot::channel();
        // In a task of its own: whoever hangs up takes nobody's refusals along.
        ledger::spawn(async move { trail.write_all(&db, &clock, done).await });
        // Theirs is among the first to be written; what comes meanwhile is not waited for.
        let _ = written.await;
    }

    fn push(&self, refusal: Refusal) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.refusals.len() < LONGEST {
            waiting.refusals.push(refusal);
        } else {
            waiting.lost += 1;
        }
    }

    /// Writes all that waits, unless somebody is at it, who looks again after.
    async fn write_all(&self, db: &Db, clock: &Clock, done: oneshot::Sender<()>) {
        let mut done = Some(done);
        while self.awaits() {
            let Ok(_turn) = self.turn.try_lock() else {
                return;
            };
            let Waiting { refusals, lost } = self.taken();
            if lost > 0 {
                tracing::error!(lost, "refusals were not kept: too many at once");
            }
            if let Err(error) = write(db, clock, &refusals).await {
                tracing::error!(%error, waiting = refusals.len(), "refusals are not kept yet");
                // With the next one that comes.
                self.put_back(refusals);
                return;
            }
            if let Some(done) = done.take() {
                let _ = done.send(());
            }
        }
    }

    /// Has refusals that could not be written wait again, before those that came since.
    fn put_back(&self, mut refusals: Vec<Refusal>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.append(&mut waiting.refusals);
        waiting.lost += refusals.len().saturating_sub(LONGEST);
        refusals.truncate(LONGEST);
        waiting.refusals = refusals;
    }

    fn awaits(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        !waiting.refusals.is_empty()
    }

    fn taken(&self) -> Waiting {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut waiting)
    }
}

async fn write(db: &Db, clock: &Clock, refusals: &[Refusal]) -> Result<(), DbError> {
    let mut tx = db.write_aside().await?;
    for refusal in refusals {
        let event = Event {
            kind: EventKind::Refused,
            person: refusal.person,
            account: None,
            device: None,
            origin: refusal.origin.as_deref(),
            done: false,
            detail: Some(&refusal.detail),
        };
        store::keep_at(&mut tx, clock, refusal.at, &event).await?;
    }
    tx.commit().await
}
