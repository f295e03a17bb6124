//! How a reader is told what a measure says. Pure.

use super::{Aggregation, Breakdown, Direction, Window};

impl Direction {
    /// Which way is better, in a word.
    pub fn french(self) -> &'static str {
        match self {
            Self::Higher => "Hausse",
            Self::Lower => "Baisse",
            Self::Maintain => "Maintien",
            Self::None => "Aucun",
        }
    }
}

impl Aggregation {
    /// How regions make the country, in words.
    pub fn french(self) -> &'static str {
        match self {
            Self::Sum => "Somme des régions",
            Self::Ratio => "Somme des numérateurs sur somme des dénominateurs",
            Self::None => "Aucune : les régions ne s’additionnent pas",
        }
    }
}

impl Window {
    /// The time that a value covers, in words.
    pub fn french(self) -> &'static str {
        match self {
            Self::Year => "L’année civile",
            Self::TwelveMonths => "Douze mois glissants",
            Self::YearToDate => "Depuis le 1er janvier",
            Self::Instant => "L’état au 31 décembre",
            Self::SchoolYear => "L’année scolaire",
        }
    }
}

impl Breakdown {
    /// The detail, in a word.
    pub fn french(self) -> &'static str {
        match self {
            Self::Sex => "sexe",
            Self::Age => "âge",
            Self::Population => "population",
            Self::Department => "département",
        }
    }
}
