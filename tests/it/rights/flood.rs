//! Many refusals at once: whoever writes still does.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jalon::ledger::Change;
use tokio::task::JoinSet;

use crate::on_both_engines;
use crate::support::Bench;

const MANY: i64 = 60;

fn foreign() -> Request<Body> {
    let asked = Request::post("/moi/mot-de-passe").header("Sec-Fetch-Site", "cross-site");
    asked.body(Body::empty()).unwrap()
}

async fn kept(bench: &Bench) -> i64 {
    let mut tx = bench.db.read().await.unwrap();
    let (kept,): (i64,) = tx
        .one(
            "select count(*) from access_event where kind = 'refused'",
            vec![],
        )
        .await
        .unwrap();
    kept
}

/// Looks until that many are kept: those that come while others are written are written after, by
/// a task that nobody waits for.
async fn assert_kept(bench: &Bench, wanted: i64) {
    let all = async {
        while kept(bench).await < wanted {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), all).await;
    assert!(in_time.is_ok(), "none is lost");
    assert_eq!(kept(bench).await, wanted);
}

on_both_engines! {
    async fn a_flood_of_refusals_takes_one_place_among_those_who_write(bench: Bench) {
        let first = bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        tokio::task::LocalSet::new().run_until(async {
            // While somebody writes, at most one of them waits for its turn; all others are answered.
            let writing = Change::open(&bench.db, &bench.clock, first, "test").await.unwrap();
            let mut flood = JoinSet::new();
            for _ in 0..MANY {
                let mut site = site.clone();
                flood.spawn_local(async move { site.send(foreign()).await.status });
            }
            for _ in 1..MANY {
                assert_eq!(flood.join_next().await.unwrap().unwrap(), StatusCode::FORBIDDEN);
            }
            // Whoever writes next comes right behind that one, whatever else comes meanwhile.
            for _ in 0..MANY {
                let mut site = site.clone();
                flood.spawn_local(async move { site.send(foreign()).await.status });
            }
            drop(writing);
            drop(Change::open(&bench.db, &bench.clock, first, "test").await.unwrap());
            while let Some(status) = flood.join_next().await {
                assert_eq!(status.unwrap(), StatusCode::FORBIDDEN);
            }
        }).await;
        assert_kept(&bench, 2 * MANY).await;
    }
}

on_both_engines! {
    async fn who_hangs_up_takes_no_refusal_along(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        // The first waits to be written, with those of others behind it.
        let mut writing = bench.db.write_aside().await.unwrap();
        if !writing.is_sqlite() {
            writing.run("lock table access_event in exclusive mode", vec![]).await.unwrap();
        }
        let mut gone = site.clone();
        let first_of_all = tokio::time::timeout(Duration::from_secs(1), gone.send(foreign()));
        assert!(first_of_all.await.is_err(), "it was answered before it was kept");
        for _ in 1..MANY {
            assert_eq!(site.send(foreign()).await.status, StatusCode::FORBIDDEN);
        }
        drop(writing);
        assert_eq!(site.send(foreign()).await.status, StatusCode::FORBIDDEN);
        assert_kept(&bench, MANY + 1).await;
    }
}
