//! What a change of a measure's definition does to how its values are read. Pure.

use super::Measure;
use crate::kernel::Decimal;

/// A part of the definition under which values, baselines and targets are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The kind of value.
    Kind,
    /// The unit of a number.
    Unit,
    /// What a rate is computed for: 100, 1,000…
    Per,
    /// How regional values make a national one.
    Aggregation,
    /// The stretch of time that one value covers.
    Window,
    /// Which way is better: it decides how targets are read, and leaves values alone.
    Direction,
    /// The plausible values, fewer than before.
    Bounds,
}

impl Facet {
    /// As the subject of a French sentence.
    pub fn french(self) -> &'static str {
        match self {
            Self::Kind => "son genre de valeur",
            Self::Unit => "son unité",
            Self::Per => "son échelle (« pour »)",
            Self::Aggregation => "son agrégation",
            Self::Window => "sa période couverte (« fenetre »)",
            Self::Direction => "son sens",
            Self::Bounds => "ses bornes",
        }
    }

    /// Whether a break marked in the series tells readers enough. The others hold for the whole
    /// series: a figure of before the break would be read under the definition of after.
    fn may_break(self) -> bool {
        matches!(self, Self::Window | Self::Bounds)
    }
}

impl Measure {
    /// The parts of the definition that the new one reads otherwise, save those that a break
    /// marked by the new one, and not by this one, accounts for.
    pub fn redefined(&self, new: &Self) -> Vec<Facet> {
        let breaks = |measure: &Self, since| measure.breaks.iter().any(|b| b.since == since);
        let broken = new.breaks.iter().any(|b| !breaks(self, b.since));
        let facets = [
            (Facet::Kind, self.value_kind != new.value_kind),
            (Facet::Unit, self.unit != new.unit),
            (Facet::Per, self.per != new.per),
            (Facet::Aggregation, self.aggregation != new.aggregation),
            (Facet::Window, self.window != new.window),
            (Facet::Direction, self.direction != new.direction),
            (Facet::Bounds, self.is_narrowed_by(new)),
        ];
        let altered = facets.into_iter().filter(|(_, differs)| *differs);
        altered
            .map(|(facet, _)| facet)
            .filter(|facet| !(broken && facet.may_break()))
            .collect()
    }

    /// Whether a number is plausible.
    pub fn bounds_hold(&self, number: Decimal) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    /// Whether a value that was plausible is no longer.
    fn is_narrowed_by(&self, new: &Self) -> bool {
        let raised = new
            .min
            .is_some_and(|min| self.min.is_none_or(|was| min > was));
        let lowered = new
            .max
            .is_some_and(|max| self.max.is_none_or(|was| max < was));
        raised || lowered
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measures::{Break, Direction, Window};

    fn measure(min: Option<i64>, max: Option<i64>) -> Measure {
        Measure {
            unit: Some("%".to_owned()),
            min: min.map(Decimal::from_micros),
            max: max.map(Decimal::from_micros),
            ..Measure::default()
        }
    }

    #[test]
    fn labels_decimals_and_notes_are_read_as_before() {
        let old = measure(None, None);
        let new = Measure {
            label: "Autre libellé".to_owned(),
            decimals: Some(2),
            numerator: Some("Autrement dit".to_owned()),
            note: Some("Note".to_owned()),
            ..old.clone()
        };
        assert_eq!(old.redefined(&new), []);
    }

    #[test]
    fn a_new_break_accounts_for_the_window_and_never_for_the_unit_nor_the_direction() {
        let old = measure(None, None);
        let mut new = Measure {
            unit: Some("personnes".to_owned()),
            window: Some(Window::TwelveMonths),
            direction: Direction::Lower,
            ..old.clone()
        };
        let all = [Facet::Unit, Facet::Window, Facet::Direction];
        assert_eq!(old.redefined(&new), all);
        new.breaks.push(Break {
            since: 2026,
            ..Break::default()
        });
        assert_eq!(old.redefined(&new), [Facet::Unit, Facet::Direction]);
        // One that was marked already says nothing of this change.
        let old = Measure {
            breaks: new.breaks.clone(),
            ..old
        };
        assert_eq!(old.redefined(&new), all);
    }

    proptest! {
        #[test]
        fn bounds_are_altered_where_a_plausible_value_is_lost_and_only_there(
            old in any::<(Option<i8>, Option<i8>)>(), new in any::<(Option<i8>, Option<i8>)>(),
        ) {
            let bounds = |(min, max): (Option<i8>, Option<i8>)| measure(min.map(i64::from), max.map(i64::from));
            let within = |(min, max): (Option<i8>, Option<i8>), value: i64| {
                min.is_none_or(|min| value >= i64::from(min)) && max.is_none_or(|max| value <= i64::from(max))
            };
            // Bounds in order, as the check demands: an empty stretch loses nothing.
            let ordered = |(min, max): (Option<i8>, Option<i8>)| !matches!((min, max), (Some(min), Some(max)) if min > max);
            prop_assume!(ordered(old) && ordered(new));
            let lost = (-200..=200).any(|value| within(old, value) && !within(new, value));
            let altered = bounds(old).redefined(&bounds(new)) == [Facet::Bounds];
            prop_assert_eq!(altered, lost);
            let (old, new) = (bounds(old), bounds(new));
            let number = Decimal::from_micros(7);
            prop_assert!(lost || !old.bounds_hold(number) || new.bounds_hold(number));
        }
    }
}
