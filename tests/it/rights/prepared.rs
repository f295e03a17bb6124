//! A contract in which no act was begun yet is kept by who prepared it, as its first act is.

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::access::{Act, NotPermitted, permit};
use jalon::contracts::DraftInstrument;
use jalon::ledger::{Actor, Change};
use uuid::Uuid;

use super::{person, site_of};
use crate::api::Program;
use crate::contracts::hand::{book, contract_allowed_to};
use crate::contracts::{HOSPITAL, Hand, Made, add_hospital, furnish};
use crate::on_both_engines;
use crate::support::{Bench, EMAIL, said};

/// Under a title that is written nowhere else.
const MADE: Made = Made {
    slug: "contrat-en-preparation",
    title: "Contrat tenu secret",
    ..HOSPITAL
};
const CONTRACT: &str = "/contrats/contrat-en-preparation";
const OWN: &str = "gestionnaire@example.org";
const COLLEAGUE: &str = "collegue@example.org";
const DIRECTOR: &str = "directrice@example.org";
/// Of other organisations, or of it without being one of its people.
const OTHERS: [(&str, &str, &str); 4] = [
    (DIRECTOR, "directeur-etablissement", "CH-DES-MONTS"),
    ("bretagne@example.org", "referent-cpom-ars", "ARS-53"),
    ("invite.region@example.org", "invite", "ARS-84"),
    (
        "coordinatrice@example.org",
        "coordinateur-national",
        "SGMCAS",
    ),
];

/// The agency prepares a contract of its hospital; who prepared it, and the others.
async fn prepared(bench: &Bench) -> (Uuid, Uuid, Vec<(&'static str, Uuid)>) {
    let first = bench.install().await;
    furnish(bench, first, HOSPITAL.family).await;
    add_hospital(bench, first, &HOSPITAL).await;
    let manager = [("gestionnaire-cpom-etablissement", "ARS-84")];
    let own = person(bench, first, OWN, &manager).await;
    person(bench, first, COLLEAGUE, &[("codir-ars", "ARS-84")]).await;
    let mut others = Vec::new();
    for (email, role, organisation) in OTHERS {
        let id = person(bench, first, email, &[(role, organisation)]).await;
        others.push((email, id));
    }
    let by = Actor::Person(own);
    let contract = contract_allowed_to(bench, by, &MADE, MADE.organisation).await;
    (own, contract.unwrap(), others)
}

/// Where its title would be read.
const PLACES: [&str; 6] = [
    "/",
    "/contrats",
    "/recherche?q=contrat%20tenu",
    "/tables/contrats.csv",
    "/tables/actes.csv",
    "/organisations/CH-DES-MONTS",
];

on_both_engines! {
    async fn who_prepared_it_sees_it_and_nobody_else(bench: Bench) {
        let (own, contract, others) = prepared(&bench).await;
        for email in [OWN, COLLEAGUE] {
            let mut site = site_of(&bench, email).await;
            let page = site.get(CONTRACT).await;
            assert!(page.status == StatusCode::OK && page.body.contains(MADE.title), "{email}: {}", page.body);
            for place in ["/contrats", "/recherche?q=contrat%20tenu", "/tables/contrats.csv"] {
                let told = said(&site.get(place).await);
                assert!(told.contains(MADE.slug), "{email}: {place}: {told}");
            }
        }
        let emails = others.iter().map(|(email, _)| *email);
        for email in emails.chain([EMAIL]) {
            let mut site = site_of(&bench, email).await;
            for place in PLACES {
                let told = said(&site.get(place).await);
                let is_named = told.contains(MADE.title) || told.contains(MADE.slug);
                assert!(!is_named, "{email}: {place}: {told}");
            }
            let page = site.get(CONTRACT).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{email}");
            assert!(!page.body.contains(MADE.title), "{email}: {}", page.body);
            let begun = site.post(&format!("{CONTRACT}/actes/nouveau"), &[("acte", "contrat")]).await;
            assert!([403, 404].contains(&begun.status.as_u16()), "{email}: {}", begun.status);
            assert!(!begun.body.contains(MADE.title), "{email}: {}", begun.body);
        }
        for (email, id) in others {
            let mut program = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
            let one = program.get(&format!("/api/v1{CONTRACT}").replace("contrats", "contracts")).await;
            assert_eq!(one.status, StatusCode::NOT_FOUND, "{email}: {}", one.body);
            let all = program.read_all("/api/v1/contracts", 100).await;
            assert!(all.iter().all(|one| one["slug"] != MADE.slug), "{email}: {all:?}");
            let kind = DraftInstrument::NAME;
            let mut change = Change::open(&bench.db, &bench.clock, Actor::Person(id), kind).await.unwrap();
            let begun = permit::<DraftInstrument>(&mut change, contract).await;
            assert!(matches!(begun, Err(NotPermitted::Denied(_))), "{email}");
        }
        // Once begun it is kept by the act, until that is opened.
        let hand = Hand {
            bench: &bench,
            actor: Actor::Person(own),
            book: book(&bench, MADE.framework).await,
            slug: MADE.slug,
            contract,
        };
        hand.drafts("contrat", None).await;
        let mut director = site_of(&bench, DIRECTOR).await;
        assert_eq!(director.get(CONTRACT).await.status, StatusCode::NOT_FOUND);
        let mut site = site_of(&bench, OWN).await;
        let act = format!("{CONTRACT}/actes/1");
        let page = site.get(&act).await.body;
        let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let opened = site.post(&format!("{act}/ouvrir"), &[("version", &version)]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        assert_eq!(director.get(CONTRACT).await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn its_history_says_no_more(bench: Bench) {
        let (_, contract, others) = prepared(&bench).await;
        let history = format!("/journal?chose={contract}");
        let mut own = site_of(&bench, OWN).await;
        assert!(own.get("/journal").await.body.contains(MADE.title));
        assert!(own.get(&history).await.body.contains(MADE.title));
        let emails = others.iter().map(|(email, _)| *email);
        for email in emails.chain([EMAIL]) {
            let mut site = site_of(&bench, email).await;
            for place in ["/journal", &history, "/tables/journal.csv"] {
                let told = site.get(place).await.body;
                assert!(!told.contains(MADE.title), "{email}: {place}: {told}");
                assert!(!told.contains(MADE.slug), "{email}: {place}: {told}");
            }
        }
    }
}

on_both_engines! {
    async fn what_nobodys_name_prepared_is_its_parties_at_once(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, HOSPITAL).await;
        person(&bench, first, DIRECTOR, &[("directeur-etablissement", "CH-DES-MONTS")]).await;
        person(&bench, first, "bretagne@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        let path = format!("/contrats/{}", HOSPITAL.slug);
        assert_eq!(site_of(&bench, DIRECTOR).await.get(&path).await.status, StatusCode::OK);
        let other = site_of(&bench, "bretagne@example.org").await.get(&path).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
    }
}
