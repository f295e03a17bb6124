//! A figure as any page shows it: a link to where it comes from, and what is said against it.

use maud::{Markup, html};

use crate::access::Reach;
use crate::figures::{Figure, Formatter};
use crate::imports::NamedFile;
use crate::ledger::Moment;
use crate::platform::web::icon;

/// A figure's text, leading to its provenance.
pub(in crate::figures) fn sourced(moment: Moment, figure: Option<&Figure>, text: &str) -> Markup {
    html! {
        @match figure {
            Some(figure) => a.src href=(figure.href(moment)) { (text) },
            None => (text),
        }
    }
}

/// The name of a file, leading to its page where whoever looks may open it.
pub(super) fn file_link(reach: &Reach, file: &NamedFile) -> Markup {
    html! {
        @if file.is_seen_by(reach) { a.mono href={ "/imports/" (file.batch) } { (file.name) } }
        @else { span.mono { (file.name) } }
    }
}

/// The contest a figure is under, with the region's own figure.
pub(in crate::figures) fn contested(
    moment: Moment,
    figure: Option<&Figure>,
    formatter: Formatter<'_>,
) -> Markup {
    html! {
        @if let Some(contest) = figure.and_then(|figure| figure.contest.as_ref()) {
            span.sub { a href=(moment.href(&format!("/contestations/{}", contest.id))) {
                span.st.s-warn { (icon("bang")) (contest.french(formatter)) }
            } }
        }
    }
}
