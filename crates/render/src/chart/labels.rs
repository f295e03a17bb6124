//! Where the names of points stand without covering each other.
//!
//! A page's drawing stretches with the screen while its text keeps its size. A name is therefore
//! placed for a wide drawing, and kept on a narrow one only where it meets nothing there either.

use crate::svg::Place;

/// The widths, in pixels, for which names are placed.
pub(super) const WIDE: [f64; 3] = [520.0, 760.0, 1200.0];
const NARROW: [f64; 2] = [300.0, 400.0];

/// What a letter takes across, on average, and a line of text in height.
const LETTER: f64 = 6.9;
const ASCENT: f64 = 11.0;
const DESCENT: f64 = 3.0;
/// Half of what a mark takes.
const MARK: f64 = 6.5;

/// A name and the mark it belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label<'a> {
    pub text: &'a str,
    /// Where the mark stands across, from 0 to 1.
    pub share: f64,
    /// Its height.
    pub y: f64,
}

/// A name that has its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub text: &'a str,
    pub share: f64,
    /// The line the text stands on.
    pub y: f64,
    pub place: Place,
    /// Where a line leaves the mark and where it ends, for a name that stands away from it.
    pub leader: Option<(f64, f64)>,
    /// Whether it meets nothing on a narrow screen either.
    pub fits_narrow: bool,
    #[cfg(test)]
    side: Side,
}

#[cfg(test)]
impl Placed<'_> {
    /// What it covers.
    pub(super) fn area(&self) -> Area {
        self.side.area(self.text, self.share, self.y)
    }
}

/// What a text covers: from left to right in pixels for a width, and two heights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// A share of the width, and pixels from there.
    share: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    /// A text that ends at a share of the width.
    pub(super) fn ending_at(share: f64, y: f64, text: &str) -> Self {
        Self {
            share,
            left: -length(text),
            right: 0.0,
            top: y - ASCENT,
            bottom: y + DESCENT,
        }
    }

    /// A text that starts some pixels after a share of the width.
    pub(super) fn starting_at(share: f64, shift: f64, y: f64, text: &str) -> Self {
        Self {
            share,
            left: shift,
            right: shift + length(text),
            top: y - ASCENT,
            bottom: y + DESCENT,
        }
    }

    /// A text that stands around a share of the width.
    pub(super) fn centred_at(share: f64, y: f64, text: &str) -> Self {
        Side::Middle.area(text, share, y)
    }

    /// A point of a line.
    pub(super) fn point(share: f64, y: f64) -> Self {
        Self {
            share,
            left: -1.0,
            right: 1.0,
            top: y - 1.0,
            bottom: y + 1.0,
        }
    }

    fn mark(share: f64, y: f64) -> Self {
        Self {
            share,
            left: -MARK,
            right: MARK,
            top: y - MARK,
            bottom: y + MARK,
        }
    }

    /// Whether two areas share some room in a drawing of that width.
    pub(super) fn meets(&self, other: &Self, width: f64) -> bool {
        let (own, its) = (self.share * width, other.share * width);
        own + self.left < its + other.right
            && its + other.left < own + self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn is_inside(&self, width: f64, (top, bottom): (f64, f64)) -> bool {
        let at = self.share * width;
        at + self.left >= 0.0
            && at + self.right <= width
            && self.top >= top - ASCENT
            && self.bottom <= bottom
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Right,
    Left,
    Middle,
}

impl Side {
    fn area(self, text: &str, share: f64, y: f64) -> Area {
        let length = length(text);
        let (left, right) = match self {
            Self::Right => (GAP, GAP + length),
            Self::Left => (-GAP - length, -GAP),
            Self::Middle => (-length / 2.0, length / 2.0),
        };
        Area {
            share,
            left,
            right,
            top: y - ASCENT,
            bottom: y + DESCENT,
        }
    }

    fn place(self) -> Place {
        match self {
            Self::Right => Place::START.shifted(GAP),
            Self::Left => Place::END.shifted(-GAP),
            Self::Middle => Place::MIDDLE,
        }
    }
}

/// Between a mark and its name.
const GAP: f64 = 9.0;

fn length(text: &str) -> f64 {
    text.chars().fold(0.0, |length, _| length + LETTER)
}

/// Where a name may stand, the best first: its side and how far below the mark its line is. Beside
/// the mark, then above or under it, then farther with a line.
const CANDIDATES: [(Side, f64); 16] = [
    (Side::Right, 4.5),
    (Side::Left, 4.5),
    (Side::Middle, -10.0),
    (Side::Middle, 20.0),
    (Side::Right, -8.0),
    (Side::Right, 17.0),
    (Side::Left, -8.0),
    (Side::Left, 17.0),
    (Side::Middle, -26.0),
    (Side::Middle, 36.0),
    (Side::Right, -24.0),
    (Side::Right, 33.0),
    (Side::Left, -24.0),
    (Side::Left, 33.0),
    (Side::Middle, -42.0),
    (Side::Middle, 52.0),
];

/// The same along lines: above the mark or under it, then beside it, then farther.
const ALONG: [(Side, f64); 12] = [
    (Side::Middle, -11.0),
    (Side::Middle, 20.0),
    (Side::Right, 4.5),
    (Side::Left, 4.5),
    (Side::Right, -8.0),
    (Side::Left, -8.0),
    (Side::Right, 17.0),
    (Side::Left, 17.0),
    (Side::Middle, -26.0),
    (Side::Middle, 36.0),
    (Side::Middle, -42.0),
    (Side::Middle, 52.0),
];

/// Where names may stand: their places, and the widths at which nothing may meet; where one only
/// finds a place at the first widths, a narrow screen goes without it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    candidates: &'static [(Side, f64)],
    wide: &'static [f64],
    narrow: &'static [f64],
}

impl Rule {
    /// Beside marks that no line joins.
    pub(super) const BESIDE: Self = Self {
        candidates: &CANDIDATES,
        wide: &WIDE,
        narrow: &NARROW,
    };
    /// Along lines, in a page.
    pub(super) const ALONG: Self = Self {
        candidates: &ALONG,
        wide: &WIDE,
        narrow: &NARROW,
    };
    /// Along lines, in a drawing that is 360 wide and no other.
    pub(super) const ALONG_FIXED: Self = Self {
        candidates: &ALONG,
        wide: &[360.0],
        narrow: &[360.0],
    };
}

/// Gives each name a place, in the order of importance; one that finds none is left out. `taken`
/// is what other texts cover; a name stands on `avoided` where it finds no place beside it.
pub(super) fn placed<'a>(
    rule: Rule,
    labels: &[Label<'a>],
    marks: &[(f64, f64)],
    (taken, avoided): (&[Area], &[Area]),
    heights: (f64, f64),
) -> Vec<Placed<'a>> {
    let marks: Vec<Area> = marks
        .iter()
        .map(|(share, y)| Area::mark(*share, *y))
        .collect();
    let mut wide = [&marks, taken].concat();
    let mut narrow = wide.clone();
    let mut out = Vec::new();
    for label in labels {
        let is_free = |(side, dy): &(Side, f64), others: &[Area], widths: &[f64]| {
            let area = side.area(label.text, label.share, label.y + dy);
            widths.iter().all(|width| {
                area.is_inside(*width, heights)
                    && others.iter().all(|other| !area.meets(other, *width))
            })
        };
        let in_wide = |at: &&(Side, f64)| is_free(at, &wide, rule.wide);
        let in_both = |at: &&(Side, f64)| in_wide(at) && is_free(at, &narrow, rule.narrow);
        let clear = |at: &&(Side, f64)| {
            is_free(at, avoided, rule.wide) && is_free(at, avoided, rule.narrow)
        };
        let all = || rule.candidates.iter();
        let everywhere = all().find(|at| in_both(at) && clear(at));
        let everywhere = everywhere.or_else(|| all().find(in_both));
        let somewhere = || all().find(|at| in_wide(at) && is_free(at, avoided, rule.wide));
        let at = everywhere
            .or_else(somewhere)
            .or_else(|| all().find(in_wide));
        let Some((side, dy)) = at else {
            continue;
        };
        let y = label.y + dy;
        let area = side.area(label.text, label.share, y);
        wide.push(area);
        if everywhere.is_some() {
            narrow.push(area);
        }
        let is_far = *dy < -12.0 || *dy > 22.0;
        let (from, to) = if *dy < 0.0 {
            (label.y - MARK, y + DESCENT)
        } else {
            (label.y + MARK, y - ASCENT)
        };
        out.push(Placed {
            text: label.text,
            share: label.share,
            y,
            place: side.place(),
            leader: is_far.then_some((from, to)),
            fits_narrow: everywhere.is_some(),
            #[cfg(test)]
            side: *side,
        });
    }
    out
}
