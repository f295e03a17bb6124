//! What a module does with the files of its kind. `site` gives the list of those that plug in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use serde_json::Value as Json;

use super::batch::{Batch, FileMapping, Row, Said, Sent};
use super::problem::{Choice, Place, Problem as CellProblem};
use super::sheet::Workbook;
use crate::access::{Denied, Reach, Refusal};
use crate::ledger::{Change, LedgerError};
use crate::platform::api::{ApiResult, Code, Problem};
use crate::platform::db::{Db, DbError, Tx};

/// How a file is called to whom it is kept from.
pub(super) const UNNAMED: &str = "Fichier réservé";

/// A kind of file: what its rows mean, what they would change, how that is written and undone.
#[async_trait]
pub trait Intake: fmt::Debug + Send + Sync {
    /// The word that names it in the database and in addresses.
    fn name(&self) -> &'static str;

    /// How pages call it and what its rows are.
    fn french(&self) -> French;

    /// What it asks beside the file.
    async fn fields(&self, tx: &mut Tx, reach: &Reach) -> Result<Vec<Field>, DbError>;

    /// What was typed beside the file, made sense of: a text by name of field.
    async fn beside(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        typed: &BTreeMap<String, String>,
    ) -> Result<Result<Json, Vec<Mistake>>, DbError>;

    /// What was said beside a file, in words: each with its name.
    async fn facts(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        said: &Said,
    ) -> Result<Vec<(&'static str, String)>, DbError>;

    /// Who supplies the file, as its columns are remembered by.
    fn supplier(&self, said: &Said) -> String;

    /// What a column may be said to hold, and a name to mean.
    async fn uses(&self, tx: &mut Tx, reach: &Reach, said: &Said) -> Result<Uses, DbError>;

    /// The mapping to keep, from one whose sheets and names are as a person corrected them.
    fn corrected(&self, said: &FileMapping) -> Result<Json, String>;

    /// Whether somebody may have a file of this kind read at all: what is told of its rows may itself
    /// be more than they may know.
    ///
    /// # Errors
    /// A refusal that says who can.
    fn may_be_read(&self, _reach: &Reach) -> Result<(), Denied> {
        Ok(())
    }

    /// Whether somebody may know of what each of some files is for, by what was said of it: to whom
    /// may not, there is no such file. The number of statements does not depend on how many there
    /// are.
    async fn opens(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        files: &[&Said],
    ) -> Result<Vec<bool>, DbError> {
        Ok(vec![true; files.len()])
    }

    /// Whether what a file says is kept from that person on that day, be what it is for open to them
    /// or not. Asked through [`Intakes::known`] and its like.
    fn is_hidden(&self, sent: Sent<'_>, reach: &Reach, today: Date) -> Result<bool, DbError>;

    /// What is said in place of what a file says, to whoever it is kept from.
    fn why_hidden(&self) -> &'static str {
        "Les valeurs de ce fichier sont sous embargo : jusqu’à sa fin, seule la personne qui l’a déposé les voit."
    }

    /// The refusal of an act upon a file that is kept from whoever acts.
    fn kept(&self, act: &'static str) -> Denied {
        Denied {
            act,
            sentence: self.why_hidden().to_owned(),
            kind: Refusal::NotGranted,
        }
    }

    /// Takes from rows what stood there and is kept from that person, and what their verdict says
    /// of it.
    async fn veil(&self, _tx: &mut Tx, _reach: &Reach, _rows: &mut [Row]) -> Result<(), DbError> {
        Ok(())
    }

    /// Why that person can neither write what a batch says nor undo it now.
    async fn closed(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        batch: &Batch,
    ) -> Result<Option<Closed>, DbError>;

    /// Reads the cells against what stands now, and writes nothing.
    async fn read(&self, db: &Db, reach: &Reach, asked: Asked) -> Result<Reading, DbError>;

    /// The cells of a batch that no longer stand on what they were read against.
    async fn standing(&self, tx: &mut Tx, batch: &Batch) -> Result<Vec<Place>, DbError>;

    /// Writes what the rows of a batch say.
    async fn write(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError>;

    /// What undoing a batch would do.
    async fn later(&self, tx: &mut Tx, batch: &Batch) -> Result<Undoing, DbError>;

    /// Puts back what stood before a batch, save where something was written since.
    async fn undo(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError>;

    /// What the API calls the fields asked beside the file, each with its name in the form.
    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// What a program sent as JSON, as the table that a file would hold.
    ///
    /// # Errors
    /// Where this kind is sent as files only, or the document does not read.
    fn table(&self, _document: &[u8]) -> ApiResult<SentTable> {
        let detail = "Ce genre ne s’envoie qu’en fichier.";
        Err(Problem::new(Code::Media, detail))
    }

    /// Rows as programs read them, in types that are published: `site::api` describes those of every
    /// kind of file.
    async fn published(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        rows: &[Row],
    ) -> Result<Vec<PublishedRow>, DbError>;

    /// Rows in words.
    async fn told(&self, tx: &mut Tx, reach: &Reach, rows: &[Row]) -> Result<Vec<Told>, DbError>;
}

/// Why what a batch says cannot be written.
#[derive(Clone, Debug)]
pub enum Closed {
    /// By nobody, now; why and what to do instead, in French: a text that follows « : ».
    Now(String),
    /// By that person.
    Denied(Denied),
}

/// A table that a program sent without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTable {
    /// What is said beside it, by the names of the API.
    pub beside: BTreeMap<String, String>,
    /// The table, as the bytes of a file.
    pub bytes: Vec<u8>,
}

/// What a person may say of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// What a column may hold.
    pub columns: Vec<Choice>,
    /// What a name in its cells may mean.
    pub names: Vec<Choice>,
}

/// How pages call a kind of file.
#[derive(Clone, Copy, Debug)]
pub struct French {
    /// The kind: « Valeurs ».
    pub kind: &'static str,
    /// One of its rows: « valeur ». Feminine, as its agreements are written.
    pub one: &'static str,
    /// Several: « valeurs ».
    pub many: &'static str,
}

impl French {
    /// `3 valeurs`, `1 valeur`.
    pub fn count(self, count: i64) -> String {
        let word = if count.abs() > 1 { self.many } else { self.one };
        format!("{count} {word}")
    }

    /// The same with what is said of them: `3 valeurs écrites`, `1 valeur écrite`.
    pub fn said(self, count: i64, participle: &str) -> String {
        let end = if count.abs() > 1 { "s" } else { "" };
        format!("{} {participle}{end}", self.count(count))
    }
}

/// Something asked beside a file.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What to know before answering.
    pub hint: &'static str,
    /// How it is answered.
    pub kind: FieldKind,
}

/// How a field is answered.
#[derive(Clone, Debug)]
pub enum FieldKind {
    /// By a line of text.
    Text,
    /// By a day.
    Day,
    /// By one of these.
    OneOf(Vec<Choice>),
}

/// What is wrong with what was typed in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field.
    pub field: &'static str,
    /// What is wrong and what to do, in French.
    pub sentence: String,
}

/// A file to read, with what was said of it and what is remembered of such files.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its cells.
    pub workbook: Workbook,
    /// What the person said.
    pub said: Said,
    /// How this supplier's files were read before, by their signature.
    pub remembered: BTreeMap<String, Json>,
}

/// What was read in a file.
pub struct Reading {
    /// The accepted cells, in the order of the file, made as they are asked for.
    pub rows: Box<dyn Iterator<Item = Result<Row, DbError>> + Send>,
    /// How many there are.
    pub total: usize,
    /// What was not accepted, or is to be looked at.
    pub problems: Vec<CellProblem>,
    /// How the columns were read.
    pub mapping: FileMapping,
    /// The last change of what it was read against.
    pub at_change: i64,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("total", &self.total)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

/// What a module wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many rows.
    pub rows: i64,
    /// SHA-256 of all of them, in order.
    pub digest: [u8; 32],
}

/// What undoing a batch would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undoing {
    /// How many would take back what they held.
    pub restored: i64,
    /// How many would be withdrawn, for nothing stood there.
    pub withdrawn: i64,
    /// What was written since on the same subjects, which stays.
    pub kept: Vec<Later>,
}

/// Something written after a batch on one of its subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// The cell of the batch.
    pub place: Place,
    /// The change that wrote what stands now.
    pub change: i64,
    /// The file it came in, where it did.
    pub file: Option<String>,
}

/// One row as programs read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedRow {
    /// What it is about.
    pub about: Json,
    /// What stood there; nothing too where that is kept from who asks.
    pub before: Option<Json>,
    /// What the file says; nothing where it takes away what stood there.
    pub after: Option<Json>,
}

/// One row in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is about, in two parts: what is measured, and where and when.
    pub about: [String; 2],
    /// What stood there.
    pub before: Option<String>,
    /// What the file says.
    pub after: String,
    /// What else changes beside it, where something does.
    pub beside: Option<String>,
}

/// Every kind of file that modules plugged in.
#[derive(Clone, Debug, Default)]
pub struct Intakes(Arc<Vec<Arc<dyn Intake>>>);

impl Intakes {
    /// Those of the list.
    pub fn new(list: Vec<Arc<dyn Intake>>) -> Self {
        Self(Arc::new(list))
    }

    /// Every one, in the order of the pages.
    pub fn all(&self) -> &[Arc<dyn Intake>] {
        &self.0
    }

    /// The one of that name.
    pub fn named(&self, name: &str) -> Option<&dyn Intake> {
        let found = self.0.iter().find(|intake| intake.name() == name);
        found.map(AsRef::as_ref)
    }

    /// The one that a batch belongs to.
    ///
    /// # Errors
    /// Where the batch was made by a later version, which plugged in what this one has not.
    pub fn of(&self, batch: &Batch) -> Result<&dyn Intake, DbError> {
        self.named(&batch.intake)
            .ok_or_else(|| DbError::corrupt("kind of batch", &batch.intake))
    }
}
