//! Rules on `indicateurs.yaml`: place, measures and method of each indicator.

use super::{Checker, Family, keyed};
use crate::frameworks::{Indicator, Method};
use crate::kernel::ValueKind;
use crate::platform::yaml::suggestion;

const LIST: &str = "indicateurs.yaml/indicateurs";

const METHOD_REMEDY: &str =
    "« oui-non » va aux mesures oui-non, « aucune » aux textes, les autres aux nombres";

impl<'a> Checker<'a> {
    pub(super) fn check_indicators(&mut self) {
        let indicators = &self.framework.indicators;
        self.refuse_repeats(keyed(LIST, indicators, |i| &i.key), "cle");
        let families = self.families();
        for (rank, indicator) in indicators.iter().enumerate() {
            let path = format!("{LIST}/{rank}");
            self.check_place(&path, indicator, &families);
            self.check_measures_of(&path, indicator, &families.measures);
            self.check_method(&path, indicator);
            self.check_due(&path, indicator);
            self.check_links(&path, indicator);
            self.refer_organisations(&format!("{path}/pilote"), &indicator.leads);
            self.refer_organisations(&format!("{path}/fournisseur"), &indicator.suppliers);
            self.refer_places(&format!("{path}/regions"), &indicator.regions);
        }
    }

    fn families(&self) -> Families<'a> {
        let framework = self.framework;
        let written = framework.measures.iter().map(|m| m.code.as_str());
        Families {
            nodes: self.nodes(),
            kinds: Family {
                code: "unknown-kind",
                name: "la nature",
                list: "cadre.yaml/natures",
                keys: framework.kinds.iter().map(|k| k.key.as_str()).collect(),
            },
            commitments: Family {
                code: "unknown-commitment",
                name: "le modèle d’engagement",
                list: "engagements.yaml/engagements",
                keys: framework
                    .commitments
                    .iter()
                    .map(|c| c.key.as_str())
                    .collect(),
            },
            measures: Family {
                code: "unknown-measure",
                name: "la mesure",
                list: "mesures.yaml/mesures",
                keys: written.chain(self.known.measure_codes()).collect(),
            },
        }
    }

    fn check_place(&mut self, path: &str, indicator: &Indicator, families: &Families<'_>) {
        self.refer(&format!("{path}/noeud"), &indicator.node, &families.nodes);
        self.refer(&format!("{path}/nature"), &indicator.kind, &families.kinds);
        let Some(key) = &indicator.commitment else {
            return;
        };
        let path = format!("{path}/engagement");
        self.refer(&path, key, &families.commitments);
        let Some(commitment) = self.index.commitment(key) else {
            return;
        };
        if commitment.node != indicator.node {
            let message = format!(
                "l’engagement « {key} » sert l’objectif « {} », l’indicateur est sous « {} »",
                commitment.node, indicator.node
            );
            let remedy = "Rangez l’indicateur et son engagement sous le même objectif";
            self.error(&path, "other-node", message, remedy);
        }
    }

    fn check_measures_of(&mut self, path: &str, indicator: &Indicator, measures: &Family<'_>) {
        self.refer_all(&format!("{path}/mesures"), &indicator.measures, measures);
        let has_measures = !indicator.measures.is_empty();
        if indicator.left_to_contract && has_measures {
            let message = "la définition est laissée au contrat, mais une mesure est citée";
            let remedy = "Retirez « mesures », ou « a_definir »";
            self.error(
                &format!("{path}/a_definir"),
                "slot-with-measures",
                message,
                remedy,
            );
        } else if !indicator.left_to_contract && !has_measures {
            let unsettled = ["", "/mesures", "/a_definir"]
                .iter()
                .any(|key| self.findings.is_troubled(&format!("{path}{key}")));
            if !unsettled {
                let message = format!("l’indicateur « {} » ne suit aucune mesure", indicator.key);
                let remedy =
                    "Citez une mesure, ou écrivez « a_definir: oui » si chaque contrat la définit";
                self.error(path, "no-measure", message, remedy);
            }
        }
    }

    fn check_method(&mut self, path: &str, indicator: &Indicator) {
        self.check_own_methods(path, indicator);
        let path = format!("{path}/methode");
        if indicator.method == Method::None || self.findings.is_troubled(&path) {
            return;
        }
        if indicator.left_to_contract {
            let message = "un indicateur laissé au contrat n’a pas encore de méthode";
            self.error(
                &path,
                "slot-with-method",
                message,
                "Écrivez « methode: aucune »",
            );
            return;
        }
        let own = |code: &&String| indicator.methods.iter().all(|own| own.measure != **code);
        let judged = indicator.measures.iter().filter(own);
        let judged: Vec<(&String, ValueKind)> = judged
            .filter_map(|code| Some((code, self.value_kind(code)?)))
            .collect();
        let misfits = judged
            .iter()
            .filter(|(_, kind)| !suits(indicator.method, *kind));
        let misfits: Vec<&str> = misfits.map(|(code, _)| code.as_str()).collect();
        if misfits.is_empty() {
            return;
        }
        if misfits.len() == judged.len() {
            let message = "la méthode ne convient pas au genre de valeur de la mesure";
            self.error(&path, "method-value-kind", message, METHOD_REMEDY);
        } else {
            let message = format!(
                "la méthode de cet indicateur composite ne convient pas à « {} »",
                misfits.join(" », « ")
            );
            let remedy = format!(
                "Ajoutez « methodes: {{{}: aucune}} », ou la méthode qui convient",
                misfits[0]
            );
            self.warning(&path, "composite-mixed", message, remedy);
        }
    }

    /// Each method of its own is that of a measure of the indicator, and suits it.
    fn check_own_methods(&mut self, path: &str, indicator: &Indicator) {
        for own in &indicator.methods {
            let path = format!("{path}/methodes/{}", own.measure);
            if !indicator.measures.contains(&own.measure) {
                let cited: Vec<&str> = indicator.measures.iter().map(String::as_str).collect();
                let remedy = suggestion(&own.measure, &cited).unwrap_or_else(|| {
                    "Nommez une mesure citée sous « mesures », ou retirez cette ligne".to_owned()
                });
                let message = format!("l’indicateur ne suit pas la mesure « {} »", own.measure);
                self.error(&path, "method-measure", message, remedy);
            } else if self
                .value_kind(&own.measure)
                .is_some_and(|kind| !suits(own.method, kind))
            {
                let message = format!(
                    "la méthode ne convient pas au genre de valeur de « {} »",
                    own.measure
                );
                self.error(&path, "method-value-kind", message, METHOD_REMEDY);
            }
        }
    }

    /// The value kind of a measure whose definition is known and settled.
    fn value_kind(&self, code: &str) -> Option<ValueKind> {
        let written = self.framework.measures.iter().position(|m| m.code == code);
        let unsettled = written.is_some_and(|rank| {
            let path = format!("mesures.yaml/mesures/{rank}/valeur");
            self.findings.is_troubled(&path)
        });
        let measure = self.measure(code)?;
        (!unsettled).then_some(measure.value_kind)
    }
}

/// What an indicator may point to.
struct Families<'a> {
    nodes: Family<'a>,
    kinds: Family<'a>,
    commitments: Family<'a>,
    measures: Family<'a>,
}

/// Whether attainment can be computed this way on this kind of value.
fn suits(method: Method, kind: ValueKind) -> bool {
    match kind {
        ValueKind::Number => method != Method::YesNo,
        ValueKind::YesNo => matches!(method, Method::YesNo | Method::None),
        ValueKind::Text => method == Method::None,
    }
}
