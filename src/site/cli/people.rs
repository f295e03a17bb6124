//! `jalon init` and `jalon person`.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CliError, Session};
use crate::access::grant::{self, GiveGrant, NewGrant};
use crate::access::store::{self, AddPerson};
use crate::access::{self, Act, Email, NewPerson, permit};
use crate::ledger::{Actor, Change};
use crate::platform::clock::paris_date;
use crate::platform::db::Db;
use crate::site::{Installation, initialise, install, shipped};

/// The first account of an installation.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Nom de la première personne, qui administre
    #[arg(long, value_name = "NOM")]
    name: String,
    /// Son adresse électronique
    #[arg(long, value_name = "ADRESSE")]
    email: Email,
}

#[derive(Debug, Subcommand)]
pub(super) enum PersonCommand {
    /// Ouvrir un compte ; le mot de passe est lu sur l’entrée standard ou dans `JALON_PASSWORD`
    Add {
        /// Nom
        #[arg(long, value_name = "NOM")]
        name: String,
        /// Adresse électronique
        #[arg(long, value_name = "ADRESSE")]
        email: Email,
        /// Rôle à lui donner aussitôt, parmi ceux de `jalon grant roles`
        #[arg(long, value_name = "RÔLE")]
        role: Option<String>,
        /// Code de l’organisation pour laquelle ce rôle se tient
        #[arg(long, value_name = "CODE", default_value = "", requires = "role")]
        organisation: String,
    },
}

pub(super) async fn init(session: &Session, init: Init) -> Result<(), CliError> {
    // What the person typed is refused before anything is made.
    let password = read_password()?;
    access::check_password(&password)?;
    let Init { name, email } = init;
    say!(
        "Base installée. Connectez-vous avec {}.",
        session
            .making(async |db: &Db| {
                db.migrate().await?;
                let (clock, purpose) = (&session.clock, Installation::Real);
                initialise(db, clock, purpose, &name, email.clone(), password).await?;
                let actor = Actor::Person(session.person(db).await?.id);
                install::directory(db, clock, actor, &shipped::directory()?).await?;
                Ok(email)
            })
            .await?
    );
    Ok(())
}

pub(super) async fn person(session: &Session, command: PersonCommand) -> Result<(), CliError> {
    let PersonCommand::Add {
        name,
        email,
        role,
        organisation,
    } = command;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let password = access::hash_password(read_password()?).await?;
    let mut change = Change::open(&db, &session.clock, actor, AddPerson::NAME).await?;
    let permit = permit::<AddPerson>(&mut change, ()).await?;
    let new = NewPerson {
        name,
        email: email.clone(),
        password,
    };
    match store::add_person(&mut change, permit, new).await {
        Ok(person) => {
            if let Some(role) = role {
                give(&mut change, person, role, organisation).await?;
            }
        }
        Err(error) if store::is_taken(&error) => {
            return Err(format!("un compte a déjà l’adresse « {email} »").into());
        }
        Err(error) => return Err(error.into()),
    }
    change.commit().await?;
    say!("Compte ouvert pour {email}.");
    Ok(())
}

/// Gives a role to the person of an account just opened, in the same change.
async fn give(
    change: &mut Change,
    person: Uuid,
    role: String,
    organisation: String,
) -> Result<(), CliError> {
    let new = NewGrant {
        person,
        role,
        organisation,
        framework: String::new(),
        objective: String::new(),
        contract: None,
        starts_on: paris_date(change.at()),
        ends_on: None,
        why: "À l’ouverture du compte.".to_owned(),
    };
    let permit = permit::<GiveGrant>(change, new).await?;
    grant::store::give(change, permit).await?;
    Ok(())
}

/// The password: from the environment, or one line of standard input, so that it stands neither
/// on the command line nor in its history.
fn read_password() -> Result<String, CliError> {
    if let Ok(password) = std::env::var("JALON_PASSWORD") {
        return Ok(password);
    }
    eprint!("Mot de passe : ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
