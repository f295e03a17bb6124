//! The passage from one master key to the next, written down.

use serde::Serialize;
use uuid::Uuid;

use super::RotateKeys;
use crate::access::permit::Permit;
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};
use crate::sealed::Wrapped;
use crate::sealed::store::{Kept, rewrapped};

/// What the history keeps of it.
#[derive(Serialize)]
struct Recorded {
    sealed_under_it: usize,
}

/// Puts the keys of sealed things under that master key, and says so in the history; how many.
/// One that moved on since it was read is left out.
pub(super) async fn put_under(
    change: &mut Change,
    permit: Permit<RotateKeys>,
    key: &str,
    renewed: &[(Kept, Wrapped)],
) -> Result<usize, LedgerError> {
    let () = permit.into_thing();
    let mut done = 0;
    for (kept, wrapped) in renewed {
        if rewrapped(change.tx(), kept, wrapped).await? {
            done += 1;
        }
    }
    if done == 0 {
        return Ok(0);
    }
    let state = Recorded {
        sealed_under_it: done,
    };
    if let Some(thing) = thing_of(change.tx(), key).await? {
        let was = None::<&Recorded>;
        change.record(thing, "rotate", was, Some(&state)).await?;
    } else {
        let new = NewThing {
            kind: "master_key",
            parent: None,
            scope: Scope::common(),
            label: key,
        };
        change.create(new, &state).await?;
    }
    Ok(done)
}

/// The thing that stands for a master key in the history, once something was put under it.
async fn thing_of(tx: &mut Tx, key: &str) -> Result<Option<Uuid>, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select id from thing where kind = 'master_key' and label = $1",
            args![key],
        )
        .await?;
    Ok(found.map(|(id,)| id))
}
