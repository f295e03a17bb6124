//! `jalon demo`.

use super::{CliError, Session, server};
use crate::imports::Reader;
use crate::platform::db::Db;
use crate::site::demo::Larger;
use crate::site::{self, Installation, demo, is_complete};

pub(super) async fn run(
    session: Session,
    build_only: bool,
    larger: Larger,
) -> Result<(), CliError> {
    // A port that is taken is told before anything is built.
    let listener = if build_only {
        None
    } else {
        Some(site::listen(session.config.listen).await?)
    };
    session
        .making(async |db: &Db| prepare(db, larger).await)
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

/// Builds the demonstration where it is absent. Where another process is at it, waits for it.
async fn prepare(db: &Db, larger: Larger) -> Result<(), CliError> {
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
            demo::build(db, &reader, larger, |step| say!("{step}…")).await?;
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
