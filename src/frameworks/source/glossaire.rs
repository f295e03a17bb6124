//! `glossaire.yaml`: acronyms and their meanings.

use super::layout::Map;
use crate::frameworks::Term;
use crate::platform::yaml::Item;

/// Reads every acronym.
pub(super) fn read(item: &mut Item<'_>) -> Vec<Term> {
    item.list("termes", |item| Term {
        acronym: item.required("sigle"),
        meaning: item.required("sens"),
    })
}

/// The file of these acronyms.
pub(super) fn write(glossary: &[Term]) -> Map {
    Map::new().list("termes", glossary, write_term)
}

/// An acronym as written.
pub(crate) fn write_term(term: &Term) -> Map {
    Map::new()
        .text("sigle", &term.acronym)
        .text("sens", &term.meaning)
}
