//! What the pages of contracts work with: the database, the clock, and what other modules give.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use maud::Markup;
use uuid::Uuid;

use super::lines::Book;
use super::store::ContractMeasures;
use super::{FullContract, Remembered, Section};
use crate::access::Reach;
use crate::frameworks::Library;
use crate::ledger::Moment;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::table::Table;

/// Which figure of a contract: a section, an indicator and a measure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObservedKey {
    /// The section.
    pub section: Uuid,
    /// Key of the indicator.
    pub indicator: String,
    /// Code of the measure.
    pub measure: String,
}

/// Where an observed value stands against what was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservedStanding {
    /// The target is reached.
    Reached,
    /// The target is not reached.
    NotReached,
    /// There is nothing to judge, or nothing to judge it against.
    NotJudged,
}

/// What was observed beside what was agreed, ready to be shown.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The value with its year and its provenance.
    pub value: Markup,
    /// How far the target is attained.
    pub attainment: Markup,
    /// Whether the data of the year have come when they should.
    pub delivery: Markup,
    /// Where the value stands, for those who count.
    pub standing: ObservedStanding,
    /// Whether the data of the year should be there and are not.
    pub late: bool,
}

/// What is shown of the figures of a contract.
pub type Shown = BTreeMap<ObservedKey, Observed>;

/// What was observed of an indicator that a contract measures by itself.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The course of each definition that has values, by the code of its measure.
    pub courses: BTreeMap<String, Markup>,
    /// Every value beside its target, the latest first, where figures are known at all.
    pub table: Option<Table>,
}

/// Where observed values come from. Contracts show them and know nothing of them: the module
/// that owns figures implements this and `site` puts it in place.
#[async_trait]
pub trait Observations: Debug + Send + Sync {
    /// What is known of every figure that the contract's framework follows, at a moment, whether
    /// or not a value has come; empty where figures are unknown altogether, and then no column is
    /// shown for them.
    async fn of_contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        moment: Moment,
    ) -> Result<Arc<Shown>, DbError>;

    /// What changed in those figures and in the terms between a moment of the past and now, of one
    /// indicator where it is named; nothing where the moment is now.
    async fn since(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        indicator: Option<&str>,
        moment: Moment,
    ) -> Result<Markup, DbError>;

    /// What was observed of an indicator that a section of the contract measures by itself.
    async fn recorded(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        of: (&Section, &str),
        moment: Moment,
    ) -> Result<Recorded, DbError>;
}

/// The installation has no figures: pages then show terms alone.
#[derive(Clone, Copy, Debug)]
pub struct NoObservations;

#[async_trait]
impl Observations for NoObservations {
    async fn of_contract(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        _full: &FullContract,
        _moment: Moment,
    ) -> Result<Arc<Shown>, DbError> {
        Ok(Arc::default())
    }

    async fn since(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        _full: &FullContract,
        _indicator: Option<&str>,
        _moment: Moment,
    ) -> Result<Markup, DbError> {
        Ok(Markup::default())
    }

    async fn recorded(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        _full: &FullContract,
        _of: (&Section, &str),
        _moment: Moment,
    ) -> Result<Recorded, DbError> {
        Ok(Recorded::default())
    }
}

/// The frameworks with what contracts measure by themselves.
pub fn library() -> Library {
    Library::with_own(Arc::new(ContractMeasures))
}

/// What every page of contracts works with, cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Framework revisions.
    pub library: Library,
    /// Organisations and places.
    pub directories: Directories,
    /// Contracts that were read.
    pub remembered: Remembered,
    /// Observed values.
    pub observations: Arc<dyn Observations>,
}

impl Desk {
    /// A revision of a framework, whatever its age.
    pub(super) async fn revision(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        id: Uuid,
    ) -> Result<Option<Book>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let edited = self.library.revision(tx, reach, id).await?;
        Ok(edited.map(|edited| Book::new(edited, catalogue)))
    }

    /// The revision of a framework that is in force.
    pub(super) async fn latest(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        framework: &str,
    ) -> Result<Option<Book>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let edited = catalogue.framework(framework).cloned();
        Ok(edited.map(|edited| Book::new(edited, catalogue)))
    }

    /// A framework as it was at a change.
    pub(super) async fn as_of(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        (framework, change): (&str, i64),
    ) -> Result<Option<Book>, DbError> {
        let catalogue = self.library.catalogue_at(tx, reach, change).await?;
        let edited = catalogue.framework(framework).cloned();
        Ok(edited.map(|edited| Book::new(edited, catalogue)))
    }
}
