//! Requests as many people send them: each on connections kept open, over the loopback.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use ureq::Agent;
use ureq::http::header::{self, HeaderName};

use crate::program::{Server, free_address};

/// Connections at once, each kept by one thread.
const CLIENTS: usize = 4;
/// Names the address that the bare server listens on, in the process that is to serve.
const BARE: &str = "JALON_BENCH_BARE";

/// What a server gave under a load.
pub struct Load {
    pub per_second: f64,
    /// Time of a processor for one request.
    pub processor: Duration,
    /// What one request in a hundred exceeds.
    pub p99: Duration,
}

/// A client that keeps its connections and follows nothing.
pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build();
    config.into()
}

/// How the requests of a person say whose they are: a header and its value.
pub type Credential = (HeaderName, String);

/// The session of a person who signs in.
pub fn sign_in(base: &str, email: &str, password: &str) -> Credential {
    let form = [("email", email), ("password", password)];
    let answer = agent().post(format!("{base}/connexion")).send_form(form);
    let answer = answer.unwrap();
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let session = cookies
        .into_iter()
        .find(|cookie| cookie.starts_with("jalon="));
    let session = session.unwrap_or_else(|| panic!("{email}: {}", answer.status()));
    let session = session.split(';').next().unwrap().to_owned();
    (header::COOKIE, session)
}

/// Asks for a page so many times, as each of these people in turn; `write` is called once in a
/// thousand requests.
pub fn load(
    server: &Server,
    path: &str,
    people: &[Credential],
    requests: usize,
    write: &(dyn Fn() + Sync),
) -> Load {
    let url = format!("{}{path}", server.base);
    let next = AtomicUsize::new(0);
    let (before, begun) = (server.processor(), Instant::now());
    let client = || {
        let agent = agent();
        let mut taken = Vec::new();
        loop {
            let no = next.fetch_add(1, Ordering::Relaxed);
            if no >= requests {
                return taken;
            }
            if no % 1_000 == 999 {
                write();
            }
            let (name, credential) = &people[no % people.len()];
            let asked = Instant::now();
            let answer = agent
                .get(&url)
                .header(name, credential)
                .header(header::ACCEPT_ENCODING, "gzip")
                .call()
                .unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            answer.into_body().read_to_vec().unwrap();
            taken.push(asked.elapsed());
        }
    };
    let mut all = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let taken = clients
            .into_iter()
            .flat_map(|client| client.join().unwrap());
        taken.collect::<Vec<_>>()
    });
    let (took, processor) = (begun.elapsed(), server.processor().saturating_sub(before));
    all.sort_unstable();
    let many = u32::try_from(requests).unwrap();
    Load {
        per_second: f64::from(many) / took.as_secs_f64(),
        processor: processor / many,
        p99: all[all.len() * 99 / 100],
    }
}

/// A server that only says hello, in a process of its own.
pub fn bare() -> Server {
    let address = free_address();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let server = Server::start(command.env(BARE, &address), &address);
    while ureq::get(format!("{}/", server.base)).call().is_err() {
        std::thread::sleep(Duration::from_millis(2));
    }
    server
}

/// Serves « bonjour » where this process was started for it, and never comes back then.
pub fn serves_bare() -> bool {
    let Ok(address) = std::env::var(BARE) else {
        return false;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let router = Router::new().route("/", get(|| async { "bonjour" }));
        axum::serve(listener, router).await.unwrap();
    });
    true
}
