//! Events and their seals in the database.

use uuid::Uuid;

use super::{Event, EventKind, Mark, Sealed, seal_hash};
use crate::access::throttle::Tries;
use crate::access::{Concern, Reach};
use crate::args;
use crate::kernel::fold;
use crate::ledger::Anchor;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// Events that one seal covers at most.
const MOST_SEALED: i64 = 1000;
/// An event that has just happened may still be under way: it is sealed after this long, which is
/// longer than a password that was right, or a provider of identities, is waited for.
const SETTLED: i64 = 11 * 60 * 1_000_000;

/// Keeps an event; its identifier.
pub(in crate::access) async fn keep(
    tx: &mut Tx,
    clock: &Clock,
    event: &Event<'_>,
) -> Result<Uuid, DbError> {
    keep_at(tx, clock, clock.now(), event).await
}

/// [`keep`] for what happened at that instant, in microseconds UTC.
pub(super) async fn keep_at(
    tx: &mut Tx,
    clock: &Clock,
    at: i64,
    event: &Event<'_>,
) -> Result<Uuid, DbError> {
    let id = clock.new_id();
    tx.run(
        "insert into access_event (id, at, kind, person_id, account, device, origin, done,
                                   detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            at,
            event.kind.code(),
            event.person,
            event.account.map(Vec::from),
            event.device.map(Vec::from),
            event.origin,
            event.done,
            event.detail
        ],
    )
    .await?;
    Ok(id)
}

/// What was tried turned out well, for that person.
pub(in crate::access) async fn succeeded(
    tx: &mut Tx,
    event: Uuid,
    person: Uuid,
    device: Mark,
) -> Result<(), DbError> {
    tx.run(
        "update access_event set done = true, person_id = $2, device = $3
         where id = $1 and seal_no is null",
        args![event, person, device],
    )
    .await?;
    Ok(())
}

/// What was tried of that kind since two instants, as the rule asks it.
pub(in crate::access) async fn tries(
    tx: &mut Tx,
    kind: EventKind,
    (account, device, origin): (Mark, Option<Mark>, Option<&str>),
    (recent, hour, known_since): (i64, i64, i64),
) -> Result<Tries, DbError> {
    let (device, kind) = (device.map(Vec::from), kind.code());
    let (known,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where account = $1 and device = $2 and done and kind in ('sign_in', 'link_used')
               and at > $3",
            args![account, device.clone(), known_since],
        )
        .await?;
    let (by_device,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where account = $1 and device = $2 and not done and kind = $4 and at > $3",
            args![account, device, recent, kind],
        )
        .await?;
    let (here,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where account = $1 and origin = $2 and not done and kind = $4 and at > $3",
            args![account, origin, recent, kind],
        )
        .await?;
    let (from_origin,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where origin = $1 and not done and kind = $3 and at > $2",
            args![origin, recent, kind],
        )
        .await?;
    let (on_account,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where account = $1 and not done and kind = $3 and at > $2",
            args![account, hour, kind],
        )
        .await?;
    Ok(Tries {
        known_device: known > 0,
        by_device,
        here,
        from_origin,
        on_account,
    })
}

/// How many tries of that kind failed from a network address since that instant.
pub(in crate::access) async fn failed_from(
    tx: &mut Tx,
    kind: EventKind,
    origin: Option<&str>,
    since: i64,
) -> Result<i64, DbError> {
    let (failed,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where origin = $1 and not done and kind = $2 and at > $3",
            args![origin, kind.code(), since],
        )
        .await?;
    Ok(failed)
}

/// How many links were asked for since that instant: for an account, and from a network address.
pub(in crate::access) async fn links_asked(
    tx: &mut Tx,
    account: Mark,
    origin: Option<&str>,
    since: i64,
) -> Result<(i64, i64), DbError> {
    let (for_account,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where account = $1 and kind = 'ask_link' and at > $2",
            args![account, since],
        )
        .await?;
    let (from_origin,): (i64,) = tx
        .one(
            "select count(*) from access_event
             where origin = $1 and kind = 'ask_link' and at > $2",
            args![origin, since],
        )
        .await?;
    Ok((for_account, from_origin))
}

/// Identifiers of a few people, one of them repeated where there are fewer.
pub type Actors = [Uuid; 8];

/// Whom a few words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// Nobody.
    Nobody,
    /// These people.
    These(Actors),
    /// More than are asked for by name.
    Many,
}

/// The people whose name holds all of these words, which are folded.
pub async fn called(tx: &mut Tx, words: &[String]) -> Result<Called, DbError> {
    let people: Vec<(Uuid, String)> = tx.all("select id, name from person", vec![]).await?;
    let is_called = |name: &str| {
        let name = fold(name);
        words.iter().all(|word| name.contains(word.as_str()))
    };
    let found: Vec<Uuid> = people
        .into_iter()
        .filter_map(|(id, name)| is_called(&name).then_some(id))
        .collect();
    let Some(first) = found.first() else {
        return Ok(Called::Nobody);
    };
    let mut actors = [*first; 8];
    if found.len() > actors.len() {
        return Ok(Called::Many);
    }
    actors[..found.len()].copy_from_slice(&found);
    Ok(Called::These(actors))
}

/// What is asked of the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of what kind; any where none is said.
    pub kind: Option<EventKind>,
    /// Of these people alone.
    pub people: Option<Actors>,
    /// From that instant on, in microseconds UTC.
    pub from: i64,
    /// Before that instant and, at it, that event: the last one read before.
    pub before: (i64, Uuid),
    /// How many at most.
    pub most: i64,
}

/// An event, as its owner and auditors read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its identifier.
    pub id: Uuid,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Of what kind.
    pub kind: EventKind,
    /// Whether it turned out well.
    pub done: bool,
    /// The name of who did it, where that is known.
    pub who: Option<String>,
    /// From where, until it is forgotten.
    pub origin: Option<String>,
    /// The address that was asked for, without its query nor what opens something.
    pub detail: Option<String>,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    id: Uuid,
    at: i64,
    kind: String,
    done: bool,
    who: Option<String>,
    origin: Option<String>,
    detail: Option<String>,
}

impl TryFrom<KeptRow> for Kept {
    type Error = DbError;

    fn try_from(row: KeptRow) -> Result<Self, DbError> {
        let kind = EventKind::from_code(&row.kind);
        Ok(Self {
            kind: kind.ok_or_else(|| DbError::corrupt("kind of an access", &row.kind))?,
            id: row.id,
            at: row.at,
            done: row.done,
            who: row.who,
            origin: row.origin,
            detail: row.detail,
        })
    }
}

/// The last things that whoever asks did, or that somebody tried on their account.
pub(in crate::access) async fn own(
    tx: &mut Tx,
    reach: &Reach,
    account: Mark,
) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<KeptRow> = tx
        .all(
            "select e.id, e.at, e.kind, e.done, p.name as who, e.origin, e.detail
             from access_event e left join person p on p.id = e.person_id
             where e.person_id = $1 or e.account = $2
             order by e.at desc, e.id desc limit 20",
            args![reach.actor().person(), account],
        )
        .await?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// The next events that answer, the latest first; none to who does not read the history of
/// everything.
pub async fn kept(tx: &mut Tx, reach: &Reach, asked: &Asked) -> Result<Vec<Kept>, DbError> {
    if !reach.may_look("journal.read", &Concern::nobodys()) {
        return Ok(Vec::new());
    }
    let (at, id) = asked.before;
    if let Some(people) = asked.people {
        return kept_of(tx, asked, people).await;
    }
    let rows: Vec<KeptRow> = tx
        .all(
            "select e.id, e.at, e.kind, e.done, p.name as who, e.origin, e.detail
             from access_event e left join person p on p.id = e.person_id
             where ($1 = '' or e.kind = $1) and e.at >= $2 and e.at <= $3
               and (e.at < $3 or (e.at = $3 and e.id < $4))
             order by e.at desc, e.id desc limit $5",
            args![
                asked.kind.map_or("", EventKind::code),
                asked.from,
                at,
                id,
                asked.most
            ],
        )
        .await?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// [`kept`], of some people.
async fn kept_of(tx: &mut Tx, asked: &Asked, people: Actors) -> Result<Vec<Kept>, DbError> {
    let (at, id) = asked.before;
    let kind = asked.kind.map_or("", EventKind::code);
    let (from, most) = (asked.from, asked.most);
    let rows: Vec<KeptRow> = tx
        .all(
            "select e.id, e.at, e.kind, e.done, p.name as who, e.origin, e.detail
             from access_event e left join person p on p.id = e.person_id
             where e.person_id in ($6, $7, $8, $9, $10, $11, $12, $13)
               and ($1 = '' or e.kind = $1) and e.at >= $2 and e.at <= $3
               and (e.at < $3 or (e.at = $3 and e.id < $4))
             order by e.at desc, e.id desc limit $5",
            args![
                kind, from, at, id, most, people[0], people[1], people[2], people[3], people[4],
                people[5], people[6], people[7]
            ],
        )
        .await?;
    rows.into_iter().map(Kept::try_from).collect()
}

#[derive(Debug, Default, sqlx::FromRow)]
struct Seal {
    no: i64,
    hash: Vec<u8>,
}

async fn last_seal(tx: &mut Tx) -> Result<Option<Seal>, DbError> {
    tx.optional(
        "select no, hash from access_seal order by no desc limit 1",
        vec![],
    )
    .await
}

/// Seals the events that are not sealed yet; how many.
pub async fn seal(db: &Db, clock: &Clock) -> Result<usize, DbError> {
    let mut tx = db.write_aside().await?;
    let last = last_seal(&mut tx).await?.unwrap_or_default();
    let events: Vec<Sealed> = tx
        .all(
            "select id, at, kind, person_id, done, detail from access_event
             where seal_no is null and at < $1 order by id limit $2",
            args![clock.now() - SETTLED, MOST_SEALED],
        )
        .await?;
    if events.is_empty() {
        return Ok(0);
    }
    let no = last.no + 1;
    let hash = seal_hash(&last.hash, &events);
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    // Two processes that seal at once ask for the same number: one of them is refused it.
    let taken = tx
        .run(
            "insert into access_seal (no, at, events, prev, hash) values ($1, $2, $3, $4, $5)
             on conflict (no) do nothing",
            args![no, clock.now(), count, last.hash, hash],
        )
        .await?;
    if taken == 0 {
        return Ok(0);
    }
    for event in &events {
        tx.run(
            "update access_event set seal_no = $2 where id = $1",
            args![event.id, no],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(events.len())
}

/// The network addresses of events are forgotten after this long: long enough to look into what
/// went wrong (CNIL, recommendation of 14 October 2021 on logging: six months to a year).
const ORIGIN_KEPT: i64 = 365 * 24 * 3600 * 1_000_000;

/// Forgets where people did things from, once its time is over.
pub async fn forget_origins(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    tx.run(
        "update access_event set origin = null, account = null, device = null
         where at < $1 and (origin is not null or account is not null or device is not null)",
        args![now - ORIGIN_KEPT],
    )
    .await?;
    Ok(())
}

/// The outcome of checking the seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealsVerified {
    /// Every seal holds; how many there are.
    Whole(i64),
    /// The first that does not, or that is not there.
    Broken(i64),
}

#[derive(sqlx::FromRow)]
struct SealRow {
    no: i64,
    prev: Vec<u8>,
    hash: Vec<u8>,
}

/// The last seal, to keep elsewhere; `None` before the first.
pub async fn anchor(tx: &mut Tx) -> Result<Option<Anchor>, DbError> {
    let Some(Seal { no, hash }) = last_seal(tx).await? else {
        return Ok(None);
    };
    let digest = hash.try_into();
    let digest = digest.map_err(|_| DbError::corrupt("digest of a seal", no))?;
    Ok(Some(Anchor { no, digest }))
}

/// Recomputes every seal and names the first that does not hold.
pub async fn verify_seals(tx: &mut Tx) -> Result<SealsVerified, DbError> {
    verify_seals_against(tx, &[]).await
}

/// [`verify_seals`], which also holds the seals to anchors kept elsewhere: who owns the database can
/// make them all anew, or take the last ones away.
pub async fn verify_seals_against(
    tx: &mut Tx,
    anchors: &[Anchor],
) -> Result<SealsVerified, DbError> {
    let seals: Vec<SealRow> = tx
        .all("select no, prev, hash from access_seal order by no", vec![])
        .await?;
    let mut prev: Vec<u8> = Vec::new();
    for (expected, seal) in (1_i64..).zip(&seals) {
        let events: Vec<Sealed> = tx
            .all(
                "select id, at, kind, person_id, done, detail from access_event
                 where seal_no = $1 order by id",
                args![seal.no],
            )
            .await?;
        let mut anchored = anchors.iter().filter(|anchor| anchor.no == seal.no);
        let is_another = anchored.any(|anchor| seal.hash != anchor.digest);
        let is_sound = seal.prev == prev && seal.hash == seal_hash(&prev, &events);
        if seal.no != expected || !is_sound || is_another {
            return Ok(SealsVerified::Broken(expected));
        }
        prev.clone_from(&seal.hash);
    }
    let count = i64::try_from(seals.len()).unwrap_or(i64::MAX);
    let beyond = anchors.iter().map(|anchor| anchor.no);
    Ok(match beyond.filter(|no| *no > count).min() {
        Some(_) => SealsVerified::Broken(count + 1),
        None => SealsVerified::Whole(count),
    })
}
