//! `jalon dossier`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{CliError, Session};
use crate::access::Reach;
use crate::contracts::library;
use crate::dossier::{Exemplar, Request, Sources, dossier as said_of, region_pdf};
use crate::figures::Snapshots;
use crate::ledger::Actor;
use crate::organisations::Directories;
use crate::platform::db::Db;
use crate::platform::file;
use crate::platform::web::parse_day;

#[derive(Debug, Args)]
pub(super) struct DossierArgs {
    /// Adresse du contrat, comme dans `jalon contracts list`
    #[arg(long, value_name = "CONTRAT")]
    contract: String,
    /// Année examinée
    #[arg(long, value_name = "ANNÉE")]
    year: i16,
    /// Fichier PDF à créer
    #[arg(long, value_name = "FICHIER")]
    out: PathBuf,
    /// Volet, pour un contrat qui en a plusieurs (par défaut : le premier)
    #[arg(long, value_name = "VOLET")]
    section: Option<String>,
    /// Chiffres et termes connus au : 15/03/2026 ou 2026-03-15 (par défaut : aujourd’hui)
    #[arg(long, value_parser = day, value_name = "DATE")]
    au: Option<Date>,
    /// La fiche région au lieu du dossier : un tableau de tous les indicateurs
    #[arg(long)]
    fiche: bool,
    /// Avec --fiche, une seule page : les indicateurs qui ont une valeur publiée, puis ceux qui demandent le plus d’attention
    #[arg(long, requires = "fiche")]
    one_page: bool,
}

fn day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| "écrivez la date 15/03/2026 ou 2026-03-15".to_owned())
}

pub(super) async fn dossier(session: &Session, args: DossierArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = Reach::of(Actor::Person(session.person(&db).await?.id));
    let sources = sources(session, db);
    let request = Request {
        contract: args.contract,
        section: args.section,
        year: args.year,
        day: args.au,
    };
    let pdf = if args.fiche {
        region_pdf(&sources, reach, &request, !args.one_page).await?
    } else {
        said_of(&sources, reach, &request, Exemplar::Working)
            .await?
            .pdf()?
    };
    file::write(&args.out, &pdf)
        .map_err(|cause| format!("« {} » n’est pas écrit : {cause}", args.out.display()))?;
    say!("{} : {} ko.", args.out.display(), pdf.len() / 1024);
    Ok(())
}

fn sources(session: &Session, db: Db) -> Sources {
    Sources {
        db,
        clock: session.clock.clone(),
        library: library(),
        snapshots: Snapshots::new(session.clock.clone()),
        directories: Directories::default(),
    }
}
