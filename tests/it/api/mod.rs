//! The API, as a program sees it.

mod additive;
mod asked;
mod dhis2;
mod documents;
mod files;
mod intake;
mod reading;
mod said;
mod terminal;
mod tokens;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use jalon::access::token::{CreateToken, NewToken, Secret, TokenScope, store};
use jalon::access::{Act as _, permit};
use jalon::ledger::{Actor, Change};
use jiff::civil::Date;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::support::{Answer, Bench, Site};

/// Vaccination coverage by region, as published.
fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

/// Opens an access of that person until that day.
pub async fn open(bench: &Bench, actor: Actor, scope: TokenScope, until: Date) -> (Uuid, Secret) {
    let (secret, today) = (Secret::random(), bench.clock.today());
    let new = NewToken::new("entrepôt de données", scope, Some(until), today).unwrap();
    let clock = &bench.clock;
    let mut change = Change::open(&bench.db, clock, actor, CreateToken::NAME)
        .await
        .unwrap();
    let leave = permit::<CreateToken>(&mut change, actor.person().unwrap())
        .await
        .unwrap();
    let id = store::create(&mut change, leave, &new, &secret)
        .await
        .unwrap();
    change.commit().await.unwrap();
    (id, secret)
}

/// A program that holds a token.
pub struct Program {
    site: Site,
    secret: Secret,
}

impl Program {
    pub async fn of(bench: &Bench, actor: Actor, scope: TokenScope) -> Self {
        let until = bench.clock.today().saturating_add(jiff::ToSpan::days(30));
        let (_, secret) = open(bench, actor, scope, until).await;
        Self::with(bench, secret).await
    }

    async fn with(bench: &Bench, secret: Secret) -> Self {
        Self::over(bench.site().await, secret)
    }

    /// Another program of the same site.
    pub fn over(site: Site, secret: Secret) -> Self {
        Self { site, secret }
    }

    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.secret.reveal());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, bearer);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Body::empty()).await
    }

    /// What an address gives, which must be given.
    async fn read(&mut self, path: &str) -> Json {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        json(&answer)
    }

    /// Every item of a list, page after page.
    pub async fn read_all(&mut self, path: &str, limit: usize) -> Vec<Json> {
        let join = if path.contains('?') { '&' } else { '?' };
        let first = format!("{path}{join}limit={limit}");
        let (mut address, mut items) = (first.clone(), Vec::new());
        loop {
            let page = self.read(&address).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => address = format!("{first}&cursor={next}"),
                None => return items,
            }
        }
    }

    pub async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.ask(Method::POST, path, &all, body.to_string()).await
    }
}

fn json(answer: &Answer) -> Json {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

/// The last word of the address that explains a problem.
fn problem(answer: &Answer) -> String {
    assert_eq!(
        answer.headers["content-type"], "application/problem+json",
        "{}",
        answer.body
    );
    let document = json(answer);
    assert_eq!(document["status"], answer.status.as_u16());
    let kind = document["type"].as_str().unwrap();
    kind.strip_prefix("/erreurs/").unwrap().to_owned()
}
