//! Contracts of the demonstration.

use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::site::cli::CliError;

pub(super) async fn sign(_db: &Db, _clock: &Clock, _actor: Actor) -> Result<(), CliError> {
    Ok(())
}

pub(super) async fn amend(_db: &Db, _clock: &Clock, _actor: Actor) -> Result<(), CliError> {
    Ok(())
}
