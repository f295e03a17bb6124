//! How the attainments of an objective's indicators are put together. Pure.
//!
//! The rule is Jalon's reading: no official document says how. Rates of different measures are
//! never added up nor averaged.
//!
//! - An indicator is worth the one of its measures that is the furthest from its target, so that
//!   it is reached only when all of them are.
//! - An objective is worth the indicator in the middle, once those that can be judged are put in
//!   the order of their tones; of two in the middle, the one further from its target. So at least
//!   half of the indicators are in that state or a better one, and no single indicator decides.
//!   How many targets are reached, and how many ask for action, is said beside, measure by
//!   measure: an indicator of two measures has two targets, here as on the contract and on paper.
//! - An objective moves the way that more of its indicators move.

use crate::figures::comparison::Movement;
use crate::frameworks::Tone;

/// What is known of one measure in one region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// How far it is from its target, where that is judged.
    pub tone: Option<Tone>,
    /// How it moved since the year before.
    pub movement: Option<Movement>,
    /// Whether the data of the year should be there and are not.
    pub late: bool,
    /// Whether they are still to come.
    pub awaited: bool,
}

/// How an objective stands in a region, or several of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The tone of the indicator in the middle; nothing where none can be judged.
    pub tone: Option<Tone>,
    /// How most of its indicators move.
    pub movement: Option<Movement>,
    /// How many measures have terms.
    pub followed: usize,
    /// How many can be judged.
    pub judged: usize,
    /// How many of those reach their targets.
    pub reached: usize,
    /// How many of those are to be acted upon: far from their target, or worse than at the start.
    pub alarming: usize,
    /// How many values of the year are late.
    pub late: usize,
    /// How many values of the year are still to come.
    pub awaited: usize,
}

impl Tally {
    /// Of the indicators of an objective, each by the marks of its measures.
    pub fn of<'a>(indicators: impl IntoIterator<Item = &'a [Mark]>) -> Self {
        let indicators: Vec<&[Mark]> = indicators.into_iter().collect();
        let mut tones: Vec<Tone> = indicators.iter().filter_map(|i| worst(i)).collect();
        tones.sort_unstable();
        let marks = || indicators.iter().copied().flatten();
        let judged = |wanted: fn(Tone) -> bool| {
            let tones = marks().filter_map(|mark| mark.tone);
            tones.filter(|tone| wanted(*tone)).count()
        };
        Self {
            // The furthest of the two in the middle: tones begin with the best.
            tone: tones.get(tones.len() / 2).copied(),
            movement: together(indicators.iter().filter_map(|i| moved(i))),
            followed: marks().count(),
            judged: judged(|_| true),
            reached: judged(|tone| tone == Tone::Reached),
            alarming: judged(|tone| tone >= Tone::Alert),
            late: marks().filter(|mark| mark.late).count(),
            awaited: marks().filter(|mark| mark.awaited).count(),
        }
    }

    /// The counts of several objectives or regions; a tone and a movement are those of one only.
    pub fn sum(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies
            .into_iter()
            .fold(Self::default(), |sum, tally| Self {
                tone: None,
                movement: None,
                followed: sum.followed + tally.followed,
                judged: sum.judged + tally.judged,
                reached: sum.reached + tally.reached,
                alarming: sum.alarming + tally.alarming,
                late: sum.late + tally.late,
                awaited: sum.awaited + tally.awaited,
            })
    }
}

/// The tone of the measure that is the furthest from its target.
fn worst(indicator: &[Mark]) -> Option<Tone> {
    indicator.iter().filter_map(|mark| mark.tone).max()
}

fn moved(indicator: &[Mark]) -> Option<Movement> {
    together(indicator.iter().filter_map(|mark| mark.movement))
}

/// The way more of them go; still where as many go each way, nothing where there is none.
fn together(movements: impl Iterator<Item = Movement>) -> Option<Movement> {
    let mut sum: Option<i32> = None;
    for movement in movements {
        let step = match movement {
            Movement::Forward => 1,
            Movement::Still => 0,
            Movement::Back => -1,
        };
        sum = Some(sum.unwrap_or_default() + step);
    }
    Some(match sum?.signum() {
        1 => Movement::Forward,
        -1 => Movement::Back,
        _ => Movement::Still,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TONES: [Tone; 5] = [
        Tone::Reached,
        Tone::Near,
        Tone::Attention,
        Tone::Alert,
        Tone::Setback,
    ];

    fn tone() -> impl Strategy<Value = Tone> {
        (0_usize..5).prop_map(|n| TONES[n])
    }

    fn movement() -> impl Strategy<Value = Movement> {
        (0_usize..3).prop_map(|n| [Movement::Forward, Movement::Still, Movement::Back][n])
    }

    fn mark() -> impl Strategy<Value = Mark> {
        let tone = proptest::option::of(tone());
        let movement = proptest::option::of(movement());
        (tone, movement, any::<bool>(), any::<bool>()).prop_map(
            |(tone, movement, late, awaited)| Mark {
                tone,
                movement,
                late,
                awaited,
            },
        )
    }

    type Objective = Vec<Vec<Mark>>;

    fn objective() -> impl Strategy<Value = Objective> {
        let indicator = proptest::collection::vec(mark(), 1..4);
        proptest::collection::vec(indicator, 0..9)
    }

    fn tally(objective: &Objective) -> Tally {
        Tally::of(objective.iter().map(Vec::as_slice))
    }

    fn of_tones(tones: &[Tone]) -> Tally {
        let marks = tones.iter().map(|tone| {
            vec![Mark {
                tone: Some(*tone),
                ..Mark::default()
            }]
        });
        tally(&marks.collect())
    }

    #[test]
    fn the_indicator_in_the_middle_speaks_for_the_objective() {
        use Tone::{Alert, Attention, Near, Reached, Setback};
        assert_eq!(of_tones(&[]).tone, None);
        assert_eq!(of_tones(&[Near]).tone, Some(Near));
        assert_eq!(of_tones(&[Reached, Near]).tone, Some(Near));
        assert_eq!(of_tones(&[Setback, Reached, Reached]).tone, Some(Reached));
        let five = of_tones(&[Alert, Reached, Attention, Near, Setback]);
        assert_eq!(five.tone, Some(Attention));
        assert_eq!((five.judged, five.reached, five.alarming), (5, 1, 2));
    }

    #[test]
    fn an_indicator_is_worth_its_furthest_measure() {
        let half = [Tone::Reached, Tone::Setback].map(|tone| Mark {
            tone: Some(tone),
            ..Mark::default()
        });
        let one = Tally::of([half.as_slice()]);
        assert_eq!(
            (one.tone, one.judged, one.reached, one.alarming),
            (Some(Tone::Setback), 2, 1, 1)
        );
    }

    proptest! {
        #[test]
        fn at_least_half_of_the_indicators_stand_there_or_better(objective in objective()) {
            let tally = tally(&objective);
            let worst: Vec<Tone> = objective.iter().filter_map(|i| worst(i)).collect();
            let judged = objective.iter().flatten().filter(|mark| mark.tone.is_some());
            prop_assert_eq!(tally.judged, judged.count());
            prop_assert_eq!(tally.tone.is_none(), worst.is_empty());
            if let Some(tone) = tally.tone {
                prop_assert!(worst.contains(&tone));
                let better = worst.iter().filter(|other| **other <= tone).count();
                let further = worst.iter().filter(|other| **other >= tone).count();
                prop_assert!(better * 2 > worst.len() && further * 2 >= worst.len());
            }
        }

        #[test]
        fn the_order_of_indicators_and_measures_says_nothing(objective in objective()) {
            let mut other = objective.clone();
            other.reverse();
            for indicator in &mut other {
                indicator.reverse();
            }
            prop_assert_eq!(tally(&objective), tally(&other));
        }

        #[test]
        fn coming_nearer_to_one_target_never_makes_the_whole_worse(
            objective in objective(), at in any::<prop::sample::Index>(), to in tone(),
        ) {
            let before = tally(&objective);
            let mut better = objective.clone();
            let mut marks: Vec<&mut Mark> = better.iter_mut().flatten().collect();
            if marks.is_empty() {
                return Ok(());
            }
            let chosen = at.index(marks.len());
            let Some(tone) = marks[chosen].tone else {
                return Ok(());
            };
            marks[chosen].tone = Some(tone.min(to));
            let after = tally(&better);
            prop_assert!(after.tone <= before.tone);
            prop_assert!(after.reached >= before.reached && after.alarming <= before.alarming);
        }

        #[test]
        fn moving_the_other_way_turns_the_movement_around(objective in objective()) {
            let turned = |movement: Movement| match movement {
                Movement::Forward => Movement::Back,
                Movement::Still => Movement::Still,
                Movement::Back => Movement::Forward,
            };
            let mut other = objective.clone();
            for mark in other.iter_mut().flatten() {
                mark.movement = mark.movement.map(turned);
            }
            prop_assert_eq!(tally(&other).movement, tally(&objective).movement.map(turned));
        }

        #[test]
        fn counts_add_up(one in objective(), other in objective()) {
            let sum = Tally::sum([tally(&one), tally(&other)]);
            let mut both = one;
            both.extend(other);
            let whole = Tally { tone: None, movement: None, ..tally(&both) };
            prop_assert_eq!(sum, whole);
        }
    }
}
