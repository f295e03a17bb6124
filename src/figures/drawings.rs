//! What pages of indicators drew, kept while the history stands still.
//!
//! What lives here: the drawing and what decides it. What never does: how it is drawn (`pages`).

use std::sync::Arc;

use maud::Markup;

use super::FiguresView;
use crate::contracts::FullContract;
use crate::kernel::Same;
use crate::ledger::{Moment, OfState};
use crate::platform::web::Address;

/// What is drawn of the figures, once for all who see the same.
#[derive(Debug)]
pub struct Drawn {
    /// The verdict, under the name of the indicator.
    pub lead: Markup,
    /// From the measures to the other generations.
    pub figures: Markup,
    /// The year of the last figure.
    pub last_year: Option<i16>,
}

/// What decides it in one state of the history.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct DrawnFor {
    address: String,
    moment: Moment,
    figures: FiguresView,
    agreements: Same<[Arc<FullContract>]>,
}

impl DrawnFor {
    /// What an address shows of the figures and the contracts known at a moment.
    pub fn of(
        address: &Address,
        moment: Moment,
        figures: &FiguresView,
        agreements: &Arc<[Arc<FullContract>]>,
    ) -> Self {
        Self {
            address: address.href(),
            moment,
            figures: figures.clone(),
            agreements: Same(Arc::clone(agreements)),
        }
    }
}

/// The pages of indicators drawn in one state, by what is asked and what is seen.
pub type Drawings = OfState<DrawnFor, Arc<Drawn>>;
