//! The targets of one indicator in every contract of a framework, beside the national ones. Pure.

use crate::kernel::{Decimal, Value};
use crate::measures::{Aggregation, Measure};

use super::Target;

/// A target in force in a section of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionTarget {
    /// Address of the contract.
    pub slug: String,
    /// Title of the contract.
    pub title: String,
    /// Whether the contract was invented for a demonstration.
    pub fictional: bool,
    /// Name of the section; empty for the only one of a contract.
    pub section: String,
    /// Code of the measure.
    pub measure: String,
    /// The year.
    pub year: i16,
    /// Where the section must be.
    pub target: Target,
}

/// What the targets of one year come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    /// How many are numbers.
    pub counted: usize,
    /// Their sum, where the measure adds up.
    pub sum: Option<Decimal>,
    /// The lowest and the highest.
    pub range: Option<(Decimal, Decimal)>,
}

/// What the targets of a year come to. Rates are never added up nor averaged: without the terms
/// of the rate, the country's cannot be known from the regions'.
pub fn together(targets: &[&Target], measure: &Measure) -> Together {
    let numbers: Vec<Decimal> = targets
        .iter()
        .filter_map(|target| match target {
            Target::Value(value) => number(value, measure),
            _ => None,
        })
        .collect();
    let adds_up = measure.aggregation == Aggregation::Sum && !numbers.is_empty();
    let sum = || {
        numbers
            .iter()
            .try_fold(Decimal::ZERO, |sum, number| sum.checked_add(*number))
    };
    let range = numbers.iter().min().zip(numbers.iter().max());
    Together {
        counted: numbers.len(),
        sum: adds_up.then(sum).flatten(),
        range: range.map(|(low, high)| (*low, *high)),
    }
}

fn number(value: &Value, measure: &Measure) -> Option<Decimal> {
    value.amount(measure.per)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn measure(aggregation: Aggregation) -> Measure {
        Measure {
            aggregation,
            ..Measure::default()
        }
    }

    fn value(n: i64) -> Target {
        Target::Value(Value::plain(Decimal::from_int(n).unwrap()))
    }

    #[test]
    fn a_rate_is_never_added_up() {
        let (a, b) = (value(40), value(60));
        let whole = together(&[&a, &b], &measure(Aggregation::Ratio));
        assert_eq!(whole.sum, None);
        assert_eq!(
            whole.range,
            Some((
                Decimal::from_int(40).unwrap(),
                Decimal::from_int(60).unwrap()
            ))
        );
    }

    #[test]
    fn what_is_no_number_is_not_counted() {
        let (a, b) = (value(40), Target::ObservedOnly);
        let whole = together(&[&a, &b], &measure(Aggregation::Sum));
        assert_eq!((whole.counted, whole.sum), (1, Decimal::from_int(40)));
        let none = together(&[&b], &measure(Aggregation::Sum));
        assert_eq!((none.counted, none.sum, none.range), (0, None, None));
    }

    proptest! {
        #[test]
        fn the_sum_is_that_of_the_parts_in_any_order(mut numbers in proptest::collection::vec(-1000_i64..1000, 1..20)) {
            let sum = |numbers: &[i64]| {
                let targets: Vec<Target> = numbers.iter().map(|n| value(*n)).collect();
                let refs: Vec<&Target> = targets.iter().collect();
                together(&refs, &measure(Aggregation::Sum)).sum
            };
            let expected = Decimal::from_int(numbers.iter().sum());
            prop_assert_eq!(sum(&numbers), expected);
            numbers.reverse();
            prop_assert_eq!(sum(&numbers), expected);
        }
    }
}
