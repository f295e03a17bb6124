//! Every address of the site and of the API, tried by who should get nothing: a new one that is
//! not in the list fails here until it says whom it answers.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::StatusCode;

use super::{last_change, person, site_of};
use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;

/// The addresses that answer without anybody signed in.
const PUBLIC: [&str; 18] = [
    "/api/v1/openapi.json",
    "/aide",
    "/aide/{subject}",
    "/aide/schemas/{name}",
    "/connexion",
    "/connexion/cle/defi",
    "/connexion/code",
    "/mot-de-passe-oublie",
    "/lien/{secret}",
    "/favicon.svg",
    "/deconnexion",
    "/reprise",
    "/donnees/{secret}/{file}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/lecteur",
];

/// The acts that everybody may do for themselves.
const ONES_OWN: [&str; 13] = [
    "/api/v1/openapi.json",
    "/moi/mot-de-passe",
    "/moi/sessions/{session}/terminer",
    "/moi/acces",
    "/moi/acces/{token}/revoquer",
    "/moi/adresses",
    "/moi/adresses/{address}/revoquer",
    "/indicateurs/{framework}/{key}/suivre",
    "/habilitations/{grant}/deleguer",
    "/connexion",
    "/deconnexion",
    "/reprise",
    "/donnees/{secret}/{file}",
];

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

on_both_engines! {
    async fn no_address_answers_who_is_not_signed_in_nor_acts_for_who_may_not(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        person(&bench, first, "personne@example.org", &[]).await;
        person(&bench, first, "technique@example.org", &[("administrateur-technique", "")]).await;
        let all = routes();
        assert!(all.len() > 60, "the addresses were not found: {}", all.len());
        let mut anonymous = bench.site().await;
        let mut wrong = Vec::new();
        for template in all.iter().filter(|template| !PUBLIC.contains(&template.as_str())) {
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
            for template in all.iter().filter(|template| !ONES_OWN.contains(&template.as_str())) {
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
