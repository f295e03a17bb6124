//! The confidential note of the demonstration, sealed where it has a key.

use crate::access::{Act as _, Reach, permit, store as people};
use crate::contracts::WriteNote;
use crate::contracts::note::SLOT;
use crate::contracts::store::{load, write_note};
use crate::ledger::{Actor, Change};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::sealed::{Keyring, Place};
use crate::site::cli::CliError;

/// Who writes it, on which contract.
const AUTHOR: &str = "hugo.brevin@example.org";
const CONTRACT: &str = "normandie-2024-2028";
const TEXT: &str = "Note fictive de la démonstration.\n\nLe dialogue portera surtout sur l’accès aux soins dans l’ouest de la région : les moyens du fonds d’intervention ne suffiront pas à tenir la cible de 2026, et l’équipe qui la porte change au printemps.\n\nJe souhaite en parler de vive voix avant que la synthèse ne soit figée.";

/// Writes it, where something can be sealed.
pub(super) async fn write(db: &Db, clock: &Clock, keyring: &Keyring) -> Result<(), CliError> {
    if !keyring.is_set() {
        return Ok(());
    }
    let mut tx = db.read().await?;
    let author = people::person_by_email(&mut tx, AUTHOR).await?;
    let author = author.ok_or("l’auteur de la note manque")?.id;
    let full = load(&mut tx, &Reach::of_installation(), CONTRACT).await?;
    let contract = full.ok_or("le contrat de la note manque")?.contract.id;
    drop(tx);
    let place = Place::new(clock.new_id(), SLOT, 1);
    let sealed = keyring.seal(&place, TEXT.as_bytes()).await?;
    let mut change = Change::open(db, clock, Actor::Person(author), WriteNote::NAME).await?;
    let allowed = permit::<WriteNote>(&mut change, contract).await?;
    write_note(&mut change, allowed, (&place, &sealed)).await?;
    change.commit().await?;
    Ok(())
}
