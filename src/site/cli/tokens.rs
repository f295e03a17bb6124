//! `jalon token`: the programs that act for a person.

use clap::Subcommand;

use super::{CliError, Session};
use crate::access::token::{CreateToken, NewToken, RevokeToken, Secret, TokenScope, store};
use crate::access::{Act, NotPermitted, permit};
use crate::ledger::{Actor, Change};
use crate::platform::clock::french_date;
use crate::platform::web::parse_day;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Ouvrir un accès par programme ; son jeton n’est montré qu’une fois
    Add {
        /// Nom du programme
        #[arg(long, value_name = "NOM")]
        name: String,
        /// Dernier jour : 31/12/2026
        #[arg(long, value_name = "JOUR")]
        until: String,
        /// Laisser aussi écrire
        #[arg(long)]
        write: bool,
    },
    /// Lister les accès du compte
    List,
    /// Révoquer un accès
    Revoke {
        /// Identifiant donné par la liste
        #[arg(value_name = "ACCÈS")]
        id: String,
    },
}

pub(super) async fn token(session: &Session, command: TokenCommand) -> Result<(), CliError> {
    match command {
        TokenCommand::Add { name, until, write } => add(session, &name, &until, write).await,
        TokenCommand::List => list(session).await,
        TokenCommand::Revoke { id } => revoke(session, &id).await,
    }
}

async fn add(session: &Session, name: &str, until: &str, write: bool) -> Result<(), CliError> {
    let scope = if write {
        TokenScope::ReadWrite
    } else {
        TokenScope::Read
    };
    let new = NewToken::new(name, scope, parse_day(until), session.clock.today());
    let new = new.map_err(|mistakes| {
        let told = mistakes.name.into_iter().chain(mistakes.expires_on);
        told.collect::<Vec<_>>().join(" ")
    })?;
    let db = session.ready_database().await?;
    let person = session.person(&db).await?;
    let actor = Actor::Person(person.id);
    let secret = Secret::random();
    let mut change = Change::open(&db, &session.clock, actor, CreateToken::NAME).await?;
    let permit = permit::<CreateToken>(&mut change, person.id).await?;
    store::create(&mut change, permit, &new, &secret).await?;
    change.commit().await?;
    eprintln!("Accès ouvert. Son jeton ne sera plus jamais montré :");
    println!("{}", secret.reveal());
    Ok(())
}

async fn list(session: &Session) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let tokens = store::tokens(&mut db.read().await?, reach).await?;
    if tokens.is_empty() {
        println!("Aucun accès. `jalon token add` en ouvre un.");
    }
    let today = session.clock.today();
    for token in tokens {
        let state = match token.revoked_at {
            Some(_) => "révoqué".to_owned(),
            None if token.is_alive(today) => {
                format!("jusqu’au {}", french_date(token.expires_on))
            }
            None => format!("terminé le {}", french_date(token.expires_on)),
        };
        println!(
            "{}  {}  {}, {state}",
            token.id,
            token.name,
            token.scope.french()
        );
    }
    Ok(())
}

async fn revoke(session: &Session, id: &str) -> Result<(), CliError> {
    let unknown =
        "aucun accès ouvert de ce compte ne porte cet identifiant ; `jalon token list` les donne";
    let id = id.trim().parse().map_err(|_| unknown)?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let mut change = Change::open(&db, &session.clock, actor, RevokeToken::NAME).await?;
    let permit = match permit::<RevokeToken>(&mut change, id).await {
        Err(NotPermitted::Unknown | NotPermitted::Denied(_)) => return Err(unknown.into()),
        permitted => permitted?,
    };
    if !store::revoke(&mut change, permit).await? {
        return Err(unknown.into());
    }
    change.commit().await?;
    println!("Accès révoqué.");
    Ok(())
}
