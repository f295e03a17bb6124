//! What lists are asked: one rule for all of them, walked along the description itself.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::contracts::store::TermEdit;
use jalon::contracts::{Definition, Slot, TermBody};
use jalon::kernel::ValueKind;
use jalon::ledger::Actor;
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Program, hpv, json, problem};
use crate::contracts::hand::{edit, retains, starts_from};
use crate::contracts::{BOTH, Hand, NORMANDIE, aims, number};
use crate::dossier::{CONTRACT, signed};
use crate::on_both_engines;
use crate::rights::{person, site_of};
use crate::stage::Stage;
use crate::support::{Answer, Bench, EMAIL};

/// What names nothing, and reads as no number, day, period nor cursor.
const NOTHING: &str = "rien-de-tel";
const ENGLISH: [&str; 6] = [
    "duplicate",
    "expected",
    "failed",
    "invalid",
    "missing",
    "unknown ",
];

/// A list of the API, with the names of what it may be asked.
struct List {
    path: String,
    filters: Vec<String>,
}

/// Every list that the description has: what is read page by page or by filters.
fn lists(description: &Json) -> Vec<List> {
    let mut found = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let read = &item["get"];
        let given = &read["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let is_paged = given.as_str().is_some_and(|name| name.contains("/Page_"));
        let parameters = read["parameters"].as_array().into_iter().flatten();
        let filters = parameters.filter(|parameter| parameter["in"] == "query");
        let filters: Vec<String> = filters
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        let pages = ["limit", "cursor"].map(str::to_owned);
        let turns = pages.iter().all(|name| filters.contains(name));
        assert_eq!(is_paged, turns, "{path}: {filters:?}");
        if !filters.is_empty() {
            let told = &read["responses"]["400"]["content"];
            assert!(told["application/problem+json"].is_object(), "{path}");
            found.push(List {
                path: path.clone(),
                filters,
            });
        }
    }
    found
}

/// What an answer refuses, by the name of the parameter, in a French sentence; and the page that
/// explains it.
fn refused(answer: &Answer, asked: &str) -> (String, String) {
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "{asked}: {}",
        answer.body
    );
    assert_eq!(problem(answer), "api-demande", "{asked}");
    let document = json(answer);
    for english in ENGLISH {
        assert!(!answer.body.contains(english), "{asked}: {document}");
    }
    let fault = &document["errors"][0];
    let told = fault["message"].as_str().unwrap();
    assert!(told.chars().count() > 15, "{asked}: {document}");
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    (text(&fault["path"]), text(&document["type"]))
}

on_both_engines! {
    async fn every_list_refuses_what_it_does_not_have_and_what_names_nothing(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let batch = stage.rehearse_current(hpv()).await.id;
        let mut program = Program::of(&bench, actor, TokenScope::Read).await;
        let observation = program.read("/api/v1/observations?limit=1").await["items"][0]["id"].clone();
        let mut site = bench.site().await;
        site.sign_in().await;
        let description = json(&site.get("/api/v1/openapi.json").await);
        let lists = lists(&description);
        assert!(lists.len() >= 16, "the lists were not found: {}", lists.len());
        let (mut pages, mut asked) = (BTreeSet::new(), 0);
        for List { path, filters } in lists {
            let id = if path.contains("/rehearsals/") { batch.to_string() } else { observation.as_str().unwrap().to_owned() };
            let path = path
                .replace("{slug}", CONTRACT)
                .replace("{framework}", "etat-ars-2024-2028")
                .replace("{key}", "2.c.1")
                .replace("{id}", &id);
            let whole = program.get(&path).await;
            assert_eq!(whole.status, StatusCode::OK, "{path}: {}", whole.body);
            for name in filters.iter().map(String::as_str).chain(["inconnu"]) {
                let address = format!("{path}?{name}={NOTHING}");
                let (at, page) = refused(&program.get(&address).await, &address);
                assert_eq!(at, name, "{address}");
                pages.insert(page);
                asked += 1;
            }
        }
        assert!(asked > 60, "the filters were not found: {asked}");
        for page in pages {
            assert_eq!(site.get(&page).await.status, StatusCode::OK, "{page}");
        }
    }
}

on_both_engines! {
    async fn what_names_something_gives_a_page_be_it_empty(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let mut program = Program::of(&bench, actor, TokenScope::Read).await;
        let contract = program.read(&format!("/api/v1/contracts/{CONTRACT}")).await["id"].clone();
        let contract = contract.as_str().unwrap();
        let last = stage.last_change().await;
        for (address, count) in [
            ("/api/v1/indicators?framework=etat-ars-2024-2028&measure=vaccination-hpv-filles-15-ans".to_owned(), 1),
            ("/api/v1/indicators?framework=etat-ars-2015-2018&measure=vaccination-hpv-filles-15-ans".to_owned(), 0),
            ("/api/v1/contracts?framework=etat-ars-2024-2028&organisation=ARS-28".to_owned(), 1),
            ("/api/v1/contracts?framework=etat-ars-2019-2023".to_owned(), 0),
            ("/api/v1/contracts?organisation=ARS-53".to_owned(), 0),
            (format!("/api/v1/contracts/{CONTRACT}/terms?kind=means"), 0),
            ("/api/v1/observations?place=53".to_owned(), 0),
            ("/api/v1/observations?place=28&period=2023&since=0".to_owned(), 1),
            (format!("/api/v1/observations?since={last}"), 0),
            ("/api/v1/documents?about=value&subject=vaccination-hpv-filles-15-ans&place=28&period=2023".to_owned(), 0),
            ("/api/v1/documents?about=indicator&subject=etat-ars-2024-2028%2F2.c.1".to_owned(), 0),
            ("/api/v1/documents?subject=etat-ars-2024-2028%2F2.c.1".to_owned(), 0),
            (format!("/api/v1/documents?about=term&subject={contract}%2F2.c.1"), 0),
            (format!("/api/v1/dossiers?contract={CONTRACT}"), 0),
            ("/api/v1/dossiers".to_owned(), 0),
            ("/api/v1/batches?state=undone".to_owned(), 0),
            // A field of a form left empty asks nothing.
            ("/api/v1/contracts?framework=&organisation=".to_owned(), 1),
        ] {
            let page = program.read(&address).await;
            assert_eq!(page["items"].as_array().unwrap().len(), count, "{address}: {page}");
        }
        for (address, at) in [
            (format!("/api/v1/observations?since={}", last + 1), "since"),
            ("/api/v1/observations?since=-1".to_owned(), "since"),
            // It names something of another kind.
            ("/api/v1/documents?about=term&subject=etat-ars-2024-2028%2F2.c.1".to_owned(), "subject"),
            ("/api/v1/documents?about=value&subject=etat-ars-2024-2028%2F2.c.1".to_owned(), "subject"),
            (format!("/api/v1/documents?about=contest&subject={}", Uuid::nil()), "subject"),
            (format!("/api/v1/documents?about=term&subject={}%2F2.c.1", Uuid::nil()), "subject"),
            (format!("/api/v1/documents?about=term&subject={contract}%2F9.z"), "subject"),
        ] {
            let (told, _) = refused(&program.get(&address).await, &address);
            assert_eq!(told, at, "{address}");
        }
    }
}

/// What a contract measures by itself as 4.i.
fn own_measure(section: Uuid) -> Vec<TermEdit> {
    let slot = Slot::Definition {
        indicator: "4.i".to_owned(),
    };
    let definition = Definition {
        label: "Délai d’un rendez-vous".to_owned(),
        text: "Enquête annuelle.".to_owned(),
        kind: ValueKind::Number,
        unit: Some("jours".to_owned()),
    };
    let mut edits = vec![
        retains(section, "4.i"),
        edit(section, slot, TermBody::Definition(definition)),
        starts_from(section, "4.i", "", "14", 2023),
    ];
    for (year, target) in (2024..).zip(["14", "13", "12", "11", "10"]) {
        edits.push(aims(section, "4.i", "", year, number(target)));
    }
    edits
}

/// The contract of Normandie, which measures something by itself, and its dossiers of these years.
async fn kept_from_some(bench: &Bench, years: &[&str]) -> (Actor, Uuid) {
    let actor = bench.install().await;
    let hand = Hand::creates(bench, actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let terms = own_measure(section);
    hand.agrees("contrat", None, terms, BOTH, "2024-12-19")
        .await;
    Stage::beside(bench, actor, bench.db.clone())
        .load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n")
        .await;
    let mut site = site_of(bench, EMAIL).await;
    for year in years {
        bench.clock.advance(jiff::SignedDuration::from_mins(1));
        let form = [("annee", *year), ("au", "")];
        let path = format!("/contrats/{CONTRACT}/dossiers");
        let issued = site.post(&path, &form).await;
        assert!(issued.location.is_some(), "{}", issued.body);
    }
    (actor, hand.contract)
}

on_both_engines! {
    async fn what_is_kept_from_somebody_is_refused_as_what_does_not_exist(bench: Bench) {
        let (first, contract) = kept_from_some(&bench, &["2024"]).await;
        let own = format!("contrat.{CONTRACT}.contrat.4.i");
        let asked = [
            ("/api/v1/dossiers?contract=", CONTRACT.to_owned(), "nulle-part-2024-2028".to_owned()),
            ("/api/v1/observations?measure=", own.clone(), "contrat.nulle-part-2024-2028.contrat.4.i".to_owned()),
            ("/api/v1/indicators?measure=", own.clone(), "contrat.nulle-part-2024-2028.contrat.4.i".to_owned()),
            ("/api/v1/dhis2/dataValueSets?dataElement=", own.clone(), "contrat.nulle-part-2024-2028.contrat.4.i".to_owned()),
            ("/api/v1/documents?about=value&subject=", own, "contrat.nulle-part-2024-2028.contrat.4.i".to_owned()),
            ("/api/v1/documents?subject=", format!("{contract}%2F4.i"), format!("{}%2F4.i", Uuid::nil())),
        ];
        for (role, organisation, sees) in [
            ("referent-cpom-ars", "ARS-28", true),
            ("referent-cpom-ars", "ARS-53", true),
            ("assurance-maladie-region", "CNAM", false),
            ("invite", "", false),
        ] {
            let email = format!("{role}.{organisation}@example.org").to_lowercase().replace(".@", "@");
            let id = person(&bench, first, &email, &[(role, organisation)]).await;
            let mut program = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
            let all = program.read_all("/api/v1/dossiers", 1).await;
            assert_eq!(all.len(), usize::from(sees), "{email}");
            let measure = program.get(&format!("/api/v1/measures/contrat.{CONTRACT}.contrat.4.i")).await;
            assert_eq!(measure.status == StatusCode::OK, sees, "{email}: {}", measure.body);
            for (list, kept, nowhere) in &asked {
                let answer = program.get(&format!("{list}{kept}")).await;
                let absent = program.get(&format!("{list}{nowhere}")).await;
                refused(&absent, nowhere);
                if sees {
                    assert_eq!(answer.status, StatusCode::OK, "{email} {list}: {}", answer.body);
                } else {
                    let plain = |text: &str| text.replace("%2F", "/");
                    let told = answer.body.replace(&plain(kept), &plain(nowhere));
                    assert_eq!((answer.status, &told), (absent.status, &absent.body), "{email} {list}");
                }
            }
        }
    }
}

on_both_engines! {
    async fn dossiers_of_every_contract_are_listed_the_latest_first_page_by_page(bench: Bench) {
        let (first, _) = kept_from_some(&bench, &["2024", "2025"]).await;
        let mut program = Program::of(&bench, first, TokenScope::Read).await;
        let whole = program.read_all("/api/v1/dossiers", 100).await;
        let years: Vec<i64> = whole.iter().map(|one| one["year"].as_i64().unwrap()).collect();
        assert_eq!(years, [2025, 2024]);
        assert!(whole.iter().all(|one| one["files"].as_array().unwrap().len() == 3), "{whole:?}");
        assert_eq!(program.read_all("/api/v1/dossiers", 1).await, whole);
        assert_eq!(program.read_all(&format!("/api/v1/dossiers?contract={CONTRACT}"), 1).await, whole);
        // One that is issued while the list is read stands before what was given.
        let page = program.read("/api/v1/dossiers?limit=1").await;
        let next = page["next"].as_str().unwrap().to_owned();
        let mut site = site_of(&bench, EMAIL).await;
        bench.clock.advance(jiff::SignedDuration::from_mins(1));
        site.post(&format!("/contrats/{CONTRACT}/dossiers"), &[("annee", "2026"), ("au", "")]).await;
        let rest = program.read(&format!("/api/v1/dossiers?limit=10&cursor={next}")).await;
        assert_eq!(rest["items"].as_array().unwrap(), &whole[1..]);
        assert_eq!(program.read_all("/api/v1/dossiers", 1).await.len(), 3);
    }
}
