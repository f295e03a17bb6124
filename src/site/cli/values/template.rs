//! `jalon values template`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jalon_render::workbook::xlsx;

use super::CliError;
use crate::access::Reach;
use crate::figures::Snapshots;
use crate::figures::values::grid::{Soil, Wanted};
use crate::figures::values::template::{template, years};
use crate::frameworks::Library;
use crate::imports::Imports;
use crate::ledger::Actor;
use crate::organisations::Directories;

/// What is kept in memory between two readings.
pub(super) struct Shelf {
    pub library: Library,
    pub directories: Directories,
    pub snapshots: Snapshots,
}

#[derive(Debug, Args)]
pub(in crate::site::cli) struct TemplateArgs {
    /// Cadre dont viennent les indicateurs
    #[arg(long, value_name = "CADRE")]
    framework: String,
    /// Seulement ceux que cette organisation fournit
    #[arg(long, value_name = "ORGANISATION")]
    supplier: Option<String>,
    /// Seulement cet indicateur
    #[arg(long, value_name = "CODE")]
    indicator: Option<String>,
    /// Seulement cette région : une ligne par indicateur
    #[arg(long, value_name = "RÉGION")]
    region: Option<String>,
    /// Années, par exemple 2023 ou 2022-2024 (par défaut : la dernière année entière)
    #[arg(long, value_name = "ANNÉES", default_value = "")]
    years: String,
    /// Le classeur à écrire
    #[arg(long, value_name = "FICHIER")]
    out: PathBuf,
}

pub(super) async fn run(
    imports: &Imports,
    shelf: &Shelf,
    actor: Actor,
    args: TemplateArgs,
) -> Result<ExitCode, CliError> {
    let reach = &Reach::of(&mut imports.db.read().await?, imports.clock.today(), actor).await?;
    let mut tx = imports.db.read().await?;
    let catalogue = shelf.library.catalogue(&mut tx, reach).await?;
    let directory = shelf.directories.current(&mut tx, reach).await?;
    let figures = shelf.snapshots.current(&mut tx, reach).await?;
    drop(tx);
    let wanted = Wanted {
        framework: args.framework,
        indicator: args.indicator,
        supplier: args.supplier,
        region: args.region,
        years: years(&args.years)?,
    };
    let soil = Soil {
        catalogue: &catalogue,
        directory: &directory,
        figures: &figures,
        today: imports.clock.today(),
        reach,
    };
    let book = template(&wanted, soil)?;
    std::fs::write(&args.out, xlsx(&book)?)
        .map_err(|error| format!("{} : {error}", args.out.display()))?;
    // The first sheet is the notice.
    let sheets = book.sheets.len() - 1;
    let word = if sheets > 1 { "feuilles" } else { "feuille" };
    println!("{} écrit : {sheets} {word} à remplir.", args.out.display());
    Ok(ExitCode::SUCCESS)
}
