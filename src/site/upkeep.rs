//! What the server does by itself, every minute: nothing that anybody waits for.

use std::time::Duration;

use crate::access::{event, store};
use crate::dossier::{self, Sources};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// Keeps the house for as long as the server runs; a failure is told to the log and tried again.
pub(super) async fn keep(db: Db, clock: Clock) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        turns.tick().await;
        if let Err(error) = once(&db, &clock).await {
            tracing::warn!(%error, "upkeep");
        }
    }
}

/// Takes up, for as long as the server runs, the dossiers that a process which stopped left undone.
pub(super) async fn keep_issuing(sources: Sources) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        turns.tick().await;
        if let Err(error) = dossier::take_up(&sources).await {
            tracing::warn!(%error, "dossiers left undone");
        }
    }
}

/// Once: seals what people did, forgets where they did it from when its time is over, and drops
/// the sessions that ended.
pub async fn once(db: &Db, clock: &Clock) -> Result<(), DbError> {
    while event::seal(db, clock).await? > 0 {}
    let mut tx = db.write_aside().await?;
    event::forget_origins(&mut tx, clock.now()).await?;
    store::drop_ended_sessions(&mut tx).await?;
    tx.commit().await
}
