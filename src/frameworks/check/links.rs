//! Rules on the links between indicators of different generations.

use super::Checker;
use crate::frameworks::{Indicator, Link, LinkKind};
use crate::platform::yaml::suggestion;

impl Checker<'_> {
    pub(super) fn check_links(&mut self, path: &str, indicator: &Indicator) {
        let links = &indicator.links;
        for (rank, link) in links.iter().enumerate() {
            let path = format!("{path}/liens/{rank}");
            let same_end =
                |l: &Link| l.framework == link.framework && l.indicator == link.indicator;
            if !link.indicator.is_empty() && links[..rank].iter().any(same_end) {
                let message = "ce lien est déjà écrit pour cet indicateur";
                self.error(
                    &path,
                    "repeated-link",
                    message,
                    "Gardez un seul des deux liens",
                );
            }
            if let Some(measures) = self.other_end(&path, link) {
                self.check_shared_measures(&path, indicator, link, &measures);
            }
        }
    }

    /// Measures of the indicator that a link points to, if it exists.
    fn other_end(&mut self, path: &str, link: &Link) -> Option<Vec<String>> {
        if link.framework.is_empty() || link.indicator.is_empty() {
            return None;
        }
        if link.framework == self.framework.code {
            let message = "le lien vise un indicateur du même cadre";
            let remedy = "Un lien va vers une autre génération : corrigez « cadre »";
            self.error(&format!("{path}/cadre"), "own-link", message, remedy);
            return None;
        }
        let Some(other) = self.known.framework(&link.framework) else {
            let known: Vec<&str> = self.known.framework_codes().collect();
            let remedy = suggestion(&link.framework, &known)
                .unwrap_or_else(|| "Chargez d’abord ce cadre, ou corrigez son code".to_owned());
            let message = format!("le cadre « {} » n’existe pas", link.framework);
            self.error(
                &format!("{path}/cadre"),
                "unknown-framework",
                message,
                remedy,
            );
            return None;
        };
        let (begins, starts) = (other.years.0, self.framework.starts);
        let found = other.measures_of.get(&link.indicator).cloned();
        if begins > starts && starts != 0 {
            let message = format!(
                "le lien va vers « {} », qui commence en {begins}, après ce cadre ({starts})",
                link.framework
            );
            let remedy = "Écrivez ce lien dans le cadre le plus récent, vers l’indicateur d’avant";
            self.error(&format!("{path}/cadre"), "link-forward", message, remedy);
        }
        if found.is_none() {
            let known: Vec<&str> = other.measures_of.keys().map(String::as_str).collect();
            let remedy = suggestion(&link.indicator, &known).unwrap_or_else(|| {
                "Cherchez sa clé dans ce cadre : ce n’est pas le code imprimé".to_owned()
            });
            let message = format!(
                "l’indicateur « {} » n’existe pas dans le cadre « {} »",
                link.indicator, link.framework
            );
            self.error(
                &format!("{path}/indicateur"),
                "unknown-indicator",
                message,
                remedy,
            );
        }
        found
    }

    fn check_shared_measures(
        &mut self,
        path: &str,
        indicator: &Indicator,
        link: &Link,
        others: &[String],
    ) {
        let path = format!("{path}/lien");
        if self.findings.is_troubled(&path) {
            return;
        }
        let shared = |code: &&String| others.contains(code);
        let first_shared = indicator.measures.iter().find(shared);
        match (link.kind, first_shared) {
            (LinkKind::Same | LinkKind::Revised, None) => {
                let message = format!(
                    "le lien dit que la mesure est la même, mais « {} » n’en partage aucune",
                    link.indicator
                );
                let remedy = "Citez la même mesure des deux côtés, ou écrivez « lien: apparente »";
                self.error(&path, "link-measure", message, remedy);
            }
            (LinkKind::Related, Some(code)) => {
                let message = format!(
                    "les indicateurs sont dits seulement apparentés, mais partagent la mesure « {code} »"
                );
                let remedy = "Écrivez « revise » ou « identique », ou séparez les mesures";
                self.error(&path, "link-related", message, remedy);
            }
            (LinkKind::Revised, Some(_)) => self.check_break_marked(&path, indicator, others),
            (LinkKind::Same, Some(_)) | (LinkKind::Related, None) => {}
        }
    }

    /// A revised link says that the definition changed: a shared measure must show since when.
    fn check_break_marked(&mut self, path: &str, indicator: &Indicator, others: &[String]) {
        let shared = indicator
            .measures
            .iter()
            .filter(|code| others.contains(code));
        let marked = shared
            .filter_map(|code| self.measure(code))
            .any(|measure| !measure.breaks.is_empty());
        if !marked {
            let message =
                "le lien dit que la définition change, mais la mesure ne marque aucune rupture";
            let remedy = "Ajoutez « ruptures » à la mesure, avec l’année et le motif";
            self.warning(path, "unmarked-break", message, remedy);
        }
    }
}
