//! Numbers for whoever watches a server: requests by route, memories refreshed, connections.
//!
//! What lives here: how they are counted and written for Prometheus. What never does: anything of
//! a person or a thing. A request is named by the template of its route, never by its address.
//! Nothing is kept until [`install`] is called: counting then costs nothing.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::db::Db;

const REQUESTS: &str = "jalon_http_requests_total";
const DURATIONS: &str = "jalon_http_request_duration_seconds";
const REFRESHES: &str = "jalon_memory_refreshes_total";
const CONNECTIONS: &str = "jalon_database_connections";
const IDLE: &str = "jalon_database_connections_idle";

/// Upper ends of the classes of durations, in seconds.
const CLASSES: [f64; 11] = [
    0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// What was counted in this process.
#[derive(Clone, Debug)]
pub struct Counted {
    counts: PrometheusHandle,
    db: Db,
}

/// Begins to count, once for a process.
///
/// # Errors
/// Where it was begun already.
pub fn install(db: Db) -> Result<Counted, BuildError> {
    let counts = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATIONS.to_owned()), &CLASSES)?
        .install_recorder()?;
    describe_counter!(
        REQUESTS,
        "Requests answered, by method, route and class of status"
    );
    describe_histogram!(
        DURATIONS,
        "Time to the head of the answer, by method and route"
    );
    describe_counter!(
        REFRESHES,
        "Times that what is held in memory was read on, by memory"
    );
    describe_gauge!(CONNECTIONS, "Connections to the database that are open");
    describe_gauge!(IDLE, "Connections to the database that wait for work");
    Ok(Counted { counts, db })
}

impl Counted {
    /// Everything counted so far, in the text format of Prometheus.
    pub fn text(&self) -> String {
        let (open, idle) = self.db.connections();
        gauge!(CONNECTIONS).set(f64::from(open));
        gauge!(IDLE).set(f64::from(idle));
        self.counts.run_upkeep();
        self.counts.render()
    }
}

/// Counts a request once it is answered.
pub async fn count_requests(request: Request, next: Next) -> Response {
    let method = method(&request);
    let route = route(&request).to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let class = match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => class)
        .increment(1);
    histogram!(DURATIONS, "method" => method, "route" => route)
        .record(begun.elapsed().as_secs_f64());
    response
}

/// Counts that a memory was read on from the database.
pub fn refreshed(memory: &'static str) {
    counter!(REFRESHES, "memory" => memory).increment(1);
}

/// The template of a request's route, such as `/contrats/{slug}`.
pub fn route(request: &Request) -> &str {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("none", MatchedPath::as_str)
}

/// The usual methods by their names: a client may invent others without end.
fn method(request: &Request) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
