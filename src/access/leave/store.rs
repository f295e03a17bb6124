//! Accounts of people who leave, in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{LeavePerson, Leaving};
use crate::access::permit::Permit;
use crate::access::store::end_sessions;
use crate::access::token;
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::db::{DbError, Tx};

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

/// Closes the account of the person in the permit: their sessions end, their programs are revoked,
/// and nobody signs in with it until it is opened again.
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
