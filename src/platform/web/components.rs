//! Small pieces that pages are made of; their class names are the stylesheet's.

use maud::{Markup, PreEscaped, html};

/// Pictograms, drawn by us, on a 16 × 16 grid.
const ICONS: &str = include_str!("../../../assets/icons.svg");

/// The drawings that [`icon`] refers to, once a page.
pub(super) fn sprite() -> Markup {
    PreEscaped(ICONS.to_owned())
}

/// A decorative pictogram; the word beside it carries the meaning.
pub fn icon(name: &str) -> Markup {
    html! { svg.ico aria-hidden="true" { use href={ "#i-" (name) } {} } }
}

/// A state: pictogram, word and colour together. `tone` is one of `ok`, `go`, `idle`, `warn`,
/// `late`.
pub fn state(tone: &str, icon_name: &str, word: &str) -> Markup {
    html! { span class={ "st s-" (tone) } { (icon(icon_name)) (word) } }
}

/// The mark of what was invented for the demonstration.
pub fn fictional_mark() -> Markup {
    html! { span.mark { "Données fictives" } }
}

/// A step of the path to the current page; the last one has no address.
pub struct Crumb<'a> {
    /// The label.
    pub label: &'a str,
    /// The address, absent for the current page.
    pub href: Option<String>,
}

/// The path to the current page.
pub fn crumbs(steps: &[Crumb<'_>]) -> Markup {
    html! {
        nav.crumbs aria-label="Fil d’Ariane" { ol {
            @for step in steps {
                @if let Some(href) = &step.href {
                    li { a href=(href) { (step.label) } }
                } @else {
                    li aria-current="page" { (step.label) }
                }
            }
        } }
    }
}

/// The head of a section: its finding, and a note or an action at the right.
pub fn section_heading(id: &str, title: &str, aside: Option<Markup>) -> Markup {
    html! {
        div.sect-h {
            h2 id=(id) { (title) }
            @if let Some(aside) = aside { (aside) }
        }
    }
}
