//! The way of the values of one year: who owes what, by when, and what has come. Pure.

use jiff::civil::Date;

use super::comparison::Among;
use super::delivery::{Delivery, delivery, limit};
use super::{FiguresView, Series};
use crate::frameworks::{Catalogue, Framework, Indicator};
use crate::kernel::Period;
use crate::measures::Measure;
use crate::organisations::{Directory, Place};
use crate::platform::clock::paris_date;
use crate::platform::web::table::Datum;

/// The values of a measure that are owed for a year.
#[derive(Clone, Debug)]
pub struct Owed<'a> {
    /// The indicator.
    pub indicator: &'a Indicator,
    /// The measure.
    pub measure: &'a Measure,
    /// Year of the data.
    pub year: i16,
    /// How many regions are expected.
    pub expected: usize,
    /// The regions that have nothing yet.
    pub missing: Vec<&'a Place>,
    /// The last day for the first delivery.
    pub limit: Option<Date>,
    /// How it stands: received once no region is missing.
    pub delivery: Delivery,
}

/// What a reader filters by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwedState {
    /// Everything is there.
    Received,
    /// Something is missing after its limit.
    Late,
    /// Something is missing and not yet late.
    Expected,
    /// Nothing is to come.
    Nothing,
}

impl OwedState {
    /// All of them, in the order offered to a person.
    pub const ALL: [Self; 4] = [Self::Late, Self::Expected, Self::Received, Self::Nothing];

    /// The word of addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "recu",
            Self::Late => "retard",
            Self::Expected => "attendu",
            Self::Nothing => "sans",
        }
    }

    /// The state of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Received => "Reçus",
            Self::Late => "En retard",
            Self::Expected => "Attendus",
            Self::Nothing => "Rien à charger",
        }
    }
}

impl OwedState {
    /// Where it stands in a column that is sorted: what calls for something first.
    fn rank(self) -> u8 {
        match self {
            Self::Late => 0,
            Self::Expected => 1,
            Self::Received => 2,
            Self::Nothing => 3,
        }
    }
}

impl<'a> Owed<'a> {
    /// How it stands as a cell says it: in those words, in the order of what it comes to.
    pub fn datum(&self, words: String) -> Datum {
        let (tone, icon) = self.delivery.look();
        Datum::State {
            tone,
            icon,
            word: words,
            rank: self.state().rank(),
        }
    }

    /// What is owed for a measure among the regions of the year, as it stands today. A word on why
    /// there is no value is an answer: it has been received.
    pub fn new(
        indicator: &'a Indicator,
        measure: &'a Measure,
        series: Option<&Series>,
        regions: &[&'a Place],
        year: i16,
        today: Date,
    ) -> Self {
        let concerned = |region: &&&Place| {
            indicator.regions.is_empty() || indicator.regions.contains(&region.code)
        };
        let mut last: Option<i64> = None;
        let mut missing = Vec::new();
        let mut expected = 0;
        for region in regions.iter().filter(concerned) {
            expected += 1;
            match series.and_then(|series| series.first_received(&region.code, year)) {
                Some(at) => last = last.max(Some(at)),
                None => missing.push(*region),
            }
        }
        let complete = last.filter(|_| missing.is_empty()).map(paris_date);
        Self {
            indicator,
            measure,
            year,
            expected,
            missing,
            limit: limit(&indicator.due, year),
            delivery: delivery(&indicator.due, year, complete, today),
        }
    }

    /// How many regions have an answer.
    pub fn received(&self) -> usize {
        self.expected - self.missing.len()
    }

    /// What a reader filters by.
    pub fn state(&self) -> OwedState {
        match self.delivery {
            Delivery::InTime | Delivery::ReceivedLate(_) => OwedState::Received,
            Delivery::Late(_) => OwedState::Late,
            Delivery::Expected(_) | Delivery::Awaited => OwedState::Expected,
            Delivery::AccessOnly | Delivery::KnownGap(_) | Delivery::NotExpected => {
                OwedState::Nothing
            }
        }
    }
}

/// Every measure that a framework follows, for a year, in the order of the framework.
pub fn owed<'a>(
    framework: &'a Framework,
    catalogue: &'a Catalogue,
    figures: &'a FiguresView,
    directory: &'a Directory,
    (year, today): (i16, Date),
) -> Vec<Owed<'a>> {
    let among = Among::of(framework);
    let measures = framework.indicators.iter().flat_map(|indicator| {
        let codes = indicator.measures.iter();
        codes.filter_map(move |code| Some((indicator, catalogue.measure(code)?)))
    });
    let owed = measures.map(|(indicator, measure)| {
        let series = figures.series(&measure.code);
        let expected = among.places(directory, series, Period::Year(year));
        Owed::new(indicator, measure, series, &expected, year, today)
    });
    owed.collect()
}

/// The last whole year of a framework, or its last.
pub fn reviewed_year(framework: &Framework, today: Date) -> i16 {
    (today.year() - 1).clamp(framework.starts, framework.ends)
}

/// Everything that a supplier owes, in every framework, from its first year to the last whole one:
/// the late first, then by limit.
pub fn of_supplier<'a>(
    (catalogue, directory): (&'a Catalogue, &'a Directory),
    figures: &'a FiguresView,
    day: Date,
    code: &str,
) -> Vec<(&'a Framework, Owed<'a>)> {
    let mut deliveries = Vec::new();
    for edited in catalogue.frameworks() {
        let framework = &edited.framework;
        let last = (day.year() - 1).min(framework.ends);
        for year in framework.starts..=last {
            let all = owed(framework, catalogue, figures, directory, (year, day));
            let own = all.into_iter();
            let own = own.filter(|owed| owed.indicator.suppliers.iter().any(|s| s == code));
            deliveries.extend(own.map(|owed| (framework, owed)));
        }
    }
    deliveries.sort_by_key(|(_, owed)| {
        (
            owed.state().rank(),
            std::cmp::Reverse(owed.year),
            owed.limit,
        )
    });
    deliveries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Figure, Subject};
    use crate::frameworks::{Due, DueRule, DueState, Limit};
    use crate::kernel::{Decimal, Period, Value};
    use crate::organisations::PlaceKind;
    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn region(code: usize) -> Place {
        Place {
            code: code.to_string(),
            kind: PlaceKind::Region,
            name: format!("Région {code}"),
            valid_from: None,
            valid_to: None,
            iso: None,
            within: None,
            usages: Vec::new(),
        }
    }

    fn figure(no: i64, first: i64, last: i64) -> Figure {
        Figure {
            observation: Uuid::nil(),
            no,
            change: 1,
            value: Value::plain(Decimal::ZERO),
            provisional: false,
            received_at: last,
            supplier: "DREES".to_owned(),
            source: None,
            batch: None,
            cell: None,
            fictional: false,
            reference_date: None,
            comment: None,
            embargo_until: None,
            first_received_at: first,
            loaded_by: None,
            contest: None,
        }
    }

    fn due_in_april() -> Indicator {
        Indicator {
            due: Due {
                state: DueState::Fixed,
                rules: vec![DueRule {
                    limit: Limit::Month(4),
                    years_after: 1,
                    status: None,
                }],
                ..Due::default()
            },
            ..Indicator::default()
        }
    }

    fn instant(day: Date) -> i64 {
        crate::platform::clock::end_of_day(day)
    }

    fn series(received: &[usize], first: Date, last: Date) -> Series {
        Series::of(received.iter().map(|code| {
            let subject = Subject {
                place: code.to_string(),
                period: Period::Year(2024),
                breakdown: String::new(),
            };
            (subject, figure(2, instant(first), instant(last)))
        }))
    }

    #[test]
    fn a_correction_after_the_limit_is_no_late_delivery() {
        let (indicator, measure, place) = (due_in_april(), Measure::default(), region(1));
        let known = series(&[1], date(2025, 4, 1), date(2026, 1, 5));
        let owed = Owed::new(
            &indicator,
            &measure,
            Some(&known),
            &[&place],
            2024,
            date(2026, 2, 1),
        );
        assert_eq!(
            (owed.delivery.clone(), owed.state()),
            (Delivery::InTime, OwedState::Received)
        );
    }

    #[test]
    fn one_missing_region_makes_the_whole_late() {
        let (indicator, measure) = (due_in_april(), Measure::default());
        let places = [region(1), region(2)];
        let parts: Vec<&Place> = places.iter().collect();
        let known = series(&[1], date(2025, 4, 1), date(2025, 4, 1));
        let owed = Owed::new(
            &indicator,
            &measure,
            Some(&known),
            &parts,
            2024,
            date(2025, 5, 3),
        );
        assert_eq!((owed.received(), owed.expected), (1, 2));
        assert_eq!(
            (owed.delivery.clone(), owed.state()),
            (Delivery::Late(3), OwedState::Late)
        );
        assert_eq!(owed.missing, [&places[1]]);
    }

    proptest! {
        #[test]
        fn every_region_is_received_or_missing(present in prop::collection::vec(any::<bool>(), 1..18), late in 0_i64..400) {
            let (indicator, measure) = (due_in_april(), Measure::default());
            let places: Vec<Place> = (0..present.len()).map(region).collect();
            let parts: Vec<&Place> = places.iter().collect();
            let received: Vec<usize> = (0..present.len()).filter(|n| present[*n]).collect();
            let day = date(2025, 1, 1).saturating_add(jiff::Span::new().days(late));
            let known = series(&received, day, day);
            let owed = Owed::new(&indicator, &measure, Some(&known), &parts, 2024, date(2027, 1, 1));
            prop_assert_eq!(owed.received(), received.len());
            prop_assert_eq!(owed.received() + owed.missing.len(), present.len());
            let complete = present.iter().all(|p| *p);
            prop_assert_eq!(owed.state() == OwedState::Received, complete);
            prop_assert_eq!(owed.state() == OwedState::Late, !complete);
        }
    }
}
