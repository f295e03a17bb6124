//! The index in memory, never older than the transaction that asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::civil::Date;

use super::index::Index;
use super::{Document, Folder, Found, Question, Shown, Source};
use crate::access::Reach;
use crate::kernel::fold;
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
        let pieces = pieces(asked);
        let mut documents = Vec::new();
        for shown in self.shown.iter() {
            let those = shown.documents(tx, reach, today).await?.into_iter();
            documents.extend(those.filter(|document| may_answer(document, &pieces)));
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

/// Pieces of the words that are asked for: a mistake in a word leaves one of its pieces as it is.
fn pieces(asked: &str) -> Vec<String> {
    let folded = fold(asked);
    let mut pieces = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().collect();
        let length = if letters.len() < 6 { 2 } else { 3 };
        pieces.extend(
            letters
                .chunks(length)
                .map(|piece| piece.iter().collect::<String>()),
        );
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Whether a document has one of these pieces in what it is called: most have none, and need not be
/// read any further.
fn may_answer(document: &Document, pieces: &[String]) -> bool {
    let names = std::iter::once(&document.title).chain(&document.names);
    let mut folded = names.map(|name| fold(name));
    folded.any(|name| pieces.iter().any(|piece| name.contains(piece)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Kind;

    #[test]
    fn a_mistake_keeps_no_document_from_being_read() {
        let kind = Kind {
            code: "personnes",
            one: "personne",
            many: "personnes",
            weight: 60,
        };
        let marchal = Document::new(kind, "/personnes/1", "Zoé Marchal");
        for asked in ["marchal", "MARCHAL", "mrachal", "narchal", "zoe", "mar"] {
            assert!(may_answer(&marchal, &pieces(asked)), "{asked}");
        }
        assert!(!may_answer(&marchal, &pieces("vaccination hpv")));
        assert!(pieces(" . ").is_empty());
    }
}
