//! The figures as they were: at any change, in any process.

use std::collections::BTreeMap;

use jalon::access::store::AddPerson;
use jalon::access::{self, NewPerson, permit};
use jalon::imports::{CommitBatch, Committed};
use jalon::platform::db::Db;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::stage::{Figures, Stage, dump};

/// One file: for some regions and years, a rate for girls and one for boys.
type File = Vec<(usize, i16, i64, Option<i64>)>;

fn files() -> impl Strategy<Value = Vec<File>> {
    let row = (
        0_usize..6,
        2021_i16..2024,
        0_i64..8,
        proptest::option::of(0_i64..4),
    );
    let file = proptest::collection::vec(row, 1..6);
    proptest::collection::vec(file, 1..9)
}

fn text(file: &File) -> String {
    let regions = ["01", "11", "Bretagne", "76", "FR", "Mayotte"];
    let mut text = "territoire;annee;2.c.1;2.c.2\n".to_owned();
    // Later rows of the same place and year would contradict the first.
    let rows: BTreeMap<_, _> = file.iter().map(|row| ((row.0, row.1), row)).collect();
    for (region, year, girls, boys) in rows.into_values() {
        let boys = boys.map_or_else(|| "nd".to_owned(), |n| format!("{n},5"));
        text += &format!("{};{year};{girls};{boys}\n", regions[*region]);
    }
    text
}

/// A change that touches no figure.
async fn open_account(stage: &Stage<'_>, email: String) -> i64 {
    let mut change = stage.change("person.add").await;
    let permit = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let new = NewPerson {
        name: "Personne d’essai".to_owned(),
        email: email.parse().unwrap(),
        password: "$".to_owned(),
    };
    access::store::add_person(&mut change, permit, new)
        .await
        .unwrap();
    change.commit().await.unwrap().unwrap()
}

on_both_engines! {
    async fn the_figures_as_of_a_change_are_those_that_were_current_then(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut runner = TestRunner::deterministic();
        let mut recorded: BTreeMap<i64, Figures> = BTreeMap::new();
        for case in 0..10 {
            for (step, file) in files().new_tree(&mut runner).unwrap().current().iter().enumerate() {
                let rehearsal = stage.rehearse_current(text(file)).await;
                assert_eq!(rehearsal.problems, []);
                if let Committed::Now(no) = stage.commit(rehearsal.id).await.unwrap() {
                    let view = stage.figures().await;
                    assert_eq!(view.at_change(), no);
                    recorded.insert(no, dump(&view));
                }
                if step % 3 == 2 {
                    let no = open_account(&stage, format!("p{case}-{step}@example.org")).await;
                    recorded.insert(no, dump(&stage.figures().await));
                }
            }
        }
        assert!(recorded.len() > 30 && recorded.values().any(|f| f.values().any(|f| f.no > 3)));
        let db = Db::open(&bench.url).await.unwrap();
        let other = Stage::beside(&bench, stage.actor, db);
        // Read backwards and forwards: what is kept in memory must not change the answer.
        for (no, figures) in recorded.iter().chain(recorded.iter().rev()) {
            assert_eq!(&dump(&stage.figures_at(*no).await), figures, "change {no}");
            assert_eq!(&dump(&other.figures_at(*no).await), figures, "change {no}");
        }
        let (first, _) = recorded.first_key_value().unwrap();
        assert!(dump(&stage.figures_at(first - 1).await).is_empty());
        assert_eq!(Some(&dump(&other.figures().await)), recorded.values().last());
    }
}

on_both_engines! {
    async fn what_another_process_commits_is_seen_at_once(bench: Bench) {
        let mine = Stage::set(&bench).await;
        let theirs = Stage::beside(&bench, mine.actor, Db::open(&bench.url).await.unwrap());
        let first = mine.load(hpv()).await;
        assert_eq!(dump(&theirs.figures().await), dump(&mine.figures().await));
        let second = theirs.load(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4")).await;
        assert_eq!(dump(&mine.figures().await), dump(&theirs.figures().await));
        let third = mine.load(corrected("84,2023,54.3,25.4", "84,2023,54.9,25.4")).await;
        assert_eq!((second, third), (first + 1, first + 2));
        for at in [first, second, third] {
            assert_eq!(dump(&mine.figures_at(at).await), dump(&theirs.figures_at(at).await));
        }
        assert_ne!(dump(&mine.figures_at(first).await), dump(&mine.figures_at(second).await));
    }
}

on_both_engines! {
    async fn a_transaction_opened_earlier_still_reads_what_it_saw(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut old = bench.db.read().await.unwrap();
        // On PostgreSQL the first statement fixes what the transaction sees.
        let seen = dump(&stage.snapshots.current(&mut old, &stage.reach().await).await.unwrap());
        stage.load(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4")).await;
        let newer = dump(&stage.figures().await);
        assert_ne!(seen, newer);
        assert_eq!(dump(&stage.snapshots.current(&mut old, &stage.reach().await).await.unwrap()), seen);
        // And it does not bring back for others what it saw.
        assert_eq!(dump(&stage.figures().await), newer);
    }
}

on_both_engines! {
    async fn figures_read_in_a_change_that_is_given_up_are_forgotten(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let no = stage.last_change().await + 1;
        let rehearsal = stage.rehearse(hpv()).await;
        let mut change = stage.change("import.commit").await;
        let reach = &stage.reach().await;
        let leave = permit::<CommitBatch>(&mut change, rehearsal.id).await.unwrap();
        let outcome = stage.imports.commit_in(&mut change, leave, None).await.unwrap();
        assert_eq!(outcome, Committed::Now(no));
        // The change sees what it wrote.
        let inside = stage.snapshots.current(change.tx(), reach).await.unwrap();
        let inside_at = stage.snapshots.as_of(change.tx(), reach, no).await.unwrap();
        assert_eq!((dump(&inside).len(), dump(&inside_at).len()), (72, 72));
        drop(change);
        assert!(dump(&stage.figures().await).is_empty());
        assert_eq!(stage.load("region;annee;2.c.1\n93;2021;30,5\n").await, no);
        assert_eq!(dump(&stage.figures().await).len(), 1);
        assert_eq!(dump(&stage.figures_at(no).await).len(), 1);
    }
}

on_both_engines! {
    async fn a_change_to_come_is_not_remembered_as_it_is_now(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let next = stage.last_change().await + 1;
        assert!(dump(&stage.figures_at(next).await).is_empty());
        assert_eq!(stage.load(hpv()).await, next);
        assert_eq!(dump(&stage.figures_at(next).await).len(), 72);
    }
}
