//! Files coming in: read, rehearsed, committed, all or nothing.
//!
//! What lives here: reading a file into cells, naming what is wrong with it, keeping rehearsals
//! and their verdicts. It serves any kind of content; what a row means is the business of the
//! module that plugs in. What never does: a word about values or terms.

mod catalogue;
mod cells;
mod problem;
pub mod store;

pub use catalogue::{CATALOGUE, Entry, ProblemCode, UnknownCode};
pub use cells::{Cell, ReadError, Sheet, read_file};
pub use problem::{Answer, Answers, Choice, Place, Problem, Severity};
pub use store::{Batch, BatchState, Counts, NewBatch, Row, Verdict};
