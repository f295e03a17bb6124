//! `jalon values rehearse|template|commit|undo|list|show`.

mod template;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::{CliError, Session, out};
use crate::access::Reach;
use crate::contracts::library;
use crate::figures::values::{INTAKE, Mapping, Settings};
use crate::figures::{Snapshots, Sources};
use crate::imports::reader::Limits;
use crate::imports::{
    ActError, Batch, BatchState, Committed, Imports, KnownFile, Problem, Reader, Said, SentFile,
    named, parse_id, store,
};
use crate::ledger::Actor;
use crate::organisations::Directories;
use crate::platform::antivirus::Antivirus;
use crate::platform::clock::french_instant;
use crate::platform::file;
use crate::site;

#[derive(Debug, Subcommand)]
pub(super) enum ValuesCommand {
    /// Lire un fichier de valeurs et dire ce qu’il changerait, sans rien changer
    Rehearse(RehearseArgs),
    /// Écrire un classeur Excel à remplir, qui se recharge tel quel
    Template(template::TemplateArgs),
    /// Enregistrer une répétition : tout ou rien
    Commit {
        /// Identifiant donné par la répétition
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// Annuler un import : remettre ce qu’il y avait avant, sauf ce qui a changé depuis
    Undo {
        /// Identifiant de l’import
        #[arg(value_name = "IMPORT")]
        import: String,
        /// Pourquoi : le motif reste au journal
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Lister les derniers imports et leur sort
    List {
        /// En JSON
        #[arg(long)]
        json: bool,
    },
    /// Montrer un import : ce qu’il changerait ou a changé, et ses problèmes
    Show {
        /// Identifiant de l’import
        #[arg(value_name = "IMPORT")]
        import: String,
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
    /// D’où le fournisseur tient les valeurs (par défaut : la source de chaque indicateur)
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Jour que les valeurs décrivent
    #[arg(long, value_name = "DATE")]
    reference_date: Option<String>,
    /// Jour avant lequel les valeurs restent cachées
    #[arg(long, value_name = "DATE")]
    embargo: Option<String>,
    /// Indicateur d’un fichier qui ne le dit pas
    #[arg(long, value_name = "CODE")]
    indicator: Option<String>,
    /// Période d’un fichier qui ne la dit pas
    #[arg(long, value_name = "PÉRIODE")]
    period: Option<String>,
    /// Lecture des colonnes, en JSON (par défaut : celle reconnue, ou retenue pour ce fournisseur)
    #[arg(long, value_name = "FICHIER")]
    mapping: Option<PathBuf>,
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
        ValuesCommand::Rehearse(args) => {
            // Before the database is asked for anything: a file that is none is told at once.
            let most = Limits::default().bytes;
            let bytes = read(&args.file, most)?;
            let mapping = args.mapping.as_deref().map(|file| mapping(file, most));
            let mapping = mapping.transpose()?;
            let (imports, actor) = desk(session).await?;
            let said = Said {
                mapping,
                ..Said::beside(beside(&imports, actor, &args).await?)
            };
            let name = args.file.file_name().unwrap_or_default();
            let file = SentFile {
                name: name.to_string_lossy().into_owned(),
                bytes,
                said,
            };
            tell(&imports, (actor, INTAKE), &file, args.json).await
        }
        ValuesCommand::Template(args) => {
            let (imports, actor) = desk(session).await?;
            let shelf = template::Shelf {
                library: library(),
                directories: Directories::default(),
                snapshots: Snapshots::new(session.clock.clone()),
            };
            template::run(&imports, &shelf, actor, args).await
        }
        ValuesCommand::Commit { import } => {
            let (imports, actor) = desk(session).await?;
            commit(&imports, actor, &import).await
        }
        ValuesCommand::Undo { import, reason } => {
            let (imports, actor) = desk(session).await?;
            undo(&imports, actor, &import, &reason).await
        }
        ValuesCommand::List { json } => {
            let (imports, actor) = desk(session).await?;
            list(&imports, actor, json).await
        }
        ValuesCommand::Show { import, json } => {
            let (imports, actor) = desk(session).await?;
            show(&imports, actor, &import, json).await
        }
    }
}

/// What the commands work with, and for whom.
pub(super) async fn desk(session: &Session) -> Result<(Imports, Actor), CliError> {
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let clock = session.clock.clone();
    let mut imports = site::imports(&Sources::new(db, clock), Reader::of_this_program()?);
    imports.antivirus = Antivirus::of(&session.config);
    Ok((imports, actor))
}

/// Rehearses a file and says what it would change.
pub(super) async fn tell(
    imports: &Imports,
    (actor, intake): (Actor, &'static str),
    file: &SentFile,
    as_json: bool,
) -> Result<ExitCode, CliError> {
    let batch = imports.rehearse(actor, intake, file).await?;
    if let Some(failure) = batch.failure {
        return Err(failure.into());
    }
    let mut tx = imports.db.read().await?;
    let problems = store::problems(&mut tx, batch.id).await?;
    if as_json {
        out::json(&summary(&batch, &problems))?;
    } else {
        print_french(&batch, &problems);
    }
    Ok(if batch.counts.refused > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What the words beside the file say, read as the form of the page is.
async fn beside(imports: &Imports, actor: Actor, args: &RehearseArgs) -> Result<Json, CliError> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let typed = [
        ("cadre", text(&args.framework)),
        ("fournisseur", text(&args.supplier)),
        ("source", text(&args.source)),
        ("reference", text(&args.reference_date)),
        ("embargo", text(&args.embargo)),
        ("indicateur", text(&args.indicator)),
        ("periode", text(&args.period)),
        (
            "statut",
            if args.provisional { "provisoire" } else { "" }.to_owned(),
        ),
    ];
    let typed = typed.map(|(name, text)| (name.to_owned(), text)).into();
    let intake = imports
        .intake(INTAKE)
        .ok_or("les valeurs ne sont pas servies")?;
    let mut tx = imports.db.read().await?;
    let reach = Reach::of(&mut tx, imports.clock.today(), actor).await?;
    let beside = intake.beside(&mut tx, &reach, &typed).await?;
    let beside = beside.map_err(|mistakes| {
        let sentences: Vec<String> = mistakes.into_iter().map(|m| m.sentence).collect();
        sentences.join(" ; ")
    })?;
    let settings = Settings {
        fictional: args.fictional,
        ..serde_json::from_value(beside)?
    };
    Ok(serde_json::to_value(settings)?)
}

fn mapping(file: &Path, most: u64) -> Result<Json, CliError> {
    let text = read(file, most)?;
    let said: Mapping =
        serde_json::from_slice(&text).map_err(|error| format!("{} : {error}", file.display()))?;
    Ok(serde_json::to_value(said)?)
}

pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    file::read(path, most).map_err(|error| format!("{} : {error}", path.display()).into())
}

/// What a program wants to know of a rehearsal.
fn summary(batch: &Batch, problems: &[Problem]) -> Json {
    let counts = batch.counts;
    json!({
        "rehearsal": batch.id,
        "created": counts.created,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
        "problems": problems,
    })
}

fn print_french(batch: &Batch, problems: &[Problem]) {
    let counts = batch.counts;
    say!(
        "{} nouvelles, {} modifiées, {} inchangées, {} refusées ou en attente de réponse.",
        counts.created,
        counts.changed,
        counts.unchanged,
        counts.refused
    );
    for problem in problems {
        say!("{} : {}", problem.place.named(), problem.message);
    }
    if counts.refused > 0 {
        say!("Corrigez le fichier puis recommencez ; rien n’a été enregistré.");
    } else if batch.state == BatchState::Rehearsed {
        say!(
            "Pour enregistrer : jalon {} commit {}",
            command(batch),
            batch.id
        );
    }
}

pub(super) async fn commit(
    imports: &Imports,
    actor: Actor,
    import: &str,
) -> Result<ExitCode, CliError> {
    match imports.commit(actor, parse_id(import)?, None).await? {
        Committed::Now(no) => say!("Enregistré : changement n° {no}."),
        Committed::Before(no) => say!("Déjà enregistré par le changement n° {no}."),
        Committed::Nothing => {
            say!("Rien à enregistrer : tout ce qu’il dit est déjà dans Jalon.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn undo(
    imports: &Imports,
    actor: Actor,
    import: &str,
    reason: &str,
) -> Result<ExitCode, CliError> {
    let undone = imports.undo(actor, parse_id(import)?, reason, None).await?;
    say!(
        "Annulé : changement n° {}, {} lignes remises comme avant.",
        undone.change,
        undone.rows
    );
    if !undone.kept.is_empty() {
        let cells: Vec<_> = undone.kept.into_iter().map(|later| later.place).collect();
        say!("Changées depuis, et laissées : {}.", named(&cells));
    }
    Ok(ExitCode::SUCCESS)
}

/// How many imports are listed.
const LISTED: i64 = 200;

async fn list(imports: &Imports, actor: Actor, as_json: bool) -> Result<ExitCode, CliError> {
    let mut tx = imports.db.read().await?;
    let today = imports.clock.today();
    let reach = Reach::of(&mut tx, today, actor).await?;
    let intakes = &imports.intakes;
    let known = intakes.last_known(&mut tx, (&reach, today), (None, None), LISTED);
    let known = known.await?.into_iter();
    let batches: Vec<Batch> = known.map(|known| known.batch).collect();
    if as_json {
        let listed: Vec<_> = batches.iter().map(listed).collect();
        out::json(&listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    if batches.is_empty() {
        say!("Aucun fichier reçu. `jalon values rehearse FICHIER` en lit un.");
    }
    for batch in batches {
        say!(
            "{}  {:<25} {}  {}",
            batch.id,
            batch.state.french(),
            french_instant(batch.created_at),
            batch.file_name
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(batch: &Batch) -> Json {
    json!({
        "rehearsal": batch.id,
        "file": batch.file_name,
        "state": batch.state.code(),
        "created_at": batch.created_at,
        "change": batch.committed_change,
    })
}

/// The command that serves the files of a batch's kind.
fn command(batch: &Batch) -> &'static str {
    if batch.intake == INTAKE {
        "values"
    } else {
        "terms"
    }
}

async fn show(
    imports: &Imports,
    actor: Actor,
    import: &str,
    as_json: bool,
) -> Result<ExitCode, CliError> {
    let id = parse_id(import)?;
    let mut tx = imports.db.read().await?;
    let today = imports.clock.today();
    let reach = Reach::of(&mut tx, today, actor).await?;
    let known = imports.intakes.known(&mut tx, (&reach, today), id).await?;
    let KnownFile { batch, kept } = known.ok_or(ActError::Unknown)?;
    let hidden = kept.is_hidden();
    let problems = if hidden {
        Vec::new()
    } else {
        store::problems(&mut tx, id).await?
    };
    if as_json {
        let mut shown = summary(&batch, &problems);
        shown["file"] = batch.file_name.as_str().into();
        shown["state"] = batch.state.code().into();
        shown["change"] = batch.committed_change.into();
        shown["undone_change"] = batch.undone_change.into();
        if !hidden {
            shown["mapping"] = batch.mapping.kept.clone();
        }
        out::json(&shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    let who = batch.sender.as_deref().unwrap_or("l’installation");
    let when = french_instant(batch.created_at);
    say!(
        "{} : {}, déposé par {who} le {when}.",
        batch.file_name,
        batch.state.french()
    );
    if let Some(failure) = &batch.failure {
        say!("{failure}");
    }
    print_french(&batch, &problems);
    Ok(ExitCode::SUCCESS)
}
