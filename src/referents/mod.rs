//! Referents: who answers for each objective, at the directorates and in every agency, and which
//! posts nobody holds.
//!
//! What lives here: the list, drawn from who holds which role. What never does: naming somebody,
//! which is giving a role ([`crate::access::grant`]).

mod pages;
mod store;
pub mod tables;

use std::cmp::Reverse;

use jiff::civil::Date;
use uuid::Uuid;

pub use pages::router;
pub use store::orphaned;
pub use tables::role_title;

use crate::access::role::Referent;
use crate::frameworks::{Framework, Node};
use crate::organisations::Organisation;

/// Somebody who holds, held or will hold an objective.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holding {
    person: Uuid,
    name: String,
    email: String,
    /// Code of the organisation they hold it for.
    organisation: String,
    /// Whether they answer for it at the directorates, and not in an agency.
    national: bool,
    referent: Referent,
    /// Key of the objective; empty for all.
    objective: String,
    from: Date,
    /// Last day; `None` where none is set.
    until: Option<Date>,
}

impl Holding {
    fn stands_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| until >= day)
    }

    fn covers(&self, framework: &Framework, objective: &Node) -> bool {
        self.objective.is_empty() || framework.is_under(&objective.key, &self.objective)
    }
}

/// An objective to be answered for, at the directorates or in an agency.
#[derive(Debug)]
struct Post<'a> {
    /// The agency; `None` at the directorates.
    agency: Option<&'a Organisation>,
    objective: &'a Node,
    /// Who holds it on the day, those who answer first before the others.
    holders: Vec<&'a Holding>,
    /// Who held it before the day and does not on it, the latest first: a longer end is another
    /// grant.
    before: Vec<&'a Holding>,
    /// Since when nobody answers for it first; `None` where somebody does.
    missing_since: Option<Date>,
}

impl Post<'_> {
    /// How many people answer first: one is wanted (« 1 par objectif et par ARS », one signing lead).
    fn leading(&self) -> usize {
        let leading = self.holders.iter();
        leading.filter(|h| h.referent == Referent::First).count()
    }
}

/// The posts of a framework on a day: each objective at the directorates, then in each agency.
fn posts<'a>(
    framework: &'a Framework,
    agencies: &[&'a Organisation],
    holdings: &'a [Holding],
    day: Date,
) -> Vec<Post<'a>> {
    let opens = Date::new(framework.starts, 1, 1).unwrap_or(day);
    let places = std::iter::once(None).chain(agencies.iter().copied().map(Some));
    let mut posts = Vec::new();
    for agency in places {
        let opens = agency
            .and_then(|agency| agency.valid_from)
            .map_or(opens, |first| first.max(opens));
        for objective in framework.objectives() {
            let held = holdings.iter().filter(|holding| {
                let is_there = match agency {
                    None => holding.national,
                    Some(agency) => !holding.national && holding.organisation == agency.code,
                };
                is_there && holding.covers(framework, objective)
            });
            let held: Vec<&Holding> = held.collect();
            let leading = held.iter().filter(|h| h.referent == Referent::First);
            let mut holders: Vec<&Holding> = held.clone();
            holders.retain(|holding| holding.stands_on(day));
            holders.sort_by_key(|holding| (holding.referent, &holding.name, holding.person));
            holders.dedup_by_key(|holding| (holding.referent, holding.person));
            let goes_on = |one: &Holding| {
                let mut now = holders.iter();
                now.any(|now| (now.person, now.referent) == (one.person, one.referent))
            };
            let mut before: Vec<&Holding> = held.clone();
            before.retain(|one| one.until.is_some_and(|until| until < day) && !goes_on(one));
            before.sort_by_key(|holding| (Reverse(holding.until), &holding.name));
            posts.push(Post {
                agency,
                objective,
                holders,
                before,
                missing_since: missing_since(leading.copied(), opens, day),
            });
        }
    }
    posts
}

/// Since when none of those stands, on a day; `None` where one does. What opens on a day is missing
/// from that day at the earliest.
fn missing_since<'a>(
    leading: impl Iterator<Item = &'a Holding>,
    opens: Date,
    day: Date,
) -> Option<Date> {
    let mut since = opens;
    for holding in leading.filter(|holding| holding.from <= day) {
        if holding.stands_on(day) {
            return None;
        }
        if let Some(next) = holding.until.and_then(|until| until.tomorrow().ok()) {
            since = since.max(next);
        }
    }
    Some(since)
}

#[cfg(test)]
mod tests;
