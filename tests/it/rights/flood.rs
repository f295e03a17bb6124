//! Many refusals at once: whoever writes still does.

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
        assert_eq!(kept(&bench).await, 2 * MANY, "none is lost");
    }
}
