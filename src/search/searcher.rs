//! The index in memory, never older than the transaction that asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::index::Index;
use super::{Found, Question, Source};
use crate::access::Reach;
use crate::ledger;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Finds what every source lets be found; cheap to clone, and all clones share the index.
#[derive(Clone, Debug)]
pub struct Searcher {
    index: Arc<RwLock<Index>>,
    sources: Arc<[Arc<dyn Source>]>,
    clock: Clock,
}

impl Searcher {
    /// Over these sources; the index is made when it is first asked.
    pub fn new(sources: Vec<Arc<dyn Source>>, clock: Clock) -> Self {
        Self {
            index: Arc::default(),
            sources: sources.into(),
            clock,
        }
    }

    /// What answers a question, of what somebody may see.
    pub async fn find(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        question: &Question,
    ) -> Result<Found, DbError> {
        self.refresh(tx).await?;
        let today = self.clock.today();
        let index = self.read();
        Ok(index.find(question, today, |document| {
            document.is_visible(reach, today)
        }))
    }

    /// Brings in what changed since, whichever process wrote it.
    async fn refresh(&self, tx: &mut Tx) -> Result<(), DbError> {
        let latest = ledger::last_change(tx).await?;
        let known = self.read().at_change;
        if known >= latest {
            return Ok(());
        }
        let mut folders = Vec::new();
        for source in self.sources.iter() {
            folders.extend(source.folders(tx, known).await?);
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have brought in the same, or more, in the meantime.
        if index.at_change == known {
            index.replace(folders);
            index.at_change = latest;
        }
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }
}
