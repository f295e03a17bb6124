//! Rules on `mesures.yaml`.

use super::{Checker, keyed};
use crate::kernel::ValueKind;
use crate::measures::{Aggregation, Direction, Measure};

const LIST: &str = "mesures.yaml/mesures";

/// Most decimals shown; values are kept with six.
const MAX_DECIMALS: u8 = 6;

impl Checker<'_> {
    pub(super) fn check_measures(&mut self) {
        let measures = &self.framework.measures;
        self.refuse_repeats(keyed(LIST, measures, |m| &m.code), "code");
        for (rank, measure) in measures.iter().enumerate() {
            let path = format!("{LIST}/{rank}");
            self.check_written_once(&path, measure);
            self.check_used(&path, measure);
            self.check_breaks(&path, measure);
            if self.findings.is_troubled(&format!("{path}/valeur")) {
                continue;
            }
            if measure.value_kind == ValueKind::Number {
                self.check_number(&path, measure);
            } else {
                self.check_not_a_number(&path, measure);
            }
        }
    }

    fn check_written_once(&mut self, path: &str, measure: &Measure) {
        let Some(known) = self.known.measure(&measure.code) else {
            return;
        };
        if known.written_by != self.framework.code {
            let message = format!(
                "la mesure « {} » est déjà écrite par le cadre « {} »",
                measure.code, known.written_by
            );
            let remedy =
                "Retirez-la d’ici et citez-la dans l’indicateur, ou donnez-lui un autre code";
            self.error(
                &format!("{path}/code"),
                "measure-elsewhere",
                message,
                remedy,
            );
        }
    }

    fn check_used(&mut self, path: &str, measure: &Measure) {
        let unread = self.findings.is_unread("indicateurs.yaml")
            || self.findings.is_troubled("indicateurs.yaml/indicateurs");
        let used = !self.index.indicators_following(&measure.code).is_empty();
        if !used && !unread && !measure.code.is_empty() {
            let message = format!("aucun indicateur ne suit la mesure « {} »", measure.code);
            let remedy = "Citez-la dans un indicateur, ou retirez-la";
            self.warning(path, "unused-measure", message, remedy);
        }
    }

    fn check_number(&mut self, path: &str, measure: &Measure) {
        self.check_ratio(path, measure);
        if measure
            .decimals
            .is_some_and(|decimals| decimals > MAX_DECIMALS)
        {
            let message = format!("plus de {MAX_DECIMALS} décimales");
            let remedy = format!("Écrivez un nombre de 0 à {MAX_DECIMALS}");
            self.error(
                &format!("{path}/decimales"),
                "bad-decimals",
                message,
                remedy,
            );
        }
        if let (Some(min), Some(max)) = (measure.min, measure.max)
            && min > max
        {
            let message = format!("la borne basse, {min}, dépasse la borne haute, {max}");
            self.error(
                &format!("{path}/min"),
                "bounds-backwards",
                message,
                "Échangez « min » et « max »",
            );
        }
    }

    /// `pour` and the aggregation `rapport` go together: one says how, the other how much.
    fn check_ratio(&mut self, path: &str, measure: &Measure) {
        let path_of = |key: &str| format!("{path}/{key}");
        let unsettled = ["pour", "agregation"]
            .iter()
            .any(|key| self.findings.is_troubled(&path_of(key)));
        if unsettled {
            return;
        }
        match (measure.per, measure.aggregation) {
            (Some(0), _) => {
                let message = "un taux ne se calcule pas « pour 0 »";
                self.error(
                    &path_of("pour"),
                    "per-zero",
                    message,
                    "Écrivez 100 pour un pourcentage, 1 pour un simple rapport",
                );
            }
            (Some(_), Aggregation::Sum | Aggregation::None) => {
                let message = "un taux calculé « pour » quelque chose ne s’agrège que par rapport";
                let remedy = "Écrivez « agregation: rapport », ou retirez « pour »";
                self.error(&path_of("pour"), "per-without-ratio", message, remedy);
            }
            (None, Aggregation::Ratio) => {
                let message = "l’agrégation est un rapport, mais rien ne dit « pour » combien";
                let remedy =
                    "Ajoutez « pour: 100 » pour un pourcentage, « pour: 1 » pour un simple rapport";
                self.error(&path_of("agregation"), "ratio-without-per", message, remedy);
            }
            (None, Aggregation::Sum | Aggregation::None) | (Some(_), Aggregation::Ratio) => {}
        }
    }

    /// A text or a yes-no has nothing of what describes a number.
    fn check_not_a_number(&mut self, path: &str, measure: &Measure) {
        let is_text = measure.value_kind == ValueKind::Text;
        let remove = "Retirez cette ligne, ou corrigez « valeur »";
        let stated = [
            ("unite", measure.unit.is_some(), remove),
            ("decimales", measure.decimals.is_some(), remove),
            ("pour", measure.per.is_some(), remove),
            ("min", measure.min.is_some(), remove),
            ("max", measure.max.is_some(), remove),
            ("numerateur", measure.numerator.is_some(), remove),
            ("denominateur", measure.denominator.is_some(), remove),
            (
                "agregation",
                measure.aggregation != Aggregation::None,
                "Écrivez « agregation: aucune »",
            ),
            (
                "sens",
                is_text && measure.direction != Direction::None,
                "Écrivez « sens: aucun »",
            ),
        ];
        for (key, is_stated, remedy) in stated {
            if is_stated {
                let message =
                    format!("« {key} » ne convient pas à une mesure de ce genre de valeur");
                self.error(&format!("{path}/{key}"), "not-a-number", message, remedy);
            }
        }
    }

    fn check_breaks(&mut self, path: &str, measure: &Measure) {
        for (rank, pair) in measure.breaks.windows(2).enumerate() {
            if pair[0].since >= pair[1].since && pair[1].since != 0 {
                let message = "les ruptures ne se suivent pas dans l’ordre des années";
                let path = format!("{path}/ruptures/{}/depuis", rank + 1);
                self.error(
                    &path,
                    "break-order",
                    message,
                    "Rangez-les par année, une par année",
                );
            }
        }
    }
}
