//! An indicator: the place of a measure in a framework, and how contracts follow it.
//!
//! What is measured never stands here: an indicator only points to measures.

use serde::{Deserialize, Serialize};

use super::{Due, Lines};

/// An indicator of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Indicator {
    /// Identity for ever, unique in the framework.
    pub key: String,
    /// Code as printed; may be missing or repeated.
    #[serde(default)]
    pub code: Option<String>,
    /// Label as printed.
    pub label: String,
    /// Key of the node it stands under.
    pub node: String,
    /// Printed subtitle that is not a node of the tree.
    #[serde(default)]
    pub theme: Option<String>,
    /// Key of the model commitment it follows.
    #[serde(default)]
    pub commitment: Option<String>,
    /// Key of its kind.
    pub kind: String,
    /// Codes of the measures it follows; several for a composite.
    #[serde(default)]
    pub measures: Vec<String>,
    /// Each contract defines it: no measure, never aggregated, blocks signature until defined.
    #[serde(default)]
    pub left_to_contract: bool,
    /// How attainment is computed, but for the measures of [`methods`](Self::methods).
    #[serde(default)]
    pub method: Method,
    /// The measures of a composite that are judged in another way.
    #[serde(default)]
    pub methods: Vec<MeasureMethod>,
    /// Links with indicators of other generations.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Codes of the directorates responsible for it.
    #[serde(default)]
    pub leads: Vec<String>,
    /// Codes of the organisations that supply its values.
    #[serde(default)]
    pub suppliers: Vec<String>,
    /// Where the supplier finds the values.
    #[serde(default)]
    pub source: Option<String>,
    /// How often values come.
    #[serde(default)]
    pub frequency: Option<Frequency>,
    /// How values reach Jalon.
    #[serde(default)]
    pub supply: Option<Supply>,
    /// When values are due.
    #[serde(default)]
    pub due: Due,
    /// Codes of the regions concerned; empty: all.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Where the document says so.
    #[serde(default)]
    pub lines: Vec<Lines>,
    /// Names of the fields whose reading is uncertain.
    #[serde(default)]
    pub uncertain: Vec<String>,
    /// Names of the fields that Jalon deduced.
    #[serde(default)]
    pub our_reading: Vec<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

impl Indicator {
    /// How a measure of this indicator is judged.
    pub fn method_of(&self, measure: &str) -> Method {
        let own = self.methods.iter().find(|own| own.measure == measure);
        own.map_or(self.method, |own| own.method)
    }
}

/// The method of one measure of a composite.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MeasureMethod {
    /// Code of the measure.
    pub measure: String,
    /// How it is judged.
    pub method: Method,
}

/// How attainment is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Way covered from the baseline to the target.
    Progression,
    /// Value over target.
    Ratio,
    /// At least the target.
    Floor,
    /// At most the target.
    Ceiling,
    /// Within a corridor.
    Corridor,
    /// Yes or no.
    YesNo,
    /// Not computed.
    #[default]
    None,
}

/// A link with an indicator of another generation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Link {
    /// Code of the other framework.
    pub framework: String,
    /// Key of the indicator there.
    pub indicator: String,
    /// How they relate.
    pub kind: LinkKind,
    /// Why so.
    #[serde(default)]
    pub reason: Option<String>,
}

/// How two indicators of different generations relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The same measure: one series.
    Same,
    /// The same measure with a marked break: one series with a break.
    Revised,
    /// Neighbouring measures: the series are never joined.
    #[default]
    Related,
}

impl LinkKind {
    /// As pages and files say it of the measure.
    pub fn french(self) -> &'static str {
        match self {
            Self::Same => "même mesure",
            Self::Revised => "révisée, avec rupture",
            Self::Related => "apparentée",
        }
    }
}

/// How often values come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Every year.
    Yearly,
    /// Twice a year.
    HalfYearly,
    /// Every quarter.
    Quarterly,
    /// Three times a year.
    ThreeTimesAYear,
    /// Every month.
    Monthly,
}

/// How values reach Jalon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// A national supplier loads them for every region.
    National,
    /// Each agency enters its own.
    Agency,
    /// Each establishment enters its own.
    Establishment,
    /// They are consulted elsewhere and not loaded.
    DirectAccess,
}
