//! Targets that are bounds to stay between, on the drawing of a trajectory.

use serde::{Deserialize, Serialize};

use super::{Plot, Series, SeriesPoint};
use crate::chart::axis::is_drawable;
use crate::svg::{Look, Place, Svg};

/// The bounds of each year that has some.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Corridors {
    /// Their name in the legend.
    pub name: String,
    /// Them, in the order of years.
    pub years: Vec<Corridor>,
}

/// The bounds of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corridor {
    /// The year.
    pub year: i32,
    /// The lowest value that keeps to it, for drawing only.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// Both as printed.
    pub text: String,
}

impl Corridors {
    /// Those that can be drawn.
    pub(super) fn drawn(&self) -> impl DoubleEndedIterator<Item = &Corridor> {
        let all = self.years.iter();
        all.filter(|one| is_drawable(one.low) && is_drawable(one.high))
    }

    /// The same in words, for the table of the drawing.
    pub(crate) fn told(&self) -> Series {
        let point = |one: &Corridor| SeriesPoint {
            year: one.year,
            value: one.high,
            text: one.text.clone(),
        };
        Series {
            name: self.name.clone(),
            points: self.years.iter().map(point).collect(),
        }
    }
}

/// Half of what closes a bound.
const CAP: f64 = 5.0;

impl<'a> Plot<'a> {
    fn corridors(&self) -> impl DoubleEndedIterator<Item = &'a Corridor> {
        self.spec.corridors.iter().flat_map(Corridors::drawn)
    }

    /// A bar from bound to bound in each year, its ends marked as a target is; dashes from a year to
    /// the next.
    pub(super) fn draw_corridors(&self, svg: &mut Svg) {
        let corridors: Vec<&Corridor> = self.corridors().collect();
        for pair in corridors.windows(2) {
            let (from, to) = (self.across(pair[0].year), self.across(pair[1].year));
            for (start, end) in [(pair[0].low, pair[1].low), (pair[0].high, pair[1].high)] {
                svg.line(Look::Goal, (from, self.down(start)), (to, self.down(end)));
            }
        }
        let name = self.spec.corridors.as_ref().map_or("", |c| c.name.as_str());
        for corridor in corridors {
            let x = self.across(corridor.year);
            let (low, high) = (self.down(corridor.low), self.down(corridor.high));
            svg.line(Look::Goal, (x, low), (x, high));
            let title = format!("{name}, {}\u{a0}: {}", corridor.year, corridor.text);
            for y in [low, high] {
                svg.square(Look::GoalMark, (x, y), CAP / 1.5, &title);
            }
        }
        if let Some((share, y, text)) = self.corridor_label() {
            svg.text(
                Look::GoalText,
                (self.room.at(share), y),
                Place::MIDDLE,
                text,
            );
        }
    }

    /// The mark of the legend.
    pub(super) fn draw_corridor_key(&self, svg: &mut Svg, y: f64) {
        let x = self.room.beside(13.0);
        svg.line(Look::Goal, (x, y - CAP), (x, y + CAP));
        for bound in [y - CAP, y + CAP] {
            svg.square(Look::GoalMark, (x, bound), CAP / 2.0, "");
        }
    }

    /// The last bounds in words: where across, how high, what.
    pub(super) fn corridor_label(&self) -> Option<(f64, f64, &'a str)> {
        let last = self.corridors().next_back()?;
        let above = self.down(last.high) - 9.0;
        Some((self.share(last.year), above, &last.text))
    }
}
