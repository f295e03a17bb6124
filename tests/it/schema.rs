//! The schema and every statement, on both engines.

use std::path::Path;

use jalon::platform::db::Db;
use sqlx::{AssertSqlSafe, Column as _, Executor as _, SqlSafeStr as _, TypeInfo as _};

use crate::on_both_engines;
use crate::support::Bench;

on_both_engines! {
    async fn migrating_twice_changes_nothing(bench: Bench) {
        bench.db.migrate().await.unwrap();
        assert_eq!(bench.db.schema().await.unwrap(), Db::known_schema());
    }
}

on_both_engines! {
    async fn a_newer_schema_is_refused(bench: Bench) {
        let mut tx = bench.db.write_aside().await.unwrap();
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                   values (9999, 'later', true, $1, 0)";
        tx.run(sql, jalon::args![vec![0_u8]]).await.unwrap();
        tx.commit().await.unwrap();
        let refused = bench.db.check_schema().await.unwrap_err().to_string();
        assert!(refused.contains("9999"), "{refused}");
        assert!(bench.db.migrate().await.is_err());
    }
}

on_both_engines! {
    async fn text_sorts_by_bytes(bench: Bench) {
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select v from (select 'é' as v union all select 'Z' union all select 'a') t order by v collate \"C\"";
        let rows: Vec<(String,)> = tx.all(sql, vec![]).await.unwrap();
        let sorted: Vec<String> = rows.into_iter().map(|(v,)| v).collect();
        assert_eq!(sorted, ["Z", "a", "é"]);
    }
}

/// Every statement of every store, prepared on both engines; the columns must be of types that
/// one Rust record reads alike.
#[tokio::test]
async fn every_statement_is_the_same_on_both_engines() {
    let statements = statements(Path::new("src"));
    assert!(statements.len() > 10, "the statements were not found");
    let lite = Bench::sqlite().await;
    let pg = Bench::postgres().await;
    let by_bytes = |a: &str, b: &str| a.as_bytes().cmp(b.as_bytes());
    let options: sqlx::sqlite::SqliteConnectOptions = lite.url.parse().unwrap();
    let options = options.collation("C", by_bytes);
    let lite = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let pg = sqlx::PgPool::connect(&pg.url).await.unwrap();
    let mut problems = Vec::new();
    for (place, sql) in statements {
        let on_lite = lite
            .describe(AssertSqlSafe(sql.clone()).into_sql_str())
            .await;
        let on_pg = pg.describe(AssertSqlSafe(sql.clone()).into_sql_str()).await;
        match (on_lite, on_pg) {
            (Ok(lite), Ok(pg)) => {
                let lite: Vec<String> = lite
                    .columns()
                    .iter()
                    .map(|c| family(c.type_info().name()))
                    .collect();
                let pg: Vec<String> = pg
                    .columns()
                    .iter()
                    .map(|c| family(c.type_info().name()))
                    .collect();
                let alike = lite.len() == pg.len()
                    && lite.iter().zip(&pg).all(|(a, b)| a == b || a == "unknown");
                if !alike {
                    problems.push(format!(
                        "{place}: {lite:?} on SQLite, {pg:?} on PostgreSQL: {sql}"
                    ));
                }
            }
            (Err(e), _) => problems.push(format!("{place}: SQLite: {e}: {sql}")),
            (_, Err(e)) => problems.push(format!("{place}: PostgreSQL: {e}: {sql}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The names that each engine gives to the five kinds of column.
fn family(name: &str) -> String {
    match name.to_ascii_uppercase().as_str() {
        "TEXT" | "VARCHAR" | "NAME" => "text",
        "INTEGER" | "BIGINT" | "INT8" | "INT4" => "integer",
        "BOOLEAN" | "BOOL" => "boolean",
        "UUID" => "uuid",
        "BYTEA" | "BLOB" => "bytes",
        "NULL" => "unknown",
        // SQLite does not know the declared types uuid and bytea; it keeps both as they come.
        "NUMERIC" => "numeric",
        other => return format!("other: {other}"),
    }
    .to_owned()
}

/// The string literals of the source files that are statements, with where they stand.
fn statements(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(statements(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for literal in literals(&text) {
                let verb = literal.trim_start().split(char::is_whitespace).next();
                let is_statement = matches!(
                    verb,
                    Some("select" | "insert" | "update" | "delete" | "with")
                ) && literal.contains(' ');
                // The façade builds the statements of a copy from the schema itself.
                let is_built = literal.contains('{');
                let of_one_engine = is_built
                    || literal.contains("pg_")
                    || literal.contains("sqlite_master")
                    || literal.contains("to_regclass");
                if is_statement && !of_one_engine {
                    found.push((path.display().to_string(), whole(&literal)));
                }
            }
        }
    }
    found
}

/// A statement that `insert_rows` completes, with one row of parameters.
fn whole(literal: &str) -> String {
    let Some(head) = literal.strip_suffix(" values") else {
        return literal.to_owned();
    };
    let columns = head.matches(',').count() + 1;
    let places: Vec<String> = (1..=columns).map(|n| format!("${n}")).collect();
    format!("{literal} ({})", places.join(", "))
}

/// The plain string literals of a Rust text, unescaped; line and block comments are skipped.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            '\'' => {
                // A character literal, or a lifetime: only the former may hold a quote.
                let mut ahead = chars.clone();
                match (ahead.next(), ahead.next(), ahead.next()) {
                    (Some('\\'), Some(_), Some('\'')) => {
                        chars.nth(2);
                    }
                    (Some(_), Some('\''), _) => {
                        chars.nth(1);
                    }
                    _ => {}
                }
            }
            '"' => {
                let mut literal = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => match chars.next() {
                            Some('n') => literal.push('\n'),
                            Some('\n') => {
                                while chars.peek().is_some_and(|c| c.is_whitespace()) {
                                    chars.next();
                                }
                            }
                            Some(other) => literal.push(other),
                            None => {}
                        },
                        c => literal.push(c),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
    }
    found
}
