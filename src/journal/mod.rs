//! The history as people read it: who did what, in sentences, found by person, thing and day.
//!
//! What lives here: a line of the history, the [`Teller`] that a concept implements to say its own
//! sentences, the page, the table that is taken away. What never does: what a change means to a
//! concept; those register their tellers where the site is put together.

mod accesses;
mod account;
mod pages;
mod read;
mod store;
mod tables;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::access::grant::people_store::PeopleSeen;
use crate::access::role::Roles;
use crate::access::{Act, Concern, Reach, may};
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};

pub use crate::ledger::history_href;
pub use accesses::Accesses;
pub use account::AccountTeller;
pub use pages::{indicator_history_href, router};
pub use tables::History;

/// What one change did to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The change's number.
    pub no: i64,
    /// The rank of the line in its change, from 0.
    pub seq: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Who; absent for the installation itself.
    pub actor: Option<Uuid>,
    /// Their name.
    pub who: Option<String>,
    /// Whether a program acted for them.
    pub by_program: bool,
    /// The grant it was done under.
    pub grant: Option<Under>,
    /// From where: a network address or « terminal », until it is forgotten.
    pub origin: Option<String>,
    /// The reason given.
    pub why: Option<String>,
    /// What was done, as a stable word.
    pub verb: String,
    /// The state before, as JSON text.
    pub before: Option<String>,
    /// The state after, as JSON text.
    pub after: Option<String>,
    /// The thing.
    pub thing: Uuid,
    /// Its kind.
    pub kind: String,
    /// What people call it; empty where that is personal.
    pub label: String,
    /// The thing it stands under.
    pub parent: Option<Uuid>,
    /// Whom it concerns.
    pub scope: Scope,
}

/// The grant that something was done under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// Key of its role.
    pub role: String,
    /// Code of its organisation, empty where it is for none.
    pub organisation: String,
    /// The name of the person in whose place it is held.
    pub in_place_of: Option<String>,
}

impl Under {
    /// Its role, for whom it is, and in whose place it is held.
    pub fn french(&self) -> String {
        let mut words = Roles::known().name(&self.role).to_owned();
        if !self.organisation.is_empty() {
            words += &format!(" ({})", self.organisation);
        }
        if let Some(name) = &self.in_place_of {
            words += &format!(", à la place de {name}");
        }
        words
    }
}

impl Line {
    /// What people call it, where that is no secret by itself: the name of a file may be.
    fn open_label(&self) -> &str {
        match self.kind.as_str() {
            "batch" | "document" => "",
            _ => &self.label,
        }
    }

    /// Takes out what it is about, which its reader is not told: a search must not find by it either.
    fn hush(&mut self) {
        self.label.clear();
        self.before = None;
        self.after = None;
    }

    /// The state before, where it reads as that type.
    pub fn was<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.before.as_deref()?).ok()
    }

    /// The state after, where it reads as that type.
    pub fn is<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.after.as_deref()?).ok()
    }
}

/// Reading the history of everything.
#[derive(Debug)]
pub struct ReadJournal;

impl Act for ReadJournal {
    type Thing = ();
    const NAME: &'static str = "journal.read";

    async fn concerns(_tx: &mut Tx, (): &()) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::nobodys()])
    }
}

/// Who reads the history.
#[derive(Clone, Debug)]
pub struct Reader {
    /// What they may see.
    pub reach: Reach,
    /// Whether they read the history of everything, as auditors do.
    pub reads_all: bool,
    /// The things of which they may know whatever their scope, as their tellers say: a contract,
    /// for each of its parties.
    pub theirs: BTreeSet<Uuid>,
    /// The people whose accounts they may know of.
    pub people: PeopleSeen,
}

impl Reader {
    /// Somebody with that reach.
    pub async fn of(tx: &mut Tx, reach: &Reach, tellers: &Tellers) -> Result<Self, DbError> {
        let reads_all = may::<ReadJournal>(tx, reach, &()).await?.is_ok();
        let mut theirs = BTreeSet::new();
        for teller in tellers.0.iter() {
            theirs.extend(teller.theirs(tx, reach).await?);
        }
        Ok(Self {
            reach: reach.clone(),
            reads_all,
            theirs,
            people: PeopleSeen::by(tx, reach).await?,
        })
    }

    /// Whether they may know of a line, as far as its scope tells and whose thing it is; the
    /// teller of the thing has the last word.
    fn sees(&self, line: &Line) -> bool {
        self.reads_all || self.reach.sees(&line.scope) || self.is_theirs(line)
    }

    /// Whether the thing of a line, or the one it stands under, is theirs whatever its scope.
    pub fn is_theirs(&self, line: &Line) -> bool {
        let under = line
            .parent
            .is_some_and(|parent| self.theirs.contains(&parent));
        under || self.theirs.contains(&line.thing)
    }
}

/// A line in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was done, after the name of who did it: « a signé l’avenant n° 2 ».
    pub deed: String,
    /// What people call the thing.
    pub name: String,
    /// Where the thing is read.
    pub href: Option<String>,
    /// Whether the reader may know why it was done: a reason often quotes what it is about.
    pub tells_why: bool,
}

impl Told {
    /// That deed, of a thing called as its line says, which has no page.
    pub fn new(deed: impl Into<String>, line: &Line) -> Self {
        Self {
            deed: deed.into(),
            name: line.label.clone(),
            href: None,
            tells_why: true,
        }
    }

    /// That deed, to whoever may know neither of the thing nor why.
    pub fn bare(deed: impl Into<String>) -> Self {
        Self {
            deed: deed.into(),
            name: String::new(),
            href: None,
            tells_why: false,
        }
    }

    /// Whether nothing is said of the thing.
    fn is_bare(&self) -> bool {
        self.name.is_empty() && self.href.is_none()
    }

    /// The same, where the thing has a page.
    #[must_use]
    pub fn at(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// A kind of thing and what people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As the history keeps it.
    pub code: &'static str,
    /// In French, several: « Contrats ».
    pub french: &'static str,
}

/// What a concept says of the lines about its own things.
#[async_trait]
pub trait Teller: Send + Sync + fmt::Debug {
    /// The kinds of things it tells of.
    fn kinds(&self) -> &'static [Kind];

    /// The things that concern somebody beyond what their scope says.
    async fn theirs(&self, _tx: &mut Tx, _reach: &Reach) -> Result<BTreeSet<Uuid>, DbError> {
        Ok(BTreeSet::new())
    }

    /// Whether what people call one of its things is kept from the reader, even where they read
    /// everything.
    async fn keeps(&self, _tx: &mut Tx, _reader: &Reader, _thing: Uuid) -> Result<bool, DbError> {
        Ok(false)
    }

    /// A sentence for each of those lines, in their order; nothing for what the reader may not
    /// know of. The number of statements never depends on how many lines there are.
    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError>;
}

/// Every teller, cheap to clone.
#[derive(Clone, Debug)]
pub struct Tellers(Arc<[Box<dyn Teller>]>);

impl Tellers {
    /// Those tellers.
    pub fn new(tellers: Vec<Box<dyn Teller>>) -> Self {
        Self(tellers.into())
    }

    /// Every kind that somebody tells of, in the order of registration.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.0.iter().flat_map(|teller| teller.kinds()).copied()
    }

    /// Whether what people call a thing of that kind is kept from the reader.
    async fn keeps(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        (kind, thing): (&str, Uuid),
    ) -> Result<bool, DbError> {
        for teller in self.0.iter() {
            if teller.kinds().iter().any(|one| one.code == kind) {
                return teller.keeps(tx, reader, thing).await;
            }
        }
        Ok(false)
    }

    /// Each line in words, in their order; what nobody tells of is told as well as may
    /// be to who reads everything, and to nobody else.
    pub async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let mut told: HashMap<usize, Option<Told>> = HashMap::new();
        for teller in self.0.iter() {
            let is_theirs = |line: &Line| teller.kinds().iter().any(|kind| kind.code == line.kind);
            let own = lines.iter().enumerate();
            let own: Vec<(usize, &Line)> = own.filter(|(_, line)| is_theirs(line)).collect();
            if own.is_empty() {
                continue;
            }
            let of_them: Vec<&Line> = own.iter().map(|(_, line)| *line).collect();
            let sentences = teller.tell(tx, reader, &of_them).await?;
            told.extend(own.into_iter().map(|(rank, _)| rank).zip(sentences));
        }
        let each = lines.iter().enumerate();
        let plainly = |line| reader.reads_all.then(|| plainly(line));
        let each = each.map(|(rank, line)| told.remove(&rank).unwrap_or_else(|| plainly(line)));
        Ok(each.collect())
    }
}

/// The first and last changes of some lines, between which a teller reads what it needs at once.
pub fn span(lines: &[&Line]) -> (i64, i64) {
    let numbers = || lines.iter().map(|line| line.no);
    (
        numbers().min().unwrap_or_default(),
        numbers().max().unwrap_or_default(),
    )
}

/// A line that no concept tells of.
fn plainly(line: &Line) -> Told {
    let deed = match line.verb.as_str() {
        "create" => "a créé",
        "edit" => "a modifié",
        "revoke" => "a révoqué",
        _ => "a changé",
    };
    Told::new(format!("{deed} un élément ({})", line.kind), line)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A line about a thing of that kind.
    pub(crate) fn line(kind: &str, verb: &str, before: Option<&str>, after: Option<&str>) -> Line {
        Line {
            no: 7,
            seq: 0,
            at: 0,
            actor: Some(Uuid::from_u128(1)),
            who: Some("Camille Exemple".to_owned()),
            by_program: false,
            grant: None,
            origin: None,
            why: None,
            verb: verb.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            thing: Uuid::from_u128(2),
            kind: kind.to_owned(),
            label: "Une chose".to_owned(),
            parent: None,
            scope: Scope::common(),
        }
    }

    #[test]
    fn what_nobody_tells_of_is_told_plainly() {
        let told = plainly(&line("mystery", "create", None, Some("{}")));
        assert_eq!(told.deed, "a créé un élément (mystery)");
        assert_eq!(told.name, "Une chose");
    }

    #[test]
    fn a_span_goes_from_the_first_change_to_the_last() {
        let mut other = line("x", "edit", None, None);
        other.no = 3;
        assert_eq!(span(&[&line("x", "edit", None, None), &other]), (3, 7));
        assert_eq!(span(&[]), (0, 0));
    }
}
