//! What the pages of imports share.

use maud::{Markup, html};

use crate::imports::{BatchState, Severity};
use crate::platform::web::{Crumb, crumbs, state};

/// The state of a batch: pictogram, word and colour.
pub(super) fn batch_state(of: BatchState) -> Markup {
    let (tone, icon) = match of {
        BatchState::Reading => ("go", "clock"),
        BatchState::Unreadable => ("late", "x"),
        BatchState::Rehearsed => ("warn", "bang"),
        BatchState::Committed => ("ok", "ok"),
        BatchState::Undone => ("idle", "out"),
        BatchState::Dropped => ("idle", "x"),
    };
    state(tone, icon, of.french())
}

/// How bad a problem is, in a word.
pub(super) fn severity(of: Severity) -> Markup {
    match of {
        Severity::Refusal => state("late", "x", "Refusée"),
        Severity::Warning => state("warn", "bang", "À vérifier"),
        Severity::Question => state("warn", "bang", "À trancher"),
    }
}

/// Something to know before the rest of the page.
pub(super) fn flag(tone: &str, body: &Markup) -> Markup {
    html! { div class={ "flag " (tone) } role="status" { p { (body) } } }
}

/// The path to a page under the imports.
pub(super) fn trail(label: &str) -> Markup {
    crumbs(&[
        Crumb {
            label: "Imports",
            href: Some("/imports".to_owned()),
        },
        Crumb { label, href: None },
    ])
}
