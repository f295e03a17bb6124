//! What chance alone would do to a rate: the limits of a funnel plot. Pure.
//!
//! A rate of few cases moves by chance more than a rate of many. The limits say, for a number of
//! cases, how far from the rate of the whole chance alone would take it: outside 95 % (one place in
//! twenty by chance) and outside 99.8 % (one in five hundred), as D. J. Spiegelhalter, « Funnel
//! plots for comparing institutional performance », Statistics in Medicine 24, 2005, p. 1185-1202.
//!
//! Limits are of the distribution itself and not of its normal approximation: binomial for a part
//! of a whole, Poisson for events. They are taken at mid-p (a count weighs half on each side: G.
//! Berry and P. Armitage, « Mid-P confidence intervals: a brief review », The Statistician 44,
//! 1995, p. 417-423), so that a rate and its complement are judged alike. Beyond
//! [`ENOUGH_VARIANCE`] the Cornish-Fisher expansion stands for them: the difference is below a
//! twentieth of a case, which a test holds.
//!
//! These limits are never widened. Regions differ for more reasons than chance, so that many may
//! stand outside: that is what the plot is to show. [`usual`] says how they are spread beside it.

mod counts;
mod spread;

pub use counts::{ENOUGH_VARIANCE, Law};
pub use spread::{Usual, usual};

/// How many standard deviations leave 2.5 % of a normal law on each side.
const NEAR: Tail = Tail {
    each_side: 0.025,
    deviations: 1.959_963_985,
};
/// And 0.1 %.
const FAR: Tail = Tail {
    each_side: 0.001,
    deviations: 3.090_232_306,
};

#[derive(Clone, Copy, Debug)]
struct Tail {
    each_side: f64,
    deviations: f64,
}

/// The cases of a place: how many there were among how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cases {
    /// The numerator.
    pub num: f64,
    /// The denominator, above zero.
    pub den: f64,
}

impl Cases {
    /// Their rate, from 0 to 1 for a part of a whole.
    pub fn rate(self) -> f64 {
        self.num / self.den
    }
}

/// How far from the rate of the whole chance may take a number of cases, as rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// What holds 95 % of what chance does.
    pub near: (f64, f64),
    /// What holds 99.8 % of it.
    pub far: (f64, f64),
}

/// How a rate stands to the limits of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Chance alone may explain it.
    Within,
    /// Outside 95 %.
    Beyond,
    /// Outside 99.8 %.
    FarBeyond,
}

/// The rate that all cases together give; `None` where there is none.
pub fn whole(cases: &[Cases]) -> Option<f64> {
    let (num, den) = cases
        .iter()
        .fold((0.0, 0.0), |(num, den), c| (num + c.num, den + c.den));
    (den > 0.0).then(|| num / den)
}

/// The limits for so many cases around the rate of the whole.
pub fn limits(law: Law, whole: f64, den: f64) -> Limits {
    let at = |tail: Tail| {
        let (low, high) = law.limits(whole, den, tail.each_side, tail.deviations);
        (low / den, high / den)
    };
    Limits {
        near: at(NEAR),
        far: at(FAR),
    }
}

/// How a place stands to the limits of its own number of cases.
pub fn standing(law: Law, whole: f64, cases: Cases) -> Standing {
    let limits = limits(law, whole, cases.den);
    let outside = |(low, high): (f64, f64)| !(low..=high).contains(&cases.rate());
    if outside(limits.far) {
        Standing::FarBeyond
    } else if outside(limits.near) {
        Standing::Beyond
    } else {
        Standing::Within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(law: Law, whole: f64, den: f64) -> (f64, f64) {
        let (low, high) = limits(law, whole, den).near;
        (low * den, high * den)
    }

    /// Computed apart, by exact sums of binomial and Poisson terms in rational arithmetic (Python's
    /// `fractions`), then the same interpolation.
    #[test]
    fn known_limits() {
        let close = |(low, high): (f64, f64), (l, h): (f64, f64)| {
            assert!(
                (low - l).abs() < 2e-6 && (high - h).abs() < 2e-6,
                "{low} {high}"
            );
        };
        close(near(Law::Binomial, 0.5, 20.0), (5.452_101, 14.547_899));
        close(near(Law::Binomial, 0.1, 50.0), (1.103_780, 9.667_974));
        close(near(Law::Poisson, 0.01, 1000.0), (4.183_459, 16.748_112));
    }

    #[test]
    fn the_expansion_takes_over_where_it_is_the_same() {
        for (law, whole) in [
            (Law::Binomial, 0.5),
            (Law::Binomial, 0.03),
            (Law::Binomial, 0.97),
            (Law::Poisson, 0.001),
        ] {
            let den = match law {
                Law::Binomial => ENOUGH_VARIANCE / (whole * (1.0 - whole)),
                Law::Poisson => ENOUGH_VARIANCE / whole,
            };
            for tail in [NEAR, FAR] {
                let exact = law.limits(whole, den * 0.999, tail.each_side, tail.deviations);
                let expanded = law.expanded(whole, den * 0.999, tail.deviations);
                assert!(
                    (exact.0 - expanded.0).abs() < 0.05,
                    "{exact:?} {expanded:?}"
                );
                assert!(
                    (exact.1 - expanded.1).abs() < 0.05,
                    "{exact:?} {expanded:?}"
                );
            }
        }
    }

    #[test]
    fn no_case_at_all_and_every_case_are_limits_like_others() {
        for whole in [0.0, 1.0] {
            assert_eq!(limits(Law::Binomial, whole, 40.0).near, (whole, whole));
        }
        assert_eq!(
            standing(
                Law::Binomial,
                0.0,
                Cases {
                    num: 1.0,
                    den: 40.0
                }
            ),
            Standing::FarBeyond
        );
        assert_eq!(whole(&[]), None);
    }

    proptest! {
        #[test]
        fn limits_enclose_the_rate_and_each_other(rate in 0.001_f64..0.999, den in 1_u32..2_000_000, events: bool) {
            let law = if events { Law::Poisson } else { Law::Binomial };
            let limits = limits(law, rate, f64::from(den));
            prop_assert!(limits.far.0 <= limits.near.0 && limits.near.1 <= limits.far.1);
            prop_assert!(limits.near.0 <= rate && rate <= limits.near.1, "{limits:?}");
            prop_assert!(limits.far.0 >= 0.0 && (events || limits.far.1 <= 1.0));
        }

        #[test]
        fn more_cases_never_widen_the_limits(rate in 0.01_f64..0.99, den in 5_u32..1_000_000) {
            // Steps of whole cases: twice as many are compared, not one more.
            let few = limits(Law::Binomial, rate, f64::from(den));
            let many = limits(Law::Binomial, rate, f64::from(den) * 2.0);
            prop_assert!(many.near.1 - many.near.0 <= few.near.1 - few.near.0 + 1e-9);
            prop_assert!(many.far.1 - many.far.0 <= few.far.1 - few.far.0 + 1e-9);
        }

        #[test]
        fn a_rate_and_its_complement_are_judged_alike(num in 0_u32..400, more in 0_u32..400, rate in 0.02_f64..0.98) {
            let den = f64::from(num + more).max(1.0);
            let (num, more) = (f64::from(num), den - f64::from(num));
            let own = limits(Law::Binomial, rate, den);
            let other = limits(Law::Binomial, 1.0 - rate, den);
            prop_assert!((own.near.0 - (1.0 - other.near.1)).abs() < 1e-9);
            prop_assert!((own.far.1 - (1.0 - other.far.0)).abs() < 1e-9);
            // A rate that falls on a limit may be told either way, for want of digits.
            let gap = [own.near.0, own.near.1, own.far.0, own.far.1].map(|l| (l - num / den).abs());
            prop_assume!(gap.iter().all(|gap| *gap > 1e-9));
            prop_assert_eq!(
                standing(Law::Binomial, rate, Cases { num, den }),
                standing(Law::Binomial, 1.0 - rate, Cases { num: more, den })
            );
        }

        #[test]
        fn going_away_from_the_whole_never_comes_back_within(den in 1_u32..5000, rate in 0.01_f64..0.99, a in 0.0_f64..1.0, b in 0.0_f64..1.0) {
            let den = f64::from(den);
            let (near, far) = if (a - rate).abs() < (b - rate).abs() { (a, b) } else { (b, a) };
            prop_assume!((near - rate) * (far - rate) > 0.0);
            let at = |rate_of: f64| standing(Law::Binomial, rate, Cases { num: rate_of * den, den });
            prop_assert!(at(near) <= at(far));
        }
    }
}
