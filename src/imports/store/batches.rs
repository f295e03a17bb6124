//! Batches as they are read: one, and the lists that each person may see.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use uuid::Uuid;

use super::parsed;
use crate::access::{Concern, Reach};
use crate::args;
use crate::imports::SendFile;
use crate::imports::batch::{ANYBODYS, Batch, BatchState, Counts, Said, Sent, sent_in_the_name_of};
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct BatchRecord {
    id: Uuid,
    intake: String,
    state: String,
    file_name: String,
    settings: String,
    mapping: String,
    failure: Option<String>,
    at_change: i64,
    created_by: Option<Uuid>,
    organisation: String,
    sender: Option<String>,
    created_at: i64,
    attempt: i64,
    seen_at: i64,
    rows_read: i64,
    rows_total: i64,
    created_rows: i64,
    changed_rows: i64,
    unchanged_rows: i64,
    refused_cells: i64,
    committed_change: Option<i64>,
    undone_change: Option<i64>,
}

impl TryFrom<BatchRecord> for Batch {
    type Error = DbError;

    fn try_from(record: BatchRecord) -> Result<Self, DbError> {
        Ok(Self {
            id: record.id,
            intake: record.intake,
            state: BatchState::from_code(&record.state)
                .ok_or_else(|| DbError::corrupt("batch state", &record.state))?,
            file_name: record.file_name,
            said: parsed(&record.settings)?,
            mapping: parsed(&record.mapping)?,
            failure: record.failure,
            at_change: record.at_change,
            created_by: record.created_by,
            organisation: record.organisation,
            sender: record.sender,
            created_at: record.created_at,
            attempt: record.attempt,
            seen_at: record.seen_at,
            rows_read: record.rows_read,
            rows_total: record.rows_total,
            counts: Counts {
                created: record.created_rows,
                changed: record.changed_rows,
                unchanged: record.unchanged_rows,
                refused: record.refused_cells,
            },
            committed_change: record.committed_change,
            undone_change: record.undone_change,
        })
    }
}

/// The batch with that identifier, whoever may know of it.
pub async fn batch(tx: &mut Tx, id: Uuid) -> Result<Option<Batch>, DbError> {
    let record: Option<BatchRecord> = tx
        .optional(
            "select b.id, b.intake, b.state, b.file_name, b.settings, b.mapping, b.failure,
                    b.at_change, b.created_by, b.organisation, p.name as sender, b.created_at, b.attempt,
                    b.seen_at, b.rows_read, b.rows_total, b.created_rows, b.changed_rows,
                    b.unchanged_rows, b.refused_cells, b.committed_change, b.undone_change
             from batch b left join person p on p.id = b.created_by
             where b.id = $1",
            args![id],
        )
        .await?;
    record.map(Batch::try_from).transpose()
}

/// The batches to which something happened between two changes.
pub(in crate::imports) async fn batches_between(
    tx: &mut Tx,
    (first, last): (i64, i64),
) -> Result<Vec<Batch>, DbError> {
    let records: Vec<BatchRecord> = tx
        .all(
            "select b.id, b.intake, b.state, b.file_name, b.settings, b.mapping, b.failure,
                    b.at_change, b.created_by, b.organisation, p.name as sender, b.created_at, b.attempt,
                    b.seen_at, b.rows_read, b.rows_total, b.created_rows, b.changed_rows,
                    b.unchanged_rows, b.refused_cells, b.committed_change, b.undone_change
             from batch b left join person p on p.id = b.created_by
             where b.id in (select e.thing_id from entry e where e.change_no between $1 and $2)",
            args![first, last],
        )
        .await?;
    records.into_iter().map(Batch::try_from).collect()
}

/// The batches sent by somebody or in the name of who lets them see what is, received before
/// another, or the last; of one state, where it is named. Who does not see them all reads their own
/// and those of each of their organisations, each by an index.
pub(in crate::imports) async fn batches_before(
    tx: &mut Tx,
    reach: &Reach,
    before: Option<(i64, Uuid)>,
    state: Option<BatchState>,
    most: i64,
) -> Result<Vec<Batch>, DbError> {
    let state = state.map_or("", BatchState::code);
    let before = before.unwrap_or((i64::MAX, Uuid::max()));
    if sees_all(reach) {
        let records = every_batch(tx, before, state, most).await?;
        return records.into_iter().map(Batch::try_from).collect();
    }
    let person = reach.actor().person();
    let mut records = batches_of_person(tx, person, before, state, most).await?;
    for organisation in looked_into(reach) {
        let theirs = batches_of_organisation(tx, organisation, before, state, most).await?;
        records.extend(theirs);
    }
    records.sort_by_key(|record| Reverse((record.created_at, record.id)));
    records.dedup_by_key(|record| record.id);
    records.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    records.into_iter().map(Batch::try_from).collect()
}

/// Whether there may be a file that somebody knows of: one they may send, or one that others did.
pub(in crate::imports) fn may_know_of_any(reach: &Reach) -> bool {
    let sends = reach.demands::<SendFile>(&[Concern::to_come()]).is_ok();
    sends || sees_all(reach) || !looked_into(reach).is_empty()
}

/// A file by its name, as a search finds it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::imports) struct Named {
    pub id: Uuid,
    pub intake: String,
    pub file_name: String,
    pub state: String,
    pub created_at: i64,
    created_by: Option<Uuid>,
    organisation: String,
    settings: String,
}

impl Named {
    /// What was said of it.
    pub fn said(&self) -> Result<Said, DbError> {
        parsed(&self.settings)
    }

    /// What says from whom it is kept, with what was said of it.
    pub fn sent<'a>(&'a self, said: &'a Said) -> Sent<'a> {
        Sent {
            intake: &self.intake,
            by: self.created_by,
            organisation: &self.organisation,
            said,
        }
    }
}

/// The names of the last files, that many at most, whoever may know of them.
pub(in crate::imports) async fn named(tx: &mut Tx, most: i64) -> Result<Vec<Named>, DbError> {
    tx.all(
        "select id, intake, file_name, state, created_at, created_by, organisation, settings
         from batch order by created_at desc, id desc limit $1",
        args![most],
    )
    .await
}

/// Whether somebody sees what anybody sent.
fn sees_all(reach: &Reach) -> bool {
    reach.may_look(SEE, &sent_in_the_name_of(ANYBODYS))
}

/// The organisations whose files somebody sees, each by a grant of theirs.
fn looked_into(reach: &Reach) -> BTreeSet<&str> {
    let granted = reach.grants().iter();
    let granted = granted.map(|grant| grant.remit.organisation.as_str());
    let mut granted: BTreeSet<&str> = granted.filter(|code| !code.is_empty()).collect();
    granted.retain(|code| reach.may_look(SEE, &sent_in_the_name_of(code)));
    granted
}

/// The act of looking at what others sent.
pub(in crate::imports) const SEE: &str = "import.see";

async fn batches_of_person(
    tx: &mut Tx,
    person: Option<Uuid>,
    (at, id): (i64, Uuid),
    state: &str,
    most: i64,
) -> Result<Vec<BatchRecord>, DbError> {
    tx.all(
        "select b.id, b.intake, b.state, b.file_name, b.settings, b.mapping, b.failure,
                b.at_change, b.created_by, b.organisation, p.name as sender, b.created_at,
                b.attempt, b.seen_at, b.rows_read, b.rows_total, b.created_rows, b.changed_rows,
                b.unchanged_rows, b.refused_cells, b.committed_change, b.undone_change
         from batch b left join person p on p.id = b.created_by
         where b.created_by = $5 and ($1 = '' or b.state = $1)
           and (b.created_at < $2 or (b.created_at = $2 and b.id < $3))
         order by b.created_at desc, b.id desc
         limit $4",
        args![state, at, id, most, person],
    )
    .await
}

async fn batches_of_organisation(
    tx: &mut Tx,
    organisation: &str,
    (at, id): (i64, Uuid),
    state: &str,
    most: i64,
) -> Result<Vec<BatchRecord>, DbError> {
    tx.all(
        "select b.id, b.intake, b.state, b.file_name, b.settings, b.mapping, b.failure,
                b.at_change, b.created_by, b.organisation, p.name as sender, b.created_at,
                b.attempt, b.seen_at, b.rows_read, b.rows_total, b.created_rows, b.changed_rows,
                b.unchanged_rows, b.refused_cells, b.committed_change, b.undone_change
         from batch b left join person p on p.id = b.created_by
         where b.organisation = $5 and ($1 = '' or b.state = $1)
           and (b.created_at < $2 or (b.created_at = $2 and b.id < $3))
         order by b.created_at desc, b.id desc
         limit $4",
        args![state, at, id, most, organisation],
    )
    .await
}

async fn every_batch(
    tx: &mut Tx,
    (at, id): (i64, Uuid),
    state: &str,
    most: i64,
) -> Result<Vec<BatchRecord>, DbError> {
    tx
        .all(
            "select b.id, b.intake, b.state, b.file_name, b.settings, b.mapping, b.failure,
                    b.at_change, b.created_by, b.organisation, p.name as sender, b.created_at, b.attempt,
                    b.seen_at, b.rows_read, b.rows_total, b.created_rows, b.changed_rows,
                    b.unchanged_rows, b.refused_cells, b.committed_change, b.undone_change
             from batch b left join person p on p.id = b.created_by
             where ($1 = '' or b.state = $1)
               and (b.created_at < $2 or (b.created_at = $2 and b.id < $3))
             order by b.created_at desc, b.id desc
             limit $4",
            args![state, at, id, most],
        )
        .await
}
