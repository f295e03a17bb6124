//! `jalon backup` and `jalon restore`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, Session};
use crate::kernel::hex;
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
    /// Comparer chaque table de la sauvegarde à l’empreinte écrite avec elle, et nommer celles qui
    /// ont changé depuis ; puis relire chaque table restaurée et la comparer à la sauvegarde
    #[arg(long)]
    verify: bool,
}

/// What the digests of a backup do not prove.
const UNPROVEN: &str = "Ces empreintes ne sont pas signées : elles disent un accident ou une retouche, non qu’une personne aurait réécrit la sauvegarde et ses empreintes ensemble. Pour l’exclure, comparez l’empreinte ci-dessus à celle que vous avez notée ailleurs à la sauvegarde.";

/// What is said of a backup without digests.
const UNSEALED: &str = "Cette sauvegarde vient d’une version antérieure, qui n’écrivait pas d’empreinte par table : rien ne dit si ses tables (chiffres, clauses, comptes) ont été modifiées depuis. Seule la chaîne du journal est vérifiée, et la copie.";

pub(super) async fn backup(session: &Session, args: BackupArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let copied = backup::backup(&db, &args.file).await?;
    tell("Sauvegarde écrite", &args.file, copied);
    if let Some(seal) = copied.seal {
        let seal = hex(&seal);
        say!("Empreinte de l’ensemble : {seal}");
        say!("Notez-la ailleurs que sur ce disque : « jalon restore --verify » la redonne.");
    }
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
        match copied.seal {
            Some(seal) => {
                let seal = hex(&seal);
                say!("Tables de la sauvegarde : toutes telles qu’à son écriture.");
                say!("Empreinte de l’ensemble : {seal}");
                say!("{UNPROVEN}");
            }
            None => say!("{UNSEALED}"),
        }
        say!(
            "Copie vérifiée : {tables} tables relues dans la base, {rows} lignes, les mêmes comptes et les mêmes empreintes que dans la sauvegarde."
        );
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
