//! Parties that change on the way: the agency of Océan Indien was divided in 2020.

use std::sync::Arc;

use axum::http::StatusCode;
use jalon::contracts::store::ContractError;
use jalon::contracts::{Membership, ObstacleKind, Slot, TermBody, parties_in_force};
use uuid::Uuid;

use super::cases::OCEAN_INDIEN;
use super::hand::{BOTH, Hand, NORMANDIE, edit, normandie_terms};
use crate::on_both_engines;

const CONTRACT: &str = "/contrats/ocean-indien-2019-2023";

fn party(
    section: Uuid,
    organisation: &str,
    membership: Membership,
) -> jalon::contracts::store::TermEdit {
    let slot = Slot::Party {
        role: "ars".to_owned(),
        organisation: organisation.to_owned(),
    };
    edit(section, slot, TermBody::Party(membership))
}

async fn parties(hand: &Hand<'_>, section: Uuid, as_of: i64) -> Vec<String> {
    let full = hand.full().await;
    let held = parties_in_force(&full.contract, &full.in_force(as_of), section);
    held.into_iter()
        .map(|(_, organisation)| organisation)
        .collect()
}

/// Names and signs the first contract, whose every target is left aside, and gives its change.
async fn signed_without_targets(hand: &Hand<'_>) -> i64 {
    let full = hand.full().await;
    let mut edits = Vec::new();
    for section in &full.contract.sections {
        for line in hand
            .book
            .lines(&full.contract, section, &full.in_force(i64::MAX))
        {
            for facet in line.facets.iter().filter(|_| line.is_retained()) {
                for year in full.contract.years() {
                    let target = jalon::contracts::Target::ObservedOnly;
                    edits.push(super::hand::aims(
                        section.id,
                        &line.key,
                        facet.measure,
                        year,
                        target,
                    ));
                }
            }
        }
    }
    let framework = hand.book.framework();
    let never = |key: &str| {
        let indicator = framework.indicators.iter().find(|i| i.key == key).unwrap();
        let kind = framework
            .kinds
            .iter()
            .find(|kind| kind.key == indicator.kind)
            .unwrap();
        kind.target == jalon::frameworks::TargetUse::Never
    };
    edits.retain(|edit| !never(edit.key.slot.subject()));
    hand.agrees("contrat", None, edits, BOTH, "2019-07-19")
        .await
}

on_both_engines! {
    async fn an_amendment_changes_the_parties_of_each_section(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, OCEAN_INDIEN).await;
        let (reunion, mayotte) = (hand.section("la-reunion").await, hand.section("mayotte").await);
        let first = signed_without_targets(&hand).await;
        hand.drafts("avenant", Some("Deux agences succèdent à une.")).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("{CONTRACT}/actes/2/parties");
        let shown = site.get(&path).await;
        assert!(shown.body.contains("name=\"mayotte.ars\" value=\"ARS-OI\""), "{}", shown.body);
        let form = |mayotte: &'static str| {
            [
                ("la-reunion.etat", "MSS"), ("la-reunion.ars", "ARS La Réunion"), ("vu:la-reunion.ars", "ARS-OI"),
                ("mayotte.etat", "MSS"), ("mayotte.ars", mayotte), ("vu:mayotte.ars", "ARS-OI"),
            ]
        };
        for (wrong, told) in [("ARS Atlantide", "n’est pas connu"), ("", "Nommez au moins une"), ("ARS-73", "n’existe plus depuis")] {
            let refused = site.post(&path, &form(wrong)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.body.contains(told) && refused.body.contains("value=\"ARS La Réunion\""), "{told}\n{}", refused.body);
        }
        let saved = site.post(&path, &form("ARS Mayotte")).await;
        assert_eq!(saved.location.as_deref(), Some(&*format!("{CONTRACT}/actes/2?enregistre=4")), "{}", saved.body);
        let again = site.post(&path, &form("ARS Mayotte")).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "the form was shown before the first was recorded");
        assert_eq!(parties(&hand, mayotte, i64::MAX).await, ["MSS", "ARS-OI"], "a draft counts for nothing");

        let draft = hand.full().await.instrument(2).unwrap().id;
        hand.names_signatories(draft, BOTH, "2019-12-20").await;
        let divided = hand.signs(draft).await.unwrap();
        assert_eq!(parties(&hand, reunion, divided).await, ["MSS", "ARS-04"]);
        assert_eq!(parties(&hand, mayotte, divided).await, ["MSS", "ARS-06"]);
        assert_eq!(parties(&hand, mayotte, first).await, ["MSS", "ARS-OI"]);
        let page = site.get(CONTRACT).await.body;
        for told in ["Changements de parties et de territoires", "Parties, Mayotte", "/organisations/ARS-06", "Deux agences succèdent à une."] {
            assert!(page.contains(told), "{told}\n{page}");
        }
    }
}

on_both_engines! {
    async fn every_role_that_signs_is_held_and_by_an_act_that_may(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, OCEAN_INDIEN).await;
        let mayotte = hand.section("mayotte").await;
        signed_without_targets(&hand).await;
        let draft = hand.drafts("avenant", Some("Départ")).await;
        hand.names_signatories(draft, BOTH, "2019-12-20").await;
        hand.writes(draft, vec![party(mayotte, "ARS-OI", Membership::Leaves)]).await;
        assert_eq!(blocked(&hand, draft).await, [ObstacleKind::MissingParty]);
        hand.writes(draft, vec![party(mayotte, "MSS", Membership::Joins)]).await;
        assert_eq!(blocked(&hand, draft).await, [ObstacleKind::PartyTwice]);
    }
}

on_both_engines! {
    async fn an_act_that_may_not_change_parties_does_not(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let draft = hand.drafts("actualisation", Some("Une agence de plus")).await;
        hand.names_signatories(draft, BOTH, "2025-12-20").await;
        hand.writes(draft, vec![party(section, "ARS-11", Membership::Joins)]).await;
        assert_eq!(blocked(&hand, draft).await, [ObstacleKind::NotAllowed]);
        let mut site = bench.site().await;
        site.sign_in().await;
        let closed = site.get("/contrats/normandie-2024-2028/actes/2/parties").await;
        assert_eq!(closed.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn blocked(hand: &Hand<'_>, draft: Uuid) -> Vec<ObstacleKind> {
    match hand.signs(draft).await {
        Err(ContractError::Blocked(obstacles)) => obstacles.iter().map(|o| o.kind).collect(),
        other => panic!("{other:?}"),
    }
}

on_both_engines! {
    async fn a_section_moves_to_another_place_and_its_values_with_it(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, OCEAN_INDIEN).await;
        let first = signed_without_targets(&hand).await;
        let stage = crate::stage::Stage::beside(&bench, actor, bench.db.clone());
        let file = "indicateur;territoire;annee;valeur\ndepistage-cancer-col-uterus;Mayotte;2022;31,4\ndepistage-cancer-col-uterus;Guyane;2022;44,8\n";
        let read = stage.rehearse(file).await;
        assert_eq!(read.problems, []);
        stage.commit(read.id).await.unwrap();
        let draft = hand.drafts("avenant", Some("Le volet change de territoire.")).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("{CONTRACT}/actes/2/parties");
        let wrong = site.post(&path, &[("mayotte.territoire", "Atlantide")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("n’est pas un territoire connu") && wrong.body.contains("value=\"Atlantide\""), "{}", wrong.body);
        let form = [("mayotte.territoire", "Guyane"), ("vu:mayotte.territoire", "06")];
        let saved = site.post(&path, &form).await;
        assert_eq!(saved.location.as_deref(), Some(&*format!("{CONTRACT}/actes/2?enregistre=1")), "{}", saved.body);
        let late = site.post(&path, &form).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        let in_mayotte = format!("{CONTRACT}?volet=mayotte");
        assert!(site.get(&in_mayotte).await.body.contains("31,4"), "a draft counts for nothing");
        hand.names_signatories(draft, BOTH, "2019-12-20").await;
        let moved = hand.signs(draft).await.unwrap();
        let page = site.get(&in_mayotte).await.body;
        assert!(page.contains("44,8") && !page.contains("31,4"), "{page}");
        assert!(page.contains("Couvre Guyane") && page.contains("Le volet change de territoire."), "{page}");
        assert_eq!(place(&hand, first).await, "06");
        assert_eq!(place(&hand, moved).await, "03");
    }
}

on_both_engines! {
    async fn a_contract_is_listed_under_whoever_is_party_today(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, OCEAN_INDIEN).await;
        let (reunion, mayotte) = (hand.section("la-reunion").await, hand.section("mayotte").await);
        signed_without_targets(&hand).await;
        hand.agrees("avenant", Some("Deux agences succèdent à une."), vec![
            party(reunion, "ARS-OI", Membership::Leaves), party(reunion, "ARS-04", Membership::Joins),
            party(mayotte, "ARS-OI", Membership::Leaves), party(mayotte, "ARS-06", Membership::Joins),
        ], BOTH, "2019-12-20").await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mayotte = site.get("/contrats?organisation=ARS-06").await.body;
        for told in ["CPOM 2019-2023 de l’ARS Océan Indien", "partie depuis le 20 décembre 2019", "jusqu’au 20 décembre 2019"] {
            assert!(mayotte.contains(told), "{told}\n{mayotte}");
        }
        let named = site.get("/contrats?q=mayotte").await.body;
        assert!(named.contains("ocean-indien-2019-2023"), "{named}");
        let former = site.get("/contrats?organisation=ARS-OI").await.body;
        assert!(former.contains("ocean-indien-2019-2023"), "{former}");
        let none = site.get("/contrats?organisation=ARS-28").await.body;
        assert!(none.contains("Aucun contrat ne répond"), "{none}");
    }
}

/// The place of the second section after a change.
async fn place(hand: &Hand<'_>, as_of: i64) -> String {
    let full = Arc::new(hand.full().await).placed(as_of);
    full.contract.section("mayotte").unwrap().place.clone()
}
