//! Exact quotients, for comparisons that no rounding may decide.

use std::cmp::Ordering;

use super::Decimal;

/// An exact quotient of two whole numbers in lowest terms, its denominator above zero.
///
/// Figures are decimals; a fraction stands only between figures and a verdict on them, such as
/// « has 80 % of the way been done? ».
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    /// `num / den`; `None` where `den` is zero.
    pub fn new(num: i128, den: i128) -> Option<Self> {
        let common = i128::try_from(gcd(num.unsigned_abs(), den.unsigned_abs())).ok()?;
        if den == 0 {
            return None;
        }
        let sign = den.signum();
        Some(Self {
            num: (num / common).checked_mul(sign)?,
            den: (den / common).checked_mul(sign)?,
        })
    }

    /// `num / den × per`; `None` where `den` is zero.
    pub fn of(num: Decimal, den: Decimal, per: u32) -> Option<Self> {
        let scaled = i128::from(num.micros()).checked_mul(i128::from(per))?;
        Self::new(scaled, i128::from(den.micros()))
    }

    /// `self - other`; `None` beyond the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Self::new(left.checked_sub(right)?, self.den.checked_mul(other.den)?)
    }

    /// `self / other`; `None` where `other` is zero, or beyond the range.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let num = self.num.checked_mul(other.den)?;
        Self::new(num, self.den.checked_mul(other.num)?)
    }

    /// In per cent, rounded half away from zero to six places: for display only.
    pub fn percent(self) -> Option<Decimal> {
        let scaled = self.num.checked_mul(100_000_000)?.checked_mul(2)?;
        let half = if self.num < 0 { -self.den } else { self.den };
        let micros = scaled.checked_add(half)? / self.den.checked_mul(2)?;
        i64::try_from(micros).ok().map(Decimal::from_micros)
    }
}

impl From<Decimal> for Fraction {
    fn from(number: Decimal) -> Self {
        Self::new(i128::from(number.micros()), 1_000_000).unwrap_or(Self { num: 0, den: 1 })
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Exact and never beyond the range: whole parts are compared, then what remains, turned over.
impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((mut a, mut b), (mut c, mut d)) = ((self.num, self.den), (other.num, other.den));
        loop {
            let whole = a.div_euclid(b).cmp(&c.div_euclid(d));
            let (left, right) = (a.rem_euclid(b), c.rem_euclid(d));
            if whole != Ordering::Equal || left == 0 || right == 0 {
                return whole.then(left.signum().cmp(&right.signum()));
            }
            // left/b < right/d exactly where d/right < b/left.
            (a, b, c, d) = (d, right, b, left);
        }
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_quotient_just_under_a_limit_is_under_it() {
        let nearly = Fraction::new(799_999_999_999, 1_000_000_000_000).unwrap();
        assert_eq!(nearly.percent(), Some(decimal("80")));
        assert!(nearly < Fraction::new(80, 100).unwrap());
        assert_eq!(Fraction::new(-2, -3), Fraction::new(4, 6));
        assert_eq!(Fraction::new(1, 0), None);
    }

    #[test]
    fn percents_round_half_away_from_zero() {
        let percent = |n, d| Fraction::new(n, d).unwrap().percent().unwrap();
        assert_eq!(percent(2, 3), decimal("66.666667"));
        assert_eq!(percent(-2, 3), decimal("-66.666667"));
        assert_eq!(percent(1, 200_000_000), decimal("0.000001"));
    }

    proptest! {
        #[test]
        fn order_is_that_of_cross_products(a in -9999_i128..9999, b in 1_i128..9999, c in -9999_i128..9999, d in 1_i128..9999) {
            let (left, right) = (Fraction::new(a, b).unwrap(), Fraction::new(c, d).unwrap());
            prop_assert_eq!(left.cmp(&right), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn the_largest_numbers_are_compared_too(a: i128, b in 1..i128::MAX, c in 1..i128::MAX) {
            let (one, other) = (Fraction::new(a, b), Fraction::new(a, c));
            if let (Some(one), Some(other)) = (one, other) {
                let expected = if a < 0 { b.cmp(&c) } else { c.cmp(&b) };
                prop_assert_eq!(one.cmp(&other), if a == 0 { Ordering::Equal } else { expected });
            }
        }

        #[test]
        fn a_quotient_of_decimals_rounds_as_decimals_do(n: i32, d in 1..i32::MAX) {
            let (n, d) = (Decimal::from_micros(i64::from(n)), Decimal::from_micros(i64::from(d)));
            prop_assert_eq!(Fraction::of(n, d, 1).unwrap().percent(), Decimal::ratio(n, d, 100));
        }

        #[test]
        fn what_was_taken_away_and_divided_comes_back(a: i32, b in 1..i32::MAX, c: i32, d in 1..i32::MAX) {
            let whole = |n: i32, d: i32| Fraction::new(n.into(), d.into()).unwrap();
            let (x, y) = (whole(a, b), whole(c, d));
            let gap = x.checked_sub(y).unwrap();
            prop_assert_eq!(gap.cmp(&whole(0, 1)), x.cmp(&y));
            if c != 0 {
                let quotient = x.checked_div(y).unwrap();
                prop_assert_eq!(quotient == whole(1, 1), x == y);
            }
        }
    }
}
