//! The store: what is recorded, what is refused, what stays readable.

use jalon::access::{NotPermitted, Reach, Refusal, permit};
use jalon::contracts::store::{
    ContractError, NationalTarget, NewInstrument, TermEdit, abandon, draft_instrument, list,
    national_targets, rebase, set_national_target, set_signatories, set_terms, sign,
    subject_changes,
};
use jalon::contracts::{
    AbandonInstrument, ContractsHolder, DraftInstrument, EditInstrument, ObstacleKind,
    RebaseInstrument, SetNationalTarget, SignInstrument, Slot, State, TargetsOf, TermBody, TermKey,
    TermsOf, WriteTerms,
};
use jalon::frameworks::Holder as _;
use jalon::ledger::{LedgerError, Verified, last_change, verify};

use super::hand::{
    BOTH, HPV, Hand, NORMANDIE, aims, colleague, contract_allowed_to, edit, furnish,
    normandie_terms, number, shipped_book, signatories, target_slot,
};
use crate::on_both_engines;

on_both_engines! {
    async fn a_permit_for_one_organisation_prepares_the_contract_of_no_other(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, NORMANDIE.family).await;
        let told = contract_allowed_to(&bench, actor, &NORMANDIE, "ARS-53").await;
        assert!(matches!(told, Err(ContractError::OthersPermit)), "{told:?}");
        assert!(contract_allowed_to(&bench, actor, &NORMANDIE, "ARS-28").await.is_ok());
    }
}

on_both_engines! {
    async fn a_draft_counts_for_nothing_and_holds_only_what_it_changes(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let draft = hand.drafts("avenant", Some("Relever 2026")).await;
        let to = |value: &str| vec![aims(section, "2.c.1", HPV, 2026, number(value))];
        assert_eq!(hand.writes(draft, to("71")).await, 0);
        assert_eq!(hand.writes(draft, to("72")).await, 1);
        assert_eq!(hand.writes(draft, to("72")).await, 0);
        let full = hand.full().await;
        assert_eq!(full.in_force(i64::MAX).target(section, "2.c.1", HPV, 2026), Some(&number("71")));
        assert_eq!(full.overlay(full.instrument(2).unwrap()).touched.len(), 1);
        assert_eq!(hand.writes(draft, to("71")).await, 1);
        let full = hand.full().await;
        assert!(full.overlay(full.instrument(2).unwrap()).touched.is_empty());
    }
}

on_both_engines! {
    async fn what_is_taken_away_is_no_longer_in_force(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let mut terms = normandie_terms(section);
        terms.push(aims(section, "2.c.1", "inconnue", 2024, number("1")));
        terms.pop();
        hand.agrees("contrat", None, terms, BOTH, "2024-12-20").await;
        let draft = hand.drafts("avenant", Some("Retirer 2028")).await;
        let key = TermKey { section, slot: target_slot("2.c.1", HPV, 2028) };
        hand.writes(draft, vec![TermEdit { key: key.clone(), wanted: None, motive: None }]).await;
        let full = hand.full().await;
        let overlay = full.overlay(full.instrument(2).unwrap());
        assert!(overlay.before.get(&key).is_some());
        assert!(overlay.after.get(&key).is_none());
    }
}

on_both_engines! {
    async fn signed_terms_can_no_longer_be_written(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let signed = hand.full().await.instrument(1).unwrap().id;
        let edits = vec![aims(section, "2.c.1", HPV, 2026, number("50"))];
        let mut change = hand.change(actor).await;
        let refused = permit::<WriteTerms>(&mut change, TermsOf::edits(signed, &edits)).await;
        let Err(NotPermitted::Denied(denied)) = refused else { panic!("{refused:?}") };
        assert_eq!(denied.kind, Refusal::Stage, "{}", denied.sentence);
        drop(change);
        // Nor by the installation itself, whose rights nobody judges.
        let mut change = hand.change(jalon::ledger::Actor::Installation).await;
        let permit = permit::<WriteTerms>(&mut change, TermsOf::edits(signed, &edits)).await.unwrap();
        let refused = set_terms(&mut change, permit, edits).await;
        assert!(matches!(refused, Err(ContractError::NotADraft)), "{refused:?}");
    }
}

on_both_engines! {
    async fn two_drafts_on_one_base_do_not_both_pass_unseen(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let slow = hand.drafts("avenant", Some("Le lent")).await;
        hand.writes(slow, vec![aims(section, "2.c.1", HPV, 2026, number("70"))]).await;
        hand.names_signatories(slow, BOTH, "2025-06-01").await;
        let fast = vec![aims(section, "2.c.1", HPV, 2026, number("72"))];
        hand.agrees("avenant", Some("Le rapide"), fast, BOTH, "2025-05-01").await;

        let Err(ContractError::Blocked(obstacles)) = hand.signs(slow).await else {
            panic!("the slow draft must see what was signed");
        };
        assert_eq!(obstacles.len(), 1);
        assert_eq!(obstacles[0].kind, ObstacleKind::StaleBase);
        assert!(obstacles[0].sentence.contains("Avenant n° 1"), "{}", obstacles[0].sentence);
        let mut change = hand.change(actor).await;
        let allowed = permit::<RebaseInstrument>(&mut change, slow).await.unwrap();
        rebase(&mut change, allowed).await.unwrap();
        change.commit().await.unwrap();
        hand.signs(slow).await.unwrap();
        let full = hand.full().await;
        assert_eq!(full.in_force(i64::MAX).target(section, "2.c.1", HPV, 2026), Some(&number("70")));
    }
}

on_both_engines! {
    async fn a_change_after_a_confirmation_asks_for_it_again(bench: Bench) {
        let actor = bench.install().await;
        let other = colleague(&bench, actor).await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let slip = hand.drafts("correction", Some("Erreur de plume")).await;
        hand.writes(slip, vec![aims(section, "2.c.1", HPV, 2027, number("74"))]).await;
        hand.confirms(other, slip).await;
        hand.gives_motive(slip, "Erreur de recopie").await;
        assert!(hand.full().await.instrument(2).unwrap().confirmations.is_empty());
        hand.confirms(other, slip).await;
        hand.writes(slip, vec![aims(section, "2.c.1", HPV, 2027, number("10"))]).await;
        assert!(matches!(hand.signs(slip).await, Err(ContractError::Blocked(_))));
    }
}

on_both_engines! {
    async fn somebody_faster_is_noticed(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        let read = hand.full().await.instrument(1).unwrap().version;
        hand.writes(draft, normandie_terms(section)).await;
        let mut change = hand.change(actor).await;
        let stale = change.expect_version(draft, read).await;
        assert!(matches!(stale, Err(LedgerError::Stale(id)) if id == draft), "{stale:?}");
    }
}

on_both_engines! {
    async fn the_journal_has_one_entry_for_each_term_with_before_and_after(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, normandie_terms(section)).await;
        hand.writes(draft, vec![aims(section, "2.c.1", HPV, 2026, number("72"))]).await;
        let mut tx = bench.db.read().await.unwrap();
        let changes = subject_changes(&mut tx, &hand.full().await, "2.c.1").await.unwrap();
        assert_eq!(changes.len(), 8);
        assert_eq!(changes[0].before, Some(TermBody::Target(number("71"))));
        assert_eq!(changes[0].after, Some(TermBody::Target(number("72"))));
        assert_eq!(changes[0].row.who.as_deref(), Some("Coordination nationale"));
        let none = subject_changes(&mut tx, &hand.full().await, "2.c").await.unwrap();
        assert!(none.is_empty());
        let last = last_change(&mut tx).await.unwrap();
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(last));
    }
}

on_both_engines! {
    async fn a_term_that_says_one_thing_in_the_place_of_another_is_refused(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        let slot = Slot::Choice { indicator: "2.c.1".to_owned() };
        let mixed = edit(section, slot, TermBody::Target(number("1")));
        let mut change = hand.change(actor).await;
        let mixed = vec![mixed];
        let permit = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, &mixed)).await.unwrap();
        let refused = set_terms(&mut change, permit, mixed).await;
        assert!(matches!(refused, Err(ContractError::Misfit("choice"))), "{refused:?}");
    }
}

on_both_engines! {
    async fn what_is_given_up_stays_readable(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, normandie_terms(section)).await;
        let mut change = hand.change(actor).await;
        let allowed = permit::<AbandonInstrument>(&mut change, draft).await.unwrap();
        abandon(&mut change, allowed).await.unwrap();
        change.commit().await.unwrap();
        let full = hand.full().await;
        let given_up = full.instrument(1).unwrap();
        assert_eq!(given_up.state, State::Abandoned);
        assert!(full.in_force(i64::MAX).is_empty());
        assert_eq!(full.overlay(given_up).touched.len(), 7);
    }
}

on_both_engines! {
    async fn the_list_tells_what_is_signed_and_what_is_open(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", None).await;
        let mut tx = bench.db.read().await.unwrap();
        let reach = &Reach::of_installation();
        let all = list(&mut tx, reach, None, None).await.unwrap();
        assert_eq!((all.len(), all[0].signed, all[0].drafts), (1, 1, 1));
        // As it stood: no draft, and before its signature nothing at all.
        let signature = hand.full().await.last_signed(i64::MAX).unwrap().signed_change().unwrap();
        let then = list(&mut tx, reach, None, Some(signature)).await.unwrap();
        assert_eq!((then.len(), then[0].signed, then[0].drafts), (1, 1, 0));
        assert_eq!(then[0].signed_on, all[0].signed_on);
        assert!(list(&mut tx, reach, None, Some(signature - 1)).await.unwrap().is_empty());
        assert_eq!(all[0].signed_on.unwrap().to_string(), "2024-12-20");
        assert!(list(&mut tx, reach, Some("es-aura-2020-2024"), None).await.unwrap().is_empty());
    }
}

on_both_engines! {
    async fn national_targets_are_revised_and_never_overwritten(bench: Bench) {
        let actor = bench.install().await;
        let book = shipped_book("etat-ars-2024-2028");
        let mut numbers = Vec::new();
        for value in ["80", "80", "82"] {
            let mut change = jalon::ledger::Change::open(&bench.db, &bench.clock, actor, "contract.national_target").await.unwrap();
            let targets = TargetsOf::indicator(book.framework(), "2.c.1").unwrap();
            let permit = permit::<SetNationalTarget>(&mut change, targets).await.unwrap();
            let new = NationalTarget { indicator: "2.c.1".to_owned(), measure: HPV.to_owned(), year: 2028, target: number(value) };
            set_national_target(&mut change, permit, new).await.unwrap();
            numbers.push(change.commit().await.unwrap());
        }
        assert_eq!(numbers[1], None, "the same target again is no change");
        let mut tx = bench.db.read().await.unwrap();
        let mut at = async |as_of| {
            let found = national_targets(&mut tx, "etat-ars-2024-2028", as_of).await.unwrap();
            found.into_iter().map(|n| n.target).collect::<Vec<_>>()
        };
        assert_eq!(at(numbers[0].unwrap()).await, [number("80")]);
        assert_eq!(at(i64::MAX).await, [number("82")]);
        assert_eq!(at(0).await, []);
    }
}

on_both_engines! {
    async fn one_change_may_make_a_whole_contract_but_sign_only_once(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let mut change = hand.change(actor).await;
        let mut last = Ok(());
        for (act, terms) in [
            ("contrat", normandie_terms(section)),
            ("actualisation", vec![aims(section, "2.c.1", HPV, 2026, number("72"))]),
        ] {
            let new = NewInstrument {
                act: act.to_owned(),
                framework_revision: hand.book.revision(),
                motive: None,
                effective_on: None,
            };
            let contract = permit::<DraftInstrument>(&mut change, hand.contract).await.unwrap();
            let (id, _) = draft_instrument(&mut change, contract, new).await.unwrap();
            let edit = permit::<WriteTerms>(&mut change, TermsOf::edits(id, &terms)).await.unwrap();
            set_terms(&mut change, edit, terms).await.unwrap();
            let edit = permit::<EditInstrument>(&mut change, id).await.unwrap();
            set_signatories(&mut change, edit, signatories(BOTH, "2024-12-20")).await.unwrap();
            let allowed = permit::<SignInstrument>(&mut change, id).await.unwrap();
            last = sign(&mut change, allowed, &hand.book).await;
        }
        assert!(matches!(last, Err(ContractError::SignedTwice)), "{last:?}");
        let signed = change.commit().await.unwrap().unwrap();
        let full = hand.full().await;
        assert_eq!(full.last_signature(), signed);
        assert_eq!(full.in_force(i64::MAX).target(section, "2.c.1", HPV, 2026), Some(&number("71")));
    }
}

on_both_engines! {
    async fn a_framework_keeps_what_contracts_rest_on(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let asked = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let mut tx = bench.db.read().await.unwrap();
        let keys = asked(&["2.c.1", "2.c.2"]);
        let held = ContractsHolder.holds_indicators(&mut tx, NORMANDIE.framework, &keys).await.unwrap();
        assert_eq!(held, asked(&["2.c.1"]));
        let elsewhere = ContractsHolder.holds_indicators(&mut tx, "etat-ars-2019-2023", &keys).await.unwrap();
        assert!(elsewhere.is_empty());
        let held = ContractsHolder.holds_measures(&mut tx, &asked(&[HPV, "inconnue"])).await.unwrap();
        assert_eq!(held, asked(&[HPV]));
    }
}
