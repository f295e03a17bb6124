//! What blocks a signature, one obstacle after the other, over the 2024-2028 framework.

use jalon::contracts::store::TermEdit;
use jalon::contracts::{Choice, Obstacle, ObstacleKind, Slot, Target, TermBody, check_draft};

use super::hand::{
    BOTH, HPV, Hand, NORMANDIE, aims, edit, normandie_terms, number, retains, starts_from,
};
use crate::support::Bench;

/// The obstacles of a first contract that says this.
async fn obstacles_of(
    write: impl AsyncFnOnce(&Hand<'_>, uuid::Uuid) -> Vec<TermEdit>,
) -> Vec<Obstacle> {
    let bench = Bench::sqlite().await;
    let actor = bench.install().await;
    let hand = Hand::creates(&bench, actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let draft = hand.drafts("contrat", None).await;
    hand.names_signatories(draft, BOTH, "2024-12-20").await;
    let edits = write(&hand, section).await;
    hand.writes(draft, edits).await;
    let full = hand.full().await;
    check_draft(
        &hand.book,
        &full,
        full.instrument(1).unwrap(),
        actor.person(),
    )
}

/// The first obstacle of a contract that says more than Normandie's.
async fn obstacle_of(more: impl FnOnce(uuid::Uuid) -> TermEdit) -> Obstacle {
    let found = obstacles_of(async |_, section| {
        let mut edits = normandie_terms(section);
        edits.push(more(section));
        edits
    });
    let mut found = found.await;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[tokio::test]
async fn a_whole_contract_meets_no_obstacle() {
    let found = obstacles_of(async |_, section| normandie_terms(section)).await;
    assert_eq!(found, []);
}

#[tokio::test]
async fn a_retained_slot_must_be_defined() {
    let found = obstacles_of(async |_, section| {
        let mut edits = vec![retains(section, "4.i")];
        edits
            .extend((2024..=2028).map(|year| aims(section, "4.i", "", year, Target::ObservedOnly)));
        edits
    });
    let found = found.await;
    assert_eq!(found[0].kind, ObstacleKind::Undefined);
    assert!(
        found[0].sentence.starts_with("4.i, définition : "),
        "{}",
        found[0].sentence
    );
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn an_expected_target_must_be_there_for_each_year() {
    let found = obstacles_of(async |_, section| {
        vec![
            retains(section, "2.c.1"),
            aims(section, "2.c.1", HPV, 2025, number("69")),
        ]
    });
    let found = found.await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, ObstacleKind::MissingTarget);
    assert!(
        found[0].sentence.contains("2024, 2026, 2027, 2028"),
        "{}",
        found[0].sentence
    );
}

#[tokio::test]
async fn a_target_beyond_the_bounds_of_its_measure_is_told_with_the_bound() {
    let found = obstacle_of(|s| aims(s, "2.c.1", HPV, 2026, number("120"))).await;
    assert_eq!(found.kind, ObstacleKind::OutOfBounds);
    assert_eq!(
        found.sentence,
        "2.c.1, cible 2026 : 120,0\u{202f}% est au-dessus du maximum plausible de la mesure (100,0\u{202f}%). Vérifiez le nombre."
    );
}

#[tokio::test]
async fn each_other_slip_is_named() {
    let beyond = obstacle_of(|s| aims(s, "2.c.1", HPV, 2031, number("80"))).await;
    assert_eq!(beyond.kind, ObstacleKind::OutOfPeriod);
    let late = obstacle_of(|s| starts_from(s, "2.c.1", HPV, "66.3", 2030)).await;
    assert_eq!(late.kind, ObstacleKind::OutOfPeriod);
    let text = Target::Value(jalon::kernel::Value::Text("beaucoup".to_owned()));
    let wrong = obstacle_of(|s| aims(s, "2.c.1", HPV, 2026, text)).await;
    assert_eq!(wrong.kind, ObstacleKind::WrongKind);
    let unknown = obstacle_of(|s| retains(s, "9.z")).await;
    assert_eq!(unknown.kind, ObstacleKind::UnknownSubject);
    let idle =
        obstacle_of(|s| starts_from(s, "2.b", "depistage-cancer-colorectal", "37", 2023)).await;
    assert_eq!(idle.kind, ObstacleKind::NotRetained);
    let unsaid = obstacle_of(|s| {
        let slot = Slot::Choice {
            indicator: "2.c.1".to_owned(),
        };
        edit(s, slot, TermBody::Choice(Choice::Retained))
    });
    // The edit replaces the choice and its motive by a choice without one.
    assert_eq!(unsaid.await.kind, ObstacleKind::MissingChoiceMotive);
}

#[tokio::test]
async fn a_contract_needs_someone_for_each_party_that_signs() {
    let found = obstacles_of(async |hand, section| {
        let draft = hand.full().await.instrument(1).unwrap().id;
        hand.names_signatories(draft, &["ars"], "2024-12-20").await;
        normandie_terms(section)
    });
    let found = found.await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, ObstacleKind::MissingSignatory);
    assert!(found[0].sentence.contains("Ministères chargés de la santé"));
}

#[tokio::test]
async fn an_act_changes_only_what_the_framework_lets_it() {
    let bench = Bench::sqlite().await;
    let actor = bench.install().await;
    let hand = Hand::creates(&bench, actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let early = hand.drafts("avenant", Some("Trop tôt")).await;
    let full = hand.full().await;
    let kinds = |obstacles: Vec<Obstacle>| obstacles.iter().map(|o| o.kind).collect::<Vec<_>>();
    let found = check_draft(
        &hand.book,
        &full,
        full.instrument_by_id(early).unwrap(),
        None,
    );
    assert_eq!(
        kinds(found),
        [
            ObstacleKind::WrongMoment,
            ObstacleKind::Empty,
            ObstacleKind::MissingSignatory,
            ObstacleKind::MissingSignatory,
            ObstacleKind::MissingSecondPerson,
        ]
    );
    hand.agrees(
        "contrat",
        None,
        normandie_terms(section),
        BOTH,
        "2024-12-20",
    )
    .await;
    let update = hand.drafts("actualisation", None).await;
    hand.names_signatories(update, BOTH, "2025-06-01").await;
    hand.writes(
        update,
        vec![starts_from(section, "2.c.1", HPV, "66.1", 2023)],
    )
    .await;
    let full = hand.full().await;
    let found = check_draft(
        &hand.book,
        &full,
        full.instrument_by_id(update).unwrap(),
        actor.person(),
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].kind, ObstacleKind::NotAllowed);
    assert!(
        found[0].sentence.contains("les valeurs initiales"),
        "{}",
        found[0].sentence
    );
    let unexplained = hand.drafts("avenant", None).await;
    let full = hand.full().await;
    let found = check_draft(
        &hand.book,
        &full,
        full.instrument_by_id(unexplained).unwrap(),
        actor.person(),
    );
    assert!(kinds(found).contains(&ObstacleKind::MissingMotive));
}
