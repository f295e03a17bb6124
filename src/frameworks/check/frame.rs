//! Rules on `cadre.yaml`.

use super::{Checker, Family, keyed};
use crate::frameworks::{ActKind, Word};
use crate::platform::yaml::suggestion;

const FILE: &str = "cadre.yaml";

/// Years in which a framework may reasonably stand: agencies exist since 2010.
const PLAUSIBLE: std::ops::RangeInclusive<i16> = 2000..=2100;

impl Checker<'_> {
    pub(super) fn check_frame(&mut self) {
        if self.findings.is_unread(FILE) {
            return;
        }
        self.check_identity();
        self.check_period();
        self.check_objective_level();
        self.check_previous();
        self.check_list_note();
        self.check_acts();
        self.check_bands();
        self.check_keys();
        self.check_vocabulary();
    }

    fn check_identity(&mut self) {
        let code = &self.framework.code;
        if !code.is_empty() && code != self.folder {
            let message = format!(
                "le code « {code} » n’est pas le nom du dossier, « {} »",
                self.folder
            );
            let remedy = "Donnez le même nom au dossier et au cadre";
            self.error("cadre.yaml/code", "wrong-folder", message, remedy);
        }
        if let Some(region) = &self.framework.region {
            let places = self.places();
            self.refer("cadre.yaml/region", region, &places);
        }
    }

    fn check_period(&mut self) {
        let (starts, ends) = (self.framework.starts, self.framework.ends);
        for (key, year) in [("debut", starts), ("fin", ends)] {
            let path = format!("{FILE}/{key}");
            if !self.findings.is_troubled(&path) && !PLAUSIBLE.contains(&year) {
                let message = format!("l’année {year} n’est pas plausible");
                self.error(
                    &path,
                    "implausible-year",
                    message,
                    "Écrivez une année sur quatre chiffres",
                );
            }
        }
        let path = "cadre.yaml/fin";
        let read =
            !self.findings.is_troubled(path) && !self.findings.is_troubled("cadre.yaml/debut");
        if read && starts > ends {
            let message = format!("le cadre finit en {ends}, avant de commencer en {starts}");
            self.error(
                path,
                "period-backwards",
                message,
                "Corrigez « debut » ou « fin »",
            );
        }
    }

    fn check_objective_level(&mut self) {
        let Some(key) = &self.framework.objective_level else {
            return;
        };
        let levels = Family {
            code: "unknown-level",
            name: "le niveau",
            list: "cadre.yaml/niveaux",
            keys: self
                .framework
                .levels
                .iter()
                .map(|l| l.key.as_str())
                .collect(),
        };
        self.refer("cadre.yaml/niveau_objectif", key, &levels);
    }

    fn check_previous(&mut self) {
        let path = "cadre.yaml/precedent";
        let Some(previous) = &self.framework.previous else {
            return;
        };
        if *previous == self.framework.code {
            let message = "un cadre ne se précède pas lui-même";
            self.error(
                path,
                "own-previous",
                message,
                "Nommez le cadre d’avant, ou retirez la ligne",
            );
            return;
        }
        let Some(known) = self.known.framework(previous) else {
            let known: Vec<&str> = self.known.framework_codes().collect();
            let remedy = suggestion(previous, &known)
                .unwrap_or_else(|| "Chargez d’abord ce cadre, ou corrigez son code".to_owned());
            let message = format!("le cadre « {previous} » n’existe pas");
            self.error(path, "unknown-framework", message, remedy);
            return;
        };
        if known.family != self.framework.family {
            let message = format!("« {previous} » est de la famille « {} »", known.family);
            let remedy =
                "Un cadre suit un cadre de sa famille : corrigez « precedent » ou « famille »";
            self.error(path, "other-family", message, remedy);
        }
    }

    fn check_list_note(&mut self) {
        let path = "cadre.yaml/liste_complete";
        if self.findings.is_troubled(path) {
            return;
        }
        if !self.framework.complete_list && self.framework.list_note.is_none() {
            let message = "la liste est incomplète et rien ne dit quelle partie elle donne";
            let remedy = "Ajoutez « note_liste: » et une phrase";
            self.error(path, "list-note", message, remedy);
        }
    }

    fn check_acts(&mut self) {
        let acts = self.framework.acts.iter().enumerate();
        let contracts: Vec<usize> = acts
            .filter(|(rank, act)| {
                let path = format!("{FILE}/actes/{rank}/type");
                act.kind == ActKind::Contract && !self.findings.is_troubled(&path)
            })
            .map(|(rank, _)| rank)
            .collect();
        if contracts.is_empty() && !self.framework.acts.is_empty() {
            let message = "aucun acte n’est de type « contrat »";
            let remedy = "Donnez le type « contrat » à l’acte qui crée le contrat";
            self.error("cadre.yaml/actes", "no-contract-act", message, remedy);
        }
        for rank in contracts.iter().skip(1) {
            let path = format!("{FILE}/actes/{rank}/type");
            let message = "deux actes sont de type « contrat »";
            let remedy = "Gardez-en un seul ; les autres sont des avenants, révisions, actualisations ou corrections";
            self.error(&path, "two-contract-acts", message, remedy);
        }
        for (rank, act) in self.framework.acts.iter().enumerate() {
            let path = format!("{FILE}/actes/{rank}");
            let wordless = act.changes.is_empty() && act.kind != ActKind::Contract;
            let misread = (0..)
                .take(10)
                .any(|n| self.findings.is_troubled(&format!("{path}/modifie/{n}")));
            if wordless && !misread {
                let message = format!("l’acte « {} » ne modifie rien", act.key);
                self.error(
                    &path,
                    "idle-act",
                    message,
                    "Ajoutez « modifie: » et ce qu’il change",
                );
            }
        }
    }

    fn check_keys(&mut self) {
        let framework = self.framework;
        self.refuse_repeats(
            keyed("cadre.yaml/niveaux", &framework.levels, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/natures", &framework.kinds, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/parties", &framework.parties, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/actes", &framework.acts, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/paliers", &framework.bands, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/moyens", &framework.means, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/documents", &framework.documents, |i| &i.key),
            "cle",
        );
        self.refuse_repeats(
            keyed("cadre.yaml/regles", &framework.rules, |i| &i.key),
            "cle",
        );
    }

    fn check_vocabulary(&mut self) {
        let vocabulary = &self.framework.vocabulary;
        let lists: [(&str, &[Word]); 3] = [
            ("autorisations", &vocabulary.authorisations),
            ("statuts", &vocabulary.statuses),
            ("caracteristiques", &vocabulary.features),
        ];
        for (list, words) in lists {
            for word in words {
                let legal =
                    |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
                if word.key.is_empty() || !word.key.chars().all(legal) {
                    let path = format!("{FILE}/vocabulaire/{list}/{}", word.key);
                    let message = format!("« {} » ne peut pas servir de clé", word.key);
                    let remedy = "N’employez que des minuscules sans accent, des chiffres, des points et des tirets";
                    self.error(&path, "bad-key", message, remedy);
                }
            }
        }
    }
}
