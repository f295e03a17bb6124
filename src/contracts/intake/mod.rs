//! Terms in a workbook: filled from a draft, sent back, read as what it would change.
//!
//! What lives here: the workbook to download, and its reading against the draft. A cell reads
//! exactly as the grid's does (`entry`, `sheet`). What never does: what a file is (`imports`).

mod desk;
mod find;
mod judge;
mod layout;
mod origin;
mod read;
mod tell;
mod template;
mod terms;
mod words;

use serde::{Deserialize, Serialize};

use super::{TermBody, TermKey};
use crate::imports::Place;

pub use read::read;
pub use template::template;
pub use terms::{Settings, TermsIntake};

/// The word that names this kind of file in the database and in addresses.
pub const INTAKE: &str = "termes";

/// What a file says of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The terms it states, in the order of the contract.
    pub stated: Vec<Stated>,
    /// What is wrong with it, or is to be looked at.
    pub findings: Vec<Finding>,
}

/// One term as a file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The cell.
    pub place: Place,
    /// Where the term stands, for a sentence: « 2.c.1, cible 2026 ».
    pub about: String,
    /// What it is about.
    pub key: TermKey,
    /// What the draft says of it.
    pub before: RowState,
    /// What the file says.
    pub after: RowState,
    /// What a person must say before it is taken.
    pub asks: Option<Asks>,
}

impl Stated {
    /// Whether it would change the draft.
    pub fn changes(&self) -> bool {
        self.before != self.after
    }
}

/// A term, or its absence, as a batch keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// What it says; nothing where there is none.
    pub body: Option<TermBody>,
    /// Why, where the reason is not the instrument's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub motive: Option<String>,
}

/// What is asked of a person before a term is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// The cell was emptied: is the term to be taken away?
    Removal,
    /// Somebody wrote another value since the workbook was downloaded.
    Conflict,
}

/// Something wrong with a file, or to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What it is.
    pub kind: FindingKind,
    /// What is wrong and what to do, in French.
    pub sentence: String,
}

impl Finding {
    fn new(place: Place, kind: FindingKind, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self {
            place,
            kind,
            sentence,
        }
    }
}

/// What can be found in a file of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// It was downloaded for another contract.
    OtherContract,
    /// It was downloaded for another act of this contract.
    OtherAct,
    /// No table of terms is in it.
    NoTable,
    /// A sheet or a column that is not read.
    Ignored,
    /// A row that is none of the contract's.
    UnknownRow,
    /// A row that is several of the contract's.
    AmbiguousRow,
    /// Targets of a year that is not the contract's.
    YearOutside,
    /// The same term, said twice and differently.
    Contradiction,
    /// A cell that cannot be read.
    Unreadable,
    /// Merged cells.
    Merged,
    /// A term that the act may not change.
    NotOpen,
    /// A cell that stands for no term.
    NotOffered,
    /// What would block the signature.
    BeforeSignature,
}

impl FindingKind {
    /// Whether the file can be taken nevertheless.
    pub fn is_warning(self) -> bool {
        matches!(self, Self::OtherAct | Self::Ignored | Self::BeforeSignature)
    }
}
