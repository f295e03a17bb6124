//! Any text, list of texts and lines of a document: what the strategies beside are made of.

use jalon::frameworks::Lines;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Texts that a careless writer or reader of YAML would change.
const TRICKY: [&str; 28] = [
    "01",
    "2A",
    "1.10",
    "oui",
    "non",
    "null",
    "~",
    "true",
    "- tiret",
    "a: b",
    "fin:",
    "a #b",
    "#a",
    "l'été",
    "dit \"oui\"",
    "l'« été » \"bis\"",
    "[a, b]",
    "{a: b}",
    "a, b",
    "deux\nlignes",
    "fin\n",
    " bord ",
    "tab\tici",
    "\\n",
    "---",
    "N+1",
    "& et *",
    "% de 3",
];

pub(super) fn text() -> impl Strategy<Value = String> {
    let any = "[\\PC\\n]{1,20}".prop_filter("blank means not stated", |t| !t.trim().is_empty());
    prop_oneof![
        select(TRICKY.to_vec()).prop_map(str::to_owned),
        any,
        "[a-zé ]{1,10}[a-z]"
    ]
}

pub(super) fn maybe() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

pub(super) fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..3)
}

/// Names of fields, which must exist.
pub(super) fn fields() -> impl Strategy<Value = Vec<String>> {
    subsequence(vec!["libelle", "note"], 0..=2)
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

pub(super) fn lines() -> impl Strategy<Value = Vec<Lines>> {
    vec(
        (0..900_u32, 0..900_u32).prop_map(|(first, more)| Lines {
            first,
            last: first + more,
        }),
        0..3,
    )
}

pub(super) fn any_of<T: Clone + std::fmt::Debug + 'static>(
    all: &[T],
) -> impl Strategy<Value = T> + use<T> {
    select(all.to_vec())
}

/// Items with keys of their own: `a0`, `a1`…
pub(super) fn keyed<T>(items: Vec<T>, set: impl Fn(&mut T, String)) -> Vec<T> {
    let mut items = items;
    for (rank, item) in items.iter_mut().enumerate() {
        set(item, format!("a{rank}"));
    }
    items
}
