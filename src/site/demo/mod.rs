//! The demonstration: a country with five years behind it, the same at every run.
//!
//! What lives here: inventing plausible data and sending it through the same doors as anybody's.
//! What never does: a door of its own; nothing here writes to a table.

mod circuit;
mod contracts;
mod larger;
mod note;
mod own;
mod people;
mod plausible;
mod random;
mod terms;
mod values;

use jiff::Timestamp;

use super::cli::CliError;
use super::{Installation, initialise, install, installation, shipped};
use crate::access::store;
use crate::contracts::library;
use crate::imports::Reader;
use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::sealed::Keyring;

pub use larger::Larger;

/// Address of the account of the demonstration.
pub const EMAIL: &str = "demo@example.org";
/// Its password, shown on the sign-in page of a demonstration.
pub const PASSWORD: &str = "jalon-de-demonstration";
/// Address of the colleague that it takes to record some acts.
const COLLEAGUE: &str = "demo2@example.org";

/// When the demonstration's history begins.
const BEGINS: &str = "2024-12-02T08:00:00Z";

/// Fills an empty database with the demonstration, as large as asked, telling each step.
pub async fn build(
    db: &Db,
    (reader, keyring): (&Reader, &Keyring),
    larger: Larger,
    mut tell: impl FnMut(&str),
) -> Result<(), CliError> {
    let start: Timestamp = BEGINS.parse()?;
    let clock = Clock::fixed(start);
    tell("Installation");
    let actor = account(db, &clock).await?;
    tell("Organisations et territoires");
    install::directory(db, &clock, actor, &shipped::directory()?).await?;
    install::directory(db, &clock, actor, &shipped::invented()?).await?;
    if let Some(establishments) = larger.establishments()? {
        install::directory(db, &clock, actor, &establishments).await?;
    }
    tell("Cadres contractuels");
    install::frameworks(db, &clock, actor).await?;
    tell("Personnes et habilitations");
    people::introduce(db, &clock, actor).await?;
    at(&clock, "2024-12-20T10:00:00Z")?;
    tell("Contrats");
    let mut figures = terms::Figures::read()?;
    larger.serve(&mut figures.levels);
    let loader = values::Loader {
        db,
        clock: &clock,
        actor,
        reader,
    };
    let pen = contracts::Pen {
        db,
        clock: &clock,
        actor,
        library: library(),
    };
    contracts::sign(&pen, &figures, larger).await?;
    note::write(db, &clock, keyring).await?;
    let levels = &figures.levels;
    tell("Valeurs fictives jusqu’en 2023");
    past_values(&loader, levels, larger).await?;
    tell("Couverture vaccinale HPV de 2022 et 2023, réelle");
    at(&clock, "2025-02-12T09:04:00Z")?;
    loader.real().await?;
    tell("Valeurs fictives de 2024");
    at(&clock, "2025-11-20T10:12:00Z")?;
    loader.revised(levels, 2024, larger).await?;
    tell("Avenants");
    at(&clock, "2025-12-12T09:00:00Z")?;
    contracts::amend(&pen, &figures).await?;
    tell("Valeurs fictives de 2025");
    at(&clock, "2026-01-26T11:05:00Z")?;
    circuit::follow(db, &clock, actor).await?;
    loader.revised(levels, 2025, larger).await?;
    tell("Une valeur contestée");
    at(&clock, "2026-02-03T15:20:00Z")?;
    circuit::contest(db, &clock, actor).await?;
    installation::complete(db).await?;
    Ok(())
}

/// Installs, and says who builds the rest: the account of the demonstration.
async fn account(db: &Db, clock: &Clock) -> Result<Actor, CliError> {
    initialise(
        db,
        clock,
        Installation::Demo,
        "Camille Exemple",
        EMAIL.parse()?,
        PASSWORD.to_owned(),
    )
    .await?;
    let mut tx = db.read().await?;
    let person = store::person_by_email(&mut tx, EMAIL).await?;
    let person = person.ok_or("le compte de démonstration manque")?;
    Ok(Actor::Person(person.id))
}

/// The invented values of the years before the contracts in force.
async fn past_values(
    loader: &values::Loader<'_>,
    levels: &plausible::Levels,
    larger: Larger,
) -> Result<(), CliError> {
    at(loader.clock, "2025-01-15T09:30:00Z")?;
    loader.earlier(levels).await?;
    loader.hospitals(levels).await?;
    at(loader.clock, "2025-01-17T14:30:00Z")?;
    loader.revised(levels, 2021, larger).await?;
    at(loader.clock, "2025-01-20T14:30:00Z")?;
    loader.revised(levels, 2022, larger).await?;
    at(loader.clock, "2025-01-21T14:30:00Z")?;
    loader.revised(levels, 2023, larger).await
}

/// Moves the demonstration's clock; its history is told in order.
fn at(clock: &Clock, instant: &str) -> Result<(), CliError> {
    clock.set(instant.parse()?);
    Ok(())
}
