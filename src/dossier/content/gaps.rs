//! What is late, contested or missing. Pure.

use jalon_render::dossier::{Gap, GapKind};

use super::reviewed::Reviewed;
use crate::figures::delivery::Delivery;

/// Every gap of these figures, in their order; a figure may have several.
pub(super) fn gaps(figures: &[&Reviewed]) -> Vec<Gap> {
    figures.iter().flat_map(|one| of(one)).collect()
}

fn of(one: &Reviewed) -> Vec<Gap> {
    let gap = |kind, words: String| Gap {
        kind,
        code: one.figure.code.clone(),
        label: one.figure.label.clone(),
        words,
        who: one.suppliers.clone(),
    };
    let mut found = Vec::new();
    let delivery = one.figure.delivery.clone();
    match one.delivery {
        Delivery::Late(_) => found.push(gap(GapKind::Late, delivery)),
        Delivery::Expected(_) | Delivery::Awaited | Delivery::KnownGap(_) => {
            found.push(gap(GapKind::Missing, delivery));
        }
        // It came, or nothing is to come here.
        Delivery::InTime
        | Delivery::ReceivedLate(_)
        | Delivery::AccessOnly
        | Delivery::NotExpected => {}
    }
    if let Some(why) = &one.unavailable {
        found.push(gap(GapKind::Missing, format!("Sans valeur : {why}")));
    }
    if !one.figure.contest.is_empty() {
        found.push(gap(GapKind::Contested, one.figure.contest.clone()));
    }
    found
}
