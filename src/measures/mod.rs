//! What is measured: a measure owns its values and outlives the contract frameworks that cite it.
//!
//! Here live the definition of a measure and the words that describe it. Values, targets and
//! files never do: values belong to `figures`, targets to `contracts`, files to `frameworks`.

mod french;
mod redefined;

use serde::{Deserialize, Serialize};

use crate::kernel::{Decimal, ValueKind};

pub use redefined::Facet;

/// A thing that is measured, whatever generation of contracts follows it.
///
/// Facts transcribed from the official technical sheets; what Jalon had to deduce is named in
/// [`Measure::our_reading`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Unique in the whole of Jalon, meaningful: `chirurgie-ambulatoire`.
    pub code: String,
    /// What is measured, in French.
    pub label: String,
    /// What kind of value it takes.
    pub value_kind: ValueKind,
    /// Unit of a number: `%`, `euros`, `places`.
    #[serde(default)]
    pub unit: Option<String>,
    /// Decimals shown, from 0 to 6.
    #[serde(default)]
    pub decimals: Option<u8>,
    /// A computed rate is numerator / denominator × `per`; absent when it is not a ratio.
    #[serde(default)]
    pub per: Option<u32>,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// How regional values make a national one.
    #[serde(default)]
    pub aggregation: Aggregation,
    /// Lowest plausible value.
    #[serde(default)]
    pub min: Option<Decimal>,
    /// Highest plausible value.
    #[serde(default)]
    pub max: Option<Decimal>,
    /// Stretch of time that one value covers.
    #[serde(default)]
    pub window: Option<Window>,
    /// Label of the numerator.
    #[serde(default)]
    pub numerator: Option<String>,
    /// Label of the denominator.
    #[serde(default)]
    pub denominator: Option<String>,
    /// Details that an observation may carry; never counted twice.
    #[serde(default)]
    pub breakdowns: Vec<Breakdown>,
    /// Years from which the definition changes.
    #[serde(default)]
    pub breaks: Vec<Break>,
    /// Names of the fields that the source does not state and that Jalon deduced.
    #[serde(default)]
    pub our_reading: Vec<String>,
    /// Anything a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// Which way a number improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher is better.
    Higher,
    /// Lower is better.
    Lower,
    /// Staying where it is is better.
    Maintain,
    /// No way is better than another.
    #[default]
    None,
}

/// How regional values make a national one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Sum of the values.
    Sum,
    /// Sum of the numerators over sum of the denominators.
    Ratio,
    /// Not aggregated.
    #[default]
    None,
}

/// The stretch of time that one value covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The calendar year.
    Year,
    /// Twelve rolling months.
    TwelveMonths,
    /// From 1 January to the date of the value.
    YearToDate,
    /// A state on 31 December.
    Instant,
    /// The school year.
    SchoolYear,
}

/// A detail that an observation may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breakdown {
    /// By sex.
    Sex,
    /// By age group.
    Age,
    /// By population.
    Population,
    /// By department.
    Department,
}

/// A change of definition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Break {
    /// First year of the new definition.
    pub since: i16,
    /// What changed.
    pub reason: String,
    /// Whether values before and after may still be compared.
    #[serde(default)]
    pub comparable: bool,
}
