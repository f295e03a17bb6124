//! Copying every row from one database to another, whichever the engines: what backups are made
//! of, and how an installation moves from a laptop to a server.

use futures_util::TryStreamExt as _;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, Postgres, Row, Sqlite, Type};
use uuid::Uuid;

use super::seal::SEAL;
use super::tx::On;
use super::{Arg, DbError, Tx};

/// A table of the schema, with the kind of each of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<(String, Kind)>,
    /// The columns of its key, by their rank in `columns`.
    key: Vec<usize>,
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

/// How many rows a table has, and the digest of them in the order of their key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 of every cell of every row, each with its kind and its length.
    pub digest: [u8; 32],
}

/// [`Content`] while rows are still coming.
#[derive(Default)]
struct Counting {
    rows: u64,
    hasher: Sha256,
}

impl Counting {
    fn add(&mut self, row: &[Arg]) {
        self.rows += 1;
        for cell in row {
            self.add_cell(cell);
        }
    }

    /// What is kept in backups: the form of a cell never changes.
    fn add_cell(&mut self, cell: &Arg) {
        let (kind, bytes) = match cell {
            Arg::Text(text) => (b't', text.as_ref().map(|text| text.as_bytes().to_vec())),
            Arg::Int(int) => (b'i', int.map(|int| int.to_be_bytes().to_vec())),
            Arg::Bool(yes) => (b'b', yes.map(|yes| vec![u8::from(yes)])),
            Arg::Uuid(id) => (b'u', id.map(|id| id.as_bytes().to_vec())),
            Arg::Bytes(bytes) => (b'x', bytes.clone()),
        };
        self.hasher.update([kind, u8::from(bytes.is_some())]);
        if let Some(bytes) = bytes {
            self.hasher.update((bytes.len() as u64).to_be_bytes());
            self.hasher.update(bytes);
        }
    }

    fn end(self) -> Content {
        Content {
            rows: self.rows,
            digest: self.hasher.finalize().into(),
        }
    }
}

/// Tables that are not of what an installation holds: those of the schema or of one running
/// installation, and the one that only backups have.
const ASIDE: [&str; 4] = ["_sqlx_migrations", "append_only", "session", SEAL];

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
            if ASIDE.contains(&name.as_str()) {
                continue;
            }
            let described: Vec<(String, String, i64)> = self
                .all(
                    "select name, type, pk from pragma_table_info($1) /* sqlite_master */ order by cid",
                    crate::args![&name],
                )
                .await?;
            let ranks = described.iter().map(|(_, _, rank)| *rank).enumerate();
            let mut key: Vec<(i64, usize)> = ranks
                .filter(|(_, in_key)| *in_key > 0)
                .map(|(column, in_key)| (in_key, column))
                .collect();
            key.sort_unstable();
            let columns = described
                .into_iter()
                .map(|(column, declared, _)| Ok((column, Kind::of(&declared)?)))
                .collect::<Result<_, DbError>>()?;
            let key = key.into_iter().map(|(_, column)| column).collect();
            tables.push(Table { name, columns, key });
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
        let sorted = if self.is_sqlite() {
            ""
        } else {
            " collate \"C\""
        };
        let select = AssertSqlSafe(table.select(sorted));
        let mut landing = Landing {
            table,
            into,
            waiting: Vec::new(),
            content: Counting::default(),
        };
        match self.on().await? {
            On::Lite(tx) => {
                let mut rows = sqlx::query::<Sqlite>(select).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    landing.take(table.lite_row(&row)?).await?;
                }
            }
            On::Pg(tx) => {
                let mut rows = sqlx::query::<Postgres>(select).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    landing.take(table.pg_row(&row)?).await?;
                }
            }
        }
        landing.flush().await?;
        Ok(landing.content.end())
    }
}

/// Rows on their way into another database, written by the hundred.
struct Landing<'a> {
    table: &'a Table,
    into: Option<&'a mut Tx>,
    waiting: Vec<Vec<Arg>>,
    content: Counting,
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

    /// Its rows in the order of their key, alike on both engines: `by_bytes` is how the engine
    /// is told to order texts so, where it does not by itself.
    fn select(&self, by_bytes: &str) -> String {
        let key = self.key.iter().filter_map(|rank| self.columns.get(*rank));
        let key = key.map(|(name, kind)| match kind {
            Kind::Text => format!("{name}{by_bytes}"),
            _ => name.clone(),
        });
        let key: Vec<String> = key.collect();
        let (names, table) = (self.names(), &self.name);
        if key.is_empty() {
            return format!("select {names} from {table}");
        }
        format!("select {names} from {table} order by {}", key.join(", "))
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
