//! What a revision of a framework may not take away: indicators and measures that terms rest on.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::store::{used_indicators, used_measures};
use crate::frameworks::Holder;
use crate::platform::db::{DbError, Tx};

/// Says which indicators and measures contracts rest on.
#[derive(Debug)]
pub struct ContractsHolder;

#[async_trait]
impl Holder for ContractsHolder {
    async fn holds_indicators(
        &self,
        tx: &mut Tx,
        framework: &str,
        keys: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError> {
        if keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let used = used_indicators(tx, framework).await?;
        Ok(used.intersection(keys).cloned().collect())
    }

    async fn holds_measures(
        &self,
        tx: &mut Tx,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError> {
        if codes.is_empty() {
            return Ok(BTreeSet::new());
        }
        let used = used_measures(tx).await?;
        Ok(used.intersection(codes).cloned().collect())
    }
}
