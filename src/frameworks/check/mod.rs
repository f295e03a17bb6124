//! Rules that need the whole of a framework, or what the rest of Jalon knows.
//!
//! The form of each file is checked while reading, in `source`. Here every reference is
//! followed and every contradiction looked for; one rule per function, one code per rule.

mod bands;
mod commitments;
mod due;
mod editions;
mod frame;
mod indicators;
mod links;
mod measures;
mod nodes;

use std::collections::BTreeMap;

use super::known::EVERYONE;
use super::{Framework, Index, Known, Texts};
use crate::measures::Measure;
use crate::platform::yaml::{Findings, suggestion};

/// A framework read from text, before its references are followed.
#[derive(Debug)]
pub(super) struct Draft {
    /// Name of the folder it was read from.
    pub(super) folder: String,
    /// What could be read.
    pub(super) framework: Framework,
    /// Path of each node, whose rank in the text is not its rank in the list.
    pub(super) node_paths: Vec<String>,
    /// The text of each file.
    pub(super) texts: Texts,
    /// Where things stand, and the problems found so far.
    pub(super) findings: Findings,
}

/// Follows every reference and looks for every contradiction.
pub(super) fn check(draft: &mut Draft, known: &Known) {
    let mut checker = Checker {
        folder: &draft.folder,
        index: draft.framework.index(),
        framework: &draft.framework,
        node_paths: &draft.node_paths,
        known,
        findings: &mut draft.findings,
    };
    checker.check_frame();
    checker.check_nodes();
    checker.check_measures();
    checker.check_indicators();
    checker.check_commitments();
    checker.check_editions();
}

/// What the rules look at, and where they note what they find.
struct Checker<'a> {
    folder: &'a str,
    framework: &'a Framework,
    index: Index<'a>,
    node_paths: &'a [String],
    known: &'a Known,
    findings: &'a mut Findings,
}

/// A family of things that others point to by key.
struct Family<'a> {
    /// Code of the problem when the key is unknown.
    code: &'static str,
    /// What one is called, in the sentence « … n'existe pas ».
    name: &'static str,
    /// Path of the list where one adds it.
    list: &'static str,
    /// Every key.
    keys: Vec<&'a str>,
}

impl<'a> Checker<'a> {
    fn error(
        &mut self,
        path: &str,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.findings.error(path, code, message, remedy);
    }

    fn warning(
        &mut self,
        path: &str,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.findings.warning(path, code, message, remedy);
    }

    /// Notes a key that points to nothing.
    ///
    /// Says nothing of an absent key, of one already noted, nor of a list that could not be read.
    fn refer(&mut self, path: &str, key: &str, family: &Family<'_>) {
        let file = family.list.split('/').next().unwrap_or_default();
        let noted = key.is_empty() || self.findings.is_troubled(path);
        let unread = self.findings.is_unread(file) || self.findings.is_troubled(family.list);
        if noted || unread || family.keys.contains(&key) {
            return;
        }
        let remedy = suggestion(key, &family.keys)
            .unwrap_or_else(|| format!("Corrigez ce mot, ou ajoutez-le dans {file}"));
        let message = format!("{} « {key} » n’existe pas", family.name);
        self.error(path, family.code, message, remedy);
    }

    /// Notes every code of a list that is not a known organisation.
    fn refer_organisations(&mut self, path: &str, codes: &[String]) {
        let known = self.known.organisations.iter().map(String::as_str);
        let family = Family {
            code: "unknown-organisation",
            name: "l’organisation",
            list: "organisations.yaml",
            keys: known.chain(EVERYONE).collect(),
        };
        for (rank, code) in codes.iter().enumerate() {
            let Some(meant) = self.known.other_names.get(code) else {
                continue;
            };
            if !family.keys.contains(&code.as_str()) {
                let message = format!("« {code} » est un autre nom de l’organisation « {meant} »");
                let remedy = format!("Écrivez le code : {meant}");
                self.error(&format!("{path}/{rank}"), family.code, message, remedy);
            }
        }
        self.refer_all(path, codes, &family);
    }

    /// Notes every code of a list that is not a known place.
    fn refer_places(&mut self, path: &str, codes: &[String]) {
        let family = self.places();
        self.refer_all(path, codes, &family);
    }

    fn refer_all(&mut self, path: &str, keys: &[String], family: &Family<'_>) {
        for (rank, key) in keys.iter().enumerate() {
            let path = format!("{path}/{rank}");
            self.refer(&path, key, family);
            if !key.is_empty() && keys[..rank].contains(key) {
                let message = format!("« {key} » est écrit deux fois dans la liste");
                self.error(&path, "repeated-word", message, "Gardez-en un seul");
            }
        }
    }

    fn places(&self) -> Family<'a> {
        Family {
            code: "unknown-place",
            name: "le territoire",
            list: "lieux.yaml",
            keys: self.known.places.iter().map(String::as_str).collect(),
        }
    }

    /// Notes keys that come back in a list; `key_name` is how the text calls them.
    fn refuse_repeats<'k>(
        &mut self,
        keys: impl Iterator<Item = (String, &'k str)>,
        key_name: &str,
    ) {
        let mut first_path = BTreeMap::new();
        for (path, key) in keys {
            if key.is_empty() {
                continue;
            }
            let path = format!("{path}/{key_name}");
            let Some(first) = first_path.get(key) else {
                first_path.insert(key, path);
                continue;
            };
            let line = self.findings.line(first);
            let message = format!("la clé « {key} » est déjà prise, à la ligne {line}");
            let remedy = "Donnez une clé différente à chaque élément ; le code imprimé, lui, peut se répéter";
            self.error(&path, "repeated-key", message, remedy);
        }
    }

    /// A measure, written here or by another framework.
    fn measure(&self, code: &str) -> Option<&'a Measure> {
        let elsewhere = || self.known.measure(code).map(|known| &known.measure);
        self.index.measure(code).or_else(elsewhere)
    }
}

/// Paths and keys of a list of items.
fn keyed<'k, T>(
    list: &'k str,
    items: &'k [T],
    key: impl Fn(&'k T) -> &'k String + 'k,
) -> impl Iterator<Item = (String, &'k str)> {
    let pair = move |(rank, item): (usize, &'k T)| (format!("{list}/{rank}"), key(item).as_str());
    items.iter().enumerate().map(pair)
}
