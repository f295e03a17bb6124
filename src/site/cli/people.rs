//! `jalon init` and `jalon person`.

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CliError, Session};
use crate::access::factor::{RemoveFactor, store as factors};
use crate::access::grant::{self, GiveGrant, NewGrant, Remit};
use crate::access::link::{InvitePerson, store as links};
use crate::access::store::{self, AddPerson, Whose};
use crate::access::{Act, Email, NewPassword, NewPerson, permit};
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::paris_date;
use crate::platform::db::Db;
use crate::platform::mail::Post;
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
    /// Ouvrir un compte et écrire à la personne un lien pour choisir son mot de passe
    Invite {
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
    /// Retirer la double authentification à qui a perdu son téléphone et ses codes de secours
    RemoveFactor {
        /// Adresse électronique du compte
        #[arg(long, value_name = "ADRESSE")]
        email: Email,
        /// Pourquoi ; le journal le garde et la personne le lit
        #[arg(long, value_name = "MOTIF", default_value = "")]
        why: String,
    },
}

pub(super) async fn init(session: &Session, init: Init) -> Result<(), CliError> {
    // What the person typed is refused before anything is made.
    let password = read_password()?;
    let Init { name, email } = init;
    let email = email.of_account()?;
    NewPassword::new(&password, &name, email.as_str())?;
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
    match command {
        PersonCommand::Add {
            name,
            email,
            role,
            organisation,
        } => add(session, name, email, role.map(|role| (role, organisation))).await,
        PersonCommand::Invite {
            name,
            email,
            role,
            organisation,
        } => invite(session, name, email, role.map(|role| (role, organisation))).await,
        PersonCommand::RemoveFactor { email, why } => remove_factor(session, &email, &why).await,
    }
}

/// Opens an account, and gives it a role for an organisation where one is said.
async fn add(
    session: &Session,
    name: String,
    email: Email,
    given: Option<(String, String)>,
) -> Result<(), CliError> {
    let email = email.of_account()?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let password = NewPassword::new(&read_password()?, &name, email.as_str())?;
    let password = password.digest().await?;
    let mut change = Change::open(&db, &session.clock, actor, AddPerson::NAME).await?;
    let permit = permit::<AddPerson>(&mut change, ()).await?;
    let new = NewPerson {
        name,
        email: email.clone(),
        password,
    };
    let added = store::add_person(&mut change, permit, new).await;
    let person = added.map_err(|error| not_added(error, &email))?;
    if let Some((role, organisation)) = given {
        give(&mut change, person, role, organisation).await?;
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
        remit: Remit::of(&role, &organisation),
        starts_on: paris_date(change.at()),
        ends_on: None,
        why: "À l’ouverture du compte.".to_owned(),
    };
    let permit = permit::<GiveGrant>(change, new).await?;
    grant::store::give(change, permit).await?;
    Ok(())
}

fn not_added(error: LedgerError, email: &Email) -> CliError {
    if store::is_taken(&error) {
        format!("un compte a déjà l’adresse « {email} »").into()
    } else {
        error.into()
    }
}

/// Opens an account, gives it a role for an organisation where one is said, and writes to its owner;
/// who runs an installation that sends no mail is given the link, to hand over.
async fn invite(
    session: &Session,
    name: String,
    email: Email,
    given: Option<(String, String)>,
) -> Result<(), CliError> {
    let email = email.of_account()?;
    let post = Post::new(&session.config)?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let mut change = Change::open(&db, &session.clock, actor, InvitePerson::NAME).await?;
    let may_add = permit::<AddPerson>(&mut change, ()).await?;
    let added = store::add_invited(&mut change, may_add, name, &email).await;
    let person = added.map_err(|error| not_added(error, &email))?;
    if let Some((role, organisation)) = given {
        give(&mut change, person, role, organisation).await?;
    }
    let today = paris_date(change.at());
    let may_invite = permit::<InvitePerson>(&mut change, Whose { person, today }).await?;
    let secret = links::invite(&mut change, &session.clock, may_invite).await?;
    change.commit().await?;
    if post.is_open() {
        say!("Compte ouvert pour {email} ; l’invitation part avec le prochain envoi du serveur.");
    } else if let Some(secret) = secret {
        say!(
            "Compte ouvert pour {email}. Aucun serveur de courriel n’est réglé (smtp_url) : remettez ce lien à la personne, il sert une fois, pendant trois jours."
        );
        say!("{}", post.filled(&links::address(&secret)));
    }
    Ok(())
}

async fn remove_factor(session: &Session, email: &Email, why: &str) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let owner = store::person_by_email(&mut db.read().await?, email.as_str()).await?;
    let owner = owner.ok_or_else(|| format!("aucun compte n’a l’adresse « {email} »"))?;
    let mut change = Change::open(&db, &session.clock, actor, RemoveFactor::NAME).await?;
    if !why.trim().is_empty() {
        change = change.because(why.trim());
    }
    let whose = Whose {
        person: owner.id,
        today: paris_date(change.at()),
    };
    let permit = permit::<RemoveFactor>(&mut change, whose).await?;
    let removed = factors::remove(&mut change, &session.clock, permit, None).await?;
    if !removed {
        return Err(format!("« {email} » n’a pas de double authentification").into());
    }
    change.commit().await?;
    say!("Double authentification retirée à {email} ; ses sessions sont terminées.");
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
