//! Two hospitals of one region have values of their own, and the region has none of theirs.

use jalon::kernel::{Period, Value};
use jalon::organisations::source;

use crate::on_both_engines;
use crate::stage::Stage;

const HOSPITALS: &str = "organisations:
  - {code: CH-A, type: etablissement, libelle: Centre hospitalier d’Aubrac, sigle: CH d’Aubrac, finess: \"010000024\", region: \"84\"}
  - {code: CH-B, type: etablissement, libelle: Centre hospitalier de Belley-le-Haut, region: \"84\"}
successions: []
";

/// One is named by its number without the zero that Excel drops, the other by its name.
const VALUES: &str = "indicateur;territoire;annee;valeur
es-taux-chirurgie-ambulatoire;10000024;2022;55,1
es-taux-chirurgie-ambulatoire;CH d'Aubrac;2023;56,4
es-taux-chirurgie-ambulatoire;centre hospitalier de BELLEY LE HAUT;2022;61,0
es-taux-chirurgie-ambulatoire;CH-B;2023;63,5
";

on_both_engines! {
    async fn two_hospitals_of_one_region_have_values_of_their_own(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let places = std::fs::read_to_string("reference/lieux.yaml").unwrap();
        stage.import_directory(&source::read(HOSPITALS, &places).unwrap()).await;
        // What the files do not name stays, and a region is not made of its hospitals.
        stage.import_directory(&jalon::site::shipped::directory().unwrap()).await;
        let directory = stage.directory().await;
        let day = jiff::civil::date(2026, 1, 5);
        assert_eq!(directory.establishments_in("84", day).len(), 2);
        assert_eq!(directory.parts_of("84", day).len(), 12);
        assert_eq!(directory.ars_of("CH-A", day).unwrap().code, "ARS-84");

        stage.load(VALUES).await;
        let figures = stage.figures().await;
        let series = figures.series("es-taux-chirurgie-ambulatoire").unwrap();
        let value = |place, year| series.whole(place, Period::Year(year)).map(|f| f.value.clone());
        let plain = |text: &str| Some(Value::plain(text.parse().unwrap()));
        assert_eq!((value("CH-A", 2022), value("CH-A", 2023)), (plain("55.1"), plain("56.4")));
        assert_eq!((value("CH-B", 2022), value("CH-B", 2023)), (plain("61"), plain("63.5")));
        assert_eq!(value("84", 2023), None);

        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get("/indicateurs/es-aura-2020-2024/2.1-1-i1").await.body;
        for said in ["CH d’Aubrac", "Centre hospitalier de Belley-le-Haut", "56,4", "63,5", "Valeurs par établissement"] {
            assert!(page.contains(said), "{said}\n{page}");
        }
        assert!(page.contains("Les 2 établissements comparables progressent"), "{page}");
        for absent in ["Carte :", "Écart à la France", "Normandie", "régions"] {
            assert!(!page.contains(absent), "{absent}\n{page}");
        }
        let circuit = site.get("/circuit/es-aura-2020-2024?annee=2023").await;
        assert_eq!(circuit.status, axum::http::StatusCode::OK);
    }
}
