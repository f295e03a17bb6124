//! Pages of the directory: the organisations of a day, and one of them with its places and its
//! history.

mod add;
mod history;
mod list;
mod one;

pub(super) use history::differences;
pub(super) use list::Group;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Directories, Directory, Organisation, Place, PlaceKind, contact};
use crate::kernel::counted;
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::{AsOf, Shell};

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Directories: FromRef<S>,
{
    Router::new()
        .route("/organisations", get(list::page))
        .route("/organisations/{code}", get(one::page))
        .route("/organisations/{code}/contact", post(contact::pages::send))
        .route("/etablissements/nouveau", get(add::form).post(add::submit))
}

/// The day a page speaks of.
#[derive(Clone, Copy)]
struct Shown {
    /// The day asked for, absent for today.
    asked: Option<Date>,
    /// The day itself.
    day: Date,
}

impl Shown {
    /// `aujourd’hui` or `au 30 juin 2017`.
    fn french(self) -> String {
        self.asked.map_or("aujourd’hui".to_owned(), |day| {
            format!("au {}", french_date(day))
        })
    }

    /// The part of an address that keeps the day, after what stands before it.
    fn query(self, before: &str) -> String {
        let day = self.asked.map(|day| format!("au={day}"));
        let parts: Vec<String> = [before.to_owned()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .chain(day)
            .collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("?{}", parts.join("&"))
    }

    /// The address of an organisation's page.
    fn href(self, code: &str) -> String {
        format!("/organisations/{code}{}", self.query(""))
    }
}

/// The choice of the day; `hidden` is what else the address holds.
fn day_form(
    as_of: &AsOf,
    shown: Shown,
    label: &str,
    action: &str,
    hidden: Option<(&str, &str)>,
) -> Markup {
    html! {
        form.asof method="get" action=(action) {
            @if let Some((name, value)) = hidden {
                input type="hidden" name=(name) value=(value);
            }
            label for="au" { (label) }
            (as_of.field(Some(shown.day)))
            button.btn.sm type="submit" { "Afficher" }
            @if shown.asked.is_some() {
                ul { li { a href={ (action) (hidden.map(|(n, v)| format!("?{n}={v}")).unwrap_or_default()) } { "Revenir à aujourd’hui" } } }
            }
        }
    }
}

/// `a`, `a et b`, `a, b et c`.
fn enumerate(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} et {last}", first.join(", ")),
    }
}

/// What a place is made of: `12 départements`, `1 département et 2 autres territoires`.
fn composition(parts: &[&Place]) -> String {
    let of = |kind| parts.iter().filter(|place| place.kind == kind).count();
    let words: Vec<String> = [
        (PlaceKind::Region, "région", "régions"),
        (PlaceKind::Department, "département", "départements"),
        (PlaceKind::Zone, "autre territoire", "autres territoires"),
    ]
    .into_iter()
    .map(|(kind, one, many)| (of(kind), one, many))
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| counted(n, one, many))
    .collect();
    enumerate(&words)
}

/// Links to organisations, one after the other.
fn links(organisations: &[&Organisation], shown: Shown) -> Markup {
    html! {
        @for (rank, organisation) in organisations.iter().enumerate() {
            @if rank > 0 { ", " }
            a href=(shown.href(&organisation.code)) { (organisation.label()) }
        }
    }
}

/// The organisations that one has taken over from by a day.
fn origins<'a>(directory: &'a Directory, code: &str, by: Date) -> Vec<&'a Organisation> {
    directory
        .successions_to(code)
        .filter(|succession| succession.on <= by)
        .filter_map(|succession| directory.organisation(&succession.from))
        .collect()
}

/// What to do where nothing has been imported.
fn nothing_yet() -> Markup {
    html! {
        div.flag.warn {
            p {
                b { "Le répertoire est vide." }
                " Il se charge depuis ses fichiers texte, sur le serveur : "
                span.mono { "jalon organisations import reference" }
                "."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_as_in_french() {
        let words = |n: usize| -> Vec<String> {
            ["a", "b", "c"][..n]
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        let joined: Vec<String> = (0..=3).map(|n| enumerate(&words(n))).collect();
        assert_eq!(joined, ["", "a", "a et b", "a, b et c"]);
    }

    #[test]
    fn addresses_keep_the_day_asked_for() {
        let day = jiff::civil::date(2017, 6, 30);
        let today = Shown { asked: None, day };
        let then = Shown {
            asked: Some(day),
            day,
        };
        assert_eq!(today.query(""), "");
        assert_eq!(today.query("type=ars"), "?type=ars");
        assert_eq!(then.query("type=ars"), "?type=ars&au=2017-06-30");
        assert_eq!(then.href("DGOS"), "/organisations/DGOS?au=2017-06-30");
    }
}
