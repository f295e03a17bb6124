//! Passkeys in the database.

use serde::Serialize;
use uuid::Uuid;
use webauthn_rs::prelude::{AuthenticationResult, Passkey};

use super::{AddPasskey, MOST, RemovePasskey};
use crate::access::letter::{self, Warning};
use crate::access::permit::Permit;
use crate::access::reach::Reach;
use crate::access::store::person;
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// What the history keeps of a passkey: nothing personal.
#[derive(Serialize)]
struct Recorded {}

/// A passkey that opens an account, as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Listed {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
    /// When it last opened the account, in microseconds UTC.
    pub seen_at: Option<i64>,
}

/// The passkeys that open the account of whoever asks, the latest first.
pub(super) async fn own(tx: &mut Tx, reach: &Reach) -> Result<Vec<Listed>, DbError> {
    tx.all(
        "select id, name, created_at, seen_at from passkey where person_id = $1
         order by created_at desc, id desc",
        args![reach.actor().person()],
    )
    .await
}

/// Whose account a passkey opens.
pub(super) async fn owner(tx: &mut Tx, passkey: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select person_id from passkey where id = $1",
            args![passkey],
        )
        .await?;
    Ok(found.map(|(person,)| person))
}

/// The passkeys of a person, as devices are told them.
pub(super) async fn known(tx: &mut Tx, person: Uuid) -> Result<Vec<Passkey>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select material from passkey where person_id = $1",
            args![person],
        )
        .await?;
    rows.into_iter()
        .map(|(text,)| read(&text, person))
        .collect()
}

/// A passkey that somebody may be giving, with its identifier: the one of that name, where it
/// opens the account of that person.
pub(super) async fn given(
    tx: &mut Tx,
    person: Uuid,
    credential: &[u8],
) -> Result<Option<(Uuid, Passkey)>, DbError> {
    let found: Option<(Uuid, String)> = tx
        .optional(
            "select k.id, k.material from passkey k
             join person p on p.id = k.person_id and p.closed_change is null
             where k.person_id = $1 and k.credential = $2",
            args![person, credential],
        )
        .await?;
    let read = |(id, text): (Uuid, String)| Ok((id, read(&text, id)?));
    found.map(read).transpose()
}

fn read(text: &str, about: Uuid) -> Result<Passkey, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::corrupt("passkey", about))
}

fn written(passkey: &Passkey) -> String {
    // Serialising a plain struct to text cannot fail; an empty text would open nothing.
    serde_json::to_string(passkey).unwrap_or_default()
}

/// Keeps that a passkey served. False where what it counts went backwards, which a copy of it
/// would, or where another request has just counted as far.
pub(super) async fn used(
    tx: &mut Tx,
    id: Uuid,
    passkey: &mut Passkey,
    result: &AuthenticationResult,
    now: i64,
) -> Result<bool, DbError> {
    passkey.update_credential(result);
    let used = tx
        .run(
            "update passkey set material = $2, count = $3, seen_at = $4
             where id = $1 and (count < $3 or (count = 0 and $3 = 0))",
            args![id, written(passkey), i64::from(result.counter()), now],
        )
        .await?;
    Ok(used == 1)
}

/// Has a passkey open the account of a person, who is warned; false where it opens one already,
/// or where the account has as many as it may.
pub(super) async fn add(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<AddPasskey>,
    (name, passkey): (&str, &Passkey),
) -> Result<bool, LedgerError> {
    let owner = permit.into_thing();
    let (id, no, now) = (clock.new_id(), change.no(), clock.now());
    if known(change.tx(), owner).await?.len() >= MOST {
        return Ok(false);
    }
    let credential: &[u8] = passkey.cred_id();
    let added = change
        .tx()
        .run(
            "insert into passkey (id, person_id, credential, material, name, count, created_at,
                                  created_change)
             values ($1, $2, $3, $4, $5, 0, $6, $7)
             on conflict (credential) do nothing",
            args![id, owner, credential, written(passkey), name, now, no],
        )
        .await?;
    if added == 0 {
        return Ok(false);
    }
    change
        .record(owner, "passkey_add", None::<&Recorded>, Some(&Recorded {}))
        .await?;
    warn(change.tx(), clock, owner, Warning::PasskeyAdded(name)).await?;
    Ok(true)
}

/// Takes a passkey away from the account it opens, whose owner is warned.
pub(super) async fn remove(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<RemovePasskey>,
) -> Result<(), LedgerError> {
    let id = permit.into_thing();
    let tx = change.tx();
    let found: Option<(Uuid, String)> = tx
        .optional(
            "select person_id, name from passkey where id = $1",
            args![id],
        )
        .await?;
    let Some((owner, name)) = found else {
        return Ok(());
    };
    tx.run("delete from passkey where id = $1", args![id])
        .await?;
    change
        .record(
            owner,
            "passkey_remove",
            Some(&Recorded {}),
            None::<&Recorded>,
        )
        .await?;
    warn(change.tx(), clock, owner, Warning::PasskeyRemoved(&name)).await?;
    Ok(())
}

async fn warn(tx: &mut Tx, clock: &Clock, id: Uuid, warning: Warning<'_>) -> Result<(), DbError> {
    let Some(person) = person(tx, id).await? else {
        return Ok(());
    };
    let letter = letter::warning(&person, warning, clock.now());
    mail::store::write(tx, clock, &[letter]).await
}
