//! Referents: who answers for each objective, as its signing lead, at each directorate that leads an
//! indicator of it and in every agency, and which posts nobody holds.
//!
//! What lives here: the list, drawn from who holds which role. What never does: naming somebody,
//! which is giving a role ([`crate::access::grant`]).

mod pages;
mod store;
pub mod tables;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

pub use pages::router;
pub use store::orphaned;
pub use tables::role_title;

use crate::access::role::Referent;
use crate::frameworks::{Framework, Node};
use crate::organisations::{Directory, Organisation, OrganisationKind};

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

/// Where an objective is answered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    /// For the State as a whole: its signing lead.
    State,
    /// At a directorate, or an operator, that leads an indicator of it.
    Directorate(&'a Organisation),
    /// In an agency.
    Agency(&'a Organisation),
}

impl<'a> Place<'a> {
    /// The directorate or the agency.
    fn organisation(self) -> Option<&'a Organisation> {
        match self {
            Self::State => None,
            Self::Directorate(one) | Self::Agency(one) => Some(one),
        }
    }

    /// What the list calls it.
    fn label(self) -> &'a str {
        self.organisation()
            .map_or("Chefs de file signataires", Organisation::label)
    }

    /// Whether whoever holds that answers there, whatever for.
    fn takes(self, holding: &Holding) -> bool {
        match self {
            Self::State => holding.national,
            Self::Directorate(one) => holding.national && holding.organisation == one.code,
            Self::Agency(one) => !holding.national && holding.organisation == one.code,
        }
    }

    /// Whether whoever holds that fills the post: a directorate has named somebody by either role.
    fn fills(self, holding: &Holding) -> bool {
        matches!(self, Self::Directorate(_)) || holding.referent == Referent::First
    }
}

/// An objective to be answered for, somewhere.
#[derive(Debug)]
struct Post<'a> {
    place: Place<'a>,
    objective: &'a Node,
    /// Who holds it on the day, those who answer first before the others.
    holders: Vec<&'a Holding>,
    /// Who held it before the day and does not on it, the latest first: a longer end is another
    /// grant.
    before: Vec<&'a Holding>,
    /// Since when nobody fills it; `None` where somebody does.
    missing_since: Option<Date>,
}

impl Post<'_> {
    /// As what somebody is wanted there where nobody is.
    fn wants(&self) -> Referent {
        match self.place {
            Place::Directorate(_) => Referent::Second,
            Place::State | Place::Agency(_) => Referent::First,
        }
    }

    /// How many people answer first: one is wanted (« 1 par objectif et par ARS », one signing lead).
    fn leading(&self) -> usize {
        let leading = self.holders.iter();
        leading.filter(|h| h.referent == Referent::First).count()
    }
}

/// The directorates and operators of a day that lead each objective, or an indicator of it, by its
/// key: those that the directory knows.
fn leading<'a>(
    framework: &Framework,
    directory: &'a Directory,
    day: Date,
) -> BTreeMap<String, Vec<&'a Organisation>> {
    use OrganisationKind::{Directorate, Ministry, Operator};
    let objectives = framework.objective_of_nodes();
    let of_nodes = framework.nodes.iter().map(|node| (&node.key, &node.leads));
    let of_indicators = framework
        .indicators
        .iter()
        .map(|one| (&one.node, &one.leads));
    let mut leading: BTreeMap<String, Vec<&Organisation>> = BTreeMap::new();
    for (node, leads) in of_nodes.chain(of_indicators) {
        let Some(objective) = objectives.get(node.as_str()) else {
            continue;
        };
        let known = leading.entry((*objective).to_owned()).or_default();
        let named = leads
            .iter()
            .filter_map(|lead| directory.resolve(lead).found());
        let national = named.filter(|one| matches!(one.kind, Directorate | Ministry | Operator));
        known.extend(national.filter(|one| one.valid_on(day)));
    }
    for known in leading.values_mut() {
        known.sort_by_key(|one| &one.code);
        known.dedup_by_key(|one| &one.code);
    }
    leading
}

/// The posts of a framework on a day: the signing lead of each objective, each directorate that
/// leads an indicator of it, then each agency.
fn posts<'a>(
    framework: &'a Framework,
    directory: &'a Directory,
    holdings: &'a [Holding],
    day: Date,
) -> Vec<Post<'a>> {
    let opens = Date::new(framework.starts, 1, 1).unwrap_or(day);
    let leading = leading(framework, directory, day);
    let mut directorates: Vec<&Organisation> = leading.values().flatten().copied().collect();
    directorates.sort_by_key(|one| &one.code);
    directorates.dedup_by_key(|one| &one.code);
    let agencies = directory.existing(OrganisationKind::Ars, day).into_iter();
    let places = std::iter::once(Place::State)
        .chain(directorates.into_iter().map(Place::Directorate))
        .chain(agencies.map(Place::Agency));
    let mut posts = Vec::new();
    for place in places {
        let opens = place
            .organisation()
            .and_then(|one| one.valid_from)
            .map_or(opens, |first| first.max(opens));
        for objective in framework.objectives() {
            let leads = leading.get(&objective.key);
            if let Place::Directorate(one) = place
                && !leads.is_some_and(|leads| leads.iter().any(|lead| lead.code == one.code))
            {
                continue;
            }
            // Whoever is named by a directorate that leads it is listed there.
            let is_elsewhere = |holding: &Holding| {
                place == Place::State
                    && holding.referent == Referent::Second
                    && leads.is_some_and(|leads| {
                        leads.iter().any(|lead| lead.code == holding.organisation)
                    })
            };
            let held = holdings.iter().filter(|holding| {
                place.takes(holding)
                    && holding.covers(framework, objective)
                    && !is_elsewhere(holding)
            });
            let held: Vec<&Holding> = held.collect();
            let filling = held.iter().filter(|holding| place.fills(holding));
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
                place,
                objective,
                holders,
                before,
                missing_since: missing_since(filling.copied(), opens, day),
            });
        }
    }
    posts
}

/// Since when none of those stands, on a day; `None` where one does. What opens on a day is missing
/// from that day at the earliest.
fn missing_since<'a>(
    filling: impl Iterator<Item = &'a Holding>,
    opens: Date,
    day: Date,
) -> Option<Date> {
    let mut since = opens;
    for holding in filling.filter(|holding| holding.from <= day) {
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
