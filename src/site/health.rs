//! What watches a server: is it alive, is it ready, what did it do.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::App;
use crate::platform::db::Db;
use crate::platform::metrics::Counted;

/// `/healthz` and `/readyz`, open to anyone: they say nothing but a word.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
}

/// Whether requests can be served: the database answers, at the schema of this program.
async fn ready(State(db): State<Db>) -> (StatusCode, &'static str) {
    match db.check_schema().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "indisponible")
        }
    }
}

/// `/metrics`, on an address of its own that the public never reaches.
pub(super) async fn serve_metrics(listener: TcpListener, counted: Counted) -> std::io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "metrics");
    axum::serve(listener, metrics_router(counted)).await
}

fn metrics_router(counted: Counted) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .with_state(counted)
}

async fn metrics(State(counted): State<Counted>) -> impl IntoResponse {
    let media = "text/plain; version=0.0.4; charset=utf-8";
    ([(CONTENT_TYPE, media)], counted.text())
}
