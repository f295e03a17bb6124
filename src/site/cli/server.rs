//! `jalon serve`, `jalon migrate`, `jalon config`.

use tokio::net::TcpListener;

use super::{CliError, Session};
use crate::access::grant::store::appoint_all;
use crate::imports::Reader;
use crate::platform::config::OpenId;
use crate::platform::db::Db;
use crate::site::{self, App, Installation};

pub(super) async fn serve(session: Session) -> Result<(), CliError> {
    let listener = site::listen(session.config.listen).await?;
    serve_on(session, listener).await
}

pub(super) async fn serve_on(session: Session, listener: TcpListener) -> Result<(), CliError> {
    let filter = session.config.log_filter()?;
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let db = session.ready_database().await?;
    let mut tx = db.read().await?;
    let installed = Installation::read(&mut tx).await?;
    drop(tx);
    if installed.is_none() {
        return Err(
            "cette base n’a encore aucun compte : lancez `jalon init`, puis recommencez".into(),
        );
    }
    if let Some(address) = session.config.metrics_listen {
        site::watch(db.clone(), address).await?;
    }
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
    let migrated = session.making(async |db: &Db| {
        let before = db.schema().await?;
        db.migrate().await?;
        let appointed = appoint_all(db, &session.clock).await?;
        Ok((before, appointed))
    });
    let (before, appointed) = migrated.await?;
    say!("Schéma : étape {before} → {}.", Db::known_schema());
    if appointed > 0 {
        say!(
            "Les comptes déjà ouverts ({appointed}) ont reçu le rôle d’administrateur national, que le journal garde : donnez à chacun le sien sur /personnes, puis retirez celui-là."
        );
    }
    Ok(())
}

pub(super) fn show_config(session: &Session) {
    let config = &session.config;
    let engine = config.database_url.split(':').next().unwrap_or_default();
    // The address may hold a password: only the engine is shown.
    say!("database_url = {engine}:…");
    say!("listen       = {}", config.listen);
    if let Some(address) = config.metrics_listen {
        say!("metrics_listen = {address}");
    }
    say!("public_url   = {}", config.public_url);
    say!(
        "smtp_url     = {}",
        if config.smtp_url.is_some() {
            "réglée"
        } else {
            "aucune : les courriels attendent"
        }
    );
    if !config.mail_from.is_empty() {
        say!("mail_from    = {}", config.mail_from);
    }
    if !config.support_contact.is_empty() {
        say!("support_contact = {}", config.support_contact);
    }
    say!("second_factor = {}", config.second_factor.word());
    if let Some(clamd) = &config.clamd_address {
        say!("clamd_address = {clamd}");
        let unseen = if config.clamd_unreachable_accepts {
            "accept"
        } else {
            "refuse"
        };
        say!("clamd_unreachable = {unseen}");
    }
    if let Some(file) = &config.seal_key_file {
        say!("seal_key_file = {}", file.display());
    }
    if config.openid.is_on() {
        show_provider(&config.openid);
    }
    say!("log          = {}", config.log);
    say!("client_address_header = {}", config.client_address_header);
    say!("largest_document = {} octets", config.largest_document);
    say!(
        "api_requests_per_minute = {}",
        config.api_requests_per_minute
    );
}

/// The provider of identities, without what Jalon proves itself with.
fn show_provider(provider: &OpenId) {
    say!("openid_issuer = {}", provider.issuer);
    say!("openid_client_id = {}", provider.client_id);
    say!("openid_client_secret = réglé");
    say!("openid_scopes = {}", provider.scopes);
    say!("openid_acr = {}", provider.acr.join(" "));
    say!("openid_amr = {}", provider.amr.join(" "));
    say!("openid_label = {}", provider.label);
    say!("openid_userinfo = {}", provider.userinfo.word());
}
