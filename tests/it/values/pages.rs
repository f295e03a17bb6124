//! Values as the page of an indicator shows them.

use axum::http::StatusCode;
use jiff::SignedDuration;

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::stage::Stage;

const PAGE: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";

on_both_engines! {
    async fn the_page_of_an_indicator_follows_what_is_committed(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let empty = site.get(PAGE).await;
        assert_eq!(empty.status, StatusCode::OK);
        assert!(empty.body.contains("Aucune valeur n’est encore chargée"), "{}", empty.body);
        let rehearsal = stage.rehearse(hpv()).await;
        assert!(site.get(PAGE).await.body.contains("Aucune valeur n’est encore chargée"));
        stage.commit(rehearsal.id).await.unwrap();
        let full = site.get(PAGE).await.body;
        assert!(full.contains("En 2023, 54,6"), "{full}");
        for shown in ["Bretagne", "67,7", "Guyane", "21,9", "valeurs.csv"] {
            assert!(full.contains(shown), "{shown}");
        }
    }
}

on_both_engines! {
    async fn the_page_as_of_a_day_shows_what_was_known_that_day(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        bench.clock.advance(SignedDuration::from_hours(48));
        stage.load(corrected("53,2023,67.7,34.9", "53,2023,68.2,34.9")).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let now = site.get(PAGE).await.body;
        assert!(now.contains("68,2") && !now.contains("67,7"), "{now}");
        for day in ["05/01/2026", "2026-01-06"] {
            let page = site.get(&format!("{PAGE}?au={day}")).await.body;
            // What changed since is told apart.
            let (head, rest) = page.split_once("<section class=\"sect since\"").unwrap();
            let then = format!("{head}{}", rest.split_once("</section>").unwrap().1);
            assert!(then.contains("67,7") && !then.contains("68,2"), "{day}");
        }
        // The framework itself was not known yet.
        let before = site.get(&format!("{PAGE}?au=04/01/2026")).await;
        assert_eq!(before.status, StatusCode::NOT_FOUND);
        let wrong = site.get(&format!("{PAGE}?au=hier")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("n’est pas une date"));
    }
}

on_both_engines! {
    async fn the_page_of_nothing_is_not_found_and_that_of_an_indicator_needs_an_account(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        assert_eq!(site.get(PAGE).await.status, StatusCode::SEE_OTHER);
        site.sign_in().await;
        for path in ["/indicateurs/etat-ars-2024-2028/9.z", "/indicateurs/rien/2.c.1"] {
            assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
