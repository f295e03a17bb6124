//! Sealed things in the database. Nothing here opens one.

use uuid::Uuid;

use super::{Envelope, Place, Wrapped};
use crate::args;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    thing_id: Uuid,
    slot: String,
    no: i64,
    key_id: String,
    wrapped: Vec<u8>,
    nonce: Vec<u8>,
    body: Vec<u8>,
}

/// A sealed thing with its place.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The row it stands in.
    pub id: Uuid,
    /// What it is bound to.
    pub place: Place,
    /// As it is kept.
    pub envelope: Envelope,
}

impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            place: Place {
                thing: row.thing_id,
                slot: row.slot,
                no: row.no,
            },
            envelope: Envelope {
                wrapped: Wrapped {
                    key_id: row.key_id,
                    bytes: row.wrapped,
                },
                nonce: row.nonce,
                body: row.body,
            },
        }
    }
}

/// Keeps a sealed thing; false where its place is taken.
pub async fn keep(
    tx: &mut Tx,
    clock: &Clock,
    place: &Place,
    envelope: &Envelope,
) -> Result<bool, DbError> {
    let kept = tx
        .run(
            "insert into sealed (id, thing_id, slot, no, key_id, wrapped, nonce, body)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (thing_id, slot, no) do nothing",
            args![
                clock.new_id(),
                place.thing,
                &place.slot,
                place.no,
                &envelope.wrapped.key_id,
                envelope.wrapped.bytes.clone(),
                envelope.nonce.clone(),
                envelope.body.clone()
            ],
        )
        .await?;
    Ok(kept == 1)
}

/// What is sealed at that place.
pub async fn find(tx: &mut Tx, place: &Place) -> Result<Option<Envelope>, DbError> {
    let row: Option<Row> = tx
        .optional(
            "select id, thing_id, slot, no, key_id, wrapped, nonce, body from sealed
             where thing_id = $1 and slot = $2 and no = $3",
            args![place.thing, &place.slot, place.no],
        )
        .await?;
    Ok(row.map(|row| Kept::from(row).envelope))
}

/// The last version of a slot of a thing.
pub async fn last(tx: &mut Tx, thing: Uuid, slot: &str) -> Result<Option<Kept>, DbError> {
    let row: Option<Row> = tx
        .optional(
            "select id, thing_id, slot, no, key_id, wrapped, nonce, body from sealed
             where thing_id = $1 and slot = $2 order by no desc limit 1",
            args![thing, slot],
        )
        .await?;
    Ok(row.map(Kept::from))
}

/// Forgets every version of a slot of a thing.
pub async fn forget(tx: &mut Tx, thing: Uuid, slot: &str) -> Result<(), DbError> {
    tx.run(
        "delete from sealed where thing_id = $1 and slot = $2",
        args![thing, slot],
    )
    .await?;
    Ok(())
}

/// How many things each master key has under it, by its identifier.
pub async fn count(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(
        "select key_id, count(*) from sealed group by key_id order by key_id collate \"C\"",
        vec![],
    )
    .await
}

/// How many sealed things are read at once.
const AT_ONCE: i64 = 100;

/// Some sealed things after that row, in the order of their rows.
pub async fn after(tx: &mut Tx, id: Uuid) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<Row> = tx
        .all(
            "select id, thing_id, slot, no, key_id, wrapped, nonce, body from sealed
             where id > $1 order by id limit $2",
            args![id, AT_ONCE],
        )
        .await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// Some sealed things after that row whose key is not under that master key.
pub async fn not_under(tx: &mut Tx, key: &str, id: Uuid) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<Row> = tx
        .all(
            "select id, thing_id, slot, no, key_id, wrapped, nonce, body from sealed
             where key_id <> $1 and id > $2 order by id limit $3",
            args![key, id, AT_ONCE],
        )
        .await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// Puts the key of a sealed thing under another master key; false where it moved on since it was
/// read.
pub async fn rewrapped(tx: &mut Tx, kept: &Kept, wrapped: &Wrapped) -> Result<bool, DbError> {
    let done = tx
        .run(
            "update sealed set key_id = $2, wrapped = $3 where id = $1 and wrapped = $4",
            args![
                kept.id,
                &wrapped.key_id,
                wrapped.bytes.clone(),
                kept.envelope.wrapped.bytes.clone()
            ],
        )
        .await?;
    Ok(done == 1)
}
