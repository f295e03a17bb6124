//! Ratios, measured in one run on one machine: what Jalon adds to the bare engine and server.
//!
//!     make bench                # or: tools/with-postgres cargo bench -- 100000
//!
//! The number is how many rows the file of values has. It prints the table that docs/bench.md
//! keeps. Nothing here is a test: a duration is read by a person, never asserted.

// A measure that cannot be taken ends the run.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::get;
use http_body_util::BodyExt as _;
use jalon::imports::reader::{Limits, Reader};
use jalon::platform::clock::Clock;
use jalon::platform::config::{Config, Overrides};
use jalon::platform::db::Db;
use jalon::site::{App, demo};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tower::ServiceExt as _;

const ROWS: usize = 10_000;
const REQUESTS: usize = 200;
const PAGE: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";
const FRAMEWORK: &str = "etat-ars-2024-2028";
/// Percentages, as many as 100,000 months of regions of the past take.
const INDICATORS: [&str; 4] = ["2.c.1", "2.c.2", "2.a", "1.c"];
const REGIONS: [&str; 18] = [
    "01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84",
    "93", "94",
];

/// One line of the table: what is measured, what it is held against, how each is written.
struct Line {
    what: &'static str,
    measured: String,
    bare: String,
    ratio: String,
}

#[tokio::main]
async fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let rows = rows.unwrap_or(ROWS);
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    println!("Build: {profile}. File of values: {rows} rows. Pages: median of {REQUESTS}.\n");
    println!("| engine | measured | Jalon | bare | ratio |\n|---|---|---|---|---|");
    let folder = tempfile::tempdir().unwrap();
    let lite = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    print(
        "SQLite",
        measure(&lite("demo.db"), &lite("bare.db"), folder.path(), rows).await,
    );
    match std::env::var("JALON_TEST_POSTGRES") {
        Ok(server) => {
            let demo = new_database(&server, "demo").await;
            let bare = new_database(&server, "bare").await;
            print(
                "PostgreSQL",
                measure(&demo, &bare, folder.path(), rows).await,
            );
        }
        Err(_) => eprintln!("JALON_TEST_POSTGRES names no server: SQLite alone was measured"),
    }
}

fn print(engine: &str, lines: Vec<Line>) {
    for line in lines {
        let Line {
            what,
            measured,
            bare,
            ratio,
        } = line;
        println!("| {engine} | {what} | {measured} | {bare} | {ratio} |");
    }
}

async fn new_database(server: &str, name: &str) -> String {
    let name = format!("jalon_bench_{name}_{}", std::process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    server.replacen("/postgres?", &format!("/{name}?"), 1)
}

async fn measure(demo: &str, bare: &str, folder: &Path, rows: usize) -> Vec<Line> {
    jalon(demo, &["demo", "--build-only"]);
    let mut lines = vec![page(demo).await];
    let path = folder.join("valeurs.csv");
    std::fs::write(&path, file(rows)).unwrap();
    let rehearsed = jalon(
        demo,
        &[
            "values",
            "rehearse",
            "--json",
            "--framework",
            FRAMEWORK,
            path.to_str().unwrap(),
        ],
    );
    let told: serde_json::Value = serde_json::from_str(&rehearsed.out).unwrap();
    let created = told["created"].as_u64().unwrap() + told["changed"].as_u64().unwrap();
    assert_eq!(usize::try_from(created), Ok(rows), "cells were refused");
    let id = told["rehearsal"].as_str().unwrap();
    let committed = jalon(demo, &["values", "commit", id]);
    let inserted = insert(bare, rows).await;
    lines.push(Line {
        what: "commit of a file of values, against a prepared insert for each row",
        measured: seconds(committed.took),
        bare: seconds(inserted),
        ratio: ratio(committed.took, inserted),
    });
    let undone = jalon(demo, &["values", "undo", id, "--reason", "mesure"]);
    for (what, run) in [
        ("rehearsal of that file: time, peak memory", &rehearsed),
        ("its commit: time, peak memory", &committed),
        ("its undoing: time, peak memory", &undone),
    ] {
        lines.push(Line {
            what,
            measured: format!("{}, {} MB", seconds(run.took), run.peak_kb / 1024),
            bare: String::new(),
            ratio: String::new(),
        });
    }
    lines
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

fn ratio(measured: Duration, bare: Duration) -> String {
    format!("{:.1}", measured.as_secs_f64() / bare.as_secs_f64())
}

/// A command of the program that ended well.
struct Run {
    out: String,
    took: Duration,
    peak_kb: u64,
}

fn jalon(url: &str, words: &[&str]) -> Run {
    // A file: a pipe that nobody reads yet would hold the program up.
    let mut out = tempfile::tempfile().unwrap();
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_jalon"))
        .args(words)
        .env("JALON_DATABASE_URL", url)
        .env_remove("JALON_TEST_POSTGRES")
        .stdout(out.try_clone().unwrap())
        .spawn()
        .unwrap();
    let mut peak_kb = 0;
    while child.try_wait().unwrap().is_none() {
        peak_kb = peak_kb.max(peak(&child));
        std::thread::sleep(Duration::from_millis(2));
    }
    let took = begun.elapsed();
    let mut told = String::new();
    out.seek(SeekFrom::Start(0)).unwrap();
    out.read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success(), "{words:?}: {told:.2000}");
    Run {
        out: told,
        took,
        peak_kb,
    }
}

/// The most memory a process held so far, as Linux tells it.
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or(0)
}

/// Monthly values of the indicators in every region, from January 1900 on.
fn cells(rows: usize) -> impl Iterator<Item = (&'static str, &'static str, String, usize)> {
    let months = (0..).flat_map(|month| REGIONS.map(|region| (month, region)));
    let cells = months.flat_map(|(month, region)| {
        let period = format!("{}-M{:02}", 1900 + month / 12, month % 12 + 1);
        INDICATORS.map(|indicator| (indicator, region, period.clone(), month % 90 + 1))
    });
    cells.take(rows)
}

fn file(rows: usize) -> String {
    let mut text = "indicateur;region;periode;valeur\n".to_owned();
    for (indicator, region, period, value) in cells(rows) {
        writeln!(text, "{indicator};{region};{period};{value}").unwrap();
    }
    text
}

const BARE_TABLE: &str = "create table bare (no bigint primary key, measure text not null,
    place text not null, period text not null, micros bigint not null)";
const BARE_INSERT: &str =
    "insert into bare (no, measure, place, period, micros) values ($1, $2, $3, $4, $5)";

/// The same rows by the engine alone: one prepared statement, one transaction.
async fn insert(url: &str, rows: usize) -> Duration {
    /// Both engines run the same lines; their types share no trait worth writing here.
    macro_rules! insert {
        ($connection:expr) => {{
            let mut connection = $connection;
            sqlx::query(BARE_TABLE)
                .execute(&mut connection)
                .await
                .unwrap();
            let begun = Instant::now();
            let mut tx = connection.begin().await.unwrap();
            for (no, (measure, place, period, value)) in cells(rows).enumerate() {
                sqlx::query(BARE_INSERT)
                    .bind(i64::try_from(no).unwrap())
                    .bind(measure)
                    .bind(place)
                    .bind(period)
                    .bind(i64::try_from(value).unwrap() * 1_000_000)
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
            begun.elapsed()
        }};
    }
    if url.starts_with("sqlite:") {
        let url = format!("{url}?mode=rwc");
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let wal = "pragma journal_mode = wal";
        sqlx::query(wal).execute(&mut connection).await.unwrap();
        insert!(connection)
    } else {
        insert!(PgConnection::connect(url).await.unwrap())
    }
}

/// A page of figures served from memory, against a server that only says hello.
async fn page(url: &str) -> Line {
    let db = Db::open(url).await.unwrap();
    let overrides = Overrides {
        database_url: Some(url.to_owned()),
        listen: None,
    };
    let config = Config::load(None, &overrides).unwrap();
    let reader = Reader::new(env!("CARGO_BIN_EXE_jalon"), Limits::default());
    let app = App::new(db, Clock::system(), config, reader)
        .await
        .unwrap()
        .router();
    let form = format!("email={}&password={}", demo::EMAIL, demo::PASSWORD);
    let request = Request::post("/connexion")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let signed = app.clone().oneshot(request).await.unwrap();
    let cookie = signed.headers()[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let bare = Router::new().route(PAGE, get(|| async { "bonjour" }));
    let (figures, hello) = (median(&app, &cookie).await, median(&bare, &cookie).await);
    let micros = |took: Duration| format!("{} µs", took.as_micros());
    Line {
        what: "page of an indicator, against a bare hello",
        measured: micros(figures),
        bare: micros(hello),
        ratio: ratio(figures, hello),
    }
}

async fn median(app: &Router, cookie: &str) -> Duration {
    let mut all = Vec::new();
    for _ in 0..REQUESTS {
        let request = Request::get(PAGE).header(header::COOKIE, cookie);
        let request = request.body(Body::empty()).unwrap();
        let begun = Instant::now();
        let answer = app.clone().oneshot(request).await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.into_body().collect().await.unwrap();
        all.push(begun.elapsed());
    }
    all.sort_unstable();
    all[all.len() / 2]
}
