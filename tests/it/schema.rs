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
        let on_lite = described(&lite, &sql).await;
        let on_pg = described(&pg, &sql).await;
        match (on_lite, on_pg) {
            (Ok(lite), Ok(pg)) => {
                if let Some(problem) = mismatch(&lite, &pg) {
                    problems.push(format!("{place}: {problem}: {sql}"));
                }
            }
            (Err(e), _) => problems.push(format!("{place}: SQLite: {e}: {sql}")),
            (_, Err(e)) => problems.push(format!("{place}: PostgreSQL: {e}: {sql}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The types of the columns that a statement gives, in the engine's own words.
async fn described<DB>(pool: &sqlx::Pool<DB>, sql: &str) -> Result<Vec<String>, sqlx::Error>
where
    DB: sqlx::Database,
    for<'c> &'c sqlx::Pool<DB>: sqlx::Executor<'c, Database = DB>,
{
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    let description = pool.describe(sql).await?;
    let columns = description.columns().iter();
    Ok(columns.map(|c| c.type_info().name().to_owned()).collect())
}

/// Why one Rust record cannot read these columns of both engines. PostgreSQL knows the type of
/// every column, and it must be one of the five that records hold; SQLite may not know.
fn mismatch(lite: &[String], pg: &[String]) -> Option<String> {
    let families = |names: &[String]| -> Vec<String> { names.iter().map(|n| family(n)).collect() };
    let (lite, pg) = (families(lite), families(pg));
    let fits =
        |(a, b): (&String, &String)| KINDS.contains(&b.as_str()) && (a == b || a == "unknown");
    let alike = lite.len() == pg.len() && lite.iter().zip(&pg).all(fits);
    (!alike).then(|| format!("{lite:?} on SQLite, {pg:?} on PostgreSQL"))
}

/// The five kinds of column that records hold.
const KINDS: [&str; 5] = ["text", "integer", "boolean", "uuid", "bytes"];

#[test]
fn columns_that_one_record_cannot_read_are_told() {
    let told = |lite: &str, pg: &str| mismatch(&[lite.to_owned()], &[pg.to_owned()]);
    assert_eq!(told("INTEGER", "INT8"), None);
    assert_eq!(told("TEXT", "VARCHAR"), None);
    // SQLite does not know the type of an expression; PostgreSQL's must then do.
    assert_eq!(told("NULL", "INT8"), None);
    for (lite, pg) in [
        ("NULL", "NUMERIC"),
        ("INTEGER", "NUMERIC"),
        ("INTEGER", "INT4"),
        ("NULL", "FLOAT8"),
        ("INTEGER", "TEXT"),
        ("TEXT", "TIMESTAMPTZ"),
    ] {
        assert!(told(lite, pg).is_some(), "{lite} {pg}");
    }
    assert!(mismatch(&["TEXT".to_owned()], &[]).is_some());
}

#[tokio::test]
async fn a_sum_that_is_not_cast_is_told_as_the_engines_describe_it() {
    let (lite, pg) = (Bench::sqlite().await, Bench::postgres().await);
    let lite = sqlx::SqlitePool::connect(&lite.url).await.unwrap();
    let pg = sqlx::PgPool::connect(&pg.url).await.unwrap();
    for (sql, fits) in [
        ("select sum(size) from blob", false),
        ("select cast(sum(size) as bigint) from blob", true),
        ("select length(file_name) from batch", false),
        ("select sha, size, stored from blob", true),
    ] {
        let (lite, pg) = (described(&lite, sql).await, described(&pg, sql).await);
        let problem = mismatch(&lite.unwrap(), &pg.unwrap());
        assert_eq!(problem.is_none(), fits, "{sql}: {problem:?}");
    }
}

#[test]
fn no_statement_of_a_store_escapes_the_check() {
    let seen = statements(Path::new("src"));
    let mut stores = Vec::new();
    for (path, text) in super::tidy::sources(Path::new("src")) {
        let name = path.display().to_string();
        let direct = statements_given_at_once(&text);
        let found = seen.iter().filter(|(place, _)| *place == name).count();
        assert!(
            found >= direct,
            "{name}: {found} statements seen of {direct}"
        );
        // The first page of a store in several files asks nothing itself.
        let asks = text.contains("tx.") || text.contains("tx()");
        if name.contains("store") && asks {
            assert!(found > 0, "{name}: no statement seen");
            stores.push(name);
        }
    }
    for module in [
        "ledger",
        "access",
        "organisations",
        "documents",
        "imports",
        "frameworks",
        "figures",
        "contracts",
    ] {
        let own = format!("src/{module}/store");
        assert!(
            stores.iter().any(|name| name.starts_with(&own)),
            "no store of {module}"
        );
    }
}

/// How many statements a text gives to a transaction where it calls it, those of one engine aside.
fn statements_given_at_once(text: &str) -> usize {
    let calls = [".all(", ".one(", ".optional(", ".run(", ".each("];
    let after = calls.iter().flat_map(|call| text.split(call).skip(1));
    after
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .filter(|sql| {
            !["pg_", "sqlite_"]
                .iter()
                .any(|own| sql[..sql.find('"').unwrap_or(0)].contains(own))
        })
        .count()
}

/// The names that each engine gives to the five kinds of column.
fn family(name: &str) -> String {
    match name.to_ascii_uppercase().as_str() {
        "TEXT" | "VARCHAR" | "NAME" => "text",
        // PostgreSQL's narrower integers do not read as 64 bits.
        "INTEGER" | "BIGINT" | "INT8" => "integer",
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
pub fn statements(folder: &Path) -> Vec<(String, String)> {
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

/// A statement that `insert_rows` or `upsert_rows` completes, with one row of parameters.
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
