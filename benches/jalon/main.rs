//! Ratios, measured in one run on one machine: what Jalon adds to the bare engine, server and
//! renderer.
//!
//!     make bench                # or: tools/with-postgres cargo bench -- 100000
//!
//! The number is how many rows the file of values has. It prints the table that docs/bench.md
//! keeps. Nothing here is a test: a duration is read by a person, never asserted.

// A measure that cannot be taken ends the run.
#![allow(clippy::unwrap_used)]

mod dossiers;
mod history;
mod intake;
mod load;
mod pages;
mod program;

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use program::Program;

/// Rows of the file of values where none is said.
const ROWS: usize = 10_000;
/// The framework that pages, values and dossiers are measured on.
const FRAMEWORK: &str = "etat-ars-2024-2028";

/// One line of the table: what is measured, what it is held against, how each is written.
struct Line {
    what: String,
    measured: String,
    bare: String,
    ratio: String,
}

/// Where databases are made: one engine, and a folder for files.
struct Ground {
    engine: &'static str,
    server: Option<String>,
    folder: TempDir,
}

impl Ground {
    /// The address of an empty database.
    async fn database(&self, name: &str) -> String {
        let Some(server) = &self.server else {
            return format!("sqlite://{}", self.folder.path().join(name).display());
        };
        let name = format!("jalon_bench_{name}_{}", std::process::id());
        let mut connection = PgConnection::connect(server).await.unwrap();
        let create = AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create).execute(&mut connection).await.unwrap();
        server.replacen("/postgres?", &format!("/{name}?"), 1)
    }
}

fn main() {
    if load::serves_bare() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let rows = rows.unwrap_or(ROWS);
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    println!("Build: {profile}. File of values: {rows} rows.\n");
    println!("| engine | measured | Jalon | bare | ratio |\n|---|---|---|---|---|");
    let server = std::env::var("JALON_TEST_POSTGRES").ok();
    if server.is_none() {
        eprintln!("JALON_TEST_POSTGRES names no server: SQLite alone was measured");
    }
    let engines = [("SQLite", None), ("PostgreSQL", server)];
    for (engine, server) in engines {
        if engine == "PostgreSQL" && server.is_none() {
            continue;
        }
        let ground = Ground {
            engine,
            server,
            folder: tempfile::tempdir().unwrap(),
        };
        measure(&ground, rows).await;
    }
}

/// Every measure on one engine, each printed as soon as it is taken.
async fn measure(ground: &Ground, rows: usize) {
    let print = |lines: Vec<Line>| {
        for Line {
            what,
            measured,
            bare,
            ratio,
        } in lines
        {
            println!(
                "| {} | {what} | {measured} | {bare} | {ratio} |",
                ground.engine
            );
        }
    };
    let small = Program::on(ground.database("s").await);
    small.run(&["demo", "--build-only"]);
    print(pages::measure(&small, "S"));
    print(dossiers::measure(&small, ground).await);
    print(intake::measure(&small, ground, rows).await);
    print(history::measure(ground).await);
    let large = Program::on(ground.database("l").await);
    large.run(&[
        "demo",
        "--build-only",
        "--hospitals",
        "300",
        "--revisions",
        "20",
    ]);
    print(pages::measure(&large, "L"));
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

fn times(measured: Duration, bare: Duration) -> String {
    format!("{:.1}", measured.as_secs_f64() / bare.as_secs_f64())
}
