//! Whether a value has arrived when it should have: an axis of its own, apart from attainment.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::frameworks::{Due, DueState};
use crate::kernel::counted;
use crate::platform::clock::{french_date, french_month};

/// How the delivery of one year stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is there, on time as far as can be told.
    InTime,
    /// It arrived this many days after its limit.
    ReceivedLate(i32),
    /// It is not there, this many days after its limit.
    Late(i32),
    /// It is not there, and not due before that day.
    Expected(Date),
    /// It is not there, and no date says when it should be.
    Awaited,
    /// It is consulted elsewhere and never loaded.
    AccessOnly,
    /// The source says there is none for that year, and why where it says it.
    KnownGap(Option<String>),
    /// The contract does not run that year, or the region is not among those concerned.
    NotExpected,
}

/// How the delivery of the data of `year` stands on the day `today`; `received` is the day the
/// first value arrived.
pub fn delivery(due: &Due, year: i16, received: Option<Date>, today: Date) -> Delivery {
    if let Some(gap) = due.gaps.iter().find(|gap| gap.year == year) {
        return Delivery::KnownGap(gap.reason.clone());
    }
    let limit = limit(due, year);
    match (received, limit) {
        (Some(day), Some(limit)) if day > limit => Delivery::ReceivedLate(days(limit, day)),
        (Some(_), _) => Delivery::InTime,
        (None, _) if due.state == DueState::DirectAccess => Delivery::AccessOnly,
        (None, Some(limit)) if today > limit => Delivery::Late(days(limit, today)),
        (None, Some(limit)) => Delivery::Expected(limit),
        (None, None) => Delivery::Awaited,
    }
}

/// The last day for the first delivery of the data of `year`. A rule is written for the campaign
/// of a year N; where it delivers the data of N-1, the campaign is the next year's.
pub fn limit(due: &Due, year: i16) -> Option<Date> {
    [year, year.checked_add(1)?]
        .into_iter()
        .flat_map(|campaign| due.deadlines(campaign))
        .filter(|deadline| deadline.data_year == year)
        .map(|deadline| deadline.to)
        .min()
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// A length of time as people say it: days up to two months, months up to two years, then years
/// and months. Months are a twelfth of the mean Gregorian year and are rounded down.
pub fn french_days(days: i32) -> String {
    /// Days in 400 years, and months in them.
    const CYCLE: (i64, i64) = (146_097, 4_800);
    let months = i64::from(days.max(0)) * CYCLE.1 / CYCLE.0;
    let months = usize::try_from(months).unwrap_or_default();
    match (months / 12, months % 12) {
        _ if days < 60 => match days {
            1 => "1 jour".to_owned(),
            n => format!("{n} jours"),
        },
        (years, _) if years < 2 => format!("{months} mois"),
        (years, 0) => counted(years, "an", "ans"),
        (years, months) => format!("{} et {months} mois", counted(years, "an", "ans")),
    }
}

/// « en avril 2027 » for a month's end, « pour le 15/04/2027 » for any other day.
fn expected_by(day: Date) -> String {
    let ends_a_month = day
        .checked_add(1.day())
        .is_ok_and(|next| next.month() != day.month());
    if ends_a_month {
        format!("en {}", french_month(day))
    } else {
        format!("pour le {}", french_date(day))
    }
}

impl Delivery {
    /// As the interface says it.
    pub fn french(&self) -> String {
        match self {
            Self::InTime => "Reçue à temps".to_owned(),
            Self::ReceivedLate(n) => format!("Reçue avec {} de retard", french_days(*n)),
            Self::Late(n) => format!("En retard de {}", french_days(*n)),
            Self::Expected(day) => format!("Attendue {}", expected_by(*day)),
            Self::Awaited => "Attendue, sans date fixée".to_owned(),
            Self::AccessOnly => "Consultée à la source".to_owned(),
            Self::KnownGap(Some(reason)) => format!("Pas de donnée : {reason}"),
            Self::KnownGap(None) => "Pas de donnée cette année-là".to_owned(),
            Self::NotExpected => "Non attendue".to_owned(),
        }
    }

    /// Tone and pictogram of the words.
    pub fn look(&self) -> (&'static str, &'static str) {
        match self {
            Self::InTime => ("ok", "ok"),
            Self::ReceivedLate(_) => ("warn", "clock"),
            Self::Late(_) => ("late", "late"),
            Self::Expected(_) | Self::Awaited => ("idle", "none"),
            Self::AccessOnly | Self::KnownGap(_) | Self::NotExpected => ("idle", "same"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::{DataYear, DueRule, Gap, Limit};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn april_after(data: Option<DataYear>) -> Due {
        Due {
            state: DueState::Fixed,
            data,
            rules: vec![DueRule {
                limit: Limit::Month(4),
                years_after: 1,
                status: None,
            }],
            ..Due::default()
        }
    }

    #[test]
    fn april_of_next_year_is_late_in_may() {
        let due = april_after(None);
        let at = |today| delivery(&due, 2024, None, today);
        assert_eq!(at(date(2025, 4, 30)), Delivery::Expected(date(2025, 4, 30)));
        assert_eq!(at(date(2025, 5, 1)), Delivery::Late(1));
        assert_eq!(at(date(2026, 5, 1)), Delivery::Late(366));
        let received = Some(date(2025, 6, 2));
        assert_eq!(
            delivery(&due, 2024, received, date(2026, 1, 1)),
            Delivery::ReceivedLate(33)
        );
    }

    #[test]
    fn data_of_the_year_before_are_due_a_year_later() {
        let due = april_after(Some(DataYear::Before));
        assert_eq!(
            delivery(&due, 2024, None, date(2026, 4, 1)),
            Delivery::Expected(date(2026, 4, 30))
        );
    }

    #[test]
    fn a_known_gap_is_neither_late_nor_expected() {
        let mut due = april_after(None);
        due.gaps.push(Gap {
            year: 2016,
            reason: None,
        });
        assert_eq!(
            delivery(&due, 2016, None, date(2020, 1, 1)),
            Delivery::KnownGap(None)
        );
        assert_eq!(
            delivery(&Due::default(), 2016, None, date(2020, 1, 1)),
            Delivery::Awaited
        );
    }

    #[test]
    fn a_long_delay_is_told_in_months_and_years() {
        let told = [1, 33, 59, 60, 366, 731, 966, 1_461].map(french_days);
        let expected = [
            "1 jour",
            "33 jours",
            "59 jours",
            "1 mois",
            "12 mois",
            "2 ans",
            "2 ans et 7 mois",
            "4 ans",
        ];
        assert_eq!(told, expected);
        assert_eq!(Delivery::Late(966).french(), "En retard de 2 ans et 7 mois");
    }

    #[test]
    fn a_month_is_named_where_its_end_is_the_limit() {
        let april = Delivery::Expected(date(2027, 4, 30));
        assert_eq!(april.french(), "Attendue en avril 2027");
        let day = Delivery::Expected(date(2027, 4, 15));
        assert_eq!(day.french(), "Attendue pour le 15 avril 2027");
    }

    proptest! {
        #[test]
        fn what_is_late_today_was_expected_before(year in 2000_i16..2100, offset in 0_i32..2000) {
            let due = april_after(None);
            let limit = date(year + 1, 4, 30);
            let today = limit.checked_add(jiff::Span::new().days(offset - 1000)).unwrap();
            let expected = if offset <= 1000 { Delivery::Expected(limit) } else { Delivery::Late(offset - 1000) };
            prop_assert_eq!(delivery(&due, year, None, today), expected);
        }
    }
}
