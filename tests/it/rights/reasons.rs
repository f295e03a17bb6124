//! Why something was done is read in the history by those alone who may know of what was done: the
//! words of contests, the motive of an undone file, and no name of a file of people.

use axum::http::StatusCode;
use jalon::figures::values::Settings;
use jalon::imports::{Said, SentFile};
use jalon::kernel::Period;
use jalon::people;
use serde_json::json;
use uuid::Uuid;

use super::{person, site_of};
use crate::contracts::{HOSPITAL, Made, add_hospital};
use crate::on_both_engines;
use crate::people::HEADER;
use crate::stage::{GIRLS, Stage};
use crate::support::{EMAIL, Site};

const OTHER_HOSPITAL: Made = Made {
    organisation: "CH-DES-PLAINES",
    title: "Centre hospitalier des Plaines",
    ..HOSPITAL
};

const OF_HOSPITAL: &str = "es-taux-chirurgie-ambulatoire";
/// In the reason and the answer of a contest of a value under embargo.
const EMBARGOED: [&str; 2] = ["412836517", "418273645"];
/// In those of a value of a hospital.
const HOSPITALS: [&str; 2] = ["421938475", "427364518"];
/// In the motive of an undone file, and in the name of a file of people.
const UNDONE: &str = "431827364";
const NAMED: &str = "441726354";

/// Contests a value and maintains it, with those words.
async fn contested(site: &mut Site, observation: Uuid, [reason, answer]: [&str; 2]) {
    let reason = format!("Le compte omet {reason}");
    let fields = [("revision", "1"), ("motif", &reason), ("valeur", "")];
    let path = format!("/valeurs/{observation}/contester");
    let file = ("preuve.pdf", b"%PDF-1.7".as_slice());
    let opened = site.send_file(&path, &fields, file).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    let answer = format!("Le compte tient {answer}");
    let fields = [("reponse", "maintained"), ("explication", answer.as_str())];
    let answered = site.post(&opened.location.unwrap(), &fields).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.body);
}

/// Puts every number in its place.
async fn plant(stage: &Stage<'_>) {
    let later = Settings {
        embargo_until: Some(jiff::civil::date(2026, 12, 31)),
        ..Settings::default()
    };
    let mut site = site_of(stage.bench, EMAIL).await;
    for (measure, place, year, said, words) in [
        (GIRLS, "28", 2023, &later, EMBARGOED),
        (
            OF_HOSPITAL,
            "CH-DES-MONTS",
            2022,
            &Settings::default(),
            HOSPITALS,
        ),
    ] {
        let text = format!("indicateur;territoire;annee;valeur\n{measure};{place};{year};55,1\n");
        let file = stage.rehearse_with(text, said).await;
        stage.commit(file.id).await.unwrap();
        let figures = stage.figures().await;
        let series = figures.series(measure).unwrap();
        let figure = series.whole(place, Period::Year(year)).unwrap();
        contested(&mut site, figure.observation, words).await;
    }
    let file = stage
        .rehearse_current("region;annee;2.c.1\n53;2023;61,2\n")
        .await;
    stage.commit(file.id).await.unwrap();
    let motive = format!("La colonne {UNDONE} était fausse");
    stage.undo(file.id, &motive).await.unwrap();
    let rows = "Elle;elle@example.org;;Lecteur;;;;;Arrivée\n";
    let file = SentFile {
        name: format!("personne-{NAMED}.csv"),
        bytes: format!("{HEADER}{rows}").into_bytes(),
        said: Said::beside(json!({ "motif": "" })),
    };
    let batch = stage.imports.rehearse(stage.actor, people::INTAKE, &file);
    let batch = batch.await.unwrap();
    stage
        .imports
        .commit(stage.actor, batch.id, None)
        .await
        .unwrap();
}

on_both_engines! {
    async fn what_was_said_of_it_is_read_by_who_may_know_of_it(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        add_hospital(&bench, first, &HOSPITAL).await;
        add_hospital(&bench, first, &OTHER_HOSPITAL).await;
        plant(&stage).await;
        let all = [EMBARGOED[0], EMBARGOED[1], HOSPITALS[0], HOSPITALS[1], UNDONE, NAMED];
        for (role, organisation, reads) in [
            ("invite", "", vec![]),
            ("directeur-etablissement", "CH-DES-PLAINES", vec![]),
            ("assurance-maladie-region", "CNAM", vec![]),
            ("directeur-etablissement", "CH-DES-MONTS", HOSPITALS.to_vec()),
            ("contributeur", "DGS", HOSPITALS.to_vec()),
            ("auditeur", "", vec![HOSPITALS[0], HOSPITALS[1], UNDONE]),
            ("administrateur-national", "", vec![HOSPITALS[0], HOSPITALS[1], UNDONE]),
        ] {
            let email = format!("{role}{organisation}@example.org").to_lowercase();
            person(&bench, first, &email, &[(role, organisation)]).await;
            let mut site = site_of(&bench, &email).await;
            for place in ["/journal", "/journal?genre=contest", "/journal?genre=document", "/tables/journal.csv"] {
                let told = site.get(place).await.body;
                for number in all {
                    // The evidence is another thing, and what was said stands with the contest.
                    let expected = reads.contains(&number) && !place.contains("document") && (number != UNDONE || !place.contains("contest"));
                    assert_eq!(told.contains(number), expected, "{email}, {place}, {number}: {told}");
                }
            }
            for number in all {
                let found = site.get(&format!("/journal?q={number}")).await.body;
                let told = !found.contains("Rien ne répond à cette recherche");
                assert_eq!(told, reads.contains(&number), "{email} searches {number}: {found}");
            }
        }
        let mut own = site_of(&bench, EMAIL).await;
        let told = own.get("/journal").await.body;
        for number in [EMBARGOED[0], EMBARGOED[1], HOSPITALS[0], UNDONE] {
            assert!(told.contains(number), "{number}: {told}");
        }
        assert!(!told.contains(NAMED), "the name of a file is no reason: {told}");
    }
}
