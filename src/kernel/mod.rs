//! Pure words everyone shares: exact numbers, observed values, periods, identifiers, folded text.
//!
//! What lives here: types and rules without any input or output. What never does: SQL, HTTP,
//! clocks, anything that knows a concept of the domain such as a contract or an indicator.

mod decimal;
mod fraction;
mod period;
mod same;
mod text;
mod value;

pub use decimal::{Decimal, ParseDecimalError};
pub use fraction::Fraction;
pub use period::{MONTHS, ParsePeriodError, Period};
pub use same::Same;
pub use text::{capitalised, caption, counted, fold, hex, nearest, sentence};
pub use value::{Absence, Quantity, Value, ValueKind};
