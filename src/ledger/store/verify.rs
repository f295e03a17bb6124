//! Walking the chain from its first link to its last, some changes at a time.

use std::collections::VecDeque;

use uuid::Uuid;

use super::super::anchor::{Anchor, Broken, Verified};
use super::super::history::{Entry, Link, chain_hash};
use crate::args;
use crate::platform::db::{DbError, Tx};

/// Changes that are read at once; their entries pass one by one, and one change's are held.
const AT_ONCE: i64 = 1_000;

/// A change.
#[derive(sqlx::FromRow)]
struct ChangeRow {
    no: i64,
    at: i64,
    kind: String,
    actor: Option<Uuid>,
    token: Option<Uuid>,
    grant_id: Option<Uuid>,
    prev: Vec<u8>,
    hash: Vec<u8>,
}

/// One of its entries: the number of its change, the thing, the verb, the state before and the one
/// after. By position, since there are many.
type EntryRow = (i64, Uuid, String, Option<String>, Option<String>);

/// The chain as far as it was walked.
struct Walk<'a> {
    anchors: &'a [Anchor],
    /// The changes that were read and not judged yet; the entries gathered are the first one's.
    read: VecDeque<ChangeRow>,
    entries: Vec<Entry>,
    prev: Vec<u8>,
    last: i64,
    broken: Option<Broken>,
}

impl Walk<'_> {
    /// The next entry, in the order of changes.
    fn take(&mut self, (no, thing, verb, before, after): EntryRow) {
        while self.read.front().is_some_and(|first| first.no < no) {
            self.close();
        }
        // An entry of a change that is not there: the hole is told by the change after it.
        if self.read.front().is_some_and(|first| first.no == no) {
            self.entries.push(Entry {
                thing,
                verb,
                before,
                after,
            });
        }
    }

    /// Judges what was read: all its entries have come.
    fn close_all(&mut self) {
        while !self.read.is_empty() {
            self.close();
        }
    }

    /// Judges the first change, whose entries have all come.
    fn close(&mut self) {
        let Some(row) = self.read.pop_front() else {
            return;
        };
        let entries = std::mem::take(&mut self.entries);
        if self.broken.is_some() {
            return;
        }
        let expected = self.last + 1;
        let link = Link {
            no: row.no,
            at: row.at,
            kind: &row.kind,
            actor: row.actor,
            token: row.token,
            grant: row.grant_id,
            entries: &entries,
        };
        let is_anchored = |anchor: &&Anchor| anchor.no == row.no;
        self.broken = if row.no != expected {
            Some(Broken::Missing(expected))
        } else if row.prev != self.prev || row.hash != chain_hash(&self.prev, &link) {
            Some(Broken::Altered(row.no))
        } else if self
            .anchors
            .iter()
            .filter(is_anchored)
            .any(|anchor| row.hash != anchor.digest)
        {
            Some(Broken::NotAnchored(row.no))
        } else {
            None
        };
        self.last = row.no;
        self.prev = row.hash;
    }
}

/// Recomputes the whole chain and names the first broken link.
pub async fn verify(tx: &mut Tx) -> Result<Verified, DbError> {
    verify_against(tx, &[]).await
}

/// [`verify`], which also holds the chain to anchors kept elsewhere.
pub async fn verify_against(tx: &mut Tx, anchors: &[Anchor]) -> Result<Verified, DbError> {
    let mut walk = Walk {
        anchors,
        read: VecDeque::new(),
        entries: Vec::new(),
        prev: Vec::new(),
        last: 0,
        broken: None,
    };
    let mut after = 0;
    while walk.broken.is_none() {
        // Entries apart from their changes: joined, each would bring two digests along.
        let changes: Vec<ChangeRow> = tx
            .all(
                "select no, at, kind, actor, token, grant_id, prev, hash
                 from change where no > $1 order by no limit $2",
                args![after, AT_ONCE],
            )
            .await?;
        let Some(upto) = changes.last().map(|change| change.no) else {
            break;
        };
        walk.read = changes.into();
        tx.each(
            "select change_no, thing_id, verb, before_state, after_state
             from entry where change_no > $1 and change_no <= $2
             order by change_no, seq",
            args![after, upto],
            |row| walk.take(row),
        )
        .await?;
        walk.close_all();
        after = upto;
    }
    if let Some(broken) = walk.broken {
        return Ok(Verified::Broken(broken));
    }
    // An entry or an anchor that is beyond the last change: changes were cut off the end.
    let beyond = anchors
        .iter()
        .map(|anchor| anchor.no)
        .filter(|no| *no > walk.last)
        .min();
    let (orphan,): (Option<i64>,) = tx
        .one(
            "select min(change_no) from entry where change_no > $1",
            args![walk.last],
        )
        .await?;
    Ok(match orphan.into_iter().chain(beyond).min() {
        Some(_) => Verified::Broken(Broken::Missing(walk.last + 1)),
        None => Verified::Whole(walk.last),
    })
}
