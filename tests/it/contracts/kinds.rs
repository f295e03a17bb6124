//! Every kind of value and of target, once, on a hospital's contract: written on the page, signed,
//! observed, and judged.

use axum::http::StatusCode;
use jalon::contracts::{CommitmentTerm, Slot, TermBody};
use uuid::Uuid;

use super::cases::HOSPITAL;
use super::hand::{Hand, edit, retains};
use crate::on_both_engines;
use crate::stage::Stage;

const CONTRACT: &str = "/contrats/ch-des-monts-2020-2024";
/// An action, the indicator that follows it, and what is written: the measure with its targets.
const ASKED: [(&str, &str, &str, &str); 8] = [
    (
        "1.1-1",
        "1.1-1-i5",
        "es-organigramme-fonction-achat",
        "observé",
    ),
    ("1.3-3", "1.3-3-i1", "es-cellule-sortie-hopital", "oui"),
    (
        "1.3-3",
        "1.3-3-i1",
        "es-beneficiaires-cellule-sortie-hopital",
        "120 à 150",
    ),
    ("1.4-1", "1.4-1-i1", "es-specialites-exercice-partage", "4"),
    (
        "1.4-1",
        "1.4-1-i1",
        "es-medecins-exercice-partage",
        "sans objet",
    ),
    (
        "2.2-1",
        "2.2-1-i1",
        "es-procedure-interne-teledeclarations",
        "oui",
    ),
    (
        "2.2-1",
        "2.2-1-i1",
        "es-sensibilisation-portails-declaration",
        "gelé",
    ),
    (
        "1.4-2",
        "1.4-2-i1",
        "es-facturation-telemedecine",
        "Facturation au fil de l’eau",
    ),
];
const VALUES: &str = "indicateur;territoire;annee;valeur
es-organigramme-fonction-achat;CH-DES-MONTS;2023;Organigramme du 3 mars 2023
es-cellule-sortie-hopital;CH-DES-MONTS;2023;non
es-beneficiaires-cellule-sortie-hopital;CH-DES-MONTS;2023;131
es-specialites-exercice-partage;CH-DES-MONTS;2023;3
es-medecins-exercice-partage;CH-DES-MONTS;2023;2
es-procedure-interne-teledeclarations;CH-DES-MONTS;2023;oui
es-sensibilisation-portails-declaration;CH-DES-MONTS;2023;secret statistique
es-facturation-telemedecine;CH-DES-MONTS;2023;Facturation mensuelle
";

/// The line of a measure in the table of the contract's page.
fn line<'a>(page: &'a str, observed: &str) -> &'a str {
    let before = page
        .find(observed)
        .unwrap_or_else(|| panic!("{observed}\n{page}"));
    let start = page[..before].rfind("<tr").unwrap();
    let end = page[before..].find("</tr").unwrap() + before;
    &page[start..end]
}

fn commits(section: Uuid) -> Vec<jalon::contracts::store::TermEdit> {
    let mut edits = Vec::new();
    for (action, indicator, _, _) in ASKED {
        let term = CommitmentTerm {
            label: format!("Action {action}"),
            indicator: Some(indicator.to_owned()),
        };
        let slot = Slot::Commitment {
            commitment: action.to_owned(),
        };
        edits.push(edit(section, slot, TermBody::Commitment(term)));
        edits.push(retains(section, indicator));
    }
    edits
}

on_both_engines! {
    async fn each_kind_of_value_and_target_is_written_observed_and_judged(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, HOSPITAL).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, commits(section)).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        for (action, indicator, measure, target) in ASKED {
            let node = action.split('-').next().unwrap();
            let mut form = vec![];
            for year in 2020..=2024 {
                form.push((format!("target~{indicator}~{measure}~{year}~cible"), target.to_owned()));
            }
            if measure == "es-specialites-exercice-partage" {
                let baseline = format!("baseline~{indicator}~{measure}~");
                form.push((format!("{baseline}~valeur"), "1".to_owned()));
                form.push((format!("{baseline}~annee"), "2019".to_owned()));
            }
            let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let saved = site.post(&format!("{CONTRACT}/actes/1/modifier?objectif={node}"), &form).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{measure}\n{}", saved.body);
        }
        hand.names_signatories(draft, &["ars", "etablissement"], "2019-12-18").await;
        hand.signs(draft).await.unwrap();
        let stage = Stage::beside(&bench, actor, bench.db.clone());
        let read = stage.rehearse(VALUES).await;
        assert_eq!((read.problems, read.counts.created), (vec![], 8));
        stage.commit(read.id).await.unwrap();

        let page = site.get(CONTRACT).await.body;
        for (observed, told) in [
            ("Organigramme du 3 mars 2023", "Suivi sans cible à atteindre"),
            ("<b>Non</b>", "non atteinte"),
            ("<b>131</b>", "Dans le couloir"),
            ("<b>3</b>", "67\u{a0}%"),
            ("Secret statistique", "Valeur non disponible"),
            ("Facturation mensuelle", "Suivi sans cible à atteindre"),
        ] {
            let line = line(&page, observed).to_lowercase();
            assert!(line.contains(&told.to_lowercase()), "{observed}: {told}\n{line}");
        }
        let kept = line(&page, "<b>2</b>");
        assert!(kept.contains("Sans objet cette année-là"), "{kept}");
        let answered = line(&page, "<b>Oui</b>").to_lowercase();
        assert!(answered.contains("atteinte") && !answered.contains("non atteinte"), "{answered}");
        // A text is asked for with a document: the page of the indicator takes one.
        let proof = format!("{CONTRACT}/indicateurs/1.4-2-i1");
        let sent = site.send_file(&format!("{proof}/documents"), &[("titre", "Procédure")], ("procedure.pdf", b"%PDF-1.7")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let shown = site.get(&proof).await.body;
        assert!(shown.contains("procedure.pdf") && shown.contains("Facturation au fil de l’eau"), "{shown}");
    }
}
