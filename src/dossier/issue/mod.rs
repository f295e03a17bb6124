//! Dossiers as they are issued: drawn once, kept by the digest of their bytes with the text they
//! were drawn from, and given back as they are. What a dossier says never lives here.

mod desk;
pub mod store;

use jalon_render::RenderError;
use jalon_render::dossier::Dossier;
use jiff::civil::Date;
use uuid::Uuid;

use crate::access::{Act, Concern};
use crate::contracts::store::of_contract;
use crate::platform::db::{DbError, Tx};

pub use desk::{IssueError, issue};

/// What a dossier is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The contract.
    pub contract: Uuid,
    /// Its section.
    pub section: Uuid,
}

/// Issuing the dossier of a section of a contract.
#[derive(Debug)]
pub struct IssueDossier;

impl Act for IssueDossier {
    type Thing = Subject;
    const NAME: &'static str = "dossier.issue";

    async fn concerns(tx: &mut Tx, subject: &Subject) -> Result<Vec<Concern>, DbError> {
        let section = Some(subject.section);
        let concerns = of_contract(tx, subject.contract).await?.into_iter();
        Ok(concerns.map(|c| Concern { section, ..c }).collect())
    }
}

/// The files that a dossier is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// The document to read and to archive.
    Pdf,
    /// The document to rewrite.
    Docx,
    /// Its figures.
    Xlsx,
}

impl Format {
    /// Every format, in the order offered.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Docx, Self::Xlsx];

    /// The word of addresses, of names of files and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Docx => "Word",
            Self::Xlsx => "Excel",
        }
    }

    /// What it is to a browser.
    pub fn media(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The bytes of a dossier.
    ///
    /// This takes the processor for a while: an asynchronous caller runs it on a blocking thread.
    pub fn drawn(self, dossier: &Dossier) -> Result<Vec<u8>, RenderError> {
        match self {
            Self::Pdf => dossier.pdf(),
            Self::Docx => dossier.docx(),
            Self::Xlsx => dossier.xlsx(),
        }
    }
}

/// A dossier that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Its identifier.
    pub id: Uuid,
    /// The contract.
    pub contract: Uuid,
    /// Address of the contract.
    pub slug: String,
    /// Key of the section.
    pub section: String,
    /// The year reviewed.
    pub year: i16,
    /// The day on which terms and figures were known.
    pub as_of: Date,
    /// When it was issued, in microseconds UTC.
    pub at: i64,
    /// By whom.
    pub who: Option<String>,
    /// The version of the renderer that drew it.
    pub renderer: String,
    /// Digest of the text it was drawn from.
    pub manifest: Vec<u8>,
    /// Its files.
    pub files: Vec<IssuedFile>,
}

/// A file of an issued dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedFile {
    /// What it is.
    pub format: Format,
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha: Vec<u8>,
}

/// A dossier about to be kept.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What people call it.
    pub label: String,
    /// Key of the section.
    pub section: String,
    /// The year reviewed.
    pub year: i16,
    /// The day on which terms and figures were known.
    pub as_of: Date,
    /// The last change that was.
    pub known: i64,
    /// The text it is drawn from.
    pub manifest: String,
    /// Its files, with their names.
    pub files: Vec<(Format, String, Vec<u8>)>,
}
