//! What programs and readers are given, word for word: an answer or a table that changes shows in
//! the review of a file under `snapshots/`.

use jalon::access::token::TokenScope;

use crate::api::Program;
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

/// A contract that was signed, and the coverage of every region.
async fn furnish(bench: &Bench) -> Stage<'_> {
    let stage = Stage::set(bench).await;
    let hand = Hand::also_creates(bench, stage.actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    hand.agrees(
        "contrat",
        None,
        normandie_terms(section),
        BOTH,
        "2024-12-20",
    )
    .await;
    let values = std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap();
    stage.load(values).await;
    stage
}

/// The same text with its identifiers named in the order in which they come.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    let mut known: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = (0..rest.len()).find(|at| is_identifier(rest, *at)) {
        let id = &rest[at..at + 36];
        let rank = known.iter().position(|one| *one == id);
        let rank = rank.unwrap_or_else(|| {
            known.push(id);
            known.len() - 1
        });
        steady += &rest[..at];
        steady += &format!("<identifiant {}>", rank + 1);
        rest = &rest[at + 36..];
    }
    steady + rest
}

fn is_identifier(text: &str, at: usize) -> bool {
    let Some(part) = text.as_bytes().get(at..at + 36) else {
        return false;
    };
    part.iter().enumerate().all(|(rank, byte)| match rank {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// What stands between two marks of a page, a tag a line.
fn fragment(page: &str, from: &str, to: &str) -> String {
    let start = page.find(from).unwrap_or_else(|| panic!("{from}: {page}"));
    let end = start + page[start..].find(to).unwrap() + to.len();
    steady(&page[start..end]).replace("><", ">\n<")
}

on_both_engines! {
    async fn answers_to_programs_are_those_agreed(bench: Bench) {
        let stage = furnish(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let mut told = String::new();
        for path in [
            "/api/v1/frameworks/etat-ars-2024-2028/indicators/2.c.1",
            "/api/v1/measures/vaccination-hpv-filles-15-ans",
            "/api/v1/organisations/ARS-28",
            "/api/v1/contracts/normandie-2024-2028",
            "/api/v1/contracts/normandie-2024-2028/instruments",
            "/api/v1/contracts/normandie-2024-2028/terms?limit=3",
            "/api/v1/observations?place=28&period=2023",
            "/api/v1/observations?place=28&period=2023&limit=1",
            "/api/v1/batches?limit=1",
            "/api/v1/contracts/nulle-part",
            "/api/v1/observations?limit=beaucoup",
        ] {
            let answer = program.get(path).await;
            let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            let body = serde_json::to_string_pretty(&body).unwrap();
            told += &format!("GET {path}\n{}\n{body}\n\n", answer.status);
        }
        insta::assert_snapshot!("api", steady(&told));
    }
}

on_both_engines! {
    async fn main_parts_of_pages_are_those_agreed(bench: Bench) {
        furnish(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        for (name, path, from, to) in [
            ("home_country", "/", "<table", "</table>"),
            ("contract_head", "/contrats/normandie-2024-2028", "<div class=\"head\"", "</dl>"),
            ("contract_targets", "/contrats/normandie-2024-2028", "<table", "</table>"),
            ("indicator_head", "/indicateurs/etat-ars-2024-2028/2.c.1", "<div class=\"head\"", "</h1>"),
            ("indicator_regions", "/indicateurs/etat-ars-2024-2028/2.c.1", "id=\"table-valeurs\"", "</table>"),
            ("search", "/recherche?q=papillomavirus", "<main", "</main>"),
            ("entry", "/saisie/etat-ars-2024-2028/2.c.1?annee=2024", "<tbody", "</tr>"),
            ("nowhere", "/nulle-part", "<main", "</main>"),
        ] {
            let page = site.get(path).await.body;
            insta::assert_snapshot!(name, fragment(&page, from, to));
        }
    }
}
