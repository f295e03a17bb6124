//! Words that many addresses share.

use jiff::civil::Date;
use serde::Deserialize;

/// `?au=15/03/2026` or `?au=2026-03-15`: show what was known at the end of that day in Paris.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AsOf {
    /// The day as typed, empty for now.
    #[serde(default)]
    pub au: String,
}

impl AsOf {
    /// The day asked for; `None` for now.
    ///
    /// # Errors
    /// A sentence for the user where the text is no day.
    pub fn day(&self) -> Result<Option<Date>, String> {
        match self.au.trim() {
            "" => Ok(None),
            text => parse_day(text).map(Some).ok_or_else(|| {
                format!("« {text} » n’est pas une date. Écrivez-la jour/mois/année, par exemple 15/03/2026.")
            }),
        }
    }
}

/// A day as people write it: `15/03/2026`, or `2026-03-15`.
pub fn parse_day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Some((day, rest)) = text.split_once('/') {
        let (month, year) = rest.split_once('/')?;
        if year.len() != 4 {
            return None;
        }
        return Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    }
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_ways_of_writing_a_day() {
        let expected = Some(jiff::civil::date(2026, 3, 15));
        assert_eq!(parse_day("15/03/2026"), expected);
        assert_eq!(parse_day(" 15/3/2026 "), expected);
        assert_eq!(parse_day("2026-03-15"), expected);
        for wrong in [
            "31/02/2026",
            "15/03/26",
            "hier",
            "2026-03-15T10:00",
            "2026-3",
        ] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }
}
