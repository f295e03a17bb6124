//! Help: the user guide of `docs/guide`, as pages of the site.
//!
//! What lives here: which subjects there are, in what order, and their pages. What never does: a
//! text of its own, which would be a twin of the guide; which page has which subject, which
//! `site` says.

mod findable;
mod markdown;
mod pages;

use include_dir::{Dir, include_dir};

pub use findable::FindableHelp;
pub use pages::router;

static GUIDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/guide");

/// The address of help; each subject stands below it.
pub const HELP: &str = "/aide";

/// The subjects by what people come for, in order.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Lire",
        &[
            "pays",
            "indicateurs",
            "comparer",
            "catalogue",
            "dates",
            "recherche",
        ],
    ),
    (
        "Contrats et cadres",
        &[
            "contrats",
            "termes",
            "generations",
            "cadres",
            "organisations",
        ],
    ),
    (
        "Faire entrer des valeurs",
        &["imports", "valeurs", "saisie", "circuit"],
    ),
    ("Emporter", &["dossiers", "tableaux", "api"]),
    (
        "Soi-même",
        &[
            "connexion",
            "compte",
            "habilitations",
            "journal",
            "assistance",
        ],
    ),
];

/// One page of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its word in the address: the name of its file.
    pub key: &'static str,
    /// Its first heading.
    pub title: &'static str,
    /// What follows the heading.
    text: &'static str,
}

/// The subject of that word.
pub fn subject(key: &str) -> Option<Subject> {
    let named = GROUPS.iter().flat_map(|(_, keys)| *keys);
    let key: &'static str = named.into_iter().find(|known| **known == key)?;
    let text = GUIDE.get_file(format!("{key}.md"))?.contents_utf8()?;
    let (title, text) = text.strip_prefix("# ")?.split_once('\n')?;
    Some(Subject { key, title, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_text_of_the_guide_is_listed_once_and_reads() {
        let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, keys)| *keys).copied().collect();
        let files: BTreeSet<&str> = GUIDE
            .files()
            .map(|file| file.path().file_stem().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), files);
        assert_eq!(listed.len(), files.len());
        for key in listed {
            let subject = subject(key).unwrap_or_else(|| panic!("{key} has no heading"));
            assert!(
                !subject.title.is_empty() && !subject.text.trim().is_empty(),
                "{key}"
            );
        }
        assert_eq!(subject("../../Cargo"), None);
    }
}
