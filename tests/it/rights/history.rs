//! Under which grant and from where things are done, and who reads what people did otherwise.

use axum::http::StatusCode;
use jalon::site::upkeep;
use jiff::SignedDuration;

use super::{person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::support::{EMAIL, post};

on_both_engines! {
    async fn a_change_says_under_which_grant_and_from_where_it_was_made(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        person(&bench, first, "referente@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "auditrice@example.org", &[("auditeur", "")]).await;
        let mut own = site_of(&bench, "referente@example.org").await;
        let fields = [("acte", "avenant"), ("motif", "Un motif")];
        let drafted = own.post("/contrats/normandie-2024-2028/actes/nouveau", &fields).await;
        assert!(drafted.status.is_redirection(), "{}", drafted.body);
        let page = own.get("/journal").await.body;
        assert!(page.contains("Référent CPOM de l’ARS (ARS-28)"), "{page}");
        assert!(!page.contains("depuis 127."), "where from is the auditor's to read: {page}");
        let mut auditor = site_of(&bench, "auditrice@example.org").await;
        let from = "127.0.0.1";
        let page = auditor.get("/journal").await.body;
        assert!(page.contains(&format!("depuis {from}")), "{page}");
        let table = auditor.get("/tables/journal.csv").await.body;
        assert!(table.contains("Référent CPOM de l’ARS (ARS-28)") && table.contains(from), "{table}");
        assert!(!own.get("/tables/journal.csv").await.body.contains(from));
        // A year later nobody knows where from, and the chain still holds.
        bench.clock.advance(SignedDuration::from_hours(24 * 366));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        let (kept,): (i64,) = tx.one("select count(*) from change where origin is not null", vec![]).await.unwrap();
        assert_eq!(kept, 0);
        assert!(matches!(jalon::ledger::verify(&mut tx).await.unwrap(), jalon::ledger::Verified::Whole { .. }));
    }
}

on_both_engines! {
    async fn auditors_read_what_people_did_that_changed_nothing(bench: Bench) {
        let first = bench.install().await;
        person(&bench, first, "lectrice@example.org", &[("lecteur", "")]).await;
        person(&bench, first, "auditrice@example.org", &[("auditeur", "")]).await;
        let mut reader = site_of(&bench, "lectrice@example.org").await;
        assert_eq!(reader.get("/tables/organisations.csv").await.status, StatusCode::OK);
        assert_eq!(reader.get("/journal/acces").await.status, StatusCode::NOT_FOUND);
        assert_eq!(reader.get("/tables/acces.csv").await.status, StatusCode::NOT_FOUND);
        let mut auditor = site_of(&bench, "auditrice@example.org").await;
        let page = auditor.get("/journal/acces?qui=lectrice&genre=export").await.body;
        assert!(page.contains("Personne lectrice@example.org") && page.contains("/tables/organisations.csv"), "{page}");
        let other = auditor.get("/journal/acces?qui=auditrice&genre=export").await.body;
        assert!(other.contains("Rien ne répond"), "{other}");
        let past = auditor.get("/journal/acces?au=01/01/2026").await.body;
        assert!(past.contains("Rien ne répond"), "{past}");
        let table = auditor.get("/tables/acces.csv?genre=export").await.body;
        assert!(table.contains("Tableau emporté") && !table.contains("Connexion;"), "{table}");
        let mut national = site_of(&bench, EMAIL).await;
        assert!(national.get("/journal").await.body.contains("/journal/acces"));
        assert!(!reader.get("/journal").await.body.contains("/journal/acces"));
    }
}
