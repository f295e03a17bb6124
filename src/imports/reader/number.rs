//! Numbers of spreadsheets as exact decimal text.

/// The significant digits that a spreadsheet keeps and shows. A binary number made of at most
/// that many decimal digits gives them back exactly.
const DIGITS: usize = 15;

/// A number with at most 15 significant digits, moved by a power of ten: `54.6` for `0.546` and
/// 2. `None` for what is no number.
pub(super) fn decimal_text(value: f64, shift: i32) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let scientific = format!("{:.*e}", DIGITS - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e')?;
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    // How many digits stand before the point; none or fewer where zeros follow it.
    let whole = exponent.parse::<i32>().ok()? + shift + 1;
    let sign = if value < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let length = i32::try_from(digits.len()).ok()?;
    Some(if whole <= 0 {
        format!("{sign}0.{}{digits}", zeros(-whole))
    } else if whole >= length {
        format!("{sign}{digits}{}", zeros(whole - length))
    } else {
        let (before, after) = digits.split_at(usize::try_from(whole).ok()?);
        format!("{sign}{before}.{after}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_binary_numbers_add_is_gone() {
        let text = |value| decimal_text(value, 0).unwrap();
        assert_eq!(text(54.599_999_999_999_994), "54.6");
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(-12.50), "-12.5");
        assert_eq!(text(1e15), "1000000000000000");
        assert_eq!(text(0.000_001), "0.000001");
        assert_eq!(text(2023.0), "2023");
        assert_eq!(decimal_text(f64::NAN, 0), None);
        assert_eq!(decimal_text(0.546, 2).unwrap(), "54.6");
        assert_eq!(decimal_text(0.07 * 3.0, 2).unwrap(), "21");
        assert_eq!(decimal_text(0.000_5, 2).unwrap(), "0.05");
        assert_eq!(decimal_text(12.0, 2).unwrap(), "1200");
    }

    proptest! {
        #[test]
        fn fifteen_digits_come_back_as_they_were(digits in -999_999_999_999_999_i64..=999_999_999_999_999, places in 0_u32..16) {
            let scale = 10_i64.pow(places);
            let sign = if digits < 0 { "-" } else { "" };
            let (whole, rest) = (digits.abs() / scale, digits.abs() % scale);
            let width = usize::try_from(places).unwrap();
            let fraction = if places == 0 { String::new() } else { format!(".{rest:0width$}") };
            let written = format!("{sign}{whole}{fraction}");
            let bare = match written.split_once('.') {
                Some((whole, fraction)) => {
                    let fraction = fraction.trim_end_matches('0');
                    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
                }
                None => written.clone(),
            };
            let expected = if bare == "-0" { "0".to_owned() } else { bare };
            prop_assert_eq!(decimal_text(written.parse().unwrap(), 0), Some(expected));
        }
    }
}
