//! Following indicators: who wants to be told, and what there was to tell.
//!
//! What lives here: the wish, the events and what is written of them. What never does: sending a
//! message.

mod letter;
pub mod store;

use jiff::civil::Date;
use uuid::Uuid;

use crate::access::{Act, Concern};
use crate::platform::db::{DbError, Tx};

/// Following an indicator, or no longer; a wish of one person that the history does not keep.
#[derive(Debug)]
pub struct Follow;

impl Act for Follow {
    type Thing = Wish;
    const NAME: &'static str = "figures.follow";

    async fn concerns(_tx: &mut Tx, wish: &Wish) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(wish.person)])
    }
}

/// What a person wishes to be told of.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The person.
    pub person: Uuid,
    /// The indicator.
    pub followed: Followed,
}

/// An indicator that somebody follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Followed {
    /// Code of the framework.
    pub framework: String,
    /// Key of the indicator.
    pub indicator: String,
}

/// What one change did to a measure that somebody follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The change.
    pub change: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Who made it.
    pub who: Option<String>,
    /// The measure.
    pub measure: String,
    /// How many values arrived.
    pub arrived: i64,
    /// How many were corrected.
    pub corrected: i64,
    /// The day from which it may be told, where the values are under embargo.
    pub visible_from: Option<Date>,
}

impl Event {
    /// `12 valeurs arrivées, 1 corrigée`.
    pub fn french(&self) -> String {
        let many = |n: i64, one: &str, several: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {several}"),
        };
        match (self.arrived, self.corrected) {
            (arrived, 0) => many(arrived, "valeur arrivée", "valeurs arrivées"),
            (0, corrected) => many(corrected, "valeur corrigée", "valeurs corrigées"),
            (arrived, corrected) => format!(
                "{}, {}",
                many(arrived, "valeur arrivée", "valeurs arrivées"),
                many(corrected, "corrigée", "corrigées")
            ),
        }
    }
}
