//! `jalon dossier`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{CliError, Session};
use crate::dossier::{RegionRequest, region_pdf};
use crate::figures::Sources;
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
    /// Une seule page, avec les indicateurs : ceux qui ont une valeur publiée, puis ceux qui demandent le plus d’attention
    #[arg(long)]
    one_page: bool,
}

fn day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| "écrivez la date 15/03/2026 ou 2026-03-15".to_owned())
}

pub(super) async fn dossier(session: &Session, args: DossierArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let request = RegionRequest {
        contract: args.contract,
        section: args.section,
        year: args.year,
        whole: !args.one_page,
        day: args.au,
    };
    let sources = Sources::new(db, session.clock.clone());
    let pdf = region_pdf(&sources, reach, &request).await?;
    file::write(&args.out, &pdf)
        .map_err(|cause| format!("« {} » n’est pas écrit : {cause}", args.out.display()))?;
    say!("{} : {} ko.", args.out.display(), pdf.len() / 1024);
    Ok(())
}
