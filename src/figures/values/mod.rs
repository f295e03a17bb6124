//! Values coming in: a table read against the catalogue, rehearsed, committed all or nothing.
//!
//! What lives here: which column says what, which cell is which value, what is wrong with it, and
//! what it would change. Reading the file itself is the business of `imports`.

mod answer;
mod commit;
mod layout;
mod rehearse;
mod table;

use serde::{Deserialize, Serialize};

use crate::access::Act;
use crate::kernel::{Period, Value};

pub use answer::{AnswerError, read_answer};
pub use commit::{CommitError, Committed, commit, parse_id};
pub use layout::{Codes, Column, Layout, LayoutError};
pub use rehearse::{FileRead, Rehearsal, RehearseError, rehearse};
pub use table::{Candidate, Ground, read_table};

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
    /// Who supplies it.
    pub supplier: String,
    /// Where the supplier takes it from.
    pub source: Option<String>,
}

/// A value as a row of a rehearsal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// The value.
    pub value: Value,
    /// Whether a final one is to come.
    pub provisional: bool,
}
