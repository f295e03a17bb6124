//! Every address of the site and of the API stands in `routes.txt`, with whom it refuses and whom
//! it answers: a new one fails here until it says so. Beside that, each is tried on nothing that
//! exists, by who should get nothing.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use jalon::access::token::TokenScope;

use super::walk::{Line, listed, table};
use super::{last_change, person, site_of};
use crate::api::Program;
use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::support::{Answer, Bench};

/// What the source gives to a router and the table leaves out: what counts is asked at an address
/// of its own, and what is unknown below `/api` is answered the same to all.
const OUTSIDE: [&str; 2] = ["/api/{*unknown}", "/metrics"];

/// The addresses that the source gives to a router, as templates; those of the API below `/api/v1`.
pub fn routes() -> BTreeSet<String> {
    let sources = crate::tidy::sources(Path::new("src"));
    let ours = sources
        .iter()
        .filter(|(path, _)| !path.starts_with("src/platform"));
    let named = |name: &str| -> Vec<String> {
        let mark = format!("const {name}: &str = \"/");
        let texts = sources
            .iter()
            .filter_map(|(_, text)| text.split_once(&mark));
        texts
            .map(|(_, rest)| format!("/{}", rest.split('"').next().unwrap()))
            .collect()
    };
    let mut found = BTreeSet::new();
    for (_, text) in ours {
        for rest in text.split(".route(").skip(1) {
            let first = rest.trim_start();
            if let Some(literal) = first.strip_prefix('"') {
                found.insert(literal.split('"').next().unwrap().to_owned());
            } else {
                let is_name = |c: &char| c.is_alphanumeric() || "_:".contains(*c);
                let name: String = first.chars().take_while(is_name).collect();
                let known = named(name.rsplit(':').next().unwrap());
                assert!(!known.is_empty(), "the address {name} was not found");
                found.extend(known);
            }
        }
        for rest in text.split("#[utoipa::path(").skip(1) {
            let literal = rest.split_once("path = \"").unwrap().1;
            found.insert(format!("/api/v1{}", literal.split('"').next().unwrap()));
        }
    }
    found
}

/// An address of that template, of things that exist where a test knows some.
pub fn filled(template: &str) -> String {
    let known = [
        ("{slug}", "normandie-2024-2028"),
        ("{framework}", "etat-ars-2024-2028"),
        ("{key}", "2.c.1"),
        ("{no}", "1"),
        ("{version}", "1"),
        ("{code}", "etat-ars-2024-2028"),
        ("{region}", "28"),
        ("{table}", "contrats.csv"),
    ];
    let mut path = template.to_owned();
    for (name, value) in known {
        path = path.replace(name, value);
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "01920000-0000-7000-8000-000000000001");
    }
    path
}

/// The methods that an address answers, as it says itself to one that none does.
fn methods(answer: &Answer, template: &str) -> BTreeSet<(String, String)> {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    assert_eq!(answer.status, status, "{template}: {}", answer.body);
    let allowed = answer.headers[header::ALLOW].to_str().unwrap();
    let methods = allowed.split(',').filter(|method| *method != "HEAD");
    methods
        .map(|method| (template.to_owned(), method.to_owned()))
        .collect()
}

#[tokio::test]
async fn every_method_of_every_address_says_whom_it_answers() {
    let bench = Bench::sqlite().await;
    let first = bench.install().await;
    let mut site = site_of(&bench, crate::support::EMAIL).await;
    let mut program = Program::of(&bench, first, TokenScope::Read).await;
    let mut found = BTreeSet::new();
    let all = routes();
    for template in all.iter().filter(|one| !OUTSIDE.contains(&one.as_str())) {
        let path = filled(template);
        let answer = if path.starts_with("/api/v1/") {
            program.ask(Method::OPTIONS, &path, &[], "").await
        } else {
            let asked = Request::builder().method(Method::OPTIONS).uri(&path);
            site.send(asked.body(Body::empty()).unwrap()).await
        };
        found.extend(methods(&answer, template));
    }
    let listed = listed();
    let missing: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "tests/it/rights/routes.txt says of each method of each address whom it refuses and whom it answers. Without a line: {missing:?}. No longer there: {gone:?}."
    );
    assert_eq!(table().len(), listed.len(), "a line stands there twice");
}

on_both_engines! {
    async fn no_address_answers_who_is_not_signed_in_nor_acts_for_who_may_not(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        person(&bench, first, "personne@example.org", &[]).await;
        person(&bench, first, "technique@example.org", &[("administrateur-technique", "")]).await;
        let all = routes();
        assert!(all.len() > 60, "the addresses were not found: {}", all.len());
        let lines = table();
        let of_lines = |which: fn(&Line) -> bool| -> BTreeSet<&str> {
            let some = lines.iter().filter(|line| which(line));
            some.map(|line| line.address.as_str()).chain(OUTSIDE).collect()
        };
        // A secret opens by itself what stands behind it.
        let public = of_lines(|line| line.is_public() || line.refused == ["guess"]);
        // Those may act for themselves.
        let ones_own = of_lines(|line| line.is_public() || line.is_everyones());
        let mut anonymous = bench.site().await;
        let mut wrong = Vec::new();
        for template in all.iter().filter(|template| !public.contains(template.as_str())) {
            let path = filled(template);
            for answer in [anonymous.get(&path).await, anonymous.post(&path, &[]).await] {
                let refused = answer.status == StatusCode::UNAUTHORIZED
                    || answer.status.is_client_error()
                    || answer.location.is_some_and(|to| to.starts_with("/connexion"));
                if !refused {
                    wrong.push(format!("{template} answers {} to nobody", answer.status));
                }
            }
        }
        for email in ["personne@example.org", "technique@example.org"] {
            let mut site = site_of(&bench, email).await;
            let before = last_change(&bench).await;
            for template in all.iter().filter(|template| !ones_own.contains(template.as_str())) {
                let answer = site.post(&filled(template), &[("motif", "Essai"), ("version", "1")]).await;
                let now = last_change(&bench).await;
                if now != before || answer.status.is_server_error() {
                    wrong.push(format!("{template} acts for {email}: {}", answer.status));
                    break;
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_act_is_known_to_the_roles_and_every_known_act_is_asked() {
    let mut named = BTreeSet::new();
    for (path, text) in crate::tidy::sources(Path::new("src")) {
        let mark = "const NAME: &'static str = \"";
        let names = text
            .split(mark)
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        named.extend(names.filter(|name| name.contains('.')).map(str::to_owned));
        if path.ends_with("contracts/acts.rs") {
            let words = text.split("= \"contract.").skip(1);
            named.extend(
                words.filter_map(|rest| Some(format!("contract.{}", rest.split('"').next()?))),
            );
        }
    }
    // Ways of looking, which no store asks a permit for.
    for looked in ["import.see", "person.see", "journal.read"] {
        named.insert(looked.to_owned());
    }
    let known = jalon::access::role::Roles::known().acts().iter();
    let known: BTreeSet<String> = known.map(|act| act.key.clone()).collect();
    assert_eq!(named, known);
}
