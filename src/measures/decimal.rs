//! An exact decimal, kept as a whole number of millionths. No floating point ever passes here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Number of millionths in one unit.
const SCALE: i64 = 1_000_000;

/// Number of decimals kept.
const PLACES: usize = 6;

/// An exact decimal with six decimals, stored as micro-units (invariant 8: exact numbers).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Decimal(pub i64);

/// The text is not a decimal that can be kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nombre décimal attendu, avec six décimales au plus (par exemple 12,5)")]
pub struct NotADecimal;

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads `12`, `-0,5` or `12.5`, with spaces between groups of digits.
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (negative, digits) = match compact.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, compact.as_str()),
        };
        let (whole, fraction) = digits.split_once([',', '.']).unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) || fraction.len() > PLACES {
            return Err(NotADecimal);
        }
        let whole: i64 = whole.parse().map_err(|_| NotADecimal)?;
        let fraction: i64 = format!("{fraction:0<PLACES$}")
            .parse()
            .map_err(|_| NotADecimal)?;
        let micros = whole
            .checked_mul(SCALE)
            .and_then(|micros| micros.checked_add(fraction))
            .ok_or(NotADecimal)?;
        Ok(Self(if negative { -micros } else { micros }))
    }
}

impl fmt::Display for Decimal {
    /// Writes the French form without superfluous zeros: `12,5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let (whole, rest) = (micros / SCALE.unsigned_abs(), micros % SCALE.unsigned_abs());
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:0>PLACES$}");
        write!(f, "{sign}{whole},{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_french_and_english_marks() {
        assert_eq!("12,5".parse(), Ok(Decimal(12_500_000)));
        assert_eq!("12.5".parse(), Ok(Decimal(12_500_000)));
        assert_eq!("-0,000001".parse(), Ok(Decimal(-1)));
        assert_eq!("1 000".parse(), Ok(Decimal(1_000_000_000)));
    }

    #[test]
    fn refuses_what_it_cannot_keep() {
        for text in [
            "",
            "-",
            "1,",
            ",5",
            "1,2,3",
            "1e3",
            "0,0000001",
            "9223372036855",
            "douze",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(NotADecimal), "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_reads_back(micros in -i64::MAX..=i64::MAX) {
            prop_assert_eq!(Decimal(micros).to_string().parse(), Ok(Decimal(micros)));
        }
    }
}
