//! The history in the database.

mod verify;

use uuid::Uuid;

use super::anchor::Anchor;
use super::change::{NewThing, Scope};
use super::history::Entry;
use crate::args;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

pub use verify::{verify, verify_against};

/// The last change: what the next one follows. Zeros and no digest before the first.
#[derive(Debug, Default, sqlx::FromRow)]
pub(super) struct Head {
    pub no: i64,
    pub at: i64,
    pub hash: Vec<u8>,
}

pub(super) async fn head(tx: &mut Tx) -> Result<Head, DbError> {
    let last: Option<Head> = tx
        .optional(
            "select no, at, hash from change order by no desc limit 1",
            vec![],
        )
        .await?;
    Ok(last.unwrap_or_default())
}

/// The number of the last committed change, 0 before the first: the version of everything. A
/// transaction that only reads asks it once.
pub async fn last_change(tx: &mut Tx) -> Result<i64, DbError> {
    if let Some(no) = tx.noted_state() {
        return Ok(no);
    }
    let (no,): (i64,) = tx
        .one("select coalesce(max(no), 0) from change", vec![])
        .await?;
    tx.note_state(no);
    Ok(no)
}

/// The state of the history that a transaction reads, by its last change; `None` in one that
/// writes, which sees what it writes itself.
pub async fn state(tx: &mut Tx) -> Result<Option<i64>, DbError> {
    if !tx.is_unchanging() {
        return Ok(None);
    }
    last_change(tx).await.map(Some)
}

/// Whether the history has reached that change. A change under way sees what it wrote itself,
/// which may yet be given up, and a change to come is not known at all: of neither is anything
/// kept in memory.
pub async fn is_committed(tx: &mut Tx, change: i64) -> Result<bool, DbError> {
    Ok(change <= last_change(tx).await?)
}

/// The last link of the chain, to keep elsewhere; `None` before the first change.
pub async fn anchor(tx: &mut Tx) -> Result<Option<Anchor>, DbError> {
    let Head { no, hash, .. } = head(tx).await?;
    if no == 0 {
        return Ok(None);
    }
    let digest = hash.try_into();
    let digest = digest.map_err(|_| DbError::corrupt("digest of a change", no))?;
    Ok(Some(Anchor { no, digest }))
}

/// The last change made at that instant (microseconds UTC) or before it, 0 where there is none.
pub async fn last_change_before(tx: &mut Tx, instant: i64) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one(
            "select coalesce(max(no), 0) from change where at <= $1",
            args![instant],
        )
        .await?;
    Ok(no)
}

pub(super) async fn scope_id(tx: &mut Tx, scope: &Scope, clock: &Clock) -> Result<Uuid, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select id from scope where organisation = $1 and framework = $2",
            args![&scope.organisation, &scope.framework],
        )
        .await?;
    if let Some((id,)) = found {
        return Ok(id);
    }
    let id = clock.new_id();
    tx.run(
        "insert into scope (id, organisation, framework) values ($1, $2, $3)",
        args![id, &scope.organisation, &scope.framework],
    )
    .await?;
    Ok(id)
}

pub(super) async fn insert_thing(
    tx: &mut Tx,
    id: Uuid,
    new: &NewThing<'_>,
    scope: Uuid,
) -> Result<(), DbError> {
    tx.run(
        "insert into thing (id, kind, parent_id, scope_id, version, label)
         values ($1, $2, $3, $4, 1, $5)",
        args![id, new.kind, new.parent, scope, new.label],
    )
    .await?;
    Ok(())
}

pub(super) async fn raise_version(tx: &mut Tx, thing: Uuid) -> Result<(), DbError> {
    tx.run(
        "update thing set version = version + 1 where id = $1",
        args![thing],
    )
    .await?;
    Ok(())
}

pub(super) async fn set_label(tx: &mut Tx, thing: Uuid, label: &str) -> Result<(), DbError> {
    tx.run(
        "update thing set label = $2 where id = $1",
        args![thing, label],
    )
    .await?;
    Ok(())
}

pub(super) async fn version_of(tx: &mut Tx, thing: Uuid) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .optional("select version from thing where id = $1", args![thing])
        .await?;
    Ok(row.map(|(version,)| version))
}

pub(super) struct NewChange<'a> {
    pub no: i64,
    pub at: i64,
    pub kind: &'a str,
    pub actor: Option<Uuid>,
    pub token: Option<Uuid>,
    pub grant: Option<Uuid>,
    pub why: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub prev: &'a [u8],
    pub hash: [u8; 32],
    pub entries: &'a [Entry],
}

pub(super) async fn insert_change(tx: &mut Tx, new: &NewChange<'_>) -> Result<(), DbError> {
    tx.run(
        "insert into change (no, at, kind, actor, token, grant_id, why, origin, prev, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.no, new.at, new.kind, new.actor, new.token, new.grant, new.why, new.origin,
            new.prev, new.hash
        ],
    )
    .await?;
    let entries = (0_i64..).zip(new.entries).map(|(seq, entry)| {
        args![
            new.no,
            seq,
            entry.thing,
            &entry.verb,
            entry.before.clone(),
            entry.after.clone()
        ]
    });
    tx.insert_rows(
        "insert into entry (change_no, seq, thing_id, verb, before_state, after_state) values",
        entries.collect(),
    )
    .await
}

/// Where changes were made from is kept this long, in microseconds.
const ORIGIN_KEPT: i64 = 365 * 24 * 3600 * 1_000_000;

/// Forgets where changes were made from, once its time is over. It stands outside their digests.
pub async fn forget_origins(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    tx.run(
        "update change set origin = null where at < $1 and origin is not null",
        args![now - ORIGIN_KEPT],
    )
    .await?;
    Ok(())
}

/// A form is not sent again after this long.
const ANSWERS_KEPT: i64 = 7 * 24 * 3600 * 1_000_000;

pub(super) async fn answer_to(tx: &mut Tx, form: &[u8]) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .optional("select location from answer where form = $1", args![form])
        .await?;
    Ok(row.map(|(location,)| location))
}

pub(super) async fn keep_answer(
    tx: &mut Tx,
    form: &[u8],
    change_no: i64,
    at: i64,
    location: &str,
) -> Result<(), DbError> {
    tx.run(
        "delete from answer where at < $1",
        args![at.saturating_sub(ANSWERS_KEPT)],
    )
    .await?;
    tx.run(
        "insert into answer (form, change_no, at, location) values ($1, $2, $3, $4)",
        args![form, change_no, at, location],
    )
    .await?;
    Ok(())
}

/// One line of a thing's history.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChangeRow {
    /// The change's number.
    pub no: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// The kind of change.
    pub kind: String,
    /// Who, by name; absent for the installation itself.
    pub who: Option<String>,
    /// The reason given.
    pub why: Option<String>,
    /// What was done.
    pub verb: String,
    /// The state before, as JSON text.
    pub before_state: Option<String>,
    /// The state after, as JSON text.
    pub after_state: Option<String>,
}

/// What happened to a thing, the latest first.
pub async fn history_of(tx: &mut Tx, thing: Uuid) -> Result<Vec<ChangeRow>, DbError> {
    tx.all(
        "select c.no, c.at, c.kind, p.name as who, c.why, e.verb, e.before_state, e.after_state
         from entry e
         join change c on c.no = e.change_no
         left join person p on p.id = c.actor
         where e.thing_id = $1
         order by c.no desc, e.seq desc",
        args![thing],
    )
    .await
}
