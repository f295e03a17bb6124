//! Parts that add up to more than their whole.
//!
//! Readings of ours: only what adds up is added, so figures that are summed over places, and the
//! terms of ratios; only along one axis at a time; ages only where no two of them overlap;
//! populations never, for one person may be in several. The whole is that of the file, else the
//! figure that stands. Parts that make less than the whole are no mistake: some may be missing.

use std::collections::HashMap;

use super::breakdown::age_bounds;
use super::fact::{Fact, Key, Spot};
use super::table::Reading;
use crate::figures::{FiguresView, Subject};
use crate::imports::ProblemCode;
use crate::kernel::{Decimal, Quantity, Value};
use crate::measures::{Aggregation, Measure};

/// The parts of one whole along one axis.
#[derive(Debug)]
struct Parts {
    first: Spot,
    levels: Vec<String>,
    /// What adds up: the number, or numerator and denominator; `None` once it went beyond the
    /// range or mixed both.
    sum: Option<Quantity>,
}

/// Looks at every breakdown read.
pub(super) fn check(reading: &mut Reading<'_>) {
    let whole = reading.names.rank("");
    let mut parts: HashMap<(Key, String), Parts> = HashMap::new();
    for fact in reading.gathered.facts.iter().filter(|fact| !fact.held) {
        let text = reading.names.at(fact.key.breakdown);
        let code = reading.names.at(fact.key.measure);
        let measure = reading.ground.catalogue.measure(code);
        if let (Some((axis, level)), Some(quantity)) = (one_axis(text), adds_up(fact, measure)) {
            let key = Key {
                breakdown: whole,
                ..fact.key
            };
            add(
                &mut parts,
                (key, axis.to_owned()),
                level,
                quantity,
                fact.told.at,
            );
        }
    }
    if parts.is_empty() {
        return;
    }
    let wholes = wholes(&reading.gathered.facts, whole);
    let mut wrong: Vec<(Spot, String)> = Vec::new();
    for ((key, axis), parts) in parts {
        if axis == "age" && overlap(&parts.levels) {
            continue;
        }
        let told = wholes.get(&key);
        let standing = || standing(reading, &key);
        let Some(quantity) = told.map(|(quantity, _)| *quantity).or_else(standing) else {
            continue;
        };
        if let Some((sum, limit)) = parts.sum.and_then(|sum| exceeds(sum, quantity)) {
            let at = told.map_or(parts.first, |(_, at)| *at);
            let message = format!(
                "Les {} parties de cette valeur font {sum}, plus que l’ensemble ({limit}). Corrigez les parties ou l’ensemble.",
                parts.levels.len()
            );
            wrong.push((at, message));
        }
    }
    for (at, message) in wrong {
        reading
            .notes
            .refuse(at, ProblemCode::PartsExceedWhole, message);
        let facts = &mut reading.gathered.facts;
        if let Ok(rank) = facts.binary_search_by_key(&at, |fact| fact.told.at) {
            facts[rank].held = true;
        }
    }
}

/// The only axis of a breakdown, where parts along it can be added.
fn one_axis(breakdown: &str) -> Option<(&str, &str)> {
    if breakdown.contains(';') {
        return None;
    }
    breakdown
        .split_once('=')
        .filter(|(axis, _)| *axis != "population")
}

/// What may be added of a value.
fn adds_up(fact: &Fact, measure: Option<&Measure>) -> Option<Quantity> {
    match fact.told.value {
        Value::Number(Quantity::Plain(_)) if measure?.aggregation != Aggregation::Sum => None,
        Value::Number(quantity) => Some(quantity),
        _ => None,
    }
}

fn add(
    parts: &mut HashMap<(Key, String), Parts>,
    key: (Key, String),
    level: &str,
    quantity: Quantity,
    at: Spot,
) {
    match parts.get_mut(&key) {
        None => {
            let new = Parts {
                first: at,
                levels: vec![level.to_owned()],
                sum: Some(quantity),
            };
            parts.insert(key, new);
        }
        Some(known) => {
            known.levels.push(level.to_owned());
            known.sum = known.sum.and_then(|sum| plus(sum, quantity));
        }
    }
}

fn plus(a: Quantity, b: Quantity) -> Option<Quantity> {
    match (a, b) {
        (Quantity::Plain(a), Quantity::Plain(b)) => a.checked_add(b).map(Quantity::Plain),
        (Quantity::Ratio { num, den }, Quantity::Ratio { num: n, den: d }) => {
            Some(Quantity::Ratio {
                num: num.checked_add(n)?,
                den: den.checked_add(d)?,
            })
        }
        _ => None,
    }
}

fn wholes(facts: &[Fact], whole: u32) -> HashMap<Key, (Quantity, Spot)> {
    let wholes = facts.iter().filter(|fact| fact.key.breakdown == whole);
    let quantity = |fact: &Fact| match fact.told.value {
        Value::Number(quantity) => Some((fact.key, (quantity, fact.told.at))),
        _ => None,
    };
    wholes.filter_map(quantity).collect()
}

/// The whole as it stands, where the file does not give it.
fn standing(reading: &Reading<'_>, key: &Key) -> Option<Quantity> {
    let figures: &FiguresView = reading.known.figures;
    let series = figures.series(reading.names.at(key.measure))?;
    let subject = Subject {
        place: reading.names.at(key.place).clone(),
        period: key.period,
        breakdown: String::new(),
    };
    match series.whole(&subject.place, subject.period)?.value {
        Value::Number(quantity) => Some(quantity),
        _ => None,
    }
}

/// The sum and the whole, where the first is more than the second.
fn exceeds(sum: Quantity, whole: Quantity) -> Option<(Decimal, Decimal)> {
    let more = |sum: Decimal, whole: Decimal| (sum > whole).then_some((sum, whole));
    match (sum, whole) {
        (Quantity::Plain(sum), Quantity::Plain(whole)) => more(sum, whole),
        (Quantity::Ratio { num, den }, Quantity::Ratio { num: n, den: d }) => {
            more(num, n).or_else(|| more(den, d))
        }
        _ => None,
    }
}

/// Whether two ages share a year.
fn overlap(levels: &[String]) -> bool {
    let mut bounds: Vec<(u8, u8)> = levels
        .iter()
        .filter_map(|level| age_bounds(level))
        .collect();
    bounds.sort_unstable();
    bounds.windows(2).any(|pair| pair[1].0 <= pair[0].1)
}
