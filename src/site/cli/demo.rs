//! `jalon demo`.

use std::path::PathBuf;

use super::{CliError, Session, server};
use crate::imports::Reader;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::sealed::{KeyFileError, Keyring, create_key};
use crate::site::demo::Larger;
use crate::site::{self, Installation, demo, is_complete};

pub(super) async fn run(
    mut session: Session,
    build_only: bool,
    larger: Larger,
) -> Result<(), CliError> {
    // A port that is taken is told before anything is built.
    let listener = if build_only {
        None
    } else {
        Some(site::listen(session.config.listen).await?)
    };
    give_key(&mut session.config)?;
    let keyring = site::keyring(&session.config)?;
    session
        .making(async |db: &Db| prepare(db, &keyring, larger).await)
        .await?;
    let Some(listener) = listener else {
        return Ok(());
    };
    say!(
        "Ouvrez http://{} : {} / {}",
        listener.local_addr()?,
        demo::EMAIL,
        demo::PASSWORD
    );
    server::serve_on(session, listener).await
}

/// Gives the demonstration a file of keys beside its database, where it has none of its own.
fn give_key(config: &mut Config) -> Result<(), CliError> {
    let Some(file) = config.database_url.strip_prefix("sqlite://") else {
        return Ok(());
    };
    if config.seal_key_file.is_none() {
        let path = PathBuf::from(format!("{file}.cles"));
        if !path.exists() {
            match create_key(&path, "demonstration") {
                // Another demonstration may begin at the same moment.
                Ok(_) | Err(KeyFileError::Exists(_)) => {}
                Err(refused) => return Err(refused.into()),
            }
        }
        config.seal_key_file = Some(path);
    }
    Ok(())
}

/// Builds the demonstration where it is absent. Where another process is at it, waits for it.
async fn prepare(db: &Db, keyring: &Keyring, larger: Larger) -> Result<(), CliError> {
    db.migrate().await?;
    let _alone = if let Some(alone) = db.try_alone().await? {
        alone
    } else {
        say!("Une autre commande construit cette démonstration ; attente de sa fin…");
        db.alone().await?
    };
    let mut tx = db.read().await?;
    let purpose = Installation::read(&mut tx).await?;
    let complete = is_complete(&mut tx).await?;
    drop(tx);
    match purpose {
        None => {
            let reader = Reader::of_this_program()?;
            demo::build(db, (&reader, keyring), larger, |step| say!("{step}…")).await?;
            say!("Démonstration prête.");
            Ok(())
        }
        Some(Installation::Demo) if complete => Ok(()),
        Some(Installation::Demo) => Err("la construction de la démonstration a été interrompue : supprimez cette base et recommencez".into()),
        Some(Installation::Real) => {
            Err("cette base sert pour de vrai : la démonstration n’y entre pas".into())
        }
    }
}
