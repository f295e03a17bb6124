//! How far an observed value is from its target. Pure rules; the method is the framework's data.
//!
//! The words for a verdict are the framework's bands ([`Scale`]). Every comparison is between exact
//! quotients: no rounding decides a verdict. The straight path between baseline and final target serves only the years without a
//! target of their own.

use crate::frameworks::{Band, Method, Scale, Tone};
use crate::kernel::{Decimal, Fraction, Value};
use crate::measures::Direction;

/// What a target asks for, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A value to reach.
    Value(Fraction),
    /// Both limits included.
    Corridor {
        /// Lowest value that fits.
        low: Decimal,
        /// Highest value that fits.
        high: Decimal,
    },
    /// An answer.
    Answer(bool),
}

/// Everything the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// How the indicator is judged.
    pub method: Method,
    /// Which way is better.
    pub direction: Direction,
    /// The scale of a rate computed from its two terms.
    pub per: Option<u32>,
    /// Where the contract started from.
    pub baseline: Option<Fraction>,
    /// What was agreed.
    pub goal: Goal,
    /// What was observed.
    pub observed: &'a Value,
}

/// The verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attainment {
    /// Whether the target is reached.
    pub reached: bool,
    /// How far, where the method gives it: 1 is the target; below 0, further than at the start.
    pub rate: Option<Fraction>,
}

impl Attainment {
    /// How far, in per cent, for display: 100 is the target.
    pub fn percent(self) -> Option<Decimal> {
        self.rate.and_then(Fraction::percent)
    }

    /// The words for it.
    pub fn band(self, scale: &Scale) -> &Band {
        scale.band(self.reached, self.rate)
    }
}

/// Judges an observed value; `None` where the method does not judge or the question has no sense
/// (no value, no baseline to progress from, a value of another kind than the target).
pub fn attain(q: &Question<'_>) -> Option<Attainment> {
    if q.method == Method::None {
        return None;
    }
    match (q.goal, q.observed) {
        (Goal::Answer(goal), Value::YesNo(answer)) => Some(Attainment {
            reached: *answer == goal,
            rate: None,
        }),
        (Goal::Corridor { low, high }, Value::Number(_)) => {
            let observed = q.observed.exact(q.per)?;
            Some(Attainment {
                reached: (low.into()..=high.into()).contains(&observed),
                rate: None,
            })
        }
        (Goal::Value(target), Value::Number(_)) => {
            let observed = q.observed.exact(q.per)?;
            judge(q, target, observed)
        }
        _ => None,
    }
}

fn judge(q: &Question<'_>, target: Fraction, observed: Fraction) -> Option<Attainment> {
    let rising = wants_rise(q.direction, q.baseline, target);
    let reached = match (q.method, q.direction) {
        (Method::Floor, _) => observed >= target,
        (Method::Ceiling, _) => observed <= target,
        (_, Direction::Maintain) => observed == target,
        _ if rising => observed >= target,
        _ => observed <= target,
    };
    let rate = match q.method {
        Method::Progression => progression(q.baseline?, target, observed),
        Method::Ratio if rising => observed.checked_div(target),
        Method::Ratio => target.checked_div(observed),
        _ => None,
    };
    Some(Attainment { reached, rate })
}

/// Whether more is better. Where the direction does not say, the way from baseline to target does.
pub(super) fn wants_rise(
    direction: Direction,
    baseline: Option<Fraction>,
    target: Fraction,
) -> bool {
    match direction {
        Direction::Higher => true,
        Direction::Lower => false,
        Direction::Maintain | Direction::None => baseline.is_none_or(|start| target >= start),
    }
}

/// The part of the way done from baseline to target; `None` where there was no way to go.
fn progression(baseline: Fraction, target: Fraction, observed: Fraction) -> Option<Fraction> {
    let way = target.checked_sub(baseline)?;
    let done = observed.checked_sub(baseline)?;
    done.checked_div(way)
}

/// What the straight path from baseline to final target asks of a year in between, rounded to six
/// places; `None` outside the two years.
pub fn straight_path(
    baseline: Decimal,
    from: i16,
    target: Decimal,
    to: i16,
    year: i16,
) -> Option<Decimal> {
    if !(from..=to).contains(&year) || from == to {
        return None;
    }
    let span = Decimal::from_int(i64::from(to - from))?;
    let elapsed = i64::from(year - from);
    let way = target.checked_sub(baseline)?;
    let part = Decimal::ratio(way, span, u32::try_from(elapsed).ok()?)?;
    baseline.checked_add(part)
}

/// How a tone is drawn: its class and its pictogram.
pub fn look(tone: Tone) -> (&'static str, &'static str) {
    match tone {
        Tone::Reached => ("ok", "ok"),
        Tone::Near => ("go", "q3"),
        Tone::Attention => ("warn", "q2"),
        Tone::Alert => ("late", "q1"),
        Tone::Setback => ("late", "late"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::Framework;
    use crate::kernel::{Absence, Quantity};
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn ask(
        method: Method,
        direction: Direction,
        from: &str,
        to: &str,
        seen: &str,
    ) -> Option<Attainment> {
        attain(&Question {
            method,
            direction,
            per: Some(100),
            baseline: Some(d(from).into()),
            goal: Goal::Value(d(to).into()),
            observed: &Value::plain(d(seen)),
        })
    }

    #[test]
    fn progression_is_the_part_of_the_way_done() {
        let up = ask(
            Method::Progression,
            Direction::Higher,
            "66.3",
            "72",
            "71.16",
        )
        .unwrap();
        assert_eq!(
            (up.reached, up.percent().unwrap().french(1)),
            (false, "85,3".to_owned())
        );
        let down = ask(Method::Progression, Direction::Lower, "10", "5", "4").unwrap();
        assert_eq!((down.reached, down.percent()), (true, Some(d("120"))));
        let back = ask(Method::Progression, Direction::Higher, "44.1", "46", "43.2").unwrap();
        assert_eq!(back.band(&Framework::default().scale()).tone, Tone::Setback);
    }

    #[test]
    fn a_target_equal_to_the_baseline_gives_no_rate() {
        let kept = ask(Method::Progression, Direction::Higher, "50", "50", "51").unwrap();
        assert_eq!((kept.reached, kept.rate), (true, None));
    }

    #[test]
    fn floors_and_ceilings_ignore_the_direction() {
        assert!(
            ask(Method::Floor, Direction::Lower, "0", "80", "80")
                .unwrap()
                .reached
        );
        assert!(
            !ask(Method::Ceiling, Direction::Higher, "0", "2.5", "2.6")
                .unwrap()
                .reached
        );
    }

    /// Two thirds against a target of 66.666667 % and bands limited there: rounding would say that
    /// the target is reached, and that 80 % of the way is done.
    #[test]
    fn no_rounding_decides_a_verdict() {
        let observed = Value::Number(Quantity::Ratio {
            num: d("2"),
            den: d("3"),
        });
        let judged = |from: &str, to: &str| {
            let q = Question {
                method: Method::Progression,
                direction: Direction::Higher,
                per: Some(100),
                baseline: Some(d(from).into()),
                goal: Goal::Value(d(to).into()),
                observed: &observed,
            };
            attain(&q).unwrap()
        };
        assert!(!judged("0", "66.666667").reached);
        assert!(judged("0", "66.666666").reached);
        let scale = Framework::default().scale();
        // (200/3 - 0) / 83.333334 is 0.79999999…
        let nearly = judged("0", "83.333334");
        assert_eq!(nearly.percent().map(|p| p.round(2)), Some(d("80")));
        assert_eq!(nearly.band(&scale).key, "eloignee");
        assert_eq!(judged("0", "83.333333").band(&scale).key, "proche");
    }

    #[test]
    fn an_absence_is_never_judged() {
        let q = Question {
            method: Method::Progression,
            direction: Direction::Higher,
            per: None,
            baseline: Some(d("1").into()),
            goal: Goal::Value(d("2").into()),
            observed: &Value::Unavailable(Absence::Secret),
        };
        assert_eq!(attain(&q), None);
    }

    #[test]
    fn the_straight_path_joins_both_ends() {
        assert_eq!(
            straight_path(d("60"), 2023, d("75"), 2028, 2026),
            Some(d("69"))
        );
        assert_eq!(
            straight_path(d("60"), 2023, d("75"), 2028, 2023),
            Some(d("60"))
        );
        assert_eq!(
            straight_path(d("60"), 2023, d("75"), 2028, 2028),
            Some(d("75"))
        );
        assert_eq!(straight_path(d("60"), 2023, d("75"), 2028, 2029), None);
    }

    proptest! {
        #[test]
        fn getting_better_never_lowers_the_rate(
            base in -1000_i64..1000, way in 1_i64..1000, seen in -2000_i64..2000, more in 0_i64..500, up: bool,
        ) {
            let sign = if up { 1 } else { -1 };
            let direction = if up { Direction::Higher } else { Direction::Lower };
            let number = |n: i64| Decimal::from_int(n).unwrap();
            let judge = |observed: i64| attain(&Question {
                method: Method::Progression,
                direction,
                per: None,
                baseline: Some(number(base).into()),
                goal: Goal::Value(number(base + sign * way).into()),
                observed: &Value::plain(number(observed)),
            }).unwrap();
            let (before, after) = (judge(seen), judge(seen + sign * more));
            prop_assert!(after.rate >= before.rate);
            prop_assert!(after.reached >= before.reached);
        }

        #[test]
        fn reached_means_a_full_rate(base in -1000_i64..1000, way in 1_i64..1000, seen in -2000_i64..2000, up: bool) {
            let sign = if up { 1 } else { -1 };
            let number = |n: i64| Decimal::from_int(n).unwrap();
            let verdict = attain(&Question {
                method: Method::Progression,
                direction: if up { Direction::Higher } else { Direction::Lower },
                per: None,
                baseline: Some(number(base).into()),
                goal: Goal::Value(number(base + sign * way).into()),
                observed: &Value::plain(number(seen)),
            }).unwrap();
            prop_assert_eq!(verdict.reached, verdict.percent().unwrap() >= Decimal::HUNDRED);
        }

        #[test]
        fn a_corridor_is_reached_inside_it_only(low in -100_i64..100, width in 0_i64..100, seen in -300_i64..300) {
            let number = |n: i64| Decimal::from_int(n).unwrap();
            let verdict = attain(&Question {
                method: Method::Corridor,
                direction: Direction::Maintain,
                per: None,
                baseline: None,
                goal: Goal::Corridor { low: number(low), high: number(low + width) },
                observed: &Value::plain(number(seen)),
            }).unwrap();
            prop_assert_eq!(verdict.reached, (low..=low + width).contains(&seen));
        }
    }
}
