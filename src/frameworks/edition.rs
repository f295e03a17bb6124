//! Dated editions of a framework: the yearly campaigns that the documents describe.
//!
//! Campaigns really opened in Jalon never stand here: see `campaigns`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::due::day_of;

/// What the documents say of the campaign of a year, or of every year.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Edition {
    /// The year N.
    pub year: EditionYear,
    /// Key of the document that says so.
    #[serde(default)]
    pub document: Option<String>,
    /// Indicators of that campaign.
    #[serde(default)]
    pub indicators: EditionIndicators,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
    /// Dates of that campaign.
    #[serde(default)]
    pub calendar: Vec<CalendarEntry>,
}

/// The year of an edition.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EditionYear {
    /// What comes back every year.
    #[default]
    Every,
    /// One year.
    Year(i16),
}

/// The indicators of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionIndicators {
    /// All those of the framework.
    #[default]
    All,
    /// Those with these keys.
    Keys(Vec<String>),
}

/// A date of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CalendarEntry {
    /// Unique in the edition.
    pub key: String,
    /// What happens.
    pub label: String,
    /// First day.
    #[serde(default)]
    pub from: Option<CalendarDate>,
    /// Last day.
    #[serde(default)]
    pub to: Option<CalendarDate>,
    /// What it applies to, as printed.
    #[serde(default)]
    pub scope: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A date that comes back every year, or a day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarDate {
    /// A day of the year N or of one that follows.
    Yearly {
        /// Day; the 29 February is the last day of February in any year.
        day: i8,
        /// Month.
        month: i8,
        /// 0 for N, 1 for N+1, 2 for N+2.
        years_after: u8,
    },
    /// A day of the calendar.
    On(Date),
}

impl CalendarDate {
    /// The day, for the year N; none when there is no such day.
    pub fn on(self, year: i16) -> Option<Date> {
        match self {
            Self::Yearly {
                day,
                month,
                years_after,
            } => day_of(year.checked_add(i16::from(years_after))?, month, day),
            Self::On(date) => Some(date),
        }
    }
}

impl fmt::Display for CalendarDate {
    /// Writes `31/03/N+1` or `2025-03-31`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yearly {
                day,
                month,
                years_after: 0,
            } => write!(f, "{day:02}/{month:02}/N"),
            Self::Yearly {
                day,
                month,
                years_after,
            } => write!(f, "{day:02}/{month:02}/N+{years_after}"),
            Self::On(date) => write!(f, "{date}"),
        }
    }
}
