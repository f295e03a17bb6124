//! An act that is being prepared: kept by who prepares it, opened to the other parties by an act.

use axum::http::StatusCode;
use jalon::access::permit;
use jalon::contracts::DraftInstrument;
use jalon::contracts::store::{NewInstrument, draft_instrument};
use jalon::ledger::{Actor, Change};

use super::{person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::support::{EMAIL, said};

const CONTRACT: &str = "/contrats/normandie-2024-2028";
/// In the reason of the act, and nowhere else.
const CANARY: &str = "314159265";

on_both_engines! {
    async fn a_draft_is_its_authors_until_it_is_opened_to_the_parties(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let own = person(&bench, first, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "collegue@example.org", &[("codir-ars", "ARS-28")]).await;
        // Of the State, for whom an opened act is.
        person(&bench, first, "dgs@example.org", &[("referent-national-signataire", "DGS")]).await;
        person(&bench, first, "coordination-nationale@example.org", &[("coordinateur-national", "SGMCAS")]).await;
        // Of the other party, who sees drafts of its contracts.
        person(&bench, first, "ministere@example.org", &[("contributeur", "MSS")]).await;
        let change = Change::open(&bench.db, &bench.clock, Actor::Person(own), "contract.draft").await;
        let mut change = change.unwrap();
        let allowed = permit::<DraftInstrument>(&mut change, hand.contract).await.unwrap();
        let new = NewInstrument {
            act: "avenant".to_owned(),
            framework_revision: hand.book.revision(),
            motive: Some(format!("Le motif {CANARY}")),
            effective_on: None,
        };
        draft_instrument(&mut change, allowed, new).await.unwrap();
        change.commit().await.unwrap();

        let act = format!("{CONTRACT}/actes/2");
        let places = [
            CONTRACT.to_owned(), "/".to_owned(), "/contrats".to_owned(), "/journal".to_owned(), act.clone(),
            format!("/recherche?q=motif%20{CANARY}"), "/tables/actes.csv".to_owned(),
            "/tables/actes.csv?contrat=normandie-2024-2028".to_owned(), "/tables/journal.csv".to_owned(),
        ];
        let mut own = site_of(&bench, "normandie@example.org").await;
        let mut colleague = site_of(&bench, "collegue@example.org").await;
        let mut ministry = site_of(&bench, "ministere@example.org").await;
        let mut national = site_of(&bench, EMAIL).await;
        let mut referent = site_of(&bench, "dgs@example.org").await;
        let mut coordinator = site_of(&bench, "coordination-nationale@example.org").await;
        for site in [&mut own, &mut colleague] {
            assert!(site.get(&act).await.body.contains(CANARY), "the organisation that prepares it");
        }
        for site in [&mut ministry, &mut referent, &mut coordinator, &mut national] {
            for place in &places {
                let answer = site.get(place).await;
                let told = said(&answer);
                assert!(!told.contains(&format!("Le motif {CANARY}")), "{place}: {told}");
                assert!(!told.contains("Projet en cours") && !told.contains("projet d’acte en cours"), "{place}: {told}");
            }
            assert_eq!(site.get(&act).await.status, StatusCode::NOT_FOUND);
            for deed in ["ouvrir", "signer", "abandonner"] {
                let sent = site.post(&format!("{act}/{deed}"), &[("version", "1")]).await;
                assert_eq!(sent.status, StatusCode::NOT_FOUND, "{deed}: {}", sent.body);
            }
        }
        assert_eq!(ministry.get(CONTRACT).await.status, StatusCode::OK, "what was signed is still there");

        let page = own.get(&act).await.body;
        assert!(page.contains("Pas encore les autres parties") && page.contains("Ouvrir aux autres parties"), "{page}");
        let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let refused = colleague.post(&format!("{act}/ouvrir"), &[("version", &version)]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let opened = own.post(&format!("{act}/ouvrir"), &[("version", &version)]).await;
        assert_eq!(opened.location, Some(format!("{act}?fait=ouvert")), "{}", opened.body);
        assert!(own.get(&format!("{act}?fait=ouvert")).await.body.contains("voient maintenant ce projet"));
        for site in [&mut ministry, &mut referent, &mut coordinator, &mut national] {
            assert!(site.get(&act).await.body.contains(CANARY));
        }
        for party in [&mut colleague, &mut ministry] {
            assert!(party.get("/journal").await.body.contains("a ouvert l’acte aux autres parties"));
        }
        assert!(said(&ministry.get(&places[5]).await).contains(CANARY));
    }
}

on_both_engines! {
    async fn the_history_of_a_contract_under_way_is_its_parties_own(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        person(&bench, first, "normandie@example.org", &[("codir-ars", "ARS-28")]).await;
        person(&bench, first, "ministere@example.org", &[("contributeur", "MSS")]).await;
        person(&bench, first, "bretagne@example.org", &[("codir-ars", "ARS-53")]).await;
        person(&bench, first, "ailleurs@example.org", &[("gestionnaire-cpom-etablissement", "ARS-53")]).await;
        let history = format!("/journal?chose={}", hand.contract);
        for party in ["normandie@example.org", "ministere@example.org"] {
            let mut site = site_of(&bench, party).await;
            assert!(site.get("/journal").await.body.contains("a préparé le contrat"), "{party}");
            assert!(site.get(&history).await.body.contains("a préparé le contrat"), "{party}");
        }
        for other in ["bretagne@example.org", "ailleurs@example.org"] {
            let mut site = site_of(&bench, other).await;
            assert!(!site.get("/journal").await.body.contains("a préparé le contrat"), "{other}");
            assert_eq!(site.get(&history).await.status, StatusCode::NOT_FOUND, "{other}");
        }
    }
}
