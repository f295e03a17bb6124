//! Rules on `editions.yaml` and `glossaire.yaml`.

use super::{Checker, Family, keyed};
use crate::frameworks::{CalendarEntry, Edition, EditionIndicators, EditionYear};

const LIST: &str = "editions.yaml/editions";

/// A year on which to compare dates that come back every year.
const ANY_YEAR: i16 = 2024;

impl Checker<'_> {
    pub(super) fn check_editions(&mut self) {
        let framework = self.framework;
        let documents = Family {
            code: "unknown-document",
            name: "le document",
            list: "cadre.yaml/documents",
            keys: framework.documents.iter().map(|d| d.key.as_str()).collect(),
        };
        let indicators = Family {
            code: "unknown-indicator",
            name: "l’indicateur",
            list: "indicateurs.yaml/indicateurs",
            keys: framework
                .indicators
                .iter()
                .map(|i| i.key.as_str())
                .collect(),
        };
        for (rank, edition) in framework.editions.iter().enumerate() {
            let path = format!("{LIST}/{rank}");
            self.check_edition_year(&path, rank, edition);
            let document = edition.document.as_deref().unwrap_or_default();
            self.refer(&format!("{path}/document"), document, &documents);
            if let EditionIndicators::Keys(keys) = &edition.indicators {
                self.refer_all(&format!("{path}/indicateurs"), keys, &indicators);
            }
            let list = format!("{path}/calendrier");
            self.refuse_repeats(keyed(&list, &edition.calendar, |e| &e.key), "cle");
            for (rank, entry) in edition.calendar.iter().enumerate() {
                self.check_dates(&format!("{list}/{rank}"), entry, edition.year);
            }
        }
        let terms = keyed("glossaire.yaml/termes", &framework.glossary, |t| &t.acronym);
        self.refuse_repeats(terms, "sigle");
    }

    fn check_edition_year(&mut self, path: &str, rank: usize, edition: &Edition) {
        let path = format!("{path}/annee");
        if self.findings.is_troubled(&path) {
            return;
        }
        let earlier = &self.framework.editions[..rank];
        if earlier.iter().any(|other| other.year == edition.year) {
            let message = "une autre édition porte déjà cette année";
            self.error(
                &path,
                "repeated-year",
                message,
                "Réunissez les deux éditions",
            );
        }
        let EditionYear::Year(year) = edition.year else {
            return;
        };
        let (starts, ends) = (self.framework.starts, self.framework.ends);
        let unsettled = ["cadre.yaml/debut", "cadre.yaml/fin"]
            .iter()
            .any(|path| self.findings.is_troubled(path));
        let settled = !unsettled && !self.findings.is_unread("cadre.yaml");
        if settled && !(starts..=ends).contains(&year) {
            let message = format!("l’édition {year} tombe hors du cadre ({starts}-{ends})");
            let remedy = "« annee » est l’année N dont on fait le bilan, pas celle de la campagne";
            self.error(&path, "edition-year", message, remedy);
        }
    }

    fn check_dates(&mut self, path: &str, entry: &CalendarEntry, year: EditionYear) {
        let year = match year {
            EditionYear::Every => ANY_YEAR,
            EditionYear::Year(year) => year,
        };
        let from = entry.from.and_then(|date| date.on(year));
        let to = entry.to.and_then(|date| date.on(year));
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let message = format!("« {} » finit avant de commencer", entry.key);
            self.error(
                &format!("{path}/au"),
                "calendar-backwards",
                message,
                "Échangez ou corrigez « du » et « au »",
            );
        }
    }
}
