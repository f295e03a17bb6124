//! Rows of values as programs read them: published types, whatever a batch keeps.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RowState, RowSubject};
use crate::figures::api::told;
use crate::kernel::Period;
use crate::measures::Measure;
use crate::platform::api::ValueView;

/// De quelle valeur il s’agit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AboutValue)]
pub struct AboutValueView {
    /// Toujours `value`.
    kind: &'static str,
    /// Code de la mesure.
    measure: String,
    /// Code du territoire.
    place: String,
    /// `2023`, `2023-S1`, `2023-T4` ou `2023-M09`.
    #[schema(value_type = String)]
    period: Period,
    /// La part observée, comme `sex=F` ; vide pour le tout.
    breakdown: String,
}

impl From<&RowSubject> for AboutValueView {
    fn from(subject: &RowSubject) -> Self {
        Self {
            kind: "value",
            measure: subject.measure.clone(),
            place: subject.place.clone(),
            period: subject.period,
            breakdown: subject.breakdown.clone(),
        }
    }
}

/// Ce qu’une ligne de fichier dit d’une valeur.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SaidValue)]
pub struct SaidValueView {
    /// Toujours `value`.
    kind: &'static str,
    value: ValueView,
    /// Une valeur définitive est à venir.
    provisional: bool,
    /// Inventée pour la démonstration.
    fictional: bool,
    /// Code de l’organisation qui la fournit.
    supplier: String,
    source: Option<String>,
    comment: Option<String>,
    /// Le jour que la valeur décrit.
    #[schema(value_type = Option<String>, format = Date)]
    reference_date: Option<Date>,
    /// Le premier jour où tous la voient.
    #[schema(value_type = Option<String>, format = Date)]
    embargo_until: Option<Date>,
}

impl SaidValueView {
    /// What a row says of a measure, which gives its numbers their unit where it is known.
    pub(super) fn of(state: &RowState, measure: Option<&Measure>) -> Self {
        Self {
            kind: "value",
            value: told(&state.value, measure),
            provisional: state.provisional,
            fictional: state.fictional,
            supplier: state.supplier.clone(),
            source: state.source.clone(),
            comment: state.comment.clone(),
            reference_date: state.reference_date,
            embargo_until: state.embargo_until,
        }
    }
}
