//! Where figures come from: every revision of an observation, and every load of a measure.

pub mod store;

use jiff::civil::Date;
use uuid::Uuid;

use super::Subject;
use crate::imports::Place as FilePlace;
use crate::kernel::Value;

/// One statement of an observation, with who says so.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number, from 1.
    pub no: i64,
    /// The value; `None` where it withdraws what stood before.
    pub value: Option<Value>,
    /// Whether a final one is to come.
    pub provisional: bool,
    /// Whether it was invented for the demonstration.
    pub fictional: bool,
    /// When it was received, in microseconds UTC.
    pub received_at: i64,
    /// Who brought it.
    pub who: Option<String>,
    /// The name of the access of the program that brought it for them.
    pub program: Option<String>,
    /// Why, in their words.
    pub why: Option<String>,
    /// Who supplied it.
    pub supplier: String,
    /// Where the supplier took it from.
    pub source: Option<String>,
    /// The day it stands for.
    pub reference_date: Option<Date>,
    /// What the supplier says of it.
    pub comment: Option<String>,
    /// Until when it is kept from most people.
    pub embargo_until: Option<Date>,
    /// The file it came in, and its name.
    pub file: Option<(Uuid, String)>,
    /// The cell it came from.
    pub cell: Option<FilePlace>,
}

/// An observation with all that was said of it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The measure.
    pub measure: String,
    /// What it is about.
    pub subject: Subject,
    /// The latest first; never empty.
    pub revisions: Vec<Revision>,
}

/// One load of a measure: the revisions that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// When, in microseconds UTC.
    pub received_at: i64,
    /// Who supplied them.
    pub supplier: String,
    /// Where the supplier took them from.
    pub source: Option<String>,
    /// The file and its name.
    pub file: Option<(Uuid, String)>,
    /// Who loaded them.
    pub who: Option<String>,
    /// How many values.
    pub figures: usize,
}
