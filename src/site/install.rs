//! Loading what comes with Jalon into a new installation.

use super::HOLDERS;
use super::cli::CliError;
use super::shipped;
use crate::access::{Act as _, Reach, permit};
use crate::contracts::library;
use crate::frameworks::store::{Origin, Revise};
use crate::frameworks::{self, Framework, Known, Proposal, Texts, read_all_texts};
use crate::ledger::{Actor, Change};
use crate::organisations::{Directory, store};
use crate::platform::clock::Clock;
use crate::platform::db::Db;

/// Loads the organisations and places.
pub(super) async fn directory(
    db: &Db,
    clock: &Clock,
    actor: Actor,
    directory: &Directory,
) -> Result<(), CliError> {
    let mut change = Change::open(db, clock, actor, store::ImportDirectory::NAME).await?;
    let permit = permit::<store::ImportDirectory>(&mut change, ()).await?;
    store::import(&mut change, permit, directory).await?;
    change.commit().await?;
    Ok(())
}

/// Loads the frameworks, the oldest first.
pub(super) async fn frameworks(db: &Db, clock: &Clock, actor: Actor) -> Result<(), CliError> {
    let library = library();
    for (framework, texts) in shipped_frameworks()? {
        let mut change = Change::open(db, clock, actor, Revise::NAME).await?;
        let permit = permit::<Revise>(&mut change, framework.code.clone()).await?;
        let catalogue = library
            .catalogue(change.tx(), &Reach::of_installation())
            .await?;
        let proposal = Proposal {
            framework: &framework,
            texts: &texts,
            origin: Origin::Text,
            base: None,
        };
        frameworks::revise(&mut change, permit, &catalogue, HOLDERS, proposal).await?;
        change.commit().await?;
    }
    Ok(())
}

/// The frameworks that come with Jalon, read and checked together, the oldest first.
fn shipped_frameworks() -> Result<Vec<(Framework, Texts)>, CliError> {
    let mut known = Known::of(&shipped::directory()?);
    let folders = shipped::frameworks();
    let texts = folders.iter().map(|(code, texts)| (code.as_str(), texts));
    let readings = read_all_texts(texts, &mut known);
    let mut read = Vec::new();
    for ((code, reading), (_, texts)) in readings.into_iter().zip(folders) {
        let framework = reading
            .framework
            .ok_or_else(|| format!("le cadre livré « {code} » est inutilisable"))?;
        read.push((framework, texts));
    }
    read.sort_by_key(|(framework, _)| framework.starts);
    Ok(read)
}
