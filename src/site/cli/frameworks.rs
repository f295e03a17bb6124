//! `jalon framework check|import|export|list`.

mod export;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{CliError, Session, out};
use crate::access::{Act as _, Reach, permit};
use crate::contracts::library;
use crate::frameworks::store::{Origin, Revise};
use crate::frameworks::{
    self, FILES, Framework, Known, Library, Problem, Proposal, Reading, Revised, Severity,
};
use crate::ledger::{Actor, Change};
use crate::platform::file;
use crate::site::{HOLDERS, shipped};

/// The file in which an export says which revision it was written from.
const REVISION_FILE: &str = "REVISION";

#[derive(Debug, Subcommand)]
pub(super) enum FrameworkCommand {
    /// Vérifier les textes d’un cadre, ou de tous ceux d’un dossier, sans rien écrire
    Check {
        /// Dossier d’un cadre, ou dossier qui contient des cadres
        #[arg(value_name = "DOSSIER")]
        folder: PathBuf,
        /// Donner les comptes et les problèmes en JSON
        #[arg(long)]
        json: bool,
    },
    /// Charger un cadre, ou tous ceux d’un dossier, comme nouvelle révision
    Import {
        /// Dossier d’un cadre, ou dossier qui contient des cadres
        #[arg(value_name = "DOSSIER")]
        folder: PathBuf,
        /// Numéro de la révision dont ces textes sont partis (par défaut : le fichier REVISION)
        #[arg(long, value_name = "NUMÉRO")]
        base: Option<i64>,
        /// Dire ce qui a été chargé en JSON
        #[arg(long)]
        json: bool,
    },
    /// Écrire les textes de la révision en vigueur
    Export {
        /// Code du cadre
        code: String,
        /// Dossier où créer celui du cadre (par défaut : frameworks)
        #[arg(long, value_name = "DOSSIER", default_value = "frameworks")]
        out: PathBuf,
        /// Écraser ce que contient le dossier du cadre
        #[arg(long)]
        force: bool,
    },
    /// Lister les cadres
    List {
        /// En JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(
    session: &Session,
    command: FrameworkCommand,
) -> Result<ExitCode, CliError> {
    match command {
        FrameworkCommand::Check { folder, json } => check(&folder, json),
        FrameworkCommand::Import { folder, base, json } => {
            import(session, &folder, base, json).await
        }
        FrameworkCommand::Export { code, out, force } => {
            export::export(session, &code, &out, force).await
        }
        FrameworkCommand::List { json } => list(session, json).await,
    }
}

/// Reads the frameworks at an address: one folder, or each folder of a folder. `known` is what
/// they may refer to beside each other and their neighbours.
fn read(folder: &Path, mut known: Known) -> Result<Vec<(PathBuf, Reading)>, CliError> {
    let folder = folder
        .canonicalize()
        .map_err(|error| format!("{} : {error}", folder.display()))?;
    if !folder.join(FILES[0]).exists() && contains_folders(&folder)? {
        let readings = frameworks::read_all(&folder, &mut known)?;
        let placed = readings.into_iter().map(|(name, r)| (folder.join(name), r));
        return Ok(placed.collect());
    }
    if let Some(parent) = folder.parent()
        && let Ok(neighbours) = frameworks::read_all(parent, &mut known)
    {
        // For what this one may refer to.
        for (_, reading) in neighbours {
            if let Some(neighbour) = &reading.framework {
                known.add(neighbour);
            }
        }
    }
    let reading = frameworks::read_dir(&folder, &known);
    Ok(vec![(folder, reading)])
}

fn contains_folders(folder: &Path) -> Result<bool, CliError> {
    for entry in std::fs::read_dir(folder)? {
        if entry?.path().join(FILES[0]).exists() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn check(folder: &Path, as_json: bool) -> Result<ExitCode, CliError> {
    let readings = read(folder, Known::of(&shipped::directory()?))?;
    let errors = errors(&readings);
    if as_json {
        let read = readings.iter().filter_map(|(_, r)| r.framework.as_ref());
        out::json(&json!({
            "frameworks": read.map(summary).collect::<Vec<_>>(),
            "errors": errors,
            "problems": problems(&readings),
        }))?;
    } else {
        for (folder, reading) in &readings {
            for problem in &reading.problems {
                say!("{}/{problem}", folder.display());
            }
            if let Some(framework) = &reading.framework {
                say!("{} : {}", framework.code, sizes(framework));
            }
        }
        match errors {
            0 => {}
            1 => say!("1 erreur à corriger."),
            errors => say!("{errors} erreurs à corriger."),
        }
    }
    Ok(if errors > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn errors(readings: &[(PathBuf, Reading)]) -> usize {
    let problems = readings.iter().flat_map(|(_, reading)| &reading.problems);
    problems
        .filter(|problem| problem.severity == Severity::Error)
        .count()
}

/// Every problem, as programs read them.
fn problems(readings: &[(PathBuf, Reading)]) -> Vec<Value> {
    let problems = readings.iter().flat_map(|(folder, reading)| {
        let problems = reading.problems.iter();
        problems.map(move |problem| (folder, problem))
    });
    let problem = |(folder, problem): (&PathBuf, &Problem)| {
        json!({
            "folder": folder,
            "file": problem.file,
            "line": problem.position.line,
            "column": problem.position.column,
            "code": problem.code,
            "severity": problem.severity,
            "message": problem.message,
            "remedy": problem.remedy,
        })
    };
    problems.map(problem).collect()
}

/// A framework in numbers, as programs read it.
fn summary(framework: &Framework) -> Value {
    json!({
        "code": framework.code,
        "title": framework.title,
        "objectives": framework.objectives().len(),
        "objective_level": framework.objective_level().map(|level| &level.key),
        "indicators": framework.indicators.len(),
        "indicators_by_kind": by_kind(framework),
        "model_actions": framework.commitments.len(),
    })
}

/// A framework in numbers, in words: `10 objectifs, 93 indicateurs`.
fn sizes(framework: &Framework) -> String {
    let counted = |n: usize, one: &str, several: &str| match n {
        0 | 1 => format!("{n} {one}"),
        _ => format!("{n} {several}"),
    };
    let (one, several) = framework
        .objective_level()
        .map_or(("objectif", "objectifs"), |l| (&l.singular, &l.plural));
    let mut parts = vec![
        counted(framework.objectives().len(), one, several),
        counted(framework.indicators.len(), "indicateur", "indicateurs"),
    ];
    let actions = framework.commitments.len();
    if actions > 0 {
        parts.push(counted(
            actions,
            "modèle d’engagement",
            "modèles d’engagements",
        ));
    }
    parts.join(", ")
}

async fn import(
    session: &Session,
    folder: &Path,
    base: Option<i64>,
    as_json: bool,
) -> Result<ExitCode, CliError> {
    let db = session.ready_database().await?;
    let actor = Actor::Person(session.person(&db).await?.id);
    let library = library();
    let known = session.known(&db, &library, actor).await?;
    let mut readings = read(folder, known)?;
    if readings
        .iter()
        .any(|(_, reading)| reading.framework.is_none())
    {
        if as_json {
            out::json(&json!({ "imported": [], "problems": problems(&readings) }))?;
        } else {
            for (folder, reading) in &readings {
                for problem in &reading.problems {
                    complain!("{}/{problem}", folder.display());
                }
            }
        }
        return Err("rien n’a été chargé : corrigez ces erreurs".into());
    }
    if base.is_some() && readings.len() > 1 {
        return Err("--base ne va qu’avec un seul cadre : importez chaque dossier à part".into());
    }
    // The oldest first: it owns the measures that later generations share.
    readings.sort_by_key(|(_, reading)| reading.framework.as_ref().map(|f| f.starts));
    // One change for all: a refusal in the middle leaves nothing written.
    let mut change = Change::open(&db, &session.clock, actor, Revise::NAME).await?;
    let told = revise_all(&mut change, &library, &readings, base).await?;
    change.commit().await?;
    if as_json {
        let imported: Vec<Value> = told
            .iter()
            .map(|(f, revised)| imported(f, revised))
            .collect();
        out::json(&json!({ "imported": imported, "problems": problems(&readings) }))?;
    } else {
        for (framework, revised) in told {
            tell(framework, revised);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn revise_all<'a>(
    change: &mut Change,
    library: &Library,
    readings: &'a [(PathBuf, Reading)],
    base: Option<i64>,
) -> Result<Vec<(&'a Framework, Revised)>, CliError> {
    let catalogue = library
        .catalogue(change.tx(), &Reach::of_installation())
        .await?;
    let mut told = Vec::new();
    for (folder, reading) in readings {
        let Some(framework) = &reading.framework else {
            continue;
        };
        let permit = permit::<Revise>(change, framework.code.clone()).await?;
        let proposal = Proposal {
            framework,
            texts: &reading.texts,
            origin: Origin::Text,
            base: match base {
                Some(base) => Some(base),
                None => stated_base(folder)?,
            },
        };
        let revised = frameworks::revise(change, permit, &catalogue, HOLDERS, proposal).await?;
        told.push((framework, revised));
    }
    Ok(told)
}

/// What became of a framework, as programs read it.
fn imported(framework: &Framework, revised: &Revised) -> Value {
    let (head, written, changes) = match revised {
        Revised::Unchanged(head) => (head, false, &[][..]),
        Revised::Written(head, changes) => (head, true, &changes[..]),
    };
    let mut imported = summary(framework);
    imported["revision"] = json!(head.no);
    imported["written"] = json!(written);
    imported["changes"] = json!(changes);
    imported
}

fn tell(framework: &Framework, revised: Revised) {
    let code = &framework.code;
    match revised {
        Revised::Unchanged(head) => say!("{code} : révision {}, inchangée.", head.no),
        Revised::Written(head, changes) => {
            say!("{code} : révision {}, {}.", head.no, sizes(framework));
            for change in changes {
                say!("  {change}");
            }
        }
    }
}

/// The revision that a folder says it was exported from.
fn stated_base(folder: &Path) -> Result<Option<i64>, CliError> {
    let path = folder.join(REVISION_FILE);
    if std::fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    let text =
        file::read_text(&path, 100).map_err(|error| format!("{} : {error}", path.display()))?;
    let base = text
        .trim()
        .parse()
        .map_err(|_| format!("{} : un numéro de révision est attendu", path.display()))?;
    Ok(Some(base))
}

async fn list(session: &Session, as_json: bool) -> Result<ExitCode, CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    let catalogue = library().catalogue(&mut tx, reach).await?;
    let mut listed = Vec::new();
    for edited in catalogue.frameworks() {
        let framework = &edited.framework;
        if as_json {
            let mut summary = summary(framework);
            summary["revision"] = json!(edited.no);
            listed.push(summary);
        } else {
            say!(
                "{:<24} {}, révision {} : {}",
                framework.code,
                framework.title,
                edited.no,
                sizes(framework)
            );
        }
    }
    if as_json {
        out::json(&listed)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn by_kind(framework: &Framework) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for indicator in &framework.indicators {
        *counts.entry(indicator.kind.as_str()).or_insert(0) += 1;
    }
    counts
}
