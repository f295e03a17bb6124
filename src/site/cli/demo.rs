//! `jalon demo`.

use super::{CliError, Session, server};
use crate::site::{Installation, demo, is_complete};

pub(super) async fn run(session: Session, build_only: bool) -> Result<(), CliError> {
    let db = session.database().await?;
    db.migrate().await?;
    let (purpose, complete) = {
        let mut tx = db.read().await?;
        (
            Installation::read(&mut tx).await?,
            is_complete(&mut tx).await?,
        )
    };
    match purpose {
        None => {
            demo::build(&db, |step| println!("{step}…")).await?;
            println!("Démonstration prête.");
        }
        Some(Installation::Demo) if complete => {}
        Some(Installation::Demo) => {
            return Err("la construction de la démonstration a été interrompue : supprimez cette base et recommencez".into());
        }
        Some(Installation::Real) => {
            return Err("cette base sert pour de vrai : la démonstration n’y entre pas".into());
        }
    }
    if build_only {
        return Ok(());
    }
    println!(
        "Ouvrez http://{} : {} / {}",
        session.config.listen,
        demo::EMAIL,
        demo::PASSWORD
    );
    server::serve(session).await
}
