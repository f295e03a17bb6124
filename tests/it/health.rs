//! What watches a server.

use axum::http::StatusCode;

use crate::on_both_engines;

on_both_engines! {
    async fn a_server_says_that_it_is_alive_and_ready_to_anyone(bench: Bench) {
        let mut site = bench.site().await;
        for path in ["/healthz", "/readyz"] {
            let answer = site.get(path).await;
            assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"), "{path}");
        }
        // What it counts stands on another address, never on that of the site.
        assert_eq!(site.get("/metrics").await.status, StatusCode::NOT_FOUND);
        bench.db.clone().close().await;
        assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
        let answer = site.get("/readyz").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "indisponible"));
    }
}

/// The only test that counts: the counts of a process are one, whichever of its tests asked.
#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_address() {
    let bench = crate::support::Bench::sqlite().await;
    let counted = jalon::platform::metrics::install(bench.db.clone()).unwrap();
    bench.install().await;
    let mut site = bench.site().await;
    site.sign_in().await;
    site.get("/contrats/un-nom-a-taire?q=mot-a-taire").await;
    site.get("/contrats").await;
    site.get("/rien/ici").await;
    let text = counted.text();
    for line in [
        r#"jalon_http_requests_total{method="GET",route="/contrats/{slug}",status="4xx"} "#,
        r#"jalon_http_requests_total{method="GET",route="/contrats",status="2xx"} "#,
        r#"jalon_http_requests_total{method="GET",route="none",status="4xx"} "#,
        r#"jalon_http_request_duration_seconds_count{method="GET",route="/contrats"} "#,
        "jalon_database_connections ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    for told in ["un-nom-a-taire", "mot-a-taire", "coordination"] {
        assert!(!text.contains(told), "{told}\n{text}");
    }
}
