//! Batches, their rows and their problems in the database.

mod batches;

use std::collections::BTreeMap;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::access::Concern;
use crate::args;
use crate::imports::batch::{
    Batch, BatchState, Counts, FileMapping, Row, Said, Seen, Verdict, sent_in_the_name_of,
};
use crate::imports::problem::{Place, Problem, Severity};
use crate::platform::db::{DbError, Tx};

pub use batches::batch;
pub(super) use batches::{Named, SEE, batches_before, batches_between, may_know_of_any, named};

/// A file about to be kept, and read.
#[derive(Clone, Debug)]
pub(super) struct NewBatch<'a> {
    pub id: Uuid,
    pub intake: &'a str,
    pub file_name: &'a str,
    pub blob: &'a [u8],
    pub said: &'a Said,
    pub organisation: &'a str,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
}

/// Keeps a file whose reading begins. It writes nothing but itself, so it stands outside the
/// history.
pub(super) async fn insert(tx: &mut Tx, new: &NewBatch<'_>) -> Result<(), DbError> {
    tx.run(
        "insert into batch (id, intake, state, file_name, blob_sha, settings, mapping, at_change,
                            created_by, created_at, attempt, seen_at, rows_read, rows_total,
                            created_rows, changed_rows, unchanged_rows, refused_cells,
                            organisation)
         values ($1, $2, 'reading', $3, $4, $5, $8, 0, $6, $7, 1, $7, 0, 0, 0, 0, 0, 0, $9)",
        args![
            new.id,
            new.intake,
            new.file_name,
            new.blob,
            json(new.said)?,
            new.created_by,
            new.created_at,
            json(&FileMapping::default())?,
            new.organisation
        ],
    )
    .await?;
    Ok(())
}

/// Whom a batch concerns: who sent it, and the organisation in whose name; what was sent in no name
/// is for whoever may act on anybody's. What it writes to is judged row by row.
pub(super) async fn concerns(tx: &mut Tx, batch: Uuid) -> Result<Vec<Concern>, DbError> {
    let row: Option<(Option<Uuid>, String, String)> = tx
        .optional(
            "select created_by, organisation, state from batch where id = $1",
            args![batch],
        )
        .await?;
    let concern = row.map(|(owner, organisation, state)| Concern {
        owner,
        stage: BatchState::from_code(&state).map(BatchState::stage),
        ..sent_in_the_name_of(&organisation)
    });
    Ok(concern.into_iter().collect())
}

/// The digest and the bytes of a batch's file.
pub(super) async fn blob(tx: &mut Tx, batch: Uuid) -> Result<(Vec<u8>, Vec<u8>), DbError> {
    tx.one(
        "select f.sha, f.stored from batch b join blob f on f.sha = b.blob_sha where b.id = $1",
        args![batch],
    )
    .await
}

/// Begins the reading of a batch again, where nothing was written from it and nobody else's
/// reading is at work; the number of the attempt.
pub(super) async fn begin_again(
    tx: &mut Tx,
    batch: &Batch,
    said: &Said,
    now: i64,
) -> Result<Option<i64>, DbError> {
    let attempt = batch.attempt + 1;
    let begun = tx
        .run(
            "update batch set state = 'reading', settings = $1, failure = null, attempt = $2,
                              seen_at = $3, rows_read = 0, rows_total = 0
             where id = $4 and attempt = $5 and state = $6",
            args![
                json(said)?,
                attempt,
                now,
                batch.id,
                batch.attempt,
                batch.state.code()
            ],
        )
        .await?;
    if begun == 0 {
        return Ok(None);
    }
    for sql in [
        "delete from batch_row where batch_id = $1",
        "delete from problem where batch_id = $1",
    ] {
        tx.run(sql, args![batch.id]).await?;
    }
    Ok(Some(attempt))
}

/// Adds rows to a batch being read; whether the reading is still this attempt's.
pub(super) async fn add_rows(
    tx: &mut Tx,
    (batch, attempt): (Uuid, i64),
    first: i64,
    rows: &[Row],
    (total, now): (i64, i64),
) -> Result<bool, DbError> {
    let read = first + i64::try_from(rows.len()).unwrap_or(0);
    let ours = tx
        .run(
            "update batch set rows_read = $1, rows_total = $2, seen_at = $3
             where id = $4 and attempt = $5 and state = 'reading'",
            args![read, total, now, batch, attempt],
        )
        .await?;
    if ours == 0 {
        return Ok(false);
    }
    let rows = (first..).zip(rows).map(|(no, row)| {
        args![
            batch,
            no,
            &row.place.sheet,
            row.place.row,
            row.place.column,
            row.verdict.code(),
            &row.subject,
            row.before.clone(),
            &row.after
        ]
    });
    tx.insert_rows(
        "insert into batch_row (batch_id, no, sheet, row_no, col_no, verdict, subject,
                                before_state, after_state) values",
        rows.collect(),
    )
    .await?;
    Ok(true)
}

/// What ends a reading.
#[derive(Debug)]
pub(super) struct Finished<'a> {
    pub problems: &'a [Problem],
    pub mapping: &'a FileMapping,
    pub at_change: i64,
    pub counts: Counts,
    pub now: i64,
}

/// Ends a reading; whether it still was this attempt's.
pub(super) async fn finish(
    tx: &mut Tx,
    (batch, attempt): (Uuid, i64),
    end: &Finished<'_>,
) -> Result<bool, DbError> {
    let counts = end.counts;
    let ours = tx
        .run(
            "update batch set state = 'rehearsed', mapping = $1, at_change = $2, created_rows = $3,
                              changed_rows = $4, unchanged_rows = $5, refused_cells = $6,
                              seen_at = $7
             where id = $8 and attempt = $9 and state = 'reading'",
            args![
                json(end.mapping)?,
                end.at_change,
                counts.created,
                counts.changed,
                counts.unchanged,
                counts.refused,
                end.now,
                batch,
                attempt
            ],
        )
        .await?;
    if ours == 0 {
        return Ok(false);
    }
    let problems = (0_i64..).zip(end.problems).map(|(no, problem)| {
        let choices = (!problem.choices.is_empty()).then(|| json(&problem.choices));
        Ok(args![
            batch,
            no,
            &problem.place.sheet,
            problem.place.row,
            problem.place.column,
            problem.code.slug(),
            problem.severity.code(),
            &problem.message,
            choices.transpose()?
        ])
    });
    tx.insert_rows(
        "insert into problem (batch_id, no, sheet, row_no, col_no, code, severity, message,
                              choices) values",
        problems.collect::<Result<_, DbError>>()?,
    )
    .await?;
    Ok(true)
}

/// Says that a file could not be read.
pub(super) async fn fail(
    tx: &mut Tx,
    (batch, attempt): (Uuid, i64),
    sentence: &str,
) -> Result<(), DbError> {
    tx.run(
        "update batch set state = 'unreadable', failure = $1
         where id = $2 and attempt = $3 and state = 'reading'",
        args![sentence, batch, attempt],
    )
    .await?;
    Ok(())
}

/// The name of every file whose rows were committed.
pub async fn committed_files(tx: &mut Tx) -> Result<BTreeMap<Uuid, String>, DbError> {
    let named: Vec<(Uuid, String)> = tx
        .all(
            "select id, file_name from batch where committed_change is not null",
            vec![],
        )
        .await?;
    Ok(named.into_iter().collect())
}

/// Why a batch is not to be acted upon.
#[derive(Debug)]
pub(super) enum Gone {
    /// There is none of that identifier.
    Unknown,
    /// It is no longer as it was seen.
    Stale,
    /// The database failed.
    Db(DbError),
}

impl From<DbError> for Gone {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// The batch as it was seen, where that is said, held against anybody else's writing until the
/// transaction ends.
pub(super) async fn as_seen(tx: &mut Tx, id: Uuid, upon: Option<Seen>) -> Result<Batch, Gone> {
    let batch = locked(tx, id).await?.ok_or(Gone::Unknown)?;
    if upon.is_some_and(|seen| seen != batch.seen()) {
        return Err(Gone::Stale);
    }
    Ok(batch)
}

/// The batch, held against anybody else's writing until the transaction ends.
async fn locked(tx: &mut Tx, id: Uuid) -> Result<Option<Batch>, DbError> {
    tx.run(
        "update batch set seen_at = seen_at where id = $1",
        args![id],
    )
    .await?;
    batch(tx, id).await
}

#[derive(sqlx::FromRow)]
struct RowRecord {
    no: i64,
    sheet: String,
    row_no: i64,
    col_no: i64,
    verdict: String,
    subject: String,
    before_state: Option<String>,
    after_state: String,
}

impl TryFrom<RowRecord> for Row {
    type Error = DbError;

    fn try_from(record: RowRecord) -> Result<Self, DbError> {
        Ok(Self {
            verdict: Verdict::from_code(&record.verdict)
                .ok_or_else(|| DbError::corrupt("batch verdict", &record.verdict))?,
            place: place(record.sheet, record.row_no, record.col_no),
            subject: record.subject,
            before: record.before_state,
            after: record.after_state,
        })
    }
}

/// How many rows [`rows_after`] gives at once.
const ROWS_AT_ONCE: i64 = 2_000;

/// Accepted cells from the one of that rank on, in the order of the file, that many at most.
pub(super) async fn some_rows(
    tx: &mut Tx,
    batch: Uuid,
    from: i64,
    most: i64,
) -> Result<Vec<Row>, DbError> {
    let records: Vec<RowRecord> = tx
        .all(
            "select no, sheet, row_no, col_no, verdict, subject, before_state, after_state
             from batch_row where batch_id = $1 and no >= $2 order by no limit $3",
            args![batch, from, most],
        )
        .await?;
    records.into_iter().map(Row::try_from).collect()
}

/// Some accepted cells of a batch, in the order of the file, from that number on; and the number
/// to ask for the next ones, absent after the last.
pub async fn rows_from(
    tx: &mut Tx,
    batch: Uuid,
    from: i64,
) -> Result<(Vec<Row>, Option<i64>), DbError> {
    let records: Vec<RowRecord> = tx
        .all(
            "select no, sheet, row_no, col_no, verdict, subject, before_state, after_state
             from batch_row where batch_id = $1 and no >= $2 order by no limit $3",
            args![batch, from, ROWS_AT_ONCE],
        )
        .await?;
    let full = i64::try_from(records.len()) == Ok(ROWS_AT_ONCE);
    let next = records.last().map(|record| record.no + 1);
    let rows = records
        .into_iter()
        .map(Row::try_from)
        .collect::<Result<_, _>>()?;
    Ok((rows, next.filter(|_| full)))
}

/// The cells of a batch with that verdict, a page of them.
pub(super) async fn rows_of(
    tx: &mut Tx,
    batch: Uuid,
    verdict: Verdict,
    (skip, most): (i64, i64),
) -> Result<Vec<Row>, DbError> {
    let records: Vec<RowRecord> = tx
        .all(
            "select no, sheet, row_no, col_no, verdict, subject, before_state, after_state
             from batch_row where batch_id = $1 and verdict = $2
             order by no limit $3 offset $4",
            args![batch, verdict.code(), most, skip],
        )
        .await?;
    records.into_iter().map(Row::try_from).collect()
}

fn place(sheet: String, row: i64, column: i64) -> Place {
    Place {
        sheet,
        row: u32::try_from(row).unwrap_or(0),
        column: u32::try_from(column).unwrap_or(0),
    }
}

#[derive(sqlx::FromRow)]
struct ProblemRecord {
    sheet: String,
    row_no: i64,
    col_no: i64,
    code: String,
    severity: String,
    message: String,
    choices: Option<String>,
}

/// What is wrong with a batch, in the order of the file.
pub async fn problems(tx: &mut Tx, batch: Uuid) -> Result<Vec<Problem>, DbError> {
    let records: Vec<ProblemRecord> = tx
        .all(
            "select sheet, row_no, col_no, code, severity, message, choices
             from problem where batch_id = $1 order by no",
            args![batch],
        )
        .await?;
    let problem = |record: ProblemRecord| {
        let corrupt = || DbError::corrupt("problem", &record.code);
        Ok(Problem {
            place: place(record.sheet, record.row_no, record.col_no),
            code: record.code.parse().map_err(|_| corrupt())?,
            severity: Severity::from_code(&record.severity).ok_or_else(corrupt)?,
            message: record.message,
            choices: record
                .choices
                .as_deref()
                .map(parsed)
                .transpose()?
                .unwrap_or_default(),
        })
    };
    records.into_iter().map(problem).collect()
}

/// Marks a batch as written by that change.
pub(super) async fn mark_committed(tx: &mut Tx, batch: Uuid, change: i64) -> Result<(), DbError> {
    tx.run(
        "update batch set state = 'committed', committed_change = $1 where id = $2",
        args![change, batch],
    )
    .await?;
    Ok(())
}

/// Marks a batch as undone by that change.
pub(super) async fn mark_undone(tx: &mut Tx, batch: Uuid, change: i64) -> Result<(), DbError> {
    tx.run(
        "update batch set state = 'undone', undone_change = $1 where id = $2",
        args![change, batch],
    )
    .await?;
    Ok(())
}

/// Marks a batch from which nothing was written as given up.
pub(super) async fn mark_dropped(tx: &mut Tx, batch: Uuid) -> Result<(), DbError> {
    tx.run(
        "update batch set state = 'dropped' where id = $1",
        args![batch],
    )
    .await?;
    Ok(())
}

/// Remembers how such files of that supplier are read.
pub(super) async fn remember(tx: &mut Tx, batch: &Batch, supplier: &str) -> Result<(), DbError> {
    tx.run(
        "insert into mapping_memory (intake, supplier, signature, mapping, learnt_from)
         values ($1, $2, $3, $4, $5)
         on conflict (intake, supplier, signature)
         do update set mapping = excluded.mapping, learnt_from = excluded.learnt_from",
        args![
            &batch.intake,
            supplier,
            &batch.mapping.signature,
            json(&batch.mapping.kept)?,
            batch.id
        ],
    )
    .await?;
    Ok(())
}

/// How the files of that supplier were read, by their signature.
pub(super) async fn remembered(
    tx: &mut Tx,
    intake: &str,
    supplier: &str,
) -> Result<BTreeMap<String, Json>, DbError> {
    let records: Vec<(String, String)> = tx
        .all(
            "select signature, mapping from mapping_memory where intake = $1 and supplier = $2",
            args![intake, supplier],
        )
        .await?;
    let known = |(signature, mapping): (String, String)| Ok((signature, parsed(&mapping)?));
    records.into_iter().map(known).collect()
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|cause| DbError::corrupt("batch", cause))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|cause| DbError::corrupt("batch", cause))
}
