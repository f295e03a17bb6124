//! « Pourquoi pas ? »: who may not do what a page is about is told who can, and offered nothing
//! that would be refused.

use axum::http::StatusCode;
use uuid::Uuid;

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

on_both_engines! {
    async fn rights_on_a_contract_are_explained_for_each_of_its_parties_and_no_unknown_contract(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, NORMANDIE).await;
        let party = person(&bench, first, "ministere@example.org", &[("contributeur", "MSS")]).await;
        let other = person(&bench, first, "ailleurs@example.org", &[("contributeur", "DGS")]).await;
        let me = person(&bench, first, "gerante@example.org", &[("administrateur-ars", "ARS-53")]).await;
        let mut site = site_of(&bench, EMAIL).await;
        let asked = |who: Uuid, contract: &str| format!("/droits/pourquoi?personne={who}&acte=document.attach&contrat={contract}");
        for (who, told) in [(party, "Permis"), (other, "Refusé")] {
            let page = site.get(&asked(who, NORMANDIE.slug)).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains(told), "{told}: {}", page.body);
        }
        let page = site.get(&asked(party, "nulle-part")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains("Aucun contrat n’a cette adresse.") && !page.body.contains("Réponse"), "{}", page.body);
        // One that is not theirs to know of is told the same.
        let mut elsewhere = site_of(&bench, "gerante@example.org").await;
        let page = elsewhere.get(&asked(me, NORMANDIE.slug)).await;
        assert!(page.body.contains("Aucun contrat n’a cette adresse."), "{}", page.body);
    }
}
