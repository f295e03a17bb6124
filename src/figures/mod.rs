//! What was observed, and how far it is from what was agreed.
//!
//! What lives here: observations and their revisions, the snapshot they are read from, the rules
//! of attainment and of delivery, the intake of values. What never does: targets (`contracts`),
//! definitions (`frameworks`, `measures`).

pub mod attainment;
pub mod comparison;
pub mod delivery;
mod format;
mod holder;
mod observations;
mod pages;
pub mod review;
mod snapshot;
pub mod store;
pub mod values;

use uuid::Uuid;

use crate::imports::Place as FilePlace;
use crate::kernel::{Period, Value};

pub use format::Formatter;
pub use holder::FiguresHolder;
pub use observations::ContractFigures;
pub use pages::router;
pub use snapshot::{FiguresView, Series, Snapshot, Snapshots};

/// What an observation is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Code of the place.
    pub place: String,
    /// Period observed.
    pub period: Period,
    /// The part observed, such as `sex=F`; empty for the whole.
    pub breakdown: String,
}

/// A figure as it stands: the last revision of an observation, with who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The observation.
    pub observation: Uuid,
    /// The revision, from 1.
    pub no: i64,
    /// The change that wrote it.
    pub change: i64,
    /// The value.
    pub value: Value,
    /// Whether a final one is to come.
    pub provisional: bool,
    /// When it was received, in microseconds UTC.
    pub received_at: i64,
    /// Who supplied it.
    pub supplier: String,
    /// Where the supplier took it from.
    pub source: Option<String>,
    /// The file it came in.
    pub batch: Option<Uuid>,
    /// The cell it came from.
    pub cell: Option<FilePlace>,
    /// Whether it was invented for the demonstration.
    pub fictional: bool,
}

/// Who supplied a figure, in words: a source may not say it.
pub fn supplier_words(supplier: &str) -> &str {
    if supplier.is_empty() {
        "fournisseur non précisé par la source"
    } else {
        supplier
    }
}
