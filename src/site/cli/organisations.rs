//! `jalon organisations`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{CliError, Session, out};
use crate::access::{Act as _, permit};
use crate::ledger::{Actor, Change};
use crate::organisations::store::{self, ImportDirectory, Tally};
use crate::organisations::{Organisation, OrganisationKind, source};
use crate::platform::web::parse_day;

#[derive(Debug, Subcommand)]
pub(super) enum OrganisationsCommand {
    /// Mettre le répertoire à jour depuis ses fichiers texte ; recommencer ne change rien
    Import {
        /// Dossier qui contient organisations.yaml et lieux.yaml
        #[arg(value_name = "DOSSIER")]
        folder: PathBuf,
    },
    /// Lister les organisations en vigueur un jour donné
    List {
        /// Le jour, par exemple 30/06/2017 (par défaut : aujourd’hui)
        #[arg(long, value_name = "DATE")]
        au: Option<String>,
        /// Écrire du JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn organisations(
    session: &Session,
    command: OrganisationsCommand,
) -> Result<(), CliError> {
    match command {
        OrganisationsCommand::Import { folder } => import(session, folder).await,
        OrganisationsCommand::List { au, json } => list(session, au, json).await,
    }
}

async fn import(session: &Session, folder: PathBuf) -> Result<(), CliError> {
    let wanted = source::read_folder(&folder)
        .map_err(|problems| format!("rien n’a été importé :\n{problems}"))?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let mut change = Change::open(&db, &session.clock, actor, ImportDirectory::NAME).await?;
    let permit = permit::<ImportDirectory>(&mut change, ()).await?;
    let imported = store::import(&mut change, permit, &wanted).await?;
    match change.commit().await? {
        Some(no) => say!("Répertoire à jour, changement n° {no}."),
        None => say!("Rien à changer : le répertoire est déjà celui des fichiers."),
    }
    tell("Organisations", &imported.organisations);
    tell("Lieux", &imported.places);
    Ok(())
}

fn tell(what: &str, tally: &Tally) {
    say!(
        "{what} : nouveaux {}, modifiés {}, inchangés {}.",
        tally.created,
        tally.changed,
        tally.same
    );
    if !tally.absent.is_empty() {
        say!(
            "  Absents des fichiers et conservés : {}. Pour qu’un élément prenne fin, laissez-le dans le fichier et donnez-lui une date « au ».",
            tally.absent.join(", ")
        );
    }
}

async fn list(session: &Session, au: Option<String>, json: bool) -> Result<(), CliError> {
    let day = match au {
        None => session.clock.today(),
        Some(text) => parse_day(&text)
            .ok_or_else(|| format!("« {text} » n’est pas une date ; par exemple 30/06/2017"))?,
    };
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    let directory = store::directory(&mut tx, reach).await?;
    let existing: Vec<&Organisation> = directory
        .organisations()
        .iter()
        .filter(|organisation| organisation.valid_on(day))
        .collect();
    if json {
        out::json(&existing)?;
        return Ok(());
    }
    if existing.is_empty() {
        say!(
            "Aucune organisation à cette date. `jalon organisations import DOSSIER` charge le répertoire."
        );
    }
    let mut kind: Option<OrganisationKind> = None;
    for organisation in existing {
        if kind.replace(organisation.kind) != Some(organisation.kind) {
            say!("{}", organisation.kind.french());
        }
        say!("  {:<14} {}", organisation.code, organisation.name);
    }
    Ok(())
}
