//! Every signed contract in memory, refreshed as instruments are signed.
//!
//! What was signed never changes, and [`FullContract::in_force`] folds it up to any change: one
//! memory serves every moment. Drafts are not in it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::FullContract;
use super::store::{latest_signature, signed_since};
use crate::access::{Reach, Vantage};
use crate::ledger::{self, Memory, Scope};
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

/// The signed contracts, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Agreements {
    signed: Memory<i64, Signed>,
    seen: Arc<Mutex<VecDeque<Seen>>>,
}

/// Signed contracts by address.
type Signed = BTreeMap<String, Arc<FullContract>>;

/// What people of one vantage see of them.
#[derive(Debug)]
struct Seen {
    of: Arc<Signed>,
    vantage: Arc<Vantage>,
    contracts: Arc<[Arc<FullContract>]>,
}

/// How many vantages are kept: more than there are ways of seeing in one country.
const VANTAGES: usize = 64;

impl Agreements {
    /// Every contract in which something is signed and that somebody may know of, by address; as
    /// this transaction sees them or later: what was signed after the change of interest is left
    /// out as terms are folded.
    pub async fn all(
        &self,
        tx: &mut Tx,
        reach: &Reach,
    ) -> Result<Arc<[Arc<FullContract>]>, DbError> {
        let signed = self.signed(tx).await?;
        let mut kept = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|seen| Arc::ptr_eq(&seen.of, &signed));
        let vantage = reach.vantage();
        if let Some(seen) = kept.iter().find(|seen| seen.vantage == *vantage) {
            return Ok(Arc::clone(&seen.contracts));
        }
        let seen = signed.values().filter(|full| sees(reach, full));
        let contracts: Vec<_> = seen.cloned().collect();
        // Those who see the same share it, so that what is made of it is made once.
        let same = kept
            .iter()
            .find(|seen| is_same(&seen.contracts, &contracts));
        let contracts = same.map_or_else(|| contracts.into(), |seen| Arc::clone(&seen.contracts));
        kept.push_front(Seen {
            of: signed,
            vantage: Arc::clone(vantage),
            contracts: Arc::clone(&contracts),
        });
        kept.truncate(VANTAGES);
        Ok(contracts)
    }

    async fn signed(&self, tx: &mut Tx) -> Result<Arc<Signed>, DbError> {
        let state = ledger::state(tx).await?;
        if let Some(signed) = self.signed.in_state(state) {
            return Ok(signed);
        }
        let latest = latest_signature(tx, i64::MAX).await?;
        let state = ledger::state(tx).await?;
        let (kept, known) = self.signed.latest();
        if kept >= latest {
            self.signed.found(&latest, state);
            return Ok(known);
        }
        metrics::refreshed("agreements");
        let mut signed = Signed::clone(&known);
        let later = signed_since(tx, kept).await?;
        signed.extend(later.into_iter().map(|full| {
            let slug = full.contract.slug.clone();
            (slug, Arc::new(full))
        }));
        let signed = Arc::new(signed);
        // A change under way sees what it signed itself, which may yet be given up.
        if ledger::is_committed(tx, latest).await? {
            self.signed.keep(latest, Arc::clone(&signed), state);
        }
        Ok(signed)
    }
}

fn sees(reach: &Reach, full: &FullContract) -> bool {
    reach.sees(&Scope {
        organisation: full.contract.organisation.clone(),
        framework: full.contract.framework.clone(),
    })
}

fn is_same(one: &[Arc<FullContract>], other: &[Arc<FullContract>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| Arc::ptr_eq(a, b))
}
