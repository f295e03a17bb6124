//! Periods that a figure can stand for.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The months, as a sentence says them. (`crates/render`, which stands alone, has its own.)
pub const MONTHS: [&str; 12] = [
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

/// A period, ordered by its first day and then by its length.
///
/// Written `2023`, `2023-S1`, `2023-T4`, `2023-M09` in the database, the files and the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar year.
    Year(i16),
    /// A half year, 1 or 2.
    Half(i16, u8),
    /// A quarter, 1 to 4.
    Quarter(i16, u8),
    /// A month, 1 to 12.
    Month(i16, u8),
}

impl Period {
    /// The calendar year it belongs to.
    pub fn year(self) -> i16 {
        match self {
            Self::Year(year)
            | Self::Half(year, _)
            | Self::Quarter(year, _)
            | Self::Month(year, _) => year,
        }
    }

    /// First month and number of months.
    fn months(self) -> (u8, u8) {
        match self {
            Self::Year(_) => (1, 12),
            Self::Half(_, n) => (6 * n - 5, 6),
            Self::Quarter(_, n) => (3 * n - 2, 3),
            Self::Month(_, n) => (n, 1),
        }
    }

    /// The first day of the period.
    pub fn first_day(self) -> Date {
        let month = i8::try_from(self.months().0).unwrap_or(1);
        Date::new(self.year(), month, 1).unwrap_or(Date::MIN)
    }

    /// The same stretch of the year before.
    #[must_use]
    pub fn year_before(self) -> Self {
        match self {
            Self::Year(year) => Self::Year(year - 1),
            Self::Half(year, n) => Self::Half(year - 1, n),
            Self::Quarter(year, n) => Self::Quarter(year - 1, n),
            Self::Month(year, n) => Self::Month(year - 1, n),
        }
    }

    /// The last day of the period.
    pub fn last_day(self) -> Date {
        let (first, count) = self.months();
        let month = i8::try_from(first + count - 1).unwrap_or(12);
        Date::new(self.year(), month, 1).map_or(Date::MAX, Date::last_of_month)
    }

    /// As a reader says it: `2023`, `1er semestre 2023`, `4e trimestre 2023`, `septembre 2023`.
    pub fn french(self) -> String {
        let ordinal = |n: u8| {
            if n == 1 {
                "1er".to_owned()
            } else {
                format!("{n}e")
            }
        };
        match self {
            Self::Year(year) => year.to_string(),
            Self::Half(year, n) => format!("{} semestre {year}", ordinal(n)),
            Self::Quarter(year, n) => format!("{} trimestre {year}", ordinal(n)),
            Self::Month(year, n) => {
                format!("{} {year}", MONTHS[usize::from(n.clamp(1, 12)) - 1])
            }
        }
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |p: &Self| (p.year(), p.months());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::Half(year, n) => write!(f, "{year}-S{n}"),
            Self::Quarter(year, n) => write!(f, "{year}-T{n}"),
            Self::Month(year, n) => write!(f, "{year}-M{n:02}"),
        }
    }
}

/// A text that is no period between 1900 and 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("une période s’écrit 2023, 2023-S1, 2023-T4 ou 2023-M09")]
pub struct ParsePeriodError;

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (year, part) = match text.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (text, None),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParsePeriodError);
        }
        let year: i16 = year.parse().map_err(|_| ParsePeriodError)?;
        if !(1900..2200).contains(&year) {
            return Err(ParsePeriodError);
        }
        let Some(part) = part else {
            return Ok(Self::Year(year));
        };
        let number = |rest: &str, most: u8| match rest.parse::<u8>() {
            Ok(n) if (1..=most).contains(&n) => Ok(n),
            _ => Err(ParsePeriodError),
        };
        match part.split_at_checked(1) {
            Some(("S", rest)) => number(rest, 2).map(|n| Self::Half(year, n)),
            Some(("T", rest)) => number(rest, 4).map(|n| Self::Quarter(year, n)),
            Some(("M", rest)) => number(rest, 12).map(|n| Self::Month(year, n)),
            _ => Err(ParsePeriodError),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_its_first_day_and_the_year_before() {
        assert_eq!(Period::Year(2023).first_day().to_string(), "2023-01-01");
        assert_eq!(
            Period::Quarter(2023, 3).first_day().to_string(),
            "2023-07-01"
        );
        assert_eq!(Period::Month(2023, 9).year_before().to_string(), "2022-M09");
    }

    #[test]
    fn says_its_last_day() {
        assert_eq!(Period::Year(2023).last_day().to_string(), "2023-12-31");
        assert_eq!(Period::Half(2023, 1).last_day().to_string(), "2023-06-30");
        assert_eq!(Period::Month(2024, 2).last_day().to_string(), "2024-02-29");
    }

    #[test]
    fn refuses_what_is_no_period() {
        for text in [
            "", "23", "2023-", "2023-T5", "2023-M13", "2023-X1", "+202", "2023-S0", "2023-é",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(year in 1900_i16..2200, kind in 0..4, n in 1_u8..=12) {
            let period = match kind {
                0 => Period::Year(year),
                1 => Period::Half(year, (n - 1) % 2 + 1),
                2 => Period::Quarter(year, (n - 1) % 4 + 1),
                _ => Period::Month(year, n),
            };
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }

        #[test]
        fn reading_never_panics(text in ".{0,12}") {
            let _ = text.parse::<Period>();
        }
    }
}
