//! What was observed, and how far it is from what was agreed.
//!
//! What lives here: observations and their revisions, the snapshot they are read from, the rules
//! of attainment and of delivery, the intake of values. What never does: targets (`contracts`),
//! definitions (`frameworks`, `measures`).

mod addressed;
pub mod api;
mod attached;
pub mod attainment;
pub mod board;
pub mod chance;
pub mod circuit;
pub mod comparison;
pub mod contest;
pub mod course;
pub mod delivery;
pub mod dhis2;
mod drawings;
mod findable;
pub mod follow;
mod followed;
mod format;
pub mod funnel;
mod holder;
pub mod national;
mod observations;
mod pages;
pub mod pictures;
pub mod projection;
pub mod provenance;
pub mod review;
pub mod rights;
pub mod since;
mod situation;
mod snapshot;
pub mod store;
pub mod tables;
pub mod values;

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use crate::frameworks::everyone_words;
use crate::imports::Place as FilePlace;
use crate::kernel::{Period, Value};
use crate::ledger::Moment;

pub use addressed::FigureAddresses;
pub use contest::OpenContest;
pub use findable::FindableFigures;
pub use followed::{Followed, followed};
pub use format::Formatter;
pub use holder::FiguresHolder;
pub use observations::ContractFigures;
pub use pages::{Concern, board_table, router, since_section};
pub use situation::{Situation, Sources, running};
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
    /// The day the supplier says it stands for.
    pub reference_date: Option<Date>,
    /// What the supplier says of it.
    pub comment: Option<String>,
    /// The first day, in Paris, on which everybody may see it.
    pub embargo_until: Option<Date>,
    /// When the first value of this observation came, in microseconds UTC: what lateness is
    /// counted from, since a correction is not a late delivery.
    pub first_received_at: i64,
    /// Who loaded it.
    pub loaded_by: Option<Uuid>,
    /// The contest it is under, until it is answered.
    pub contest: Option<Arc<OpenContest>>,
}

impl Figure {
    /// Where everything said of it is shown, as of the same moment.
    fn href(&self, moment: Moment) -> String {
        moment.href(&format!("/valeurs/{}", self.observation))
    }
}

#[cfg(test)]
impl Figure {
    /// A figure that says only its value.
    fn invented(observation: Uuid, value: Value) -> Self {
        Self {
            observation,
            no: 1,
            change: 1,
            value,
            provisional: false,
            received_at: 0,
            supplier: String::new(),
            source: None,
            batch: None,
            cell: None,
            fictional: true,
            reference_date: None,
            comment: None,
            embargo_until: None,
            first_received_at: 0,
            loaded_by: None,
            contest: None,
        }
    }
}

/// Who supplied a figure, in words: a source may not say it, or name each establishment at once.
pub fn supplier_words(supplier: &str) -> &str {
    if supplier.is_empty() {
        "fournisseur non précisé par la source"
    } else {
        everyone_words(supplier).unwrap_or(supplier)
    }
}

/// Supplier and source of a figure, once where they are the same.
pub fn origin_words(supplier: &str, source: Option<&str>) -> String {
    let words = supplier_words(supplier);
    match source.filter(|source| *source != supplier) {
        Some(source) => format!("{words}, {source}"),
        None => words.to_owned(),
    }
}
