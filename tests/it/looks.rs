//! What programs and readers are given, word for word: an answer or a table that changes shows in
//! the review of a file under `snapshots/`.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use jalon::access::token::TokenScope;
use jalon::kernel::Period;

use crate::api::Program;
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Bench, pdf_text};

/// A contract that was signed, and the coverage of every region.
async fn furnish(bench: &Bench) -> (Stage<'_>, Hand<'_>) {
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
    (stage, hand)
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
        let (stage, _) = furnish(&bench).await;
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

/// What stands of the HPV coverage of Normandie, with something left to do: an amendment begun and
/// a file with a question, a place that nobody knows and a figure that is none.
async fn at_work(bench: &Bench) -> [(&'static str, String); 2] {
    let (stage, hand) = furnish(bench).await;
    let figures = stage.figures().await;
    let value = figures.series(GIRLS).unwrap();
    let value = value.whole("28", Period::Year(2023)).unwrap().observation;
    hand.drafts("avenant", Some("La campagne porte ses fruits."))
        .await;
    let faulty = "indicateur;territoire;annee;valeur
2.c.1;Normandie;2024;0,68
2.c.1;Nulle part;2024;70
2.c.1;Corse;2024;beaucoup
";
    let batch = stage.rehearse_current(faulty).await.id;
    [
        ("value", format!("/valeurs/{value}")),
        ("rehearsal", format!("/imports/{batch}")),
    ]
}

on_both_engines! {
    async fn parts_of_pages_for_work_are_those_agreed(bench: Bench) {
        let [value, rehearsal] = at_work(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let framework = "etat-ars-2024-2028";
        for ((name, path), from, to) in [
            (value, "<main", "</main>"),
            (rehearsal, "<section class=\"sect\" aria-labelledby=\"problemes\"", "</section>"),
            (("awaits", "/".to_owned()), "<section class=\"sect\" aria-labelledby=\"attend\"", "</section>"),
            (("circuit", format!("/circuit/{framework}")), "<tbody", "</tr>"),
            (("objective", format!("/cadres/{framework}/objectifs/2")), "id=\"indicateurs-titre\"", "</table>"),
            (("compare", "/comparer?cadre=etat-ars-2024-2028&objectif=2&annee=2024&regions=28,53".to_owned()), "id=\"cote-a-cote\"", "</table>"),
            (("catalogue", "/catalogue?q=papillomavirus".to_owned()), "<main", "</main>"),
            (("targets", format!("/cibles/{framework}/2.c.1")), "id=\"cibles\"", "</table>"),
        ] {
            let page = site.get(&path).await.body;
            insta::assert_snapshot!(name, fragment(&page, from, to));
        }
    }
}

on_both_engines! {
    async fn documents_and_tables_are_those_agreed(bench: Bench) {
        furnish(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        for (name, path) in [
            ("sheet_of_a_region", "/contrats/normandie-2024-2028/fiche/2024"),
            ("sheet_of_an_indicator", "/indicateurs/etat-ars-2024-2028/2.c.1/fiche"),
        ] {
            insta::assert_snapshot!(name, pdf_text(&site.get(path).await.bytes));
        }
        let file = site.get("/tables/valeurs.xlsx?territoire=28&cadre=etat-ars-2024-2028").await;
        insta::assert_snapshot!("cells_of_a_table", cells(&file.bytes));
    }
}

/// The cells of a workbook, a row a line, each as what it is: a text, a number, a day.
fn cells(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let mut told = String::new();
    for name in book.sheet_names() {
        told += &format!("# {name}\n");
        for row in book.worksheet_range(&name).unwrap().rows() {
            let row: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
            told += &format!("{}\n", row.join(" | "));
        }
    }
    told
}
