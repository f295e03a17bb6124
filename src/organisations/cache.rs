//! The directory kept in memory between requests, never older than the transaction that asks.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Directory, store};
use crate::access::Reach;
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

/// A handle on the directory, cheap to clone; all clones share what was loaded.
#[derive(Clone, Debug, Default)]
pub struct Directories(Arc<RwLock<Cached>>);

/// The directory as of a change number; before anything is loaded, the empty one of number 0.
#[derive(Clone, Debug, Default)]
struct Cached {
    version: i64,
    directory: Arc<Directory>,
}

impl Directories {
    /// The directory as this transaction sees it: one query where nothing changed since it was
    /// last loaded, by whatever process.
    pub async fn current(&self, tx: &mut Tx, reach: &Reach) -> Result<Arc<Directory>, DbError> {
        let version = store::version(tx).await?;
        let cached = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if cached.version == version {
            return Ok(cached.directory);
        }
        metrics::refreshed("directory");
        let directory = Arc::new(store::directory(tx, reach).await?);
        let mut latest = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // A transaction begun earlier must not bring back what a later one replaced.
        if version > latest.version {
            *latest = Cached {
                version,
                directory: Arc::clone(&directory),
            };
        }
        Ok(directory)
    }
}
