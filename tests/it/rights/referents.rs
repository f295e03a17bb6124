//! The list of referents: drawn from the grants, for those who work with them.

use axum::http::StatusCode;
use jiff::SignedDuration;

use super::people::ends;
use super::{grant, person, site_of};
use crate::contracts::{NORMANDIE, furnish};
use crate::on_both_engines;

on_both_engines! {
    async fn the_list_says_who_answers_for_each_objective_and_what_is_missing(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "chef@example.org", &[("referent-national-signataire", "DGS")]).await;
        let second = person(&bench, first, "seconde@example.org", &[]).await;
        grant(&bench, first, second, "coreferent-objectif-ars", "ARS-28").await.unwrap();
        let leaving = person(&bench, first, "partante@example.org", &[]).await;
        let held = grant(&bench, first, leaving, "referent-objectif-ars", "ARS-53").await.unwrap();
        person(&bench, first, "invitee@example.org", &[("invite", "")]).await;
        let mut site = site_of(&bench, "seconde@example.org").await;

        let national = site.get("/referents?organisation=etat").await;
        assert_eq!(national.status, StatusCode::OK);
        assert!(national.body.contains("chef@example.org"), "{}", national.body);
        // The lead of each objective is there; the directorates named nobody but the one of the lead.
        for missing in ["DGOS", "DGCS", "DSS"] {
            assert!(national.body.contains(&format!("aria-labelledby=\"{}\"", missing.to_lowercase())), "{missing}: {}", national.body);
        }
        let lead = site.get("/referents?organisation=DGS").await.body;
        assert!(lead.contains("chaque objectif a son référent") && lead.contains("chef@example.org"), "{lead}");
        let without = site.get("/referents?organisation=DSS").await.body;
        assert!(without.contains("sans référent") && without.contains("depuis le 1er janvier 2024"), "{without}");
        let file = site.get("/tables/referents.csv?organisation=DSS&etat=manque").await.body;
        assert!(file.lines().skip(1).all(|line| line.contains(";DSS;") && line.contains("Copilote;;;;;01/01/2024")), "{file}");
        person(&bench, first, "copilote@example.org", &[("referent-national", "DSS")]).await;
        let named = site.get("/referents?organisation=DSS").await.body;
        assert!(named.contains("chaque objectif a son référent") && named.contains("copilote@example.org"), "{named}");
        let normandy = site.get("/referents?organisation=ARS-28").await.body;
        assert!(normandy.contains("seconde@example.org") && normandy.contains("sur 10 sans référent"), "{normandy}");
        assert!(normandy.contains("depuis le 1er janvier 2024"), "{normandy}");
        let brittany = site.get("/referents?organisation=ARS-53&etat=manque").await.body;
        assert!(brittany.contains("Personne ne manque ici"), "{brittany}");

        bench.clock.advance(SignedDuration::from_hours(72));
        ends(&bench, first, held).await.unwrap();
        let mut site = site_of(&bench, "seconde@example.org").await;
        let brittany = site.get("/tables/referents.csv?organisation=ARS-53").await;
        let day = bench.clock.today().strftime("%d/%m/%Y").to_string();
        let lines: Vec<&str> = brittany.body.lines().skip(1).collect();
        assert_eq!(lines.len(), 10, "{}", brittany.body);
        assert!(lines.iter().all(|line| line.contains(&day)), "{}", brittany.body);

        // As it was the day before, and who held it before.
        let past = site.get("/referents?organisation=ARS-53&au=2026-01-06").await.body;
        assert!(past.contains("partante@example.org") && past.contains("chaque objectif a son référent"), "{past}");
        let today = site.get("/referents?organisation=ARS-53").await.body;
        assert!(today.contains("Avant</summary>") && today.contains("Personne partante@example.org"), "{today}");
        let past = site.get("/tables/referents.csv?organisation=ARS-53&au=2026-01-06").await.body;
        assert!(past.contains("partante@example.org"), "{past}");
        // Of two who answer first, the list says that one is expected.
        for two in ["premier@example.org", "deuxieme@example.org"] {
            person(&bench, first, two, &[("referent-objectif-ars", "ARS-28")]).await;
        }
        let several = site.get("/referents?organisation=ARS-28").await.body;
        assert!(several.contains("un seul est attendu"), "{several}");

        let mut guest = site_of(&bench, "invitee@example.org").await;
        for path in ["/referents", "/tables/referents.csv"] {
            assert_eq!(guest.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
