//! What a revision of a framework may not take away: measures that have figures.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::store;
use crate::frameworks::{Holder, Stake};
use crate::kernel::{Decimal, Value};
use crate::measures::Measure;
use crate::platform::db::{DbError, Tx};

/// Says which measures have figures.
#[derive(Debug)]
pub struct FiguresHolder;

#[async_trait]
impl Holder for FiguresHolder {
    fn stake(&self) -> Stake {
        Stake::Values
    }

    async fn holds_indicators(
        &self,
        _tx: &mut Tx,
        _framework: &str,
        _keys: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError> {
        Ok(BTreeSet::new())
    }

    async fn holds_measures(
        &self,
        tx: &mut Tx,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError> {
        if codes.is_empty() {
            return Ok(BTreeSet::new());
        }
        let observed = store::observed_measures(tx).await?;
        Ok(observed.intersection(codes).cloned().collect())
    }

    async fn numbers(&self, tx: &mut Tx, measure: &Measure) -> Result<Vec<Decimal>, DbError> {
        let values = store::values_of(tx, &measure.code).await?;
        let numbers = values.iter().filter_map(|value| match value {
            Value::Number(number) => number.amount(measure.per),
            _ => None,
        });
        Ok(numbers.collect())
    }
}
