//! Contracts in the database: all their SQL.

mod cards;
mod concern;
mod create;
mod edit;
pub(super) mod findable;
mod load;
mod national;
mod note;
mod own;
mod regional;
mod rows;
mod seen;
mod settle;
mod signed;
pub(super) mod told;

use super::obstacle::Obstacle;
use super::proposal::Objection;
use crate::access::NotPermitted;
use crate::ledger::LedgerError;
use crate::platform::db::DbError;

pub use cards::{CardParty, ContractCard, SectionOf, known, list, sections_of};
pub use concern::{of_contract, of_instrument};
pub use create::{NewInstrument, create_contract, draft_instrument};
pub use edit::{Description, TermEdit, describe, set_signatories, set_terms};
pub(super) use load::load_whole;
pub use load::{
    Change, OpenDraft, contract_of, load, load_by_id, open_drafts, subject_changes,
    terms_of_measure, used_indicators, used_measures,
};
pub use national::{NationalTarget, national_targets, national_targets_since, set_national_target};
pub use note::{note_of, sealed_version, unsound_notes, write_note};
pub use own::ContractMeasures;
pub use regional::{acts_on_targets_since, section_of_place, targets_across};
pub(super) use seen::acts_seen;
pub use settle::{abandon, confirm, open_to_parties, rebase, sign};
pub(super) use signed::{latest_signature, signed_since};

/// Why a contract could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The database or the history refused; somebody else may have been faster.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The person may not, or may not know of it.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is no such contract or instrument.
    #[error("no such contract or instrument")]
    NotFound,
    /// The instrument is signed or given up.
    #[error("the instrument is no draft any more")]
    NotADraft,
    /// A term that says one thing in the place of another: a mistake of the program.
    #[error("a {0} cannot hold that")]
    Misfit(&'static str),
    /// The permit was given for a contract of another organisation or framework: a mistake of the
    /// program.
    #[error("the permit is for another contract")]
    OthersPermit,
    /// The framework given is not the revision that the instrument refers to.
    #[error("the instrument refers to another revision of the framework")]
    OtherRevision,
    /// Only a person can do that.
    #[error("only a person can do that")]
    NotAPerson,
    /// One change would sign two instruments of a contract, whose order nobody could tell.
    #[error("a change signs one instrument of a contract at most")]
    SignedTwice,
    /// Why a contract cannot be prepared so.
    #[error("{} objections to the contract", .0.len())]
    Objections(Vec<Objection>),
    /// What blocks the signature.
    #[error("{} obstacles to the signature", .0.len())]
    Blocked(Vec<Obstacle>),
}

impl From<DbError> for ContractError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

impl ContractError {
    /// Whether somebody else changed it since it was read.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Ledger(LedgerError::Stale(_)))
    }

    /// Whether something that must be unique exists already.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Ledger(LedgerError::Db(cause)) if cause.is_unique_violation())
    }
}
