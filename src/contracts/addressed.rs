//! Contracts as the page that explains rights names them.

use async_trait::async_trait;

use super::store;
use crate::access::{Addressed, Concern, Reach};
use crate::platform::db::{DbError, Tx};

/// Says whom a contract concerns, by the very rule of its acts.
#[derive(Debug)]
pub struct ContractAddresses;

#[async_trait]
impl Addressed for ContractAddresses {
    async fn contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        slug: &str,
    ) -> Result<Option<Concern>, DbError> {
        let Some(full) = store::load(tx, reach, slug).await? else {
            return Ok(None);
        };
        Ok(store::of_contract(tx, full.contract.id).await?.pop())
    }
}
