//! Rules on the bands of attainment, `paliers` of `cadre.yaml`: every verdict has one band, and
//! only one.

use super::Checker;
use crate::frameworks::{Band, BandCase, Tone};
use crate::kernel::Decimal;

const LIST: &str = "cadre.yaml/paliers";

type IsSo = fn(&Band) -> bool;

impl Checker<'_> {
    pub(super) fn check_bands(&mut self) {
        let bands = &self.framework.bands;
        for (rank, band) in bands.iter().enumerate() {
            let path = format!("{LIST}/{rank}");
            self.check_limit(&path, band);
            self.check_tone(&path, band);
        }
        if bands.is_empty() || self.findings.is_troubled(LIST) {
            return;
        }
        self.check_limits_fall();
        let lowest: IsSo = |band| band.case == BandCase::Rate && band.from.is_none();
        let cases: [(&str, &str, IsSo); 3] = [
            ("atteinte", "une cible atteinte", |band| {
                band.case == BandCase::Reached
            }),
            ("sans-taux", "une cible manquée sans taux", |band| {
                band.case == BandCase::WithoutRate
            }),
            ("taux", "les taux les plus bas", lowest),
        ];
        for (word, said, is_so) in cases {
            self.check_once(word, said, is_so);
        }
    }

    /// A limit goes with a rate, below the hundred that stands for the target.
    fn check_limit(&mut self, path: &str, band: &Band) {
        let path = format!("{path}/depuis");
        let Some(from) = band.from else { return };
        if band.case != BandCase::Rate && !self.findings.is_troubled(&path) {
            let message = "une limite ne va qu’avec un taux";
            let remedy = "Retirez « depuis », ou « cas »";
            self.error(&path, "band-limit", message, remedy);
        } else if from >= Decimal::HUNDRED {
            let message = format!("à {from} %, la cible est atteinte");
            let remedy = "Écrivez une limite au-dessous de 100";
            self.error(&path, "band-limit", message, remedy);
        }
    }

    /// The tone of a reached target goes to it alone.
    fn check_tone(&mut self, path: &str, band: &Band) {
        let unsettled = ["cas", "ton"]
            .iter()
            .any(|key| self.findings.is_troubled(&format!("{path}/{key}")));
        let (reached, tone) = (band.case == BandCase::Reached, band.tone == Tone::Reached);
        if reached == tone || unsettled {
            return;
        }
        let (message, remedy) = if tone {
            (
                "le ton « atteint » ferait croire la cible atteinte",
                "Choisissez proche, attention, alerte ou recul",
            )
        } else {
            (
                "une cible atteinte ne demande pas d’attention",
                "Écrivez « ton: atteint »",
            )
        };
        self.error(&format!("{path}/ton"), "band-tone", message, remedy);
    }

    fn check_limits_fall(&mut self) {
        let rates = self.framework.bands.iter().enumerate();
        let rates: Vec<_> = rates
            .filter(|(_, band)| band.case == BandCase::Rate)
            .filter(|(rank, _)| !self.findings.is_troubled(&format!("{LIST}/{rank}/depuis")))
            .map(|(rank, band)| (rank, band.from))
            .collect();
        for pair in rates.windows(2) {
            let ((_, above), (rank, below)) = (pair[0], pair[1]);
            // Absent is below everything, and comes last.
            if above <= below && above.is_some() || above.is_none() && below.is_some() {
                let path = format!("{LIST}/{rank}/depuis");
                let message = "les limites des paliers ne descendent pas";
                let remedy = "Rangez les paliers de la plus haute limite à la plus basse, chacune une fois, celui qui n’en a pas en dernier";
                self.error(&path, "band-order", message, remedy);
            }
        }
    }

    /// Exactly one band is so.
    fn check_once(&mut self, word: &str, said: &str, is_so: IsSo) {
        let bands = self.framework.bands.iter().enumerate();
        let unsettled = bands.clone().any(|(rank, _)| {
            let troubled = |key| self.findings.is_troubled(&format!("{LIST}/{rank}{key}"));
            ["", "/cas", "/depuis"].into_iter().any(troubled)
        });
        if unsettled {
            return;
        }
        let mut found = bands.filter(|(_, band)| is_so(band)).map(|(rank, _)| rank);
        match (found.next(), found.next()) {
            (None, _) => {
                let message = format!("aucun palier ne dit {said}");
                let remedy = match word {
                    "taux" => "Ajoutez un palier sans « depuis »".to_owned(),
                    word => format!("Ajoutez un palier avec « cas: {word} »"),
                };
                self.error(LIST, "band-gap", message, remedy);
            }
            (Some(_), Some(second)) => {
                let message = format!("deux paliers disent {said}");
                let path = format!("{LIST}/{second}");
                self.error(&path, "band-twice", message, "Gardez-en un seul");
            }
            (Some(_), None) => {}
        }
    }
}
