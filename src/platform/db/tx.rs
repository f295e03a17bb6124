//! A transaction on either engine.

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, SqlSafeStr, Sqlite, Transaction};

use super::arg::arguments;
use super::{Arg, DbError, Engine};

/// A row that both engines can give; `#[derive(sqlx::FromRow)]` is enough.
pub trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// A transaction, rolled back where it is dropped without [`commit`](Tx::commit). One that reads
/// may begin with its first statement: where nothing is asked, nothing is opened.
#[derive(Debug)]
pub struct Tx {
    engine: Engine,
    /// Once it has begun.
    on: Option<On>,
    /// Whether it reads one unchanging state.
    reads: bool,
    /// The number of that state, once it was asked; before it begins, the one it is expected to
    /// read.
    state: Option<i64>,
}

/// A transaction of one engine.
#[derive(Debug)]
pub(super) enum On {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// How many rows one statement adds: both engines take more parameters than a hundred rows of
/// the widest table have.
const MOST_ROWS: usize = 100;

/// The advisory lock that writers of the history queue on: « JALON » in ASCII.
const WRITE_LOCK: i64 = 0x4A_41_4C_4F_4E;

impl Tx {
    /// One that reads one unchanging state.
    pub(super) fn reading(engine: Engine, expected: Option<i64>) -> Self {
        Self {
            engine,
            on: None,
            reads: true,
            state: expected,
        }
    }

    /// One that writes, and has begun.
    pub(super) fn writing(engine: Engine, on: On) -> Self {
        Self {
            engine,
            on: Some(on),
            reads: false,
            state: None,
        }
    }

    /// The transaction of the engine, begun where it was not.
    pub(super) async fn on(&mut self) -> Result<&mut On, DbError> {
        let on = if let Some(on) = self.on.take() {
            on
        } else {
            // The state it was expected to read may have gone by.
            self.state = None;
            self.engine.begin_reading().await?
        };
        Ok(self.on.insert(on))
    }

    /// Whether it runs on SQLite, for what is asked of one engine only: its plans, its triggers.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Lite { .. })
    }

    /// Whether everything it reads is of one state, which nothing changes.
    pub fn is_unchanging(&self) -> bool {
        self.reads
    }

    /// The number that was noted of the state it reads, or is expected to.
    pub fn noted_state(&self) -> Option<i64> {
        self.state
    }

    /// Notes the number of the state it reads, so that it is asked once; of a transaction that
    /// writes nothing is noted.
    pub fn note_state(&mut self, no: i64) {
        if self.reads {
            self.state = Some(no);
        }
    }

    /// Every row, in the statement's order.
    pub async fn all<R: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<Vec<R>, DbError> {
        Ok(match self.on().await? {
            On::Lite(tx) => {
                sqlx::query_as_with::<Sqlite, R, _>(sql, arguments::<Sqlite>(args)?)
                    .fetch_all(&mut **tx)
                    .await?
            }
            On::Pg(tx) => {
                sqlx::query_as_with::<Postgres, R, _>(sql, arguments::<Postgres>(args)?)
                    .fetch_all(&mut **tx)
                    .await?
            }
        })
    }

    /// Every row handed to `each` as it arrives, so that a long list is never held whole.
    pub async fn each<R: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
        mut each: impl FnMut(R) + Send,
    ) -> Result<(), DbError> {
        match self.on().await? {
            On::Lite(tx) => {
                let query = sqlx::query_as_with::<Sqlite, R, _>(sql, arguments::<Sqlite>(args)?);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    each(row);
                }
            }
            On::Pg(tx) => {
                let query =
                    sqlx::query_as_with::<Postgres, R, _>(sql, arguments::<Postgres>(args)?);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    each(row);
                }
            }
        }
        Ok(())
    }

    /// The first row, if any.
    pub async fn optional<R: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<Option<R>, DbError> {
        Ok(match self.on().await? {
            On::Lite(tx) => {
                sqlx::query_as_with::<Sqlite, R, _>(sql, arguments::<Sqlite>(args)?)
                    .fetch_optional(&mut **tx)
                    .await?
            }
            On::Pg(tx) => {
                sqlx::query_as_with::<Postgres, R, _>(sql, arguments::<Postgres>(args)?)
                    .fetch_optional(&mut **tx)
                    .await?
            }
        })
    }

    /// The first row; an error where there is none.
    pub async fn one<R: Record>(
        &mut self,
        sql: impl SqlSafeStr,
        args: Vec<Arg>,
    ) -> Result<R, DbError> {
        self.optional(sql, args)
            .await?
            .ok_or(DbError::Sql(sqlx::Error::RowNotFound))
    }

    /// Runs a statement and tells how many rows it touched.
    pub async fn run(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<u64, DbError> {
        Ok(match self.on().await? {
            On::Lite(tx) => sqlx::query_with(sql, arguments::<Sqlite>(args)?)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
            On::Pg(tx) => sqlx::query_with(sql, arguments::<Postgres>(args)?)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
        })
    }

    /// Adds rows by the hundred. `head` is the statement up to and including `values`; every row
    /// holds as many parameters as the statement names columns.
    pub async fn insert_rows(&mut self, head: &str, rows: Vec<Vec<Arg>>) -> Result<(), DbError> {
        self.upsert_rows(head, rows, "").await
    }

    /// [`insert_rows`](Self::insert_rows) where `tail` says what to do on a conflict.
    pub async fn upsert_rows(
        &mut self,
        head: &str,
        rows: Vec<Vec<Arg>>,
        tail: &str,
    ) -> Result<(), DbError> {
        for rows in rows.chunks(MOST_ROWS) {
            let width = rows.first().map_or(0, Vec::len);
            let tuple = |rank: usize| {
                let places = (1..=width).map(|n| format!("${}", rank * width + n));
                format!("({})", places.collect::<Vec<_>>().join(", "))
            };
            let tuples: Vec<String> = (0..rows.len()).map(tuple).collect();
            let sql = format!("{head} {} {tail}", tuples.join(", "));
            self.run(AssertSqlSafe(sql), rows.concat()).await?;
        }
        Ok(())
    }

    /// Makes everything done since the beginning durable, all of it or nothing.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.on {
            Some(On::Lite(tx)) => tx.commit().await?,
            Some(On::Pg(tx)) => tx.commit().await?,
            None => {}
        }
        Ok(())
    }

    /// Waits until no other writer of the history is at work. SQLite has one writer by nature.
    pub(super) async fn queue_for_write(&mut self) -> Result<(), DbError> {
        if let On::Pg(tx) = self.on().await? {
            sqlx::query("select pg_advisory_xact_lock($1)")
                .bind(WRITE_LOCK)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// Whether a table exists: each engine has its own catalogue.
    pub(super) async fn has_table(&mut self, name: &str) -> Result<bool, DbError> {
        let found = match self.on().await? {
            On::Lite(tx) => {
                sqlx::query("select 1 from sqlite_master where type = 'table' and name = $1")
                    .bind(name.to_owned())
                    .fetch_optional(&mut **tx)
                    .await?
                    .is_some()
            }
            On::Pg(tx) => sqlx::query("select 1 where to_regclass($1) is not null")
                .bind(name.to_owned())
                .fetch_optional(&mut **tx)
                .await?
                .is_some(),
        };
        Ok(found)
    }
}
