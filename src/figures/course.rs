//! The whole series of a place: through generations of contracts, with its breaks, the targets of
//! its contract and what is likely to follow. Pure.

use super::Series;
use super::comparison::COUNTRY;
use super::national::National;
use super::projection::{Known, Projection, segments};
use super::review::Asked;
use crate::contracts::Target;
use crate::frameworks::{Catalogue, Framework};
use crate::kernel::{Decimal, Period};
use crate::measures::{Break, Measure};
use crate::organisations::Directory;

/// The course of one place.
#[derive(Debug)]
pub struct Course<'a> {
    /// The code of the place.
    pub place: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The measure.
    pub measure: &'a Measure,
    /// What was observed, whatever the definition of the time.
    pub observed: Vec<Known>,
    /// What was observed in the country.
    pub national: Vec<Known>,
    /// The numeric targets of the contract.
    pub targets: Vec<Known>,
    /// The corridors to stay within, of the years whose target is one.
    pub corridors: Vec<Corridor>,
    /// The start and the last target of the contract.
    pub way: Option<(Known, Known)>,
    /// What is likely to follow.
    pub projection: Option<Projection>,
    /// The generations of contracts that follow the measure.
    pub generations: Vec<Generation<'a>>,
}

/// The bounds a value is to stay between in a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corridor {
    /// The year.
    pub year: i16,
    /// The lowest value that keeps to it.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

/// A generation of contracts and its years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generation<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Its first year.
    pub starts: i16,
    /// Its last year.
    pub ends: i16,
}

impl<'a> Course<'a> {
    /// The series of a place, without any contract.
    pub fn of(measure: &'a Measure, series: &Series, (place, name): (&'a str, &'a str)) -> Self {
        Self {
            place,
            name,
            measure,
            observed: yearly(series, measure, place),
            national: Vec::new(),
            targets: Vec::new(),
            corridors: Vec::new(),
            way: None,
            projection: None,
            generations: Vec::new(),
        }
    }

    /// With what its contract asks for, and what is likely to follow.
    #[must_use]
    pub fn under(mut self, asked: &Asked<'_>, years: impl Iterator<Item = i16>) -> Self {
        let (key, per) = (asked.followed.indicator.key.as_str(), self.measure.per);
        let review = asked.review();
        for year in years {
            let facet = asked.followed.facet;
            match asked.terms.target(asked.section, key, facet, year) {
                Some(Target::Value(value)) => {
                    let value = value.amount(per).map(Decimal::to_f64_for_drawing);
                    self.targets
                        .extend(value.map(|value| Known { year, value }));
                }
                Some(Target::Corridor { low, high }) => self.corridors.push(Corridor {
                    year,
                    low: low.to_f64_for_drawing(),
                    high: high.to_f64_for_drawing(),
                }),
                Some(Target::ObservedOnly | Target::Frozen | Target::NotApplicable) | None => {}
            }
        }
        let start = review.baseline.and_then(|baseline| {
            let value = baseline.value.amount(per)?.to_f64_for_drawing();
            Some(Known {
                year: baseline.year,
                value,
            })
        });
        self.way = start.zip(self.targets.last().copied());
        self.projection = Projection::new(asked, &review);
        self
    }

    /// With the generations of contracts that follow the measure, the earliest first.
    #[must_use]
    pub fn through(mut self, catalogue: &'a Catalogue, own: &'a Framework) -> Self {
        let followed = catalogue.following(&self.measure.code);
        let same_family = followed.into_iter().map(|(framework, _)| framework);
        let mut generations: Vec<Generation<'a>> = same_family
            .filter(|framework| framework.family == own.family)
            .map(|framework| Generation {
                title: &framework.title,
                starts: framework.starts,
                ends: framework.ends,
            })
            .collect();
        generations.sort_by_key(|generation| generation.starts);
        generations.dedup();
        self.generations = generations;
        self
    }

    /// The breaks that fall between two values drawn: of the place, of the country, aimed at.
    pub fn breaks(&self) -> impl Iterator<Item = &'a Break> {
        let known = || self.observed.iter().chain(&self.national).map(|k| k.year);
        let aimed = self.targets.iter().map(|known| known.year);
        let aimed = aimed.chain(self.corridors.iter().map(|corridor| corridor.year));
        let first = known().min().unwrap_or(i16::MAX);
        let last = known().chain(aimed).max().unwrap_or(i16::MIN);
        let breaks = self.measure.breaks.iter();
        breaks.filter(move |b| first < b.since && b.since <= last)
    }
}

/// The yearly numbers of a place, over every definition.
pub fn yearly(series: &Series, measure: &Measure, place: &str) -> Vec<Known> {
    let segments = segments(series, measure, place);
    segments
        .into_iter()
        .flat_map(|segment| segment.known)
        .collect()
}

/// The country period by period: the supplier's value, or what the regions of the time add up to.
pub fn national(
    measure: &Measure,
    series: &Series,
    directory: &Directory,
) -> Vec<(Period, Decimal)> {
    let Some(country) = directory.place(COUNTRY) else {
        return Vec::new();
    };
    let periods = series.periods().into_iter();
    let known = periods.filter_map(|period| {
        let parts = directory.parts_of(COUNTRY, period.last_day());
        let national = National::new(measure, series, country, &parts, period);
        Some((period, national.amount()?))
    });
    known.collect()
}

/// The years among these, to be drawn.
pub fn drawn(known: &[(Period, Decimal)]) -> Vec<Known> {
    let yearly = known.iter().filter_map(|(period, amount)| match period {
        Period::Year(year) => Some(Known {
            year: *year,
            value: amount.to_f64_for_drawing(),
        }),
        _ => None,
    });
    yearly.collect()
}
