//! Names recognised as a tolerant person would, and never guessed.
//!
//! What lives here: the reduction of a spelling to what matters in it, and the index of spellings.
//! What never does: which spellings a thing has.

use std::collections::HashMap;

use crate::kernel::{fold, nearest};

/// What a name as typed stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised<'a, T> {
    /// Exactly one thing.
    Found(&'a T),
    /// Several, none of which is chosen.
    Ambiguous(Vec<&'a T>),
    /// Nothing.
    Unknown {
        /// The known spelling closest to it, where one is close enough to be what was meant.
        nearest: Option<&'a str>,
    },
}

impl<'a, T> Recognised<'a, T> {
    /// The one thing, where there is exactly one.
    pub fn found(self) -> Option<&'a T> {
        match self {
            Self::Found(thing) => Some(thing),
            Self::Ambiguous(_) | Self::Unknown { .. } => None,
        }
    }
}

/// Words that people add or leave out without meaning another name.
const SMALL_WORDS: [&str; 9] = ["et", "de", "du", "des", "d", "la", "le", "les", "l"];

/// What matters in a spelling: no case, accent, hyphen, small word or leading zero.
pub(super) fn essence(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !SMALL_WORDS.contains(word))
        .map(|word| match word {
            "st" => "saint",
            "ste" => "sainte",
            word => word,
        })
        .collect();
    let essence = words.join(" ");
    if words.len() == 1 && essence.starts_with('0') {
        return essence.trim_start_matches('0').to_owned();
    }
    essence
}

/// Spellings and the ranks of the things they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spellings {
    ranks: HashMap<String, Vec<usize>>,
    written: Vec<(String, usize)>,
}

impl Spellings {
    /// A code: recognised, but never suggested.
    pub(super) fn add_code(&mut self, code: &str, rank: usize) {
        let ranks = self.ranks.entry(essence(code)).or_default();
        if !ranks.contains(&rank) {
            ranks.push(rank);
        }
    }

    /// A name: recognised, and suggested for one that is close.
    pub(super) fn add_name(&mut self, name: &str, rank: usize) {
        self.add_code(name, rank);
        self.written.push((name.to_owned(), rank));
    }

    /// The ranks of what that essence stands for.
    pub(super) fn ranks(&self, essence: &str) -> &[usize] {
        if essence.is_empty() {
            return &[];
        }
        self.ranks.get(essence).map_or(&[], Vec::as_slice)
    }

    /// The known name closest to what was typed, among the things that `among` accepts.
    pub(super) fn nearest(&self, typed: &str, among: impl Fn(usize) -> bool) -> Option<&str> {
        let names = self.written.iter().filter(|(_, rank)| among(*rank));
        nearest(typed, names.map(|(name, _)| name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_essence() {
        let same = |spellings: &[&str]| {
            let first = essence(spellings[0]);
            for spelling in spellings {
                assert_eq!(essence(spelling), first, "{spelling}");
            }
        };
        same(&[
            "Auvergne-Rhône-Alpes",
            "AUVERGNE ET RHONE ALPES",
            "auvergne – rhône-alpes",
        ]);
        same(&["Provence-Alpes-Côte d’Azur", "Provence Alpes Cote d'Azur"]);
        same(&["La Réunion", "Réunion", "reunion"]);
        same(&["Saint-Barthélemy", "St Barthelemy"]);
        same(&["01", "1", " 001 "]);
        assert_ne!(essence("10"), essence("1"));
        assert_ne!(essence("Loire"), essence("Haute-Loire"));
    }

    #[test]
    fn small_words_alone_stand_for_nothing() {
        let mut spellings = Spellings::default();
        spellings.add_name("La", 0);
        for text in ["", "la", "de l’", "0", "—"] {
            assert!(spellings.ranks(&essence(text)).is_empty(), "{text:?}");
        }
    }
}
