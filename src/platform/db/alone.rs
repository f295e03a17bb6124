//! Preparing a database alone: while one process makes the tables or builds the demonstration,
//! another waits.

use std::any::Any;
use std::fs::File;
use std::path::PathBuf;

use sqlx::{Connection as _, PgConnection};

use super::{Db, DbError, Engine};

/// The lock that those who prepare a PostgreSQL database queue on: « JALON » in ASCII, and one.
const PREPARE_LOCK: i64 = 0x4A_41_4C_4F_4E_01;

/// The right to prepare a database, until it is dropped or its process ends, however it ends.
#[derive(Debug)]
pub struct Alone {
    _hold: Box<dyn Any + Send>,
}

impl Alone {
    fn holding(hold: impl Any + Send) -> Self {
        let hold = Box::new(hold);
        Self { _hold: hold }
    }
}

impl Db {
    /// The right to prepare this database; `None` while another process has it.
    pub async fn try_alone(&self) -> Result<Option<Alone>, DbError> {
        match &self.0 {
            Engine::Lite { folder, .. } => {
                let file = open(folder)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(Alone::holding(file))),
                    Err(std::fs::TryLockError::WouldBlock) => Ok(None),
                    Err(std::fs::TryLockError::Error(cause)) => Err(io(cause)),
                }
            }
            Engine::Pg(pool) => {
                let mut connection = pool.acquire().await?.detach();
                let (taken,): (bool,) = sqlx::query_as("select pg_try_advisory_lock($1)")
                    .bind(PREPARE_LOCK)
                    .fetch_one(&mut connection)
                    .await?;
                if taken {
                    return Ok(Some(Alone::holding(connection)));
                }
                connection.close().await?;
                Ok(None)
            }
        }
    }

    /// The right to prepare this database, as soon as no other process has it.
    pub async fn alone(&self) -> Result<Alone, DbError> {
        match &self.0 {
            Engine::Lite { folder, .. } => {
                let file = open(folder)?;
                let waited = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
                let file = waited
                    .await
                    .map_err(std::io::Error::other)
                    .and_then(|locked| locked);
                Ok(Alone::holding(file.map_err(io)?))
            }
            Engine::Pg(pool) => {
                let mut connection: PgConnection = pool.acquire().await?.detach();
                sqlx::query("select pg_advisory_lock($1)")
                    .bind(PREPARE_LOCK)
                    .execute(&mut connection)
                    .await?;
                Ok(Alone::holding(connection))
            }
        }
    }
}

/// The folder stands for the SQLite file: to close a second handle on the file itself would give
/// up the locks that SQLite holds on it.
fn open(folder: &PathBuf) -> Result<File, DbError> {
    File::open(folder).map_err(io)
}

fn io(cause: std::io::Error) -> DbError {
    DbError::Sql(sqlx::Error::Io(cause))
}
