//! Walking the chain from its first link to its last, one row at a time.

use uuid::Uuid;

use super::super::anchor::{Anchor, Broken, Verified};
use super::super::history::{Entry, Link, chain_hash};
use crate::args;
use crate::platform::db::{DbError, Tx};

/// A change with one of its entries.
#[derive(sqlx::FromRow)]
struct Row {
    no: i64,
    at: i64,
    kind: String,
    actor: Option<Uuid>,
    token: Option<Uuid>,
    grant_id: Option<Uuid>,
    prev: Vec<u8>,
    hash: Vec<u8>,
    thing_id: Option<Uuid>,
    verb: Option<String>,
    before_state: Option<String>,
    after_state: Option<String>,
}

/// The chain as far as it was walked.
struct Walk<'a> {
    anchors: &'a [Anchor],
    /// The change whose entries are being gathered.
    open: Option<Row>,
    entries: Vec<Entry>,
    prev: Vec<u8>,
    last: i64,
    broken: Option<Broken>,
}

impl Walk<'_> {
    fn take(&mut self, mut row: Row) {
        if self.broken.is_some() {
            return;
        }
        let entry = row
            .thing_id
            .zip(row.verb.take())
            .map(|(thing, verb)| Entry {
                thing,
                verb,
                before: row.before_state.take(),
                after: row.after_state.take(),
            });
        if self.open.as_ref().is_none_or(|open| open.no != row.no) {
            self.close();
            self.open = Some(row);
        }
        self.entries.extend(entry);
    }

    /// Judges the change whose entries have all come.
    fn close(&mut self) {
        let Some(row) = self.open.take() else { return };
        let entries = std::mem::take(&mut self.entries);
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
        open: None,
        entries: Vec::new(),
        prev: Vec::new(),
        last: 0,
        broken: None,
    };
    tx.each(
        "select c.no, c.at, c.kind, c.actor, c.token, c.grant_id, c.prev, c.hash,
                e.thing_id, e.verb, e.before_state, e.after_state
         from change c left join entry e on e.change_no = c.no
         order by c.no, e.seq",
        vec![],
        |row| walk.take(row),
    )
    .await?;
    if walk.broken.is_none() {
        walk.close();
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
