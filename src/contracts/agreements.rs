//! Every signed contract in memory, refreshed as instruments are signed.
//!
//! What was signed never changes, and [`FullContract::in_force`] folds it up to any change: one
//! memory serves every moment. Drafts are not in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::FullContract;
use super::store::{latest_signature, signed_since};
use crate::access::Reach;
use crate::ledger::{Scope, last_change};
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

/// The signed contracts, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Agreements {
    kept: Arc<Mutex<Kept>>,
}

/// Signed contracts by address.
type Signed = BTreeMap<String, Arc<FullContract>>;

#[derive(Clone, Debug, Default)]
struct Kept {
    at_change: i64,
    signed: Arc<Signed>,
}

impl Agreements {
    /// Every contract in which something is signed and that somebody may know of, by address; as
    /// this transaction sees them or later: what was signed after the change of interest is left
    /// out as terms are folded.
    pub async fn all(&self, tx: &mut Tx, reach: &Reach) -> Result<Vec<Arc<FullContract>>, DbError> {
        let signed = self.signed(tx).await?;
        let seen = signed.values().filter(|full| {
            let contract = &full.contract;
            reach.sees(&Scope {
                organisation: contract.organisation.clone(),
                framework: contract.framework.clone(),
            })
        });
        Ok(seen.cloned().collect())
    }

    async fn signed(&self, tx: &mut Tx) -> Result<Arc<Signed>, DbError> {
        let latest = latest_signature(tx, i64::MAX).await?;
        let known = self.kept().clone();
        if known.at_change >= latest {
            return Ok(known.signed);
        }
        metrics::refreshed("agreements");
        let mut signed = Signed::clone(&known.signed);
        let later = signed_since(tx, known.at_change).await?;
        signed.extend(later.into_iter().map(|full| {
            let slug = full.contract.slug.clone();
            (slug, Arc::new(full))
        }));
        let signed = Arc::new(signed);
        // A change under way sees what it signed itself, which may yet be given up.
        let is_committed = latest <= last_change(tx).await?;
        let mut kept = self.kept();
        if is_committed && kept.at_change < latest {
            *kept = Kept {
                at_change: latest,
                signed: Arc::clone(&signed),
            };
        }
        Ok(signed)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What it guards is replaced whole: a panic elsewhere leaves it usable.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
