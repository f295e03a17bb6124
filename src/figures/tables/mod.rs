//! The tables of figures that can be taken away.

mod circuit;
mod contests;
mod country;
mod definitions;
mod documents;
mod indicator;
mod measures;
mod objective;
mod observed;
mod review;
mod values;

pub use circuit::Circuit;
pub use contests::Contests;
pub use country::Country;
pub use definitions::Definitions;
pub(in crate::figures) use definitions::{DEFINITIONS_IN_FILES, definitions};
pub use documents::Attached;
pub use indicator::{LoadsOfMeasure, OfIndicator};
pub use measures::{LongSeries, Measures};
pub use objective::{Objective, ObjectiveByRegion, SideBySide};
pub use observed::ObservedOfContract;
pub(in crate::figures) use observed::OwnIndicator;
pub use review::ContractReview;
pub(in crate::figures) use review::on_page;
pub use values::{Revisions, Values};

use super::{Situation, Sources};
use crate::kernel::{Decimal, Quantity, Value};
use crate::measures::Measure;
use crate::platform::web::table::{Cell, Datum};
use crate::platform::web::{AsOf, WebResult};
use crate::tables::{Ask, number};

/// The situation of the day asked for; refused where that is no day.
async fn situation(sources: &Sources, ask: &mut Ask<'_>) -> WebResult<Situation> {
    ask.moment().await?;
    let as_of = AsOf::of(ask.asked);
    Ok(sources.situation(ask.tx, ask.reach, as_of).await?)
}

/// A value in two cells: the number, computed where it is a rate of two terms, and the words said
/// in place of one.
fn value(value: Option<&Value>, measure: Option<&Measure>) -> [Cell; 2] {
    match value {
        None => [Cell::default(), Cell::default()],
        Some(said) => match said.amount(measure.and_then(|m| m.per)) {
            Some(amount) => [of_measure(amount, measure), Cell::default()],
            None => [Cell::default(), Cell::text(said.to_string())],
        },
    }
}

/// A number with the decimals that pages show of its measure; a file holds them all.
fn of_measure(amount: Decimal, measure: Option<&Measure>) -> Cell {
    let decimals = measure.and_then(|measure| measure.decimals);
    Datum::number(Some(amount), decimals.unwrap_or(0)).into()
}

/// The two terms of a rate, where it came with them.
fn terms(value: Option<&Value>) -> [Cell; 2] {
    match value {
        Some(Value::Number(Quantity::Ratio { num, den })) => {
            [number(Some(*num)), number(Some(*den))]
        }
        _ => [Cell::default(), Cell::default()],
    }
}
