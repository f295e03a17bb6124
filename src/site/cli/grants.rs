//! `jalon grant`: who may do what.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use uuid::Uuid;

use super::{CliError, Session};
use crate::access::grant::store::{self, GrantError};
use crate::access::grant::{EndGrant, GiveGrant, people_store};
use crate::access::role::Roles;
use crate::access::{Act as _, Reach, grant_words, permit, store as people};
use crate::contracts::library;
use crate::ledger::{Actor, Change};
use crate::organisations::Directories;
use crate::people::read_grant;
use crate::platform::clock::paris_date;
use crate::platform::db::Db;

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
    #[arg(long, value_name = "ADRESSE", default_value = "")]
    pub contract: String,
    /// Limité à un volet de ce contrat
    #[arg(long, value_name = "VOLET", default_value = "")]
    pub section: String,
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
    /// The same, as fields of a form.
    fn fields(self) -> Vec<(String, String)> {
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let fields = [
            ("role", self.role),
            ("organisation", self.organisation),
            ("cadre", self.framework),
            ("objectif", self.objective),
            ("contrat", self.contract),
            ("volet", self.section),
            ("debut", day(self.from)),
            ("fin", day(self.until)),
            ("motif", self.why),
        ];
        let owned = fields.map(|(name, text)| (name.to_owned(), text));
        owned.into()
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
    let mut change = Change::open(db, &session.clock, actor, GiveGrant::NAME)
        .await?
        .because(given.why.clone());
    let today = paris_date(change.at());
    let reach = Reach::of(change.tx(), today, actor).await?;
    let person = people::person_by_email(change.tx(), email).await?;
    let person = person.ok_or_else(|| format!("aucun compte n’a l’adresse « {email} »"))?;
    let fields = given.fields();
    let kept = (&library(), &Directories::default());
    let said = (fields.as_slice(), today);
    let new = read_grant(change.tx(), &reach, kept, &person, said).await?;
    let new = new.map_err(GrantError::Objections)?;
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
            say!("{}  {}  {}", grant.id, one.email, grant_words(grant));
        }
    }
    Ok(())
}
