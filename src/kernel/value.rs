//! What an observation or a target can hold.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Decimal, Fraction};

/// The kind of value a measure takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A number, with or without its numerator and denominator.
    #[default]
    Number,
    /// Yes or no.
    YesNo,
    /// A short text, often with a document.
    Text,
}

/// A number as it was supplied: alone, or as the two terms of a ratio. A rate that has its two
/// terms is never stored; it is computed where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The number alone, in the measure's unit.
    Plain(Decimal),
    /// Numerator and denominator.
    Ratio {
        /// Numerator, in its own unit.
        num: Decimal,
        /// Denominator, in its own unit; never zero.
        den: Decimal,
    },
}

impl Quantity {
    /// The number in the measure's unit, where `per` is the measure's scale (100 for a
    /// percentage); `None` where it cannot be computed.
    pub fn amount(self, per: Option<u32>) -> Option<Decimal> {
        match self {
            Self::Plain(number) => Some(number),
            Self::Ratio { num, den } => Decimal::ratio(num, den, per.unwrap_or(1)),
        }
    }

    /// As [`amount`](Self::amount), without any rounding.
    pub fn exact(self, per: Option<u32>) -> Option<Fraction> {
        match self {
            Self::Plain(number) => Some(number.into()),
            Self::Ratio { num, den } => Fraction::of(num, den, per.unwrap_or(1)),
        }
    }
}

/// Why there is no value, said by the supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// The supplier does not publish it.
    NotPublished,
    /// Statistical secrecy: too few cases.
    Secret,
    /// The measure has no meaning here.
    NotApplicable,
    /// Nobody collected it.
    NotCollected,
    /// Missing, no reason given.
    Unknown,
}

impl Absence {
    /// All of them, in the order offered to a person.
    pub const ALL: [Self; 5] = [
        Self::NotPublished,
        Self::Secret,
        Self::NotApplicable,
        Self::NotCollected,
        Self::Unknown,
    ];

    /// The code kept in the database and the JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPublished => "not_published",
            Self::Secret => "secret",
            Self::NotApplicable => "not_applicable",
            Self::NotCollected => "not_collected",
            Self::Unknown => "unknown",
        }
    }

    /// The absence of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|absence| absence.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::NotPublished => "non publié par le fournisseur",
            Self::Secret => "secret statistique",
            Self::NotApplicable => "sans objet",
            Self::NotCollected => "non recueilli",
            Self::Unknown => "non disponible",
        }
    }
}

/// A value as its supplier gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A number.
    Number(Quantity),
    /// Yes or no.
    YesNo(bool),
    /// A short text.
    Text(String),
    /// No value, and why.
    Unavailable(Absence),
}

impl Value {
    /// A number alone, in the measure's unit.
    pub fn plain(number: Decimal) -> Self {
        Self::Number(Quantity::Plain(number))
    }

    /// The number in the measure's unit, for those that are numbers.
    pub fn amount(&self, per: Option<u32>) -> Option<Decimal> {
        match self {
            Self::Number(quantity) => quantity.amount(per),
            Self::YesNo(_) | Self::Text(_) | Self::Unavailable(_) => None,
        }
    }

    /// The number in the measure's unit without any rounding, for those that are numbers.
    pub fn exact(&self, per: Option<u32>) -> Option<Fraction> {
        match self {
            Self::Number(quantity) => quantity.exact(per),
            Self::YesNo(_) | Self::Text(_) | Self::Unavailable(_) => None,
        }
    }

    /// Whether a measure of that kind can take it; an absence fits every kind.
    pub fn fits(&self, kind: ValueKind) -> bool {
        match self {
            Self::Number(_) => kind == ValueKind::Number,
            Self::YesNo(_) => kind == ValueKind::YesNo,
            Self::Text(_) => kind == ValueKind::Text,
            Self::Unavailable(_) => true,
        }
    }
}

/// Plain form for logs and files; pages format with the measure's unit and decimals.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Quantity::Plain(number)) => write!(f, "{number}"),
            Self::Number(Quantity::Ratio { num, den }) => write!(f, "{num}/{den}"),
            Self::YesNo(true) => f.write_str("oui"),
            Self::YesNo(false) => f.write_str("non"),
            Self::Text(text) => f.write_str(text),
            Self::Unavailable(absence) => f.write_str(absence.french()),
        }
    }
}
