//! A rehearsal made true: all of it or nothing, once.

use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{INTAKE, LoadValues, RowState, RowSubject};
use crate::access::Permit;
use crate::figures::store::{NewRevision, add_revision};
use crate::figures::{FiguresView, Subject};
use crate::imports::{Batch, BatchState, Row, Verdict, store};
use crate::kernel::hex;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::DbError;

/// What became of a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is written by that change, once it is committed.
    Now(i64),
    /// It had been written already, by that change; nothing more is done.
    Before(i64),
    /// It says only what already stands: there is nothing to write.
    Nothing,
}

/// Why a rehearsal cannot be committed, told in French.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// There is none of that identifier.
    #[error(
        "aucune répétition ne porte cet identifiant ; `jalon values list` donne celles qui existent"
    )]
    Unknown,
    /// It was given up or undone.
    #[error("cette répétition a été abandonnée ou annulée ; recommencez avec le fichier")]
    Closed,
    /// Some of its cells are refused.
    #[error("{0} cellule(s) refusée(s) : corrigez le fichier et recommencez, rien n’a été écrit")]
    Refused(i64),
    /// Somebody changed some of the same figures since.
    #[error("d’autres valeurs ont été enregistrées depuis pour {} : répétez le fichier de nouveau, rien n’a été écrit", named(.0))]
    Moved(Vec<String>),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// How many cells a sentence names before it only counts them.
const NAMED: usize = 12;

/// The cells, named in a sentence of readable length.
fn named(cells: &[String]) -> String {
    match cells.split_at_checked(NAMED) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} et {} autres cellules", first.join(", "), rest.len())
        }
        _ => cells.join(", "),
    }
}

impl From<DbError> for CommitError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Commits the rehearsal the permit was given for. `figures` are those of this very transaction.
pub async fn commit(
    change: &mut Change,
    permit: Permit<LoadValues>,
    figures: &FiguresView,
) -> Result<Committed, CommitError> {
    let id = permit.into_thing();
    let batch = store::batch(change.tx(), id).await?;
    let batch = batch.filter(|batch| batch.intake == INTAKE);
    let batch = batch.ok_or(CommitError::Unknown)?;
    match (batch.state, batch.committed_change) {
        (BatchState::Rehearsed, _) => {}
        (BatchState::Committed, Some(no)) => return Ok(Committed::Before(no)),
        _ => return Err(CommitError::Closed),
    }
    let refusals = store::refusals(change.tx(), id).await?;
    if refusals > 0 {
        return Err(CommitError::Refused(refusals));
    }
    let rows = store::rows(change.tx(), id).await?;
    refuse_moved(&rows, figures)?;
    if rows.iter().all(|row| row.verdict == Verdict::Unchanged) {
        return Ok(Committed::Nothing);
    }
    write(change, &batch, &rows).await?;
    Ok(Committed::Now(change.no()))
}

/// Every cell must still stand on what it stood on when it was rehearsed.
fn refuse_moved(rows: &[Row], figures: &FiguresView) -> Result<(), CommitError> {
    let mut moved = Vec::new();
    for row in rows {
        let subject: RowSubject = parsed(&row.subject)?;
        let then: Option<RowState> = row.before.as_deref().map(parsed).transpose()?;
        let now = figures
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
        if then != now {
            moved.push(row.place.cell());
        }
    }
    if moved.is_empty() {
        Ok(())
    } else {
        Err(CommitError::Moved(moved))
    }
}

async fn write(change: &mut Change, batch: &Batch, rows: &[Row]) -> Result<(), CommitError> {
    let (no, at) = (change.no(), change.at());
    let mut digest = Sha256::new();
    let mut written = 0_i64;
    for row in rows {
        if row.verdict == Verdict::Unchanged {
            continue;
        }
        digest.update(&row.subject);
        digest.update(&row.after);
        written += 1;
        let about: RowSubject = parsed(&row.subject)?;
        let state: RowState = parsed(&row.after)?;
        let subject = Subject {
            place: about.place,
            period: about.period,
            breakdown: about.breakdown,
        };
        let revision = NewRevision {
            measure: &about.measure,
            subject: &subject,
            change: no,
            value: &state.value,
            provisional: state.provisional,
            received_at: at,
            supplier: &state.supplier,
            source: state.source.as_deref(),
            batch: Some(batch.id),
            cell: Some(&row.place),
            fictional: state.fictional,
        };
        let id = change.new_id();
        add_revision(change.tx(), id, &revision).await?;
    }
    record(change, batch, written, &digest.finalize()).await?;
    store::mark_committed(change.tx(), batch.id, no).await?;
    Ok(())
}

/// One entry for the whole batch, with the digest of what it wrote.
async fn record(
    change: &mut Change,
    batch: &Batch,
    written: i64,
    digest: &[u8],
) -> Result<(), CommitError> {
    let state = json!({ "file": batch.file_name, "figures": written, "sha256": hex(digest) });
    let thing = NewThing {
        kind: "batch",
        parent: None,
        scope: Scope::common(),
        label: &batch.file_name,
    };
    change.create_as(batch.id, thing, &state).await?;
    Ok(())
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|cause| DbError::corrupt("rehearsal", cause))
}

/// The identifier that a person typed.
pub fn parse_id(text: &str) -> Result<Uuid, CommitError> {
    text.trim().parse().map_err(|_| CommitError::Unknown)
}
