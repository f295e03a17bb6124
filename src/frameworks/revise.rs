//! A new revision: what it must not break, and what it changes.

use super::held::{Holders, refuse_held};
use super::store::{self, NewRevision, Origin, RevisionHead};
use super::{Catalogue, Framework, Texts, differences};
use crate::access::Permit;
use crate::ledger::{Change, LedgerError};
use crate::platform::db::DbError;

/// Why a revision is refused, told in French to the person who brings it.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The text follows another revision than the one in force.
    #[error(
        "le cadre « {code} » en est à la révision {current} ; ce texte part {from}. Exportez le cadre (`jalon framework export {code}`), reportez-y vos changements, puis importez de nouveau"
    )]
    Stale {
        /// The framework.
        code: String,
        /// The revision in force.
        current: i64,
        /// What the text says it follows, in words.
        from: String,
    },
    /// Something that has values or terms would be removed, or would change nature.
    #[error("{}", .0.join("\n"))]
    Held(Vec<String>),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for RevisionError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

/// What became of a text brought in.
#[derive(Debug)]
pub enum Revised {
    /// It says what the revision in force already says.
    Unchanged(RevisionHead),
    /// It is the revision in force now; what changed against the one before, in French.
    Written(RevisionHead, Vec<String>),
}

/// A text brought in, checked already.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// The framework as it would be.
    pub framework: &'a Framework,
    /// Its files.
    pub texts: &'a Texts,
    /// Where it comes from.
    pub origin: Origin,
    /// The number of the revision it follows, where the text says it.
    pub base: Option<i64>,
}

/// Writes a new revision of a framework, unless it says nothing new.
///
/// # Errors
/// Where the text follows another revision than the one in force, or where it removes what has
/// values or terms. Nothing is written then.
pub async fn revise(
    change: &mut Change,
    permit: Permit<store::Revise>,
    catalogue: &Catalogue,
    holders: Holders,
    proposal: Proposal<'_>,
) -> Result<Revised, RevisionError> {
    let new = proposal.framework;
    let head = store::head(change.tx(), &new.code).await?;
    let summary = match (&head, catalogue.framework(&new.code)) {
        (Some(head), Some(current)) => {
            if current.framework == *new {
                return Ok(Revised::Unchanged(head.clone()));
            }
            refuse_stale(&new.code, head, proposal.base)?;
            refuse_held(change.tx(), holders, &current.framework, new).await?;
            let changes = differences(&current.framework, new);
            changes.iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    };
    let revision = NewRevision {
        framework: new,
        texts: proposal.texts,
        origin: proposal.origin,
        base: head.as_ref(),
        summary: &summary,
    };
    let head = store::write(change, permit, revision).await?;
    Ok(Revised::Written(head, summary))
}

/// A text that does not say what it follows may only follow another text: it knows nothing of
/// what was edited on screen since.
fn refuse_stale(code: &str, head: &RevisionHead, base: Option<i64>) -> Result<(), RevisionError> {
    let from = match base {
        Some(base) if base == head.no => return Ok(()),
        Some(base) => format!("de la révision {base}"),
        None if head.origin == Origin::Text => return Ok(()),
        None => "d’un texte qui ignore les modifications faites à l’écran".to_owned(),
    };
    Err(RevisionError::Stale {
        code: code.to_owned(),
        current: head.no,
        from,
    })
}
