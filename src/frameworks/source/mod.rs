//! The text form of a framework: from a folder of files to the model, and back.
//!
//! One file of code per text file, which reads it and writes it, so that the keys of a file
//! stand in one place. What can be said of a file alone is checked here; what needs the whole
//! framework or the rest of Jalon is in `check`. The format is `docs/guide/cadres.md`.

mod cadre;
mod editions;
mod engagements;
mod glossaire;
mod indicateurs;
mod layout;
mod lines;
mod mesures;
mod objectifs;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use super::check::{self, Draft};
use super::{Framework, Known};
use crate::platform::file;
use crate::platform::yaml::{
    Findings, Item, MAX_BYTES, Problem, Severity, read_file, suggestion, unreadable,
};

pub(super) use layout::{Map, one_line};

/// Writers of single items, for comparisons.
pub(super) mod items {
    pub(crate) use super::cadre::{
        write as framework, write_act as act, write_announced as announced, write_band as band,
        write_document as document, write_kind as kind, write_level as level, write_means as means,
        write_party as party, write_rule as rule,
    };
    pub(crate) use super::editions::{write_edition as edition, year_word};
    pub(crate) use super::engagements::write_commitment as commitment;
    pub(crate) use super::glossaire::write_term as term;
    pub(crate) use super::indicateurs::write_indicator as indicator;
    pub(crate) use super::mesures::write_measure as measure;
    pub(crate) use super::objectifs::write_node as node;
}

/// Names of the files of a framework; the last four are optional.
pub const FILES: [&str; 7] = [
    "cadre.yaml",
    "objectifs.yaml",
    "indicateurs.yaml",
    "mesures.yaml",
    "engagements.yaml",
    "editions.yaml",
    "glossaire.yaml",
];

/// How many of [`FILES`] must be there.
const REQUIRED: usize = 3;

/// The text of each file of a framework, by file name.
pub type Texts = BTreeMap<String, String>;

/// What comes of reading a framework.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The framework, when no error prevents its use.
    pub framework: Option<Framework>,
    /// Every problem, in the order of the files and lines.
    pub problems: Vec<Problem>,
    /// The text of each file, as it was read.
    pub texts: Texts,
}

/// Reads and checks the framework in a folder.
///
/// A folder or file that cannot be opened is a problem like any other.
pub fn read_dir(folder: &Path, known: &Known) -> Reading {
    open(folder).finish(known)
}

/// Reads and checks the framework made of these texts, in a folder of this name.
pub fn read_texts(folder: &str, texts: &Texts, known: &Known) -> Reading {
    read_draft(folder, texts, Findings::default()).finish(known)
}

/// Reads and checks every framework of a folder of folders, in the order of their names. A folder
/// without any of [`FILES`] is no framework.
///
/// They may point to each other in any order: all are read, then added to `known`, then checked.
pub fn read_all(parent: &Path, known: &mut Known) -> io::Result<Vec<(String, Reading)>> {
    let mut folders: Vec<_> = fs::read_dir(parent)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    folders.retain(|path| FILES.iter().any(|file| path.join(file).exists()));
    folders.sort();
    Ok(together(folders.iter().map(|folder| open(folder)), known))
}

/// [`read_all`] of texts that stand in memory, each with the name of its folder.
pub fn read_all_texts<'a>(
    folders: impl IntoIterator<Item = (&'a str, &'a Texts)>,
    known: &mut Known,
) -> Vec<(String, Reading)> {
    let drafts = folders.into_iter();
    let drafts = drafts.map(|(name, texts)| read_draft(name, texts, Findings::default()));
    together(drafts, known)
}

fn together(drafts: impl Iterator<Item = Draft>, known: &mut Known) -> Vec<(String, Reading)> {
    let drafts: Vec<Draft> = drafts.collect();
    for draft in &drafts {
        known.add(&draft.framework);
    }
    let finish = |draft: Draft| (draft.folder.clone(), draft.finish(known));
    drafts.into_iter().map(finish).collect()
}

/// The files of a framework in canonical form: read again, they give the same framework.
pub fn write_texts(framework: &Framework) -> Texts {
    let title = &framework.title;
    let index = framework.index();
    let written = [
        ("identité, niveaux, natures, actes", cadre::write(framework)),
        ("l’arbre des objectifs", objectifs::write(&index)),
        ("les indicateurs", indicateurs::write(&framework.indicators)),
        ("les mesures", mesures::write(&framework.measures)),
        (
            "les modèles d’engagements",
            engagements::write(&framework.commitments),
        ),
        (
            "les campagnes connues",
            editions::write(&framework.editions),
        ),
        ("les sigles", glossaire::write(&framework.glossary)),
    ];
    let mut texts = Texts::new();
    for (rank, (what, map)) in written.into_iter().enumerate() {
        if rank < REQUIRED || !map.entries().is_empty() {
            let comment = format!("{title} : {what}. Format : docs/guide/cadres.md.");
            texts.insert(FILES[rank].to_owned(), layout::print(&comment, &map));
        }
    }
    texts
}

impl Draft {
    /// Checks the whole and gives the framework if nothing prevents its use.
    fn finish(mut self, known: &Known) -> Reading {
        check::check(&mut self, known);
        let problems = self.findings.into_problems();
        let usable = problems.iter().all(|p| p.severity == Severity::Warning);
        Reading {
            framework: usable.then_some(self.framework),
            problems,
            texts: self.texts,
        }
    }
}

fn open(folder: &Path) -> Draft {
    let mut findings = Findings::default();
    let mut texts = Texts::new();
    match file_names(folder) {
        Err(error) => unreadable(&mut findings, FILES[0], &error.to_string()),
        Ok(names) => {
            for name in names {
                take_file(folder, &name, &mut texts, &mut findings);
            }
        }
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    read_draft(&name, &texts, findings)
}

fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn take_file(folder: &Path, name: &str, texts: &mut Texts, findings: &mut Findings) {
    let Some(file) = FILES.iter().find(|file| **file == name) else {
        // Other kinds of file (notes, pictures) may keep a framework company.
        let extension = Path::new(name).extension().unwrap_or_default();
        if extension == "yaml" || extension == "yml" {
            texts.insert(name.to_owned(), String::new());
        }
        return;
    };
    match file::read_text(&folder.join(name), MAX_BYTES) {
        Ok(text) => {
            texts.insert(name.to_owned(), text);
        }
        Err(error) => unreadable(findings, file, &error.to_string()),
    }
}

fn read_draft(folder: &str, texts: &Texts, mut findings: Findings) -> Draft {
    for name in texts.keys() {
        if !FILES.contains(&name.as_str()) {
            let remedy = suggestion(name, &FILES).unwrap_or_else(|| "Retirez-le".to_owned());
            let message = format!("« {name} » n’est pas un fichier de cadre");
            findings.error(name, "unknown-file", message, remedy);
        }
    }
    for (rank, file) in FILES.iter().enumerate() {
        if rank < REQUIRED && !texts.contains_key(*file) && !findings.is_unread(file) {
            findings.give_up(file);
            let message = format!("« {file} » manque");
            findings.error(
                file,
                "missing-file",
                message,
                "Ajoutez ce fichier au dossier",
            );
        }
    }
    let mut source = Source {
        texts,
        findings: &mut findings,
    };
    let mut framework = source.read("cadre.yaml", cadre::read);
    let nodes = source.read("objectifs.yaml", objectifs::read);
    framework.nodes = nodes.nodes;
    framework.measures = source.read("mesures.yaml", mesures::read);
    framework.indicators = source.read("indicateurs.yaml", indicateurs::read);
    framework.commitments = source.read("engagements.yaml", engagements::read);
    framework.editions = source.read("editions.yaml", editions::read);
    framework.glossary = source.read("glossaire.yaml", glossaire::read);
    Draft {
        folder: folder.to_owned(),
        framework,
        node_paths: nodes.paths,
        texts: texts.clone(),
        findings,
    }
}

/// The texts being read and what was found in them.
struct Source<'a> {
    texts: &'a Texts,
    findings: &'a mut Findings,
}

impl Source<'_> {
    /// Reads a file; one that is absent or unreadable gives nothing and hides no other.
    fn read<T: Default>(&mut self, file: &'static str, read: fn(&mut Item<'_>) -> T) -> T {
        match self.texts.get(file) {
            Some(text) => read_file(file, text, self.findings, read),
            None => T::default(),
        }
    }
}
