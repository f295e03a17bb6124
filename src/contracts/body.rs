//! What a term says, and what it is about.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{Decimal, Value, ValueKind};

/// What one term is about: a section and a slot in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermKey {
    /// The section.
    pub section: Uuid,
    /// The slot.
    pub slot: Slot,
}

/// A place in a section that a term can fill.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Slot {
    /// Whether an indicator is retained.
    Choice {
        /// Key of the indicator.
        indicator: String,
    },
    /// What an indicator left to the contract measures.
    Definition {
        /// Key of the indicator.
        indicator: String,
    },
    /// Where an indicator starts from.
    Baseline {
        /// Key of the indicator.
        indicator: String,
        /// Code of the measure; empty for an indicator that the contract defines.
        measure: String,
    },
    /// Where an indicator must be in a year.
    Target {
        /// Key of the indicator.
        indicator: String,
        /// Code of the measure; empty for an indicator that the contract defines.
        measure: String,
        /// The year.
        year: i16,
    },
    /// An action that the contract binds a party to.
    Commitment {
        /// Key of the model commitment, or of the contract's own.
        commitment: String,
    },
    /// An amount of a line of means.
    Means {
        /// Key of the line in the framework.
        line: String,
        /// How far the amount has gone.
        stage: Stage,
        /// The year.
        year: i16,
    },
    /// Whether an organisation holds a role.
    Party {
        /// Key of the role in the framework.
        role: String,
        /// Code of the organisation.
        organisation: String,
    },
    /// Which place the section covers.
    Place,
}

impl Slot {
    /// The kind, as kept in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Choice { .. } => "choice",
            Self::Definition { .. } => "definition",
            Self::Baseline { .. } => "baseline",
            Self::Target { .. } => "target",
            Self::Commitment { .. } => "commitment",
            Self::Means { .. } => "means",
            Self::Party { .. } => "party",
            Self::Place => "place",
        }
    }

    /// Key of the indicator, the commitment, the line of means or the role; empty for a place.
    pub fn subject(&self) -> &str {
        match self {
            Self::Choice { indicator }
            | Self::Definition { indicator }
            | Self::Baseline { indicator, .. }
            | Self::Target { indicator, .. } => indicator,
            Self::Commitment { commitment } => commitment,
            Self::Means { line, .. } => line,
            Self::Party { role, .. } => role,
            Self::Place => "",
        }
    }

    /// Key of the indicator, where it is about one.
    pub fn indicator(&self) -> Option<&str> {
        match self {
            Self::Commitment { .. } | Self::Means { .. } | Self::Party { .. } | Self::Place => None,
            other => Some(other.subject()),
        }
    }

    /// The measure, the stage or the organisation, or nothing.
    pub fn facet(&self) -> &str {
        match self {
            Self::Baseline { measure, .. } | Self::Target { measure, .. } => measure,
            Self::Means { stage, .. } => stage.code(),
            Self::Party { organisation, .. } => organisation,
            Self::Choice { .. }
            | Self::Definition { .. }
            | Self::Commitment { .. }
            | Self::Place => "",
        }
    }

    /// The year, where there is one.
    pub fn year(&self) -> Option<i16> {
        match self {
            Self::Target { year, .. } | Self::Means { year, .. } => Some(*year),
            _ => None,
        }
    }

    /// The slot kept in the database under these words.
    pub fn from_columns(kind: &str, subject: &str, facet: &str, period: &str) -> Option<Self> {
        let subject = subject.to_owned();
        let measure = facet.to_owned();
        Some(match kind {
            "choice" => Self::Choice { indicator: subject },
            "definition" => Self::Definition { indicator: subject },
            "baseline" => Self::Baseline {
                indicator: subject,
                measure,
            },
            "target" => Self::Target {
                indicator: subject,
                measure,
                year: period.parse().ok()?,
            },
            "commitment" => Self::Commitment {
                commitment: subject,
            },
            "means" => Self::Means {
                line: subject,
                stage: Stage::from_code(facet)?,
                year: period.parse().ok()?,
            },
            "party" => Self::Party {
                role: subject,
                organisation: facet.to_owned(),
            },
            "place" => Self::Place,
            _ => return None,
        })
    }
}

/// What a term says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermBody {
    /// Whether the indicator is retained.
    Choice(Choice),
    /// What the indicator measures.
    Definition(Definition),
    /// Where it starts from.
    Baseline(Baseline),
    /// Where it must be.
    Target(Target),
    /// What is to be done.
    Commitment(CommitmentTerm),
    /// How much.
    Means(MeansTerm),
    /// Whether it is a party.
    Party(Membership),
    /// Where the section is now.
    Place(Covered),
}

impl TermBody {
    /// Whether it can fill that slot.
    pub fn fits(&self, slot: &Slot) -> bool {
        matches!(
            (self, slot),
            (Self::Choice(_), Slot::Choice { .. })
                | (Self::Definition(_), Slot::Definition { .. })
                | (Self::Baseline(_), Slot::Baseline { .. })
                | (Self::Target(_), Slot::Target { .. })
                | (Self::Commitment(_), Slot::Commitment { .. })
                | (Self::Means(_), Slot::Means { .. })
                | (Self::Party(_), Slot::Party { .. })
                | (Self::Place(_), Slot::Place)
        )
    }
}

/// Whether the contract has an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It does.
    Retained,
    /// It does not.
    NotRetained,
}

/// What an indicator left to the contract measures. Such an indicator is never aggregated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name in this contract.
    pub label: String,
    /// How it is measured.
    pub text: String,
    /// What kind of value it takes.
    pub kind: ValueKind,
    /// Unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
}

/// Where an indicator starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The value.
    pub value: Value,
    /// The year it was observed in.
    pub year: i16,
}

/// Where an indicator must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At a value.
    Value(Value),
    /// Between two values.
    Corridor {
        /// Lowest accepted.
        low: Decimal,
        /// Highest accepted.
        high: Decimal,
    },
    /// Nowhere yet: it is observed, and an amendment will set the target (instruction
    /// SG/POLE SANTE-ARS/2019/201: twenty indicators of 2019 had no regional target that year).
    ObservedOnly,
    /// Suspended for that year.
    Frozen,
    /// The year has no meaning for this indicator.
    NotApplicable,
}

/// An action that the contract binds a party to: a model adapted, or the contract's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentTerm {
    /// The action in this contract's words.
    pub label: String,
    /// Key of the one indicator that follows it.
    pub indicator: Option<String>,
}

/// An amount of a line of means for a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeansTerm {
    /// The amount, in the line's unit.
    pub amount: Decimal,
    /// Where the amount is written.
    pub source: String,
}

/// What an instrument does to a party. Who was party from the beginning stands in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// The organisation holds the role from now on.
    Joins,
    /// It no longer does.
    Leaves,
}

/// The place that a section covers from now on. Where it began stands in the section.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Covered {
    /// Code of the place.
    pub place: String,
}

/// How far an amount has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Announced to the party.
    Notified,
    /// Bound by decisions.
    Committed,
    /// Paid out.
    Paid,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Notified, Self::Committed, Self::Paid];

    /// The code kept in the database and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Notified => "notified",
            Self::Committed => "committed",
            Self::Paid => "paid",
        }
    }

    /// The stage of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Notified => "Notifié",
            Self::Committed => "Engagé",
            Self::Paid => "Payé",
        }
    }
}
