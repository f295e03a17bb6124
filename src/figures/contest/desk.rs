//! Opening a contest and answering it, each in one change.

use jiff::ToSpan as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{AnswerContest, OpenAContest, Outcome, store};
use crate::access::Permit;
use crate::figures::follow;
use crate::figures::store::parsed_day;
use crate::figures::values::RowState;
use crate::figures::values::store::{NewRevision, Writing, add_revisions};
use crate::frameworks::Catalogue;
use crate::kernel::{Value, hex};
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::clock::paris_date;
use crate::platform::db::DbError;

/// What a region says.
#[derive(Clone, Debug)]
pub struct NewContest {
    /// The revision it read.
    pub revision: i64,
    /// Why it contests it.
    pub reason: String,
    /// Its own figure.
    pub own: Option<Value>,
    /// Days that the supplier has to answer.
    pub days: u16,
}

/// What a supplier answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The value becomes this one.
    Accept(Value),
    /// The value stands.
    Maintain,
}

/// Why a contest could not be opened or answered, told in French.
#[derive(Debug, thiserror::Error)]
pub enum ContestError {
    /// There is no such value or contest.
    #[error("cette valeur n’existe pas")]
    Unknown,
    /// The value is already contested.
    #[error("Cette valeur est déjà contestée : complétez la contestation en cours.")]
    AlreadyOpen,
    /// The value changed since it was read.
    #[error("Cette valeur vient d’être corrigée. Relisez-la avant de la contester.")]
    Moved,
    /// Somebody answered already.
    #[error("Cette contestation a déjà reçu sa réponse.")]
    AlreadyAnswered,
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for ContestError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Opens a contest of the value the permit was given for; gives its identifier.
pub async fn open(
    change: &mut Change,
    permit: Permit<OpenAContest>,
    new: &NewContest,
) -> Result<Uuid, ContestError> {
    let observation = permit.into_thing().observation();
    let last = store::last_revision(change.tx(), observation).await?;
    let last = last.ok_or(ContestError::Unknown)?;
    if last.no != new.revision {
        return Err(ContestError::Moved);
    }
    if store::is_contested(change.tx(), observation).await? {
        return Err(ContestError::AlreadyOpen);
    }
    let due = paris_date(change.at()).saturating_add(i64::from(new.days).days());
    let thing = NewThing {
        kind: "contest",
        parent: None,
        scope: Scope::common(),
        label: "Valeur contestée",
    };
    let state = json!({
        "observation": observation,
        "revision": new.revision,
        "reason_sha256": digest(&new.reason),
        "own": new.own,
        "due_on": due,
    });
    let id = change.create(thing, &state).await?;
    store::insert(change, id, observation, new, due).await?;
    Ok(id)
}

/// Answers the contest the permit was given for. An accepted one gives the observation a new
/// revision, from the same supplier.
pub async fn answer(
    change: &mut Change,
    permit: Permit<AnswerContest>,
    catalogue: &Catalogue,
    (answer, words): (&Answer, &str),
) -> Result<(), ContestError> {
    let id = permit.into_thing().contest();
    let contest = store::contest(change.tx(), id).await?;
    let contest = contest.ok_or(ContestError::Unknown)?;
    if contest.settled.is_some() {
        return Err(ContestError::AlreadyAnswered);
    }
    let outcome = match answer {
        Answer::Accept(value) => {
            correct(change, catalogue, &contest, value).await?;
            Outcome::Accepted
        }
        Answer::Maintain => Outcome::Maintained,
    };
    let value = match answer {
        Answer::Accept(value) => Some(value),
        Answer::Maintain => None,
    };
    let before = json!({ "outcome": null });
    let after =
        json!({ "outcome": outcome.code(), "answer_sha256": digest(words), "value": value });
    change
        .record(id, "answer", Some(&before), Some(&after))
        .await?;
    store::settle(change, id, outcome, words).await?;
    Ok(())
}

/// What the history keeps of what people wrote: its words stand outside the bytes that are hashed, so
/// that they can be erased.
fn digest(words: &str) -> String {
    hex(&Sha256::digest(words))
}

async fn correct(
    change: &mut Change,
    catalogue: &Catalogue,
    contest: &super::Contest,
    value: &Value,
) -> Result<(), ContestError> {
    let last = store::last_revision(change.tx(), contest.observation).await?;
    let last = last.ok_or(ContestError::Unknown)?;
    let state = RowState {
        value: value.clone(),
        provisional: last.provisional,
        reference_date: parsed_day(last.reference_date.as_deref())?,
        supplier: last.supplier,
        source: last.source,
        comment: Some("Correction après contestation".to_owned()),
        embargo_until: parsed_day(last.embargo_until.as_deref())?,
        fictional: last.fictional,
    };
    let revision = NewRevision {
        observation: contest.observation,
        no: last.no + 1,
        state: &state,
        cell: None,
    };
    let writing = Writing {
        change: change.no(),
        at: change.at(),
        batch: None,
    };
    add_revisions(change.tx(), writing, &[revision]).await?;
    follow::store::tell_followers(change, catalogue).await?;
    Ok(())
}
