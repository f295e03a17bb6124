//! What a framework leaves to each contract, from its definition to its values.

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::contracts::{Definition, Slot, TermBody};
use jalon::imports::ProblemCode;
use jalon::kernel::{Period, Value, ValueKind};
use uuid::Uuid;

use super::cases::{HOSPITAL, OWN, restructuring};
use super::hand::{BOTH, Hand, Made, NORMANDIE, aims, edit, number, retains, starts_from};
use crate::api::Program;
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

const BRETAGNE: Made = Made {
    slug: "bretagne-2024-2028",
    title: "CPOM 2024-2028 de l’ARS Bretagne",
    organisation: "ARS-53",
    place: "53",
    parties: &[("etat", "MSS"), ("ars", "ARS-53")],
    ..NORMANDIE
};
const DAYS: &str = "contrat.normandie-2024-2028.contrat.4.i";
const SHARE: &str = "contrat.bretagne-2024-2028.contrat.4.i";
const WEEKS: &str = "contrat.normandie-2024-2028.contrat.4.i~2";

fn measures(
    section: Uuid,
    label: &str,
    text: &str,
    unit: &str,
) -> jalon::contracts::store::TermEdit {
    let slot = Slot::Definition {
        indicator: "4.i".to_owned(),
    };
    let definition = Definition {
        label: label.to_owned(),
        text: text.to_owned(),
        kind: ValueKind::Number,
        unit: Some(unit.to_owned()),
    };
    edit(section, slot, TermBody::Definition(definition))
}

/// Signs what a contract measures as 4.i, from a baseline to a target a year.
async fn signs(hand: &Hand<'_>, label: &str, unit: &str, targets: [&str; 5]) {
    let section = hand.section("contrat").await;
    let mut edits = vec![
        retains(section, "4.i"),
        measures(section, label, "Enquête annuelle.", unit),
        starts_from(section, "4.i", "", targets[0], 2023),
    ];
    for (year, target) in (2024..).zip(targets) {
        edits.push(aims(section, "4.i", "", year, number(target)));
    }
    hand.agrees("contrat", None, edits, BOTH, "2024-12-19")
        .await;
}

/// Normandie measures a time to wait, Bretagne a share of the territories.
async fn two_regions(bench: &Bench) -> (Hand<'_>, Stage<'_>) {
    let actor = bench.install().await;
    let normandie = Hand::creates(bench, actor, NORMANDIE).await;
    let bretagne = Hand::also_creates(bench, actor, BRETAGNE).await;
    signs(
        &normandie,
        "Délai d’un rendez-vous",
        "jours",
        ["14", "13", "12", "11", "10"],
    )
    .await;
    signs(
        &bretagne,
        "Territoires couverts",
        "%",
        ["50", "55", "60", "65", "70"],
    )
    .await;
    (normandie, Stage::beside(bench, actor, bench.db.clone()))
}

async fn value(stage: &Stage<'_>, measure: &str, place: &str, year: i16) -> Option<Value> {
    let figures = stage.figures().await;
    let series = figures.series(measure)?;
    series
        .whole(place, Period::Year(year))
        .map(|figure| figure.value.clone())
}

/// As [`value`] gives it.
#[allow(clippy::unnecessary_wraps)]
fn plain(text: &str) -> Option<Value> {
    Some(Value::plain(text.parse().unwrap()))
}

on_both_engines! {
    async fn one_file_gives_each_contract_the_values_of_its_own_measure(bench: Bench) {
        let (_, stage) = two_regions(&bench).await;
        stage.load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n4.i;Bretagne;2024;56\n").await;
        assert_eq!(value(&stage, DAYS, "28", 2024).await, plain("12.5"));
        assert_eq!(value(&stage, SHARE, "53", 2024).await, plain("56"));
        assert_eq!(value(&stage, DAYS, "53", 2024).await, None);

        // The same by a heading; a region whose contract defines nothing is refused.
        let wide = stage.rehearse_current("région;4.i 2023\nNormandie;14\nCorse;3\n").await;
        let told: Vec<_> = wide.problems.iter().map(|p| (p.code, p.place.cell())).collect();
        assert_eq!(told, [(ProblemCode::UnfollowedValue, "B3".to_owned())]);
        assert!(wide.problems[0].message.contains("aucun contrat de ce territoire"), "{:?}", wide.problems);
        assert_eq!((wide.rows.len(), wide.rows[0].subject.contains(DAYS)), (1, true));

        // A measure named by its code stays in its contract.
        let astray = stage.rehearse(format!("indicateur;territoire;annee;valeur\n{DAYS};Bretagne;2024;9\n")).await;
        assert!(astray.problems[0].message.contains("propre au contrat « CPOM 2024-2028 de l’ARS Normandie »"), "{:?}", astray.problems);
    }
}

on_both_engines! {
    async fn the_pages_show_each_value_in_its_contract_and_compare_none(bench: Bench) {
        let (_, stage) = two_regions(&bench).await;
        stage.load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n4.i;Bretagne;2024;56\n").await;
        let mut site = bench.site().await;
        site.sign_in().await;
        // The target of 2024 is where Normandie started from: the way is down, and 12,5 is further.
        let contract = site.get("/contrats/normandie-2024-2028").await.body;
        for said in ["Délai d’un rendez-vous", "12,5", "Vers la cible 2028", "1 cible atteinte sur 1"] {
            assert!(contract.contains(said), "{said}\n{contract}");
        }
        let own = site.get("/contrats/normandie-2024-2028/indicateurs/4.i").await.body;
        for said in ["Valeurs observées", "12,5", DAYS, "/saisie/etat-ars-2024-2028/4.i?mesure="] {
            assert!(own.contains(said), "{said}\n{own}");
        }
        assert!(own.contains("<svg class=\"trajectory\"") && own.contains("id=\"table-observees\""), "{own}");
        // They count for the country as they do in their contract.
        let home = site.get("/?cadre=etat-ars-2024-2028").await.body;
        assert!(home.contains("2 cibles atteintes sur 2"), "{home}");
        let objective = site.get("/cadres/etat-ars-2024-2028/objectifs/4").await.body;
        assert!(objective.contains("2 cibles atteintes sur 2 dans les régions, dont 2 sur 2 d’indicateurs que les contrats définissent"), "{objective}");
        let file = site.get("/tables/observees.csv?contrat=normandie-2024-2028&volet=contrat&indicateur=4.i").await.body;
        let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines[0].starts_with("Période;Définition;Unité;Valeur;") || lines[0].starts_with("periode;"), "{file}");
        assert!(lines.len() == 2 && lines[1].starts_with("2024;Délai d’un rendez-vous;jours;12,5;;"), "{file}");
        let everywhere = site.get("/indicateurs/etat-ars-2024-2028/4.i").await.body;
        for said in ["Ce que chaque contrat mesure", "Délai d’un rendez-vous", "12,5", "Territoires couverts", "56"] {
            assert!(everywhere.contains(said), "{said}\n{everywhere}");
        }
        for absent in ["Carte :", "Rang", "France,"] {
            assert!(!everywhere.contains(absent), "{absent}\n{everywhere}");
        }
        let figure = stage.figures().await;
        let series = figure.series(DAYS).unwrap();
        let (_, figure) = series.iter().next().unwrap();
        let value = site.get(&format!("/valeurs/{}", figure.observation)).await;
        assert_eq!(value.status, StatusCode::OK);
        assert!(value.body.contains("/contrats/normandie-2024-2028/indicateurs/4.i"), "{}", value.body);
        // The grid asks for one contract at a time.
        let grid = site.get(&format!("/saisie/etat-ars-2024-2028/4.i?mesure={DAYS}&annee=2024")).await;
        assert_eq!(grid.status, StatusCode::OK);
        assert!(grid.body.contains("Normandie") && grid.body.contains("12,5"), "{}", grid.body);
        let region = site.get("/saisie/etat-ars-2024-2028/regions/53?annee=2024").await.body;
        assert!(region.contains("Territoires couverts") && !region.contains("Délai d’un rendez-vous"), "{region}");
        let model = site.get("/imports/modele?cadre=etat-ars-2024-2028&indicateur=4.i&annees=2024").await;
        assert_eq!(model.status, StatusCode::OK);
        let sheet = site.get("/contrats/normandie-2024-2028/fiche/2024").await;
        assert!(sheet.body.starts_with("%PDF-1.7"));
    }
}

on_both_engines! {
    async fn what_contracts_measure_is_given_to_programs_and_taken_away_alike(bench: Bench) {
        let (_, stage) = two_regions(&bench).await;
        stage.load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n4.i;Bretagne;2024;56\n").await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let sets = "/api/v1/dhis2/dataValueSets";
        for (observations, values, file, codes) in [
            ("?framework=etat-ars-2024-2028", "?dataSet=etat-ars-2024-2028", "?cadre=etat-ars-2024-2028", vec![SHARE, DAYS]),
            ("", "", "", vec![SHARE, DAYS]),
            ("?framework=etat-ars-2019-2023", "?dataSet=etat-ars-2019-2023", "?cadre=etat-ars-2019-2023", vec![]),
            (&*format!("?measure={DAYS}"), &*format!("?dataElement={DAYS}"), &*format!("?mesure={DAYS}"), vec![DAYS]),
            ("?place=53", "?orgUnit=53", "?cadre=etat-ars-2024-2028&indicateur=4.i&territoire=53", vec![SHARE]),
        ] {
            let given = program.read_all(&format!("/api/v1/observations{observations}"), 100).await;
            let given: Vec<&str> = given.iter().map(|one| one["measure"].as_str().unwrap()).collect();
            assert_eq!(given, codes, "{observations}");
            let set = program.get(&format!("{sets}{values}")).await.body;
            let set: serde_json::Value = serde_json::from_str(&set).unwrap();
            let set = set["dataValues"].as_array().unwrap();
            let given: Vec<&str> = set.iter().map(|one| one["dataElement"].as_str().unwrap()).collect();
            assert_eq!(given, codes, "{values}");
            let table = site.get(&format!("/tables/valeurs.csv{file}")).await.body;
            let lines = table.lines().skip(1);
            let given: Vec<&str> = lines.map(|line| line.split(';').next().unwrap()).collect();
            assert_eq!(given, codes, "{file}: {table}");
        }
    }
}

on_both_engines! {
    async fn a_definition_changed_never_has_values_read_in_another_unit(bench: Bench) {
        let (normandie, stage) = two_regions(&bench).await;
        stage.load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n").await;
        let section = normandie.section("contrat").await;
        let sharper = vec![measures(section, "Délai d’un rendez-vous", "Relevé des agendas.", "jours")];
        normandie.agrees("avenant", Some("Source plus sûre"), sharper, BOTH, "2025-06-30").await;
        let catalogue = stage.catalogue().await;
        let breaks: Vec<_> = catalogue.own(DAYS).unwrap().measure.breaks.iter().map(|b| b.since).collect();
        assert_eq!(breaks, [2025]);

        let mut weeks = vec![measures(section, "Délai d’un rendez-vous", "Relevé des agendas.", "semaines")];
        weeks.extend((2025..=2028).map(|year| aims(section, "4.i", "", year, number("1.5"))));
        normandie.agrees("avenant", Some("Unité des autres régions"), weeks, BOTH, "2025-09-30").await;
        let catalogue = stage.catalogue().await;
        assert!(!catalogue.own(DAYS).unwrap().current && catalogue.own(WEEKS).unwrap().current);
        stage.load("indicateur;territoire;annee;valeur\n4.i;Normandie;2025;1,6\n").await;
        assert_eq!(value(&stage, WEEKS, "28", 2025).await, plain("1.6"));
        assert_eq!(value(&stage, WEEKS, "28", 2024).await, None);
        assert_eq!(value(&stage, DAYS, "28", 2024).await, plain("12.5"));
        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get("/contrats/normandie-2024-2028/indicateurs/4.i").await.body;
        for said in ["1,6", "12,5", "Définition remplacée", "Définition changée en 2025"] {
            assert!(page.contains(said), "{said}\n{page}");
        }
        // The value in force is judged against its target, the one of before against nothing.
        let file = site.get("/tables/observees.csv?contrat=normandie-2024-2028&indicateur=4.i").await.body;
        let line = |year: &str| file.lines().find(|line| line.starts_with(year)).unwrap().to_owned();
        assert!(line("2025;").contains(";semaines;1,6;;1,5;"), "{file}");
        assert!(line("2024;").contains(";jours;12,5;;;;;"), "{file}");
    }
}

on_both_engines! {
    async fn a_hospital_s_restructuring_is_followed_in_figures(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, HOSPITAL).await;
        let section = hand.section("contrat").await;
        let mut edits = restructuring(section);
        edits.push(starts_from(section, OWN, "", "0", 2019));
        hand.agrees("contrat", None, edits, &["ars", "etablissement"], "2019-12-18").await;
        let stage = Stage::beside(&bench, actor, bench.db.clone());
        let file = format!("indicateur;territoire;annee;valeur\n{OWN};CH-DES-MONTS;2021;6\n");
        let read = stage.rehearse(&file).await;
        assert_eq!(read.problems, []);
        stage.commit(read.id).await.unwrap();
        let code = format!("contrat.ch-des-monts-2020-2024.contrat.{OWN}");
        assert_eq!(value(&stage, &code, "CH-DES-MONTS", 2021).await, plain("6"));
        let mut site = bench.site().await;
        site.sign_in().await;
        let contract = site.get("/contrats/ch-des-monts-2020-2024").await.body;
        assert!(contract.contains("Lits de chirurgie fermés") && contract.contains("1 cible atteinte sur 1"), "{contract}");
        let grid = site.get(&format!("/saisie/es-aura-2020-2024/{OWN}?annee=2021")).await;
        assert_eq!(grid.status, StatusCode::OK, "{}", grid.body);
        let astray = stage.rehearse(format!("indicateur;territoire;annee;valeur\n{OWN};84;2021;6\n")).await;
        assert_eq!(astray.problems.len(), 1, "{:?}", astray.problems);
    }
}
