//! The history: numbered in order, all or nothing, tied link by link.

mod rewriting;

use jalon::access::store::AddPerson;
use jalon::access::{self, NewPerson, permit};
use jalon::ledger::{Actor, Change, Verified, last_change, last_change_before, verify};

use crate::on_both_engines;
use crate::support::Bench;

pub async fn open_account(bench: &Bench, actor: Actor, email: &str) -> Option<i64> {
    let kind = "person.add";
    let mut change = Change::open(&bench.db, &bench.clock, actor, kind)
        .await
        .unwrap();
    let permit = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let new = NewPerson {
        name: "Personne d’essai".to_owned(),
        email: email.parse().unwrap(),
        password: "$".to_owned(),
    };
    access::store::add_person(&mut change, permit, new)
        .await
        .ok()?;
    change.commit().await.unwrap()
}

on_both_engines! {
    async fn changes_are_numbered_in_the_order_they_are_committed(bench: Bench) {
        let actor = bench.install().await;
        let writers = (0..12).map(|i| {
            let (bench, email) = (&bench, format!("p{i}@example.org"));
            async move { open_account(bench, actor, &email).await.unwrap() }
        });
        let mut numbers = futures_util::future::join_all(writers).await;
        numbers.sort_unstable();
        assert_eq!(numbers, (2..14).collect::<Vec<i64>>());
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(13));
    }
}

on_both_engines! {
    async fn a_change_that_fails_leaves_no_number(bench: Bench) {
        let actor = bench.install().await;
        assert_eq!(open_account(&bench, actor, "a@example.org").await, Some(2));
        assert_eq!(open_account(&bench, actor, "A@example.org").await, None);
        assert_eq!(open_account(&bench, actor, "b@example.org").await, Some(3));
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(last_change(&mut tx).await.unwrap(), 3);
    }
}

on_both_engines! {
    async fn the_change_known_on_a_day_is_the_last_before_its_end(bench: Bench) {
        let actor = bench.install().await;
        bench.clock.set("2026-03-15T22:59:59Z".parse().unwrap());
        open_account(&bench, actor, "a@example.org").await.unwrap();
        bench.clock.set("2026-03-15T23:00:00Z".parse().unwrap());
        open_account(&bench, actor, "b@example.org").await.unwrap();
        let end = jalon::platform::clock::end_of_day(jiff::civil::date(2026, 3, 15));
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(last_change_before(&mut tx, end).await.unwrap(), 2);
    }
}
