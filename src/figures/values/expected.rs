//! Whether anybody expects a value: its period, its place, its measure.
//!
//! Readings of ours. A period that has not begun is refused, and so is one after the end of the
//! framework that was chosen; years before its start are baselines and history, and pass. What
//! nobody expects is a warning, since the value may be true all the same: a measure that is
//! consulted elsewhere, a year without values, a region that no indicator concerns.

use super::line::Line;
use super::rows::About;
use super::table::Reading;
use crate::imports::{Cell, ProblemCode};
use crate::kernel::Period;
use crate::organisations::PlaceKind;
use crate::platform::clock::french_date;

impl<'a> Reading<'a> {
    /// Whether a value may be given for that period; what nobody expects is told and kept.
    pub(super) fn expected(
        &mut self,
        line: &Line<'_>,
        cell: &Cell,
        measure: &str,
        period: Period,
        about: &About<'a>,
    ) -> bool {
        let at = line.spot(cell.place.column);
        if let Some((code, message)) = self.impossible(period) {
            self.notes.refuse(at, code, message);
            return false;
        }
        let rank = self.names.rank(measure);
        if self.codes.direct_access_only(measure)
            && self.told_once.insert((ProblemCode::DirectAccess, rank))
        {
            let message = "Cet indicateur se consulte en accès direct : le cadre ne prévoit pas qu’on en charge les valeurs. Elles sont gardées.";
            self.notes.warn(at, ProblemCode::DirectAccess, message);
        }
        if let Some(reason) = self.codes.gap(measure, period.year()) {
            let message = format!(
                "Le cadre ne prévoit pas de valeur en {} ({reason}) : vérifiez l’année. La valeur est gardée.",
                period.year()
            );
            self.notes.warn(at, ProblemCode::NoReporting, message);
        }
        self.look_at_place(line, cell, measure, period, about);
        true
    }

    fn impossible(&self, period: Period) -> Option<(ProblemCode, String)> {
        let today = self.known.today;
        if period.first_day() > today {
            let message = format!(
                "{} n’a pas commencé : une valeur observée ne peut pas en être donnée. Vérifiez l’année.",
                period.french()
            );
            return Some((ProblemCode::FuturePeriod, message));
        }
        let code = self.ground.settings.framework.as_ref()?;
        let ends = self.ground.catalogue.framework(code)?.framework.ends;
        (period.year() > ends).then(|| {
            let message = format!(
                "{} est après la fin du cadre choisi ({ends}). Vérifiez l’année, ou choisissez un autre cadre.",
                period.french()
            );
            (ProblemCode::OutsideFramework, message)
        })
    }

    /// A place that did not exist is no mistake of typing: suppliers also publish past years on
    /// the regions of today.
    fn look_at_place(
        &mut self,
        line: &Line<'_>,
        cell: &Cell,
        measure: &str,
        period: Period,
        about: &About<'a>,
    ) {
        let at = line.spot(cell.place.column);
        let Some(place) = self.ground.directory.place(about.place) else {
            return;
        };
        let last_day = period.last_day();
        if !place.valid_on(last_day) {
            let message = format!(
                "{} n’existe pas au {} : la valeur est gardée, et ne paraît pas parmi les régions de cette année-là.",
                place.name,
                french_date(last_day)
            );
            self.notes.warn(at, ProblemCode::PlaceNotInForce, message);
        }
        if place.kind == PlaceKind::Region && !self.codes.concerns(measure, &place.code) {
            let message = format!(
                "Cet indicateur ne concerne pas {} : la valeur est gardée, et aucun contrat ne la suit.",
                place.name
            );
            self.notes.warn(at, ProblemCode::PlaceNotConcerned, message);
        }
    }
}
