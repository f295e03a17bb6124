//! The text files that say which organisations and places there are; their form is told in
//! docs/guide/organisations.md.
//!
//! What lives here: reading the two files into a [`Directory`], and saying everything that is
//! wrong in them with file, line and remedy. What never does: storing anything.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::civil::Date;

use super::establishment::{FINESS_FORM, is_finess, is_simple, own_place};
use super::{Directory, Organisation, OrganisationKind, Place, PlaceKind, PlacePart, Succession};
use crate::kernel::nearest;
use crate::platform::file;
use crate::platform::yaml::{Findings, Item, MAX_BYTES, Problem, Worded, read_file};

/// Name of the file of organisations and successions.
pub const ORGANISATIONS: &str = "organisations.yaml";
/// Name of the file of places and parts.
pub const PLACES: &str = "lieux.yaml";

/// Files that cannot be used, with every reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Unusable(pub Vec<Problem>);

impl Worded for OrganisationKind {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|(kind, _, word, _)| (word, kind))
    }
}

impl Worded for PlaceKind {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|(kind, _, word)| (word, kind))
    }
}

/// Reads the two files of a folder.
///
/// # Errors
/// Every problem of both files.
pub fn read_folder(folder: &Path) -> Result<Directory, Unusable> {
    let mut findings = Findings::default();
    let mut text = |file: &'static str| {
        let read = file::read_text(&folder.join(file), MAX_BYTES);
        read.unwrap_or_else(|cause| {
            let message = format!(
                "le fichier ne se lit pas dans {} : {cause}",
                folder.display()
            );
            let remedy = format!(
                "Indiquez le dossier qui contient {ORGANISATIONS} et {PLACES}, en UTF-8, par exemple « reference »"
            );
            findings.error(file, "unreadable", message, remedy);
            String::new()
        })
    };
    let (organisations, places) = (text(ORGANISATIONS), text(PLACES));
    let missing = findings.into_problems();
    if missing.is_empty() {
        read(&organisations, &places)
    } else {
        Err(Unusable(missing))
    }
}

/// Reads the texts of the two files.
///
/// # Errors
/// Every problem of both texts.
pub fn read(organisations: &str, places: &str) -> Result<Directory, Unusable> {
    let mut findings = Findings::default();
    let mut reading = Reading::default();
    read_file(PLACES, places, &mut findings, |item| reading.places(item));
    read_file(ORGANISATIONS, organisations, &mut findings, |item| {
        reading.organisations(item);
    });
    reading.check_references(&mut findings);
    let problems = findings.into_problems();
    if problems.is_empty() {
        Ok(Directory::new(
            reading.organisations,
            reading.successions,
            reading.places,
            reading.parts,
        ))
    } else {
        Err(Unusable(problems))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Organisation,
    Place,
}

/// A code that must be declared somewhere.
struct Reference {
    path: String,
    to: Kind,
    code: String,
}

#[derive(Default)]
struct Reading {
    organisations: Vec<Organisation>,
    successions: Vec<Succession>,
    places: Vec<Place>,
    parts: Vec<PlacePart>,
    /// Every code declared, with its line, even that of an element which cannot be read: one
    /// mistake is told once, not again at every reference.
    codes: HashMap<(Kind, String), u32>,
    references: Vec<Reference>,
}

impl Reading {
    fn places(&mut self, item: &mut Item<'_>) {
        self.places = item.list("lieux", |item| self.place(item));
    }

    fn place(&mut self, item: &mut Item<'_>) -> Place {
        let code = self.own_code(item, Kind::Place);
        self.parts_of(&code, item);
        let (valid_from, valid_to) = validity(item);
        let kind = item.required_word_or("type", PlaceKind::Zone);
        Place {
            code,
            kind,
            name: item.required("libelle"),
            valid_from,
            valid_to,
            iso: item.text("iso"),
            within: self.around(item, "dans", kind == PlaceKind::Establishment),
            usages: item.texts("usages"),
        }
    }

    /// The place that an establishment lies in, which only an establishment says.
    fn around(
        &mut self,
        item: &mut Item<'_>,
        key: &'static str,
        is_wanted: bool,
    ) -> Option<String> {
        let around = item.text(key);
        match &around {
            Some(code) if is_wanted => self.refer(item, key, Kind::Place, code),
            Some(_) => {
                let message = format!("« {key} » ne se dit que d’un établissement");
                item.error(key, "misplaced-around", &message, "Retirez cette ligne");
            }
            None if is_wanted => {
                let message = "l’établissement ne dit pas où il se trouve";
                let remedy = format!("Ajoutez « {key}: » et le code d’une région de {PLACES}");
                item.error_here("no-place", message, &remedy);
            }
            None => {}
        }
        around
    }

    fn parts_of(&mut self, whole: &str, item: &mut Item<'_>) {
        let mut named = HashSet::new();
        let parts = item.list("contient", |inside| {
            let part = inside.required("lieu");
            let (valid_from, valid_to) = validity(inside);
            if part == whole || !named.insert(part.clone()) {
                let message = if part == whole {
                    format!("« {whole} » se contient lui-même")
                } else {
                    format!("« {part} » est déjà dans « {whole} »")
                };
                inside.error("lieu", "repeated-part", message, "Retirez cet élément");
            } else {
                self.refer(inside, "lieu", Kind::Place, &part);
            }
            PlacePart {
                whole: whole.to_owned(),
                part,
                valid_from,
                valid_to,
            }
        });
        self.parts.extend(parts);
    }

    fn organisations(&mut self, item: &mut Item<'_>) {
        self.organisations = item.list("organisations", |item| self.organisation(item));
        let mut seen = HashSet::new();
        self.successions = item.list("successions", |item| {
            let succession = self.succession(item);
            if !seen.insert((succession.from.clone(), succession.to.clone())) {
                let message = format!(
                    "la succession de « {} » à « {} » est écrite deux fois",
                    succession.from, succession.to
                );
                item.error_here("repeated-succession", &message, "Gardez-en une seule");
            }
            succession
        });
    }

    fn organisation(&mut self, item: &mut Item<'_>) -> Organisation {
        let code = self.own_code(item, Kind::Organisation);
        let kind = item.required_word_or("type", OrganisationKind::Other);
        let (valid_from, valid_to) = validity(item);
        let (parent, place) = (item.text("parent"), item.text("lieu"));
        let is_establishment = kind == OrganisationKind::Establishment;
        let region = self.around(item, "region", is_establishment);
        let finess = item.text("finess");
        if finess.as_deref().is_some_and(|text| !is_finess(text)) {
            let message = "le numéro FINESS n’a pas la forme attendue";
            item.error("finess", "bad-finess", message, FINESS_FORM);
        }
        if is_establishment && place.is_some() {
            let message = "un établissement est son propre lieu";
            item.error(
                "lieu",
                "own-place",
                message,
                "Retirez « lieu », gardez « region »",
            );
        }
        if kind == OrganisationKind::Ars && place.is_none() {
            let message = format!("l’agence « {code} » n’a pas de territoire");
            let remedy = format!("Ajoutez « lieu: » et un code de {PLACES}");
            item.error_here("no-place", &message, &remedy);
        }
        for (key, to, named) in [
            ("parent", Kind::Organisation, &parent),
            ("lieu", Kind::Place, &place),
        ] {
            if let Some(named) = named {
                self.refer(item, key, to, named);
            }
        }
        let mut organisation = Organisation {
            code,
            kind,
            name: item.required("libelle"),
            short_name: item.text("sigle"),
            valid_from,
            valid_to,
            parent,
            place,
            finess,
            usages: item.texts("usages"),
            note: item.text("note"),
        };
        if let Some(region) = region.filter(|_| is_establishment) {
            self.settle(item, &mut organisation, region);
        }
        organisation
    }

    /// An establishment is the place of its own code.
    fn settle(&mut self, item: &mut Item<'_>, organisation: &mut Organisation, region: String) {
        let code = &organisation.code;
        let line = item.line("code");
        let known = self.codes.insert((Kind::Place, code.clone()), line);
        if known.is_some() {
            let message = format!("le code « {code} » est déjà celui d’un lieu");
            item.error("code", "repeated-code", message, "Donnez un autre code");
            return;
        }
        self.places.push(own_place(organisation, region));
        organisation.place = Some(code.clone());
    }

    fn succession(&mut self, item: &mut Item<'_>) -> Succession {
        let (from, to) = (item.required("de"), item.required("vers"));
        for (key, named) in [("de", &from), ("vers", &to)] {
            self.refer(item, key, Kind::Organisation, named);
        }
        Succession {
            from,
            to,
            on: item.required_date("le"),
            note: item.text("note"),
        }
    }

    /// The code that an item declares: present, simple, and its own.
    fn own_code(&mut self, item: &mut Item<'_>, kind: Kind) -> String {
        let code = item.required("code");
        if code.is_empty() {
            return code;
        }
        if !is_simple(&code) {
            let message = format!("le code « {code} » n’est pas simple");
            let remedy = "Écrivez-le en majuscules sans accent, chiffres et tirets";
            item.error("code", "bad-code", message, remedy);
        }
        let line = item.line("code");
        if let Some(first) = self.codes.insert((kind, code.clone()), line) {
            let message = format!("le code « {code} » est déjà pris à la ligne {first}");
            let remedy = "Donnez un autre code, ou réunissez les deux éléments";
            item.error("code", "repeated-code", message, remedy);
        }
        code
    }

    fn refer(&mut self, item: &Item<'_>, key: &str, to: Kind, code: &str) {
        if !code.is_empty() {
            self.references.push(Reference {
                path: format!("{}/{key}", item.path()),
                to,
                code: code.to_owned(),
            });
        }
    }

    fn check_references(&self, findings: &mut Findings) {
        for Reference { path, to, code } in &self.references {
            if self.codes.contains_key(&(*to, code.clone())) {
                continue;
            }
            let (what, file) = match to {
                Kind::Organisation => ("aucune organisation", ORGANISATIONS),
                Kind::Place => ("aucun lieu", PLACES),
            };
            if findings.is_unread(file) {
                continue;
            }
            let known = self.codes.keys().filter(|(kind, _)| kind == to);
            let mut sorted: Vec<&str> = known.map(|(_, code)| code.as_str()).collect();
            sorted.sort_unstable();
            let remedy = match nearest(code, sorted) {
                Some(near) => format!(
                    "Peut-être vouliez-vous écrire « {near} » ; sinon, ajoutez « {code} » à {file}"
                ),
                None => format!("Ajoutez « {code} » à {file}, ou corrigez le code"),
            };
            let message = format!("{what} n’a le code « {code} »");
            findings.error(path, "unknown-code", message, remedy);
        }
    }
}

/// First and last day, `du` and `au`.
fn validity(item: &mut Item<'_>) -> (Option<Date>, Option<Date>) {
    let (from, to) = (item.date("du"), item.date("au"));
    if let (Some(first), Some(last)) = (from, to)
        && first > last
    {
        let message = format!("l’élément finit le {last}, avant de commencer le {first}");
        item.error(
            "au",
            "period-backwards",
            message,
            "Corrigez « du » ou « au »",
        );
    }
    (from, to)
}

#[cfg(test)]
mod tests;
