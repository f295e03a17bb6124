//! A rehearsal made true, all of it or nothing, and undone: each one change of the history.

use serde_json::json;
use uuid::Uuid;

use super::batch::{Batch, BatchState, Seen};
use super::intake::{Closed, French, Intake, Later, Written};
use super::problem::Place;
use super::rehearsal::Imports;
use super::sight::Kept;
use super::store::{self, Gone};
use crate::access::{Act, Concern, NotPermitted, Permit, Reach, permit};
use crate::kernel::hex;
use crate::ledger::{Actor, Change, LedgerError, NewThing, Scope};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};

/// Writing what a rehearsal says.
#[derive(Debug)]
pub struct CommitBatch;

impl Act for CommitBatch {
    /// The batch.
    type Thing = Uuid;
    const NAME: &'static str = "import.commit";

    async fn concerns(tx: &mut Tx, batch: &Uuid) -> Result<Vec<Concern>, DbError> {
        store::concerns(tx, *batch).await
    }
}

/// Putting back what stood before a batch.
#[derive(Debug)]
pub struct UndoBatch;

impl Act for UndoBatch {
    /// The batch.
    type Thing = Uuid;
    const NAME: &'static str = "import.undo";

    async fn concerns(tx: &mut Tx, batch: &Uuid) -> Result<Vec<Concern>, DbError> {
        store::concerns(tx, *batch).await
    }
}

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

/// What became of a batch to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The change that undid it.
    pub change: i64,
    /// How many took back what they held, or were withdrawn.
    pub rows: i64,
    /// What was written since, and stays.
    pub kept: Vec<Later>,
}

/// Why a batch cannot be committed or undone, told in French.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The person may not.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is none of that identifier.
    #[error("aucun import ne porte cet identifiant ; `jalon values list` donne ceux qui existent")]
    Unknown,
    /// It is not at a point of its life where this may be done.
    #[error("cet import est {} : {}", .0.french(), .1)]
    State(BatchState, &'static str),
    /// What it writes to can no longer be written.
    #[error("rien n’a été écrit : {0}")]
    Closed(String),
    /// Some of its cells are refused, or wait for an answer.
    #[error("{} : corrigez le fichier ou répondez aux questions, rien n’a été écrit", refused(*.0))]
    Refused(i64),
    /// Somebody changed some of the same subjects since.
    #[error("d’autres {} ont été enregistrées depuis pour {} : relisez le fichier contre l’état présent, rien n’a été écrit", .1.many, named(.0))]
    Moved(Vec<Place>, French),
    /// It is no longer as it was when the act was decided.
    #[error("cet import a changé depuis que vous l’avez lu : relisez-le, rien n’a été fait")]
    Stale,
    /// No reason was given.
    #[error("écrivez le motif de l’annulation : il restera au journal")]
    NoReason,
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for ActError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<Gone> for ActError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Unknown => Self::Unknown,
            Gone::Stale => Self::Stale,
            Gone::Db(error) => error.into(),
        }
    }
}

fn refused(cells: i64) -> String {
    if cells > 1 {
        format!("{cells} cellules refusées ou en attente de réponse")
    } else {
        format!("{cells} cellule refusée ou en attente de réponse")
    }
}

/// How many cells a sentence names before it only counts them.
const NAMED: usize = 12;

/// Cells in a sentence of readable length.
pub fn named(places: &[Place]) -> String {
    let (first, rest) = places.split_at(places.len().min(NAMED));
    let cells: Vec<String> = first.iter().map(Place::named).collect();
    match rest.len() {
        0 => cells.join(", "),
        1 => format!("{} et une autre cellule", cells.join(", ")),
        more => format!("{} et {more} autres cellules", cells.join(", ")),
    }
}

impl Imports {
    /// Commits a batch for somebody, in a change of its own; where it was decided upon a state of
    /// the batch, only if it still is in that state.
    pub async fn commit(
        &self,
        actor: Actor,
        batch: Uuid,
        upon: Option<Seen>,
    ) -> Result<Committed, ActError> {
        let mut change = Change::open(&self.db, &self.clock, actor, CommitBatch::NAME).await?;
        let permit = asked(&mut change, batch, upon).await?;
        let outcome = self.commit_in(&mut change, permit, upon).await?;
        change.commit().await?;
        Ok(outcome)
    }

    /// Commits a batch inside a change under way. An error leaves the change unfit to be
    /// committed.
    pub async fn commit_in(
        &self,
        change: &mut Change,
        permit: Permit<CommitBatch>,
        upon: Option<Seen>,
    ) -> Result<Committed, ActError> {
        let batch = store::as_seen(change.tx(), permit.into_thing(), upon).await?;
        self.may_be_known::<CommitBatch>(change, &batch).await?;
        match (batch.state, batch.committed_change) {
            (BatchState::Committed, Some(no)) => return Ok(Committed::Before(no)),
            (state, _) if state.may_be_committed() => {}
            (state, _) => {
                return Err(ActError::State(state, "il ne peut pas être enregistré"));
            }
        }
        let intake = self.intakes.of(&batch)?;
        may_be_written(change, intake, &batch).await?;
        if batch.counts.refused > 0 {
            return Err(ActError::Refused(batch.counts.refused));
        }
        let moved = intake.standing(change.tx(), &batch).await?;
        if !moved.is_empty() {
            return Err(ActError::Moved(moved, intake.french()));
        }
        if batch.counts.to_write() == 0 {
            return Ok(Committed::Nothing);
        }
        let written = intake.write(change, &batch).await?;
        record(change, &batch, "commit", &written).await?;
        let no = change.no();
        store::mark_committed(change.tx(), batch.id, no).await?;
        remember(change, intake, &batch).await?;
        Ok(Committed::Now(no))
    }

    /// Undoes a batch for somebody, for a reason that the history keeps; where it was decided upon
    /// a state of the batch, only if it still is in that state.
    pub async fn undo(
        &self,
        actor: Actor,
        batch: Uuid,
        reason: &str,
        upon: Option<Seen>,
    ) -> Result<Undone, ActError> {
        let reason = reason.trim();
        let mut change = Change::open(&self.db, &self.clock, actor, UndoBatch::NAME)
            .await?
            .because(reason);
        let permit = asked::<UndoBatch>(&mut change, batch, upon).await?;
        if reason.is_empty() {
            return Err(ActError::NoReason);
        }
        let batch = store::as_seen(change.tx(), permit.into_thing(), upon).await?;
        self.may_be_known::<UndoBatch>(&mut change, &batch).await?;
        if batch.state != BatchState::Committed {
            let sentence = "il n’y a rien à annuler";
            return Err(ActError::State(batch.state, sentence));
        }
        let intake = self.intakes.of(&batch)?;
        may_be_written(&mut change, intake, &batch).await?;
        let kept = intake.later(change.tx(), &batch).await?.kept;
        let written = intake.undo(&mut change, &batch).await?;
        record(&mut change, &batch, "undo", &written).await?;
        let no = change.no();
        store::mark_undone(change.tx(), batch.id, no).await?;
        change.commit().await?;
        Ok(Undone {
            change: no,
            rows: written.rows,
            kept,
        })
    }

    /// Refuses what is done to a file that is for what whoever makes the change may not know of.
    async fn may_be_known<A: Act>(
        &self,
        change: &mut Change,
        batch: &Batch,
    ) -> Result<(), ActError> {
        let (actor, today) = (change.actor(), paris_date(change.at()));
        let reach = Reach::of(change.tx(), today, actor).await?;
        let viewer = (&reach, today);
        match self.intakes.kept_of(change.tx(), viewer, batch).await? {
            Kept::Nothing | Kept::Words => Ok(()),
            Kept::Purpose if reach.is_own(batch.created_by) => {
                let denied = self.intakes.of(batch)?.kept(A::NAME);
                Err(NotPermitted::from(denied).into())
            }
            Kept::Purpose => Err(ActError::Unknown),
        }
    }
}

/// The permit to do something to a batch; where it has gone on since it was seen, that is what is
/// told.
async fn asked<A: Act<Thing = Uuid>>(
    change: &mut Change,
    batch: Uuid,
    upon: Option<Seen>,
) -> Result<Permit<A>, ActError> {
    match permit::<A>(change, batch).await {
        Ok(permit) => Ok(permit),
        Err(NotPermitted::Unknown) => Err(ActError::Unknown),
        Err(refused) if refused.is_of_stage() => {
            store::as_seen(change.tx(), batch, upon).await?;
            Err(refused.into())
        }
        Err(refused) => Err(refused.into()),
    }
}

/// Whether what a batch writes to can be written now, and by whoever makes the change: a batch is
/// one's own, what it writes to may not be.
async fn may_be_written(
    change: &mut Change,
    intake: &dyn Intake,
    batch: &Batch,
) -> Result<(), ActError> {
    let (actor, today) = (change.actor(), paris_date(change.at()));
    let reach = Reach::of(change.tx(), today, actor).await?;
    match intake.closed(change.tx(), &reach, batch).await? {
        Some(Closed::Denied(denied)) => Err(NotPermitted::from(denied).into()),
        Some(Closed::Now(why)) => Err(ActError::Closed(why)),
        None => Ok(()),
    }
}

/// One entry for the whole act, with the digest of what it wrote; the name of the file, which may
/// hold anybody's, is a label beside it. The batch is a thing of the history from its first commit
/// on.
async fn record(
    change: &mut Change,
    batch: &Batch,
    verb: &str,
    written: &Written,
) -> Result<(), LedgerError> {
    let state = json!({
        "rows": written.rows,
        "sha256": hex(&written.digest),
    });
    if batch.committed_change.is_none() {
        let thing = NewThing {
            kind: "batch",
            parent: None,
            scope: Scope::common(),
            label: &batch.file_name,
        };
        return change.create_as(batch.id, thing, &state).await;
    }
    change
        .record(batch.id, verb, None::<&()>, Some(&state))
        .await
}

/// What a person let through is how such files are read the next time.
async fn remember(change: &mut Change, intake: &dyn Intake, batch: &Batch) -> Result<(), DbError> {
    if batch.mapping.signature.is_empty() {
        return Ok(());
    }
    let supplier = intake.supplier(&batch.said);
    store::remember(change.tx(), batch, &supplier).await
}

/// The identifier that a person typed.
pub fn parse_id(text: &str) -> Result<Uuid, ActError> {
    text.trim().parse().map_err(|_| ActError::Unknown)
}
