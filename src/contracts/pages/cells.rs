//! Fields of the entry sheet, each with its label, its problem and what its reader saw.

use maud::{Markup, html};

use crate::contracts::Slot;
use crate::contracts::sheet::{Entry, Field, KINDS, SEEN, Sheet, name};

/// What a field looks like.
#[derive(Clone, Copy)]
pub(super) enum Shape<'a> {
    /// One line, with a CSS class for its width.
    Line(&'a str),
    /// Several lines.
    Lines,
    /// One of some words: value and label.
    Words(&'a [(String, String)]),
}

/// A field named by `label` only, for cells that their column heads.
pub(super) fn cell(
    sheet: &Sheet,
    slot: &Slot,
    field: Field,
    label: &str,
    shape: Shape<'_>,
) -> Markup {
    let name = name(slot, field);
    let Some(entry) = sheet.get(&name) else {
        return html! {};
    };
    html! {
        (control(&name, entry, Some(label), shape))
        (problem(&name, entry))
    }
}

/// A field with its label above it.
pub(super) fn labelled(
    sheet: &Sheet,
    slot: &Slot,
    field: Field,
    label: &str,
    shape: Shape<'_>,
) -> Markup {
    let name = name(slot, field);
    let Some(entry) = sheet.get(&name) else {
        return html! {};
    };
    html! {
        div.field {
            label for=(name) { (label) }
            (control(&name, entry, None, shape))
            (problem(&name, entry))
        }
    }
}

fn control(name: &str, entry: &Entry, label: Option<&str>, shape: Shape<'_>) -> Markup {
    let invalid = entry.problem.is_some().then_some("true");
    let told = entry.problem.as_ref().map(|_| format!("{name}~dit"));
    let typed = &entry.typed;
    html! {
        @match shape {
            Shape::Line(class) => {
                input class=(class) id=(name) name=(name) value=(typed) autocomplete="off" aria-label=[label] aria-invalid=[invalid] aria-describedby=[told];
            },
            Shape::Lines => {
                textarea id=(name) name=(name) rows="3" aria-label=[label] aria-invalid=[invalid] aria-describedby=[told] { (typed) }
            },
            Shape::Words(words) => {
                select id=(name) name=(name) aria-label=[label] aria-invalid=[invalid] aria-describedby=[told] {
                    @for (value, word) in words { option value=(value) selected[value == typed] { (word) } }
                }
            },
        }
        input type="hidden" name={ (SEEN) (name) } value=(entry.current);
    }
}

fn problem(name: &str, entry: &Entry) -> Markup {
    html! {
        @if let Some(problem) = &entry.problem {
            p.s-late.told id={ (name) "~dit" } { (problem) }
        }
    }
}

/// The kinds of value as words of a choice.
pub(super) fn kinds() -> Vec<(String, String)> {
    KINDS
        .map(|(code, label)| (code.to_owned(), label.to_owned()))
        .into()
}
