//! Files coming in: read, rehearsed, committed, all or nothing.
//!
//! What lives here: reading a file into cells, naming what is wrong with it, keeping rehearsals
//! and their verdicts. It serves any kind of content; what a row means is the business of the
//! module that plugs in. What never does: a word about values or terms.

mod corrected;
mod problem;
pub mod reader;
mod sheet;
pub mod store;

pub use corrected::{Mark, corrected};
pub use problem::{Place, Problem, Severity};
pub use reader::{ReadError, Reader, read_file, read_workbook};
pub use sheet::{Area, Cell, Content, Format, NOTICE_TITLE, Sheet, Workbook};
pub use store::{Batch, BatchState, Counts, NewBatch, Row, Verdict};
