//! Copying every row from one database to another, whichever the engines: what backups are made
//! of, and how an installation moves from a laptop to a server.

use futures_util::TryStreamExt as _;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, Postgres, Row, Sqlite, Type};
use uuid::Uuid;

use super::{Arg, DbError, Tx};

/// A table of the schema, with the kind of each of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<(String, Kind)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Int,
    Bool,
    Uuid,
    Bytes,
}

impl Kind {
    fn of(declared: &str) -> Result<Self, DbError> {
        Ok(match declared.to_ascii_lowercase().as_str() {
            "text" => Self::Text,
            "bigint" => Self::Int,
            "boolean" => Self::Bool,
            "uuid" => Self::Uuid,
            "bytea" => Self::Bytes,
            other => return Err(DbError::corrupt("column type", other)),
        })
    }
}

/// How many rows a table has, and a digest of them whatever their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// How many rows.
    pub rows: u64,
    digest: [u8; 32],
}

impl Content {
    fn add(&mut self, row: &[Arg]) {
        let hash = Sha256::digest(format!("{row:?}"));
        self.rows += 1;
        for (mine, theirs) in self.digest.iter_mut().zip(hash) {
            *mine = mine.wrapping_add(theirs);
        }
    }
}

/// Tables that are of the schema or of one running installation, and not of what it holds.
const PASSING: [&str; 3] = ["_sqlx_migrations", "append_only", "session"];

impl Tx {
    /// The tables of a SQLite database, in the order they were created, so that each comes after
    /// those it refers to. Both engines have the same ones.
    pub async fn tables(&mut self) -> Result<Vec<Table>, DbError> {
        let names: Vec<(String,)> = self
            .all(
                "select name from sqlite_master
                 where type = 'table' and name not like 'sqlite_%' order by rowid",
                vec![],
            )
            .await?;
        let mut tables = Vec::new();
        for (name,) in names {
            if PASSING.contains(&name.as_str()) {
                continue;
            }
            let columns: Vec<(String, String)> = self
                .all(
                    "select name, type from pragma_table_info($1) /* sqlite_master */ order by cid",
                    crate::args![&name],
                )
                .await?;
            let columns = columns
                .into_iter()
                .map(|(column, declared)| Ok((column, Kind::of(&declared)?)))
                .collect::<Result<_, DbError>>()?;
            tables.push(Table { name, columns });
        }
        Ok(tables)
    }

    /// Copies the rows of a table into another database, and tells what they were.
    pub async fn copy_table(&mut self, table: &Table, into: &mut Tx) -> Result<Content, DbError> {
        self.walk(table, Some(into)).await
    }

    /// What a table holds.
    pub async fn content(&mut self, table: &Table) -> Result<Content, DbError> {
        self.walk(table, None).await
    }

    async fn walk(&mut self, table: &Table, into: Option<&mut Tx>) -> Result<Content, DbError> {
        let select = AssertSqlSafe(table.select());
        let mut landing = Landing {
            table,
            into,
            waiting: Vec::new(),
            content: Content::default(),
        };
        match self {
            Self::Lite(tx) => {
                let mut rows = sqlx::query::<Sqlite>(select).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    landing.take(table.lite_row(&row)?).await?;
                }
            }
            Self::Pg(tx) => {
                let mut rows = sqlx::query::<Postgres>(select).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    landing.take(table.pg_row(&row)?).await?;
                }
            }
        }
        landing.flush().await?;
        Ok(landing.content)
    }
}

/// Rows on their way into another database, written by the hundred.
struct Landing<'a> {
    table: &'a Table,
    into: Option<&'a mut Tx>,
    waiting: Vec<Vec<Arg>>,
    content: Content,
}

impl Landing<'_> {
    /// How many rows wait for one another: enough for the statements that take a hundred each.
    const MOST: usize = 1_000;

    async fn take(&mut self, row: Vec<Arg>) -> Result<(), DbError> {
        self.content.add(&row);
        if self.into.is_some() {
            self.waiting.push(row);
        }
        if self.waiting.len() == Self::MOST {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), DbError> {
        let rows = std::mem::take(&mut self.waiting);
        if let Some(into) = self.into.as_deref_mut() {
            into.insert_rows(&self.table.insert(), rows).await?;
        }
        Ok(())
    }
}

impl Table {
    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    fn select(&self) -> String {
        format!("select {} from {}", self.names(), self.name)
    }

    fn insert(&self) -> String {
        format!("insert into {} ({}) values", self.name, self.names())
    }

    fn lite_row(&self, row: &SqliteRow) -> Result<Vec<Arg>, DbError> {
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(rank, (_, kind))| cell::<Sqlite>(row, rank, *kind))
            .collect()
    }

    fn pg_row(&self, row: &PgRow) -> Result<Vec<Arg>, DbError> {
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(rank, (_, kind))| cell::<Postgres>(row, rank, *kind))
            .collect()
    }
}

fn cell<DB: sqlx::Database>(row: &DB::Row, rank: usize, kind: Kind) -> Result<Arg, DbError>
where
    usize: ColumnIndex<DB::Row>,
    for<'r> String: Decode<'r, DB> + Type<DB>,
    for<'r> i64: Decode<'r, DB> + Type<DB>,
    for<'r> bool: Decode<'r, DB> + Type<DB>,
    for<'r> Uuid: Decode<'r, DB> + Type<DB>,
    for<'r> Vec<u8>: Decode<'r, DB> + Type<DB>,
{
    Ok(match kind {
        Kind::Text => Arg::Text(row.try_get(rank)?),
        Kind::Int => Arg::Int(row.try_get(rank)?),
        Kind::Bool => Arg::Bool(row.try_get(rank)?),
        Kind::Uuid => Arg::Uuid(row.try_get(rank)?),
        Kind::Bytes => Arg::Bytes(row.try_get(rank)?),
    })
}
