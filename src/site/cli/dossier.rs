//! `jalon dossier`.

use std::path::{Path, PathBuf};

use clap::Args;
use jalon_render::packed;
use jiff::civil::Date;

use super::{CliError, Session};
use crate::access::Reach;
use crate::dossier::{
    Asked, Format, IndicatorRequest, Request, indicator_pdf, issue, issued, items, region_pdf,
    working_copy,
};
use crate::figures::Sources;
use crate::kernel::Period;
use crate::platform::file;
use crate::platform::web::parse_day;

#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct DossierArgs {
    /// Adresse du contrat, comme dans `jalon contracts list`
    #[arg(long, value_name = "CONTRAT", required_unless_present_any = ["all", "indicator"])]
    contract: Option<String>,
    /// Cadre, avec --all ou --indicator
    #[arg(long, value_name = "CADRE")]
    framework: Option<String>,
    /// Les dossiers de tous les contrats signés du cadre : --out est alors un répertoire, ou un fichier .zip
    #[arg(long, requires_all = ["framework", "year"], conflicts_with_all = ["contract", "indicator", "fiche"])]
    all: bool,
    /// La fiche d’un indicateur du cadre, par son code : une page, toutes les régions
    #[arg(long, value_name = "CODE", requires = "framework", conflicts_with_all = ["contract", "fiche", "issue"])]
    indicator: Option<String>,
    /// Avec --indicator, la période montrée (par défaut : la dernière)
    #[arg(long, value_name = "PÉRIODE", requires = "indicator")]
    period: Option<Period>,
    /// Année examinée
    #[arg(long, value_name = "ANNÉE", required_unless_present = "indicator")]
    year: Option<i16>,
    /// Fichier à créer : .pdf, .docx ou .xlsx
    #[arg(long, value_name = "FICHIER")]
    out: PathBuf,
    /// Volet, pour un contrat qui en a plusieurs (par défaut : le premier)
    #[arg(long, value_name = "VOLET")]
    section: Option<String>,
    /// Chiffres et termes connus au : 15/03/2026 ou 2026-03-15 (par défaut : aujourd’hui)
    #[arg(long, value_parser = day, value_name = "DATE")]
    au: Option<Date>,
    /// Émettre le dossier : il est conservé tel quel et inscrit au journal
    #[arg(long, conflicts_with = "fiche")]
    issue: bool,
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

/// Who asks, and what documents are made from.
struct Maker {
    sources: Sources,
    reach: Reach,
}

impl Maker {
    /// The files of a dossier in these formats: a working copy, or those that were issued.
    async fn files(
        &self,
        request: &Request,
        formats: &[Format],
        issues: bool,
    ) -> Result<Vec<(String, Vec<u8>)>, CliError> {
        if issues {
            let id = issue(&self.sources, self.reach.actor(), request, None).await?;
            return self.kept(id, formats).await;
        }
        let (name, said) = working_copy(&self.sources, &self.reach, request).await?;
        let file = |format: &Format| {
            let name = format!("{name}.{}", format.code());
            Ok((name, format.drawn(&said)?))
        };
        formats.iter().map(file).collect()
    }

    /// The files of an issued dossier, as they are kept.
    async fn kept(
        &self,
        id: uuid::Uuid,
        formats: &[Format],
    ) -> Result<Vec<(String, Vec<u8>)>, CliError> {
        let mut tx = self.sources.db.read().await?;
        let mut files = Vec::new();
        for format in formats {
            let file = issued::file(&mut tx, &self.reach, id, *format).await?;
            files.extend(file.map(|(file, bytes)| (file.name, bytes)));
        }
        Ok(files)
    }
}

pub(super) async fn dossier(session: &Session, args: DossierArgs) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = session.reach(&db).await?;
    let maker = Maker {
        sources: Sources::new(db, session.clock.clone()),
        reach,
    };
    if let Some(indicator) = &args.indicator {
        return of_indicator(&maker, indicator, &args).await;
    }
    let year = args.year.unwrap_or_default();
    let Some(contract) = &args.contract else {
        return of_all(&maker, year, &args).await;
    };
    let request = Request {
        contract: contract.clone(),
        section: args.section.clone(),
        year,
        day: args.au,
    };
    let bytes = if args.fiche {
        region_pdf(&maker.sources, &maker.reach, &request, !args.one_page).await?
    } else {
        let format = format_of(&args.out)?;
        let mut files = maker.files(&request, &[format], args.issue).await?;
        files.pop().map(|(_, bytes)| bytes).unwrap_or_default()
    };
    write(&args.out, &bytes)
}

/// What the name of a file asks for.
fn format_of(out: &Path) -> Result<Format, CliError> {
    let extension = out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let format = Format::from_code(&extension.to_lowercase());
    format.ok_or_else(|| {
        format!(
            "« {} » : terminez le nom par .pdf, .docx ou .xlsx",
            out.display()
        )
        .into()
    })
}

async fn of_indicator(maker: &Maker, code: &str, args: &DossierArgs) -> Result<(), CliError> {
    let request = IndicatorRequest {
        framework: args.framework.clone().unwrap_or_default(),
        indicator: code.to_owned(),
        measure: None,
        period: args.period,
        day: args.au,
    };
    let pdf = indicator_pdf(&maker.sources, &maker.reach, &request).await?;
    write(&args.out, &pdf)
}

/// The dossiers of every contract of a framework, told one by one.
async fn of_all(maker: &Maker, year: i16, args: &DossierArgs) -> Result<(), CliError> {
    let asked = Asked {
        framework: args.framework.clone().unwrap_or_default(),
        year,
        day: args.au,
    };
    let items = items(&maker.sources, &maker.reach, &asked).await?;
    let zips = args
        .out
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let mut all = Vec::new();
    for item in &items {
        let request = Request {
            contract: item.contract.clone(),
            section: Some(item.section.clone()),
            year,
            day: args.au,
        };
        let files = maker.files(&request, &Format::ALL, args.issue).await?;
        say!("{}/{} {}", item.rank, items.len(), item.label);
        if zips {
            all.extend(files);
        } else {
            std::fs::create_dir_all(&args.out).map_err(|cause| unwritten(&args.out, &cause))?;
            for (name, bytes) in files {
                let path = args.out.join(name);
                file::write(&path, &bytes).map_err(|cause| unwritten(&path, &cause))?;
            }
        }
    }
    if zips {
        return write(&args.out, &packed(all)?);
    }
    say!("{} : {} fichiers.", args.out.display(), 3 * items.len());
    Ok(())
}

fn write(out: &Path, bytes: &[u8]) -> Result<(), CliError> {
    file::write(out, bytes).map_err(|cause| unwritten(out, &cause))?;
    say!("{} : {} ko.", out.display(), bytes.len() / 1024);
    Ok(())
}

fn unwritten(out: &Path, cause: &dyn std::fmt::Display) -> CliError {
    format!("« {} » n’est pas écrit : {cause}", out.display()).into()
}
