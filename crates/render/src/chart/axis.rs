//! Axes: bounds and round ticks.

use serde::{Deserialize, Serialize};

/// A graduated axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    min: f64,
    max: f64,
    ticks: Vec<Tick>,
}

/// A tick and what is printed beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tick {
    /// Where it stands.
    pub value: f64,
    /// What is printed.
    pub text: String,
}

/// Ticks an axis aims at.
const AIM: f64 = 5.0;
/// Beyond, numbers are not drawn: they would come from a fault upstream.
const LARGEST: f64 = 1e12;

impl Axis {
    /// An axis with the bounds and ticks of the caller.
    pub fn new(min: f64, max: f64, ticks: Vec<Tick>) -> Self {
        let (min, max) = if is_drawable(min) && is_drawable(max) {
            (min, max)
        } else {
            (0.0, 1.0)
        };
        Self {
            min,
            max,
            ticks: ticks.into_iter().filter(|t| is_drawable(t.value)).collect(),
        }
    }

    /// An axis with round ticks around the values; the unit, if any, follows each tick.
    pub fn fitting(values: impl IntoIterator<Item = f64>, unit: &str) -> Self {
        let values = values
            .into_iter()
            .filter(|v| is_drawable(*v))
            .collect::<Vec<_>>();
        let low = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
        let spread = if high > low {
            high - low
        } else {
            high.abs().max(1.0)
        };
        let (step, decimals) = round_step(spread / AIM);
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        let mut ticks = Vec::new();
        let mut rank = first;
        while rank <= last {
            let value = rank * step;
            ticks.push(Tick {
                value,
                text: printed(value, decimals, unit),
            });
            rank += 1.0;
        }
        Self {
            min: first * step,
            max: last * step,
            ticks,
        }
    }

    /// The ticks.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Where a value stands, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.max > self.min {
            ((value - self.min) / (self.max - self.min)).clamp(0.0, 1.0)
        } else {
            0.5
        }
    }
}

/// Whether a value can be drawn at all.
pub(super) fn is_drawable(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST
}

/// The smallest step among 1, 2 and 5 times a power of ten that is not under `least`.
fn round_step(least: f64) -> (f64, usize) {
    let mut decimals = 0;
    let mut power = 1.0;
    while least > power * 5.0 {
        power *= 10.0;
    }
    while least <= power / 2.0 && decimals < 6 {
        power /= 10.0;
        decimals += 1;
    }
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|m| m * power >= least)
        .unwrap_or(10.0);
    let whole = step >= 10.0 && decimals > 0;
    (step * power, if whole { decimals - 1 } else { decimals })
}

/// A round number in French: decimal comma, thin spaces between thousands, a true minus.
fn printed(value: f64, decimals: usize, unit: &str) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    for (rank, digit) in whole.chars().enumerate() {
        if rank > 0 && (whole.len() - rank).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text = format!("{text},{fraction}");
    }
    let is_zero = digits.chars().all(|c| "0.".contains(c));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!("\u{202f}{unit}")
    };
    format!("{sign}{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], unit: &str) -> Vec<String> {
        let axis = Axis::fitting(values.iter().copied(), unit);
        axis.ticks().iter().map(|tick| tick.text.clone()).collect()
    }

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(
            texts(&[17.6, 75.0], "%"),
            [
                "0\u{202f}%",
                "20\u{202f}%",
                "40\u{202f}%",
                "60\u{202f}%",
                "80\u{202f}%"
            ]
        );
        assert_eq!(texts(&[-2.0, 8.4], ""), ["−5", "0", "5", "10"]);
        assert_eq!(
            texts(&[0.12, 0.31], ""),
            ["0,10", "0,15", "0,20", "0,25", "0,30", "0,35"]
        );
        assert_eq!(
            texts(&[1120.0, 2315.0], ""),
            [
                "1\u{202f}000",
                "1\u{202f}500",
                "2\u{202f}000",
                "2\u{202f}500"
            ]
        );
    }

    #[test]
    fn odd_input_still_gives_an_axis() {
        for values in [
            vec![],
            vec![f64::NAN],
            vec![5.0],
            vec![0.0, 0.0],
            vec![f64::INFINITY, 1.0],
            vec![1e300],
        ] {
            let axis = Axis::fitting(values.clone(), "");
            assert!(
                (2..=12).contains(&axis.ticks().len()),
                "{values:?}: {axis:?}"
            );
            assert!(axis.share(0.5).is_finite());
        }
        let axis = Axis::new(3.0, 3.0, Vec::new());
        assert!((axis.share(3.0) - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn every_scale_keeps_few_ticks() {
        for exponent in -5..12 {
            for high in [1.0, 1.7, 2.5, 4.9, 9.9] {
                let high = high * 10_f64.powi(exponent);
                let count = Axis::fitting([0.0, high], "").ticks().len();
                assert!((2..=8).contains(&count), "{high}: {count} ticks");
            }
        }
    }
}
