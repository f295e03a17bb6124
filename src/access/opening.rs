//! What frameworks open, and to whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::platform::yaml::Worded;

/// To whom a framework opens something, the widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody who holds a grant.
    Everybody,
    /// The people of the State and of the agencies.
    StateAndAgencies,
    /// The people of the State, and those of the organisations that it is about.
    StateAndParties,
    /// The people of the organisations that it is about.
    Parties,
}

impl Audience {
    /// Every audience, with its word in the database, in the text and for a reader.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 4] = [
        (
            Self::Everybody,
            "everybody",
            "tous",
            "Toute personne habilitée",
        ),
        (
            Self::StateAndAgencies,
            "state_and_agencies",
            "etat-et-ars",
            "Personnes de l’État et des ARS",
        ),
        (
            Self::StateAndParties,
            "state_and_parties",
            "etat-et-parties",
            "Personnes de l’État et des organisations concernées",
        ),
        (
            Self::Parties,
            "parties",
            "parties",
            "Personnes des organisations concernées",
        ),
    ];

    /// Its word in the database.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].3
    }

    /// The audience of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|audience| audience.1 == code)
            .map(|audience| audience.0)
    }
}

impl Worded for Audience {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL
            .into_iter()
            .map(|(audience, _, word, _)| (word, audience))
    }
}

/// What a framework opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opening {
    /// What was signed.
    Signed,
    /// Acts that are being prepared, and those given up.
    Drafts,
    /// The values of its measures, once they are final.
    Values,
}

impl Opening {
    /// Everything that is opened, with its word in the database.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Signed, "signed"),
        (Self::Drafts, "drafts"),
        (Self::Values, "values"),
    ];

    /// Its word in the database.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// What is opened under that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|opened| opened.1 == code)
            .map(|opened| opened.0)
    }

    /// To whom it is opened where a framework says nothing.
    pub fn usual(self) -> Audience {
        match self {
            Self::Signed | Self::Values => Audience::StateAndAgencies,
            Self::Drafts => Audience::Parties,
        }
    }
}

/// To whom each framework opens what, where it says it.
pub type Openings = BTreeMap<(String, Opening), Audience>;

/// To whom the values of a measure are opened, where a framework that follows it says so: the
/// widest of what several say.
pub type ValueOpenings = BTreeMap<String, Audience>;
