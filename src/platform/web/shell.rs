//! The frame around every page.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::assets::{search_script_path, stylesheet_path};
use super::components::{icon, sprite};
use super::discreet::{asked_in_words, without_secrets};

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

/// Which subject of the help some pages have.
#[derive(Clone, Copy, Debug)]
pub struct HelpItem {
    /// Their addresses: those that begin with these parts, of which `*` is any.
    pub under: &'static str,
    /// The address of the subject.
    pub href: &'static str,
}

impl HelpItem {
    /// How many parts of a path it names; nothing where it is about other pages.
    fn reach(&self, path: &str) -> Option<usize> {
        let own: Vec<&str> = parts(self.under).collect();
        let mut asked = parts(path);
        let fits = |part: &&str| {
            asked
                .next()
                .is_some_and(|other| *part == "*" || *part == other)
        };
        own.iter().all(fits).then_some(own.len())
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// What is the same on every page of an installation.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The main navigation.
    pub nav: &'static [NavItem],
    /// Which page has which subject of the help; the one that names the most of a path holds.
    pub help: &'static [HelpItem],
    /// Whether this is the demonstration, whose data is invented.
    pub demo: bool,
    /// Where whoever cannot sign in asks for help, as the settings say it; empty where they do not.
    pub contact: Arc<str>,
}

impl Shell {
    /// Where the help on a page stands.
    pub fn help_on(&self, path: &str) -> Option<&'static str> {
        let fitting = self
            .help
            .iter()
            .filter_map(|item| Some((item.reach(path)?, item)));
        let nearest = fitting.max_by_key(|(reach, _)| *reach);
        nearest.map(|(_, item)| item.href)
    }
}

/// Who looks at which page: what the frame needs beside the page itself.
#[derive(Clone, Debug)]
pub struct View {
    /// What is the same everywhere.
    pub shell: Shell,
    /// The path asked for.
    pub path: String,
    /// What was asked of it.
    pub query: String,
    /// The name of the person signed in.
    pub person: Option<String>,
    /// The day of the past that the address asks for, as typed.
    pub as_of: Option<String>,
    /// Where somebody looks as another, as whom.
    pub looking: Option<Looking>,
}

/// Somebody looks at pages as another does.
#[derive(Clone, Debug)]
pub struct Looking {
    /// The name of the other.
    pub seen: String,
    /// Until when: « 10 h 30 ».
    pub until: String,
    /// The address at which it is ended.
    pub end: &'static str,
}

impl View {
    /// For a page that nobody need be signed in for.
    pub fn nobody(shell: Shell, path: &str) -> Self {
        Self {
            shell,
            path: path.to_owned(),
            query: String::new(),
            person: None,
            as_of: None,
            looking: None,
        }
    }
}

/// Where help is asked about a page.
const ASK: &str = "/aide/demandes/nouvelle";

/// What a page that is no success says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unsuccessful<'a> {
    /// Its status; empty for a success.
    pub status: &'a str,
    /// The sentence of a refusal.
    pub sentence: &'a str,
    /// What the log calls a failure.
    pub reference: &'a str,
}

/// The address at which the person asks for help about what they see: the page and what was asked
/// of it, what it is called, the day shown, and what a refusal says.
pub(super) fn ask_href(view: &View, title: &str, refusal: Unsuccessful<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let as_of = view.as_of.as_deref().unwrap_or_default();
    let (path, asked) = (without_secrets(&view.path), asked_in_words(&view.query));
    let said = [
        ("page", path.as_str()),
        ("demande", &asked),
        ("titre", title),
        ("au", as_of),
        ("statut", refusal.status),
        ("phrase", refusal.sentence),
        ("reference", refusal.reference),
    ];
    for (name, text) in said.into_iter().filter(|(_, text)| !text.is_empty()) {
        query.append_pair(name, text);
    }
    format!("{ASK}?{}", query.finish())
}

/// A whole page: `title` names it in the browser, `body` stands between header and footer.
pub fn document(view: &View, title: &str, body: &Markup) -> Markup {
    framed(view, title, Unsuccessful::default(), body)
}

/// [`document`], for an answer of that status where it is no success.
fn framed(view: &View, title: &str, refusal: Unsuccessful<'_>, body: &Markup) -> Markup {
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
                header { (top(view)) (looking(view)) (band(view)) }
                main.page #contenu tabindex="-1" { (body) }
                (footer(view, &ask_href(view, title, refusal)))
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
    let refusal = Unsuccessful {
        status: status.as_str(),
        ..Unsuccessful::default()
    };
    refused(status, view, title, refusal, body)
}

/// [`document_with_status`], of what a refusal says.
pub(super) fn refused(
    status: StatusCode,
    view: &View,
    title: &str,
    refusal: Unsuccessful<'_>,
    body: &Markup,
) -> Response {
    (status, framed(view, title, refusal, body)).into_response()
}

fn top(view: &View) -> Markup {
    html! {
        div.top {
            a.brand href="/" aria-label="Jalon, accueil" { (logo()) span { "Jalon" } }
            @if view.person.is_some() {
                nav.nav aria-label="Navigation principale" { ul {
                    @for item in view.shell.nav {
                        li { a href=(item.href) aria-current=[current(view, item)] { (item.label) } }
                    }
                } }
                (search())
            }
            @if let Some(href) = view.shell.help_on(&view.path) { a.help href=(href) { "Aide" } }
            @if let Some(person) = &view.person {
                details.user {
                    summary { (person) }
                    ul { li { a href="/moi" { "Mon compte" } } li { a href="/moi/acces" { "Mes accès par programme" } } li { a href="/moi/adresses" { "Mes tableaux suivis dans Excel" } } li { a href="/aide/demandes" { "Mes demandes d’aide" } } li { a href="/journal" { "Journal" } } li {
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

/// On every page, where somebody looks as another: that they do, and the way back.
fn looking(view: &View) -> Markup {
    html! {
        @if let Some(looking) = &view.looking {
            form.band.looking method="post" action=(looking.end) {
                p { span.mark { "Lecture seule" } " Vous voyez Jalon comme " b { (looking.seen) } ", jusqu’à " (looking.until) ". Rien ne peut être enregistré ; ce qui est scellé ou sous embargo n’est pas montré." }
                button.btn.sm type="submit" { "Revenir à mon compte" }
            }
        }
    }
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

/// Whether help may be asked about the page: not about the requests themselves, nor as somebody else.
pub(super) fn asks(view: &View) -> bool {
    let about = !view.path.starts_with("/aide/demandes");
    view.person.is_some() && view.looking.is_none() && about
}

fn footer(view: &View, ask: &str) -> Markup {
    html! {
        footer.foot { div {
            @if asks(view) { p { a href=(ask) { "Demander de l’aide sur cette page" } } }
            @if view.person.is_none() { p { "Besoin d’aide pour vous connecter ? " (where_to_ask(&view.shell.contact)) } }
            p { "Jalon. Suivi des contrats pluriannuels d’objectifs et de moyens" }
        } }
    }
}

/// Where whoever is not signed in asks for help.
fn where_to_ask(contact: &str) -> Markup {
    html! {
        @if contact.is_empty() { "Demandez à qui administre les comptes de votre agence, de votre direction ou de votre établissement." }
        @else { (contact) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_that_names_the_most_of_a_path_holds() {
        let item = |under, href| HelpItem { under, href };
        let shell = Shell {
            nav: &[],
            help: Box::leak(Box::new([
                item("/", "/aide/pays"),
                item("/contrats", "/aide/contrats"),
                item("/contrats/*/actes", "/aide/termes"),
            ])),
            demo: false,
            contact: Arc::default(),
        };
        for (path, subject) in [
            ("/", "pays"),
            ("/imports/4", "pays"),
            ("/contrats", "contrats"),
            ("/contratsx", "pays"),
            ("/contrats/normandie/moyens", "contrats"),
            ("/contrats/normandie/actes/2", "termes"),
        ] {
            let expected = format!("/aide/{subject}");
            assert_eq!(shell.help_on(path), Some(expected.as_str()), "{path}");
        }
    }
}
