//! Values coming in: a table read against the catalogue, rehearsed, committed all or nothing.
//!
//! What lives here: which column says what, which cell is which value, what is wrong with it, and
//! what it would change. Reading the file itself is the business of `imports`.

mod answer;
mod beside;
mod breakdown;
mod codes;
mod columns;
mod compared;
mod expected;
mod fact;
#[cfg(test)]
mod faults;
pub mod form;
mod gather;
pub mod grid;
mod intake;
mod labels;
mod layout;
mod line;
mod mapping;
mod notes;
mod parts;
mod places;
mod plausible;
mod published;
#[cfg(test)]
mod readings;
mod rows;
mod sent;
pub(super) mod store;
mod table;
pub mod template;
#[cfg(test)]
mod typed;
mod when;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::kernel::{Period, Value};

pub use answer::{AnswerError, read_answer};
pub use breakdown::Axis;
pub use codes::Codes;
pub use intake::ValuesIntake;
pub use layout::{Guess, Proposal, SheetProposal, Sureness};
pub use mapping::{Column, Mapping, Part, SheetMapping};
pub use plausible::{KEEP, SCALE};
pub use published::{AboutValueView, SaidValueView};
pub use sent::{KEPT, SentValue, SentValues, UNSAID};
pub use table::{Candidate, Ground, Known, Table, propose_mapping, read_table};
pub use when::{read_day, read_period};

/// The word that names this kind of intake in the database.
pub const INTAKE: &str = "values";

/// What the person says beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The framework whose codes the file uses; any where it is not said.
    pub framework: Option<String>,
    /// Who supplies the values; the indicator's own supplier where it is not said.
    pub supplier: Option<String>,
    /// Where the supplier takes them from; the indicator's own source where it is not said.
    pub source: Option<String>,
    /// The day that the values describe.
    pub reference_date: Option<Date>,
    /// The day before which the values are hidden from most.
    pub embargo_until: Option<Date>,
    /// What stands beside every value.
    pub comment: Option<String>,
    /// Whether final values are to come.
    pub provisional: bool,
    /// Whether the values were invented for the demonstration.
    pub fictional: bool,
    /// The indicator of a file that does not say it: its code, or that of its measure.
    pub indicator: Option<String>,
    /// The period of a file that does not say it.
    pub period: Option<Period>,
    /// What is made of what is left unsaid.
    #[serde(skip_serializing_if = "Unsaid::is_usual")]
    pub unsaid: Unsaid,
}

/// What is made of what is left unsaid beside a value that stands already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsaid {
    /// It has its usual meaning: definitive, from the usual supplier, without an embargo.
    #[default]
    Usual,
    /// It is kept as it stands: the format has no word for it.
    Kept,
    /// The same, save the status: the values are said to be definitive.
    KeptButStatus,
}

impl Unsaid {
    // The signature is serde's.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_usual(&self) -> bool {
        *self == Self::Usual
    }
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
    /// The part observed, such as `age=0-17;sex=F`; empty for the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub breakdown: String,
}

/// What is said of a subject, as a row of a rehearsal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// The value.
    pub value: Value,
    /// Whether a final one is to come.
    #[serde(default, skip_serializing_if = "is_false")]
    pub provisional: bool,
    /// The day that it describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_date: Option<Date>,
    /// Who supplies it.
    pub supplier: String,
    /// Where the supplier takes it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What the supplier says beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The day before which it is hidden from most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<Date>,
    /// Whether it was invented for the demonstration.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fictional: bool,
}

// The signature is serde's.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}
