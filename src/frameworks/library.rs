//! The frameworks in memory: revisions never change, so each is read from the database once.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::store::{self, Kept};
use super::{Framework, Indicator, Known, OwnMeasure, OwnMeasures, OwnSlot};
use crate::access::Reach;
use crate::ledger::{self, Memory};
use crate::measures::Measure;
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

/// One revision of a framework.
#[derive(Clone, Debug)]
pub struct Edited {
    /// Identifier of the revision.
    pub revision: Uuid,
    /// Its number within the framework.
    pub no: i64,
    /// The framework as a thing of the history.
    pub thing: Uuid,
    /// The content.
    pub framework: Framework,
}

impl From<Kept> for Edited {
    fn from(kept: Kept) -> Self {
        Self {
            revision: kept.id,
            no: kept.no,
            thing: kept.thing,
            framework: kept.framework,
        }
    }
}

/// Every framework in the revision in force, with the measures they define together and those
/// that contracts define for themselves.
#[derive(Debug, Default)]
pub struct Catalogue {
    frameworks: BTreeMap<String, Arc<Edited>>,
    measures: BTreeMap<String, Measure>,
    own: BTreeMap<String, OwnMeasure>,
    slots: BTreeMap<String, OwnSlot>,
}

impl Catalogue {
    fn new(frameworks: impl IntoIterator<Item = Arc<Edited>>) -> Self {
        let mut catalogue = Self::default();
        for edited in frameworks {
            for measure in &edited.framework.measures {
                catalogue
                    .measures
                    .insert(measure.code.clone(), measure.clone());
            }
            let code = edited.framework.code.clone();
            for indicator in edited
                .framework
                .indicators
                .iter()
                .filter(|i| i.left_to_contract)
            {
                catalogue.slot(&code, indicator);
            }
            catalogue.frameworks.insert(code, edited);
        }
        catalogue
    }

    fn slot(&mut self, framework: &str, indicator: &Indicator) {
        let slot = OwnSlot::of(framework, indicator.clone());
        self.slots.entry(slot.code.clone()).or_insert(slot);
    }

    fn with_own(mut self, own: Vec<OwnMeasure>) -> Self {
        for own in own {
            // A contract also writes indicators that no framework has.
            let unnamed = Indicator {
                label: "Indicateur écrit par chaque contrat".to_owned(),
                measures: Vec::new(),
                ..own.indicator.clone()
            };
            self.slot(&own.framework, &unnamed);
            self.own.insert(own.measure.code.clone(), own);
        }
        self
    }

    /// Frameworks that no database holds.
    #[cfg(test)]
    pub(crate) fn of(frameworks: impl IntoIterator<Item = Framework>) -> Self {
        Self::new(frameworks.into_iter().map(|framework| {
            Arc::new(Edited {
                revision: Uuid::nil(),
                no: 1,
                thing: Uuid::nil(),
                framework,
            })
        }))
    }

    /// The framework of that code.
    pub fn framework(&self, code: &str) -> Option<&Arc<Edited>> {
        self.frameworks.get(code)
    }

    /// Every framework, the latest period first.
    pub fn frameworks(&self) -> Vec<&Arc<Edited>> {
        let mut all: Vec<_> = self.frameworks.values().collect();
        all.sort_by_key(|e| {
            (
                std::cmp::Reverse(e.framework.starts),
                e.framework.code.clone(),
            )
        });
        all
    }

    /// The measure of that code, whichever framework or contract wrote it.
    pub fn measure(&self, code: &str) -> Option<&Measure> {
        let own = || self.own.get(code).map(|own| &own.measure);
        self.measures.get(code).or_else(own)
    }

    /// Every measure of frameworks and contracts, in the order of their codes.
    pub fn all_measures(&self) -> impl Iterator<Item = &Measure> {
        let own = self.own.values().map(|own| &own.measure);
        let all: BTreeMap<&str, &Measure> = own
            .chain(self.measures.values())
            .map(|measure| (measure.code.as_str(), measure))
            .collect();
        all.into_values()
    }

    /// The measure of that code, where frameworks wrote it.
    pub fn shared_measure(&self, code: &str) -> Option<&Measure> {
        self.measures.get(code)
    }

    /// Whether somebody may know of that measure: those of frameworks are everybody's, what a
    /// contract alone measures is known to who sees its values.
    pub fn is_known(&self, code: &str, reach: &Reach) -> bool {
        match self.own.get(code) {
            Some(own) => reach.sees_value(code, &own.place),
            None => self.measures.contains_key(code),
        }
    }

    /// The measure of that code, where a contract wrote it.
    pub fn own(&self, code: &str) -> Option<&OwnMeasure> {
        self.own.get(code)
    }

    /// What the contracts of a framework measure by themselves, in the order of their codes.
    pub fn own_of<'a>(&'a self, framework: &'a str) -> impl Iterator<Item = &'a OwnMeasure> {
        self.own
            .values()
            .filter(move |own| own.framework == framework)
    }

    /// The indicators that frameworks leave to contracts.
    pub fn slots(&self) -> impl Iterator<Item = &OwnSlot> {
        self.slots.values()
    }

    /// The indicator left to contracts that goes by that name.
    pub fn own_slot(&self, code: &str) -> Option<&OwnSlot> {
        self.slots.get(code)
    }

    /// Every measure of the frameworks, in the order of their codes: never what a contract
    /// measures by itself, which is compared with nothing.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        self.measures.values()
    }

    /// The first measure an indicator follows.
    pub fn first_measure(&self, indicator: &Indicator) -> Option<&Measure> {
        indicator
            .measures
            .first()
            .and_then(|code| self.measure(code))
    }

    /// The indicators of every framework that follow a measure, the latest period first; that of
    /// the contract where it is one's own.
    pub fn following(&self, measure: &str) -> Vec<(&Framework, &Indicator)> {
        if let Some(own) = self.own.get(measure) {
            let edited = self.frameworks.get(&own.framework).into_iter();
            return edited.map(|e| (&e.framework, &own.indicator)).collect();
        }
        self.frameworks()
            .into_iter()
            .flat_map(|edited| {
                let framework = &edited.framework;
                let follow = framework
                    .indicators
                    .iter()
                    .filter(|indicator| indicator.measures.iter().any(|code| code == measure));
                follow.map(move |indicator| (framework, indicator))
            })
            .collect()
    }

    /// What a text about to be checked may refer to, beside the organisations and places.
    pub fn known(&self, mut known: Known) -> Known {
        // In the order of their periods, for the oldest to own the measures they share.
        for edited in self.frameworks().into_iter().rev() {
            known.add(&edited.framework);
        }
        known
    }
}

/// The catalogue, kept in memory and refreshed when a revision has been written, by this process
/// or by another.
#[derive(Clone, Debug, Default)]
pub struct Library {
    current: Memory<Version, Catalogue>,
    shelf: Arc<Mutex<Shelf>>,
    own: Option<Arc<dyn OwnMeasures>>,
}

/// The last revision of a framework and the last signature of a contract.
type Version = (i64, i64);

/// How many catalogues of earlier moments are kept.
const EARLIER: usize = 8;

#[derive(Debug, Default)]
struct Shelf {
    earlier: VecDeque<(Version, Arc<Catalogue>)>,
    revisions: HashMap<Uuid, Arc<Edited>>,
}

impl Library {
    /// With what contracts measure by themselves. By default frameworks are alone.
    #[must_use]
    pub fn with_own(own: Arc<dyn OwnMeasures>) -> Self {
        Self {
            own: Some(own),
            ..Self::default()
        }
    }

    /// The frameworks in force, as this transaction sees them.
    pub async fn catalogue(&self, tx: &mut Tx, _reach: &Reach) -> Result<Arc<Catalogue>, DbError> {
        let state = ledger::state(tx).await?;
        if let Some(catalogue) = self.current.in_state(state) {
            return Ok(catalogue);
        }
        let at = self.version(tx, i64::MAX).await?;
        let state = ledger::state(tx).await?;
        let (kept_at, kept) = self.current.latest();
        if kept_at == at {
            self.current.found(&at, state);
            return Ok(kept);
        }
        metrics::refreshed("frameworks");
        let catalogue = if kept_at.0 == at.0 {
            Catalogue::new(kept.frameworks.values().cloned())
        } else {
            Catalogue::new(self.shelved(store::current(tx).await?))
        };
        let catalogue = Arc::new(self.completed(tx, catalogue, i64::MAX).await?);
        if ledger::is_committed(tx, at.0.max(at.1)).await? {
            self.current.keep(at, Arc::clone(&catalogue), state);
        }
        Ok(catalogue)
    }

    /// The frameworks that were in force after a change, the latest included.
    pub async fn catalogue_at(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        change: i64,
    ) -> Result<Arc<Catalogue>, DbError> {
        if ledger::state(tx)
            .await?
            .is_some_and(|state| state <= change)
        {
            return self.catalogue(tx, reach).await;
        }
        let at = self.version(tx, change).await?;
        if at == self.version(tx, i64::MAX).await? {
            return self.catalogue(tx, reach).await;
        }
        let known = {
            let shelf = self.shelf();
            let same = |(version, _): &&(Version, Arc<Catalogue>)| *version == at;
            shelf.earlier.iter().find(same).cloned()
        };
        if let Some((_, catalogue)) = known {
            return Ok(catalogue);
        }
        let catalogue = Catalogue::new(self.shelved(store::in_force_at(tx, change).await?));
        let catalogue = Arc::new(self.completed(tx, catalogue, change).await?);
        let mut shelf = self.shelf();
        shelf.earlier.push_front((at, Arc::clone(&catalogue)));
        shelf.earlier.truncate(EARLIER);
        Ok(catalogue)
    }

    /// Those revisions, each once in memory.
    fn shelved(&self, revisions: Vec<Kept>) -> Vec<Arc<Edited>> {
        let mut shelf = self.shelf();
        let shelved = revisions.into_iter().map(|kept| {
            let id = kept.id;
            let known = shelf.revisions.entry(id);
            Arc::clone(known.or_insert_with(|| Arc::new(Edited::from(kept))))
        });
        shelved.collect()
    }

    /// The same with what contracts had defined for themselves.
    async fn completed(
        &self,
        tx: &mut Tx,
        catalogue: Catalogue,
        upto: i64,
    ) -> Result<Catalogue, DbError> {
        let own = match &self.own {
            Some(own) => own.all(tx, &catalogue, upto).await?,
            None => Vec::new(),
        };
        Ok(catalogue.with_own(own))
    }

    /// What the catalogue after a change is made from.
    async fn version(&self, tx: &mut Tx, upto: i64) -> Result<Version, DbError> {
        let own = match &self.own {
            Some(own) => own.latest_change(tx, upto).await?,
            None => 0,
        };
        Ok((store::latest_change_upto(tx, upto).await?, own))
    }

    /// One revision, whatever its age: a contract keeps the one it was signed on.
    pub async fn revision(
        &self,
        tx: &mut Tx,
        _reach: &Reach,
        id: Uuid,
    ) -> Result<Option<Arc<Edited>>, DbError> {
        let kept = self.shelf().revisions.get(&id).cloned();
        if kept.is_some() {
            return Ok(kept);
        }
        let Some(found) = store::revision(tx, id).await? else {
            return Ok(None);
        };
        let edited = Arc::new(Edited::from(found));
        self.shelf().revisions.insert(id, Arc::clone(&edited));
        Ok(Some(edited))
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        // What the shelf holds is always whole: a panic elsewhere leaves it usable.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
