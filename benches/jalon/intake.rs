//! What a file of values costs beside a bare insert of the same rows.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::program::Program;
use crate::{FRAMEWORK, Ground, Line, seconds, times};

/// Percentages, as many as 100,000 months of regions of the past take.
const INDICATORS: [&str; 4] = ["2.c.1", "2.c.2", "2.a", "1.c"];
const REGIONS: [&str; 18] = [
    "01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84",
    "93", "94",
];

/// The lines of a file of that many rows.
pub async fn measure(program: &Program, ground: &Ground, rows: usize) -> Vec<Line> {
    let path = ground.folder.path().join("valeurs.csv");
    std::fs::write(&path, file(rows)).unwrap();
    let rehearsed = program.run(&[
        "values",
        "rehearse",
        "--json",
        "--framework",
        FRAMEWORK,
        path.to_str().unwrap(),
    ]);
    let told: serde_json::Value = serde_json::from_str(&rehearsed.out).unwrap();
    let created = told["created"].as_u64().unwrap() + told["changed"].as_u64().unwrap();
    assert_eq!(usize::try_from(created), Ok(rows), "cells were refused");
    let id = told["rehearsal"].as_str().unwrap();
    let committed = program.run(&["values", "commit", id]);
    let inserted = insert(&ground.database("bare").await, rows).await;
    let undone = program.run(&["values", "undo", id, "--reason", "mesure"]);
    let mut lines = vec![Line {
        what: "commit of a file of values, against prepared inserts of the rows it writes".into(),
        measured: seconds(committed.took),
        bare: seconds(inserted),
        ratio: times(committed.took, inserted),
    }];
    for (what, run) in [
        ("rehearsal of that file: time, peak memory", &rehearsed),
        ("its commit: time, peak memory", &committed),
        ("its undoing: time, peak memory", &undone),
    ] {
        lines.push(Line {
            what: what.to_owned(),
            measured: format!("{}, {} MB", seconds(run.took), run.peak_kb / 1024),
            bare: String::new(),
            ratio: String::new(),
        });
    }
    lines
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

/// The two tables that hold a value, with their keys alone: a value is one row in each.
const TABLES: [&str; 2] = [
    "create table observation (id uuid primary key, measure text not null, place text not null,
                               period text not null, breakdown text not null,
                               unique (measure, place, period, breakdown))",
    "create table revision (observation_id uuid not null references observation (id),
                            no bigint not null, change_no bigint not null, kind text not null,
                            micros bigint, provisional boolean not null,
                            received_at bigint not null, supplier text not null, batch_id uuid,
                            sheet text, row_no bigint, col_no bigint, fictional boolean not null,
                            primary key (observation_id, no))",
];
const OBSERVATION: &str =
    "insert into observation (id, measure, place, period, breakdown) values ($1, $2, $3, $4, '')";
const REVISION: &str = "insert into revision (observation_id, no, change_no, kind, micros,
         provisional, received_at, supplier, batch_id, sheet, row_no, col_no, fictional)
     values ($1, 1, 7, 'number', $2, $3, $4, 'SPF', $5, 'valeurs', $6, 4, $7)";

/// The same rows by the engine alone: prepared statements, one transaction.
async fn insert(url: &str, rows: usize) -> Duration {
    /// Both engines run the same lines; their types share no trait worth writing here.
    macro_rules! insert {
        ($connection:expr) => {{
            let mut connection = $connection;
            for table in TABLES {
                sqlx::query(table).execute(&mut connection).await.unwrap();
            }
            let batch = Uuid::now_v7();
            let begun = Instant::now();
            let mut tx = connection.begin().await.unwrap();
            for (no, (measure, place, period, value)) in (2_i64..).zip(cells(rows)) {
                let id = Uuid::now_v7();
                sqlx::query(OBSERVATION)
                    .bind(id)
                    .bind(measure)
                    .bind(place)
                    .bind(period)
                    .execute(&mut *tx)
                    .await
                    .unwrap();
                sqlx::query(REVISION)
                    .bind(id)
                    .bind(i64::try_from(value).unwrap() * 1_000_000)
                    .bind(false)
                    .bind(1_767_225_600_000_000_i64)
                    .bind(batch)
                    .bind(no)
                    .bind(false)
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
