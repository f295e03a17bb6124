//! `jalon journal`: verifying the history, and keeping an anchor of it elsewhere.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{CliError, Session, out};
use crate::access::event::{self, SealsVerified, verify_seals_against};
use crate::ledger::{self, Anchor, Verified};
use crate::platform::clock::french_date;
use crate::platform::file::{self, CannotWrite};

/// The largest file of anchors: one a day for some two hundred years.
const LARGEST: u64 = 8 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// Recalculer toute la chaîne d’empreintes et nommer le premier maillon rompu
    Verify {
        /// Fichier d’ancres gardé ailleurs, auquel la chaîne doit répondre
        #[arg(long, value_name = "FICHIER")]
        anchors: Option<PathBuf>,
        /// En JSON
        #[arg(long)]
        json: bool,
    },
    /// Écrire le dernier maillon, à garder là où l’on ne peut pas modifier la base
    Anchor {
        /// Fichier auquel l’ajouter, une ligne par jour ; par défaut, l’écran
        #[arg(long, value_name = "FICHIER")]
        into: Option<PathBuf>,
    },
}

pub(super) async fn run(session: &Session, command: JournalCommand) -> Result<ExitCode, CliError> {
    match command {
        JournalCommand::Verify { anchors, json } => verify(session, anchors.as_deref(), json).await,
        JournalCommand::Anchor { into } => {
            anchor(session, into.as_deref()).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn verify(session: &Session, file: Option<&Path>, json: bool) -> Result<ExitCode, CliError> {
    let anchors = file.map(anchors).transpose()?.unwrap_or_default();
    let db = session.ready_database().await?;
    let mut tx = db.read().await?;
    let verified = ledger::verify_against(&mut tx, &anchors.changes).await?;
    let seals = verify_seals_against(&mut tx, &anchors.accesses).await?;
    let unguarded = tx.unguarded().await?;
    let sound = matches!(verified, Verified::Whole(_)) && matches!(seals, SealsVerified::Whole(_));
    let whole = sound && unguarded.is_empty();
    if json {
        out::json(&json!({
            "whole": whole,
            "changes": if let Verified::Whole(changes) = verified { Some(changes) } else { None },
            "broken": if let Verified::Broken(broken) = verified { Some(broken.no()) } else { None },
            "anchors": anchors.changes.len(),
            "seal_anchors": anchors.accesses.len(),
            "broken_seal": if let SealsVerified::Broken(no) = seals { Some(no) } else { None },
            "unguarded": unguarded,
        }))?;
    } else {
        tell(&verified, anchors.changes.len(), &unguarded);
        tell_seals(seals, anchors.accesses.len());
    }
    Ok(if whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(verified: &Verified, anchors: usize, unguarded: &[String]) {
    match verified {
        Verified::Whole(changes) => {
            say!("Historique intact : la chaîne tient du changement n° 1 au n° {changes}.");
        }
        Verified::Broken(broken) => {
            complain!("Historique rompu : {broken}. Ce qui précède est intact.");
        }
    }
    match (verified, anchors) {
        (Verified::Broken(_), _) => {}
        (Verified::Whole(_), 0) => say!(
            "Aucune ancre n’a été donnée : qui possède toute la base peut avoir tout réécrit. `jalon journal anchor` en écrit une, à garder ailleurs."
        ),
        (Verified::Whole(_), 1) => say!("Il répond à l’ancre donnée."),
        (Verified::Whole(_), _) => say!("Il répond aux {anchors} ancres données."),
    }
    for table in unguarded {
        complain!(
            "La table « {table} » n’est plus protégée contre les réécritures ; `jalon migrate` remet la protection."
        );
    }
}

fn tell_seals(seals: SealsVerified, anchors: usize) {
    match (seals, anchors) {
        (SealsVerified::Whole(0), _) => say!("Accès : aucun scellé encore."),
        (SealsVerified::Whole(seals), 0) => {
            say!("Accès : scellés intacts du n° 1 au n° {seals}.");
        }
        (SealsVerified::Whole(seals), _) => {
            say!(
                "Accès : scellés intacts du n° 1 au n° {seals} ; ils répondent à ce qui fut ancré."
            );
        }
        (SealsVerified::Broken(no), _) => {
            complain!(
                "Accès : le scellé n° {no} est rompu, manque ou n’est pas celui qui fut ancré."
            );
        }
    }
}

/// What stands before the anchor of a seal of accesses.
const OF_ACCESSES: &str = "acces ";

/// What was kept elsewhere.
#[derive(Default)]
struct Anchors {
    changes: Vec<Anchor>,
    accesses: Vec<Anchor>,
}

/// The anchors of a file: one a line, the day before it, whatever follows `#` set aside.
fn anchors(path: &Path) -> Result<Anchors, CliError> {
    let text = file::read_text(path, LARGEST);
    let text = text.map_err(|error| format!("« {} » : {error}", path.display()))?;
    let mut anchors = Anchors::default();
    for (no, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let anchor = line.split_once(' ').map_or(line, |(_, anchor)| anchor);
        let (kept, anchor) = match anchor.strip_prefix(OF_ACCESSES) {
            Some(anchor) => (&mut anchors.accesses, anchor),
            None => (&mut anchors.changes, anchor),
        };
        let anchor = anchor.parse();
        kept.push(anchor.map_err(|error| format!("« {} », ligne {no} : {error}", path.display()))?);
    }
    Ok(anchors)
}

async fn anchor(session: &Session, into: Option<&Path>) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let mut tx = db.read().await?;
    let anchor = ledger::anchor(&mut tx).await?;
    let anchor = anchor.ok_or("l’historique est vide : il n’y a rien à ancrer")?;
    let seal = event::anchor(&mut tx).await?;
    drop(tx);
    let today = session.clock.today();
    let mut lines = format!("{today} {anchor}\n");
    let mut told = format!("changement n° {}", anchor.no);
    if let Some(seal) = seal {
        lines += &format!("{today} {OF_ACCESSES}{seal}\n");
        told += &format!(", scellé d’accès n° {}", seal.no);
    }
    let Some(path) = into else {
        out::text(&lines);
        return Ok(());
    };
    append(path, &lines).map_err(|cause| format!("« {} » : {cause}", path.display()))?;
    let day = french_date(today);
    say!("Ancre du {day} ajoutée à {} : {told}.", path.display());
    Ok(())
}

/// Adds lines in one write, so that two commands at once do not mix theirs.
fn append(path: &Path, lines: &str) -> Result<(), CannotWrite> {
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(path)?;
    Ok(file.write_all(lines.as_bytes())?)
}
