//! What a contract measures by itself, where its framework leaves an indicator to it: the shape
//! in which the catalogue keeps it. How a definition becomes a measure stands in `contracts`.

use std::fmt::Debug;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Catalogue, Indicator};
use crate::measures::Measure;
use crate::platform::db::{DbError, Tx};

/// A measure that one contract defined, and that nothing outside this contract is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMeasure {
    /// Code of the framework.
    pub framework: String,
    /// Address of the contract: `normandie-2024-2028`.
    pub contract: String,
    /// The contract, as rights know it.
    pub contract_id: Uuid,
    /// The section, as rights know it.
    pub section_id: Uuid,
    /// What people call the contract.
    pub title: String,
    /// Key of its section.
    pub section: String,
    /// Code of the place whose values it takes.
    pub place: String,
    /// First year of the contract.
    pub starts: i16,
    /// Last year of the contract.
    pub ends: i16,
    /// Whether the contract was invented for a demonstration.
    pub fictional: bool,
    /// Whether the definition is in force; a measure that another one replaced keeps its values.
    pub current: bool,
    /// The indicator with the label that the contract gives it; it follows this measure alone.
    pub indicator: Indicator,
    /// What is measured.
    pub measure: Measure,
}

/// An indicator left to the contracts, under a name that stands for the measure that each of them
/// made of it: a column of a file may be about it, a row says of which contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSlot {
    /// That name, which no measure bears.
    pub code: String,
    /// Code of the framework.
    pub framework: String,
    /// The indicator as the framework has it.
    pub indicator: Indicator,
}

impl OwnSlot {
    /// Of an indicator of a framework.
    pub(super) fn of(framework: &str, indicator: Indicator) -> Self {
        Self {
            code: format!("contrat.*.{framework}.{}", indicator.key),
            framework: framework.to_owned(),
            indicator,
        }
    }
}

/// Where the catalogue learns what contracts measure by themselves: `contracts` answers.
#[async_trait]
pub trait OwnMeasures: Debug + Send + Sync {
    /// The last change, `upto` included, that may have altered the answer.
    async fn latest_change(&self, tx: &mut Tx, upto: i64) -> Result<i64, DbError>;

    /// Every measure that a contract had defined after the change `upto`, those replaced by then
    /// included.
    async fn all(
        &self,
        tx: &mut Tx,
        frameworks: &Catalogue,
        upto: i64,
    ) -> Result<Vec<OwnMeasure>, DbError>;
}
