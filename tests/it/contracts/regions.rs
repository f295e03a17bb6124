//! Indicators that a framework keeps for some regions.

use axum::http::StatusCode;
use jalon::contracts::ObstacleKind;

use super::hand::{Hand, Made, aims, number, target_slot};
use crate::on_both_engines;

const BRETAGNE: Made = Made {
    family: "etat-ars",
    framework: "etat-ars-2015-2018",
    slug: "bretagne-2015-2018",
    title: "CPOM 2015-2018 de l’ARS Bretagne",
    organisation: "ARS-53",
    place: "53",
    years: (2015, 2018),
    parties: &[("etat", "MSS"), ("ars", "ARS-53")],
    sections: &[],
};

const ELSEWHERE: &str = "Ne concerne pas cette région";
const INDICATOR: &str = "contrat-3.2.2.1.a";
const MEASURE: &str = "part-services-offre-medico-sociale-pa";

on_both_engines! {
    async fn what_is_kept_for_other_regions_cannot_be_typed(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, BRETAGNE).await;
        let instrument = hand.drafts("contrat", None).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let grid = "/contrats/bretagne-2015-2018/actes/1/modifier?objectif=3.2";
        let cell = format!("target~{INDICATOR}~{MEASURE}~2016~cible");
        let open = site.get(grid).await.body;
        assert!(open.contains(ELSEWHERE) && !open.contains(&format!("target~{INDICATOR}~")), "{open}");
        assert!(open.contains("target~"), "the others stay open: {open}");
        let page = site.get(&format!("/contrats/bretagne-2015-2018/indicateurs/{INDICATOR}")).await;
        assert!(page.body.contains(ELSEWHERE), "{}", page.body);
        // What a form of before sends is not written.
        site.post(grid, &[(&cell, "45")]).await;
        assert!(hand.full().await.terms.is_empty());

        // A draft that holds such a term already says so, and lets it be taken away.
        let section = hand.full().await.contract.sections[0].id;
        hand.writes(instrument, vec![aims(section, INDICATOR, MEASURE, 2016, number("45"))]).await;
        let full = hand.full().await;
        let draft = &full.instruments[0];
        let told = jalon::contracts::check_draft(&hand.book, &full, draft, None);
        let told: Vec<&str> = told
            .iter()
            .filter(|o| o.kind == ObstacleKind::NotRetained)
            .map(|o| o.sentence.as_str())
            .collect();
        assert!(matches!(told[..], [sentence] if sentence.contains("ne concerne pas cette région")), "{told:?}");
        assert!(full.terms.iter().any(|t| t.key.slot == target_slot(INDICATOR, MEASURE, 2016)));
        let open = site.get(grid).await.body;
        assert_eq!(open.matches(&format!("name=\"target~{INDICATOR}~")).count(), 1, "{open}");
        let emptied = site.post(grid, &[(&cell, ""), (&format!("vu:{cell}"), "45")]).await;
        assert_eq!(emptied.status, StatusCode::SEE_OTHER, "{}", emptied.body);
        assert!(hand.full().await.terms.iter().all(|t| t.key.slot != target_slot(INDICATOR, MEASURE, 2016)));
    }
}
