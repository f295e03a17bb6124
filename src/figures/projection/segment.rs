//! The part of a series that a projection may rest on: yearly numbers between two breaks.

use super::Known;
use crate::figures::Series;
use crate::kernel::Period;
use crate::measures::Measure;

/// Yearly values of one place, of one definition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// The break they follow, where there is one: the first year of their definition.
    pub since: Option<i16>,
    /// The values, in the order of years.
    pub known: Vec<Known>,
}

impl Segment {
    /// The values of the definition in force at the last value, up to a year.
    pub fn latest(series: &Series, measure: &Measure, place: &str, upto: i16) -> Self {
        let known = known(series, measure, place, upto);
        let last = known.last().map_or(upto, |last| last.year);
        let breaks = measure.breaks.iter().map(|b| b.since);
        let since = breaks.filter(|since| *since <= last).max();
        let of_it = |k: &Known| since.is_none_or(|since| k.year >= since);
        Self {
            since,
            known: known.into_iter().filter(of_it).collect(),
        }
    }
}

/// Every segment of a place, the earliest first.
pub fn segments(series: &Series, measure: &Measure, place: &str) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for value in known(series, measure, place, i16::MAX) {
        let breaks = measure.breaks.iter().map(|b| b.since);
        let since = breaks.filter(|since| *since <= value.year).max();
        match out.last_mut() {
            Some(segment) if segment.since == since => segment.known.push(value),
            _ => out.push(Segment {
                since,
                known: vec![value],
            }),
        }
    }
    out
}

/// The yearly numbers of a whole place; a rate that has its two terms is computed from them.
fn known(series: &Series, measure: &Measure, place: &str, upto: i16) -> Vec<Known> {
    let figures = series.figures_upto(place, upto).into_iter();
    let yearly = figures.filter_map(|(period, figure)| {
        let Period::Year(year) = period else {
            return None;
        };
        let amount = figure.value.amount(measure.per)?;
        Some(Known {
            year,
            value: amount.to_f64_for_drawing(),
        })
    });
    yearly.collect()
}
