//! The index in memory, never older than the transaction that asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::civil::Date;

use super::index::Index;
use super::{Folder, Found, Pieces, Question, Shown, Source};
use crate::access::Reach;
use crate::ledger;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Finds what every source lets be found; cheap to clone, and all clones share the index.
#[derive(Clone, Debug)]
pub struct Searcher {
    index: Arc<RwLock<Index>>,
    sources: Arc<[Arc<dyn Source>]>,
    shown: Arc<[Arc<dyn Shown>]>,
    clock: Clock,
}

impl Searcher {
    /// Over these sources, and what each person is shown by a rule of its own; the index is made
    /// when it is first asked.
    pub fn new(sources: Vec<Arc<dyn Source>>, shown: Vec<Arc<dyn Shown>>, clock: Clock) -> Self {
        Self {
            index: Arc::default(),
            sources: sources.into(),
            shown: shown.into(),
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
        let shown = self.shown_to(tx, reach, today, &question.text).await?;
        let index = self.read();
        let found = index.find(question, today, |document| {
            document.is_visible(reach, today)
        });
        drop(index);
        match shown {
            Some(shown) => Ok(found.beside(shown.find(question, today, |_| true))),
            None => Ok(found),
        }
    }

    /// What somebody is shown by rules of their own, as an index for one question.
    async fn shown_to(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        today: Date,
        asked: &str,
    ) -> Result<Option<Index>, DbError> {
        let asked = Pieces::of(asked);
        let mut documents = Vec::new();
        for shown in self.shown.iter() {
            documents.extend(shown.documents(tx, (reach, today), &asked).await?);
        }
        if documents.is_empty() {
            return Ok(None);
        }
        let mut index = Index::default();
        index.replace(vec![Folder {
            key: String::new(),
            documents,
        }]);
        Ok(Some(index))
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
