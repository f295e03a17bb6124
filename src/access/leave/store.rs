//! Accounts of people who leave, in the database; their names and addresses, erased once their time
//! is over.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{LeavePerson, Leaving};
use crate::access::permit::Permit;
use crate::access::store::end_sessions;
use crate::access::token;
use crate::args;
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// Where the account of somebody who leaves stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Their last day.
    pub last: Date,
    /// Whether their account is closed.
    pub closed: bool,
}

/// What the history keeps of it.
#[derive(Serialize)]
struct Recorded {
    leaves_on: Option<Date>,
}

/// Where the account of a person stands, if they leave or left.
pub async fn left(tx: &mut Tx, person: Uuid) -> Result<Option<Left>, DbError> {
    let row: Option<(Option<String>, Option<i64>)> = tx
        .optional(
            "select leaves_on, closed_change from person where id = $1",
            args![person],
        )
        .await?;
    let Some((Some(last), closed)) = row else {
        return Ok(None);
    };
    Ok(Some(Left {
        last: day(&last)?,
        closed: closed.is_some(),
    }))
}

fn day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|_| DbError::corrupt("last day of a person", text))
}

/// Notes the last day of the person in the permit; said again, it is the one said last.
pub async fn leave(change: &mut Change, permit: &Permit<LeavePerson>) -> Result<(), LedgerError> {
    let Leaving { person, last } = *permit.thing();
    let before = Recorded {
        leaves_on: left(change.tx(), person).await?.map(|left| left.last),
    };
    let after = Recorded {
        leaves_on: Some(last),
    };
    change
        .record(person, "leave", Some(&before), Some(&after))
        .await?;
    change
        .tx()
        .run(
            "update person set leaves_on = $2 where id = $1",
            args![person, last.to_string()],
        )
        .await?;
    Ok(())
}

/// Closes the account of the person in the permit: their sessions end, their programs and the
/// addresses of their tables are revoked, and nobody signs in with it until it is opened again.
pub async fn close(change: &mut Change, permit: Permit<LeavePerson>) -> Result<(), LedgerError> {
    let person = permit.into_thing().person;
    change
        .record(person, "close", None::<&Recorded>, None::<&Recorded>)
        .await?;
    let no = change.no();
    change
        .tx()
        .run(
            "update person set closed_change = $2 where id = $1",
            args![person, no],
        )
        .await?;
    token::store::revoke_all(change, person).await?;
    end_sessions(change.tx(), person, None).await?;
    Ok(())
}

/// Opens the account of somebody who left and is given something: they stay.
pub(in crate::access) async fn reopen(
    change: &mut Change,
    person: Uuid,
) -> Result<(), LedgerError> {
    let Some(left) = left(change.tx(), person).await? else {
        return Ok(());
    };
    let before = Recorded {
        leaves_on: Some(left.last),
    };
    let after = Recorded { leaves_on: None };
    change
        .record(person, "reopen", Some(&before), Some(&after))
        .await?;
    change
        .tx()
        .run(
            "update person set leaves_on = null, closed_change = null where id = $1",
            args![person],
        )
        .await?;
    Ok(())
}

/// The people whose last day is over, who hold nothing more and whose account is still open, each
/// with that day.
pub async fn to_close(tx: &mut Tx, today: Date) -> Result<Vec<Leaving>, DbError> {
    let rows: Vec<(Uuid, String)> = tx
        .all(
            "select p.id, p.leaves_on from person p
             where p.leaves_on < $1 and p.closed_change is null
               and not exists (select 1 from access_grant g
                               where g.person_id = p.id and g.ended_change is null
                                 and (g.ends_on is null or g.ends_on >= $1))
             order by p.id",
            args![today.to_string()],
        )
        .await?;
    let leaving = |(person, last): (Uuid, String)| {
        Ok(Leaving {
            person,
            last: day(&last)?,
        })
    };
    rows.into_iter().map(leaving).collect()
}

/// How long they stay after the account was closed, in microseconds: five years, the length of a
/// contract, whose acts name those who made them.
const KEPT: i64 = 5 * 365 * 24 * 3600 * 1_000_000;

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
