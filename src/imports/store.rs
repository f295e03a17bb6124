//! Rehearsals and their verdicts in the database.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::problem::{Place, Problem};
use crate::args;
use crate::platform::db::{DbError, Tx};

/// What a cell would do if the file were committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stood there.
    Created,
    /// Something else stood there.
    Changed,
    /// The same already stood there.
    Unchanged,
}

impl Verdict {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One accepted cell of a rehearsal. Subject and states are texts of the module that plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub place: Place,
    /// What it would do.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: String,
    /// What stood there when the file was rehearsed.
    pub before: Option<String>,
    /// What would stand there.
    pub after: String,
}

/// A rehearsal about to be kept.
#[derive(Clone, Debug)]
pub struct NewBatch<'a> {
    /// Its identifier.
    pub id: Uuid,
    /// The module that plugged in.
    pub intake: &'static str,
    /// Name of the file, as sent.
    pub file_name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its media type.
    pub media: &'static str,
    /// What the person said beside the file, in JSON.
    pub settings: String,
    /// The last change of what it was read against.
    pub at_change: i64,
    /// Who rehearsed it.
    pub created_by: Option<Uuid>,
    /// When, in microseconds UTC.
    pub created_at: i64,
    /// What was accepted.
    pub rows: &'a [Row],
    /// What was not, or is to be looked at.
    pub problems: &'a [Problem],
}

/// Where a batch is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Read, and nothing written but itself.
    Rehearsed,
    /// Written.
    Committed,
    /// Written, then undone by later revisions.
    Undone,
    /// Given up.
    Dropped,
}

impl BatchState {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Rehearsed, "rehearsed"),
        (Self::Committed, "committed"),
        (Self::Undone, "undone"),
        (Self::Dropped, "dropped"),
    ];

    /// The word kept in the database and the JSON.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn from_code(code: &str) -> Result<Self, DbError> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == code)
            .map(|(state, _)| state)
            .ok_or_else(|| DbError::corrupt("batch state", code))
    }
}

/// A batch as kept.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its identifier.
    pub id: Uuid,
    /// The module that plugged in.
    pub intake: String,
    /// Where it is in its life.
    pub state: BatchState,
    /// Name of the file.
    pub file_name: String,
    /// What the person said beside the file, in JSON.
    pub settings: String,
    /// The last change of what it was read against.
    pub at_change: i64,
    /// When it was read, in microseconds UTC.
    pub created_at: i64,
    /// The change that wrote it.
    pub committed_change: Option<i64>,
}

/// How many cells would do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Where nothing stood.
    pub created: i64,
    /// Where something else stood.
    pub changed: i64,
    /// Where the same stood.
    pub unchanged: i64,
    /// Cells that cannot be taken.
    pub refused: i64,
}

impl Counts {
    /// Of accepted rows and problems.
    pub fn of(rows: &[Row], problems: &[Problem]) -> Self {
        let count = |verdict| {
            let matching = rows.iter().filter(|row| row.verdict == verdict).count();
            i64::try_from(matching).unwrap_or(i64::MAX)
        };
        let refused = problems.iter().filter(|p| p.severity.blocks()).count();
        Self {
            created: count(Verdict::Created),
            changed: count(Verdict::Changed),
            unchanged: count(Verdict::Unchanged),
            refused: i64::try_from(refused).unwrap_or(i64::MAX),
        }
    }
}

/// Keeps a rehearsal. It writes nothing but itself, so it stands outside the history.
pub async fn save(tx: &mut Tx, new: &NewBatch<'_>) -> Result<(), DbError> {
    let sha = save_blob(tx, new.bytes, new.media).await?;
    tx.run(
        "insert into batch (id, intake, state, file_name, blob_sha, settings, at_change,
                            created_by, created_at)
         values ($1, $2, 'rehearsed', $3, $4, $5, $6, $7, $8)",
        args![
            new.id,
            new.intake,
            new.file_name,
            sha,
            &new.settings,
            new.at_change,
            new.created_by,
            new.created_at
        ],
    )
    .await?;
    let rows = (0_i64..).zip(new.rows).map(|(no, row)| {
        args![
            new.id,
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
    let problems = (0_i64..).zip(new.problems).map(|(no, problem)| {
        args![
            new.id,
            no,
            &problem.place.sheet,
            problem.place.row,
            problem.place.column,
            problem.code.slug(),
            problem.severity.code(),
            &problem.message
        ]
    });
    tx.insert_rows(
        "insert into problem (batch_id, no, sheet, row_no, col_no, code, severity, message) values",
        problems.collect(),
    )
    .await
}

/// Keeps the bytes once, under their digest.
async fn save_blob(tx: &mut Tx, bytes: &[u8], media: &str) -> Result<Vec<u8>, DbError> {
    let sha = Sha256::digest(bytes).to_vec();
    tx.run(
        "insert into blob (sha, size, media, stored) values ($1, $2, $3, $4)
         on conflict (sha) do nothing",
        args![
            sha.clone(),
            i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            media,
            bytes
        ],
    )
    .await?;
    Ok(sha)
}

#[derive(sqlx::FromRow)]
struct BatchRecord {
    id: Uuid,
    intake: String,
    state: String,
    file_name: String,
    settings: String,
    at_change: i64,
    created_at: i64,
    committed_change: Option<i64>,
}

impl TryFrom<BatchRecord> for Batch {
    type Error = DbError;

    fn try_from(record: BatchRecord) -> Result<Self, DbError> {
        Ok(Self {
            id: record.id,
            intake: record.intake,
            state: BatchState::from_code(&record.state)?,
            file_name: record.file_name,
            settings: record.settings,
            at_change: record.at_change,
            created_at: record.created_at,
            committed_change: record.committed_change,
        })
    }
}

/// The batch with that identifier.
pub async fn batch(tx: &mut Tx, id: Uuid) -> Result<Option<Batch>, DbError> {
    let record: Option<BatchRecord> = tx
        .optional(
            "select id, intake, state, file_name, settings, at_change, created_at,
                    committed_change
             from batch where id = $1",
            args![id],
        )
        .await?;
    record.map(Batch::try_from).transpose()
}

/// Every batch, the latest first.
pub async fn batches(tx: &mut Tx) -> Result<Vec<Batch>, DbError> {
    let records: Vec<BatchRecord> = tx
        .all(
            "select id, intake, state, file_name, settings, at_change, created_at,
                    committed_change
             from batch order by created_at desc, id",
            vec![],
        )
        .await?;
    records.into_iter().map(Batch::try_from).collect()
}

#[derive(sqlx::FromRow)]
struct RowRecord {
    sheet: String,
    row_no: i64,
    col_no: i64,
    verdict: String,
    subject: String,
    before_state: Option<String>,
    after_state: String,
}

/// The accepted cells of a batch, in the order of the file.
pub async fn rows(tx: &mut Tx, batch: Uuid) -> Result<Vec<Row>, DbError> {
    let records: Vec<RowRecord> = tx
        .all(
            "select sheet, row_no, col_no, verdict, subject, before_state, after_state
             from batch_row where batch_id = $1 order by no",
            args![batch],
        )
        .await?;
    let row = |record: RowRecord| {
        let verdict = match record.verdict.as_str() {
            "created" => Verdict::Created,
            "changed" => Verdict::Changed,
            "unchanged" => Verdict::Unchanged,
            other => return Err(DbError::corrupt("batch verdict", other)),
        };
        Ok(Row {
            place: place(record.sheet, record.row_no, record.col_no),
            verdict,
            subject: record.subject,
            before: record.before_state,
            after: record.after_state,
        })
    };
    records.into_iter().map(row).collect()
}

fn place(sheet: String, row: i64, column: i64) -> Place {
    Place {
        sheet,
        row: u32::try_from(row).unwrap_or(0),
        column: u32::try_from(column).unwrap_or(0),
    }
}

/// How many refusals a batch has: one is enough to keep it from being committed.
pub async fn refusals(tx: &mut Tx, batch: Uuid) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from problem where batch_id = $1 and severity <> 'warning'",
            args![batch],
        )
        .await?;
    Ok(count)
}

/// Marks a batch as written by that change.
pub async fn mark_committed(tx: &mut Tx, batch: Uuid, change: i64) -> Result<(), DbError> {
    tx.run(
        "update batch set state = 'committed', committed_change = $1 where id = $2",
        args![change, batch],
    )
    .await?;
    Ok(())
}
