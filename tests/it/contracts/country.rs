//! The targets of an indicator over the country, on the day asked for.

use axum::http::StatusCode;
use jalon::access::permit;
use jalon::contracts::store::{ContractError, set_national_target};
use jalon::contracts::{NationalTarget, SetNationalTarget, TargetsOf};
use jalon::ledger::Change;
use jiff::SignedDuration;

use super::hand::{book, number};
use super::{BOTH, HPV, Hand, NORMANDIE, furnish, normandie_terms};
use crate::on_both_engines;
use crate::rights::{gives, last_change, new_grant, person, site_of};

const PATH: &str = "/cibles/etat-ars-2024-2028/2.c.1";

on_both_engines! {
    async fn targets_are_those_of_the_day_asked_for(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let indicator = hand.book.framework().indicators.iter().find(|i| i.key == "2.c.1").unwrap();
        let measure = indicator.measures[0].clone();
        for (value, hours) in [("80", 24), ("82", 24)] {
            let mut change = Change::open(&bench.db, &bench.clock, actor, "contract.national_target").await.unwrap();
            let targets = TargetsOf::indicator(hand.book.framework(), "2.c.1").unwrap();
            let allowed = permit::<SetNationalTarget>(&mut change, targets).await.unwrap();
            let new = NationalTarget { indicator: "2.c.1".to_owned(), measure: measure.clone(), year: 2028, target: number(value) };
            set_national_target(&mut change, allowed, new).await.unwrap();
            change.commit().await.unwrap();
            bench.clock.advance(SignedDuration::from_hours(hours));
        }
        let mut site = bench.site().await;
        site.sign_in().await;
        let now = site.get(PATH).await.body;
        assert!(now.contains(">82") && now.contains("Enregistrer"), "{now}");
        let history = now.split("href=\"/journal?indicateur=").nth(1).unwrap().split('"').next().unwrap();
        let told = site.get(&format!("/journal?indicateur={history}")).await.body;
        assert!(told.contains("la cible nationale 2028 de 2.c.1"), "{told}");
        let past = site.get(&format!("{PATH}?au=2026-01-05")).await.body;
        assert!(past.contains(">80") && !past.contains(">82"), "{past}");
        assert!(!past.contains("name=\"cible-2028\""), "nothing is set on a day of the past: {past}");
        assert!(past.contains("1 cible nationale fixée depuis") && past.contains("du=06/01/2026"), "{past}");
        let file = site.get("/tables/cibles.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1&au=2026-01-05").await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.body);
        let line = file.body.lines().find(|line| line.starts_with("Cible nationale")).unwrap();
        assert!(line.contains(";2028;80;") && line.trim_end().ends_with(";non"), "{line}");
        for unknown in ["cadre=etat-ars-2024-2028&indicateur=9.z", "cadre=rien&indicateur=2.c.1"] {
            let answer = site.get(&format!("/tables/cibles.csv?{unknown}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}: {}", answer.body);
        }
        assert!(file.body.contains("normandie-2024-2028"), "{}", file.body);
        let means = site.get("/tables/moyens.csv?contrat=normandie-2024-2028").await;
        assert_eq!(means.status, StatusCode::OK, "{}", means.body);
        let catalogue = site.get("/tables/mesures.csv").await.body;
        assert!(catalogue.contains(&measure) && catalogue.contains("2.c.1"), "{catalogue}");
        for kind in ["même mesure", "révisée, avec rupture", "apparentée"] {
            assert!(catalogue.contains(kind), "{kind}: {catalogue}");
        }
    }
}

on_both_engines! {
    async fn a_referent_of_an_objective_sets_its_targets_and_no_others(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        for (email, objective) in [("deux@example.org", "2"), ("six@example.org", "6")] {
            let id = person(&bench, first, email, &[]).await;
            let mut new = new_grant(&bench, id, "referent-national-signataire", "DGS");
            NORMANDIE.framework.clone_into(&mut new.remit.framework);
            new.remit.objective = objective.to_owned();
            gives(&bench, first, new).await.unwrap();
        }
        let before = last_change(&bench).await;
        let mut other = site_of(&bench, "six@example.org").await;
        assert!(!other.get(PATH).await.body.contains("name=\"cible-2028\""));
        let refused = other.post(PATH, &[("cible-2028", "80")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert_eq!(last_change(&bench).await, before);
        let mut own = site_of(&bench, "deux@example.org").await;
        assert!(own.get(PATH).await.body.contains("name=\"cible-2028\""));
        let set = own.post(PATH, &[("cible-2028", "80")]).await;
        assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
        assert!(other.get(PATH).await.body.contains(">80"));
        // A permit for one indicator sets no target of another.
        let book = book(&bench, NORMANDIE.framework).await;
        let mut change = Change::open(&bench.db, &bench.clock, first, "contract.national_target").await.unwrap();
        let targets = TargetsOf::indicator(book.framework(), "2.c.1").unwrap();
        let allowed = permit::<SetNationalTarget>(&mut change, targets).await.unwrap();
        let measure = HPV.to_owned();
        let new = NationalTarget { indicator: "2.c.2".to_owned(), measure, year: 2028, target: number("50") };
        let refused = set_national_target(&mut change, allowed, new).await;
        assert!(matches!(refused, Err(ContractError::NotFound)), "{refused:?}");
    }
}
