//! Exact decimal numbers in fixed point.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many micro-units make one unit.
const MICROS: i64 = 1_000_000;

/// The narrow no-break space that French typography puts between thousands.
const THIN_SPACE: char = '\u{202f}';

/// An exact decimal with six places, held as millionths in 64 bits: from minus to plus nine
/// thousand billion, enough for any amount in euros of the national accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One hundred, the full scale of a percentage.
    pub const HUNDRED: Self = Self(100 * MICROS);

    /// From millionths of a unit, the form kept in the database.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of a unit.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// From a whole number; `None` beyond the range.
    pub fn from_int(units: i64) -> Option<Self> {
        units.checked_mul(MICROS).map(Self)
    }

    /// `self + other`, or `None` beyond the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `self - other`, or `None` beyond the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The distance from zero.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// For drawing only; figures are never computed in floating point.
    #[allow(clippy::cast_precision_loss)] // a picture has fewer pixels than an f64 has digits
    pub fn to_f64_for_drawing(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// `numerator × per / denominator`, rounded half away from zero to six places; `None` where
    /// the denominator is zero or the result beyond the range.
    pub fn ratio(numerator: Self, denominator: Self, per: u32) -> Option<Self> {
        if denominator.0 == 0 {
            return None;
        }
        let scaled = i128::from(numerator.0) * i128::from(per) * i128::from(MICROS);
        i64::try_from(div_round(scaled, i128::from(denominator.0)))
            .ok()
            .map(Self)
    }

    /// Compares `a/b` with `c/d` exactly, without computing either; `None` where a denominator
    /// is not positive.
    pub fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<Ordering> {
        (b.0 > 0 && d.0 > 0).then(|| {
            let left = i128::from(a.0) * i128::from(d.0);
            let right = i128::from(c.0) * i128::from(b.0);
            left.cmp(&right)
        })
    }

    /// Rounded half away from zero to `places` decimals (0 to 6).
    #[must_use]
    pub fn round(self, places: u8) -> Self {
        let unit = 10_i64.pow(u32::from(6 - places.min(6)));
        let rounded = div_round(i128::from(self.0), i128::from(unit)) * i128::from(unit);
        Self(i64::try_from(rounded).unwrap_or(self.0))
    }

    /// How many decimals it takes to write it without losing any of it.
    pub fn places(self) -> u8 {
        let needed = (0..=6).find(|places| self.round(*places) == self);
        needed.unwrap_or(6)
    }

    /// As French typography writes it, with exactly `places` decimals: `1 234,5`.
    pub fn french(self, places: u8) -> String {
        let rounded = self.round(places);
        let digits = rounded.0.unsigned_abs();
        let whole = (digits / MICROS.unsigned_abs()).to_string();
        let mut out = String::new();
        if rounded.0 < 0 {
            out.push('−');
        }
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(THIN_SPACE);
            }
            out.push(c);
        }
        if places > 0 {
            let fraction = format!("{:06}", digits % MICROS.unsigned_abs());
            out.push(',');
            out.push_str(&fraction[..usize::from(places.min(6))]);
        }
        out
    }

    /// As [`french`](Self::french), with a plus sign before a rise: for differences.
    pub fn french_signed(self, places: u8) -> String {
        let text = self.french(places);
        if self.round(places).0 > 0 {
            format!("+{text}")
        } else {
            text
        }
    }
}

/// Integer division rounding half away from zero.
fn div_round(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = if denominator < 0 {
        (-numerator, -denominator)
    } else {
        (numerator, denominator)
    };
    if n >= 0 {
        (n + d / 2) / d
    } else {
        -((-n + d / 2) / d)
    }
}

/// Plain form with a decimal point and no padding, the one of files and JSON: `-1234.5`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = digits / MICROS.unsigned_abs();
        let fraction = format!("{:06}", digits % MICROS.unsigned_abs());
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            kept => write!(f, "{sign}{whole}.{kept}"),
        }
    }
}

/// Why a text is not a number Jalon keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// Not written as a number.
    #[error("ce n’est pas un nombre")]
    NotANumber,
    /// More than six decimals: keeping it would lose some of it.
    #[error("plus de six décimales")]
    TooPrecise,
    /// Beyond plus or minus nine thousand billion.
    #[error("nombre trop grand")]
    TooLarge,
    /// Spaces elsewhere than between thousands: `6 4` is two numbers or a slip, never 64.
    #[error("ses espaces ne séparent pas des milliers")]
    MisplacedSpace,
}

/// Reads `1234.5`, `1 234,5` (one space of any kind between groups of three digits), a leading
/// sign written `-`, `−` or `+`, and a trailing exponent as spreadsheets export it (`4.7E1`).
/// Points are decimal points, never thousands.
impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (negative, unsigned) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
        };
        let compact = without_thousands(unsigned)?;
        let unsigned = compact.as_str();
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((m, e)) => (
                m,
                e.parse::<i32>()
                    .map_err(|_| ParseDecimalError::NotANumber)?,
            ),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once([',', '.']).unwrap_or((mantissa, ""));
        let digits = || whole.chars().chain(fraction.chars());
        if whole.is_empty() && fraction.is_empty() || !digits().all(|c| c.is_ascii_digit()) {
            return Err(ParseDecimalError::NotANumber);
        }
        let point = i32::try_from(whole.len()).map_err(|_| ParseDecimalError::TooLarge)?;
        let micros = shift_to_micros(digits(), point.saturating_add(exponent))?;
        Ok(Self(if negative { -micros } else { micros }))
    }
}

/// The number without the spaces between its thousands.
fn without_thousands(unsigned: &str) -> Result<String, ParseDecimalError> {
    let whole_ends = unsigned
        .find([',', '.', 'e', 'E'])
        .unwrap_or(unsigned.len());
    let (whole, rest) = unsigned.split_at(whole_ends);
    let groups: Vec<&str> = whole.split(char::is_whitespace).collect();
    let digits = |group: &&str| group.chars().all(|c| c.is_ascii_digit());
    if !groups.iter().all(digits) {
        return Err(ParseDecimalError::NotANumber);
    }
    let grouped = match groups.as_slice() {
        [_] => true,
        [first, thousands @ ..] => {
            (1..=3).contains(&first.len()) && thousands.iter().all(|group| group.len() == 3)
        }
        [] => false,
    };
    if !grouped || rest.contains(char::is_whitespace) {
        return Err(ParseDecimalError::MisplacedSpace);
    }
    Ok(groups.concat() + rest)
}

/// The digits read with the decimal point after `point` of them, in millionths.
fn shift_to_micros(
    digits: impl Iterator<Item = char>,
    point: i32,
) -> Result<i64, ParseDecimalError> {
    let mut micros: i64 = 0;
    let mut place = i64::from(point) + 6;
    for digit in digits.filter_map(|c| c.to_digit(10)) {
        place -= 1;
        if digit == 0 {
            continue;
        }
        let power = u32::try_from(place).map_err(|_| ParseDecimalError::TooPrecise)?;
        let weight = 10_i64
            .checked_pow(power)
            .ok_or(ParseDecimalError::TooLarge)?;
        micros = weight
            .checked_mul(i64::from(digit))
            .and_then(|part| micros.checked_add(part))
            .ok_or(ParseDecimalError::TooLarge)?;
    }
    Ok(micros)
}

/// Text in JSON, so that no reader rounds it through floating point.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    #[test]
    fn reads_what_people_and_spreadsheets_write() {
        assert_eq!(d("54,6").micros(), 54_600_000);
        assert_eq!(d("1\u{202f}234\u{a0}567,5"), d("1234567.5"));
        assert_eq!(d("−3"), d("-3"));
        assert_eq!(d("4.7E1"), d("47"));
        assert_eq!(d("1e-6").micros(), 1);
        assert_eq!(d(",5"), d("0.5"));
        assert_eq!(d("0012"), d("12"));
        assert_eq!(d("1.0000000000"), d("1"));
        assert_eq!(d(" 12\u{2009}345 "), d("12345"));
        assert_eq!(d("- 3,5"), d("-3.5"));
    }

    #[test]
    fn spaces_separate_thousands_and_nothing_else() {
        for text in [
            "6 4", "64 66", "1 2345", "1234 567", "1  234", "1,5 0", "3 ,5", "1 234 56",
        ] {
            let read = text.parse::<Decimal>();
            assert_eq!(read, Err(ParseDecimalError::MisplacedSpace), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_keep_exactly() {
        for (text, error) in [
            ("", ParseDecimalError::NotANumber),
            ("n.d.", ParseDecimalError::NotANumber),
            ("1,2,3", ParseDecimalError::NotANumber),
            ("1.234,5", ParseDecimalError::NotANumber),
            ("0,1234567", ParseDecimalError::TooPrecise),
            ("99999999999999", ParseDecimalError::TooLarge),
            ("1e999999999999", ParseDecimalError::NotANumber),
            ("1e2147483647", ParseDecimalError::TooLarge),
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(error), "{text}");
        }
    }

    #[test]
    fn writes_french_typography() {
        assert_eq!(d("1234567.55").french(1), "1\u{202f}234\u{202f}567,6");
        assert_eq!(d("-0.04").french(1), "0,0");
        assert_eq!(d("-3").french(0), "−3");
        assert_eq!(d("7.6").french_signed(1), "+7,6");
        assert_eq!(d("0.04").french_signed(1), "0,0");
    }

    #[test]
    fn a_ratio_is_scaled_and_rounded_once() {
        assert_eq!(Decimal::ratio(d("1"), d("3"), 100), Some(d("33.333333")));
        assert_eq!(Decimal::ratio(d("2"), d("3"), 100), Some(d("66.666667")));
        assert_eq!(Decimal::ratio(d("1"), Decimal::ZERO, 100), None);
    }

    proptest! {
        #[test]
        fn display_reads_back(micros: i64) {
            prop_assume!(micros != i64::MIN);
            let value = Decimal::from_micros(micros);
            prop_assert_eq!(value.to_string().parse::<Decimal>(), Ok(value));
        }

        #[test]
        fn french_typography_reads_back(micros in -(1_i64 << 62)..(1_i64 << 62), space in "[ \u{a0}\u{2009}\u{202f}]") {
            let value = Decimal::from_micros(micros);
            let typed = value.french(6).replace(THIN_SPACE, &space);
            prop_assert_eq!(typed.parse::<Decimal>(), Ok(value));
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = text.parse::<Decimal>();
        }

        #[test]
        fn ratios_compare_like_cross_products(a in -1000_i64..1000, b in 1_i64..1000, c in -1000_i64..1000, d in 1_i64..1000) {
            let [a, b, c, d] = [a, b, c, d].map(|n| Decimal::from_int(n).unwrap());
            let expected = (a.micros() / 1_000_000 * (d.micros() / 1_000_000)).cmp(&(c.micros() / 1_000_000 * (b.micros() / 1_000_000)));
            prop_assert_eq!(Decimal::compare_ratios(a, b, c, d), Some(expected));
        }

        #[test]
        fn rounding_moves_by_at_most_half_a_unit(micros in -1_000_000_000_000_i64..1_000_000_000_000, places in 0_u8..=6) {
            let value = Decimal::from_micros(micros);
            let moved = value.round(places).checked_sub(value).unwrap().abs();
            prop_assert!(moved.micros() * 2 <= 10_i64.pow(u32::from(6 - places)));
        }
    }
}
