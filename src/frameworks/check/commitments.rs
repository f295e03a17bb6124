//! Rules on `engagements.yaml`.

use super::{Checker, Family, keyed};
use crate::frameworks::{Eligibility, EligibilityScope, Word};

const LIST: &str = "engagements.yaml/engagements";

impl Checker<'_> {
    pub(super) fn check_commitments(&mut self) {
        let commitments = &self.framework.commitments;
        self.refuse_repeats(keyed(LIST, commitments, |c| &c.key), "cle");
        let nodes = self.nodes();
        for (rank, commitment) in commitments.iter().enumerate() {
            let path = format!("{LIST}/{rank}");
            self.refer(&format!("{path}/noeud"), &commitment.node, &nodes);
            if let Some(eligibility) = &commitment.eligibility {
                let path = format!("{path}/eligibilite");
                self.check_words(&path, eligibility);
                self.check_scope(&path, eligibility);
                self.check_features(&path, eligibility);
            }
        }
    }

    fn check_words(&mut self, path: &str, eligibility: &Eligibility) {
        let vocabulary = &self.framework.vocabulary;
        let lists: [(&str, &[String], &[Word]); 6] = [
            (
                "autorisations_toutes",
                &eligibility.all_authorisations,
                &vocabulary.authorisations,
            ),
            (
                "autorisations_une",
                &eligibility.any_authorisation,
                &vocabulary.authorisations,
            ),
            ("statuts", &eligibility.statuses, &vocabulary.statuses),
            (
                "caracteristiques_toutes",
                &eligibility.all_features,
                &vocabulary.features,
            ),
            (
                "caracteristiques_une",
                &eligibility.any_feature,
                &vocabulary.features,
            ),
            (
                "caracteristiques_aucune",
                &eligibility.no_feature,
                &vocabulary.features,
            ),
        ];
        for (key, used, words) in lists {
            let family = Family {
                code: "unknown-eligibility-word",
                name: "dans le vocabulaire du cadre, le mot",
                list: "cadre.yaml/vocabulaire",
                keys: words.iter().map(|w| w.key.as_str()).collect(),
            };
            self.refer_all(&format!("{path}/{key}"), used, &family);
        }
    }

    fn check_scope(&mut self, path: &str, eligibility: &Eligibility) {
        let path = format!("{path}/portee");
        if self.findings.is_troubled(&path) {
            return;
        }
        let conditions = [
            &eligibility.all_authorisations,
            &eligibility.any_authorisation,
            &eligibility.statuses,
            &eligibility.all_features,
            &eligibility.any_feature,
            &eligibility.no_feature,
        ];
        let conditional = conditions.iter().any(|list| !list.is_empty());
        let named = !eligibility.named.is_empty();
        let contradiction = match eligibility.scope {
            EligibilityScope::All if conditional || named => {
                "tous les établissements sont dits concernés, mais des conditions suivent"
            }
            EligibilityScope::Conditions if !conditional => {
                "des conditions sont annoncées, mais aucune ne suit"
            }
            EligibilityScope::Named if !named => {
                "des établissements sont dits nommés, mais aucun ne l’est"
            }
            EligibilityScope::Unspecified if conditional || named => {
                "le document est dit muet, mais des conditions suivent"
            }
            _ => return,
        };
        let remedy = "Corrigez « portee », ou les conditions";
        self.error(&path, "eligibility-scope", contradiction, remedy);
    }

    fn check_features(&mut self, path: &str, eligibility: &Eligibility) {
        for (rank, feature) in eligibility.no_feature.iter().enumerate() {
            if !feature.is_empty() && eligibility.all_features.contains(feature) {
                let path = format!("{path}/caracteristiques_aucune/{rank}");
                let message = format!("« {feature} » est à la fois exigé et exclu");
                self.error(
                    &path,
                    "eligibility-features",
                    message,
                    "Retirez-le de l’une des deux listes",
                );
            }
        }
    }
}
