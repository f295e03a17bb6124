//! What a revision of a framework may not take away: indicators and measures that terms rest on.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::store::{terms_of_measure, used_indicators, used_measures};
use super::{Baseline, Target, TermBody};
use crate::frameworks::{Holder, Stake};
use crate::kernel::{Decimal, Value};
use crate::measures::Measure;
use crate::platform::db::{DbError, Tx};

/// Says which indicators and measures contracts rest on.
#[derive(Debug)]
pub struct ContractsHolder;

#[async_trait]
impl Holder for ContractsHolder {
    fn stake(&self) -> Stake {
        Stake::Targets
    }

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

    async fn numbers(&self, tx: &mut Tx, measure: &Measure) -> Result<Vec<Decimal>, DbError> {
        let bodies = terms_of_measure(tx, &measure.code).await?;
        Ok(bodies
            .iter()
            .flat_map(|body| numbers_of(body, measure))
            .collect())
    }
}

/// The numbers that a baseline or a target gives, in the unit of its measure.
fn numbers_of(body: &TermBody, measure: &Measure) -> Vec<Decimal> {
    match body {
        TermBody::Target(Target::Corridor { low, high }) => vec![*low, *high],
        TermBody::Target(Target::Value(Value::Number(number)))
        | TermBody::Baseline(Baseline {
            value: Value::Number(number),
            ..
        }) => number.amount(measure.per).into_iter().collect(),
        _ => Vec::new(),
    }
}
