//! The pages of imports: a file sent, looked at, committed, undone; and what is refused.

use axum::http::StatusCode;
use jalon::imports::CATALOGUE;
use jiff::SignedDuration;

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::rights::{person, site_of};
use crate::stage::Stage;
use crate::support::Site;

/// A file as PILOTE gives it, with names of its own for indicators.
const PILOTE: &str = "identifiant_indic;zone_id;zone_nom;date_valeur;type_valeur;valeur
IND-927;R53;Bretagne;2023-12-31;va;67,7
IND-1;R53;Bretagne;2023-12-31;va;12
";

on_both_engines! {
    async fn the_names_of_a_supplier_are_explained_on_the_page_and_remembered(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let said = [FRAMEWORK, ("fournisseur", "DGS")];
        let path = sent(&mut site, &said, PILOTE).await;
        let page = site.get(&path).await.body;
        for told in ["Noms employés par le fichier", "« IND-1 »", "name=\"n.1\"", "ses lignes sont laissées de côté"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let form = [("n.0", "ignored"), ("n.1", crate::stage::GIRLS)];
        let again = site.post(&format!("{path}/colonnes"), &form).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
        let page = site.get(&path).await.body;
        assert!(page.contains("Enregistrer 1 valeur<"), "{page}");
        site.post(&format!("{path}/enregistrer"), &[]).await;
        // The next file of that supplier asks nothing, and that of another does.
        let path = sent(&mut site, &said, &PILOTE.replace("67,7", "68")).await;
        assert!(site.get(&path).await.body.contains("Enregistrer 1 valeur<"));
        let path = sent(&mut site, &[FRAMEWORK, ("fournisseur", "DREES")], PILOTE).await;
        assert!(site.get(&path).await.body.contains("Indicateur inconnu"));
        assert_eq!(stage.figures().await.series(crate::stage::GIRLS).unwrap().iter().count(), 1);
    }
}

const FRAMEWORK: (&str, &str) = ("cadre", "etat-ars-2024-2028");

/// Sends a file; the address of its page.
async fn sent(site: &mut Site, form: &[(&str, &str)], text: &str) -> String {
    let answer = site
        .send_file("/imports", form, ("hpv.csv", text.as_bytes()))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location.unwrap()
}

on_both_engines! {
    async fn a_file_is_sent_looked_at_committed_undone_and_committed_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        assert_eq!(site.get("/imports").await.status, StatusCode::SEE_OTHER);
        site.sign_in().await;
        let list = site.get("/imports").await.body;
        assert!(list.contains("Aucun fichier reçu") && list.contains("href=\"/imports/nouveau\""), "{list}");
        let form = site.get("/imports/nouveau").await.body;
        for field in ["fichier", "cadre", "fournisseur", "statut", "reference", "embargo", "source"] {
            assert!(form.contains(&format!("name=\"{field}\"")), "{field}");
        }
        let before = stage.last_change().await;
        let said = [FRAMEWORK, ("statut", "provisoire"), ("embargo", "15/03/2026")];
        let path = sent(&mut site, &said, &hpv()).await;
        let page = site.get(&path).await.body;
        for told in ["Voici ce que cet import changerait", "Enregistrer 72 valeurs", "Embargo jusqu’au", "15 mars 2026", "provisoires", "Guadeloupe, 2023", "Coordination nationale"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let next = site.get(&format!("{path}?voir=created&page=2")).await.body;
        assert!(next.contains("Lignes 51 à 72 sur 72") && next.contains("Bretagne, 2023"), "{next}");
        assert_eq!(stage.last_change().await, before);
        assert!(site.get("/imports").await.body.contains("hpv.csv"));
        let done = site.post(&format!("{path}/enregistrer"), &[]).await;
        assert_eq!(done.location.as_deref(), Some(path.as_str()), "{}", done.body);
        assert_eq!(stage.last_change().await, before + 1);
        let page = site.get(&path).await.body;
        assert!(page.contains("Cet import est enregistré") && !page.contains("name=\"motif\""), "{page}");
        let page = site.get(&format!("{path}?annuler=oui")).await.body;
        assert!(page.contains("À retirer, faute de rien avant : 72 valeurs.") && page.contains("name=\"motif\""), "{page}");
        let refused = site.post(&format!("{path}/annuler"), &[("motif", " ")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains("Écrivez le motif"), "{}", refused.body);
        site.post(&format!("{path}/annuler"), &[("motif", "Mauvais fichier")]).await;
        assert!(site.get(&path).await.body.contains("Cet import est annulé"));
        assert!(stage.figures().await.series(crate::stage::GIRLS).unwrap().iter().next().is_none());
        site.post(&format!("{path}/enregistrer"), &[]).await;
        assert_eq!(stage.last_change().await, before + 3);
    }
}

on_both_engines! {
    async fn what_would_be_refused_is_told_beside_what_was_read(bench: Bench) {
        let stage = Stage::set(&bench).await;
        person(&bench, stage.actor, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut region = site_of(&bench, "normandie@example.org").await;
        // The country supplies it, whoever reads it in a file.
        let path = sent(&mut region, &[FRAMEWORK], "region;annee;2.c.1\n28;2024;48,7\n").await;
        let page = region.get(&path).await.body;
        let told = [
            "Rien n’est encore écrit. 1 valeur lue.",
            "L’enregistrement serait refusé. Vous ne pouvez pas enregistrer des valeurs ici.",
            "Enregistrer 1 valeur</span> : pourquoi pas ?",
        ];
        for told in told {
            assert!(page.contains(told), "{told}: {page}");
        }
        let refused = region.post(&format!("{path}/enregistrer"), &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        // With something to correct, no more is promised of the rest.
        let text = "region;annee;2.c.1\n28;2024;48,7\nVénusie;2024;1\n";
        let faulty = sent(&mut region, &[FRAMEWORK], text).await;
        let page = region.get(&faulty).await.body;
        assert!(page.contains("1 valeur lue par ailleurs") && page.contains("L’enregistrement serait refusé"), "{page}");
        let mut national = bench.site().await;
        national.sign_in().await;
        let page = national.get(&path).await.body;
        assert!(page.contains("1 valeur prête") && !page.contains("serait refusé"), "{page}");
    }
}

on_both_engines! {
    async fn problems_lead_to_their_explanation_and_keep_a_file_from_being_committed(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let text = "region;annee;2.c.1\nVénusie;2023;1\n84;2023;environ 40\n<b>;2023;1\n";
        let path = sent(&mut site, &[FRAMEWORK], text).await;
        let page = site.get(&path).await.body;
        for told in ["ne peut pas encore être enregistré", "href=\"/erreurs/unknown-place\"", "href=\"/erreurs/wrong-value\"", "A2", "C3", "&lt;b&gt;"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("Enregistrer "), "{page}");
        let refused = site.post(&format!("{path}/enregistrer"), &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains("3 cellules refusées"), "{}", refused.body);
        site.post(&format!("{path}/abandonner"), &[]).await;
        assert!(site.get(&path).await.body.contains("Cet import est abandonné"));
        for entry in CATALOGUE {
            let page = site.get(&format!("/erreurs/{}", entry.slug)).await;
            assert!(page.body.contains(entry.title) && page.body.contains("À faire"), "{}", entry.slug);
        }
        assert_eq!(site.get("/erreurs/rien").await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn when_the_ground_moved_the_cells_are_named_and_the_file_is_read_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = sent(&mut site, &[FRAMEWORK], &corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4")).await;
        stage.load("region;annee;2.c.1\n84;2023;60,1\n").await;
        let row = hpv().lines().position(|l| l.starts_with("84,2023")).unwrap() + 1;
        let refused = site.post(&format!("{path}/enregistrer"), &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains(&format!("C{row}")) && refused.body.contains("Relire le fichier contre l’état présent"), "{}", refused.body);
        let again = site.post(&format!("{path}/relire"), &[]).await;
        assert_eq!(again.location.as_deref(), Some(path.as_str()));
        let page = site.get(&path).await.body;
        assert!(page.contains("<del>60,1") && page.contains("<ins>54,8"), "{page}");
        assert_eq!(site.post(&format!("{path}/enregistrer"), &[]).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn what_cannot_be_taken_is_told_and_what_was_typed_is_kept(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let wrong = [("fournisseur", "Personne"), ("reference", "hier"), ("commentaire", "Gardé tel quel")];
        let answer = site.send_file("/imports", &wrong, ("hpv.csv", hpv().as_bytes())).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["Aucune organisation ne s’appelle « Personne »", "« hier » n’est pas une date", "Gardé tel quel"] {
            assert!(answer.body.contains(told), "{told}: {}", answer.body);
        }
        let empty = site.send_file("/imports", &[], ("", b"")).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.body.contains("Choisissez un fichier"), "{}", empty.body);
        let large = vec![b'1'; 33 * 1024 * 1024];
        let refused = site.send_file("/imports", &[], ("gros.csv", &large)).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.body.contains("dépasse la taille permise"), "{}", refused.body);
        assert_eq!(site.post("/imports", &[]).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(stage.count("batch").await, 0);
        let path = sent(&mut site, &[], "  \n ").await;
        let page = site.get(&path).await.body;
        assert!(page.contains("Ce fichier n’a pas pu être lu") && page.contains("Le fichier est vide"), "{page}");
        assert_eq!(site.get("/imports/rien").await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_reading_shows_its_progress_and_an_interrupted_one_can_be_begun_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let read = stage.rehearse(hpv()).await;
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update batch set state = 'reading', rows_read = 24", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("/imports/{}", read.id);
        let page = site.get(&path).await.body;
        assert!(page.contains("Lecture en cours") && page.contains("24 valeurs sur 72"), "{page}");
        let busy = site.post(&format!("{path}/relire"), &[]).await;
        assert_eq!(busy.status, StatusCode::CONFLICT);
        bench.clock.advance(SignedDuration::from_mins(5));
        assert!(site.get(&path).await.body.contains("La lecture s’est interrompue"));
        site.post(&format!("{path}/relire"), &[]).await;
        assert!(site.get(&path).await.body.contains("Enregistrer 72 valeurs"));
    }
}
