//! A page of the past is read with the rights of today: those that ended since show nothing of it,
//! those given since show it all.

use axum::http::StatusCode;

use super::{ends, grant, held, person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Site, said};

/// The value of a region, that stands nowhere else.
const VALUE: &str = "48,7";
/// Its target of 2028.
const TARGET: &str = "75,0";

/// Pages and files as of the day before the rights changed, and what each shows to who may see it.
const PLACES: [(&str, &str); 6] = [
    ("/contrats/normandie-2024-2028?au=2026-01-06", TARGET),
    (
        "/contrats/normandie-2024-2028/objectifs/2?au=2026-01-06",
        TARGET,
    ),
    (
        "/contrats/normandie-2024-2028/indicateurs/2.c.1?au=2026-01-06",
        TARGET,
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1?lieu=28&au=2026-01-06",
        VALUE,
    ),
    (
        "/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2&au=2026-01-06",
        VALUE,
    ),
    (
        "/tables/suivi.csv?contrat=normandie-2024-2028&au=2026-01-06",
        VALUE,
    ),
];

/// Asserts that somebody sees all of that, or nothing.
async fn sees(site: &mut Site, all: bool, when: &str) {
    for (path, number) in PLACES {
        let answer = site.get(path).await;
        let text = said(&answer);
        if all {
            assert_eq!(answer.status, StatusCode::OK, "{when}: {path}");
            assert!(text.contains(number), "{when}: {path}: {text}");
        } else {
            assert!(
                !text.contains(TARGET) && !text.contains(VALUE),
                "{when}: {path}: {text}"
            );
            if path.starts_with("/contrats/") {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{when}: {path}");
            }
        }
    }
}

on_both_engines! {
    async fn the_past_is_read_with_the_rights_of_today(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        let hand = Hand::also_creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        stage.load("region;annee;2.c.1\n28;2024;48,7\n").await;
        let leaving = person(&bench, first, "partante@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let coming = person(&bench, first, "arrivante@example.org", &[("invite", "")]).await;
        bench.clock.advance(jiff::SignedDuration::from_hours(3 * 24));
        let mut before = site_of(&bench, "partante@example.org").await;
        let mut after = site_of(&bench, "arrivante@example.org").await;
        sees(&mut before, true, "while she is there").await;
        sees(&mut after, false, "before she is").await;
        ends(&bench, first, held(&bench, leaving).await[0].grant.id).await.unwrap();
        grant(&bench, first, coming, "referent-cpom-ars", "ARS-28").await.unwrap();
        // In the sessions that were open, and in new ones.
        sees(&mut before, false, "once her grant ended").await;
        sees(&mut after, true, "once hers is given").await;
        sees(&mut site_of(&bench, "partante@example.org").await, false, "in a new session").await;
        sees(&mut site_of(&bench, "arrivante@example.org").await, true, "in a new session").await;
    }
}

on_both_engines! {
    async fn a_draft_of_the_past_is_shown_to_none_but_those_whose_rights_of_today_open_it(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", Some("Motif tenu secret, 918273645")).await;
        let moved = person(&bench, first, "mutee@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut site = site_of(&bench, "mutee@example.org").await;
        let act = "/contrats/normandie-2024-2028/actes/2";
        let shown = site.get(act).await;
        assert!(shown.body.contains("918273645"), "{}", shown.body);
        bench.clock.advance(jiff::SignedDuration::from_hours(3 * 24));
        ends(&bench, first, held(&bench, moved).await[0].grant.id).await.unwrap();
        grant(&bench, first, moved, "referent-cpom-ars", "ARS-53").await.unwrap();
        for path in [
            act.to_owned(),
            format!("{act}?au=2026-01-05"),
            "/contrats/normandie-2024-2028?au=2026-01-05".to_owned(),
            "/contrats?au=2026-01-05".to_owned(),
            format!("/journal?chose={}", hand.contract),
        ] {
            let shown = site.get(&path).await;
            assert!(!shown.body.contains("918273645"), "{path}: {}", shown.body);
        }
        let contract = site.get("/contrats/normandie-2024-2028?au=2026-01-05").await;
        assert_eq!(contract.status, StatusCode::OK, "what was signed stays open to another agency");
    }
}
