//! What anyone reaches without signing in: a list that is read in a review.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jalon::platform::config::{Config, OpenId};

use crate::support::{Bench, Site};
use crate::tidy::sources;

/// Every text of the sources that could be an address of the site: more than there are routes, so
/// that none is forgotten.
fn addresses() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in sources(Path::new("src")) {
        for literal in text.split('"').skip(1).step_by(2) {
            let sound = |c: char| c.is_ascii_alphanumeric() || "/{}-_.*".contains(c);
            // « {} » is what a sentence or an address is filled in with, no route.
            let is_filled_in = literal.contains("{}");
            if literal.starts_with('/') && !is_filled_in && literal.chars().all(sound) {
                found.insert(literal.to_owned());
            }
        }
    }
    assert!(
        found.contains("/contrats/{slug}") && found.contains("/moi"),
        "{found:?}"
    );
    found
}

/// The address with something in place of its parameters.
fn filled(template: &str) -> String {
    let parts = template.split('/').map(|part| match part {
        // What only looks at the form of an identifier must not answer before who asks is known.
        named if named.starts_with('{') => "00000000-0000-0000-0000-000000000000",
        plain => plain,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Its pages lead somewhere only where there is one; nobody answers at this address.
fn with_provider(config: &mut Config) {
    config.openid = OpenId {
        issuer: "http://127.0.0.1:1".to_owned(),
        client_id: "jalon".to_owned(),
        ..OpenId::default()
    };
}

async fn asks(site: &mut Site, method: Method, address: &str) -> StatusCode {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = filled(address).parse().unwrap();
    let answer = site.send(request).await;
    match answer.location {
        Some(to) if to.starts_with("/connexion") => StatusCode::UNAUTHORIZED,
        _ => answer.status,
    }
}

#[tokio::test]
async fn without_signing_in_nothing_answers_but_what_is_listed() {
    let bench = Bench::sqlite().await;
    bench.install().await;
    let closed = [
        StatusCode::UNAUTHORIZED,
        StatusCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED,
    ];
    let mut open = String::new();
    for address in addresses() {
        for method in [Method::GET, Method::POST] {
            let mut site = bench.site_with(with_provider).await;
            let status = asks(&mut site, method.clone(), &address).await;
            if !closed.contains(&status) {
                open += &format!("{method} {address} {}\n", status.as_u16());
            }
        }
    }
    let listed = std::fs::read_to_string("tests/it/public-routes.txt").unwrap();
    assert_eq!(
        open, listed,
        "what is reached without signing in has changed: read it twice before writing it in tests/it/public-routes.txt"
    );
}
