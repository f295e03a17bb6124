//! `jalon terms rehearse|commit|undo`: the terms of a draft, from a workbook.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::values::{commit, desk, read, tell, undo};
use super::{CliError, Session};
use crate::access::Reach;
use crate::contracts::intake::INTAKE;
use crate::imports::{Imports, Said, SentFile};
use crate::ledger::Actor;

#[derive(Debug, Subcommand)]
pub(super) enum TermsCommand {
    /// Lire un classeur de termes et dire ce qu’il changerait au projet, sans rien changer
    Rehearse(RehearseArgs),
    /// Écrire une répétition dans le projet d’acte : tout ou rien
    Commit {
        /// Identifiant donné par la répétition
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// Annuler un import tant que l’acte est un projet : remettre ce qu’il y avait avant
    Undo {
        /// Identifiant de l’import
        #[arg(value_name = "IMPORT")]
        import: String,
        /// Pourquoi : le motif reste au journal
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct RehearseArgs {
    /// Le classeur : XLSX, ODS ou CSV
    #[arg(value_name = "FICHIER")]
    file: PathBuf,
    /// Fin de l’adresse du contrat
    #[arg(long, value_name = "ADRESSE")]
    contract: String,
    /// Numéro de l’acte dans le contrat
    #[arg(long, value_name = "NUMÉRO")]
    act: i64,
    /// En JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, command: TermsCommand) -> Result<ExitCode, CliError> {
    let (imports, actor) = desk(session).await?;
    match command {
        TermsCommand::Rehearse(args) => rehearse(&imports, actor, args).await,
        TermsCommand::Commit { import } => commit(&imports, actor, &import).await,
        TermsCommand::Undo { import, reason } => undo(&imports, actor, &import, &reason).await,
    }
}

async fn rehearse(
    imports: &Imports,
    actor: Actor,
    args: RehearseArgs,
) -> Result<ExitCode, CliError> {
    let bytes = read(&args.file, imports.reader.limits().bytes)?;
    let intake = imports
        .intake(INTAKE)
        .ok_or("les termes ne sont pas servis")?;
    let typed = [("acte".to_owned(), format!("{}/{}", args.contract, args.act))];
    let mut tx = imports.db.read().await?;
    let reach = Reach::of(&mut tx, imports.clock.today(), actor).await?;
    let beside = intake.beside(&mut tx, &reach, &typed.into()).await?;
    drop(tx);
    let beside = beside.map_err(|mistakes| {
        let sentences: Vec<String> = mistakes.into_iter().map(|m| m.sentence).collect();
        sentences.join(" ; ")
    })?;
    let name = args.file.file_name().unwrap_or_default();
    let file = SentFile {
        name: name.to_string_lossy().into_owned(),
        bytes,
        said: Said::beside(beside),
    };
    tell(imports, (actor, INTAKE), &file, args.json).await
}
