//! Every table of the demonstration: sorted and narrowed by its address, and taken away as the page
//! shows it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use jalon::sealed::Keyring;
use jalon::site::demo;

use crate::imports::reader;
use crate::on_both_engines;
use crate::support::{Bench, Site};
use crate::tables::lines;

/// Tables that no file gives, by how their caption or else their first heading begins, and why.
const KEPT: &[(&str, &str)] = &[
    (
        "Calendrier de chaque année",
        "dates of a document, in its own words",
    ),
    ("Documents joints", "files: each is given by itself"),
    ("Versions du document", "files: each is given by itself"),
    (
        "Acte",
        "what each act changed: `termes` and `journal` give it",
    ),
    (
        "Définition et dernière valeur",
        "each contract measures something else",
    ),
    ("Indicateurs suivis", "what one follows oneself"),
    ("Nouvelles, la dernière", "what one follows oneself"),
    (
        "Derniers accès",
        "one's own account; `acces` gives everybody's",
    ),
    ("Les personnes et leurs", "the workbook of people gives it"),
    ("Ce que tient et a tenu", "the workbook of people gives it"),
    (
        "Les habilitations de ",
        "the grants of one person who leaves",
    ),
    (
        "Changements, ",
        "of an act, of an organisation: `termes` and `journal` give them",
    ),
    (
        "Quand",
        "the entries of a contract's indicator: `journal` gives them",
    ),
    ("Nom", "who signs an act"),
    (
        "Ce qui compose",
        "the parts of a region: `territoires` gives them",
    ),
    ("Sessions ouvertes", "one's own account"),
];

/// Tables whose file has as many lines as the page: the page, the table on it, the file.
const ALIKE: &[(&str, &str)] = &[
    ("/contrats?organisation=ARS-84", "contrats"),
    ("/contrats?cadre=etat-ars-2024-2028&q=normandie", "contrats"),
    ("/contrats?etat=signe&tri=-contrat", "contrats"),
    ("/imports?genre=values&etat=committed", "imports"),
    ("/circuit/etat-ars-2024-2028?etat=recu", "circuit"),
    (
        "/circuit/etat-ars-2024-2028?annee=2024&fournisseur=DGS&au=2025-11-19",
        "circuit",
    ),
    ("/circuit/fournisseurs/DGS", "circuit"),
    (
        "/circuit/fournisseurs/DGS?au=2025-11-19&tri=-annee",
        "circuit",
    ),
    ("/contestations?etat=toutes", "contestations"),
    ("/cadres", "cadres"),
    ("/cadres/etat-ars-2024-2028", "indicateurs"),
    ("/cadres/etat-ars-2015-2018?edition=2017", "indicateurs"),
    ("/organisations?type=directions", "organisations"),
    ("/organisations?type=ars&au=2017-06-30", "organisations"),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1?periode=2022",
        "classement",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/6.a?tri=valeurs",
        "chargements",
    ),
    ("/indicateurs/etat-ars-2024-2028/2.c.1", "nationales"),
    ("/indicateurs/etat-ars-2024-2028/6.a?lieu=53", "trajectoire"),
    ("/indicateurs/etat-ars-2024-2028/2.a", "entonnoir"),
    ("/catalogue/chirurgie-ambulatoire", "serie"),
    (
        "/cadres/etat-ars-2024-2028/objectifs/4?au=2025-11-19",
        "objectif",
    ),
    (
        "/comparer?regions=28&regions=53&cadre=etat-ars-2024-2028&objectif=2",
        "comparaison",
    ),
    ("/contrats/normandie-2024-2028?au=2025-11-19", "actes"),
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

/// The path with its braces filled in; nothing where only acts bring about what it is of.
async fn addressed(site: &mut Site, path: &str) -> Option<String> {
    if !path.contains('{') {
        return Some(path.to_owned());
    }
    let (braces, from, before) = FOUND.iter().find(|(braces, ..)| path.contains(braces))?;
    let page = site.get(from).await.body;
    let ends = page.match_indices(before).map(|(at, _)| at + before.len());
    let mut ids = ends.filter_map(|at| page.get(at..at + 36));
    let id = ids.find(|id| id.matches('-').count() == 4)?;
    Some(path.replace(braces, id))
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

/// Without tags.
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
    text
}

/// What a table is called: its caption, or else its first heading.
fn called(table: &str) -> String {
    let caption = table.split("<caption").nth(1);
    let said = caption.and_then(|c| c.split("</caption>").next());
    let said = said.or_else(|| table.split("<th ").nth(1)?.split("</th>").next());
    let said = said.unwrap_or_default();
    plain(said.split_once('>').map_or(said, |(_, said)| said))
}

/// The tables of a page that hold data and that nothing below them takes away.
fn left_there(html: &str) -> Vec<String> {
    let main = html.split("<main").nth(1).unwrap_or_default();
    let (mut waiting, mut forms) = (Vec::new(), 0);
    let mut rest = main;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let table = rest.strip_prefix("<table");
        let is_data = table.is_some_and(|table| {
            let class = table.split('>').next().unwrap_or_default();
            class.contains("\"tbl") || class.contains("\"board")
        });
        if rest.starts_with("<form") {
            forms += 1;
        } else if rest.starts_with("</form>") {
            forms -= 1;
        } else if rest.starts_with("<p class=\"takeaway\"") {
            waiting.clear();
        } else if is_data && forms == 0 {
            let whole = rest.split("</table>").next().unwrap_or_default();
            waiting.push(called(whole));
        }
        rest = &rest[1..];
    }
    waiting
}

/// What is wrong, all of it told at once.
type Wrong = Vec<String>;

on_both_engines! {
    async fn every_table_is_sorted_narrowed_and_taken_away(bench: Bench) {
        let mut site = visitor(&bench).await;
        let (mut kept, mut seen, mut files) = (BTreeSet::new(), 0, BTreeSet::new());
        let mut wrong = Wrong::new();
        for path in paths() {
            let Some(path) = addressed(&mut site, &path).await else { continue };
            // What is asked of programs, or explained, is no table of data.
            if ["/api", "/aide", "/erreurs"].iter().any(|start| path.starts_with(start)) {
                continue;
            }
            let answer = site.get(&path).await;
            if answer.status != StatusCode::OK {
                continue;
            }
            for called in left_there(&answer.body) {
                match KEPT.iter().find(|(start, _)| called.starts_with(start)) {
                    Some((start, _)) => _ = kept.insert(*start),
                    None => wrong.push(format!("{path}: « {called} » is not taken away")),
                }
            }
            seen += arranged(&mut site, &path, &answer.body, &mut wrong).await;
            files.extend(between(&answer.body, "href=\"/tables/", "\"").map(|href| href.replace("&amp;", "&")));
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
        for (path, table) in ALIKE {
            wrong.extend(alike(&mut site, path, table).await);
        }
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

/// What a page calls the table of that file.
fn shown(table: &str) -> &str {
    match table {
        "classement" => "valeurs",
        "objectif" => "indicateurs",
        other => other,
    }
}

/// What is wrong where the file that a page offers has not the rows of the page.
async fn alike(site: &mut Site, path: &str, table: &str) -> Option<String> {
    let html = page(site, path).await;
    let start = format!("href=\"/tables/{table}.csv");
    let Some(query) = between(&html, &start, "\"").next() else {
        return Some(format!("{path} does not offer {table}"));
    };
    let file = format!("/tables/{table}.csv{}", query.replace("&amp;", "&"));
    let all = lines(&site.get(&file).await);
    // One table of the page, or all those of the page where they are parts of one list.
    let own = format!("id=\"table-{}\"", shown(table));
    let parts = ["contrats", "indicateurs", "organisations"].contains(&table);
    let own = if parts { "id=\"table-" } else { &own };
    let rows: usize = between(&html, own, "</table>")
        .filter_map(|table| Some(table.split("<tbody>").nth(1)?.matches("<tr").count()))
        .sum();
    let told = all.len() - 1;
    (told != rows).then(|| format!("{path} has {rows} rows, {file} {told}"))
}
