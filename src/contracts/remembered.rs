//! Contracts as they stand, drafts included, read once in a state of the history; and what pages
//! wrote of them, once for all who see the same.

use std::sync::{Arc, OnceLock};

use maud::Markup;

use super::desk::Shown;
use super::store::load_whole;
use super::{FullContract, Part};
use crate::access::Reach;
use crate::kernel::Same;
use crate::ledger::{self, OfState};
use crate::platform::db::{DbError, Tx};

/// The contracts read in one state, cheap to clone.
#[derive(Clone, Debug)]
pub struct Remembered {
    contracts: OfState<String, Arc<Parts>>,
    written: OfState<WrittenFor, Arc<Markup>>,
}

/// A contract and what there is to see of it.
#[derive(Debug)]
struct Parts {
    whole: Arc<FullContract>,
    signed: OnceLock<Arc<FullContract>>,
}

/// What decides what a page writes of the objectives of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WrittenFor {
    /// The contract as it is seen.
    pub full: Same<FullContract>,
    /// The figures beside it.
    pub shown: Same<Shown>,
    /// The section, as the address says it.
    pub section: String,
}

/// How many contracts are kept written: each takes some hundred kilobytes.
const WRITTEN: usize = 100;

impl Default for Remembered {
    fn default() -> Self {
        Self {
            contracts: OfState::default(),
            written: OfState::holding(WRITTEN),
        }
    }
}

impl Remembered {
    /// The contract at that address, with what somebody may see of it.
    pub async fn contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        slug: &str,
    ) -> Result<Option<Arc<FullContract>>, DbError> {
        let (state, key) = (ledger::state(tx).await?, slug.to_owned());
        if let Some(known) = self.contracts.get(state, &key) {
            return Ok(known.seen_by(reach));
        }
        let Some(whole) = load_whole(tx, slug).await? else {
            return Ok(None);
        };
        let parts = Arc::new(Parts {
            whole: Arc::new(whole),
            signed: OnceLock::new(),
        });
        let state = ledger::state(tx).await?;
        self.contracts.keep(state, key, Arc::clone(&parts));
        Ok(parts.seen_by(reach))
    }

    /// What `write` makes of the objectives of a contract, once in a state of the history.
    pub fn written(
        &self,
        state: Option<i64>,
        ground: &WrittenFor,
        write: impl FnOnce() -> Markup,
    ) -> Arc<Markup> {
        if let Some(known) = self.written.get(state, ground) {
            return known;
        }
        let written = Arc::new(write());
        self.written
            .keep(state, ground.clone(), Arc::clone(&written));
        written
    }
}

impl Parts {
    fn seen_by(&self, reach: &Reach) -> Option<Arc<FullContract>> {
        match self.whole.part_seen_by(reach)? {
            Part::Whole if self.whole.is_kept_from(reach) => {
                let seen = FullContract::clone(&self.whole).without_kept(reach);
                seen.map(Arc::new)
            }
            Part::Whole => Some(Arc::clone(&self.whole)),
            Part::Signed => {
                let signed = || Arc::new(FullContract::clone(&self.whole).signed_part());
                Some(Arc::clone(self.signed.get_or_init(signed)))
            }
        }
    }
}
