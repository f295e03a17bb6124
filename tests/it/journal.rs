//! The history as people read it: in sentences, found by person, thing and day.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::contracts::hand::{
    BOTH, HPV, Hand, NORMANDIE, aims, colleague, normandie_terms, number,
};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, Site};

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

on_both_engines! {
    async fn an_amendment_is_told_in_a_sentence_under_its_contract(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let edits = vec![aims(section, "2.c.1", HPV, 2026, number("72.5"))];
        hand.agrees("avenant", Some("Relever 2026"), edits, BOTH, "2025-12-20").await;
        let mut site = signed_in(&bench).await;
        let contract = site.get("/contrats/normandie-2024-2028").await.body;
        let own = format!("/journal?chose={}", hand.contract);
        assert!(contract.contains(&format!("href=\"{own}\"")), "{contract}");
        let page = site.get(&own).await.body;
        for sentence in [
            "Historique : CPOM 2024-2028 de l’ARS Normandie",
            "a porté la cible 2026 de 2.c.1 de 71,0\u{202f}% à 72,5\u{202f}% (Avenant n° 1)",
            "a retenu 2.c.1",
            "a enregistré la signature (Avenant n° 1)",
            "a préparé le contrat",
            "href=\"/contrats/normandie-2024-2028/actes/2\"",
        ] {
            assert!(page.contains(sentence), "{sentence}: {page}");
        }
        assert!(!page.contains("inscrit au répertoire"), "of this contract alone");
        let indicator = site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body;
        let own = "/journal?indicateur=etat-ars-2024-2028%2F2.c.1";
        assert!(indicator.contains(&format!("href=\"{own}\"")), "{indicator}");
        let page = site.get(own).await.body;
        assert!(page.contains("Historique : indicateur 2.c.1"), "{page}");
        assert!(page.contains("a porté la cible 2026 de 2.c.1"), "{page}");
        assert!(!page.contains("a enregistré la signature"), "{page}");
        let file = site.get(&format!("/tables/journal.csv?chose={}", hand.contract)).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.body.contains("a porté la cible 2026 de 2.c.1"), "{}", file.body);
    }
}

on_both_engines! {
    async fn the_history_is_found_by_person_word_kind_and_day(bench: Bench) {
        let stage = Stage::set(&bench).await;
        colleague(&bench, stage.actor).await;
        bench.clock.advance(SignedDuration::from_hours(24 * 40));
        stage.load(std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()).await;
        let mut site = signed_in(&bench).await;
        let found = async |site: &mut Site, query: &str| site.get(&format!("/journal?{query}")).await.body;
        let february = found(&mut site, "du=1/2/2026").await;
        assert!(february.contains("a enregistré 72 lignes d’un fichier"), "{february}");
        assert!(!february.contains("Référente de la région"), "{february}");
        let january = found(&mut site, "au=31/1/2026").await;
        assert!(january.contains("a ouvert le compte « Référente de la région »"), "{january}");
        assert!(!january.contains("d’un fichier"));
        let accounts = found(&mut site, "genre=person").await;
        assert!(accounts.contains("a ouvert le compte") && !accounts.contains("a chargé le cadre"), "{accounts}");
        let named = found(&mut site, "q=etat-ars+2024-2028&genre=framework").await;
        assert_eq!(named.matches("a chargé le cadre").count(), 1, "{named}");
        let nobody = found(&mut site, "qui=personne+de+ce+nom").await;
        assert!(nobody.contains("Rien ne répond"), "{nobody}");
        let installed = found(&mut site, "qui=jalon&genre=person").await;
        assert!(installed.contains("a ouvert le compte « Coordination nationale »"), "{installed}");
        assert_eq!(site.get("/journal?du=hier").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let unknown = format!("/journal?chose={}", uuid::Uuid::nil());
        assert_eq!(site.get(&unknown).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_long_history_is_read_page_after_page_without_a_gap(bench: Bench) {
        let _stage = Stage::set(&bench).await;
        let mut site = signed_in(&bench).await;
        let mut next = Some("/journal?genre=place".to_owned());
        let (mut told, mut pages) = (0, 0);
        while let Some(address) = next {
            let page = site.get(&address).await.body;
            told += page.matches("a inscrit au répertoire").count();
            pages += 1;
            let older = page.split("<a class=\"btn\" href=\"").find(|part| part.contains(">Plus ancien<"));
            next = older.map(|part| part.split('"').next().unwrap().replace("&amp;", "&"));
            assert!(pages < 40);
        }
        let mut tx = bench.db.read().await.unwrap();
        let (places,): (i64,) = tx.one("select count(*) from place", vec![]).await.unwrap();
        assert_eq!(i64::try_from(told).unwrap(), places);
        assert!(pages > 1);
    }
}

on_both_engines! {
    async fn a_draft_and_an_account_are_told_to_whom_they_concern(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, normandie_terms(section)).await;
        let reader = colleague(&bench, actor).await;
        let mut tx = bench.db.write_aside().await.unwrap();
        let sql = "update access_grant set role = 'lecteur', organisation = 'ARS-53' where person_id = $1";
        tx.run(sql, jalon::args![reader.person()]).await.unwrap();
        tx.commit().await.unwrap();
        let mut site = bench.site().await;
        let form = [("email", "referente@example.org"), ("password", "une autre phrase de passe")];
        assert_eq!(site.post("/connexion", &form).await.status, StatusCode::SEE_OTHER);
        let told = site.get("/journal").await.body;
        assert!(!told.contains("a préparé le contrat"), "nothing of it is signed: {told}");
        assert!(told.contains("a ouvert le compte « Référente de la région »"), "one's own: {told}");
        for kept in ["a commencé un acte", "2.c.1", "« Coordination nationale »"] {
            assert!(!told.contains(kept), "{kept}: {told}");
        }
        let file = site.get("/tables/journal.csv").await.body;
        assert!(!file.contains("2.c.1") && !file.contains("a préparé le contrat"), "{file}");
        assert!(file.contains("a ouvert le compte"), "{file}");
        for closed in [
            format!("/journal?chose={}", actor.person().unwrap()),
            format!("/journal?personne={}", actor.person().unwrap()),
        ] {
            assert_eq!(site.get(&closed).await.status, StatusCode::NOT_FOUND, "{closed}");
        }
        let mut auditor = signed_in(&bench).await;
        for (kind, told) in [
            ("instrument", "a commencé un acte"),
            ("person", "a ouvert le compte « Coordination nationale »"),
            ("grant", "a donné à « Référente de la région »"),
        ] {
            let all = auditor.get(&format!("/journal?genre={kind}")).await.body;
            assert!(all.contains(told), "{told}: {all}");
        }
    }
}
