//! « Pourquoi pas ? »: who may not do what a page is about is told who can, and offered nothing
//! that would be refused.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::http::StatusCode;
use jalon::access::role::Roles;

use super::scene::{PDF, Scene};
use super::{person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::form::fields;
use crate::on_both_engines;
use crate::support::EMAIL;

/// The forms that send something, in a page, but for what everybody may do.
fn forms(page: &str) -> Vec<&str> {
    let all = page.split("<form").skip(1);
    let all = all.filter_map(|rest| rest.split("</form>").next());
    let everybodys = [
        "/deconnexion",
        "/suivre",
        "/voir-comme/fin",
        "formaction=\"/contrats/",
    ];
    all.filter(|form| {
        form.contains("method=\"post\"") && !everybodys.iter().any(|part| form.contains(part))
    })
    .collect()
}

on_both_engines! {
    async fn what_a_reader_may_not_do_is_told_and_not_offered(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", Some("Motif")).await;
        person(&bench, first, "lectrice@example.org", &[("lecteur", "ARS-28")]).await;
        let mut reader = site_of(&bench, "lectrice@example.org").await;
        let mut able = site_of(&bench, EMAIL).await;
        for (path, acts) in [
            ("/contrats", vec!["Préparer un contrat"]),
            ("/contrats/normandie-2024-2028", vec!["Préparer un acte"]),
            ("/contrats/normandie-2024-2028/actes/2", vec!["Écrire ce projet", "Abandonner ce projet"]),
            ("/contrats/normandie-2024-2028/dossiers", vec!["Émettre le dossier"]),
            ("/cibles/etat-ars-2024-2028/2.c.1", vec!["Fixer les cibles nationales"]),
            ("/cadres/etat-ars-2024-2028?edition=2025", vec!["Ouvrir la campagne"]),
            ("/organisations?type=etablissements", vec!["Ajouter un établissement"]),
            ("/imports", vec!["Déposer un fichier"]),
        ] {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            for act in &acts {
                let told = format!("<span class=\"muted\">{act}</span> : pourquoi pas ?");
                assert!(answer.body.contains(&told), "{path}: {act}: {}", answer.body);
            }
            assert!(answer.body.contains("Peut le faire qui a le rôle"), "{path}");
            assert_eq!(forms(&answer.body), Vec::<&str>::new(), "{path}");
            let same = able.get(path).await;
            assert!(!same.body.contains("pourquoi pas ?"), "{path}: {}", same.body);
        }
    }
}

/// How many pages of one shape are looked at: the indicators of a framework are all alike.
const MOST_ALIKE: usize = 3;

/// What a page offers and withholds.
#[derive(Default)]
struct Found {
    /// The forms, by where they lead: what each would send, and the page it stands on.
    offered: BTreeMap<String, Offer>,
    /// What is not offered, with why.
    withheld: BTreeSet<(String, String)>,
    wrong: Vec<String>,
}

struct Offer {
    fields: Vec<(String, String)>,
    has_file: bool,
    page: String,
}

impl Found {
    fn read(&mut self, path: &str, page: &str) {
        for rest in page.split("<form").skip(1) {
            let form = rest.split("</form>").next().unwrap();
            let opening = form.split('>').next().unwrap();
            if !opening.contains("method=\"post\"") {
                continue;
            }
            let here = attribute(opening, " action").unwrap_or_else(|| path.to_owned());
            let buttons = form.split("<button").skip(1);
            let buttons = buttons.filter_map(|rest| rest.split('>').next());
            // A button that only looks sends nothing, and a form without a button offers nothing.
            for button in buttons.filter(|button| !button.contains("formmethod=\"get\"")) {
                let action = attribute(button, " formaction").unwrap_or_else(|| here.clone());
                let offer = Offer {
                    fields: fields(form),
                    has_file: opening.contains("multipart"),
                    page: path.to_owned(),
                };
                self.offered.entry(action).or_insert(offer);
            }
        }
        for rest in page.split("<span class=\"muted\">").skip(1) {
            let Some((label, after)) = rest.split_once("</span> : pourquoi pas ?</summary>") else {
                continue;
            };
            if label.contains('<') {
                continue;
            }
            let why = after
                .split_once("<p>")
                .and_then(|(_, why)| why.split_once("</p>"));
            let why = why.map(|(why, _)| why.replace("&amp;", "&"));
            self.withheld
                .insert((label.to_owned(), why.unwrap_or_default()));
            // What is withheld is not offered beside it.
            if forms(page)
                .iter()
                .any(|form| form.contains(&format!(">{label}</button>")))
            {
                self.wrong
                    .push(format!("{path} both offers and withholds « {label} »"));
            }
        }
    }
}

fn attribute(opening: &str, name: &str) -> Option<String> {
    let (_, rest) = opening.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// A page as all those like it: without its query, its numbers and its identifiers.
pub fn shape(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let parts = path.split('/').map(|part| match part {
        named if named.contains(|c: char| c.is_ascii_digit()) => "#",
        plain => plain,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether a link leads to a page, which may offer something.
fn is_page(link: &str) -> bool {
    let others = [
        "/aide/",
        "/statique",
        "/tables",
        "/recherche",
        "/api",
        "/erreurs/",
        "/moi/adresses/nouvelle",
    ];
    let files = [
        "/fiche",
        "/dossier?",
        "/dossier/",
        "classeur",
        "copie-corrigee",
        ".zip",
        "/modele?",
    ];
    let is_request = link.starts_with("/aide/demandes");
    let is_other = others.iter().any(|start| link.starts_with(start)) && !is_request;
    link.starts_with('/') && !is_other && !files.iter().any(|part| link.contains(part))
}

/// Follows the links of the site as somebody.
async fn looks(scene: &Scene<'_>, who: &str) -> Found {
    let mut site = scene.site(who);
    let starts = [
        "/",
        "/contrats/normandie-2024-2028",
        "/saisie/etat-ars-2024-2028/2.c.1",
    ];
    let mut waiting: VecDeque<(String, String)> =
        starts.map(|path| (path.to_owned(), String::new())).into();
    let mut seen: BTreeSet<String> = starts.map(str::to_owned).into();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Found::default();
    while let Some((path, from)) = waiting.pop_front() {
        let answer = site.get(&path).await;
        let is_open = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
        if !is_open {
            let told = format!("{from} leads {who} to {path}: {}", answer.status);
            found.wrong.push(told);
        }
        let is_html = answer.headers.get("content-type");
        if is_html.is_none_or(|media| !media.to_str().unwrap().starts_with("text/html")) {
            continue;
        }
        found.read(&path, &answer.body);
        for rest in answer.body.split("href=\"").skip(1) {
            let link = rest.split(['"', '#']).next().unwrap().replace("&amp;", "&");
            if !is_page(&link) || !seen.insert(link.clone()) {
                continue;
            }
            let like = alike.entry(shape(&link)).or_default();
            *like += 1;
            if *like <= MOST_ALIKE {
                waiting.push_back((link, path.clone()));
            }
        }
    }
    found
}

/// What is withheld says which act it is and who can, or when; the page of rights says the same.
async fn explains(scene: &Scene<'_>, who: &str, found: &mut Found) {
    let mut site = scene.site(who);
    let roles = Roles::known();
    let mut asked = BTreeSet::new();
    for (label, why) in &found.withheld {
        if roles
            .acts()
            .iter()
            .any(|act| !act.otherwise.is_empty() && act.otherwise == *why)
        {
            continue;
        }
        let named = roles
            .acts()
            .iter()
            .filter(|act| why.contains(&format!("pas {} ", act.name)));
        let named = named.chain(
            roles
                .acts()
                .iter()
                .filter(|act| why.contains(&format!("peut {} ", act.name))),
        );
        let Some(act) = named.max_by_key(|act| act.name.len()) else {
            found.wrong.push(format!(
                "« {label} » is withheld from {who} and no act is named: {why}"
            ));
            continue;
        };
        let says = [
            "Peut le faire qui a le rôle",
            "demandez-le",
            "Personne n’en a le droit",
        ];
        if !says.iter().any(|said| why.contains(said)) {
            found.wrong.push(format!(
                "« {label} » is withheld from {who} and nobody can: {why}"
            ));
        }
        if asked.insert(&act.key) {
            let id = scene.id(who);
            let page = format!("/droits/pourquoi?personne={id}&acte={}", act.key);
            let page = site.get(&page).await;
            let says = page.status == StatusCode::OK && page.body.contains(&act.name);
            if !says {
                found.wrong.push(format!(
                    "{who} is not told why not {}: {}",
                    act.key, page.status
                ));
            }
        }
    }
}

/// What is offered is taken, or lacks something: never refused.
async fn tries(scene: &Scene<'_>, who: &str, found: &mut Found) {
    // Leaving, and looking as somebody else, change who asks.
    let doors = ["/deconnexion", "/voir-comme"];
    let mut site = scene.site(who);
    for (action, offer) in &found.offered {
        if doors.iter().any(|door| action.contains(door)) {
            continue;
        }
        let fields = offer.fields.iter();
        let sent = fields.map(|(name, text)| match name.as_str() {
            // What the form leaves to choose is chosen within their region.
            "region" => ("region", "28"),
            name => (name, text.as_str()),
        });
        let sent: Vec<(&str, &str)> = sent.collect();
        let answer = if offer.has_file {
            site.send_file(action, &sent, ("piece.pdf", PDF)).await
        } else {
            site.post(action, &sent).await
        };
        if [401, 403, 404, 405, 500].contains(&answer.status.as_u16()) {
            found.wrong.push(format!(
                "{} offers {action} to {who}, who is answered {}",
                offer.page, answer.status
            ));
        }
    }
}

on_both_engines! {
    async fn each_act_withheld_says_why_and_each_act_offered_is_open(bench: Bench) {
        let scene = Scene::set(&bench).await;
        let (mut wrong, mut labels, mut actions) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for who in ["reader", "dgs", "director", "help-normandy", "normandy", "admin-normandy"] {
            let mut found = looks(&scene, who).await;
            explains(&scene, who, &mut found).await;
            tries(&scene, who, &mut found).await;
            labels.extend(found.withheld.into_iter().map(|(label, _)| label));
            actions.extend(found.offered.keys().map(|action| shape(action)));
            wrong.extend(found.wrong);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // So that it does not hold for want of anything to look at.
        println!("{labels:?}\n{actions:?}");
        assert!(labels.len() >= 12, "{labels:?}");
        assert!(actions.len() >= 25, "{actions:?}");
    }
}

on_both_engines! {
    async fn rights_on_a_contract_are_explained_for_each_of_its_parties(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, NORMANDIE).await;
        let party = person(&bench, first, "ministere@example.org", &[("contributeur", "MSS")]).await;
        let other = person(&bench, first, "ailleurs@example.org", &[("contributeur", "DGS")]).await;
        let mut site = site_of(&bench, EMAIL).await;
        for (who, told) in [(party, "Permis"), (other, "Refusé")] {
            let asked = format!("/droits/pourquoi?personne={who}&adresse=/contrats/{}/dossiers", NORMANDIE.slug);
            let page = site.get(&asked).await.body;
            let act = page.split("<th scope=\"row\">émettre le dossier d’un contrat</th>").nth(1).unwrap();
            assert!(act.split("</td>").next().unwrap().contains(told), "{told}: {page}");
        }
    }
}
