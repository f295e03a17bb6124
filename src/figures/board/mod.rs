//! The country at a glance: the regions against the objectives of a framework, or against the
//! indicators of one objective. Pure.
//!
//! [`tally`] holds the rule that puts the indicators of an objective together, [`country`] what
//! the first page says of the whole, kept in memory.

mod arranged;
mod country;
mod tally;
mod words;

use std::collections::BTreeMap;

pub use arranged::Order;
pub use country::{Countries, Country, Late};
pub use tally::{Mark, Tally};
pub(super) use words::{TONES, movement_words, tone_word};

use super::comparison::Movement;
use super::delivery::Delivery;
use super::review::{Asked, Review};
use super::{Followed, Series, Situation, circuit, followed};
use crate::contracts::{FullContract, Section, Terms, own_measures};
use crate::frameworks::{Framework, Node, OwnMeasure, Scale};
use crate::kernel::{Decimal, Period};
use crate::measures::Measure;
use crate::organisations::{Place, PlaceKind};

/// The regions against the objectives of a framework. It owns what it says, so that it can be kept.
#[derive(Clone, Debug)]
pub struct Board {
    /// Code of the framework.
    pub framework: String,
    /// Its title.
    pub title: String,
    /// The year reviewed: no later figure is looked at, and its data are those awaited.
    pub year: i16,
    /// The columns, in the order of the framework.
    pub objectives: Vec<Node>,
    /// The regions, by name.
    pub rows: Vec<Row>,
}

/// A region and how each objective stands there.
#[derive(Clone, Debug)]
pub struct Row {
    /// Code of the region.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The contract that covers it, where one is signed.
    pub contract: Option<Covering>,
    /// One for each objective.
    pub tallies: Vec<Tally>,
}

/// The contract that covers a region.
#[derive(Clone, Debug)]
pub struct Covering {
    /// Its address.
    pub slug: String,
    /// Key of the section there, where the contract has several.
    pub section: Option<String>,
    /// Whether it was invented for a demonstration.
    pub fictional: bool,
}

impl Row {
    /// What its objectives come to.
    pub fn total(&self) -> Tally {
        Tally::sum(self.tallies.iter().copied())
    }
}

impl Board {
    /// How each objective of a framework stands in each region, at the moment of the situation.
    pub fn new(situation: &Situation, framework: &Framework) -> Self {
        let objectives = framework.objectives();
        let of_nodes = framework.objective_of_nodes();
        let row = |place: &Place| {
            let agreed = situation.agreement(&framework.code, &place.code);
            let tallies = agreed.map(|(full, section)| {
                let change = situation.moment.change;
                let terms = full.in_force(change);
                let own = own_measures(framework, full, change);
                let ground = Ground {
                    situation,
                    framework,
                    full,
                    section,
                    terms: &terms,
                    own: &own,
                    place: &place.code,
                };
                ground.tallies(&objectives, &of_nodes)
            });
            Row {
                code: place.code.clone(),
                name: place.name.clone(),
                contract: agreed.map(|(full, section)| Covering::of(full, section)),
                tallies: tallies.unwrap_or_else(|| vec![Tally::default(); objectives.len()]),
            }
        };
        Self {
            framework: framework.code.clone(),
            title: framework.title.clone(),
            year: circuit::reviewed_year(framework, situation.moment.day),
            rows: regions(situation).into_iter().map(row).collect(),
            objectives: objectives.into_iter().cloned().collect(),
        }
    }

    /// What an objective comes to over the regions.
    pub fn of_objective(&self, at: usize) -> Tally {
        let own = self.rows.iter().filter_map(|row| row.tallies.get(at));
        Tally::sum(own.copied())
    }

    /// What the whole comes to.
    pub fn total(&self) -> Tally {
        Tally::sum(self.rows.iter().map(Row::total))
    }

    /// Whether any of its contracts was invented.
    pub fn is_fictional(&self) -> bool {
        let mut contracts = self.rows.iter().filter_map(|row| row.contract.as_ref());
        contracts.any(|contract| contract.fictional)
    }
}

impl Covering {
    fn of(full: &FullContract, section: &Section) -> Self {
        let contract = &full.contract;
        Self {
            slug: contract.slug.clone(),
            section: contract.has_sections().then(|| section.key.clone()),
            fictional: contract.fictional,
        }
    }
}

/// The regions that exist at the moment of the situation, by name.
pub fn regions(situation: &Situation) -> Vec<&Place> {
    let places = situation.directory.places().iter();
    let mut regions: Vec<&Place> = places
        .filter(|p| p.kind == PlaceKind::Region && p.valid_on(situation.moment.day))
        .collect();
    regions.sort_by_key(|place| crate::kernel::fold(&place.name));
    regions
}

/// What a section of a contract is reviewed from.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The figures and the moment.
    pub situation: &'a Situation,
    /// The framework, in its revision of the moment.
    pub framework: &'a Framework,
    /// The contract.
    pub full: &'a FullContract,
    /// The section.
    pub section: &'a Section,
    /// The terms in force.
    pub terms: &'a Terms<'a>,
    /// What the contract measures by itself, where that counts.
    pub own: &'a [OwnMeasure],
    /// Where the section is at the moment.
    pub place: &'a str,
}

/// A measure that a section has terms on, and how it stands.
#[derive(Clone, Debug)]
pub struct Reviewed<'a> {
    /// What was asked.
    pub asked: Asked<'a>,
    /// What was found.
    pub review: Review<'a>,
}

impl<'a> Ground<'a> {
    /// Everything the section has terms on, in the order of the framework: what the framework
    /// measures, and what the contract measures by itself, which has targets like any other.
    pub fn reviewed(&self) -> Vec<Reviewed<'a>> {
        let catalogue = &self.situation.catalogue;
        let all = followed(self.framework, catalogue, self.own, self.section);
        let reviewed = all.into_iter().map(|followed| self.review(followed));
        reviewed.filter(Reviewed::has_terms).collect()
    }

    /// How each objective stands; `of_nodes` says under which objective each node is.
    fn tallies(&self, objectives: &[&Node], of_nodes: &BTreeMap<&str, &str>) -> Vec<Tally> {
        let mut marks: BTreeMap<&str, BTreeMap<&str, Vec<Mark>>> = BTreeMap::new();
        let scale = self.framework.scale();
        for seen in self.reviewed() {
            let indicator = seen.asked.followed.indicator;
            if let Some(objective) = of_nodes.get(indicator.node.as_str()) {
                let of_objective = marks.entry(objective).or_default();
                let own = of_objective.entry(indicator.key.as_str()).or_default();
                own.push(seen.mark(&scale));
            }
        }
        let tally = |node: &&Node| {
            let own = marks.get(node.key.as_str()).into_iter();
            Tally::of(own.flat_map(BTreeMap::values).map(Vec::as_slice))
        };
        objectives.iter().map(tally).collect()
    }

    /// How one measure stands.
    pub fn review(&self, followed: Followed<'a>) -> Reviewed<'a> {
        let contract = &self.full.contract;
        let day = self.situation.moment.day;
        let asked = Asked {
            terms: self.terms,
            section: self.section.id,
            place: self.place,
            followed,
            series: self.situation.figures.series(&followed.measure.code),
            upto: contract.reviewed_year(day),
            today: day,
        };
        Reviewed {
            review: asked.review(),
            asked,
        }
    }
}

impl Reviewed<'_> {
    /// Whether the contract says anything of it.
    pub fn has_terms(&self) -> bool {
        self.review.baseline.is_some() || self.review.last_target.is_some()
    }

    /// What counts of it on a board.
    pub fn mark(&self, scale: &Scale) -> Mark {
        let Asked {
            followed,
            place,
            upto,
            ..
        } = self.asked;
        let verdict = self.review.attainment.ok();
        let series = self.asked.series;
        Mark {
            tone: verdict.map(|verdict| verdict.band(scale).tone),
            movement: series.and_then(|series| moved(series, followed.measure, place, upto)),
            late: matches!(self.review.delivery, Delivery::Late(_)),
            awaited: matches!(
                self.review.delivery,
                Delivery::Expected(_) | Delivery::Awaited
            ),
        }
    }
}

/// How the last yearly number of a place moved from the one before it; nothing where a break of
/// the measure stands between them.
fn moved(series: &Series, measure: &Measure, place: &str, upto: i16) -> Option<Movement> {
    let figures = series.figures_upto(place, upto).into_iter();
    let mut yearly = figures.filter_map(|(period, figure)| {
        let Period::Year(year) = period else {
            return None;
        };
        Some((year, figure.value.amount(measure.per)?))
    });
    let (last, now) = yearly.next_back()?;
    let (before, earlier): (i16, Decimal) = yearly.next_back()?;
    let mut breaks = measure.breaks.iter();
    if breaks.any(|b| before < b.since && b.since <= last) {
        return None;
    }
    Movement::of(measure, now.checked_sub(earlier)?)
}
