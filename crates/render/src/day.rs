//! A calendar day, printed in French.

use serde::{Deserialize, Serialize};
use typst::foundations::Datetime;

use crate::RenderError;

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A day that exists in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
#[expect(
    clippy::struct_field_names,
    reason = "a day of the month has no other name"
)]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

/// A day as a stored text gives it, which may not exist.
#[derive(Deserialize)]
struct Written {
    year: i32,
    month: u8,
    day: u8,
}

impl TryFrom<Written> for Day {
    type Error = RenderError;

    fn try_from(Written { year, month, day }: Written) -> Result<Self, RenderError> {
        Self::new(year, month, day)
    }
}

impl Day {
    /// Takes a year, a month (1 to 12) and a day of the month.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, RenderError> {
        match Datetime::from_ymd(year, month, day) {
            Some(_) => Ok(Self { year, month, day }),
            None => Err(RenderError::NoSuchDay { year, month, day }),
        }
    }

    /// The day in French words: « 10 mars 2026 », « 1er mars 2026 ».
    pub fn in_words(self) -> String {
        let ordinal = if self.day == 1 { "er" } else { "" };
        let month = MONTHS[usize::from(self.month) - 1];
        format!("{}{ordinal}\u{a0}{month}\u{a0}{}", self.day, self.year)
    }

    pub(crate) fn parts(self) -> (i32, u8, u8) {
        (self.year, self.month, self.day)
    }

    pub(crate) fn datetime(self) -> Option<Datetime> {
        Datetime::from_ymd(self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_printed_in_french() {
        let words = |d| Day::new(2026, 3, d).unwrap().in_words();
        assert_eq!(words(10), "10\u{a0}mars\u{a0}2026");
        assert_eq!(words(1), "1er\u{a0}mars\u{a0}2026");
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        assert!(Day::new(2026, 2, 29).is_err());
        assert!(Day::new(2026, 13, 1).is_err());
        assert!(Day::new(2028, 2, 29).is_ok());
    }
}
