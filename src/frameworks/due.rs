//! When the values of an indicator are due, as a rule that gives dates for any year.
//!
//! Lateness (comparing these dates with what was received) never stands here: see `figures`.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// When the values of an indicator are due.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Due {
    /// As printed.
    #[serde(default)]
    pub text: Option<String>,
    /// What is known of it.
    #[serde(default)]
    pub state: DueState,
    /// Year of the data that are delivered; N when the document does not say.
    #[serde(default)]
    pub data: Option<DataYear>,
    /// One rule per delivery.
    #[serde(default)]
    pub rules: Vec<DueRule>,
    /// Years without values.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// What is known of a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// Dates are fixed.
    Fixed,
    /// The document says that the date will be given.
    ToBeSpecified,
    /// Values are consulted elsewhere: nothing is due.
    DirectAccess,
    /// Due after an event: a study, a survey.
    Event,
    /// The document says nothing.
    #[default]
    NotStated,
}

/// Year of the data delivered in the campaign of year N.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataYear {
    /// The data of year N.
    Same,
    /// The data of year N-1.
    Before,
}

/// One delivery: its time limit, in the year N or one of the two that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DueRule {
    /// The limit within a year.
    pub limit: Limit,
    /// 0 for N, 1 for N+1, 2 for N+2.
    pub years_after: u8,
    /// Whether the values delivered are final, when the document tells deliveries apart.
    #[serde(default)]
    pub status: Option<DeliveryStatus>,
}

/// A time limit within a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// In this month, at its end at the latest.
    Month(i8),
    /// Between two months, at the end of the second at the latest.
    Months {
        /// First month of the window.
        from: i8,
        /// Last month of the window.
        to: i8,
    },
    /// In this quarter, at its end at the latest.
    Quarter(i8),
    /// On this day at the latest, with days of grace.
    Day {
        /// Day; the 29 February is the last day of February in any year.
        day: i8,
        /// Month.
        month: i8,
        /// Days to add (« 31/12/N + 1 semaine »).
        plus_days: u16,
    },
}

impl Default for Limit {
    fn default() -> Self {
        Self::Month(12)
    }
}

/// Whether delivered values are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// They will be delivered again.
    Provisional,
    /// They will not change.
    Final,
}

/// A year without values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gap {
    /// The year.
    pub year: i16,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A delivery expected at given dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// Last day: after it, the values are late.
    pub to: Date,
    /// First day on which the values are expected.
    pub from: Date,
    /// Year of the data delivered.
    pub data_year: i16,
    /// Whether they are final, when the document tells deliveries apart.
    pub status: Option<DeliveryStatus>,
}

impl Due {
    /// Deliveries expected for the year N, the earliest limit first.
    ///
    /// Nothing is due for a year named among the gaps, nor under a rule that gives no date (such
    /// a rule never passes the check of a framework).
    pub fn deadlines(&self, year: i16) -> Vec<Deadline> {
        let data_year = match self.data {
            None | Some(DataYear::Same) => year,
            Some(DataYear::Before) => year.saturating_sub(1),
        };
        if self.gaps.iter().any(|gap| gap.year == data_year) {
            return Vec::new();
        }
        let mut deadlines: Vec<Deadline> = self
            .rules
            .iter()
            .filter_map(|rule| {
                let (from, to) = rule.window(year)?;
                Some(Deadline {
                    to,
                    from,
                    data_year,
                    status: rule.status,
                })
            })
            .collect();
        deadlines.sort();
        deadlines
    }
}

impl DueRule {
    /// First and last day of the delivery for the year N; none when the rule gives no date.
    pub fn window(&self, year: i16) -> Option<(Date, Date)> {
        let year = year.checked_add(i16::from(self.years_after))?;
        let first = |month| Date::new(year, month, 1).ok();
        let last = |month| first(month).map(Date::last_of_month);
        let (from, to) = match self.limit {
            Limit::Month(month) => (first(month)?, last(month)?),
            Limit::Months { from, to } => (first(from)?, last(to)?),
            Limit::Quarter(quarter) => {
                let end = quarter.checked_mul(3)?;
                (first(end.checked_sub(2)?)?, last(end)?)
            }
            Limit::Day {
                day,
                month,
                plus_days,
            } => {
                let on = day_of(year, month, day)?;
                let limit = on.checked_add(i32::from(plus_days).days()).ok()?;
                (limit, limit)
            }
        };
        (from <= to).then_some((from, to))
    }
}

/// A day of a year; the 29 February of a common year is its 28 February.
pub(super) fn day_of(year: i16, month: i8, day: i8) -> Option<Date> {
    let last_of_february = (month, day) == (2, 29);
    if last_of_february {
        return Some(Date::new(year, 2, 1).ok()?.last_of_month());
    }
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn rule(limit: Limit, years_after: u8) -> DueRule {
        DueRule {
            limit,
            years_after,
            status: None,
        }
    }

    fn window(limit: Limit, years_after: u8, year: i16) -> (Date, Date) {
        rule(limit, years_after).window(year).expect("a date")
    }

    #[test]
    fn month_of_the_next_year_ends_on_its_last_day() {
        let april = window(Limit::Month(4), 1, 2024);
        assert_eq!(april, (date(2025, 4, 1), date(2025, 4, 30)));
        assert_eq!(window(Limit::Month(2), 1, 2023).1, date(2024, 2, 29));
        assert_eq!(window(Limit::Month(2), 1, 2024).1, date(2025, 2, 28));
    }

    #[test]
    fn window_of_months_and_quarter() {
        let spring = window(Limit::Months { from: 3, to: 4 }, 1, 2017);
        assert_eq!(spring, (date(2018, 3, 1), date(2018, 4, 30)));
        let second = window(Limit::Quarter(2), 1, 2024);
        assert_eq!(second, (date(2025, 4, 1), date(2025, 6, 30)));
        assert_eq!(window(Limit::Quarter(4), 0, 2024).1, date(2024, 12, 31));
    }

    #[test]
    fn end_of_year_and_a_week_falls_in_the_next_year() {
        let limit = Limit::Day {
            day: 31,
            month: 12,
            plus_days: 7,
        };
        assert_eq!(window(limit, 0, 2024).1, date(2025, 1, 7));
    }

    #[test]
    fn the_29_february_is_the_last_day_of_february() {
        let limit = Limit::Day {
            day: 29,
            month: 2,
            plus_days: 0,
        };
        assert_eq!(window(limit, 0, 2024).1, date(2024, 2, 29));
        assert_eq!(window(limit, 1, 2024).1, date(2025, 2, 28));
    }

    #[test]
    fn impossible_rules_give_no_date() {
        let day = |day, month| Limit::Day {
            day,
            month,
            plus_days: 0,
        };
        let impossible = [
            Limit::Month(13),
            Limit::Month(0),
            Limit::Quarter(5),
            Limit::Quarter(0),
            Limit::Quarter(100),
            Limit::Months { from: 9, to: 3 },
            day(31, 2),
            day(30, 2),
            day(31, 4),
        ];
        for limit in impossible {
            assert_eq!(rule(limit, 0).window(2024), None, "{limit:?}");
        }
    }

    #[test]
    fn deliveries_come_in_order_with_their_data_year_and_gaps_are_empty() {
        let due = Due {
            data: Some(DataYear::Before),
            rules: vec![rule(Limit::Month(3), 1), rule(Limit::Quarter(4), 0)],
            gaps: vec![Gap {
                year: 2016,
                reason: None,
            }],
            ..Due::default()
        };
        let ends: Vec<_> = due.deadlines(2024).iter().map(|d| d.to).collect();
        assert_eq!(ends, [date(2024, 12, 31), date(2025, 3, 31)]);
        assert_eq!(due.deadlines(2024)[0].data_year, 2023);
        assert_eq!(due.deadlines(2017), []);
        assert_eq!(due.deadlines(2016).len(), 2);
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        prop_oneof![
            (1..=12_i8).prop_map(Limit::Month),
            (1..=12_i8, 0..=11_i8).prop_map(|(from, more)| Limit::Months {
                from,
                to: (from + more).min(12)
            }),
            (1..=4_i8).prop_map(Limit::Quarter),
            (1..=28_i8, 1..=12_i8).prop_map(|(day, month)| Limit::Day {
                day,
                month,
                plus_days: 0
            }),
        ]
    }

    proptest! {
        #[test]
        fn windows_are_ordered_and_fall_in_the_stated_year(
            limit in any_limit(), years_after in 0..=2_u8, year in 1990..2100_i16,
        ) {
            let (from, to) = window(limit, years_after, year);
            prop_assert!(from <= to);
            let stated = year + i16::from(years_after);
            prop_assert_eq!((from.year(), to.year()), (stated, stated));
        }

        #[test]
        fn next_year_is_a_year_later(limit in any_limit(), year in 1990..2100_i16) {
            prop_assert_eq!(window(limit, 1, year), window(limit, 0, year + 1));
        }

        #[test]
        fn no_rule_panics(month in any::<i8>(), day in any::<i8>(), plus_days in any::<u16>(), year in any::<i16>(), years_after in any::<u8>()) {
            let day = Limit::Day { day, month, plus_days };
            for limit in [Limit::Month(month), Limit::Quarter(month), Limit::Months { from: month, to: 12 }, day] {
                let _ = rule(limit, years_after).window(year);
            }
        }
    }
}
