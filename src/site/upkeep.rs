//! What the server does by itself, every minute: nothing that anybody waits for.

use std::time::Duration;

use crate::access::leave::forget_left;
use crate::access::{event, factor, link, store};
use crate::dossier;
use crate::figures::Sources;
use crate::ledger;
use crate::people;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};
use crate::platform::mail::{self, Post};
use crate::sealed::Keyring;
use crate::support;

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// Keeps the house for as long as the server runs; a failure is told to the log and tried again.
pub(super) async fn keep(db: Db, clock: Clock, post: Post, keyring: Keyring) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        let kept = tokio::select! {
            _ = turns.tick() => {
                seal(&db, &clock, &keyring).await;
                once(&db, &clock, &post).await
            }
            () = post.hurried() => send(&db, &clock, &post).await,
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "upkeep");
        }
    }
}

/// Seals what was set up before there was a key. A failure is told to the log and keeps nothing
/// else from being done.
async fn seal(db: &Db, clock: &Clock, keyring: &Keyring) {
    if let Err(error) = factor::store::seal_some(db, clock, keyring).await {
        tracing::error!(%error, "second factors left in clear");
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

/// Once: closes what ended and seals what people did, erases what is personal when its time is over,
/// drops the sessions, links and mails that ended, and sends the mails that are due.
pub async fn once(db: &Db, clock: &Clock, post: &Post) -> Result<(), DbError> {
    if let Err(error) = people::leaving::close_left(db, clock).await {
        tracing::warn!(%error, "accounts of those who left");
    }
    if let Err(error) = forget_left(db, clock).await {
        tracing::warn!(%error, "names whose time is over");
    }
    people::review::remind(db, clock).await?;
    while event::seal(db, clock).await? > 0 {}
    let mut tx = db.write_aside().await?;
    event::forget_origins(&mut tx, clock.now()).await?;
    ledger::forget_origins(&mut tx, clock.now()).await?;
    support::forget_closed(&mut tx, clock.now()).await?;
    store::drop_ended_sessions(&mut tx).await?;
    link::store::forget_ended(&mut tx, clock.now()).await?;
    mail::store::tidy(&mut tx, clock.now()).await?;
    tx.commit().await?;
    send(db, clock, post).await
}

/// Sends the mails that are due.
async fn send(db: &Db, clock: &Clock, post: &Post) -> Result<(), DbError> {
    while post.send_due(db, clock).await? > 0 {}
    Ok(())
}
