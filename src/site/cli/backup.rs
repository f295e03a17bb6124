//! `jalon backup` and `jalon restore`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, Session};
use crate::platform::db::Db;
use crate::site::backup::{self, Copied};

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Fichier à créer
    #[arg(value_name = "FICHIER")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// Sauvegarde à restaurer, dans une base vide
    #[arg(value_name = "FICHIER")]
    file: PathBuf,
    /// Relire chaque table après coup et la comparer à la sauvegarde : la copie est fidèle ; les
    /// données personnelles (noms, adresses, motifs), effaçables, sont hors de la chaîne
    /// d’empreintes et rien ne dit si la sauvegarde elle-même les a gardées telles quelles
    #[arg(long)]
    verify: bool,
}

/// What no digest of the history covers.
const UNVERIFIED: &str = "Non vérifié : que les tables de la sauvegarde (chiffres, termes) concordent avec son journal, ni que la sauvegarde n’a pas été modifiée avant d’être restaurée. Les données personnelles (noms, adresses, motifs saisis), qui doivent pouvoir être effacées, ne sont pas dans la chaîne d’empreintes. Gardez la sauvegarde en lieu sûr.";

pub(super) async fn backup(session: &Session, args: BackupArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let copied = backup::backup(&db, &args.file).await?;
    tell("Sauvegarde écrite", &args.file, copied);
    Ok(())
}

pub(super) async fn restore(session: &Session, args: RestoreArgs) -> Result<(), CliError> {
    let restored =
        session.making(async |db: &Db| Ok(backup::restore(db, &args.file, args.verify).await?));
    let copied = restored.await?;
    tell("Sauvegarde restaurée", &args.file, copied);
    let (schema, known) = (copied.schema, Db::known_schema());
    if schema < known {
        say!("Schéma : étape {schema} dans la sauvegarde, {known} dans la base.");
    }
    let change = copied.change;
    say!(
        "Historique vérifié : chaîne d’empreintes intacte du changement n° 1 au n° {change} : les entrées du journal concordent avec leurs empreintes."
    );
    if args.verify {
        let Copied { tables, rows, .. } = copied;
        say!(
            "Contenu vérifié : {tables} tables relues dans la base, {rows} lignes, les mêmes comptes et les mêmes empreintes que dans la sauvegarde."
        );
        say!("{UNVERIFIED}");
    }
    Ok(())
}

fn tell(done: &str, file: &Path, copied: Copied) {
    let Copied {
        tables,
        rows,
        change,
        ..
    } = copied;
    say!(
        "{done} : {}, {tables} tables, {rows} lignes, jusqu’au changement n° {change}.",
        file.display()
    );
}
