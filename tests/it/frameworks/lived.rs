//! The fifth framework lived to the end: brought in as text, then a contract between a department
//! and a retirement home is prepared, signed, followed and amended, by the command line and the
//! pages alone.

use axum::http::StatusCode;

use crate::on_both_engines;
use crate::program::Program;
use crate::support::{Answer, PASSWORD, Site};

const FIFTH: &str = "tests/fixtures/frameworks/ehpad-departement-2025-2029";
const FRAMEWORK: &str = "ehpad-departement-2025-2029";
const CONTRACT: &str = "/contrats/tilleuls-2025-2029";
const OWN: &str = "contrat.tilleuls-2025-2029.contrat.b1-libre";
const VALUES: &str = "indicateur;territoire;periode;valeur;numerateur;denominateur
a1-i1;EHPAD-TILLEULS;2025-S2;;9;80
a1-i2;EHPAD-TILLEULS;2025;oui;;
a2-i1;EHPAD-TILLEULS;2025-T4;14;;
a-projet;EHPAD-TILLEULS;2025;Un jardin partagé avec l’école.;;
b1-i1;EHPAD-TILLEULS;2025;0,62;;
b1-i2;EHPAD-TILLEULS;2025;9,5;;
b1-libre;EHPAD-TILLEULS;2025;31;;
";

#[track_caller]
fn shows(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for text in texts {
        assert!(
            answer.body.contains(text),
            "« {text} » is missing from\n{}",
            answer.body
        );
    }
}

/// Sends a form that must lead elsewhere.
async fn sends(site: &mut Site, path: &str, form: &[(&str, &str)]) -> String {
    let answer = site.post(path, form).await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{path}\n{}",
        answer.body
    );
    answer.location.unwrap()
}

fn version(answer: &Answer) -> String {
    let (_, after) = answer
        .body
        .split_once("name=\"version\" value=\"")
        .expect(&answer.body);
    after.split('"').next().unwrap().to_owned()
}

/// The fields of an indicator: where it starts, and its targets from 2025 to 2029.
fn path_of(
    indicator: &str,
    measure: &str,
    start: &str,
    targets: [&str; 5],
) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if !start.is_empty() {
        let baseline = format!("baseline~{indicator}~{measure}~");
        fields.push((format!("{baseline}~valeur"), start.to_owned()));
        fields.push((format!("{baseline}~annee"), "2024".to_owned()));
    }
    for (year, target) in (2025..).zip(targets) {
        fields.push((
            format!("target~{indicator}~{measure}~{year}~cible"),
            target.to_owned(),
        ));
    }
    fields
}

/// Chooses an indicator, with its reason.
fn chosen(indicator: &str) -> Vec<(String, String)> {
    let choice = format!("choice~{indicator}~~");
    vec![
        (format!("{choice}~choix"), "oui".to_owned()),
        (
            format!("{choice}~motif"),
            "Projet d’établissement".to_owned(),
        ),
    ]
}

async fn writes(site: &mut Site, act: u8, node: &str, fields: &[(String, String)]) {
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let grid = format!("{CONTRACT}/actes/{act}/modifier?objectif={node}");
    let to = sends(site, &grid, &form).await;
    assert!(
        to.ends_with(&format!("enregistre={}", terms(fields))),
        "{to}"
    );
}

/// How many terms those fields make.
fn terms(fields: &[(String, String)]) -> usize {
    let mut slots: Vec<&str> = fields
        .iter()
        .filter_map(|(name, _)| Some(name.rsplit_once('~')?.0))
        .collect();
    slots.sort_unstable();
    slots.dedup();
    slots.len()
}

async fn prepares(site: &mut Site) {
    sends(
        site,
        "/etablissements/nouveau",
        &[
            ("code", "EHPAD-TILLEULS"),
            ("nom", "EHPAD des Tilleuls"),
            ("region", "84"),
        ],
    )
    .await;
    let to = sends(
        site,
        "/contrats/nouveau",
        &[
            ("cadre", FRAMEWORK),
            ("titre", "Contrat de l’EHPAD des Tilleuls"),
            ("adresse", "tilleuls-2025-2029"),
            ("partie.departement", "Département de l’Ain"),
            ("partie.ars", "ARS-84"),
            ("partie.gestionnaire", "EHPAD-TILLEULS"),
            ("partie.cvs", "Conseil de la vie sociale des Tilleuls"),
        ],
    )
    .await;
    assert_eq!(to, CONTRACT);
    sends(
        site,
        &format!("{CONTRACT}/actes/nouveau"),
        &[("acte", "contrat")],
    )
    .await;
    let mut meals = path_of(
        "a1-i1",
        "ehpad-denutrition",
        "15",
        ["12", "11", "10", "9", "8"],
    );
    meals.extend(chosen("a1-i2"));
    meals.extend(path_of("a1-i2", "ehpad-commission-menus", "", ["oui"; 5]));
    writes(site, 1, "a1-repas", &meals).await;
    writes(
        site,
        1,
        "a2",
        &path_of("a2-i1", "ehpad-chutes-graves", "", ["12"; 5]),
    )
    .await;
    let mut teams = path_of(
        "b1-i1",
        "ehpad-taux-encadrement",
        "0,58",
        ["0,60 à 0,70"; 5],
    );
    teams.extend(path_of(
        "b1-i2",
        "ehpad-absenteisme",
        "11",
        ["9,5", "9", "8,5", "8", "7,5"],
    ));
    teams.extend(chosen("b1-libre"));
    for (text, typed) in [
        ("libelle", "Agents formés aux soins palliatifs"),
        ("texte", "Au 31 décembre."),
        ("nature", "nombre"),
        ("unite", "%"),
    ] {
        teams.push((format!("definition~b1-libre~~~{text}"), typed.to_owned()));
    }
    teams.extend(path_of(
        "b1-libre",
        "",
        "20",
        ["30", "40", "50", "60", "70"],
    ));
    writes(site, 1, "b1", &teams).await;
}

async fn names_signatories(site: &mut Site, act: u8, day: &str) {
    sends(
        site,
        &format!("{CONTRACT}/actes/{act}/signataires"),
        &[
            ("vu", ""),
            ("pour.0", "departement"),
            ("nom.0", "La présidente"),
            ("fonction.0", "Présidente"),
            ("qualite.0", ""),
            ("date.0", day),
            ("pour.1", "ars"),
            ("nom.1", "Le directeur"),
            ("fonction.1", "Directeur général"),
            ("qualite.1", ""),
            ("date.1", day),
            ("pour.2", "gestionnaire"),
            ("nom.2", "La directrice"),
            ("fonction.2", "Directrice"),
            ("qualite.2", ""),
            ("date.2", day),
        ],
    )
    .await;
}

async fn signs(site: &mut Site, act: u8) {
    let ready = site.get(&format!("{CONTRACT}/actes/{act}")).await;
    shows(&ready, &["Rien n’empêche la signature"]);
    sends(
        site,
        &format!("{CONTRACT}/actes/{act}/signer"),
        &[("version", &version(&ready))],
    )
    .await;
}

on_both_engines! {
    async fn a_framework_of_text_alone_is_lived_to_the_end(bench: Bench) {
        let program = Program::furnished(&bench.url);
        program.run(&["framework", "import", FIFTH]).done();
        program.run(&["person", "add", "--name", "Référente", "--email", "referente@example.org", "--role", "coordinateur-national"]).done();
        // The program goes by the clock of the machine, the site by that of the bench, which is behind.
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update access_grant set starts_on = '2025-01-01'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut site = bench.site().await;
        site.sign_in().await;
        prepares(&mut site).await;
        names_signatories(&mut site, 1, "15/12/2024").await;
        // The first contract takes two people.
        let mut second = bench.site().await;
        sends(&mut second, "/connexion", &[("email", "referente@example.org"), ("password", PASSWORD)]).await;
        let read = second.get(&format!("{CONTRACT}/actes/1")).await;
        sends(&mut second, &format!("{CONTRACT}/actes/1/confirmer"), &[("version", &version(&read))]).await;
        signs(&mut site, 1).await;

        let file = program.write("valeurs.csv", VALUES);
        let read = program.run(&["values", "rehearse", &file, "--framework", FRAMEWORK, "--json"]);
        let json = read.json();
        assert_eq!((json["created"].as_i64(), &json["problems"]), (Some(7), &serde_json::json!([])), "{json}");
        program.run(&["values", "commit", json["rehearsal"].as_str().unwrap()]).done();

        let contract = site.get(CONTRACT).await;
        shows(&contract, &[
            "Dénutrition", "11,3\u{a0}%", "Engagement tenu", "Commission des menus", "Oui",
            "Chutes graves", "Engagement non tenu", "Dans le couloir", "0,62", "Absentéisme", "9,5\u{a0}%",
            "Agents formés aux soins palliatifs", "31\u{a0}%", "Un jardin partagé",
        ]);
        let own = site.get(&format!("{CONTRACT}/indicateurs/b1-libre")).await;
        shows(&own, &[OWN, "31\u{a0}%", "Au 31 décembre."]);

        sends(&mut site, &format!("{CONTRACT}/actes/nouveau"), &[("acte", "avenant-annuel"), ("motif", "Deux postes de plus")]).await;
        let more = path_of("a1-i1", "ehpad-denutrition", "", ["12", "11", "9", "8", "7"]);
        writes(&mut site, 2, "a1-repas", &more[2..]).await;
        names_signatories(&mut site, 2, "20/12/2025").await;
        signs(&mut site, 2).await;
        let story = site.get(&format!("{CONTRACT}/indicateurs/a1-i1")).await;
        shows(&story, &["Contrat tripartite", "Avenant tarifaire annuel", "Deux postes de plus", "9,0\u{202f}%"]);
        assert!(story.body.contains("<del"), "{}", story.body);

        let sheet = site.get(&format!("{CONTRACT}/fiche/2025")).await;
        assert!(sheet.body.starts_with("%PDF-1.7"), "{}", sheet.body.len());
        let out = program.folder.path().join("fiche.pdf");
        let out = out.to_str().unwrap();
        program.run(&["dossier", "--contract", "tilleuls-2025-2029", "--year", "2025", "--out", out]).done();
        assert!(std::fs::read(out).unwrap().starts_with(b"%PDF-1.7"));
    }
}
