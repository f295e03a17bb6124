//! `jalon serve`, `jalon migrate`, `jalon config`.

use tokio::net::TcpListener;

use super::{CliError, Session};
use crate::imports::Reader;
use crate::platform::db::Db;
use crate::site::{self, App};

pub(super) async fn serve(session: Session) -> Result<(), CliError> {
    let listener = site::listen(session.config.listen).await?;
    serve_on(session, listener).await
}

pub(super) async fn serve_on(session: Session, listener: TcpListener) -> Result<(), CliError> {
    let filter = tracing_subscriber::EnvFilter::try_new(&session.config.log)
        .map_err(|error| format!("configuration invalide : « log » : {error}"))?;
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let db = session.ready_database().await?;
    let app = App::new(
        db,
        session.clock,
        session.config,
        Reader::of_this_program()?,
    )
    .await?;
    site::serve(app, listener).await?;
    Ok(())
}

pub(super) async fn migrate(session: &Session) -> Result<(), CliError> {
    let db = session.database().await?;
    let before = db.schema().await?;
    db.migrate().await?;
    println!("Schéma : étape {before} → {}.", Db::known_schema());
    Ok(())
}

pub(super) fn show_config(session: &Session) {
    let config = &session.config;
    let engine = config.database_url.split(':').next().unwrap_or_default();
    // The address may hold a password: only the engine is shown.
    println!("database_url = {engine}:…");
    println!("listen       = {}", config.listen);
    println!("public_url   = {}", config.public_url);
    println!("log          = {}", config.log);
}
