//! Dated editions of a framework: the yearly campaigns that the documents describe.
//!
//! A campaign that was opened keeps its revision, hence its list and dates: see `store::opened`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::due::day_of;
use super::{Framework, Indicator};

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

/// The campaign of one year, as the documents describe it: its list and its dates.
#[derive(Debug, Clone)]
pub struct Campaign<'a> {
    /// The year N that it reviews.
    pub year: i16,
    /// What the documents say of that year in particular.
    pub stated: Option<&'a Edition>,
    /// Its indicators, in the order of the document.
    pub indicators: Vec<&'a Indicator>,
    /// Its dates, in the order of the calendar; what has no date comes last.
    pub steps: Vec<Step<'a>>,
}

/// A step of a campaign on the calendar.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// What happens.
    pub entry: &'a CalendarEntry,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Whether it comes from the calendar of every year.
    pub recurring: bool,
}

impl Framework {
    /// The dates that come back every year, where a document gives them.
    pub fn every_year(&self) -> &[CalendarEntry] {
        let editions = self.editions.iter();
        let mut every = editions.filter(|e| e.year == EditionYear::Every && !e.calendar.is_empty());
        every.next().map_or(&[], |edition| &edition.calendar)
    }

    /// The campaign that reviews a year; none outside the years of the framework.
    pub fn campaign(&self, year: i16) -> Option<Campaign<'_>> {
        if !(self.starts..=self.ends).contains(&year) {
            return None;
        }
        let edition = |year| self.editions.iter().find(|edition| edition.year == year);
        let stated = edition(EditionYear::Year(year));
        let every = edition(EditionYear::Every);
        let list = stated.or(every).map(|edition| &edition.indicators);
        let is_listed = |indicator: &&Indicator| match list {
            Some(EditionIndicators::Keys(keys)) => keys.contains(&indicator.key),
            Some(EditionIndicators::All) | None => true,
        };
        Some(Campaign {
            year,
            stated,
            indicators: self.indicators.iter().filter(is_listed).collect(),
            steps: steps(year, stated, every),
        })
    }
}

/// The dates given for that year, and those of every year that it does not give again.
fn steps<'a>(year: i16, stated: Option<&'a Edition>, every: Option<&'a Edition>) -> Vec<Step<'a>> {
    let own = stated.map_or(&[][..], |edition| &edition.calendar);
    let usual = every.map_or(&[][..], |edition| &edition.calendar);
    let usual = usual
        .iter()
        .filter(|entry| own.iter().all(|other| other.key != entry.key));
    let step = |entry: &'a CalendarEntry, recurring| Step {
        entry,
        from: entry.from.and_then(|day| day.on(year)),
        to: entry.to.and_then(|day| day.on(year)),
        recurring,
    };
    let own = own.iter().map(|entry| step(entry, false));
    let mut steps: Vec<Step<'_>> = own.chain(usual.map(|entry| step(entry, true))).collect();
    steps.sort_by_key(|step| (step.to.or(step.from).unwrap_or(Date::MAX), step.from));
    steps
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn entry(key: &str, to: CalendarDate) -> CalendarEntry {
        CalendarEntry {
            key: key.to_owned(),
            to: Some(to),
            ..CalendarEntry::default()
        }
    }

    fn framework() -> Framework {
        let indicator = |key: &str| Indicator {
            key: key.to_owned(),
            ..Indicator::default()
        };
        let yearly = |day, month| CalendarDate::Yearly {
            day,
            month,
            years_after: 1,
        };
        let every = Edition {
            calendar: vec![
                entry("synthese", yearly(1, 3)),
                entry("dialogue", yearly(31, 5)),
            ],
            ..Edition::default()
        };
        let stated = Edition {
            year: EditionYear::Year(2017),
            indicators: EditionIndicators::Keys(vec!["b".to_owned()]),
            calendar: vec![entry("dialogue", CalendarDate::On(date(2018, 2, 1)))],
            ..Edition::default()
        };
        Framework {
            starts: 2015,
            ends: 2018,
            indicators: vec![indicator("a"), indicator("b")],
            editions: vec![every, stated],
            ..Framework::default()
        }
    }

    #[test]
    fn a_dated_campaign_has_its_list_and_its_dates_and_the_usual_ones_it_does_not_give() {
        let framework = framework();
        let campaign = framework.campaign(2017).unwrap();
        let keys: Vec<_> = campaign.indicators.iter().map(|i| i.key.as_str()).collect();
        assert_eq!(keys, ["b"]);
        let steps: Vec<_> = campaign
            .steps
            .iter()
            .map(|s| (s.entry.key.as_str(), s.to, s.recurring))
            .collect();
        assert_eq!(
            steps,
            [
                ("dialogue", Some(date(2018, 2, 1)), false),
                ("synthese", Some(date(2018, 3, 1)), true)
            ]
        );
    }

    #[test]
    fn a_campaign_that_no_document_dates_has_the_whole_list_and_the_usual_dates() {
        let framework = framework();
        let campaign = framework.campaign(2016).unwrap();
        assert!(campaign.stated.is_none());
        assert_eq!((campaign.indicators.len(), campaign.steps.len()), (2, 2));
        assert_eq!(campaign.steps[1].to, Some(date(2017, 5, 31)));
    }

    proptest! {
        #[test]
        fn there_is_a_campaign_for_each_year_of_the_framework_and_no_other(year: i16) {
            let framework = framework();
            prop_assert_eq!(framework.campaign(year).is_some(), (2015..=2018).contains(&year));
        }
    }
}
