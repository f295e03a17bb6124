//! The frame around every page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::{search_script_path, stylesheet_path};
use super::components::{icon, sprite};

/// Where a search is answered; the field of every page leads there.
pub const SEARCH: &str = "/recherche";

/// An entry of the main navigation.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// What it says.
    pub label: &'static str,
    /// Where it leads; the entry is current on every page below that address.
    pub href: &'static str,
}

/// What is the same on every page of an installation.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The main navigation.
    pub nav: &'static [NavItem],
    /// Whether this is the demonstration, whose data is invented.
    pub demo: bool,
}

/// Who looks at which page: what the frame needs beside the page itself.
#[derive(Clone, Debug)]
pub struct View {
    /// What is the same everywhere.
    pub shell: Shell,
    /// The path asked for.
    pub path: String,
    /// The name of the person signed in.
    pub person: Option<String>,
}

impl View {
    /// For a page that nobody need be signed in for.
    pub fn nobody(shell: Shell, path: &str) -> Self {
        Self {
            shell,
            path: path.to_owned(),
            person: None,
        }
    }
}

/// A whole page: `title` names it in the browser, `body` stands between header and footer.
pub fn document(view: &View, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " | Jalon" }
                link rel="icon" href="/favicon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(stylesheet_path());
            }
            body {
                div.vh aria-hidden="true" { (sprite()) }
                a.skip href="#contenu" { "Aller au contenu" }
                header { (top(view)) (band(view)) }
                main.page #contenu tabindex="-1" { (body) }
                (footer())
            }
        }
    }
}

/// [`document`] with a status other than 200.
pub fn document_with_status(
    status: StatusCode,
    view: &View,
    title: &str,
    body: &Markup,
) -> Response {
    (status, document(view, title, body)).into_response()
}

fn top(view: &View) -> Markup {
    html! {
        div.top {
            a.brand href="/" aria-label="Jalon, accueil" { (logo()) span { "Jalon" } }
            @if let Some(person) = &view.person {
                nav.nav aria-label="Navigation principale" { ul {
                    @for item in view.shell.nav {
                        li { a href=(item.href) aria-current=[current(view, item)] { (item.label) } }
                    }
                } }
                (search())
                details.user {
                    summary { (person) }
                    ul { li { a href="/moi" { "Mon compte" } } li { a href="/moi/acces" { "Mes accès par programme" } } li { a href="/moi/adresses" { "Mes tableaux suivis dans Excel" } } li { a href="/journal" { "Journal" } } li {
                        form method="post" action="/deconnexion" {
                            button.btn.sm type="submit" { "Se déconnecter" }
                        }
                    } }
                }
            }
        }
    }
}

/// The field of every page; its first results are a script's.
fn search() -> Markup {
    html! {
        form.search role="search" aria-label="Dans tout Jalon" method="get" action=(SEARCH) {
            label.vh for="recherche" { "Rechercher dans tout Jalon" }
            input #recherche type="search" name="q" placeholder="Indicateur, région…" data-search;
            button.btn type="submit" { (icon("search")) span.vh { "Rechercher" } }
            div #propositions role="listbox" aria-label="Premiers résultats" data-search-list hidden {}
            p.vh role="status" data-search-told {}
        }
        script type="module" src=(search_script_path()) {}
    }
}

fn current(view: &View, item: &NavItem) -> Option<&'static str> {
    let below = |path: &str| {
        path.strip_prefix(item.href)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let here = if item.href == "/" {
        view.path == "/"
    } else {
        below(&view.path)
    };
    here.then_some("page")
}

fn band(view: &View) -> Markup {
    html! {
        @if view.shell.demo {
            p.band {
                span.mark { "Démonstration" }
                " Les cadres et la couverture vaccinale HPV 2022-2023 (Santé publique France) sont réels ; tout le reste est fictif."
            }
        }
    }
}

fn logo() -> Markup {
    html! {
        svg viewBox="0 0 9 32" aria-hidden="true" {
            path.b d="M2 0h5v6H2zM2 12h5v6H2z" {}
            path.b d="M2 24h5l-2.500 8z" {}
            path.o d="M2.500 6h4v6h-4zM2.500 18h4v6h-4z" {}
        }
    }
}

fn footer() -> Markup {
    html! {
        footer.foot { div {
            p { "Jalon. Suivi des contrats pluriannuels d’objectifs et de moyens" }
        } }
    }
}
