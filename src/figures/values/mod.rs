//! Values coming in: a table read against the catalogue, rehearsed, committed all or nothing.
//!
//! What lives here: which column says what, which cell is which value, what is wrong with it, and
//! what it would change. Reading the file itself is the business of `imports`.

mod answer;
mod breakdown;
mod codes;
mod commit;
mod expected;
mod fact;
#[cfg(test)]
mod faults;
mod gather;
mod layout;
mod line;
mod mapping;
mod notes;
mod parts;
mod places;
mod plausible;
mod rehearse;
mod rows;
mod table;
mod when;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::access::Act;
use crate::imports::Answers;
use crate::kernel::{Period, Value};

pub use answer::{AnswerError, read_answer};
pub use breakdown::Axis;
pub use codes::Codes;
pub use commit::{CommitError, Committed, commit, parse_id};
pub use layout::{Guess, Proposal, SheetProposal, Sureness};
pub use mapping::{Column, Mapping, Part, SheetMapping};
pub use plausible::{KEEP, SCALE};
pub use rehearse::{Rehearsal, RehearseError, rehearse};
pub use table::{Candidate, Ground, Known, Table, propose_mapping, read_table};
pub use when::{read_day, read_period};

/// The word that names this kind of intake in the database.
pub const INTAKE: &str = "values";

/// Loading values.
#[derive(Debug)]
pub struct LoadValues;

impl Act for LoadValues {
    /// The rehearsal to commit.
    type Thing = uuid::Uuid;
    const NAME: &'static str = "values.commit";
}

/// What the person says beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The framework whose codes the file uses; any where it is not said.
    pub framework: Option<String>,
    /// Who supplies the values; the indicator's own supplier where it is not said.
    pub supplier: Option<String>,
    /// Whether final values are to come.
    #[serde(default)]
    pub provisional: bool,
    /// Whether the values were invented for the demonstration.
    #[serde(default)]
    pub fictional: bool,
    /// The indicator of a file that does not say it: its code, or that of its measure.
    #[serde(default)]
    pub indicator: Option<String>,
    /// The period of a file that does not say it.
    #[serde(default)]
    pub period: Option<Period>,
    /// What each column holds, as a person corrected it; Jalon's proposal where nobody did.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// What the person answered to the questions of the reading.
    #[serde(default)]
    pub answers: Answers,
}

/// What one row of a rehearsal is about, as the batch keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowSubject {
    /// Code of the measure.
    pub measure: String,
    /// Code of the place.
    pub place: String,
    /// Period.
    pub period: Period,
    /// The part, such as `age=0-17;sex=F`; empty for the whole.
    pub breakdown: String,
}

/// A value as a row of a rehearsal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// The value; a ratio keeps its two terms.
    pub value: Value,
    /// Whether a final one is to come.
    pub provisional: bool,
    /// The day it stands for, where that was said.
    pub reference_date: Option<Date>,
    /// Who supplies it.
    pub supplier: String,
    /// Where the supplier takes it from.
    pub source: Option<String>,
    /// A remark.
    pub comment: Option<String>,
}
