//! What was read of each cell, in few bytes: names are numbers, contexts are shared.
//!
//! A file of a million values holds a few hundred names; only the numbers grow with it.

use std::collections::HashMap;
use std::hash::Hash;

use jiff::civil::Date;

use crate::imports::Place;
use crate::kernel::{Period, Value};

/// Things met several times, each kept once and known by its rank.
#[derive(Debug)]
pub(super) struct Shared<T> {
    things: Vec<T>,
    ranks: HashMap<T, u32>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            things: Vec::new(),
            ranks: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Shared<T> {
    /// The rank of a thing, kept from now on.
    pub(super) fn rank<Q>(&mut self, thing: &Q) -> u32
    where
        T: std::borrow::Borrow<Q>,
        Q: ToOwned<Owned = T> + Eq + Hash + ?Sized,
    {
        if let Some(rank) = self.ranks.get(thing) {
            return *rank;
        }
        // Fewer than four billion cells come in one file.
        let rank = u32::try_from(self.things.len()).unwrap_or(u32::MAX);
        self.things.push(thing.to_owned());
        self.ranks.insert(thing.to_owned(), rank);
        rank
    }

    /// The thing of a rank given before.
    pub(super) fn at(&self, rank: u32) -> &T {
        &self.things[rank as usize]
    }
}

/// Where a cell stands, its sheet by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot {
    pub sheet: u32,
    pub row: u32,
    pub column: u32,
}

impl Spot {
    /// The same as a place in a file of those sheets.
    pub(super) fn place(self, sheets: &[String]) -> Place {
        Place {
            sheet: sheets.get(self.sheet as usize).cloned().unwrap_or_default(),
            row: self.row,
            column: self.column,
        }
    }
}

/// What a value is about, by the ranks of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub measure: u32,
    pub place: u32,
    pub period: Period,
    pub breakdown: u32,
}

/// A value, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub value: Value,
    pub at: Spot,
    /// Whether the cell itself says its scale.
    pub scaled: bool,
    pub decimals: u8,
}

/// What a row says beside its values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Context {
    pub supplier: Option<String>,
    pub source: Option<String>,
    pub comment: Option<String>,
    pub reference_date: Option<Date>,
    pub provisional: bool,
    pub embargo_until: Option<Date>,
    pub fictional: bool,
}

/// A value about something.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub key: Key,
    pub told: Told,
    pub context: u32,
    /// Whether a problem keeps it from being a candidate.
    pub held: bool,
}

/// The terms of a ratio, until both are known.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub numerator: Option<Told>,
    pub denominator: Option<Told>,
    pub context: u32,
}
