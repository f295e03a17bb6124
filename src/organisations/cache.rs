//! The directory kept in memory between requests, never older than the transaction that asks.

use std::sync::Arc;

use super::{Directory, store};
use crate::access::Reach;
use crate::ledger::{self, Memory};
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

/// A handle on the directory, cheap to clone; all clones share what was loaded.
#[derive(Clone, Debug, Default)]
pub struct Directories(Memory<i64, Directory>);

impl Directories {
    /// The directory as this transaction sees it: one query where nothing changed since it was
    /// last loaded, by whatever process.
    pub async fn current(&self, tx: &mut Tx, reach: &Reach) -> Result<Arc<Directory>, DbError> {
        let state = ledger::state(tx).await?;
        if let Some(directory) = self.0.in_state(state) {
            return Ok(directory);
        }
        let version = store::version(tx).await?;
        let state = ledger::state(tx).await?;
        let (kept, directory) = self.0.latest();
        if kept == version {
            self.0.found(&version, state);
            return Ok(directory);
        }
        metrics::refreshed("directory");
        let directory = Arc::new(store::directory(tx, reach).await?);
        if ledger::is_committed(tx, version).await? {
            self.0.keep(version, Arc::clone(&directory), state);
        }
        Ok(directory)
    }
}
