//! Values: the real ones as published, the others invented to be plausible for their measure.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::random::between;
use crate::access::{Reach, permit};
use crate::figures::Snapshots;
use crate::figures::values::{INTAKE, Settings};
use crate::frameworks::{Catalogue, Framework, Library};
use crate::imports::{CommitBatch, Reader, Said, SendFile, SentFile, store};
use crate::kernel::{Decimal, ValueKind};
use crate::ledger::Actor;
use crate::measures::{Direction, Measure};
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::site::shipped;
use crate::site::{self, cli::CliError};

/// The measures whose published values are loaded as they are.
pub(super) const REAL: [&str; 2] = [
    "vaccination-hpv-filles-15-ans",
    "vaccination-hpv-garcons-15-ans",
];

/// The framework in force, whose values are invented.
pub(super) const CURRENT: &str = "etat-ars-2024-2028";

/// Who sends the values, and by what door.
#[derive(Clone, Copy)]
pub(super) struct Clerk<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub actor: Actor,
    pub reader: &'a Reader,
}

impl Clerk<'_> {
    /// Loads the published values of HPV vaccination.
    pub async fn real(self) -> Result<(), CliError> {
        let settings = Settings {
            framework: Some(CURRENT.to_owned()),
            ..Settings::default()
        };
        self.load("hpv-2022-2023.csv", shipped::HPV, settings).await
    }

    /// Invents the values of every other measure of the framework in force for one year.
    pub async fn invented(self, year: i16) -> Result<(), CliError> {
        let text = {
            let mut tx = self.db.read().await?;
            let library = Library::default();
            let catalogue = library.catalogue(&mut tx, Reach::of(self.actor)).await?;
            let edited = catalogue
                .framework(CURRENT)
                .ok_or("le cadre en vigueur manque")?;
            invent(&catalogue, &edited.framework, year)?
        };
        let settings = Settings {
            framework: Some(CURRENT.to_owned()),
            fictional: true,
            ..Settings::default()
        };
        let name = format!("valeurs-fictives-{year}.csv");
        self.load(&name, &text, settings).await
    }

    async fn load(self, name: &str, text: &str, settings: Settings) -> Result<(), CliError> {
        let imports = site::imports(
            self.db.clone(),
            self.clock.clone(),
            self.reader.clone(),
            Library::default(),
            Directories::default(),
            Snapshots::new(self.clock.clone()),
        );
        let file = SentFile {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
            said: Said::beside(serde_json::to_value(settings)?),
        };
        let send = permit::<SendFile>(self.actor, INTAKE)?;
        let batch = imports.rehearse(send, &file).await?;
        let mut tx = self.db.read().await?;
        let problems = store::problems(&mut tx, batch.id).await?;
        drop(tx);
        if let Some(problem) = problems.first() {
            let where_ = problem.place.cell();
            return Err(format!("{name} : {where_} : {}", problem.message).into());
        }
        imports
            .commit(permit::<CommitBatch>(self.actor, batch.id)?)
            .await?;
        Ok(())
    }
}

/// A table of invented values for one year: `indicateur;territoire;annee;valeur`.
fn invent(catalogue: &Catalogue, framework: &Framework, year: i16) -> Result<String, CliError> {
    let populations = populations()?;
    let mut regions: Vec<&String> = populations.keys().collect();
    regions.sort();
    let mut text = "indicateur;territoire;annee;valeur\n".to_owned();
    for indicator in &framework.indicators {
        let covered =
            |region: &&&String| indicator.regions.is_empty() || indicator.regions.contains(region);
        for code in indicator
            .measures
            .iter()
            .filter(|c| !REAL.contains(&c.as_str()))
        {
            let Some(measure) = catalogue.measure(code) else {
                continue;
            };
            for region in regions.iter().filter(covered) {
                if let Some(value) = plausible(measure, region, populations[*region], year) {
                    // Writing to a String cannot fail.
                    let _ = writeln!(text, "{code};{region};{year};{value}");
                }
            }
        }
    }
    Ok(text)
}

/// A value that a reader could believe: a rate stays a rate, a count follows the population, and
/// each year moves a little, more often the right way.
fn plausible(measure: &Measure, region: &str, population: i64, year: i16) -> Option<String> {
    let code = measure.code.as_str();
    // Some values are said to be missing, and some never come: lateness has something to show.
    match between(0, 99, &[code, region, &year.to_string(), "absent"]) {
        0..3 => return Some("nd".to_owned()),
        3..8 if year == 2025 => return None,
        _ => {}
    }
    match measure.value_kind {
        ValueKind::YesNo => Some(if between(0, 2, &[code, region, &year.to_string()]) > 0 {
            "oui".to_owned()
        } else {
            "non".to_owned()
        }),
        ValueKind::Text => None,
        ValueKind::Number => Some(number(measure, region, population, year).to_string()),
    }
}

pub(super) fn number(measure: &Measure, region: &str, population: i64, year: i16) -> Decimal {
    let code = measure.code.as_str();
    let micros = 1_000_000;
    let is_share = measure.unit.as_deref() == Some("%") && measure.max == Some(Decimal::HUNDRED);
    // In millionths: where the country stands, how far the region is from it, how fast it moves.
    let (level, spread) = if is_share {
        let level = between(20, 80, &[code, "level"]) * micros;
        (level, 12 * micros)
    } else if measure.unit.as_deref() == Some("%") {
        let level = between(-6, 9, &[code, "level"]) * micros;
        (level, 4 * micros)
    } else if measure.per.is_some() {
        // A rate per so many does not follow the population.
        let unit = 10_i64.pow(u32::from(6 - measure.decimals.unwrap_or(0).min(6)));
        let level = between(40, 400, &[code, "level"]) * unit;
        (level, level / 6)
    } else {
        let per_million = between(20, 4_000, &[code, "level"]);
        let level = per_million * population / 1_000_000;
        (level.max(3) * micros, level * micros / 6)
    };
    let offset = between(-spread, spread, &[code, region]);
    let pace = spread / 8 * i64::from(year - 2022);
    let luck = between(-40, 100, &[code, region, &year.to_string()]);
    let moved = match measure.direction {
        Direction::Lower => -pace * luck / 60,
        Direction::Higher => pace * luck / 60,
        Direction::Maintain | Direction::None => pace * (luck - 30) / 120,
    };
    let value = Decimal::from_micros(level + offset + moved);
    let value = measure.min.map_or(value, |min| value.max(min));
    let value = measure.max.map_or(value, |max| value.min(max));
    value.round(measure.decimals.unwrap_or(0))
}

pub(super) fn populations() -> Result<HashMap<String, i64>, CliError> {
    let rows = shipped::POPULATIONS.lines().skip(1);
    rows.map(|row| {
        let (region, people) = row
            .split_once(';')
            .ok_or("populations.csv : ligne illisible")?;
        Ok((region.to_owned(), people.parse()?))
    })
    .collect()
}
