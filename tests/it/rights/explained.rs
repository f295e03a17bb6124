//! The page that explains rights, held to what really happens: who is said to see a thing is answered
//! by its page, who is said to be able to do something is let in.

use axum::http::StatusCode;

use super::scene::Scene;
use super::{person, site_of};
use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::support::{EMAIL, Site};

/// Those who hold roles that differ in what they show and give.
const PEOPLE: [&str; 14] = [
    "empty",
    "technical",
    "auditor",
    "insurance",
    "guest",
    "dgs",
    "reader",
    "normandy",
    "brittany",
    "director",
    "admin-normandy",
    "admin-brittany",
    "help-normandy",
    "leaver",
];

/// A thing of every kind that has an address of its own.
const THINGS: [&str; 13] = [
    "/contrats/{slug}",
    "/contrats/{slug}/actes/1",
    "/contrats/{slug}/actes/2",
    "/contrats/{slug}/dossiers",
    "/valeurs/{observation}",
    "/contestations/{contestations/id}",
    "/indicateurs/{framework}/{key}",
    "/cibles/{framework}/{key}",
    "/cadres/{framework}",
    "/documents/{documents/id}",
    "/imports/{imports/id}",
    "/personnes/{person}",
    "/aide/demandes/{request}",
];

/// An act, the thing it is done to, and a page that is nothing but the way to it.
const WAYS: [(&str, &str, &str); 3] = [
    (
        "écrire un projet d’acte",
        "/contrats/{slug}/actes/2",
        "/contrats/{slug}/actes/2/presentation",
    ),
    (
        "préparer un acte d’un contrat",
        "/contrats/{slug}",
        "/contrats/{slug}/actes/nouveau",
    ),
    (
        "lire la note confidentielle d’un contrat",
        "/contrats/{slug}",
        "/contrats/{slug}/note",
    ),
];

async fn explains(site: &mut Site, who: impl std::fmt::Display, thing: &str) -> String {
    let address = format!("https://jalon.example.org{thing}?onglet=1");
    let asked = form_urlencoded::Serializer::new(String::new())
        .append_pair("personne", &who.to_string())
        .append_pair("adresse", &address)
        .finish();
    let page = site.get(&format!("/droits/pourquoi?{asked}")).await;
    assert_eq!(page.status, StatusCode::OK, "{thing}: {}", page.body);
    page.body
}

/// What the page says in the row of an act.
fn answer<'p>(page: &'p str, act: &str) -> &'p str {
    let row = page.split(&format!("<th scope=\"row\">{act}</th>")).nth(1);
    let row = row.unwrap_or_else(|| panic!("{act}: {page}"));
    row.split("</td>").next().unwrap()
}

on_both_engines! {
    async fn what_is_explained_of_a_thing_is_what_happens(bench: Bench) {
        let scene = Scene::set(&bench).await;
        let mut national = scene.site("national");
        let mut wrong = Vec::new();
        let (mut seen, mut unseen) = (0, 0);
        for who in PEOPLE {
            let mut theirs = scene.site(who);
            for thing in THINGS.map(|thing| scene.filled(thing)) {
                let page = explains(&mut national, scene.id(who), &thing).await;
                let is_seen = page.contains(" voit ") && !page.contains(" ne voit pas ");
                let status = theirs.get(&thing).await.status;
                if is_seen != status.is_success() {
                    wrong.push(format!("{who}, {thing}: said {is_seen}, answered {status}"));
                }
                if is_seen { seen += 1 } else { unseen += 1 }
            }
            for (act, thing, way) in WAYS {
                let page = explains(&mut national, scene.id(who), &scene.filled(thing)).await;
                let is_given = answer(&page, act).contains("Permis");
                let status = theirs.get(&scene.filled(way)).await.status;
                if is_given != status.is_success() {
                    wrong.push(format!("{who}, {act}: said {is_given}, answered {status}"));
                }
            }
        }
        // What an organisation keeps is told of to nobody else, whoever they ask about.
        let kept = scene.filled("/contrats/{slug}/actes/{kept}");
        let asked = format!("/droits/pourquoi?personne={}&adresse={kept}", scene.id("normandy"));
        let told = national.get(&asked).await.body;
        assert!(told.contains("que vous connaissiez"), "{told}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // So that it does not hold for want of anything said.
        assert!(seen >= 60 && unseen >= 60, "{seen} seen, {unseen} not");
    }
}

on_both_engines! {
    async fn each_grant_is_told_apart_and_the_rule_is_said(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let roles = [("referent-cpom-ars", "ARS-28"), ("lecteur", "ARS-53")];
        let who = person(&bench, first, "deux@example.org", &roles).await;
        let mut site = site_of(&bench, EMAIL).await;
        let page = explains(&mut site, who, "/contrats/normandie-2024-2028/actes/1").await;
        let shows = |grant: &str| {
            let row = page.split(&format!("<th scope=\"row\">{grant}")).nth(1).unwrap();
            row.split("</tr>").next().unwrap().contains("montre cette chose")
        };
        assert!(shows("Référent CPOM de l’ARS, ARS-28"), "{page}");
        assert!(!shows("Lecteur, ARS-53"), "{page}");
        assert!(page.contains("ouvre les projets d’acte à : Personnes de l’État et des organisations concernées."), "{page}");
        let edits = page.split("<th scope=\"row\">écrire un projet d’acte</th>").nth(1).unwrap();
        let edits = edits.split("</tr>").next().unwrap();
        assert!(edits.contains("Par : Référent CPOM de l’ARS, ARS-28."), "{edits}");
    }
}

on_both_engines! {
    async fn an_address_that_is_nothing_one_knows_of_is_told(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, NORMANDIE).await;
        let me = person(&bench, first, "gerante@example.org", &[("administrateur-ars", "ARS-53")]).await;
        let mut able = site_of(&bench, EMAIL).await;
        // A contract that is not theirs to know of is told as one that does not exist.
        let mut elsewhere = site_of(&bench, "gerante@example.org").await;
        for (is_known, address) in [
            (true, "/contrats/nulle-part"),
            (true, "n’importe quoi"),
            (true, "/valeurs/1"),
            (false, "/contrats/normandie-2024-2028"),
        ] {
            let asked = form_urlencoded::Serializer::new(String::new())
                .append_pair("personne", &me.to_string())
                .append_pair("adresse", address)
                .finish();
            let site = if is_known { &mut able } else { &mut elsewhere };
            let page = site.get(&format!("/droits/pourquoi?{asked}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
            assert!(page.body.contains("Aucune chose que vous connaissiez n’a cette adresse."), "{address}");
            assert!(!page.body.contains("Réponse"), "{address}: {}", page.body);
        }
    }
}
