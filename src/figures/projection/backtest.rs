//! How past values would have been foretold: each series is cut after each of its values, and what
//! followed is held against what was likely then.

use std::collections::BTreeMap;

use super::{FEWEST, Segment, Trend};
use crate::measures::Measure;

/// The tests of one distance: so many years ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// How many values were foretold.
    pub told: u32,
    /// How many of them fell in the likely range.
    pub within: u32,
    /// The sum of distances to the line, in shares of the scatter of each series.
    error: f64,
    /// The same for whoever says that nothing moves.
    still: f64,
}

impl Score {
    /// The share of values that fell in the likely range; 0.8 is what is promised.
    pub fn coverage(&self) -> Option<f64> {
        (self.told > 0).then(|| f64::from(self.within) / f64::from(self.told))
    }

    /// How far the line was off, against saying that nothing moves: below 1, it says more.
    pub fn against_still(&self) -> Option<f64> {
        (self.still > 0.0).then(|| self.error / self.still)
    }

    fn add(&mut self, other: Self) {
        self.told += other.told;
        self.within += other.within;
        self.error += other.error;
        self.still += other.still;
    }
}

/// The scores by how many years ahead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// By distance in years.
    pub ahead: BTreeMap<i16, Score>,
    /// How many series gave at least one test.
    pub series: u32,
    /// How many were too short for any.
    pub too_short: u32,
}

impl Scores {
    /// Holds one segment to the test.
    pub fn test(&mut self, segment: &Segment, measure: &Measure) {
        let known = &segment.known;
        if known.len() <= FEWEST {
            self.too_short += 1;
            return;
        }
        self.series += 1;
        // Series of different units weigh alike.
        let steps = known
            .windows(2)
            .map(|pair| (pair[1].value - pair[0].value).abs());
        let usual_step = steps.sum::<f64>();
        for cut in FEWEST..known.len() {
            let (before, after) = known.split_at(cut);
            let (Some(trend), Some(last)) = (Trend::of(before, measure), before.last()) else {
                continue;
            };
            for later in after {
                let likely = trend.at(later.year);
                let score = Score {
                    told: 1,
                    within: u32::from((likely.low..=likely.high).contains(&later.value)),
                    error: weigh((likely.value - later.value).abs(), usual_step),
                    still: weigh((last.value - later.value).abs(), usual_step),
                };
                self.ahead
                    .entry(later.year - last.year)
                    .or_default()
                    .add(score);
            }
        }
    }

    /// All distances together.
    pub fn whole(&self) -> Score {
        let mut whole = Score::default();
        for score in self.ahead.values() {
            whole.add(*score);
        }
        whole
    }
}

fn weigh(distance: f64, usual_step: f64) -> f64 {
    if usual_step > 0.0 {
        distance / usual_step
    } else {
        0.0
    }
}
