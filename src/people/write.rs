//! What the rows of a file say, done: accounts, grants and ends, each under a permit of its own, and
//! put back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::judge::Planned;
use super::{Subject, store};
use crate::access::grant::store::{GrantError, end, end_after, give};
use crate::access::grant::{EndGrant, GiveGrant, NewGrant};
use crate::access::link::InvitePerson;
use crate::access::link::store::invite;
use crate::access::store::{AddPerson, Whose, add_invited};
use crate::access::{Act, Email, NotPermitted, Permit, permit};
use crate::imports::{Later, Verdict, Written};
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};

/// Opens the accounts that are missing, then gives, then ends: what hands the administration over
/// does so in that order. Whoever has a new account is invited once they hold something, since that
/// says who may invite them.
pub(super) async fn write(change: &mut Change, rows: &[Planned]) -> Result<Written, LedgerError> {
    let mut opened: BTreeMap<&str, Uuid> = BTreeMap::new();
    let mut invited = Vec::new();
    let given = rows.iter().filter(|row| row.verdict == Verdict::Created);
    for row in given {
        let email = row.subject.email.as_str();
        let known = row.after.person.or_else(|| opened.get(email).copied());
        let person = if let Some(person) = known {
            person
        } else {
            let person = open(change, row).await?;
            invited.push(person);
            person
        };
        opened.insert(email, person);
        let new = new_grant(&row.subject, person, row.after.starts_on, row.after.ends_on);
        let why = row.after.why.clone();
        hand_over(change, NewGrant { why, ..new }).await?;
    }
    let clock = change.clock().clone();
    let today = paris_date(change.at());
    for person in invited {
        let allowed = asked::<InvitePerson>(change, Whose { person, today }).await?;
        invite(change, &clock, allowed).await?;
    }
    let ended = rows.iter().filter(|row| row.verdict == Verdict::Changed);
    for row in ended {
        if let (Some(grant), Some(last)) = (row.after.grant, row.after.ends_on) {
            let allowed = asked::<EndGrant>(change, grant).await?;
            end_after(change, allowed, last).await.map_err(unmade)?;
        }
    }
    written(rows.iter().map(|row| (&row.subject, row.after.ends_on)))
}

/// Opens an account, in the change that gives what its owner will hold.
async fn open(change: &mut Change, row: &Planned) -> Result<Uuid, LedgerError> {
    let email: Email = row
        .subject
        .email
        .parse()
        .map_err(|cause| DbError::corrupt("address of a row", cause))?;
    let allowed = asked::<AddPerson>(change, ()).await?;
    add_invited(change, allowed, row.after.name.clone(), &email).await
}

async fn hand_over(change: &mut Change, new: NewGrant) -> Result<(), LedgerError> {
    let allowed = asked::<GiveGrant>(change, new).await?;
    give(change, allowed).await.map_err(unmade)?;
    Ok(())
}

fn new_grant(subject: &Subject, person: Uuid, starts_on: Date, ends_on: Option<Date>) -> NewGrant {
    NewGrant {
        person,
        remit: subject.remit.clone(),
        starts_on,
        ends_on,
        why: String::new(),
    }
}

/// What undoing does for one row.
#[derive(Clone, Debug)]
pub(super) enum Undone {
    /// The grant that was given ends.
    Ends(Subject, Uuid),
    /// What was ended is given again.
    Gives(NewGrant, Subject),
}

impl Undone {
    /// Whether something is given again.
    pub(super) fn gives_back(&self) -> bool {
        matches!(self, Self::Gives(..))
    }
}

/// What undoing a file would do, but for what was touched since the change that wrote it.
pub(super) async fn undoing(
    tx: &mut Tx,
    rows: &[Planned],
    committed: i64,
) -> Result<Vec<Undone>, DbError> {
    let mut undone = Vec::new();
    let mut given = given(tx, committed).await?;
    for row in rows {
        match row.verdict {
            Verdict::Created => {
                if let Some((grant, touched)) = given.remove(&key(row))
                    && touched == committed
                {
                    undone.push(Undone::Ends(row.subject.clone(), grant));
                }
            }
            Verdict::Changed => {
                if let Some(new) = again(tx, row, committed).await? {
                    undone.push(Undone::Gives(new, row.subject.clone()));
                }
            }
            Verdict::Unchanged => {}
        }
    }
    Ok(undone)
}

/// What was touched since, and stays.
pub(super) async fn kept(
    tx: &mut Tx,
    rows: &[Planned],
    committed: i64,
) -> Result<Vec<Later>, DbError> {
    let given = given(tx, committed).await?;
    let mut kept = Vec::new();
    for row in rows {
        let touched = match (row.verdict, row.after.grant) {
            (Verdict::Created, _) => given.get(&key(row)).map(|(_, touched)| *touched),
            (Verdict::Changed, Some(grant)) => Some(store::touched(tx, grant).await?),
            _ => None,
        };
        if let Some(change) = touched.filter(|touched| *touched != committed) {
            kept.push(Later {
                place: row.place.clone(),
                change,
                file: None,
            });
        }
    }
    Ok(kept)
}

/// A subject and the first day of what was given.
type Key = (Subject, String);

fn key(row: &Planned) -> Key {
    (row.subject.clone(), row.after.starts_on.to_string())
}

/// The grants that a change gave, each with the last change that touched it.
async fn given(tx: &mut Tx, change: i64) -> Result<BTreeMap<Key, (Uuid, i64)>, DbError> {
    let rows = store::given_by(tx, change).await?.into_iter();
    let keyed = rows.map(|row| {
        let subject = Subject {
            email: row.email,
            remit: row.remit,
        };
        ((subject, row.starts_on), (row.id, row.touched))
    });
    Ok(keyed.collect())
}

/// The grant that gives back what a row ended, from the day after its end; nothing where it was
/// touched since, or would be over by now.
async fn again(tx: &mut Tx, row: &Planned, committed: i64) -> Result<Option<NewGrant>, DbError> {
    let (Some(before), Some(last)) = (&row.before, row.after.ends_on) else {
        return Ok(None);
    };
    let (Some(grant), Some(person)) = (before.grant, before.person) else {
        return Ok(None);
    };
    if store::touched(tx, grant).await? != committed {
        return Ok(None);
    }
    let from = last.tomorrow().unwrap_or(last).max(before.starts_on);
    let new = new_grant(&row.subject, person, from, before.ends_on);
    let why = before.why.clone();
    Ok(Some(NewGrant { why, ..new }))
}

/// Puts back what stood before.
pub(super) async fn undo(change: &mut Change, undone: &[Undone]) -> Result<Written, LedgerError> {
    let today = paris_date(change.at());
    let mut said = Vec::new();
    for one in undone {
        if let Undone::Gives(new, subject) = one {
            let starts_on = new.starts_on.max(today);
            if new.ends_on.is_none_or(|end| end >= starts_on) {
                let new = NewGrant {
                    starts_on,
                    ..new.clone()
                };
                hand_over(change, new).await?;
            }
            said.push((subject, new.ends_on));
        }
    }
    for one in undone {
        if let Undone::Ends(subject, grant) = one {
            let allowed = asked::<EndGrant>(change, *grant).await?;
            end(change, allowed).await.map_err(unmade)?;
            said.push((subject, Some(today)));
        }
    }
    written(said.into_iter())
}

fn written<'s>(
    rows: impl Iterator<Item = (&'s Subject, Option<Date>)>,
) -> Result<Written, LedgerError> {
    let (mut digest, mut count) = (Sha256::new(), 0);
    for row in rows {
        let said = serde_json::to_vec(&row);
        digest.update(said.map_err(|cause| DbError::corrupt("rehearsal", cause))?);
        count += 1;
    }
    Ok(Written {
        rows: count,
        digest: digest.finalize().into(),
    })
}

/// The permit for one part of a file: the whole was judged just before, in the same transaction.
async fn asked<A: Act>(change: &mut Change, thing: A::Thing) -> Result<Permit<A>, LedgerError> {
    let allowed = permit::<A>(change, thing).await;
    allowed.map_err(|refused| match refused {
        NotPermitted::Db(error) => error.into(),
        other => DbError::corrupt("permit of a file of people", other).into(),
    })
}

fn unmade(error: GrantError) -> LedgerError {
    match error {
        GrantError::Ledger(error) => error,
        other => DbError::corrupt("grant of a file of people", other).into(),
    }
}
