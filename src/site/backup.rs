//! Saving an installation into one file, and bringing it back.
//!
//! A backup is a SQLite database with the schema of the Jalon that wrote it, whichever engine it
//! was taken from; it can be brought back into either, by that Jalon or by a later one.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Installation;
use crate::kernel::counted;
use crate::ledger::{self, Broken, Verified};
use crate::platform::db::{Alteration, Db, DbError, Seal, Tx};
use crate::platform::file::CannotWrite;

/// What a backup or a restoration copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The step of the schema that the backup was written at.
    pub schema: i64,
    /// How many tables.
    pub tables: usize,
    /// How many rows.
    pub rows: u64,
    /// The last change of the history.
    pub change: i64,
    /// The digest of every table together, as written into the backup; none where the backup has
    /// none, or where nobody asked.
    pub seal: Option<[u8; 32]>,
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
    /// The file is something else, or a backup that was interrupted.
    #[error(
        "« {0} » n’est pas une sauvegarde de Jalon, ou n’est pas entière ; rien n’a été restauré"
    )]
    NotABackup(String),
    /// A later version of Jalon wrote the backup.
    #[error(
        "cette sauvegarde est à l’étape {found} du schéma et cette version de Jalon s’arrête à l’étape {known} : mettez Jalon à jour, puis recommencez ; rien n’a été restauré"
    )]
    Newer {
        /// The step of the backup.
        found: i64,
        /// The last step that this program carries.
        known: i64,
    },
    /// The database already serves.
    #[error("cette base est déjà installée : une sauvegarde ne se restaure que dans une base vide")]
    NotEmpty,
    /// The history of the backup was altered.
    #[error("l’historique de la sauvegarde est rompu : {0} ; rien n’a été restauré")]
    Broken(Broken),
    /// Tables of the backup are not as they were when it was written.
    #[error("{}", altered_in_french(.tables, *.chain))]
    Altered {
        /// The tables.
        tables: Vec<Alteration>,
        /// Where the chain of the history is broken, if anywhere.
        chain: Option<Broken>,
    },
    /// A table was not copied as it was.
    #[error(
        "la table « {0} » ne se relit pas comme elle a été sauvegardée ; rien n’a été restauré"
    )]
    Differs(String),
    /// A file could not be read or written.
    #[error("« {path} » : {cause}")]
    File {
        /// The file.
        path: String,
        /// What keeps it from being read or written.
        cause: CannotWrite,
    },
    /// A database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Copies the whole installation, as it is at one moment, into a new file that only its owner may
/// read. Where that fails, no file is left.
pub async fn backup(db: &Db, file: &Path) -> Result<Copied, BackupError> {
    create(file)?;
    let saved = write(db, file).await;
    if saved.is_err() {
        // The failure is what matters; what is left of the file would be refused anyway.
        let _ = std::fs::remove_file(file);
    }
    saved
}

/// An empty file, which SQLite takes for an empty database.
fn create(file: &Path) -> Result<(), BackupError> {
    let mut options = std::fs::OpenOptions::new();
    let created = options.write(true).create_new(true).mode(0o600).open(file);
    created.map(drop).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::Exists(file.display().to_string()),
        _ => told(file, cause),
    })
}

async fn write(db: &Db, file: &Path) -> Result<Copied, BackupError> {
    let saved = open(file).await?;
    saved.migrate().await?;
    let mut from = db.read().await?;
    let mut into = saved.write().await?;
    let tables = into.tables().await?;
    let mut contents = Vec::new();
    for table in &tables {
        let content = from.copy_table(table, &mut into).await?;
        contents.push((table.name.clone(), content));
    }
    let rows = contents.iter().map(|(_, content)| content.rows).sum();
    let seal = Seal::of(contents);
    into.write_seal(&seal).await?;
    let change = ledger::last_change(&mut into).await?;
    into.commit().await?;
    saved.close().await;
    Ok(Copied {
        schema: Db::known_schema(),
        tables: tables.len(),
        rows,
        change,
        seal: Some(seal.whole()),
    })
}

/// Brings a backup back into an empty database: all of it or nothing. A backup of an earlier
/// version is stepped forward first, in a copy: the file itself is never written to. The chain of
/// its history is verified; `verify` also holds each table of the backup to the digest written
/// with it, then reads every table of the new database again and compares it.
pub async fn restore(db: &Db, file: &Path, verify: bool) -> Result<Copied, BackupError> {
    let copy = Copy::of(file, verify).await?;
    let mut from = copy.db.read().await?;
    let not_a_backup = |_| BackupError::NotABackup(file.display().to_string());
    let purpose = Installation::read(&mut from).await.map_err(not_a_backup)?;
    if purpose.is_none() {
        return Err(BackupError::NotABackup(file.display().to_string()));
    }
    let verified = ledger::verify(&mut from).await.map_err(not_a_backup)?;
    let broken = match verified {
        Verified::Broken(broken) => Some(broken),
        Verified::Whole(..) => None,
    };
    copy.refuse_altered(broken)?;
    // A file cut short opens, and fails where it is read: every table is, before anything is made.
    from.seal().await.map_err(not_a_backup)?;
    db.migrate().await?;
    let mut into = db.write().await?;
    if Installation::read(&mut into).await?.is_some() {
        return Err(BackupError::NotEmpty);
    }
    let (tables, rows) = copy_tables(&mut from, &mut into, verify).await?;
    let change = ledger::last_change(&mut into).await?;
    into.commit().await?;
    Ok(Copied {
        schema: copy.schema,
        tables,
        rows,
        change,
        seal: copy.seal,
    })
}

/// Copies every table; how many there are, and how many rows.
async fn copy_tables(
    from: &mut Tx,
    into: &mut Tx,
    verify: bool,
) -> Result<(usize, u64), BackupError> {
    let tables = from.tables().await?;
    let mut rows = 0;
    for table in &tables {
        let copied = from.copy_table(table, into).await?;
        if verify && into.content(table).await? != copied {
            return Err(BackupError::Differs(table.name.clone()));
        }
        rows += copied.rows;
    }
    Ok((tables.len(), rows))
}

/// A copy of the backup with the schema of this program. It goes with its folder.
struct Copy {
    db: Db,
    /// The step that the backup itself is at.
    schema: i64,
    /// What the backup's digests have against it.
    altered: Vec<Alteration>,
    /// The digest of the whole.
    seal: Option<[u8; 32]>,
    _folder: TempDir,
}

impl Copy {
    async fn of(file: &Path, verify: bool) -> Result<Self, BackupError> {
        if !file.exists() {
            return Err(BackupError::Missing(file.display().to_string()));
        }
        let folder = tempfile::tempdir().map_err(|cause| told(&std::env::temp_dir(), cause))?;
        let copy: PathBuf = folder.path().join("sauvegarde.db");
        std::fs::copy(file, &copy).map_err(|cause| told(file, cause))?;
        let not_a_backup = |_| BackupError::NotABackup(file.display().to_string());
        let db = open(&copy).await.map_err(not_a_backup)?;
        let schema = db.schema().await.map_err(not_a_backup)?;
        if schema == 0 {
            return Err(BackupError::NotABackup(file.display().to_string()));
        }
        if schema > Db::known_schema() {
            let (found, known) = (schema, Db::known_schema());
            return Err(BackupError::Newer { found, known });
        }
        // Before the steps of the schema, which alter what the digests are of.
        let (mut altered, mut seal) = (Vec::new(), None);
        if verify {
            let mut tx = db.read().await?;
            if let Some(held) = tx.held_to_its_seal().await.map_err(not_a_backup)? {
                seal = Some(held.whole);
                altered = held.altered;
            }
        }
        let copy = Self {
            db,
            schema,
            altered,
            seal,
            _folder: folder,
        };
        if let Err(cause) = copy.db.migrate().await {
            // What was altered may be what keeps the schema from being stepped forward.
            copy.refuse_altered(None)?;
            return Err(not_a_backup(cause));
        }
        Ok(copy)
    }

    fn refuse_altered(&self, chain: Option<Broken>) -> Result<(), BackupError> {
        match (self.altered.is_empty(), chain) {
            (true, None) => Ok(()),
            (true, Some(broken)) => Err(BackupError::Broken(broken)),
            (false, chain) => Err(BackupError::Altered {
                tables: self.altered.clone(),
                chain,
            }),
        }
    }
}

fn altered_in_french(tables: &[Alteration], chain: Option<Broken>) -> String {
    let mut lines = vec![
        "cette sauvegarde n’est plus telle qu’elle a été écrite ; rien n’a été restauré :"
            .to_owned(),
    ];
    lines.extend(tables.iter().map(|altered| {
        let Some(table) = &altered.table else {
            return "- la liste des empreintes elle-même a été modifiée".to_owned();
        };
        match (altered.sealed, altered.found) {
            (before, now) if before == now => format!(
                "- table « {table} » : des lignes ont été modifiées ({now}, comme à l’écriture)"
            ),
            (before, now) => format!(
                "- table « {table} » : {} à l’écriture de la sauvegarde, {now} maintenant",
                counted(
                    usize::try_from(before).unwrap_or(usize::MAX),
                    "ligne",
                    "lignes"
                )
            ),
        }
    }));
    if let Some(broken) = chain {
        lines.push(format!("- historique : {broken}"));
    }
    lines.push("Prenez une autre sauvegarde. Sans --verify, celle-ci se restaure telle qu’elle est si son historique est intact.".to_owned());
    lines.join("\n")
}

fn told(path: &Path, cause: std::io::Error) -> BackupError {
    let path = path.display().to_string();
    let cause = CannotWrite::from(cause);
    BackupError::File { path, cause }
}

async fn open(file: &Path) -> Result<Db, DbError> {
    Db::open(&format!("sqlite://{}", file.display())).await
}
