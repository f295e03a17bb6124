//! `jalon seal`: the master keys, and what is sealed under them.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{CliError, Session};
use crate::access::factor::store::seal_some;
use crate::access::keys::{self, Passed};
use crate::contracts::store::unsound_notes;
use crate::kernel::counted;
use crate::ledger::Actor;
use crate::platform::db::Db;
use crate::sealed::{Keyring, SealError, add_key, create_key, store};
use crate::site::keyring;

#[derive(Debug, Subcommand)]
pub(super) enum SealCommand {
    /// Créer un fichier de clés, lisible de son seul propriétaire
    CreateKey {
        /// Fichier à créer, hors de la base et de ses sauvegardes
        #[arg(value_name = "FICHIER")]
        file: PathBuf,
    },
    /// Ajouter une clé au fichier réglé (`seal_key_file`) : elle scelle désormais
    AddKey,
    /// Placer tout ce qui est scellé sous la première clé du fichier ; se reprend où il s’est arrêté
    Rotate,
    /// Ouvrir tout ce qui est scellé, sans rien en montrer, et nommer ce qui ne s’ouvre pas
    Check,
}

pub(super) async fn seal(session: &Session, command: SealCommand) -> Result<(), CliError> {
    match command {
        SealCommand::CreateKey { file } => create(session, &file),
        SealCommand::AddKey => add(session),
        SealCommand::Rotate => rotate(session).await,
        SealCommand::Check => check(session).await,
    }
}

fn create(session: &Session, file: &Path) -> Result<(), CliError> {
    let id = create_key(file, &session.clock.today().to_string())?;
    let file = file.display();
    say!("Clé « {id} » créée dans {file}.");
    say!("Réglez seal_key_file = \"{file}\", puis relancez le serveur.");
    say!(
        "Gardez-en une copie en lieu sûr, ailleurs que les sauvegardes : sans elle, ce qui est scellé ne s’ouvre plus."
    );
    Ok(())
}

fn add(session: &Session) -> Result<(), CliError> {
    let file = session.config.seal_key_file.as_deref();
    let file = file.ok_or(SealError::NoKey)?;
    let id = add_key(file, &session.clock.today().to_string())?;
    say!("Clé « {id} » ajoutée en tête de {}.", file.display());
    say!(
        "Gardez une copie du fichier en lieu sûr, relancez le serveur, puis lancez « jalon seal rotate »."
    );
    Ok(())
}

/// The keys of the settings, which this command cannot do without.
fn keys_of(session: &Session) -> Result<Keyring, CliError> {
    let keyring = keyring(&session.config)?;
    if keyring.is_set() {
        Ok(keyring)
    } else {
        Err(SealError::NoKey.into())
    }
}

async fn rotate(session: &Session) -> Result<(), CliError> {
    let keyring = keys_of(session)?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    while seal_some(&db, &session.clock, &keyring).await? > 0 {}
    let passed = keys::rotate(&db, &session.clock, actor, &keyring).await?;
    let current = keyring.current().unwrap_or_default();
    let done = counted(passed.done, "élément est passé", "éléments sont passés");
    say!("{done} sous la clé « {current} ».");
    refuse_closed(&passed)?;
    under(&db, &current).await
}

/// Says which keys of the file serve no more.
async fn under(db: &Db, current: &str) -> Result<(), CliError> {
    let counts = store::count(&mut db.read().await?).await?;
    let others = counts.iter().any(|(key, _)| key != current);
    if !others {
        say!(
            "Plus rien n’est scellé sous une autre clé : retirez les anciennes du fichier quand aucune sauvegarde à garder n’en dépend."
        );
    }
    Ok(())
}

async fn check(session: &Session) -> Result<(), CliError> {
    let keyring = keys_of(session)?;
    let db = session.ready_database().await?;
    let counts = store::count(&mut db.read().await?).await?;
    for (key, count) in counts {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        say!(
            "Clé « {key} » : {}.",
            counted(count, "élément scellé", "éléments scellés")
        );
    }
    let mut sound = true;
    for note in unsound_notes(&mut db.read().await?).await? {
        sound = false;
        let what = if note.missing {
            "manque"
        } else {
            "n’est pas celle que le journal connaît"
        };
        complain!(
            "Note confidentielle de « {} » : la version {} {what}.",
            note.slug,
            note.no
        );
    }
    let passed = keys::check(&db, &keyring).await?;
    say!(
        "{}.",
        counted(passed.done, "élément s’ouvre", "éléments s’ouvrent")
    );
    refuse_closed(&passed)?;
    if sound {
        Ok(())
    } else {
        Err("des notes ne sont pas entières : reprenez-les d’une sauvegarde".into())
    }
}

/// Names what does not open.
fn refuse_closed(passed: &Passed) -> Result<(), CliError> {
    if passed.closed.is_empty() {
        return Ok(());
    }
    for (place, why) in &passed.closed {
        complain!("{place} : {why}");
    }
    let count = counted(
        passed.closed.len(),
        "élément ne s’ouvre pas et reste tel quel",
        "éléments ne s’ouvrent pas et restent tels quels",
    );
    Err(format!("{count} ; voyez « Une clé perdue » dans docs/scellement.md").into())
}
