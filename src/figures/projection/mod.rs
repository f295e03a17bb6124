//! Where a series is heading, and whether its target is within reach at this pace. Pure.
//!
//! The method, its limits and how it fares on known series: `docs/methode-projections.md`.
//! [`trend`] holds the line and its likely range, [`outlook`] what is said of a target,
//! [`backtest`] how past values would have been foretold. A projection never decides a verdict of
//! attainment, and never crosses a break of its measure.

pub mod backtest;
mod outlook;
mod segment;
mod trend;

pub use outlook::{Aim, Outlook};
pub use segment::{Segment, segments};
pub use trend::{FEWEST, Known, Likely, Trend};

use super::attainment::wants_rise;
use super::review::{Asked, Review};
use crate::contracts::Target;
use crate::frameworks::Method;
use crate::kernel::Decimal;
use crate::measures::{Direction, Measure};

/// A series of a contract, prolonged to the last year that has a target.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The values it rests on.
    pub segment: Segment,
    /// The line they follow; absent where they are too few.
    pub trend: Option<Trend>,
    /// The year of the last target.
    pub end: i16,
    /// What is said of that target.
    pub outlook: Outlook,
}

impl Projection {
    /// The projection of a reviewed figure; `None` where there is nothing to foretell: no numeric
    /// target, or none that is still to come.
    pub fn new(asked: &Asked<'_>, review: &Review<'_>) -> Option<Self> {
        let (end, target) = review.last_target?;
        let aim = aim(asked, review, target)?;
        let segment = match asked.series {
            Some(series) => {
                Segment::latest(series, asked.followed.measure, asked.place, asked.upto)
            }
            None => Segment::default(),
        };
        if segment.known.last().is_some_and(|last| last.year >= end) {
            return None;
        }
        let trend = Trend::of(&segment.known, asked.followed.measure);
        Some(Self {
            outlook: Outlook::of(aim, end, &segment.known, trend.as_ref()),
            segment,
            trend,
            end,
        })
    }

    /// What is likely at the end.
    pub fn at_end(&self) -> Option<Likely> {
        self.trend.as_ref().map(|trend| trend.at(self.end))
    }

    /// What is likely in each year still to come.
    pub fn years(&self) -> Vec<(i16, Likely)> {
        let last = self.segment.known.last();
        let (Some(trend), Some(last)) = (&self.trend, last) else {
            return Vec::new();
        };
        let ahead = last.year + 1..=self.end;
        ahead.map(|year| (year, trend.at(year))).collect()
    }

    /// What is said of the target, as a sentence.
    pub fn sentence(&self) -> String {
        self.outlook.sentence(self.end, &self.segment)
    }
}

/// What a target asks for, which way.
fn aim(asked: &Asked<'_>, review: &Review<'_>, target: &Target) -> Option<Aim> {
    let per = asked.followed.measure.per;
    let value = match target {
        Target::Value(value) => value,
        Target::Corridor { low, high } => {
            return Some(Aim::Between(
                low.to_f64_for_drawing(),
                high.to_f64_for_drawing(),
            ));
        }
        Target::ObservedOnly | Target::Frozen | Target::NotApplicable => return None,
    };
    let goal = value.amount(per)?.to_f64_for_drawing();
    let baseline = review.baseline.and_then(|b| b.value.exact(per));
    let rising = match (
        asked
            .followed
            .indicator
            .method_of(&asked.followed.measure.code),
        asked.followed.measure.direction,
    ) {
        (Method::Floor, _) => true,
        (Method::Ceiling, _) => false,
        // To stay exactly there: no trend says whether it will.
        (Method::None, _) | (_, Direction::Maintain) => return None,
        (_, direction) => wants_rise(direction, baseline, value.exact(per)?),
    };
    Some(if rising {
        Aim::AtLeast(goal)
    } else {
        Aim::AtMost(goal)
    })
}

/// A number of the trend as the measure shows its values.
pub fn shown(number: f64) -> Option<Decimal> {
    let micros = (number * 1e6).round();
    // Beyond, a sum of decimals would not hold either.
    if micros.is_nan() || micros.abs() >= 9e15 {
        return None;
    }
    format!("{micros:.0}")
        .parse()
        .ok()
        .map(Decimal::from_micros)
}

/// Half of the last decimal that the measure keeps: what rounding alone moves a value by.
fn rounding(measure: &Measure) -> f64 {
    0.5 * 10_f64.powi(-i32::from(measure.decimals.unwrap_or(0)))
}

#[cfg(test)]
mod tests;
