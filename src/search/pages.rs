//! `/recherche`: what answers a question, by kind; and the first results, while it is typed.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use maud::{Markup, html};

use super::found::MANY;
use super::{Found, Hit, Kind, Question, Searcher, excerpt, marked};
use crate::access::Signed;
use crate::kernel::counted;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{
    Address, Filter, SEARCH, Shell, WebResult, filter_form, section_heading,
};

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Searcher: FromRef<S>,
{
    Router::new()
        .route(SEARCH, get(page))
        .route("/recherche/propositions", get(suggestions))
}

/// How many of each kind are shown together.
const FEW: usize = 5;
/// How many are proposed while typing.
const PROPOSED: usize = 8;

/// The results of one kind, the best first.
struct Group<'a> {
    kind: Kind,
    hits: Vec<&'a Hit>,
}

/// The kinds in the order of their best result.
fn groups(found: &Found) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for hit in &found.hits {
        let kind = hit.document.kind;
        match groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.hits.push(hit),
            None => groups.push(Group {
                kind,
                hits: vec![hit],
            }),
        }
    }
    groups
}

fn question(address: &Address) -> Question {
    Question {
        text: address.get("q").to_owned(),
        kind: address.get("genre").to_owned(),
        framework: address.get("cadre").to_owned(),
    }
}

async fn page(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(searcher): State<Searcher>,
) -> WebResult<Markup> {
    let asked = question(&address);
    let mut tx = db.read().await?;
    let found = searcher.find(&mut tx, signed.reach(), &asked).await?;
    drop(tx);
    let title = match asked.text.as_str() {
        "" => "Recherche".to_owned(),
        text => format!("Recherche : {text}"),
    };
    Ok(signed.page(&title, &body(&address, &asked, &found)))
}

fn body(address: &Address, asked: &Question, found: &Found) -> Markup {
    let frameworks = found.frameworks.iter();
    let frameworks = frameworks.map(|(code, title)| (code.clone(), title.clone()));
    let filters = [
        Filter::Words {
            name: "q",
            label: "Rechercher",
        },
        Filter::Choice {
            name: "cadre",
            label: "Cadre",
            any: "Tous",
            choices: frameworks.collect(),
        },
    ];
    html! {
        div.head {
            h1 { @if asked.text.is_empty() { "Recherche" } @else { "« " (asked.text) " »" } }
            p.lead { (verdict(asked, found)) }
            (filter_form(address, "Affiner la recherche", &filters))
            @if found.hits.is_empty() { p { a href="/catalogue" { "Parcourir le catalogue des indicateurs" } } }
        }
        @for group in groups(found) { (section(address, asked, &group, found)) }
    }
}

fn verdict(asked: &Question, found: &Found) -> String {
    let count = counted(found.count(), "résultat", "résultats");
    match (asked.text.is_empty(), found.hits.is_empty()) {
        (true, _) => "Tapez un indicateur ou son code, une région, un contrat, un thème : \
                      « vaccination hpv », « 2.c.1 », « ars normandie »."
            .to_owned(),
        (false, true) if !asked.kind.is_empty() || !asked.framework.is_empty() => {
            "Rien ne répond avec ces filtres. Retirez-les pour chercher partout.".to_owned()
        }
        (false, true) => "Rien ne répond à cette recherche. Essayez un seul mot, un code tel que \
                          2.c.1, ou le nom d’une région."
            .to_owned(),
        (false, false) if found.partial => {
            format!("Rien ne contient tous ces mots. {count} pour une partie d’entre eux.")
        }
        (false, false) => format!("{count}."),
    }
}

fn section(address: &Address, asked: &Question, group: &Group<'_>, found: &Found) -> Markup {
    let all = found.count_of(group.kind);
    let one_kind = !asked.kind.is_empty();
    let shown = if one_kind { MANY } else { FEW };
    let id = format!("genre-{}", group.kind.code);
    let aside = html! {
        p {
            (counted(all, group.kind.one, group.kind.many))
            @if one_kind { " " a href=(address.without("genre").href()) { "Tous les genres" } }
            @else if all > FEW { " " a href=(address.with("genre", group.kind.code).href()) { "Tout voir" span.vh { " : " (group.kind.many) } } }
        }
    };
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, &capital(group.kind.many), Some(aside)))
            ol.found { @for hit in group.hits.iter().take(shown) { (item(hit, found)) } }
            @if one_kind && all > MANY {
                p.note { "Les " (MANY) " premiers sont montrés. Ajoutez un mot pour préciser." }
            }
        }
    }
}

fn item(hit: &Hit, found: &Found) -> Markup {
    let document = &hit.document;
    html! {
        li {
            h3 { a href=(document.href) { (name(hit, found)) } }
            @if !document.context.is_empty() { p.muted { (marked(&document.context, &found.matched)) } }
            @if let Some((passage, before, after)) = excerpt(&document.text, &found.matched) {
                p { @if before { "… " } (marked(passage, &found.matched)) @if after { " …" } }
            }
        }
    }
}

fn name(hit: &Hit, found: &Found) -> Markup {
    let document = &hit.document;
    html! {
        @if let Some(code) = &document.code { span.code { (marked(code, &found.matched)) } " " }
        (marked(&document.title, &found.matched))
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// `/recherche/propositions?q=`: the options of a list, for the script that shows them under the
/// field; nothing where nothing answers.
async fn suggestions(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(searcher): State<Searcher>,
) -> WebResult<Markup> {
    let asked = question(&address);
    let mut tx = db.read().await?;
    let mut found = searcher.find(&mut tx, signed.reach(), &asked).await?;
    drop(tx);
    let all = found.count();
    found.hits.truncate(PROPOSED);
    let every = Address::of(SEARCH).and("q", asked.text.as_str());
    let mut rank = 0..;
    let mut next = move || rank.next().unwrap_or(0_usize);
    Ok(html! {
        @if all > 0 {
            @for group in groups(&found) {
                div role="group" aria-label=(capital(group.kind.many)) {
                    p aria-hidden="true" { (capital(group.kind.many)) }
                    @for hit in &group.hits {
                        a role="option" id={ "proposition-" (next()) } aria-selected="false" tabindex="-1" href=(hit.document.href) {
                            (name(hit, &found))
                            @if !hit.document.context.is_empty() { span.sub { (hit.document.context) } }
                        }
                    }
                }
            }
            a role="option" id={ "proposition-" (next()) } aria-selected="false" tabindex="-1" href=(every.href()) {
                "Tous les résultats (" (all) ")"
            }
        }
    })
}
