//! Figures as a French reader expects them.

use crate::kernel::{Decimal, Value, capitalised};
use crate::measures::Measure;

/// Writes the values of one measure with its unit and decimals.
#[derive(Clone, Copy, Debug)]
pub struct Formatter<'a> {
    measure: Option<&'a Measure>,
}

/// A space that keeps a number and its unit on one line.
const NO_BREAK: char = '\u{a0}';

impl<'a> Formatter<'a> {
    /// For that measure; for a number without unit where there is none.
    pub fn new(measure: Option<&'a Measure>) -> Self {
        Self { measure }
    }

    /// How many decimals its values are shown with.
    pub fn decimals(self) -> u8 {
        self.measure.and_then(|m| m.decimals).unwrap_or(0)
    }

    /// The same, or those that the number needs where a contract defined its measure without
    /// saying how many.
    fn places(self, number: Decimal) -> u8 {
        match self.measure {
            Some(measure) if measure.decimals.is_none() => number.places(),
            _ => self.decimals(),
        }
    }

    /// The scale of a rate computed from its two terms.
    pub fn per(self) -> Option<u32> {
        self.measure.and_then(|m| m.per)
    }

    /// The unit that goes after a number: `%`, `€`, or nothing where the unit is a word that the
    /// heading already says.
    pub fn sign(self) -> Option<&'static str> {
        match self.measure.and_then(|m| m.unit.as_deref()) {
            Some("%") => Some("%"),
            Some("euros") => Some("€"),
            _ => None,
        }
    }

    /// A number with its unit: `54,6 %`.
    pub fn number(self, number: Decimal) -> String {
        let digits = number.french(self.places(number));
        match self.sign() {
            Some(sign) => format!("{digits}{NO_BREAK}{sign}"),
            None => digits,
        }
    }

    /// A number without its unit, for a column whose heading says it.
    pub fn bare(self, number: Decimal) -> String {
        number.french(self.places(number))
    }

    /// A number that nobody observed: with one decimal at most where nobody said how many.
    pub fn estimate(self, number: Decimal) -> String {
        number.french(self.places(number.round(1)))
    }

    /// A difference: `+7,6`.
    pub fn difference(self, difference: Decimal) -> String {
        difference.french_signed(self.places(difference))
    }

    /// Any value.
    pub fn value(self, value: &Value) -> String {
        match value {
            Value::Number(_) => value
                .amount(self.per())
                .map_or_else(|| "–".to_owned(), |number| self.number(number)),
            Value::YesNo(true) => "Oui".to_owned(),
            Value::YesNo(false) => "Non".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Unavailable(absence) => capitalised(absence.french()),
        }
    }
}
