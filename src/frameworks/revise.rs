//! A new revision: what it must not break, and what it changes.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::store::{self, NewRevision, Origin, RevisionHead};
use super::{Catalogue, Framework, Texts, differences};
use crate::access::Permit;
use crate::ledger::{Change, LedgerError};
use crate::platform::db::{DbError, Tx};

/// What still needs an indicator or a measure. Modules above answer; a revision may not remove
/// what they hold.
#[async_trait]
pub trait Holder: Send + Sync {
    /// Of these indicators of a framework, those that something rests on.
    async fn holds_indicators(
        &self,
        tx: &mut Tx,
        framework: &str,
        keys: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError>;

    /// Of these measures, those that something rests on.
    async fn holds_measures(
        &self,
        tx: &mut Tx,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError>;
}

/// Everything above that may hold an indicator or a measure, registered where the site is put
/// together.
#[derive(Clone, Copy)]
pub struct Holders(pub &'static [&'static dyn Holder]);

impl std::fmt::Debug for Holders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Holders({})", self.0.len())
    }
}

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

async fn refuse_held(
    tx: &mut Tx,
    holders: Holders,
    before: &Framework,
    after: &Framework,
) -> Result<(), RevisionError> {
    let kept: BTreeSet<&str> = after.indicators.iter().map(|i| i.key.as_str()).collect();
    let gone: BTreeSet<String> = before
        .indicators
        .iter()
        .filter(|i| !kept.contains(i.key.as_str()))
        .map(|i| i.key.clone())
        .collect();
    let altered: BTreeSet<String> = before
        .measures
        .iter()
        .filter(|old| {
            let new = after.measures.iter().find(|new| new.code == old.code);
            new.is_none_or(|new| new.value_kind != old.value_kind || new.per != old.per)
        })
        .map(|measure| measure.code.clone())
        .collect();
    let mut held = Vec::new();
    for holder in holders.0 {
        for key in holder.holds_indicators(tx, &before.code, &gone).await? {
            held.push(format!(
                "L’indicateur « {key} » ne peut pas être retiré : des contrats le portent. Gardez-le, ou retirez-le d’abord par un acte de chaque contrat."
            ));
        }
        for code in holder.holds_measures(tx, &altered).await? {
            held.push(format!(
                "La mesure « {code} » a des valeurs : elle ne peut ni disparaître ni changer de nature. Gardez-la, et écrivez une mesure nouvelle sous un autre code."
            ));
        }
    }
    if held.is_empty() {
        Ok(())
    } else {
        Err(RevisionError::Held(held))
    }
}
