//! The name and the address of somebody who left, erased once their time is over.

use uuid::Uuid;

use crate::args;
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// How long they stay after the account was closed, in microseconds: five years, the length of a
/// contract, whose acts name those who made them.
pub const KEPT: i64 = 5 * 365 * 24 * 3600 * 1_000_000;

/// What stands in the place of a name.
pub const NAMELESS: &str = "Une personne effacée";

/// Erases the names and the addresses whose time is over, with all that still opened those
/// accounts. The history goes on telling what was done, and no longer by whom. How many.
///
/// # Errors
/// Where the history or the database refuses.
pub async fn forget_left(db: &Db, clock: &Clock) -> Result<usize, LedgerError> {
    let before = clock.now() - KEPT;
    if due(&mut db.read().await?, before).await?.is_empty() {
        return Ok(0);
    }
    let mut change = Change::open(db, clock, Actor::Installation, "person.forget").await?;
    // Somebody may have been given something meanwhile, which opened their account again.
    let people = due(change.tx(), before).await?;
    for person in &people {
        let none = None::<&()>;
        change.record(*person, "forget", none, none).await?;
        let no = change.no();
        erase(change.tx(), *person, no).await?;
    }
    change.commit().await?;
    Ok(people.len())
}

/// The people whose account was closed before that instant, and who are not erased yet.
async fn due(tx: &mut Tx, before: i64) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(Uuid,)> = tx
        .all(
            "select p.id from person p join change c on c.no = p.closed_change
             where c.at < $1 and p.forgotten_change is null order by p.id",
            args![before],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn erase(tx: &mut Tx, person: Uuid, change: i64) -> Result<(), DbError> {
    // The address names nobody and receives nothing (RFC 2606).
    let address = format!("{person}@personne-effacee.invalid");
    tx.run(
        "update person set name = $2, email = $3, password = null, forgotten_change = $4
         where id = $1",
        args![person, NAMELESS, address, change],
    )
    .await?;
    for what_opens in [
        "delete from passkey where person_id = $1",
        "delete from identity where person_id = $1",
        "delete from authenticator where person_id = $1",
        "delete from recovery_code where person_id = $1",
        "delete from access_link where person_id = $1",
    ] {
        tx.run(what_opens, args![person]).await?;
    }
    Ok(())
}
