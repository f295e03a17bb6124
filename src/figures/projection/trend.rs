//! A line through few values, and the range in which a later value is likely.

use super::rounding;
use crate::kernel::Decimal;
use crate::measures::Measure;

/// Fewer values make no trend: a line through two values leaves nothing to tell chance from.
pub const FEWEST: usize = 3;

/// A value of a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The year.
    pub year: i16,
    /// The value, in the measure's unit.
    pub value: f64,
}

/// What is likely in a year: eight times in ten between both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likely {
    /// The value on the line.
    pub value: f64,
    /// The lowest likely value.
    pub low: f64,
    /// The highest likely value.
    pub high: f64,
}

/// The line that values follow: the median of the slopes between all pairs (H. Theil, 1950; P. K.
/// Sen, Journal of the American Statistical Association 63, 1968, p. 1379-1389), which one odd
/// value does not turn, through the median of what is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// What a year adds.
    pub slope: f64,
    /// The value of the line in the middle of the years known.
    level: f64,
    middle: f64,
    /// How far values stand from the line, as a standard deviation.
    scatter: f64,
    count: f64,
    /// The sum of the squared distances of years to their middle.
    breadth: f64,
    min: Option<f64>,
    max: Option<f64>,
}

impl Trend {
    /// The trend of values in the order of years; `None` where they are fewer than [`FEWEST`].
    pub fn of(known: &[Known], measure: &Measure) -> Option<Self> {
        if known.len() < FEWEST {
            return None;
        }
        let count = f64::from(u16::try_from(known.len()).ok()?);
        let middle = known.iter().map(|k| f64::from(k.year)).sum::<f64>() / count;
        let slope = median(slopes(known))?;
        let at = |k: &Known| f64::from(k.year) - middle;
        let level = median(known.iter().map(|k| k.value - slope * at(k)).collect())?;
        let squares: f64 = known
            .iter()
            .map(|k| (k.value - level - slope * at(k)).powi(2))
            .sum();
        // Two of the values are spent on the line. What rounding hides is scatter as well: a
        // uniform law as wide as the last decimal.
        let hidden = 2.0 * rounding(measure) / 12_f64.sqrt();
        Some(Self {
            slope,
            level,
            middle,
            scatter: (squares / (count - 2.0)).sqrt().max(hidden),
            count,
            breadth: known.iter().map(|k| at(k).powi(2)).sum(),
            min: measure.min.map(Decimal::to_f64_for_drawing),
            max: measure.max.map(Decimal::to_f64_for_drawing),
        })
    }

    /// What is likely in a year, within what the measure accepts.
    ///
    /// The prediction interval of a straight line: the scatter of one value, and how badly the
    /// level and the slope are known, the farther the more.
    pub fn at(&self, year: i16) -> Likely {
        let away = f64::from(year) - self.middle;
        let value = self.level + self.slope * away;
        let spread = (1.0 + 1.0 / self.count + away.powi(2) / self.breadth).sqrt();
        let reach = ninth_decile(self.count - 2.0) * self.scatter * spread;
        let bounded = |value: f64| {
            let value = self.min.map_or(value, |min| value.max(min));
            self.max.map_or(value, |max| value.min(max))
        };
        Likely {
            value: bounded(value),
            low: bounded(value - reach),
            high: bounded(value + reach),
        }
    }
}

fn slopes(known: &[Known]) -> Vec<f64> {
    let pairs = known.iter().enumerate();
    let slopes = pairs.flat_map(|(rank, later)| {
        known[..rank].iter().map(|earlier| {
            (later.value - earlier.value) / (f64::from(later.year) - f64::from(earlier.year))
        })
    });
    slopes.filter(|slope| slope.is_finite()).collect()
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let high = *numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(high);
    }
    Some(f64::midpoint(numbers[numbers.len() / 2 - 1], high))
}

/// Student's law by its degrees of freedom, from 1: what leaves a tenth on each side.
const STUDENT: [f64; 10] = [
    3.077_684, 1.885_618, 1.637_744, 1.533_206, 1.475_884, 1.439_756, 1.414_924, 1.396_815,
    1.383_029, 1.372_184,
];

/// What leaves a tenth on each side of Student's law.
fn ninth_decile(freedom: f64) -> f64 {
    let listed = (1_u8..)
        .zip(STUDENT)
        .find(|(n, _)| (f64::from(*n) - freedom).abs() < 0.5);
    if let Some((_, quantile)) = listed {
        return quantile;
    }
    // M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5.
    let z = 1.281_551_566_f64;
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + first / freedom + second / freedom.powi(2) + third / freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_student() {
        // Tables of the law: 0.90 at 1, 5, 10, 11, 20, 30 and 120 degrees.
        for (freedom, known) in [
            (1.0, 3.0777),
            (5.0, 1.4759),
            (10.0, 1.3722),
            (11.0, 1.3634),
            (20.0, 1.3253),
            (30.0, 1.3104),
            (120.0, 1.2886),
        ] {
            let seen = ninth_decile(freedom);
            assert!((seen - known).abs() < 1e-4, "{freedom}: {seen}");
        }
    }

    #[test]
    fn the_median_of_few() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
