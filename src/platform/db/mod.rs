//! The database: one SQL text for SQLite and PostgreSQL.
//!
//! What lives here: the only code that knows there are two engines. Stores write one text with
//! `$1` parameters and get typed records back. The few places where the engines differ are the
//! functions named in ARCHITECTURE.md, all of them in this module. What never lives here: a
//! statement about a concept.

mod alone;
mod arg;
mod copy;
mod guard;
mod seal;
mod tx;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Postgres, Sqlite, Transaction};

use crate::platform::file::CannotWrite;

pub use alone::Alone;
pub use arg::Arg;
pub use copy::{Content, Table};
pub use seal::{Alteration, Held, Seal};
pub use tx::{Record, Tx};

use tx::On;

/// Every step of the schema, in order, the same text for both engines.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// A failure of the database, with its cause for the log. Nothing of it is shown to a user.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine refused or failed.
    #[error("la base de données n’a pas répondu comme prévu ({0})")]
    Sql(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("le schéma de la base n’a pas pu être mis à jour ({0})")]
    Migrate(#[from] MigrateError),
    /// The database was written by a later version of Jalon.
    #[error(
        "la base est à l’étape {found} du schéma, plus récente que l’étape {known} que cette version de Jalon connaît ; mettez Jalon à jour"
    )]
    NewerSchema {
        /// Last step applied to the database.
        found: i64,
        /// Last step this binary carries.
        known: i64,
    },
    /// The schema is older than this binary needs.
    #[error("la base est à l’étape {found} du schéma sur {known} ; lancez `jalon migrate`")]
    OlderSchema {
        /// Last step applied to the database, 0 for none.
        found: i64,
        /// Last step this binary carries.
        known: i64,
    },
    /// The SQLite file is not there, and was not to be made.
    #[error(
        "la base « {} » n’existe pas : corrigez son adresse (database_url), ou créez-la avec `jalon init`",
        .0.display()
    )]
    NoFile(PathBuf),
    /// The SQLite file cannot be made.
    #[error("la base « {} » ne peut pas être créée : {cause}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: CannotWrite,
    },
    /// A stored text no longer parses: corruption, or an older program's mistake.
    #[error("stored {what} cannot be read: {cause}")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// Why it could not be.
        cause: String,
    },
}

impl DbError {
    /// Whether a unique constraint refused the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// For a stored text that does not parse.
    pub fn corrupt(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Corrupt {
            what,
            cause: cause.to_string(),
        }
    }
}

/// Begins a transaction on the one writing connection. SQLite ends a transaction by itself when
/// the disk is full or fails, and the driver then believes it still open: such a connection is
/// closed, and the pool opens a sound one.
async fn begin_alone(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    const BEGIN: &str = "begin immediate";
    if let Ok(tx) = writer.begin_with(BEGIN).await {
        return Ok(tx);
    }
    writer.acquire().await?.close().await?;
    writer.begin_with(BEGIN).await
}

/// The file of a SQLite address; `None` for another engine, or a database in memory.
fn lite_file(url: &str) -> Result<Option<PathBuf>, DbError> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") {
        return Ok(None);
    }
    let options: SqliteConnectOptions = url.parse()?;
    Ok(Some(options.get_filename().to_owned()))
}

/// A SQLite file that was just made, to be taken away where what it was made for fails.
#[derive(Debug)]
pub struct NewFile(PathBuf);

impl NewFile {
    /// Removes the file and those that SQLite keeps beside it; its connections are closed.
    pub fn remove(self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            // One that is not there, or that the system keeps, changes nothing to the failure told.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A connection to a server that waited longer than this is tried before it is used.
const FRESH: Duration = Duration::from_secs(5);

/// A handle on the database, cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Engine);

#[derive(Clone, Debug)]
enum Engine {
    /// Readers see snapshots while the one writer writes.
    Lite {
        readers: SqlitePool,
        writer: SqlitePool,
        folder: PathBuf,
    },
    Pg(PgPool),
}

impl Engine {
    async fn begin_reading(&self) -> Result<On, DbError> {
        Ok(match self {
            Self::Lite { readers, .. } => On::Lite(readers.begin().await?),
            Self::Pg(pool) => On::Pg(
                pool.begin_with("begin isolation level repeatable read, read only")
                    .await?,
            ),
        })
    }
}

impl Db {
    /// [`Self::open`], where a SQLite file that is not there is an error.
    pub async fn open_existing(url: &str) -> Result<Self, DbError> {
        match lite_file(url)? {
            Some(path) if !path.exists() => Err(DbError::NoFile(path)),
            _ => Self::open(url).await,
        }
    }

    /// Makes the SQLite file that is not there; `None` where there is one already, or where there
    /// is no file to make. Of two processes that make it at once, one does.
    pub fn make_file(url: &str) -> Result<Option<NewFile>, DbError> {
        let Some(path) = lite_file(url)? else {
            return Ok(None);
        };
        match std::fs::File::create_new(&path) {
            Ok(_) => Ok(Some(NewFile(path))),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => {
                let cause = CannotWrite::from(error);
                Err(DbError::Create { path, cause })
            }
        }
    }

    /// Connects to `sqlite://…` or `postgres://…`; a missing SQLite file is created.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        if url.starts_with("sqlite:") {
            Self::open_lite(url.parse()?).await
        } else {
            let options: PgConnectOptions = url.parse()?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .test_before_acquire(false)
                .before_acquire(|connection, meta| {
                    Box::pin(async move {
                        // One that served just now is sound; another may have been cut off.
                        if meta.idle_for > FRESH {
                            connection.ping().await?;
                        }
                        Ok(true)
                    })
                })
                .connect_with(options.application_name("jalon"))
                .await?;
            Ok(Self(Engine::Pg(pool)))
        }
    }

    async fn open_lite(options: SqliteConnectOptions) -> Result<Self, DbError> {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30))
            // PostgreSQL's `collate "C"`: the order of the bytes.
            .collation("C", |a: &str, b: &str| a.as_bytes().cmp(b.as_bytes()));
        let folder = options.get_filename().parent().map(Path::to_owned);
        let folder = folder.filter(|folder| folder != Path::new(""));
        let folder = folder.unwrap_or_else(|| PathBuf::from("."));
        // A file does not go away: connections need not be tried before each use.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_mins(1))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self(Engine::Lite {
            readers,
            writer,
            folder,
        }))
    }

    /// Brings the schema up to date. Refuses a database written by a later version.
    pub async fn migrate(&self) -> Result<(), DbError> {
        self.refuse_newer_schema().await?;
        match &self.0 {
            Engine::Lite { writer, .. } => {
                // On PostgreSQL the migrator itself has others wait.
                let _alone = self.alone().await?;
                MIGRATIONS.run(writer).await?;
            }
            Engine::Pg(pool) => MIGRATIONS.run(pool).await?,
        }
        self.guard().await
    }

    /// Checks that the schema is the one this binary was built for.
    pub async fn check_schema(&self) -> Result<(), DbError> {
        self.refuse_newer_schema().await?;
        let (found, known) = (self.schema().await?, Self::known_schema());
        if found < known {
            return Err(DbError::OlderSchema { found, known });
        }
        Ok(())
    }

    async fn refuse_newer_schema(&self) -> Result<(), DbError> {
        let (found, known) = (self.schema().await?, Self::known_schema());
        if found > known {
            return Err(DbError::NewerSchema { found, known });
        }
        Ok(())
    }

    /// The last migration step this binary carries.
    pub fn known_schema() -> i64 {
        MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0)
    }

    /// The last migration step applied to the database, 0 where it is empty.
    pub async fn schema(&self) -> Result<i64, DbError> {
        let mut tx = self.read().await?;
        if !tx.has_table("_sqlx_migrations").await? {
            return Ok(0);
        }
        let (version,): (i64,) = tx
            .one(
                "select coalesce(max(version), 0) from _sqlx_migrations",
                vec![],
            )
            .await?;
        Ok(version)
    }

    /// A transaction that reads one unchanging state and cannot write.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let mut tx = Tx::reading(self.0.clone(), None);
        tx.on().await?;
        Ok(tx)
    }

    /// The same, for whoever may find all they look for in memory: it begins with its first
    /// statement. Until then it tells the state of the history that it is expected to read.
    pub fn read_later(&self, expected: Option<i64>) -> Tx {
        Tx::reading(self.0.clone(), expected)
    }

    /// The first row of one statement that reads, by itself: a transaction around it would cost
    /// more than it does.
    pub async fn glance<R: Record>(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<R>, DbError> {
        Ok(match &self.0 {
            Engine::Lite { readers, .. } => {
                sqlx::query_as_with::<Sqlite, R, _>(sql, arg::arguments::<Sqlite>(args)?)
                    .fetch_optional(readers)
                    .await?
            }
            Engine::Pg(pool) => {
                sqlx::query_as_with::<Postgres, R, _>(sql, arg::arguments::<Postgres>(args)?)
                    .fetch_optional(pool)
                    .await?
            }
        })
    }

    /// A transaction that writes. Writers queue: the second waits for the first to end, on both
    /// engines, so that changes are numbered in the order they are committed.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let mut tx = self.write_aside().await?;
        tx.queue_for_write().await?;
        Ok(tx)
    }

    /// A transaction that writes what no history keeps (sessions, drafts, jobs), without queueing
    /// on PostgreSQL.
    pub async fn write_aside(&self) -> Result<Tx, DbError> {
        let on = match &self.0 {
            Engine::Lite { writer, .. } => On::Lite(begin_alone(writer).await?),
            Engine::Pg(pool) => On::Pg(pool.begin().await?),
        };
        Ok(Tx::writing(self.0.clone(), on))
    }

    /// How many connections are open, and how many of them wait for work.
    pub fn connections(&self) -> (u32, u32) {
        let idle = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        match &self.0 {
            Engine::Lite {
                readers, writer, ..
            } => (
                readers.size() + writer.size(),
                idle(readers.num_idle() + writer.num_idle()),
            ),
            Engine::Pg(pool) => (pool.size(), idle(pool.num_idle())),
        }
    }

    /// Closes every connection, so that a SQLite file can be moved.
    pub async fn close(self) {
        match self.0 {
            Engine::Lite {
                readers, writer, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Pg(pool) => pool.close().await,
        }
    }
}
