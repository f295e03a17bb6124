//! `jalon grant`: who may do what.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use uuid::Uuid;

use super::{CliError, Session};
use crate::access::grant::store::{self, GrantError};
use crate::access::grant::{EndGrant, GiveGrant, NewGrant, people_store};
use crate::access::role::Roles;
use crate::access::{Act as _, permit, store as people};
use crate::ledger::{Actor, Change};
use crate::platform::clock::paris_date;
use crate::platform::db::{Db, Tx};

#[derive(Debug, Subcommand)]
pub(super) enum GrantCommand {
    /// Donner un rôle à une personne
    Add {
        /// Adresse électronique de la personne
        #[arg(long, value_name = "ADRESSE")]
        person: String,
        #[command(flatten)]
        given: GivenArgs,
    },
    /// Mettre fin à une habilitation
    End {
        /// Son identifiant, que donne `jalon grant list`
        #[arg(value_name = "HABILITATION")]
        id: Uuid,
        /// Pourquoi ; le journal le garde
        #[arg(long, value_name = "MOTIF")]
        why: String,
    },
    /// Lister les habilitations du jour
    List {
        /// D’une seule personne, par son adresse électronique
        #[arg(long, value_name = "ADRESSE")]
        person: Option<String>,
    },
    /// Lister les rôles
    Roles,
}

/// A role, and what it is limited to.
#[derive(Debug, Args)]
pub(super) struct GivenArgs {
    /// Clé du rôle, que donne `jalon grant roles`
    #[arg(long, value_name = "RÔLE")]
    pub role: String,
    /// Code de l’organisation pour laquelle il se tient
    #[arg(long, value_name = "CODE", default_value = "")]
    pub organisation: String,
    /// Limité à un cadre
    #[arg(long, value_name = "CODE", default_value = "")]
    pub framework: String,
    /// Limité à un objectif de ce cadre
    #[arg(long, value_name = "NUMÉRO", default_value = "")]
    pub objective: String,
    /// Limité à un contrat, par la fin de son adresse
    #[arg(long, value_name = "ADRESSE")]
    pub contract: Option<String>,
    /// Premier jour (par défaut : aujourd’hui)
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// Dernier jour (par défaut : sans fin)
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// Pourquoi ; le journal le garde
    #[arg(long, value_name = "MOTIF")]
    pub why: String,
}

impl GivenArgs {
    /// The grant that it says.
    pub(super) async fn grant(
        self,
        tx: &mut Tx,
        person: Uuid,
        today: Date,
    ) -> Result<NewGrant, CliError> {
        let contract = match &self.contract {
            None => None,
            Some(slug) => {
                let found = people_store::contract(tx, slug).await?;
                Some(found.ok_or_else(|| format!("aucun contrat n’est à l’adresse « {slug} »"))?)
            }
        };
        Ok(NewGrant {
            person,
            role: self.role,
            organisation: self.organisation,
            framework: self.framework,
            objective: self.objective,
            contract,
            starts_on: self.from.unwrap_or(today),
            ends_on: self.until,
            why: self.why,
        })
    }
}

pub(super) async fn grant(session: &Session, command: GrantCommand) -> Result<(), CliError> {
    if let GrantCommand::Roles = command {
        for role in Roles::known().all() {
            say!("{}  {}", role.key, role.name);
        }
        return Ok(());
    }
    let db = session.ready_database().await?;
    match command {
        GrantCommand::Add { person, given } => add(session, &db, &person, given).await,
        GrantCommand::End { id, why } => end(session, &db, id, why).await,
        GrantCommand::List { person } => list(session, &db, person.as_deref()).await,
        GrantCommand::Roles => Ok(()),
    }
}

async fn add(session: &Session, db: &Db, email: &str, given: GivenArgs) -> Result<(), CliError> {
    let actor = Actor::Person(session.person(db).await?.id);
    let why = given.why.clone();
    let mut change = Change::open(db, &session.clock, actor, GiveGrant::NAME)
        .await?
        .because(why);
    let person = people::person_by_email(change.tx(), email).await?;
    let person = person.ok_or_else(|| format!("aucun compte n’a l’adresse « {email} »"))?;
    let today = paris_date(change.at());
    let new = given.grant(change.tx(), person.id, today).await?;
    let permit = permit::<GiveGrant>(&mut change, new).await?;
    let id = store::give(&mut change, permit).await?;
    change.commit().await?;
    say!("Habilitation donnée à {email} : {id}.");
    Ok(())
}

async fn end(session: &Session, db: &Db, id: Uuid, why: String) -> Result<(), CliError> {
    let actor = Actor::Person(session.person(db).await?.id);
    let mut change = Change::open(db, &session.clock, actor, EndGrant::NAME)
        .await?
        .because(why);
    let permit = permit::<EndGrant>(&mut change, id).await?;
    store::end(&mut change, permit)
        .await
        .map_err(|error: GrantError| error)?;
    change.commit().await?;
    say!("Habilitation finie.");
    Ok(())
}

async fn list(session: &Session, db: &Db, email: Option<&str>) -> Result<(), CliError> {
    let reach = session.reach(db).await?;
    let mut tx = db.read().await?;
    let all = people_store::people(&mut tx, &reach, session.clock.today()).await?;
    let email = email.map(people::fold_email);
    for one in all {
        if email.as_ref().is_some_and(|email| *email != one.email) {
            continue;
        }
        for grant in &one.grants {
            let limits = [&grant.organisation, &grant.framework, &grant.objective];
            let limits: Vec<&str> = limits
                .into_iter()
                .map(String::as_str)
                .filter(|l| !l.is_empty())
                .collect();
            let limits = if limits.is_empty() {
                "tout".to_owned()
            } else {
                limits.join(", ")
            };
            say!(
                "{}  {}  {}, {limits}",
                grant.id,
                one.email,
                Roles::known().name(&grant.role)
            );
        }
    }
    Ok(())
}
