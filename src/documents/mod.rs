//! Files that people attach to what they say: a supplier's detail, the evidence of a contest, the
//! plan behind a short text.
//!
//! What lives here: bytes kept once under their digest, documents and their versions, which kinds
//! of files are taken, receiving and giving them. What never does: what a document is about (the
//! module that shows it knows), reading tables out of it (`imports`).

mod addressed;
pub mod api;
mod findable;
mod media;
mod pages;
mod receive;
pub mod store;
pub mod tables;
mod told;

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use crate::access::{Act, Concern, Reach};
use crate::platform::clock::end_of_day;
use crate::platform::db::{DbError, Tx};

pub use addressed::DocumentAddresses;
pub use findable::FindableDocuments;
pub use media::{Media, Unfit, safe_name};
pub use pages::{list, optional_file, router, saved_as, section};
pub use receive::{Received, Upload, french_size, receive};
pub use told::DocumentTeller;

/// What a document is about. The parts are texts of the module that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct About {
    /// Which kind of thing.
    pub kind: AboutKind,
    /// The thing: a measure, `framework/indicator`, `contract/indicator`, a contest.
    pub subject: String,
    /// A place, or empty.
    pub place: String,
    /// A period, or empty.
    pub period: String,
}

/// Kinds of things that documents are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AboutKind {
    /// Values of a measure, for a place and a period.
    Value,
    /// An indicator and a year: the supplier's detail.
    Indicator,
    /// A term of a contract.
    Term,
    /// A contest: its evidence.
    Contest,
}

impl AboutKind {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Indicator => "indicator",
            Self::Term => "term",
            Self::Contest => "contest",
        }
    }

    /// The kind of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Value, Self::Indicator, Self::Term, Self::Contest]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// The first day on which everybody may see something, and who brought it: they may before.
pub type Embargo = (Date, Option<Uuid>);

/// Whether no embargo keeps something from somebody on that day.
fn is_open(embargo: Option<Embargo>, reach: &Reach, today: Date) -> bool {
    embargo.is_none_or(|(until, author)| today >= until || reach.sees_embargoed(author))
}

/// What a document is attached to, with whom that concerns, as the module that shows it knows.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What the document is about.
    pub about: About,
    /// Whom it concerns.
    pub concern: Concern,
    /// That of the value it is about: the document is kept as the value is.
    pub embargo: Option<Embargo>,
}

/// Documents as they stood at the end of a day in Paris, and how many were attached or replaced
/// since; all of them as they are where no day is named.
pub fn as_of(mut documents: Vec<Document>, day: Option<Date>) -> (Vec<Document>, usize) {
    let Some(until) = day.map(end_of_day) else {
        return (documents, 0);
    };
    let is_since = |document: &&Document| document.versions.iter().any(|one| one.at > until);
    let since = documents.iter().filter(is_since).count();
    for document in &mut documents {
        document.versions.retain(|one| one.at <= until);
    }
    documents.retain(|document| !document.versions.is_empty());
    (documents, since)
}

/// How many documents came since, for the page of a day of the past.
pub fn attached_since(count: usize) -> (usize, &'static str, &'static str) {
    let one = "document joint ou remplacé depuis";
    (count, one, "documents joints ou remplacés depuis")
}

/// Attaching a document to something.
#[derive(Debug)]
pub struct AttachDocument;

impl Act for AttachDocument {
    type Thing = Attachment;
    const NAME: &'static str = "document.attach";

    async fn concerns(_tx: &mut Tx, attachment: &Attachment) -> Result<Vec<Concern>, DbError> {
        Ok(vec![attachment.concern.clone()])
    }
}

/// Putting another file in the place of a document's.
#[derive(Debug)]
pub struct ReplaceDocument;

impl Act for ReplaceDocument {
    type Thing = Uuid;
    const NAME: &'static str = "document.replace";

    async fn concerns(tx: &mut Tx, document: &Uuid) -> Result<Vec<Concern>, DbError> {
        let found = store::concern(tx, *document).await?;
        Ok(found.into_iter().collect())
    }
}

/// One file of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number in the document, from 1.
    pub no: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media: Media,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha: Vec<u8>,
    /// Why it took the place of the one before.
    pub why: Option<String>,
    /// When it was attached, in microseconds UTC.
    pub at: i64,
    /// Who attached it.
    pub who: Option<String>,
}

/// A document with all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its identifier.
    pub id: Uuid,
    /// What it is about.
    pub about: About,
    /// The latest first; never empty.
    pub versions: Vec<Version>,
}
