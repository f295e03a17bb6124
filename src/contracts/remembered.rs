//! Contracts as they stand, drafts included, read once in a state of the history for all who see
//! the same of them.

use std::sync::Arc;

use super::FullContract;
use super::store::load;
use crate::access::{Reach, Vantage};
use crate::ledger::{self, OfState};
use crate::platform::db::{DbError, Tx};

/// The contracts read in one state, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Remembered(OfState<(String, Arc<Vantage>), Arc<FullContract>>);

impl Remembered {
    /// The contract at that address, with what somebody may see of it.
    pub async fn contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        slug: &str,
    ) -> Result<Option<Arc<FullContract>>, DbError> {
        let state = ledger::state(tx).await?;
        let key = (slug.to_owned(), Arc::clone(reach.vantage()));
        if let Some(known) = self.0.get(state, &key) {
            return Ok(Some(known));
        }
        let full = load(tx, reach, slug).await?.map(Arc::new);
        if let Some(full) = &full {
            self.0.keep(state, key, Arc::clone(full));
        }
        Ok(full)
    }
}
