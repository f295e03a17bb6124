//! `jalon values rehearse|commit|list`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, Session, out};
use crate::access::{self, Act as _, Reach};
use crate::figures::Snapshots;
use crate::figures::values::{
    Committed, FileRead, Ground, LoadValues, Rehearsal, Settings, commit, parse_id, rehearse,
};
use crate::frameworks::Library;
use crate::imports::{BatchState, Reader, store};
use crate::ledger::{Actor, Change};
use crate::organisations::Directory;
use crate::platform::clock::french_instant;
use crate::platform::file;

/// Largest file of values read; a file of every figure of a framework over ten years is ten times
/// smaller.
const MOST_BYTES: u64 = 50_000_000;

#[derive(Debug, Subcommand)]
pub(super) enum ValuesCommand {
    /// Lire un fichier de valeurs et dire ce qu’il changerait, sans rien changer
    Rehearse(RehearseArgs),
    /// Enregistrer une répétition : tout ou rien
    Commit {
        /// Identifiant donné par la répétition
        #[arg(value_name = "RÉPÉTITION")]
        rehearsal: String,
    },
    /// Lister les répétitions et leur sort
    List {
        /// En JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct RehearseArgs {
    /// Le fichier
    #[arg(value_name = "FICHIER")]
    file: PathBuf,
    /// Cadre dont le fichier emploie les codes (par défaut : tous, si les codes y sont uniques)
    #[arg(long, value_name = "CADRE")]
    framework: Option<String>,
    /// Organisation qui fournit les valeurs (par défaut : le fournisseur de chaque indicateur)
    #[arg(long, value_name = "ORGANISATION")]
    supplier: Option<String>,
    /// Valeurs provisoires
    #[arg(long)]
    provisional: bool,
    /// Valeurs inventées pour une démonstration, montrées comme telles
    #[arg(long)]
    fictional: bool,
    /// En JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, command: ValuesCommand) -> Result<ExitCode, CliError> {
    match command {
        ValuesCommand::Rehearse(args) => rehearse_file(session, args).await,
        ValuesCommand::Commit { rehearsal } => commit_rehearsal(session, &rehearsal).await,
        ValuesCommand::List { json } => list(session, json).await,
    }
}

async fn rehearse_file(session: &Session, args: RehearseArgs) -> Result<ExitCode, CliError> {
    let bytes = read(&args.file)?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let workbook = Reader::of_this_program()?.read(&name, &bytes).await?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let reach = Reach::of(actor);
    let library = Library::default();
    let (_, directory) = session.ground(&db, &library, actor).await?;
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let figures = Snapshots::new(session.clock.clone())
        .current(&mut tx, reach)
        .await?;
    drop(tx);
    if let Some(code) = &args.framework
        && catalogue.framework(code).is_none()
    {
        return Err(format!(
            "aucun cadre n’a le code « {code} » ; `jalon framework list` les donne"
        )
        .into());
    }
    let supplier = args.supplier.as_deref();
    let settings = Settings {
        framework: args.framework,
        supplier: supplier.map(|s| supplier_code(&directory, s)).transpose()?,
        provisional: args.provisional,
        fictional: args.fictional,
    };
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        settings: &settings,
    };
    let file = FileRead {
        name: &name,
        bytes: &bytes,
        workbook: &workbook,
    };
    let rehearsal = rehearse(&db, &session.clock, reach, file, ground, &figures).await?;
    if args.json {
        print_json(&rehearsal)?;
    } else {
        print_french(&rehearsal);
    }
    Ok(if rehearsal.counts.refused > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The code of the organisation that a person names as the supplier.
fn supplier_code(directory: &Directory, text: &str) -> Result<String, CliError> {
    let found = directory.resolve(text).found();
    let found = found.ok_or_else(|| {
        format!(
            "aucune organisation ne s’appelle « {text} » ; `jalon organisations list` les donne"
        )
    })?;
    Ok(found.code.clone())
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    file::read(path, MOST_BYTES).map_err(|error| format!("{} : {error}", path.display()).into())
}

fn print_json(rehearsal: &Rehearsal) -> Result<(), CliError> {
    let counts = rehearsal.counts;
    let value = json!({
        "rehearsal": rehearsal.id,
        "created": counts.created,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
        "problems": rehearsal.problems,
    });
    out::json(&value)?;
    Ok(())
}

fn print_french(rehearsal: &Rehearsal) {
    let counts = rehearsal.counts;
    say!(
        "{} valeurs nouvelles, {} modifiées, {} inchangées, {} refusées.",
        counts.created,
        counts.changed,
        counts.unchanged,
        counts.refused
    );
    for problem in &rehearsal.problems {
        say!("{} : {}", problem.place.cell(), problem.message);
    }
    if counts.refused == 0 {
        say!("Pour enregistrer : jalon values commit {}", rehearsal.id);
    } else {
        say!("Corrigez le fichier puis recommencez ; rien n’a été enregistré.");
    }
}

async fn commit_rehearsal(session: &Session, rehearsal: &str) -> Result<ExitCode, CliError> {
    let id = parse_id(rehearsal)?;
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let mut change = Change::open(&db, &session.clock, actor, LoadValues::NAME).await?;
    let permit = access::permit::<LoadValues>(actor, id)?;
    let snapshots = Snapshots::new(session.clock.clone());
    let figures = snapshots.current(change.tx(), Reach::of(actor)).await?;
    let outcome = commit(&mut change, permit, &figures).await?;
    change.commit().await?;
    match outcome {
        Committed::Now(no) => say!("Enregistré : changement n° {no}."),
        Committed::Before(no) => say!("Déjà enregistré par le changement n° {no}."),
        Committed::Nothing => {
            say!("Rien à enregistrer : ces valeurs sont déjà celles de Jalon.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(session: &Session, as_json: bool) -> Result<ExitCode, CliError> {
    let db = session.ready_database().await?;
    session.person(&db).await?;
    let mut tx = db.read().await?;
    let batches = store::batches(&mut tx).await?;
    if as_json {
        let listed: Vec<_> = batches
            .iter()
            .map(|batch| {
                json!({
                    "rehearsal": batch.id,
                    "file": batch.file_name,
                    "state": batch.state.code(),
                    "created_at": batch.created_at,
                    "change": batch.committed_change,
                })
            })
            .collect();
        out::json(&listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    if batches.is_empty() {
        say!("Aucun fichier reçu. `jalon values rehearse FICHIER` en lit un.");
    }
    for batch in batches {
        let state = match batch.state {
            BatchState::Rehearsed => "répété",
            BatchState::Committed => "enregistré",
            BatchState::Undone => "annulé",
            BatchState::Dropped => "abandonné",
        };
        say!(
            "{}  {:<11} {}  {}",
            batch.id,
            state,
            french_instant(batch.created_at),
            batch.file_name
        );
    }
    Ok(ExitCode::SUCCESS)
}
