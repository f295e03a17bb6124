//! Files coming in: read, rehearsed, committed, all or nothing.
//!
//! What lives here: reading a file into cells, naming what is wrong with it, keeping rehearsals
//! and their verdicts. It serves any kind of content; what a row means is the business of the
//! module that plugs in. What never does: a word about values or terms.

mod acts;
mod addressed;
pub mod api;
mod batch;
mod catalogue;
mod corrected;
mod findable;
mod intake;
mod pages;
mod problem;
pub mod reader;
mod rehearsal;
mod sheet;
mod sight;
pub mod store;
pub mod tables;
mod told;

pub use acts::{ActError, CommitBatch, Committed, UndoBatch, Undone, named, parse_id};
pub use addressed::ImportAddresses;
pub use batch::{
    Batch, BatchState, ColumnUse, Counts, FileMapping, NameUse, NamedFile, Row, Said, Seen, Sent,
    SheetColumns, Verdict,
};
pub use catalogue::{CATALOGUE, Entry, ProblemCode, UnknownCode};
pub use corrected::{Mark, corrected};
pub use findable::FindableImports;
pub use intake::{
    Asked, Closed, Field, FieldKind, French, Intake, Intakes, Later, Mistake, PublishedRow,
    Reading, SentTable, Told, Undoing, Uses, Written,
};
pub use pages::router;
pub use problem::{Answer, Answers, Choice, Place, Problem, Severity};
pub use reader::{ReadError, Reader, read_workbook};
pub use rehearsal::{Begun, DropBatch, Imports, ReadAgain, RehearseError, SendFile, SentFile};
pub use sheet::{Area, Cell, Content, Format, NOTICE_TITLE, Sheet, Workbook};
pub use sight::{Kept, KnownFile, Viewer};
pub use told::ImportTeller;
