//! Model commitments: actions that a framework offers to contracts, and who may take them up.
//!
//! What a contract really commits to never stands here: see `contracts`.

use serde::{Deserialize, Serialize};

use super::Lines;

/// A model commitment (« modèle d'engagement »).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commitment {
    /// Unique in the framework.
    pub key: String,
    /// Number as printed.
    #[serde(default)]
    pub code: Option<String>,
    /// Title.
    pub label: String,
    /// Points printed under the title.
    #[serde(default)]
    pub points: Vec<String>,
    /// Key of the objective it serves.
    pub node: String,
    /// Whether it is imposed; absent when the document does not allow to say.
    #[serde(default)]
    pub mandatory: Option<bool>,
    /// Whether each contract must word it for its own case.
    #[serde(default)]
    pub to_personalise: bool,
    /// Establishments concerned, as printed.
    #[serde(default)]
    pub establishments: Option<String>,
    /// Establishments concerned, as a rule.
    #[serde(default)]
    pub eligibility: Option<Eligibility>,
    /// Who collects the data, as printed.
    #[serde(default)]
    pub collection: Option<String>,
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

/// Which establishments a commitment concerns, in words of the framework's vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Eligibility {
    /// Overall reach.
    pub scope: EligibilityScope,
    /// All of these authorisations are needed.
    #[serde(default)]
    pub all_authorisations: Vec<String>,
    /// At least one of these authorisations is needed.
    #[serde(default)]
    pub any_authorisation: Vec<String>,
    /// One of these legal statuses is needed.
    #[serde(default)]
    pub statuses: Vec<String>,
    /// All of these features are needed.
    #[serde(default)]
    pub all_features: Vec<String>,
    /// At least one of these features is needed.
    #[serde(default)]
    pub any_feature: Vec<String>,
    /// None of these features is allowed.
    #[serde(default)]
    pub no_feature: Vec<String>,
    /// Establishments named one by one.
    #[serde(default)]
    pub named: Vec<String>,
    /// Whether the reading is open to discussion.
    #[serde(default)]
    pub uncertain: bool,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// Overall reach of a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EligibilityScope {
    /// Every establishment.
    All,
    /// Those that meet the conditions.
    Conditions,
    /// Those that are named.
    Named,
    /// The document does not say.
    #[default]
    Unspecified,
}
