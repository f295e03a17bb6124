//! The frameworks in memory: revisions never change, so each is read from the database once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::store::{self, Kept};
use super::{Framework, Indicator, Known};
use crate::access::Reach;
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

/// Every framework in the revision in force, with the measures they define together.
#[derive(Debug, Default)]
pub struct Catalogue {
    frameworks: BTreeMap<String, Arc<Edited>>,
    measures: BTreeMap<String, Measure>,
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
            catalogue.frameworks.insert(code, edited);
        }
        catalogue
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

    /// The measure of that code, whichever framework wrote it.
    pub fn measure(&self, code: &str) -> Option<&Measure> {
        self.measures.get(code)
    }

    /// Every measure, in the order of their codes.
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

    /// The indicators of every framework that follow a measure, the latest period first.
    pub fn following(&self, measure: &str) -> Vec<(&Framework, &Indicator)> {
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
pub struct Library(Arc<Mutex<Shelf>>);

#[derive(Debug, Default)]
struct Shelf {
    at_change: i64,
    catalogue: Arc<Catalogue>,
    revisions: HashMap<Uuid, Arc<Edited>>,
}

impl Library {
    /// The frameworks in force, as this transaction sees them.
    pub async fn catalogue(&self, tx: &mut Tx, _reach: Reach) -> Result<Arc<Catalogue>, DbError> {
        let at_change = store::latest_change(tx).await?;
        if let Some(catalogue) = self.kept_at(at_change) {
            return Ok(catalogue);
        }
        metrics::refreshed("frameworks");
        let current = store::current(tx).await?;
        let current: Vec<Arc<Edited>> = current
            .into_iter()
            .map(|kept| Arc::new(Edited::from(kept)))
            .collect();
        let catalogue = Arc::new(Catalogue::new(current.iter().cloned()));
        let mut kept = self.shelf();
        for edited in current {
            kept.revisions.insert(edited.revision, edited);
        }
        if at_change > kept.at_change {
            kept.at_change = at_change;
            kept.catalogue = Arc::clone(&catalogue);
        }
        Ok(catalogue)
    }

    /// One revision, whatever its age: a contract keeps the one it was signed on.
    pub async fn revision(
        &self,
        tx: &mut Tx,
        _reach: Reach,
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

    fn kept_at(&self, at_change: i64) -> Option<Arc<Catalogue>> {
        let kept = self.shelf();
        (kept.at_change == at_change).then(|| Arc::clone(&kept.catalogue))
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        // What the shelf holds is always whole: a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
