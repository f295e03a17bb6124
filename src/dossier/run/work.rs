//! Asking for a run, and working on it.

use std::error::Error as _;

use uuid::Uuid;

use super::{Asked, CLAIM, Item, Run, store};
use crate::access::{Act as _, Concern, Denied, Reach};
use crate::contracts::store::{ContractCard, list, sections_of};
use crate::dossier::ground::Request;
use crate::dossier::issue::{IssueDossier, IssueError, issue};
use crate::figures::Sources;
use crate::ledger::{Actor, SentForm, TOKEN_FIELD};
use crate::platform::db::DbError;

/// Why a run is not begun, told in French.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No contract of that framework is signed for that year.
    #[error("aucun contrat signé de ce cadre ne couvre l’année {0}")]
    Nothing(i16),
    /// Whoever asks may issue no dossier.
    #[error("{}", .0.sentence)]
    NotPermitted(#[from] Denied),
    /// Another person asked for one under that identifier.
    #[error("cette page a servi à quelqu’un d’autre ; rechargez-la, puis recommencez")]
    Taken,
    /// Only a person can ask for one.
    #[error("seule une personne peut demander un tirage")]
    NotAPerson,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a run makes: a dossier for each section of each signed contract of the framework that
/// covers the year, in the order of their titles.
pub async fn items(sources: &Sources, reach: &Reach, asked: &Asked) -> Result<Vec<Item>, RunError> {
    let mut tx = sources.db.read().await?;
    let cards = list(&mut tx, reach, Some(&asked.framework), None).await?;
    let sections = sections_of(&mut tx, reach, &asked.framework).await?;
    drop(tx);
    let covers =
        |card: &&ContractCard| card.signed > 0 && (card.starts..=card.ends).contains(&asked.year);
    let mut found = Vec::new();
    for card in cards.iter().filter(covers) {
        for (_, key, label) in sections.iter().filter(|(slug, ..)| *slug == card.slug) {
            let label = if label.is_empty() {
                card.title.clone()
            } else {
                format!("{}, {label}", card.title)
            };
            found.push((card.slug.clone(), key.clone(), label));
        }
    }
    if found.is_empty() {
        return Err(RunError::Nothing(asked.year));
    }
    let ranked = (1..).zip(found);
    Ok(ranked
        .map(|(rank, (contract, section, label))| Item {
            rank,
            contract,
            section,
            label,
            dossier: None,
            failure: None,
        })
        .collect())
}

/// Keeps the run that somebody asks for; the work is still to be done. The same `id` asked for
/// twice is one run.
pub async fn ask(sources: &Sources, actor: Actor, id: Uuid, asked: Asked) -> Result<(), RunError> {
    let person = actor.person().ok_or(RunError::NotAPerson)?;
    let mut tx = sources.db.read().await?;
    let reach = &Reach::of(&mut tx, sources.clock.today(), actor).await?;
    reach.allows(IssueDossier::NAME, &[Concern::to_come()])?;
    let known = store::run(&mut tx, reach, id).await?.is_some();
    drop(tx);
    if known {
        return Ok(());
    }
    let run = Run {
        id,
        items: items(sources, reach, &asked).await?,
        asked,
        person,
        who: None,
        created_at: sources.clock.now(),
        done_at: None,
    };
    let mut tx = sources.db.write_aside().await?;
    if !store::insert(&mut tx, &run).await? {
        // The same form twice at once is one run.
        let own = store::run(&mut tx, reach, id).await?;
        return own.map(drop).ok_or(RunError::Taken);
    }
    Ok(tx.commit().await?)
}

/// Works on a run until its end, unless somebody else does.
pub async fn work(sources: &Sources, id: Uuid) -> Result<(), RunError> {
    let now = || sources.clock.now();
    let mut tx = sources.db.write_aside().await?;
    let claimed = store::claim(&mut tx, id, now(), now() + CLAIM).await?;
    tx.commit().await?;
    if !claimed {
        return Ok(());
    }
    let mut tx = sources.db.read().await?;
    // The run is looked at by the work itself; what it issues asks for its person's permit.
    let run = store::run(&mut tx, &Reach::of_installation(), id).await?;
    drop(tx);
    let Some(run) = run else {
        return Ok(());
    };
    for item in run.items.iter().filter(|item| !item.is_settled()) {
        let outcome = one(sources, &run, item).await;
        let outcome = outcome.map_err(|error| {
            tracing::warn!(%error, cause = ?error.source(), contract = %item.contract, "dossier not issued");
            error.to_string()
        });
        let mut tx = sources.db.write_aside().await?;
        store::settle(&mut tx, id, item.rank, outcome, now() + CLAIM).await?;
        tx.commit().await?;
    }
    let mut tx = sources.db.write_aside().await?;
    store::finish(&mut tx, id, now()).await?;
    Ok(tx.commit().await?)
}

/// Issues one dossier, once: a process that died after issuing it left its answer.
async fn one(sources: &Sources, run: &Run, item: &Item) -> Result<Uuid, IssueError> {
    let request = Request {
        contract: item.contract.clone(),
        section: Some(item.section.clone()),
        year: run.asked.year,
        day: run.asked.day,
    };
    let (token, rank) = (run.id.to_string(), item.rank.to_string());
    let fields = [(TOKEN_FIELD, token.as_str()), ("rang", rank.as_str())];
    let form = SentForm::read(Some(run.person), "/tirages", fields);
    issue(sources, Actor::Person(run.person), &request, form.as_ref()).await
}

/// Works on every run that nobody works on: those of a process that stopped.
pub async fn take_up(sources: &Sources) -> Result<(), RunError> {
    let mut tx = sources.db.read().await?;
    let left = store::left(&mut tx, sources.clock.now()).await?;
    drop(tx);
    for id in left {
        work(sources, id).await?;
    }
    Ok(())
}
