//! How places are spread beyond chance.
//!
//! Where places differ for reasons of their own, chance explains a part of the spread only. The
//! rest is taken as one more variance that all places share (a random effect), found by the method
//! of moments (R. `DerSimonian` and N. Laird, « Meta-analysis in clinical trials », Controlled
//! Clinical Trials 7, 1986, p. 177-188) on standardised gaps brought back, at both ends, to the
//! tenth farthest (D. J. Spiegelhalter, « Handling over-dispersion of performance indicators »,
//! Quality and Safety in Health Care 14, 2005, p. 347-351), so that one odd place does not hide
//! itself.

use super::{Cases, Law, NEAR};

/// Fewer places tell nothing of how places are spread.
const FEWEST: usize = 8;

/// How places are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// How many times more than chance alone would explain, as a variance: 1 is chance alone.
    pub times_chance: f64,
    /// The variance that places share beside chance, of the rate.
    pub between: f64,
}

impl Usual {
    /// Between which rates 95 % of the places of so many cases are expected.
    pub fn range(self, law: Law, whole: f64, den: f64) -> (f64, f64) {
        let reach = NEAR.deviations * (variance(law, whole, den) + self.between).sqrt();
        let high = whole + reach;
        let high = match law {
            Law::Binomial => high.min(1.0),
            Law::Poisson => high,
        };
        ((whole - reach).max(0.0), high)
    }
}

/// How those places are spread around the whole; `None` where they are few, or where chance alone
/// may explain it: more than twice the standard error of the ratio is asked for.
pub fn usual(law: Law, whole: f64, cases: &[Cases]) -> Option<Usual> {
    let places = cases.len();
    if places < FEWEST || !(whole > 0.0 && (law == Law::Poisson || whole < 1.0)) {
        return None;
    }
    let gaps = cases
        .iter()
        .map(|c| (c.rate() - whole) / variance(law, whole, c.den).sqrt());
    let gaps = brought_back(gaps.collect());
    let count = f64::from(u32::try_from(places).ok()?);
    let times_chance = gaps.iter().map(|gap| gap * gap).sum::<f64>() / count;
    if times_chance <= 1.0 + 2.0 * (2.0 / count).sqrt() {
        return None;
    }
    let weights: Vec<f64> = cases
        .iter()
        .map(|c| 1.0 / variance(law, whole, c.den))
        .collect();
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let between = (count * times_chance - (count - 1.0)) / (sum - squares / sum);
    Some(Usual {
        times_chance,
        between: between.max(0.0),
    })
}

fn variance(law: Law, whole: f64, den: f64) -> f64 {
    match law {
        Law::Binomial => whole * (1.0 - whole) / den,
        Law::Poisson => whole / den,
    }
}

/// The farthest tenth at each end, brought back to the next ones.
fn brought_back(mut gaps: Vec<f64>) -> Vec<f64> {
    gaps.sort_by(f64::total_cmp);
    let (last, ends) = (gaps.len() - 1, gaps.len() / 10);
    let (low, high) = (gaps[ends], gaps[last - ends]);
    gaps.into_iter().map(|gap| gap.clamp(low, high)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(gaps: &[f64], den: f64) -> Vec<Cases> {
        let deviation = variance(Law::Binomial, 0.4, den).sqrt();
        gaps.iter()
            .map(|gap| Cases {
                num: (0.4 + gap * deviation) * den,
                den,
            })
            .collect()
    }

    #[test]
    fn chance_alone_is_told_as_such() {
        let gaps = [
            -1.6, -1.1, -0.8, -0.5, -0.2, 0.0, 0.1, 0.4, 0.7, 1.0, 1.3, 1.9,
        ];
        assert_eq!(usual(Law::Binomial, 0.4, &places(&gaps, 900.0)), None);
        assert_eq!(
            usual(Law::Binomial, 0.4, &places(&[9.0; 5], 900.0)),
            None,
            "too few"
        );
        assert_eq!(usual(Law::Binomial, 1.0, &places(&gaps, 900.0)), None);
    }

    #[test]
    fn the_same_spread_is_found_again() {
        // With one size, gaps of squares 9 on average are chance and eight times its variance.
        let gaps: Vec<f64> = (0..18)
            .map(|n| if n % 2 == 0 { 3.0 } else { -3.0 })
            .collect();
        let seen = usual(Law::Binomial, 0.4, &places(&gaps, 900.0)).unwrap();
        assert!((seen.times_chance - 9.0).abs() < 1e-9);
        let own = variance(Law::Binomial, 0.4, 900.0);
        assert!((seen.between / own - (18.0 * 9.0 - 17.0) / 17.0).abs() < 1e-9);
        let (low, high) = seen.range(Law::Binomial, 0.4, 900.0);
        assert!(low < 0.4 && 0.4 < high && low >= 0.0 && high <= 1.0);
    }

    #[test]
    fn one_odd_place_does_not_hide_itself() {
        let mut gaps = vec![-2.5, -1.9, -1.6, -1.2, -0.8, 0.8, 1.2, 1.6, 1.9, 2.5];
        let even = usual(Law::Binomial, 0.4, &places(&gaps, 900.0)).unwrap();
        gaps[9] = 30.0;
        let odd = usual(Law::Binomial, 0.4, &places(&gaps, 900.0)).unwrap();
        assert!((even.between - odd.between).abs() < 1e-12);
    }
}
