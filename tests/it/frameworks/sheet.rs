//! The technical sheet on an indicator's page: what is said of it, and what of that is deduced.

use axum::http::StatusCode;
use jalon::frameworks::field_label;

use crate::on_both_engines;
use crate::stage::Stage;

/// The technical sheet of a page.
fn sheet(body: &str) -> &str {
    let (_, sheet) = body.split_once("id=\"fiche-titre\"").unwrap();
    sheet.split_once("</section>").unwrap().0
}

on_both_engines! {
    async fn the_sheet_shows_what_it_marks(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let catalogue = stage.catalogue().await;
        for edited in catalogue.frameworks() {
            let framework = &edited.framework;
            for indicator in framework.indicators.iter().step_by(7) {
                let path = format!("/indicateurs/{}/{}", framework.code, indicator.key);
                let page = site.get(&path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}");
                let sheet = sheet(&page.body).to_lowercase();
                let measure = catalogue.first_measure(indicator);
                let of_measure = measure.map_or(&[][..], |m| &m.our_reading);
                for field in indicator.our_reading.iter().chain(&indicator.uncertain).chain(of_measure) {
                    let label = field_label(field).to_lowercase();
                    assert!(sheet.contains(&label), "{path}: {field}: {sheet}");
                }
                let marks = indicator.our_reading.len() + of_measure.len();
                assert_eq!(sheet.contains("lecture de jalon</span>") || sheet.contains("lecture de jalon aussi"), marks > 0, "{path}");
            }
        }
    }
}

on_both_engines! {
    async fn the_sheet_says_the_method_the_bounds_the_rule_and_the_gaps(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body;
        for words in [
            "<dt>Minimum</dt><dd>0 <span class=\"mark\">lecture de Jalon</span>",
            "<dt>Maximum</dt><dd>100 <span",
            "<dt>Méthode d’atteinte</dt><dd>Progression",
            "<dt>Périodicité</dt><dd>Annuelle",
            "Hausse",
        ] {
            assert!(sheet(&page).contains(words), "{words}: {}", sheet(&page));
        }
        let page = site.get("/indicateurs/etat-ars-2015-2018/contrat-3.2.1.a-colorectal").await.body;
        let words = "<dt>Années sans valeur</dt><dd>Pas de valeurs pour 2016";
        assert!(sheet(&page).contains(words), "{}", sheet(&page));
    }
}
