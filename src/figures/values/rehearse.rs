//! What a file would do, without doing it.

use uuid::Uuid;

use super::table::{Candidate, Ground, Known, read_table};
use super::{INTAKE, RowState};
use crate::access::Reach;
use crate::figures::FiguresView;
use crate::imports::store::{self, NewBatch};
use crate::imports::{Answers, Counts, Problem, ReadError, Row, Verdict, read_workbook};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};

/// A rehearsal, as it is shown.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Its identifier, to commit it by.
    pub id: Uuid,
    /// How many cells would do what.
    pub counts: Counts,
    /// Everything that is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// The accepted cells.
    pub rows: Vec<Row>,
}

/// Why a file could not be rehearsed.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    /// The file cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reads a file against the figures as they stand, and keeps what it would do. Nothing else is
/// written.
///
/// # Errors
/// Where the file is not a table at all; a table with mistakes is a rehearsal with problems.
pub async fn rehearse(
    db: &Db,
    clock: &Clock,
    reach: Reach,
    file_name: &str,
    bytes: &[u8],
    ground: Ground<'_>,
    figures: &FiguresView,
) -> Result<Rehearsal, RehearseError> {
    let workbook = read_workbook(bytes)?;
    let known = Known {
        figures,
        today: clock.today(),
        mapping: None,
        answers: &Answers::default(),
    };
    let table = read_table(&workbook, ground, known);
    let rows = table
        .candidates()
        .map(|candidate| row(&candidate, figures))
        .collect::<Result<Vec<Row>, DbError>>()?;
    let problems = table.problems;
    let id = clock.new_id();
    let new = NewBatch {
        id,
        intake: INTAKE,
        file_name,
        bytes,
        media: "text/csv",
        settings: json(ground.settings)?,
        at_change: figures.at_change(),
        created_by: reach.actor().person(),
        created_at: clock.now(),
        rows: &rows,
        problems: &problems,
    };
    let mut tx = db.write_aside().await?;
    store::save(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Rehearsal {
        id,
        counts: Counts::of(&rows, &problems),
        problems,
        rows,
    })
}

fn row(candidate: &Candidate, figures: &FiguresView) -> Result<Row, DbError> {
    let subject = &candidate.subject;
    let before = figures
        .series(&subject.measure)
        .and_then(|series| series.whole(&subject.place, subject.period))
        .map(|figure| RowState {
            value: figure.value.clone(),
            provisional: figure.provisional,
            supplier: figure.supplier.clone(),
            source: figure.source.clone(),
            reference_date: None,
            comment: None,
            embargo: None,
            fictional: figure.fictional,
        });
    let after = &candidate.state;
    let verdict = match &before {
        None => Verdict::Created,
        Some(before) if before == after => Verdict::Unchanged,
        Some(_) => Verdict::Changed,
    };
    Ok(Row {
        place: candidate.place.clone(),
        verdict,
        subject: json(subject)?,
        before: before.as_ref().map(json).transpose()?,
        after: json(after)?,
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|cause| DbError::corrupt("rehearsal", cause))
}
