//! The value of the country, or of any perimeter made of regions: what the supplier gives prevails
//! over what the regions add up to, and is checked against it. Pure.
//!
//! A mean of rates is never computed: a ratio is the sum of its numerators over the sum of its
//! denominators, or nothing.

use super::comparison::COUNTRY;
use super::{Figure, Series};
use crate::kernel::{Decimal, Period, Quantity, Value};
use crate::measures::{Aggregation, Measure};
use crate::organisations::{Directory, Place};

/// What the parts of a perimeter add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computed {
    /// All parts are there.
    Amount(Decimal),
    /// These parts have no number.
    Missing(Vec<String>),
    /// These parts give a rate without its two terms.
    RatesOnly(Vec<String>),
    /// The measure does not add up, or the perimeter has no parts.
    NotAdditive,
}

/// A perimeter over a period.
#[derive(Clone, Debug)]
pub struct National<'a> {
    /// The perimeter.
    pub place: &'a Place,
    /// What the supplier gives for it.
    pub given: Option<&'a Figure>,
    /// What its parts add up to.
    pub computed: Computed,
    /// How many parts it has.
    pub parts: usize,
    measure: &'a Measure,
}

/// How the given value and the computed one stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The same, but for rounding.
    Agree,
    /// Apart by this much, given minus computed.
    Differ(Decimal),
    /// There is only one of them, or none.
    NothingToCompare,
}

impl<'a> National<'a> {
    /// The perimeter `place`, made of `parts` at the end of the period.
    pub fn new(
        measure: &'a Measure,
        series: &'a Series,
        place: &'a Place,
        parts: &[&Place],
        period: Period,
    ) -> Self {
        Self {
            place,
            given: series.whole(&place.code, period),
            computed: computed(measure, series, parts, period),
            parts: parts.len(),
            measure,
        }
    }

    /// The country over the last period, no later than a year, for which the supplier gives
    /// something or its regions add up to something.
    pub fn latest(
        measure: &'a Measure,
        series: &'a Series,
        directory: &'a Directory,
        upto: i16,
    ) -> Option<(Period, Self)> {
        let country = directory.place(COUNTRY)?;
        let periods = series.periods().into_iter().rev();
        let mut nationals = periods
            .filter(|period| period.year() <= upto)
            .map(|period| {
                let parts = directory.parts_of(COUNTRY, period.last_day());
                (period, Self::new(measure, series, country, &parts, period))
            });
        nationals.find(|(_, national)| national.given.is_some() || national.amount().is_some())
    }

    /// The number that stands for the perimeter: the supplier's where there is one, even where it
    /// says that there is no number.
    pub fn amount(&self) -> Option<Decimal> {
        match (self.given, &self.computed) {
            (Some(figure), _) => figure.value.amount(self.measure.per),
            (None, Computed::Amount(amount)) => Some(*amount),
            (None, _) => None,
        }
    }

    /// The given value against the computed one.
    pub fn check(&self) -> Check {
        let given = self.given.and_then(|f| f.value.amount(self.measure.per));
        let (Some(given), Computed::Amount(computed)) = (given, &self.computed) else {
            return Check::NothingToCompare;
        };
        let roundings = match self.measure.aggregation {
            // Each part may have been rounded, and the whole too.
            Aggregation::Sum => self.parts + 1,
            Aggregation::Ratio | Aggregation::None => 1,
        };
        match given.checked_sub(*computed) {
            Some(gap) if gap.abs().micros() <= tolerance(self.measure, roundings) => Check::Agree,
            Some(gap) => Check::Differ(gap),
            None => Check::NothingToCompare,
        }
    }
}

/// Half a unit of the last decimal shown for each rounding, in millionths.
fn tolerance(measure: &Measure, roundings: usize) -> i64 {
    let decimals = u32::from(measure.decimals.unwrap_or(0).min(6));
    let half = 500_000 / 10_i64.pow(decimals);
    half.saturating_mul(i64::try_from(roundings).unwrap_or(i64::MAX))
}

/// What the parts add up to.
pub fn computed(measure: &Measure, series: &Series, parts: &[&Place], period: Period) -> Computed {
    if measure.aggregation == Aggregation::None || parts.is_empty() {
        return Computed::NotAdditive;
    }
    let quantities: Vec<(&Place, Option<Quantity>)> = parts
        .iter()
        .map(|part| {
            let figure = series.whole(&part.code, period);
            let quantity = figure.and_then(|figure| match figure.value {
                Value::Number(quantity) => Some(quantity),
                Value::YesNo(_) | Value::Text(_) | Value::Unavailable(_) => None,
            });
            (*part, quantity)
        })
        .collect();
    let named = |without: &dyn Fn(Option<Quantity>) -> bool| -> Vec<String> {
        let lacking = quantities.iter().filter(|(_, quantity)| without(*quantity));
        lacking.map(|(place, _)| place.name.clone()).collect()
    };
    let missing = named(&|quantity| quantity.is_none());
    if !missing.is_empty() {
        return Computed::Missing(missing);
    }
    let known = quantities.iter().filter_map(|(_, quantity)| *quantity);
    let amount = if measure.aggregation == Aggregation::Sum {
        sum(known.map(|quantity| quantity.amount(measure.per)))
    } else {
        let rates = named(&|quantity| matches!(quantity, Some(Quantity::Plain(_))));
        if !rates.is_empty() {
            return Computed::RatesOnly(rates);
        }
        ratio(known, measure.per)
    };
    amount.map_or(Computed::NotAdditive, Computed::Amount)
}

fn sum(amounts: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    let mut total = Decimal::ZERO;
    for amount in amounts {
        total = total.checked_add(amount?)?;
    }
    Some(total)
}

fn ratio(quantities: impl Iterator<Item = Quantity>, per: Option<u32>) -> Option<Decimal> {
    let (mut num, mut den) = (Decimal::ZERO, Decimal::ZERO);
    for quantity in quantities {
        let Quantity::Ratio { num: n, den: d } = quantity else {
            return None;
        };
        num = num.checked_add(n)?;
        den = den.checked_add(d)?;
    }
    Decimal::ratio(num, den, per.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Subject;
    use crate::organisations::PlaceKind;
    use proptest::prelude::*;
    use uuid::Uuid;

    const PERIOD: Period = Period::Year(2024);

    fn place(code: &str) -> Place {
        Place {
            code: code.to_owned(),
            kind: PlaceKind::Region,
            name: format!("Région {code}"),
            valid_from: None,
            valid_to: None,
            iso: None,
            within: None,
            usages: Vec::new(),
        }
    }

    fn figure(value: Value) -> Figure {
        Figure {
            observation: Uuid::nil(),
            no: 1,
            change: 1,
            value,
            provisional: false,
            received_at: 0,
            supplier: "DREES".to_owned(),
            source: None,
            batch: None,
            cell: None,
            fictional: false,
            reference_date: None,
            comment: None,
            embargo_until: None,
            first_received_at: 0,
            loaded_by: None,
            contest: None,
        }
    }

    fn series(values: impl IntoIterator<Item = (String, Value)>) -> Series {
        let subject = |place| Subject {
            place,
            period: PERIOD,
            breakdown: String::new(),
        };
        Series::of(
            values
                .into_iter()
                .map(|(code, value)| (subject(code), figure(value))),
        )
    }

    fn measure(aggregation: Aggregation) -> Measure {
        Measure {
            per: Some(100),
            decimals: Some(1),
            aggregation,
            ..Measure::default()
        }
    }

    fn plain(text: &str) -> Value {
        Value::plain(text.parse().unwrap())
    }

    fn terms(num: i64, den: i64) -> Value {
        Value::Number(Quantity::Ratio {
            num: Decimal::from_int(num).unwrap(),
            den: Decimal::from_int(den).unwrap(),
        })
    }

    fn at(code: &str, value: Value) -> (String, Value) {
        (code.to_owned(), value)
    }

    #[test]
    fn a_mean_of_rates_is_never_computed() {
        let places = [place("01"), place("02")];
        let parts: Vec<&Place> = places.iter().collect();
        let rate = measure(Aggregation::Ratio);
        let known = series([at("01", plain("40")), at("02", terms(1, 2))]);
        let seen = computed(&rate, &known, &parts, PERIOD);
        assert_eq!(seen, Computed::RatesOnly(vec!["Région 01".to_owned()]));
        let weighed = series([at("01", terms(10, 100)), at("02", terms(9, 10))]);
        let seen = computed(&rate, &weighed, &parts, PERIOD);
        assert_eq!(seen, Computed::Amount("17.272727".parse().unwrap()));
        let none = measure(Aggregation::None);
        assert_eq!(
            computed(&none, &weighed, &parts, PERIOD),
            Computed::NotAdditive
        );
        assert_eq!(
            computed(&rate, &weighed, &[], PERIOD),
            Computed::NotAdditive
        );
    }

    #[test]
    fn a_part_without_a_number_keeps_the_whole_from_being_computed() {
        let places = [place("01"), place("02"), place("03")];
        let parts: Vec<&Place> = places.iter().collect();
        let secret = Value::Unavailable(crate::kernel::Absence::Secret);
        let known = series([at("01", plain("4")), at("03", secret)]);
        let seen = computed(&measure(Aggregation::Sum), &known, &parts, PERIOD);
        let missing = vec!["Région 02".to_owned(), "Région 03".to_owned()];
        assert_eq!(seen, Computed::Missing(missing));
    }

    #[test]
    fn what_the_supplier_gives_prevails_and_is_checked() {
        let places = [place("01"), place("02")];
        let parts: Vec<&Place> = places.iter().collect();
        let (country, rate) = (place("FR"), measure(Aggregation::Ratio));
        let check = |given: &str| {
            let known = series([
                at("01", terms(10, 100)),
                at("02", terms(9, 10)),
                at("FR", plain(given)),
            ]);
            let national = National::new(&rate, &known, &country, &parts, PERIOD);
            assert_eq!(national.amount(), Some(given.parse().unwrap()));
            national.check()
        };
        assert_eq!(check("17.3"), Check::Agree);
        assert_eq!(check("17.2"), Check::Differ("-0.072727".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn the_order_of_the_parts_changes_nothing(values in prop::collection::vec((0_i64..10_000, 1_i64..10_000), 1..18)) {
            let places: Vec<Place> = (0..values.len()).map(|n| place(&n.to_string())).collect();
            let known = series(values.iter().enumerate().map(|(n, (num, den))| at(&n.to_string(), terms(*num, *den))));
            let parts: Vec<&Place> = places.iter().collect();
            let backwards: Vec<&Place> = places.iter().rev().collect();
            for aggregation in [Aggregation::Sum, Aggregation::Ratio] {
                let measure = measure(aggregation);
                prop_assert_eq!(computed(&measure, &known, &parts, PERIOD), computed(&measure, &known, &backwards, PERIOD));
            }
        }

        #[test]
        fn a_ratio_lies_between_its_parts(values in prop::collection::vec((0_i64..10_000, 1_i64..10_000), 1..18)) {
            let places: Vec<Place> = (0..values.len()).map(|n| place(&n.to_string())).collect();
            let known = series(values.iter().enumerate().map(|(n, (num, den))| at(&n.to_string(), terms(*num, *den))));
            let parts: Vec<&Place> = places.iter().collect();
            let Computed::Amount(whole) = computed(&measure(Aggregation::Ratio), &known, &parts, PERIOD) else {
                return Err(TestCaseError::fail("computed"));
            };
            let rates: Vec<Decimal> = values.iter().map(|(num, den)| terms(*num, *den).amount(Some(100)).unwrap()).collect();
            let slack = Decimal::from_micros(1);
            prop_assert!(whole >= rates.iter().min().unwrap().checked_sub(slack).unwrap());
            prop_assert!(whole <= rates.iter().max().unwrap().checked_add(slack).unwrap());
        }

        #[test]
        fn the_exact_sum_always_agrees(values in prop::collection::vec(-10_000_i64..10_000, 1..18), off in 1_i64..1000) {
            let places: Vec<Place> = (0..values.len()).map(|n| place(&n.to_string())).collect();
            let parts: Vec<&Place> = places.iter().collect();
            let (country, total) = (place("FR"), values.iter().sum::<i64>());
            let measure = measure(Aggregation::Sum);
            let given = |units: i64| {
                let regions = values.iter().enumerate().map(|(n, v)| at(&n.to_string(), Value::plain(Decimal::from_int(*v).unwrap())));
                let own = at("FR", Value::plain(Decimal::from_int(units).unwrap()));
                let known = series(regions.chain([own]));
                National::new(&measure, &known, &country, &parts, PERIOD).check()
            };
            prop_assert_eq!(given(total), Check::Agree);
            prop_assert_eq!(given(total + off), Check::Differ(Decimal::from_int(off).unwrap()));
        }
    }
}
