//! `/referents`: who answers for each objective, and what is missing since when.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::get;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Holding, Place, Post, posts, store};
use crate::access::role::Referent;
use crate::access::{Signed, button_or_why};
use crate::frameworks::{Catalogue, Framework, Library, Node};
use crate::kernel::counted;
use crate::organisations::{Directories, Directory, Organisation};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{
    Address, AsOf, Filter, Shell, WebError, WebResult, filter_form, section_heading, state,
};
use crate::tables::downloads;

const REFERENTS: &str = "/referents";
/// What the filter by organisation calls the directorates.
pub(super) const STATE: &str = "etat";
/// What the filter by state calls the posts that nobody holds.
const MISSING: &str = "manque";

/// The page of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Library: FromRef<S>,
    Directories: FromRef<S>,
{
    Router::new().route(REFERENTS, get(page))
}

/// What the address asks to list.
pub(super) struct Listed<'a> {
    pub framework: &'a Framework,
    pub directory: &'a Directory,
    /// The frameworks to choose from, the latest first.
    frameworks: Vec<&'a Framework>,
    /// `etat`, the code of a directorate or of an agency, or nothing for all.
    organisation: String,
    only_missing: bool,
    day: Date,
}

impl<'a> Listed<'a> {
    /// The framework asked for, or the one that runs on that day; `None` where there is none.
    pub fn of(
        catalogue: &'a Catalogue,
        directory: &'a Directory,
        asked: &Address,
        day: Date,
    ) -> Option<Self> {
        let all = catalogue.frameworks().into_iter().map(|e| &e.framework);
        let frameworks: Vec<&Framework> = all
            .filter(|framework| !framework.follows_establishments())
            .collect();
        let code = asked.get("cadre");
        let named = frameworks.iter().find(|f| f.code == code);
        let runs = |f: &&&Framework| (f.starts..=f.ends).contains(&day.year());
        let framework = if code.is_empty() {
            let running = frameworks.iter().find(runs);
            running.or_else(|| frameworks.first())
        } else {
            named
        };
        Some(Self {
            framework: *framework?,
            directory,
            organisation: asked.get("organisation").to_owned(),
            only_missing: asked.get("etat") == MISSING,
            frameworks,
            day,
        })
    }

    /// The posts to list.
    pub fn posts<'p>(&'p self, holdings: &'p [Holding]) -> Vec<Post<'p>> {
        let mut listed = posts(self.framework, self.directory, holdings, self.day);
        listed.retain(|post| {
            let is_national = !matches!(post.place, Place::Agency(_));
            (self.organisation.is_empty()
                || self.organisation == code(post)
                || (is_national && self.organisation == STATE))
                && (!self.only_missing || post.missing_since.is_some())
        });
        listed
    }
}

async fn page(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
) -> WebResult<(StatusCode, Markup)> {
    let reach = signed.reach();
    if !reach.sees_referents() {
        return Err(WebError::NotFound);
    }
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let (asked, today) = (AsOf::of(&address), clock.today());
    let day = asked.past(today).unwrap_or(today);
    let Some(listed) = Listed::of(&catalogue, &directory, &address, day) else {
        return if address.get("cadre").is_empty() {
            Ok((StatusCode::OK, signed.page("Référents", &nothing_yet())))
        } else {
            Err(WebError::NotFound)
        };
    };
    let holdings = store::holdings(&mut tx, reach, &listed.framework.code).await?;
    drop(tx);
    let posts = listed.posts(&holdings);
    let missing = posts.iter().filter(|p| p.missing_since.is_some()).count();
    let body = html! {
        div.head {
            h1 { "Référents des objectifs" }
            p.lead { (listed.framework.title) " : " (verdict(posts.len(), missing)) }
            (asked.form(&address, "Référents au", today, &html! {}))
        }
        (filter_form(&address, "Filtrer les référents", &filters(&listed)))
        @if posts.is_empty() {
            p { @if listed.only_missing { "Personne ne manque ici : chaque objectif a son référent." }
                @else { "Aucun objectif ne répond à ce choix." } }
        }
        @for group in posts.chunk_by(|a, b| code(a) == code(b)) { (section(group, &address)) }
        (downloads("referents", "Les référents", &[("cadre", &listed.framework.code)], &address))
        (button_or_why(reach.gives_something().as_ref().map(|&()| ()), "Déposer la liste complétée", &html! {
            p { "Ce tableau se complète dans un tableur (nom, adresse, dates) et se renvoie : "
                a href="/imports/nouveau?genre=personnes" { "déposer la liste complétée" }
                ". Jalon montre qui serait désigné ou prendrait fin avant que rien ne soit écrit." }
        }))
        p.muted { "Désigner ou remplacer un référent : lui donner le rôle, sur la page de la "
            a href="/personnes" { "personne" } ". Ce qui prend fin reste dans le "
            a href="/journal?genre=grant" { "journal" } "." }
    };
    Ok((
        asked.status(),
        signed.page("Référents des objectifs", &body),
    ))
}

fn nothing_yet() -> Markup {
    html! {
        div.head {
            h1 { "Référents des objectifs" }
            p.lead { "Aucun cadre n’est encore chargé : ses objectifs viennent avec lui." }
        }
        p { a.btn href="/cadres" { "Voir les cadres" } }
    }
}

fn verdict(posts: usize, missing: usize) -> String {
    match missing {
        0 if posts == 0 => "aucun objectif à suivre ici.".to_owned(),
        0 => "chaque objectif a son référent.".to_owned(),
        n => format!(
            "{} sur {posts} sans référent.",
            counted(n, "poste", "postes")
        ),
    }
}

fn filters(listed: &Listed<'_>) -> [Filter; 3] {
    let frameworks = listed.frameworks.iter();
    let all = posts(listed.framework, listed.directory, &[], listed.day);
    let mut places: Vec<&Organisation> = Vec::new();
    for one in all.iter().filter_map(|post| post.place.organisation()) {
        if places.last().is_none_or(|last| last.code != one.code) {
            places.push(one);
        }
    }
    let places = places.into_iter();
    let places = places.map(|one| (one.code.clone(), one.label().to_owned()));
    let state = (STATE.to_owned(), "Niveau national".to_owned());
    [
        Filter::Choice {
            name: "cadre",
            label: "Cadre",
            any: "En cours",
            choices: frameworks
                .map(|f| (f.code.clone(), f.title.clone()))
                .collect(),
        },
        Filter::Choice {
            name: "organisation",
            label: "Pour",
            any: "Toutes",
            choices: std::iter::once(state).chain(places).collect(),
        },
        Filter::Choice {
            name: "etat",
            label: "État",
            any: "Tous",
            choices: vec![(MISSING.to_owned(), "Sans référent".to_owned())],
        },
    ]
}

pub(super) fn code<'p>(post: &'p Post<'_>) -> &'p str {
    let organisation = post.place.organisation();
    organisation.map_or(STATE, |one| &one.code)
}

/// The posts of the State as a whole, of one directorate or of one agency.
fn section(posts: &[Post<'_>], address: &Address) -> Markup {
    let place = posts.first().map_or(Place::State, |post| post.place);
    let title = place.label();
    let id = posts.first().map_or(STATE, code).to_lowercase();
    let missing = posts.iter().filter(|p| p.missing_since.is_some()).count();
    let aside = match missing {
        0 => html! { span.muted { "Tous désignés" } },
        n => html! { span.muted { (n) " sans référent" } },
    };
    let (first, second) = match place {
        Place::State | Place::Directorate(_) => ("Chef de file signataire", "Copilotes"),
        Place::Agency(_) => ("Référent", "Coréférents"),
    };
    let columns = vec![
        Column::words("objectif", "Objectif"),
        Column::words("premier", first),
        Column::words("seconds", second),
    ];
    let caption = format!("Référents des objectifs : {title}");
    let mut table = Table::new(format!("referents-{id}"), caption, columns)
        .classed("stack")
        .caption_unseen();
    table.rows = posts.iter().map(row).collect();
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, title, Some(aside)))
            (table.html(address))
        }
    }
}

fn row(post: &Post<'_>) -> Row {
    let node = post.objective;
    let held = |referent| {
        let own = post.holders.iter().filter(|h| h.referent == referent);
        let names: Vec<&str> = own.map(|holder| holder.name.as_str()).collect();
        let datum = if names.is_empty() {
            Cell::default()
        } else {
            Cell::text(names.join(", "))
        };
        datum.shown(holders(post, referent))
    };
    let name = node.code.as_ref().unwrap_or(&node.label);
    vec![
        Cell::text(name.clone()).shown(objective(node, post.place == Place::State)),
        held(Referent::First),
        held(Referent::Second),
    ]
}

fn objective(node: &Node, tells_leads: bool) -> Markup {
    html! {
        @if let Some(code) = &node.code { (code) ". " }
        (node.label)
        @if tells_leads && !node.leads.is_empty() {
            span.sub { "Pilotage : " (node.leads.join(", ")) }
        }
    }
}

fn holders(post: &Post<'_>, referent: Referent) -> Markup {
    let held = post.holders.iter().filter(|h| h.referent == referent);
    let held: Vec<&&Holding> = held.collect();
    html! {
        @if let Some(since) = post.missing_since.filter(|_| referent == post.wants()) {
            (state("late", "late", "Manque"))
            span.sub { "depuis le " (french_date(since)) }
        } @else if held.is_empty() { span.muted { "–" } }
        @if referent == Referent::First && post.leading() > 1 {
            (state("warn", "bang", "Plusieurs"))
            span.sub { "un seul est attendu" }
        }
        @for holder in held { p {
            (holder.name) " " span.muted { "(" (holder.organisation) ")" }
            span.sub {
                a href={ "mailto:" (holder.email) } { (holder.email) }
                ", depuis le " (french_date(holder.from))
                @if let Some(until) = holder.until { ", jusqu’au " (french_date(until)) }
            }
        } }
        @let before: Vec<&&Holding> = post.before.iter().filter(|h| h.referent == referent).collect();
        @if !before.is_empty() {
            details.more { summary { "Avant" } @for holder in before { p {
                (holder.name) " " span.muted { "(" (holder.organisation) ")" }
                span.sub { "du " (french_date(holder.from)) @if let Some(until) = holder.until { " au " (french_date(until)) } }
            } } }
        }
    }
}
