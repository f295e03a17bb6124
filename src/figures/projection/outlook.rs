//! What a trend says of a target, in plain words.

use super::{FEWEST, Known, Segment, Trend};
use crate::kernel::counted;

/// What a target asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// This value or more.
    AtLeast(f64),
    /// This value or less.
    AtMost(f64),
    /// Both limits included.
    Between(f64, f64),
}

impl Aim {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
            Self::Between(low, high) => (low..=high).contains(&value),
        }
    }
}

/// Whether a target is within reach at the pace of the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// There are too few values to tell.
    TooFew,
    /// It is met, and stays so.
    Met,
    /// It is met, but would no longer be in its year.
    Slipping,
    /// It would be met in that year, no later than its own.
    InTime {
        /// The year.
        year: i16,
        /// Whether the whole likely range meets it in its own year.
        sure: bool,
    },
    /// It would be met in that year, too late.
    TooLate {
        /// The year.
        year: i16,
    },
    /// It would not be met within [`HORIZON`] years of its own.
    OutOfReach,
}

/// How many years after a target's own a trend is still followed.
pub const HORIZON: i16 = 10;

impl Outlook {
    /// What the trend of the known values says of the target of a year.
    pub(super) fn of(aim: Aim, end: i16, known: &[Known], trend: Option<&Trend>) -> Self {
        let (Some(trend), Some(last)) = (trend, known.last()) else {
            return Self::TooFew;
        };
        let meets = |year: &i16| aim.is_met(trend.at(*year).value);
        let at_end = trend.at(end);
        if meets(&end) {
            if aim.is_met(last.value) {
                return Self::Met;
            }
            // A line may enter a corridor early and leave it; it is in it at the end.
            let years = last.year + 1..=end;
            let since = years.rev().take_while(|year| meets(year)).last();
            return Self::InTime {
                year: since.unwrap_or(end),
                sure: aim.is_met(at_end.low) && aim.is_met(at_end.high),
            };
        }
        if aim.is_met(last.value) {
            return Self::Slipping;
        }
        match (end + 1..=end + HORIZON).find(meets) {
            Some(year) => Self::TooLate { year },
            None => Self::OutOfReach,
        }
    }

    /// The sentence, for the target of a year.
    pub(super) fn sentence(self, end: i16, segment: &Segment) -> String {
        match self {
            Self::TooFew => {
                let known = counted(segment.known.len(), "valeur annuelle", "valeurs annuelles");
                let since = segment
                    .since
                    .map(|since| format!(" depuis la rupture de {since}"));
                format!(
                    "Trop peu de valeurs pour le dire : {known}{}, il en faut {FEWEST}",
                    since.unwrap_or_default()
                )
            }
            Self::Met => format!("Cible {end} déjà atteinte, et maintenue à ce rythme"),
            Self::Slipping => {
                format!(
                    "Cible {end} déjà atteinte, mais à ce rythme elle ne le serait plus en {end}"
                )
            }
            Self::InTime { year, sure: true } => {
                format!("À ce rythme, la cible {end} serait atteinte en {year}")
            }
            Self::InTime { year, sure: false } => format!(
                "À ce rythme, la cible {end} serait atteinte en {year}, sans que cela soit sûr"
            ),
            Self::TooLate { year } => {
                format!("À ce rythme, la cible {end} ne serait atteinte qu’en {year}")
            }
            Self::OutOfReach => format!("Cible {end} hors d’atteinte à ce rythme"),
        }
    }

    /// How it is drawn: the class of its tone and its pictogram.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Met => ("ok", "ok"),
            Self::InTime { sure: true, .. } => ("go", "q3"),
            Self::InTime { sure: false, .. } | Self::Slipping => ("warn", "q2"),
            Self::TooLate { .. } | Self::OutOfReach => ("late", "q1"),
            Self::TooFew => ("idle", "idle"),
        }
    }
}
