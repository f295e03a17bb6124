//! « Pourquoi pas ? »: who may not do what a page is about is told who can, and offered nothing
//! that would be refused.

use axum::http::StatusCode;

use super::{person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::support::EMAIL;

/// The forms that send something, in a page, but for what everybody may do.
fn forms(page: &str) -> Vec<&str> {
    let all = page.split("<form").skip(1);
    let all = all.filter_map(|rest| rest.split("</form>").next());
    let everybodys = [
        "/deconnexion",
        "/suivre",
        "/voir-comme/fin",
        "formaction=\"/contrats/",
    ];
    all.filter(|form| {
        form.contains("method=\"post\"") && !everybodys.iter().any(|part| form.contains(part))
    })
    .collect()
}

on_both_engines! {
    async fn what_a_reader_may_not_do_is_told_and_not_offered(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", Some("Motif")).await;
        person(&bench, first, "lectrice@example.org", &[("lecteur", "ARS-28")]).await;
        let mut reader = site_of(&bench, "lectrice@example.org").await;
        let mut able = site_of(&bench, EMAIL).await;
        for (path, acts) in [
            ("/contrats", vec!["Préparer un contrat"]),
            ("/contrats/normandie-2024-2028", vec!["Préparer un acte"]),
            ("/contrats/normandie-2024-2028/actes/2", vec!["Écrire ce projet", "Abandonner ce projet"]),
            ("/contrats/normandie-2024-2028/dossiers", vec!["Émettre le dossier"]),
            ("/cibles/etat-ars-2024-2028/2.c.1", vec!["Fixer les cibles nationales"]),
            ("/cadres/etat-ars-2024-2028?edition=2025", vec!["Ouvrir la campagne"]),
            ("/organisations?type=etablissements", vec!["Ajouter un établissement"]),
            ("/imports", vec!["Déposer un fichier"]),
        ] {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            for act in &acts {
                let told = format!("<span class=\"muted\">{act}</span> : pourquoi pas ?");
                assert!(answer.body.contains(&told), "{path}: {act}: {}", answer.body);
            }
            assert!(answer.body.contains("Peut le faire qui a le rôle"), "{path}");
            assert_eq!(forms(&answer.body), Vec::<&str>::new(), "{path}");
            let same = able.get(path).await;
            assert!(!same.body.contains("pourquoi pas ?"), "{path}: {}", same.body);
        }
    }
}
