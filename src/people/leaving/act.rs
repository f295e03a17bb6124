//! The act itself, in one change, and the closing of accounts once a last day is over.

use jiff::civil::Date;
use uuid::Uuid;

use super::{Kept, handed, is_over, is_same, kept};
use crate::access::grant::store::{GrantError, end_after, end_received, give, grants_of};
use crate::access::grant::{EndGrant, GiveGrant};
use crate::access::leave::store::{close, left, to_close};
use crate::access::leave::{LeavePerson, Leaving, store};
use crate::access::{NotPermitted, Reach, permit};
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::{Db, DbError};

/// Why somebody could not leave, told in French.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// Whoever asks may not.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// A grant cannot be given or ended.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The history or the database refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for LeaveError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Ends on a day all that somebody holds, and gives a successor what may be given on; the account
/// closes at once where nothing is left. How many grants ended, and how many were given on.
///
/// # Errors
/// Where something that they hold themselves is not for whoever asks to end, and where nobody would
/// be left who administers the whole country.
pub async fn leave(
    change: &mut Change,
    leaving: Leaving,
    successor: Option<Uuid>,
    why: &str,
) -> Result<(usize, usize), LeaveError> {
    let allowed = permit::<LeavePerson>(change, leaving).await?;
    let (actor, today) = (change.actor(), paris_date(change.at()));
    let reach = Reach::of(change.tx(), today, actor).await?;
    let held = grants_of(change.tx(), leaving.person).await?;
    let kept = kept(change.tx(), &reach, held, today).await?;
    let theirs = match successor {
        Some(successor) => grants_of(change.tx(), successor).await?,
        None => Vec::new(),
    };
    let mut given = 0;
    // Given before anything ends: the last administrator hands over in this order.
    for one in kept.iter().filter(|one| one.gives.is_ok()) {
        let mut known = theirs.iter().filter(|held| !is_over(held, today));
        if known.any(|held| is_same(held, &one.held)) {
            continue;
        }
        let new = successor.and_then(|to| handed(&one.held, to, today, why));
        if let Some(new) = new.filter(|new| new.person != leaving.person) {
            let allowed = match permit::<GiveGrant>(change, new).await {
                Ok(allowed) => allowed,
                // Nobody gives anything to themselves: that one is not handed over.
                Err(NotPermitted::Denied(_)) => continue,
                Err(failed) => return Err(failed.into()),
            };
            give(change, allowed).await?;
            given += 1;
        }
    }
    let lasts = |one: &&Kept| one.held.ends_on.is_none_or(|end| end > leaving.last);
    let own = kept.iter().filter(|one| one.held.behalf_of.is_none());
    for one in own.filter(lasts) {
        let allowed = permit::<EndGrant>(change, one.held.grant.id).await?;
        end_after(change, allowed, leaving.last).await?;
    }
    end_received(change, &allowed).await?;
    store::leave(change, &allowed).await?;
    if leaving.last < today {
        close(change, allowed).await?;
    }
    Ok((kept.len(), given))
}

/// Closes the accounts of those whose last day is over and who hold nothing more; how many.
///
/// # Errors
/// Where the database fails.
pub async fn close_left(db: &Db, clock: &Clock) -> Result<usize, LedgerError> {
    let today = clock.today();
    let waiting = to_close(&mut db.read().await?, today).await?;
    for leaving in &waiting {
        let kind = "person.close";
        let mut change = Change::open(db, clock, Actor::Installation, kind).await?;
        // Somebody may have given them something meanwhile.
        let grants = grants_of(change.tx(), leaving.person).await?;
        let holds = grants.iter().any(|held| !is_over(held, today));
        let open = left(change.tx(), leaving.person).await?;
        if holds || open.is_none_or(|left| left.closed) {
            continue;
        }
        let allowed = permit::<LeavePerson>(&mut change, *leaving).await;
        if let Ok(allowed) = allowed {
            close(&mut change, allowed).await?;
            change.commit().await?;
        }
    }
    Ok(waiting.len())
}

/// The last day that was typed.
pub(super) fn last_day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}
