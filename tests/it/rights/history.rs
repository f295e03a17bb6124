//! Under which grant and from where things are done, and who reads what people did otherwise.

use axum::http::StatusCode;
use jalon::ledger::history_href;
use jalon::site::upkeep;
use jiff::SignedDuration;

use super::{held, person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, furnish, normandie_terms};
use crate::on_both_engines;
use crate::support::{EMAIL, post};
use crate::tables::followed;

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

/// Where a page says that the histories of things are read.
fn histories(page: &str) -> Vec<String> {
    let found = page.split("href=\"/journal?chose=").skip(1);
    found
        .map(|rest| format!("/journal?chose={}", rest.split('"').next().unwrap()))
        .collect()
}

on_both_engines! {
    async fn ones_own_things_lead_to_their_history(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let her = person(&bench, first, "referente@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "autre@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut own = site_of(&bench, "referente@example.org").await;
        let mut other = site_of(&bench, "autre@example.org").await;
        let made = own.post("/moi/acces", &[("nom", "Tableur"), ("portee", "read"), ("fin", "31/12/2026")]).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        followed(&mut own, "contrats", "").await;
        let pages = [
            (format!("/personnes/{her}"), 2, "Référent CPOM de l’ARS"),
            ("/moi/acces".to_owned(), 1, "un accès par programme"),
            ("/moi/adresses".to_owned(), 1, "une adresse de tableau"),
        ];
        for (page, count, named) in pages {
            let shown = own.get(&page).await.body;
            let found = histories(&shown);
            assert_eq!(found.len(), count, "{page}: {shown}");
            for history in &found {
                let told = own.get(history).await;
                assert_eq!(told.status, StatusCode::OK, "{page} {history}: {}", told.body);
                assert_eq!(other.get(history).await.status, StatusCode::NOT_FOUND, "{page} {history}");
            }
            let last = own.get(found.last().unwrap()).await.body;
            assert!(last.contains(named), "{page}: {last}");
        }
        let organisation = own.get("/organisations/ARS-28").await.body;
        let history = &histories(&organisation)[0];
        assert!(own.get(history).await.body.contains("a inscrit au répertoire"));
    }
}

on_both_engines! {
    async fn who_manages_somebody_reads_their_history_where_they_do(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "admin-28@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let both = [("referent-cpom-ars", "ARS-28"), ("lecteur", "")];
        let theirs = person(&bench, first, "double@example.org", &both).await;
        let elsewhere = person(&bench, first, "ailleurs@example.org", &[("lecteur", "")]).await;
        let mut own = site_of(&bench, "double@example.org").await;
        let made = own.post("/moi/acces", &[("nom", "Tableur"), ("portee", "read"), ("fin", "31/12/2026")]).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let program = histories(&own.get("/moi/acces").await.body).remove(0);
        let mut admin = site_of(&bench, "admin-28@example.org").await;
        let page = admin.get(&format!("/personnes/{theirs}")).await.body;
        let found = histories(&page);
        assert_eq!(found.len(), 2, "the account and the grant that is theirs to manage: {page}");
        let told = admin.get(&found[0]).await.body;
        assert!(told.contains("a ouvert le compte") && told.contains("Référent CPOM de l’ARS"), "{told}");
        assert!(!told.contains("« Lecteur »") && !told.contains("a ouvert un accès"), "{told}");
        assert_eq!(admin.get(&found[1]).await.status, StatusCode::OK);
        let grants = held(&bench, theirs).await;
        let national = grants.iter().find(|held| held.grant.remit.role == "lecteur").unwrap();
        for hidden in [program, history_href(national.grant.id), history_href(elsewhere)] {
            assert_eq!(admin.get(&hidden).await.status, StatusCode::NOT_FOUND, "{hidden}");
        }
    }
}
