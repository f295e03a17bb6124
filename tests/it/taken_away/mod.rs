//! Every table of the demonstration: sorted and narrowed by its address, and taken away as the page
//! shows it.

mod same;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use jalon::sealed::Keyring;
use jalon::site::demo;

use crate::imports::reader;
use crate::on_both_engines;
use crate::support::{Bench, Site};

/// Tables that no file gives, by how their caption or else their first heading begins, and why.
const KEPT: &[(&str, &str)] = &[
    ("Indicateurs suivis", "what one follows oneself"),
    ("Nouvelles, la dernière", "what one follows oneself"),
    (
        "Derniers accès",
        "one's own account; `acces` gives everybody's",
    ),
    (
        "Ce que montre chacune",
        "the answer to one question on one person's rights; `habilitations` gives the grants",
    ),
    (
        "Ce qui se fait sur cette chose",
        "the answer to one question on one person's rights",
    ),
    (
        "Sessions ouvertes",
        "who is signed in where: to end it, never to be kept",
    ),
];

/// The pages that the browser goes through, as `tests/browser/paths.mjs` lists them for the
/// visitor of the demonstration.
fn paths() -> Vec<String> {
    let text = std::fs::read_to_string("tests/browser/paths.mjs").unwrap();
    let demo = text.split("export const demo = [").nth(1).unwrap();
    let demo = demo.split("];").next().unwrap();
    let quoted = demo
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'));
    let paths = quoted.filter_map(|line| line.strip_suffix("\","));
    paths.map(ToOwned::to_owned).collect()
}

/// Where what stands in braces is found first.
const FOUND: &[(&str, &str, &str)] = &[
    ("{import}", "/imports", "/imports/"),
    (
        "{valeur}",
        "/indicateurs/etat-ars-2024-2028/2.c.1",
        "/valeurs/",
    ),
    ("{contestation}", "/contestations", "/contestations/"),
    (
        "{document}",
        "/indicateurs/etat-ars-2024-2028/2.b",
        "/documents/",
    ),
    ("{personne}", "/personnes", "/personnes/"),
];

/// The fields of a form.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// What stands in braces, and what stands there.
type Known = BTreeMap<&'static str, String>;

/// Does what brings about the pages that the demonstration has not, and finds the others.
async fn furnished(site: &mut Site) -> Known {
    let mut known = Known::new();
    for (braces, from, before) in FOUND {
        let page = site.get(from).await.body;
        let ends = page.match_indices(before).map(|(at, _)| at + before.len());
        let mut ids = ends.filter_map(|at| page.get(at..at + 36));
        let id = ids.find(|id| id.matches('-').count() == 4);
        known.insert(braces, id.unwrap_or_else(|| panic!("{from}")).to_owned());
    }
    let made: [(&'static str, &str, Fields<'_>); 4] = [
        (
            "{demande}",
            "/aide/demandes/nouvelle",
            &[
                ("page", "/contrats"),
                ("titre", "Contrats"),
                ("message", "Où est le contrat ?"),
                ("jeton", "1"),
            ],
        ),
        (
            "{revue}",
            "/droits/revue",
            &[("organisation", ""), ("echeance", "2026-06-30")],
        ),
        (
            "{tirage}",
            "/tirages",
            &[
                ("cadre", "es-aura-2020-2024"),
                ("annee", "2024"),
                // The eve of the first signature: there is nothing to draw.
                ("au", "03/12/2024"),
                ("jeton", "01920000-0000-7000-8000-000000000009"),
            ],
        ),
        (
            "{projet}",
            "/contrats/bretagne-2024-2028/actes/nouveau",
            &[("acte", "avenant"), ("motif", "Une partie de plus.")],
        ),
    ];
    for (braces, path, form) in made {
        let led = site.post(path, form).await;
        let led = led
            .location
            .unwrap_or_else(|| panic!("{path}: {}", led.body));
        let last = led
            .split('?')
            .next()
            .and_then(|path| path.rsplit('/').next());
        known.insert(braces, last.unwrap().to_owned());
    }
    known
}

/// The path with its braces filled in.
fn addressed(known: &Known, path: &str) -> String {
    let all = known.iter();
    let path = all.fold(path.to_owned(), |path, (braces, id)| {
        path.replace(braces, id)
    });
    assert!(!path.contains('{'), "nobody knows {path}");
    path
}

/// A page of the visitor.
async fn page(site: &mut Site, path: &str) -> String {
    let answer = site.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

async fn visitor(bench: &Bench) -> Site {
    let larger = demo::Larger::default();
    demo::build(&bench.db, (&reader(), &Keyring::default()), larger, |_| {})
        .await
        .unwrap();
    let mut site = bench.site().await;
    let form = [("email", demo::EMAIL), ("password", demo::PASSWORD)];
    let signed = site.post("/connexion", &form).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    site
}

/// What is between two texts, each time.
fn between<'t>(text: &'t str, from: &'t str, to: &'t str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(from).skip(1);
    parts.filter_map(move |part| part.split(to).next())
}

/// Without tags, its characters as a reader sees them.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// What a table is called: its caption, or else its first heading.
fn called(table: &str) -> String {
    let caption = table.split("<caption").nth(1);
    let said = caption.and_then(|c| c.split("</caption>").next());
    let said = said.or_else(|| table.split("<th ").nth(1)?.split("</th>").next());
    let said = said.unwrap_or_default();
    plain(said.split_once('>').map_or(said, |(_, said)| said))
}

/// A table that nothing below it took away yet.
struct Waiting {
    /// Its section of the page; none is 0.
    section: usize,
    /// What names it: `table-…`.
    id: String,
    called: String,
}

/// The tables of a page that hold data and that nothing below them takes away: what stands below a
/// table takes that one away, those of its own section, and the parts of the list that it gives.
fn left_there(html: &str) -> Vec<String> {
    let main = html.split("<main").nth(1).unwrap_or_default();
    let (mut waiting, mut forms, mut sections) = (Vec::<Waiting>::new(), 0, vec![0]);
    // Whether a table came since something was taken away, how many sections were opened, and
    // what the next table is named.
    let (mut is_new, mut opened, mut id) = (false, 0, String::new());
    let mut rest = main;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let tag = rest.split('>').next().unwrap_or_default();
        if let Some(named) = between(tag, " id=\"table-", "\"").next() {
            named.clone_into(&mut id);
        }
        let is_data = tag.starts_with("<table")
            && (tag.contains("class=\"tbl") || tag.contains("class=\"board"));
        if tag.starts_with("<form") {
            forms += 1;
        } else if tag.starts_with("</form") {
            forms -= 1;
        } else if tag.starts_with("<section") {
            opened += 1;
            sections.push(opened);
        } else if tag.starts_with("</section") {
            sections.pop();
        } else if tag.starts_with("<p class=\"takeaway\"") && std::mem::take(&mut is_new) {
            let file = between(rest, "href=\"/tables/", ".").next();
            let part = format!("{}-", file.unwrap_or_default());
            let own = waiting.pop().map_or(0, |last| last.section);
            waiting.retain(|one| (own == 0 || one.section != own) && !one.id.starts_with(&part));
        } else if is_data && forms == 0 {
            let whole = rest.split("</table>").next().unwrap_or_default();
            waiting.push(Waiting {
                section: sections.last().copied().unwrap_or_default(),
                id: std::mem::take(&mut id),
                called: called(whole),
            });
            is_new = true;
        }
        rest = &rest[1..];
    }
    waiting.into_iter().map(|one| one.called).collect()
}

#[test]
fn a_table_is_taken_away_by_what_stands_below_it_or_in_its_section() {
    let table = |name: &str| format!("<table class=\"tbl\"><caption>{name}</caption></table>");
    let (a, b) = (table("a"), table("b"));
    let away = "<p class=\"takeaway\"><a href=\"/tables/x.csv\"></a></p>";
    let left = |html: String| left_there(&format!("<main>{html}"));
    assert_eq!(left(format!("{a}{away}{b}")), ["b"]);
    assert_eq!(left(format!("{a}{b}{away}{away}")), ["a"]);
    assert_eq!(left(format!("<section>{a}</section>{b}{away}")), ["a"]);
    assert!(left(format!("<section>{a}{b}</section>{away}")).is_empty());
    assert_eq!(
        left(format!(
            "<section>{a}</section><section>{b}{away}</section>"
        )),
        ["a"]
    );
    assert!(left(format!("<form>{a}</form>")).is_empty());
    // Parts of one list, each under its heading.
    let part = |key: &str| format!("<section><div id=\"table-{key}\">{a}</div></section>");
    assert!(left(format!("{}{}{away}", part("x-1"), part("x-2"))).is_empty());
    assert_eq!(left(format!("{}{}{away}", part("y-1"), part("x-2"))), ["a"]);
}

/// What is wrong, all of it told at once.
type Wrong = Vec<String>;

on_both_engines! {
    async fn every_table_is_sorted_narrowed_and_taken_away(bench: Bench) {
        let mut site = visitor(&bench).await;
        let known = furnished(&mut site).await;
        let (mut kept, mut seen, mut files) = (BTreeSet::new(), 0, BTreeSet::new());
        let mut wrong = Wrong::new();
        for path in paths() {
            let path = addressed(&known, &path);
            // What is asked of programs, or explained, is no table of data.
            let is_guide = path.starts_with("/aide") && !path.starts_with("/aide/demandes");
            if is_guide || ["/api", "/erreurs"].iter().any(|start| path.starts_with(start)) {
                continue;
            }
            let answer = site.get(&path).await;
            if answer.status != StatusCode::OK {
                wrong.push(format!("{path}: {}", answer.status));
                continue;
            }
            let html = answer.body;
            for called in left_there(&html) {
                match KEPT.iter().find(|(start, _)| called.starts_with(start)) {
                    Some((start, _)) => _ = kept.insert(*start),
                    None => wrong.push(format!("{path}: « {called} » is not taken away")),
                }
            }
            seen += arranged(&mut site, &path, &html, &mut wrong).await;
            files.extend(between(&html, "href=\"/tables/", "\"").map(|href| href.replace("&amp;", "&")));
        }
        for (start, _) in KEPT.iter().filter(|(start, _)| !kept.contains(start)) {
            wrong.push(format!("no page shows « {start} » any longer"));
        }
        for file in files {
            let answer = site.get(&format!("/tables/{file}")).await;
            if answer.status != StatusCode::OK {
                wrong.push(format!("{file}: {}", answer.status));
            }
        }
        wrong.extend(same::wrong(&mut site, |path| addressed(&known, path)).await);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(seen > 25, "{seen} tables were found");
    }
}

/// Follows the sort and the columns of each table of a page, and tells how many there are.
async fn arranged(site: &mut Site, path: &str, html: &str, wrong: &mut Wrong) -> usize {
    let mut sorts = BTreeMap::new();
    for href in between(html, "class=\"sort\" href=\"", "\"") {
        let (href, table) = href.split_once('#').unwrap();
        let href = href.replace("&amp;", "&");
        sorts.entry(table.to_owned()).or_insert(href);
    }
    for (table, href) in &sorts {
        if !page(site, href).await.contains("aria-sort=\"") {
            wrong.push(format!("{path}: {table} is not sorted by {href}"));
        }
    }
    let headings = |html: &str| html.matches("<th scope=\"col\"").count();
    let first = between(html, "name=\"colonnes\" value=\"", "\"").next();
    if let Some(key) = first.filter(|_| !path.contains("colonnes=")) {
        let mark = if path.contains('?') { '&' } else { '?' };
        let narrow = page(site, &format!("{path}{mark}colonnes={key}")).await;
        if headings(&narrow) >= headings(html) {
            wrong.push(format!("{path}: is as wide with {key} alone"));
        }
    }
    sorts.len()
}
