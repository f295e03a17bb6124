//! Finding anything by its words: what each concept lets be found, the words of French text, the
//! index in memory, the page and the first results while typing.
//!
//! What lives here: the [`Source`] that a concept implements for what it holds, and everything
//! that is the same whatever is looked for. What never does: a concept; those register their
//! sources where the site is put together.

mod found;
mod index;
mod marked;
mod pages;
mod pieces;
mod searcher;
mod words;

use async_trait::async_trait;
use jiff::civil::Date;
use uuid::Uuid;

use crate::access::{Opening, Reach};
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};

pub use found::{Found, Hit, Question};
pub use marked::{excerpt, marked};
pub use pages::router;
pub use pieces::Pieces;
pub use searcher::Searcher;

/// What somebody looks for: contracts, indicators…; each concept declares its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its word in the address.
    pub code: &'static str,
    /// One of them, in French.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
    /// How likely somebody looks for one, in hundredths: 100 for what is as likely as not.
    pub weight: u16,
}

/// Something that can be found.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its address; two documents may share one.
    pub href: String,
    /// Its code, as printed.
    pub code: Option<String>,
    /// What people call it.
    pub title: String,
    /// Other ways it is called.
    pub names: Vec<String>,
    /// Where it stands, in a few words.
    pub context: String,
    /// What it says, from which a passage is shown.
    pub text: String,
    /// Code and title of its framework.
    pub framework: Option<(String, String)>,
    /// Whose it is: what a person may see is told by it.
    pub scope: Scope,
    /// Codes of the measure and the place whose value it tells, if it tells one.
    pub value: Option<(String, String)>,
    /// The first day on which everybody may see it, and who may before.
    pub embargo: Option<(Date, Option<Uuid>)>,
    /// Whether it is of an act under way or given up, which is opened to fewer people.
    pub draft: bool,
    /// The organisation that keeps it to itself while it is prepared; empty for none.
    pub kept_by: String,
    /// Whether it belongs to what is current, which comes before what is past.
    pub current: bool,
    /// The last year in which it is current, where one is known: a generation of contracts ends
    /// whether or not another follows.
    pub ends: Option<i16>,
}

impl Document {
    /// A document that is common to all, current, and says nothing more.
    pub fn new(kind: Kind, href: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            kind,
            href: href.into(),
            code: None,
            title: title.into(),
            names: Vec::new(),
            context: String::new(),
            text: String::new(),
            framework: None,
            scope: Scope::common(),
            value: None,
            embargo: None,
            draft: false,
            kept_by: String::new(),
            current: true,
            ends: None,
        }
    }

    /// Whether it is current on that day, in Paris.
    fn is_current(&self, today: Date) -> bool {
        self.current && self.ends.is_none_or(|ends| today.year() <= ends)
    }

    /// Whether somebody may know of it on that day, in Paris.
    fn is_visible(&self, reach: &Reach, today: Date) -> bool {
        let open =
            |(until, author): (Date, Option<Uuid>)| today >= until || reach.sees_embargoed(author);
        let scope = &self.scope;
        let sees = if self.draft {
            let organisation = scope.organisation.as_str();
            reach.sees_of(Opening::Drafts, &scope.framework, [organisation])
                && reach.sees_kept_by(&self.kept_by)
        } else {
            reach.sees(scope)
        };
        let told = self.value.as_ref();
        sees && told.is_none_or(|(measure, place)| reach.sees_value(measure, place))
            && self.embargo.is_none_or(open)
    }
}

/// The documents that change together, and their name among all folders.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its name, unique among those of all sources.
    pub key: String,
    /// All its documents; none where what it held is gone.
    pub documents: Vec<Document>,
}

/// What a concept lets be found.
#[async_trait]
pub trait Source: Send + Sync + std::fmt::Debug {
    /// The folders whose documents changed after the change `after` and no later than the last
    /// one this transaction sees, each whole; every folder where `after` is 0. The number of
    /// statements never depends on how many there are.
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError>;
}

/// What a concept lets be found by a rule of its own, told by no scope: people, files. It is read
/// anew for whoever asks, of what they may see alone.
#[async_trait]
pub trait Shown: Send + Sync + std::fmt::Debug {
    /// The documents that somebody may see on that day, of those whose names may answer; none,
    /// without a statement, where they see none of that kind. The number of statements never
    /// depends on how many there are.
    async fn documents(
        &self,
        tx: &mut Tx,
        (reach, today): (&Reach, Date),
        asked: &Pieces,
    ) -> Result<Vec<Document>, DbError>;
}

/// Text parts one after the other, those that say something.
pub fn joined<'a>(parts: impl IntoIterator<Item = Option<&'a str>>, between: &str) -> String {
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(between)
}
