//! The text files that say which organisations and places there are; their form is told in
//! docs/guide/organisations.md.
//!
//! What lives here: reading the two files into a [`Directory`], and saying everything that is
//! wrong in them with file, line and remedy. What never does: storing anything.

mod yaml;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Directory, Organisation, OrganisationKind, Place, PlaceKind, PlacePart, Succession};
use crate::kernel::nearest;
use yaml::{Item, Problems};

/// Name of the file of organisations and successions.
pub const ORGANISATIONS: &str = "organisations.yaml";
/// Name of the file of places and parts.
pub const PLACES: &str = "lieux.yaml";

/// Something wrong in a file, told to whoever writes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{} : {what}. {remedy}.", line.map(|n| format!(", ligne {n}")).unwrap_or_default())]
pub struct Problem {
    /// Name of the file.
    pub file: &'static str,
    /// Line, from 1; absent where it is the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Files that cannot be used, with every reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Unusable(pub Vec<Problem>);

/// Reads the two files of a folder.
///
/// # Errors
/// Every problem of both files.
pub fn read_folder(folder: &Path) -> Result<Directory, Unusable> {
    let mut missing = Vec::new();
    let mut text = |file: &'static str| {
        std::fs::read_to_string(folder.join(file)).unwrap_or_else(|cause| {
            missing.push(Problem {
                file,
                line: None,
                what: format!("le fichier ne se lit pas dans {} ({cause})", folder.display()),
                remedy: format!(
                    "Indiquez le dossier qui contient {ORGANISATIONS} et {PLACES}, en UTF-8, par exemple « reference »"
                ),
            });
            String::new()
        })
    };
    let (organisations, places) = (text(ORGANISATIONS), text(PLACES));
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
    let mut reading = Reading::default();
    reading.places(places);
    reading.organisations(organisations);
    reading.check_references();
    let problems = reading.problems.into_list();
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
    file: &'static str,
    line: usize,
    to: Kind,
    code: String,
}

#[derive(Default)]
struct Reading {
    problems: Problems,
    organisations: Vec<Organisation>,
    successions: Vec<Succession>,
    places: Vec<Place>,
    parts: Vec<PlacePart>,
    /// Every code declared, with its line, even that of an element which cannot be read: one
    /// mistake is told once, not again at every reference.
    codes: HashMap<(Kind, String), usize>,
    references: Vec<Reference>,
}

impl Reading {
    fn places(&mut self, text: &str) {
        let [places] = self.problems.lists(PLACES, text, ["lieux"]);
        for mut item in places {
            let Some(code) = self.own_code(&mut item, Kind::Place) else {
                continue;
            };
            self.parts_of(&code, &mut item);
            let place = self.place(code, &mut item);
            self.places.extend(place);
            item.finish(&mut self.problems);
        }
    }

    fn place(&mut self, code: String, item: &mut Item) -> Option<Place> {
        let problems = &mut self.problems;
        let kind = item.word("type", PlaceKind::from_word, PlaceKind::words(), problems);
        let name = item.required("libelle", problems);
        let (valid_from, valid_to) = item.validity(problems);
        let iso = item.text("iso", problems);
        let usages = item.texts("usages", problems);
        Some(Place {
            code,
            kind: kind?,
            name: name?,
            valid_from,
            valid_to,
            iso,
            usages,
        })
    }

    fn parts_of(&mut self, whole: &str, item: &mut Item) {
        let mut named = HashSet::new();
        for mut inside in item.items("contient", &mut self.problems) {
            let part = inside.required("lieu", &mut self.problems);
            let (valid_from, valid_to) = inside.validity(&mut self.problems);
            let line = inside.line_of("lieu");
            inside.finish(&mut self.problems);
            let Some(part) = part else { continue };
            if part == whole || !named.insert(part.clone()) {
                let what = if part == whole {
                    format!("« {whole} » se contient lui-même")
                } else {
                    format!("« {part} » est déjà dans « {whole} »")
                };
                self.problems
                    .note(PLACES, line, what, "Retirez cet élément");
                continue;
            }
            self.refer(PLACES, line, Kind::Place, &part);
            self.parts.push(PlacePart {
                whole: whole.to_owned(),
                part,
                valid_from,
                valid_to,
            });
        }
    }

    fn organisations(&mut self, text: &str) {
        let keys = ["organisations", "successions"];
        let [organisations, successions] = self.problems.lists(ORGANISATIONS, text, keys);
        for mut item in organisations {
            let Some(code) = self.own_code(&mut item, Kind::Organisation) else {
                continue;
            };
            let organisation = self.organisation(code, &mut item);
            self.organisations.extend(organisation);
            item.finish(&mut self.problems);
        }
        let mut seen = HashSet::new();
        for mut item in successions {
            let succession = self.succession(&mut item);
            item.finish(&mut self.problems);
            let Some(succession) = succession else {
                continue;
            };
            if seen.insert((succession.from.clone(), succession.to.clone())) {
                self.successions.push(succession);
            } else {
                let what = format!(
                    "la succession de « {} » à « {} » est écrite deux fois",
                    succession.from, succession.to
                );
                let remedy = "Gardez-en une seule";
                self.problems.note(ORGANISATIONS, item.line, what, remedy);
            }
        }
    }

    fn organisation(&mut self, code: String, item: &mut Item) -> Option<Organisation> {
        let problems = &mut self.problems;
        let words = OrganisationKind::words();
        let kind = item.word("type", OrganisationKind::from_word, words, problems);
        let name = item.required("libelle", problems);
        let short_name = item.text("sigle", problems);
        let (valid_from, valid_to) = item.validity(problems);
        let parent = item.text("parent", problems);
        let place = item.text("lieu", problems);
        let usages = item.texts("usages", problems);
        let note = item.text("note", problems);
        if kind == Some(OrganisationKind::Ars) && place.is_none() {
            let what = format!("l’agence « {code} » n’a pas de territoire");
            let remedy = format!("Ajoutez « lieu: » et un code de {PLACES}");
            problems.note(ORGANISATIONS, item.line, what, remedy);
        }
        for (key, to, named) in [
            ("parent", Kind::Organisation, &parent),
            ("lieu", Kind::Place, &place),
        ] {
            if let Some(named) = named {
                self.refer(ORGANISATIONS, item.line_of(key), to, named);
            }
        }
        Some(Organisation {
            code,
            kind: kind?,
            name: name?,
            short_name,
            valid_from,
            valid_to,
            parent,
            place,
            usages,
            note,
        })
    }

    fn succession(&mut self, item: &mut Item) -> Option<Succession> {
        let problems = &mut self.problems;
        let from = item.required("de", problems);
        let to = item.required("vers", problems);
        let on = item.required_day("le", problems);
        let note = item.text("note", problems);
        for (key, named) in [("de", &from), ("vers", &to)] {
            if let Some(named) = named {
                self.refer(ORGANISATIONS, item.line_of(key), Kind::Organisation, named);
            }
        }
        Some(Succession {
            from: from?,
            to: to?,
            on: on?,
            note,
        })
    }

    /// The code that an item declares: present, simple, and its own.
    fn own_code(&mut self, item: &mut Item, kind: Kind) -> Option<String> {
        let code = item.required("code", &mut self.problems)?;
        let line = item.line_of("code");
        let simple = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if !code.chars().all(simple) {
            let what = format!("le code « {code} » n’est pas simple");
            let remedy = "Écrivez-le en majuscules sans accent, chiffres et tirets";
            self.problems.note(item.file, line, what, remedy);
        }
        if let Some(first) = self.codes.insert((kind, code.clone()), line) {
            let what = format!("le code « {code} » est déjà pris à la ligne {first}");
            let remedy = "Donnez un autre code, ou réunissez les deux éléments";
            self.problems.note(item.file, line, what, remedy);
        }
        Some(code)
    }

    fn refer(&mut self, file: &'static str, line: usize, to: Kind, code: &str) {
        self.references.push(Reference {
            file,
            line,
            to,
            code: code.to_owned(),
        });
    }

    fn check_references(&mut self) {
        for reference in &self.references {
            let (to, code) = (reference.to, &reference.code);
            if self.codes.contains_key(&(to, code.clone())) {
                continue;
            }
            let (what, file) = match to {
                Kind::Organisation => ("aucune organisation", ORGANISATIONS),
                Kind::Place => ("aucun lieu", PLACES),
            };
            let known = self.codes.keys().filter(|(kind, _)| *kind == to);
            let mut sorted: Vec<&str> = known.map(|(_, code)| code.as_str()).collect();
            sorted.sort_unstable();
            let remedy = match nearest(code, sorted) {
                Some(near) => format!(
                    "Peut-être vouliez-vous écrire « {near} » ; sinon, ajoutez « {code} » à {file}"
                ),
                None => format!("Ajoutez « {code} » à {file}, ou corrigez le code"),
            };
            let what = format!("{what} n’a le code « {code} »");
            self.problems
                .note(reference.file, reference.line, what, remedy);
        }
    }
}

#[cfg(test)]
mod tests;
