//! Saving an installation into one file, and bringing it back.
//!
//! A backup is a SQLite database with the same schema, whichever engine it was taken from; it can
//! be brought back into either.

use std::path::Path;

use super::Installation;
use crate::ledger::{self, Verified};
use crate::platform::db::{Db, DbError};

/// What a backup or a restoration copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many tables.
    pub tables: usize,
    /// How many rows.
    pub rows: u64,
    /// The last change of the history.
    pub change: i64,
}

/// Why a backup or a restoration cannot be done, told in French.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is already there.
    #[error("« {0} » existe déjà ; choisissez un autre nom")]
    Exists(String),
    /// The file is not there.
    #[error("« {0} » n’existe pas")]
    Missing(String),
    /// The database already serves.
    #[error("cette base est déjà installée : une sauvegarde ne se restaure que dans une base vide")]
    NotEmpty,
    /// The history of the backup was altered.
    #[error("l’historique de la sauvegarde est rompu au changement n° {0} ; rien n’a été restauré")]
    Broken(i64),
    /// A table was not copied as it was.
    #[error(
        "la table « {0} » ne se relit pas comme elle a été sauvegardée ; rien n’a été restauré"
    )]
    Differs(String),
    /// A database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Copies the whole installation, as it is at one moment, into a new file.
pub async fn backup(db: &Db, file: &Path) -> Result<Copied, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.display().to_string()));
    }
    let saved = open(file).await?;
    saved.migrate().await?;
    let mut from = db.read().await?;
    let mut into = saved.write().await?;
    let tables = into.tables().await?;
    let mut rows = 0;
    for table in &tables {
        rows += from.copy_table(table, &mut into).await?.rows;
    }
    let change = ledger::last_change(&mut into).await?;
    into.commit().await?;
    saved.close().await;
    Ok(Copied {
        tables: tables.len(),
        rows,
        change,
    })
}

/// Brings a backup back into an empty database: all of it or nothing. The chain of its history is
/// verified first; `verify` also reads every table again and compares it with the backup.
pub async fn restore(db: &Db, file: &Path, verify: bool) -> Result<Copied, BackupError> {
    if !file.exists() {
        return Err(BackupError::Missing(file.display().to_string()));
    }
    let saved = open(file).await?;
    saved.check_schema().await?;
    db.migrate().await?;
    let mut from = saved.read().await?;
    if let Verified::Broken(no) = ledger::verify(&mut from).await? {
        return Err(BackupError::Broken(no));
    }
    let mut into = db.write().await?;
    if Installation::read(&mut into).await?.is_some() {
        return Err(BackupError::NotEmpty);
    }
    let tables = from.tables().await?;
    let mut rows = 0;
    for table in &tables {
        let copied = from.copy_table(table, &mut into).await?;
        if verify && into.content(table).await? != copied {
            return Err(BackupError::Differs(table.name.clone()));
        }
        rows += copied.rows;
    }
    let change = ledger::last_change(&mut into).await?;
    into.commit().await?;
    Ok(Copied {
        tables: tables.len(),
        rows,
        change,
    })
}

async fn open(file: &Path) -> Result<Db, DbError> {
    Db::open(&format!("sqlite://{}", file.display())).await
}
