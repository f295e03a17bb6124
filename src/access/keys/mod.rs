//! Passing what is sealed from one master key to the next, under a permit and in the history.

pub mod store;

use uuid::Uuid;

use super::permit::{Act, NotPermitted, permit};
use super::policy::Concern;
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::sealed::store::{after, not_under};
use crate::sealed::{Keyring, Place, SealError};

/// Putting what is sealed under another master key.
#[derive(Debug)]
pub struct RotateKeys;

impl Act for RotateKeys {
    type Thing = ();
    const NAME: &'static str = "seal.rotate";

    async fn concerns(_tx: &mut Tx, (): &()) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::nobodys()])
    }
}

/// What a passage over sealed things found.
#[derive(Debug, Default)]
pub struct Passed {
    /// How many open, or were put under the new key.
    pub done: usize,
    /// Those that do not open, and why; they were left as they are.
    pub closed: Vec<(Place, SealError)>,
}

/// Why keys were not passed on.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// Whoever asks may not.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// No key is set.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The change could not be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Puts the key of every sealed thing under the current master key, some at a time, each change by
/// itself: one that is interrupted is taken up where it stopped. A thing that does not open under
/// the key it has is left as it is.
pub async fn rotate(
    db: &Db,
    clock: &Clock,
    actor: Actor,
    keyring: &Keyring,
) -> Result<Passed, RotationError> {
    let current = keyring.current().ok_or(SealError::NoKey)?;
    let (mut passed, mut last) = (Passed::default(), Uuid::nil());
    loop {
        let kept = not_under(&mut db.read().await?, &current, last).await?;
        let Some(end) = kept.last() else {
            return Ok(passed);
        };
        last = end.id;
        let mut renewed = Vec::new();
        for kept in kept {
            match keyring.rewrap(&kept.place, &kept.envelope).await {
                Ok(Some(wrapped)) => renewed.push((kept, wrapped)),
                Ok(None) => {}
                Err(error) => passed.closed.push((kept.place, error)),
            }
        }
        if renewed.is_empty() {
            continue;
        }
        let mut change = Change::open(db, clock, actor, RotateKeys::NAME).await?;
        let permit = permit::<RotateKeys>(&mut change, ()).await?;
        passed.done += store::put_under(&mut change, permit, &current, &renewed).await?;
        change.commit().await?;
    }
}

/// Opens every sealed thing, and tells of those that do not open.
pub async fn check(db: &Db, keyring: &Keyring) -> Result<Passed, SealError> {
    let (mut passed, mut last) = (Passed::default(), Uuid::nil());
    loop {
        let kept = after(&mut db.read().await?, last).await?;
        let Some(end) = kept.last() else {
            return Ok(passed);
        };
        last = end.id;
        for kept in kept {
            match keyring.open(&kept.place, &kept.envelope).await {
                Ok(_) => passed.done += 1,
                Err(error) => passed.closed.push((kept.place, error)),
            }
        }
    }
}
