//! Where each role looks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::plant::Sower;
use super::{ASKER, OWNER, Opened, PLANTED};
use crate::contracts::{HOSPITAL, OWN};
use crate::rights::routes::routes;
use crate::rights::why::shape;
use crate::support::EMAIL;

/// How many pages are followed from link to link.
const MOST_FOLLOWED: usize = 120;

/// How many of one shape: the history of each thing is one page.
const MOST_ALIKE: usize = 4;

/// The addresses at which everyone looks.
pub struct Places {
    pub pages: BTreeSet<String>,
    pub api: BTreeSet<String>,
}

/// What a page draws each time that it is asked for.
pub fn drawn() -> [String; 2] {
    let hospital = format!("/contrats/{}/dossier?annee=2022", HOSPITAL.slug);
    [
        hospital,
        "/contrats/normandie-2024-2028/fiche/2024".to_owned(),
    ]
}

/// Where an empty form is sent to things, to hear what is refused or asked again: nothing of it
/// changes anything.
pub fn refusing(addresses: &[String]) -> Vec<String> {
    let mut refusing = Vec::new();
    let ends = |start: &str| match start {
        "/imports/" => &["/colonnes", "/annuler"][..],
        "/contestations/" | "/documents/" => &[""],
        "/valeurs/" => &["/contester"],
        "/personnes/" => &["/habilitations", "/sessions/terminer"],
        _ => &[],
    };
    for address in addresses {
        let is_whole = address.matches('/').count() == 2 && !address.contains('?');
        let start = address[1..].find('/').map(|at| &address[..at + 2]);
        if let Some(start) = start.filter(|_| is_whole) {
            refusing.extend(ends(start).iter().map(|end| format!("{address}{end}")));
        }
    }
    for contract in contracts() {
        refusing.push(format!("/contrats/{contract}/dossiers"));
        refusing.push(format!("/contrats/{contract}/actes/nouveau"));
        for end in [
            "signer",
            "confirmer",
            "presentation",
            "signataires",
            "parties",
        ] {
            refusing.push(format!("/contrats/{contract}/actes/2/{end}"));
        }
    }
    refusing
}

impl Places {
    /// The pages whose address says nothing of a thing, those of the things planted, the tables and
    /// the search; and of those that lead from them, the ones where somebody reads a number.
    pub async fn of(sower: &Sower<'_>, opened: &mut Opened) -> Self {
        let is_api = |path: &String| path.starts_with("/api/v1/");
        let (mut api, mut pages): (BTreeSet<String>, BTreeSet<String>) =
            sower.sown.addresses.iter().cloned().partition(is_api);
        let plain = routes();
        let plain = plain.iter().filter(|template| !template.contains('{'));
        let doors = ["/connexion", "/deconnexion"];
        let plain = plain.filter(|path| !doors.iter().any(|door| path.starts_with(door)));
        let (of_api, of_site): (Vec<String>, Vec<String>) = plain.cloned().partition(is_api);
        api.extend(of_api);
        pages.extend(of_site);
        api.extend(lists());
        let asked: Vec<String> = searches().into_iter().chain(tables()).collect();
        for email in [
            EMAIL.to_owned(),
            format!("{OWNER}@example.org"),
            format!("{ASKER}@example.org"),
        ] {
            let telling = followed(sower, opened, &email, &pages).await;
            pages.extend(telling);
            pages.extend(telling_among(sower, opened, &email, &asked).await);
        }
        Self { pages, api }
    }
}

/// Those of some addresses at which somebody reads a number.
async fn telling_among(
    sower: &Sower<'_>,
    opened: &mut Opened,
    email: &str,
    asked: &[String],
) -> Vec<String> {
    let mut site = sower.site(email).await;
    let mut telling = Vec::new();
    for path in asked {
        let answer = site.get(path).await;
        if !opened.canaries(&answer).is_empty() {
            telling.push(path.clone());
        }
    }
    telling
}

/// The pages to which links lead somebody and where they read a number.
async fn followed(
    sower: &Sower<'_>,
    opened: &mut Opened,
    email: &str,
    known: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut site = sower.site(email).await;
    let starts = known.iter().filter(|path| !path.contains('?'));
    let mut waiting: VecDeque<String> = starts.cloned().collect();
    for contract in contracts() {
        waiting.push_front(format!("/contrats/{contract}"));
    }
    waiting.push_front("/indicateurs/es-aura-2020-2024/2.1-1-i1".to_owned());
    waiting.push_front("/indicateurs/etat-ars-2024-2028/2.c.1".to_owned());
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut telling = BTreeSet::new();
    for _ in 0..MOST_FOLLOWED + waiting.len() {
        let Some(path) = waiting.pop_front() else {
            break;
        };
        let answer = site.get(&path).await;
        if !opened.canaries(&answer).is_empty() {
            telling.insert(path.clone());
        }
        for link in answer.body.split("href=\"").skip(1) {
            let link = link.split(['"', '#']).next().unwrap();
            let link = link.replace("&amp;", "&");
            if link.starts_with('/') && is_telling(&link) && seen.insert(link.clone()) {
                let like = alike.entry(shape(&link)).or_insert(0);
                *like += 1;
                if *like <= MOST_ALIKE {
                    waiting.push_back(link);
                }
            }
        }
    }
    telling
}

/// Whether a link may lead to a record: the many pages of frameworks and of the guide hold none,
/// what is drawn anew is looked at apart, and tables are listed.
fn is_telling(link: &str) -> bool {
    let plain = [
        "/cadres",
        "/aide/",
        "/catalogue",
        "/circuit",
        "/comparer",
        "/erreurs",
        "/indicateurs",
        "/organisations",
        "/saisie",
        "/statique",
        "/tables",
        "/api",
        "/cibles",
        // The form of an address, for each table of each page.
        "/moi/adresses/nouvelle",
    ];
    let is_plain = plain.iter().any(|start| link.starts_with(start));
    let is_drawn = ["/dossier?", "/fiche", "/dossier/", "classeur"];
    let is_request = link.starts_with("/aide/demandes/") && !link.contains("nouvelle");
    is_request || !is_plain && !is_drawn.iter().any(|part| link.contains(part))
}

fn contracts() -> [&'static str; 3] {
    ["normandie-2024-2028", "bretagne-2024-2028", HOSPITAL.slug]
}

/// The search, by the beginning of each number and by the words around them: it shows again what
/// was typed, and so no number is typed whole.
fn searches() -> Vec<String> {
    let words = [
        "motif",
        "CPOM",
        "hôpital",
        "mars",
        "piece",
        "question",
        "renfort",
        "notification",
    ];
    let starts = PLANTED.iter().map(|(number, ..)| &number[..7]);
    let mut searches = Vec::new();
    for typed in words.into_iter().chain(starts) {
        let typed: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        searches.push(format!("/recherche?q={typed}"));
    }
    searches.extend(words.map(|typed| format!("/recherche/propositions?q={typed}")));
    searches
}

/// Every table, of each contract and of all.
fn tables() -> Vec<String> {
    let mut tables = Vec::new();
    for table in [
        "journal",
        "contrats",
        "actes",
        "termes",
        "suivi",
        "valeurs",
        "moyens",
        "parties",
        "changements",
        "signataires",
        "dossiers",
    ] {
        for contract in contracts() {
            tables.push(format!("/tables/{table}.csv?contrat={contract}"));
        }
    }
    // An act under way, which `changements` tells of whoever may see it.
    for contract in contracts() {
        for no in 2..=4 {
            for table in ["changements", "signataires"] {
                tables.push(format!("/tables/{table}.csv?contrat={contract}&acte={no}"));
            }
        }
    }
    // What a hospital measures by itself, on the page of the indicator and in its table.
    tables.push(format!("/indicateurs/{}/{OWN}", HOSPITAL.framework));
    let asked = format!("cadre={}&indicateur={OWN}", HOSPITAL.framework);
    tables.push(format!("/tables/definitions.csv?{asked}"));
    let listed = std::fs::read_to_string("tests/it/tables-v1.txt").unwrap();
    let names = listed.lines().filter_map(|line| line.split(':').next());
    let names: BTreeSet<&str> = names.collect();
    assert!(names.contains("contrats"), "{names:?}");
    for name in names {
        for framework in ["", "?cadre=etat-ars-2024-2028", "?cadre=es-aura-2020-2024"] {
            tables.push(format!("/tables/{name}.csv{framework}"));
        }
        tables.push(format!("/tables/{name}.xlsx"));
    }
    tables
}

/// What the API lists of each contract and framework.
fn lists() -> Vec<String> {
    let mut lists = Vec::new();
    for contract in contracts() {
        for part in ["", "/instruments", "/terms"] {
            lists.push(format!("/api/v1/contracts/{contract}{part}"));
        }
    }
    for framework in ["etat-ars-2024-2028", "es-aura-2020-2024"] {
        for list in ["observations", "indicators", "dhis2/dataValueSets"] {
            lists.push(format!("/api/v1/{list}?framework={framework}"));
        }
    }
    lists.push("/api/v1/frameworks/es-aura-2020-2024/indicators/2.1-1-i1/documents".to_owned());
    lists.push("/api/v1/observations?place=CH-DES-MONTS".to_owned());
    lists
}
