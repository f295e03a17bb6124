//! Refusals on their way to the database: written by turns and together, so that a flood of them
//! takes one place among those who write and holds no answer back.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::{Event, EventKind, store};
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
    /// The template of the address.
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
    /// Keeps a refusal: written at once where nobody is at it, with those of whoever is otherwise.
    pub(in crate::access) async fn keep(&self, db: &Db, clock: &Clock, refusal: Refusal) {
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.refusals.len() < LONGEST {
                waiting.refusals.push(refusal);
            } else {
                waiting.lost += 1;
            }
        }
        // Whoever finds the turn taken leaves theirs to its holder, who looks again after.
        while self.awaits() {
            let Ok(_turn) = self.turn.try_lock() else {
                return;
            };
            let Waiting { refusals, lost } = self.taken();
            if lost > 0 {
                tracing::error!(lost, "refusals were not kept: too many at once");
            }
            if let Err(error) = write(db, clock, &refusals).await {
                tracing::error!(%error, lost = refusals.len(), "refusals were not kept");
            }
        }
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
