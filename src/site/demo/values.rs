//! Values: the real ones as published, the others invented to be plausible for their measure.

use std::fmt::Write as _;
use std::sync::Arc;

use super::larger::Larger;
use super::own;
use super::plausible::Levels;
use super::random::between;
use super::terms::taken;
use crate::access::Reach;
use crate::contracts::library;
use crate::figures::Sources;
use crate::figures::values::{INTAKE, Settings};
use crate::frameworks::{Catalogue, OwnMeasure};
use crate::imports::{Reader, Said, SentFile, store};
use crate::kernel::ValueKind;
use crate::ledger::Actor;
use crate::measures::Measure;
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
/// That of the hospitals.
pub(super) const HOSPITALS: &str = "es-aura-2020-2024";

/// Who loads values, and where.
pub(super) struct Loader<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub actor: Actor,
    pub reader: &'a Reader,
}

impl Loader<'_> {
    /// The published values of HPV vaccination, and what its supplier does not publish.
    pub(super) async fn real(&self) -> Result<(), CliError> {
        for (name, text) in [
            ("hpv-2022-2023.csv", shipped::HPV),
            ("hpv-mayotte.csv", shipped::HPV_UNPUBLISHED),
        ] {
            self.load(name, text, settings(Some(CURRENT), false))
                .await?;
        }
        Ok(())
    }

    /// Invents the values of one year as many times as it is to have revisions.
    pub(super) async fn revised(
        &self,
        levels: &Levels,
        year: i16,
        larger: Larger,
    ) -> Result<(), CliError> {
        for round in larger.earlier_rounds() {
            self.invented(&levels.of_round(round), year).await?;
        }
        self.invented(levels, year).await
    }

    /// Invents the values of every other measure of the framework in force for one year.
    async fn invented(&self, levels: &Levels, year: i16) -> Result<(), CliError> {
        let catalogue = self.catalogue().await?;
        let edited = catalogue.framework(CURRENT);
        let edited = edited.ok_or("le cadre en vigueur manque")?;
        let mut table = Table::new(levels);
        for indicator in &edited.framework.indicators {
            let regions = levels.regions().into_iter().filter(|region| {
                let concerned = &indicator.regions;
                concerned.is_empty() || concerned.iter().any(|code| code == region)
            });
            let regions: Vec<&str> = regions.collect();
            let invented = indicator
                .measures
                .iter()
                .filter(|c| !REAL.contains(&c.as_str()));
            for measure in invented.filter_map(|code| catalogue.measure(code)) {
                table.rows(measure, &regions, year);
            }
        }
        table.own(catalogue.own_of(CURRENT), year);
        let name = format!("valeurs-fictives-{year}.csv");
        self.load(&name, &table.text, settings(Some(CURRENT), true))
            .await
    }

    /// Invents the earlier years of the series that several generations of contracts follow.
    pub(super) async fn earlier(&self, levels: &Levels) -> Result<(), CliError> {
        let catalogue = self.catalogue().await?;
        let mut table = Table::new(levels);
        for (code, years) in levels.long_series() {
            let measure = catalogue.measure(code);
            let measure = measure.ok_or_else(|| format!("la mesure « {code} » manque"))?;
            for year in years {
                table.rows(measure, &levels.regions(), year);
            }
        }
        let name = "series-longues-fictives.csv";
        self.load(name, &table.text, settings(None, true)).await
    }

    /// Invents the values of the hospitals, for what their contracts follow.
    pub(super) async fn hospitals(&self, levels: &Levels) -> Result<(), CliError> {
        let catalogue = self.catalogue().await?;
        let edited = catalogue.framework(HOSPITALS);
        let framework = &edited.ok_or("le cadre des hôpitaux manque")?.framework;
        let followed = taken(framework);
        let codes = followed
            .iter()
            .flat_map(|(_, indicator)| &indicator.measures);
        let mut table = Table::new(levels);
        for measure in codes.filter_map(|code| catalogue.measure(code)) {
            for year in framework.starts..=framework.ends {
                table.rows(measure, &levels.establishments(), year);
            }
        }
        for year in framework.starts..=framework.ends {
            table.own(catalogue.own_of(HOSPITALS), year);
        }
        let name = "valeurs-fictives-des-hopitaux.csv";
        self.load(name, &table.text, settings(Some(HOSPITALS), true))
            .await
    }

    async fn catalogue(&self) -> Result<Arc<Catalogue>, CliError> {
        let mut tx = self.db.read().await?;
        let reach = &Reach::of_installation();
        Ok(library().catalogue(&mut tx, reach).await?)
    }

    async fn load(&self, name: &str, text: &str, settings: Settings) -> Result<(), CliError> {
        let sources = Sources::new(self.db.clone(), self.clock.clone());
        let imports = site::imports(&sources, self.reader.clone());
        let file = SentFile {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
            said: Said::beside(serde_json::to_value(settings)?),
        };
        let batch = imports.rehearse(self.actor, INTAKE, &file).await?;
        let mut tx = self.db.read().await?;
        let problems = store::problems(&mut tx, batch.id).await?;
        drop(tx);
        if let Some(problem) = problems.iter().find(|p| p.severity.blocks()) {
            let where_ = problem.place.cell();
            return Err(format!("{name} : {where_} : {}", problem.message).into());
        }
        imports.commit(self.actor, batch.id, None).await?;
        Ok(())
    }
}

fn settings(framework: Option<&str>, fictional: bool) -> Settings {
    Settings {
        framework: framework.map(ToOwned::to_owned),
        fictional,
        ..Settings::default()
    }
}

/// A file of invented values, one a row; a ratio has its two terms as well.
struct Table<'a> {
    levels: &'a Levels,
    text: String,
}

impl<'a> Table<'a> {
    fn new(levels: &'a Levels) -> Self {
        Self {
            levels,
            text: "indicateur;territoire;annee;valeur;numerateur;denominateur\n".to_owned(),
        }
    }

    /// What contracts measure by themselves, each in its place.
    fn own<'o>(&mut self, all: impl Iterator<Item = &'o OwnMeasure>, year: i16) {
        for own in all {
            if let Some(value) = own::value(own, year) {
                let (code, place) = (&own.measure.code, &own.place);
                // Writing to a `String` cannot fail.
                let _ = writeln!(self.text, "{code};{place};{year};{value};;");
            }
        }
    }

    fn rows(&mut self, measure: &Measure, places: &[&str], year: i16) {
        for place in places {
            if let Some(said) = said(self.levels, measure, place, year) {
                // Writing to a `String` cannot fail.
                let _ = writeln!(self.text, "{};{place};{year};{said}", measure.code);
            }
        }
    }
}

/// What a supplier says of a measure; `None` where it says nothing yet.
fn said(levels: &Levels, measure: &Measure, place: &str, year: i16) -> Option<String> {
    let code = measure.code.as_str();
    let words = [code, place, &year.to_string()];
    // Some values are said to be missing, and some never come: lateness has something to show.
    match between(0, 99, &[code, place, &year.to_string(), "absent"]) {
        0..3 if year >= 2022 => return Some("nd;;".to_owned()),
        3..8 if year == 2025 => return None,
        _ => {}
    }
    match measure.value_kind {
        ValueKind::YesNo if between(0, 2, &words) > 0 => Some("oui;;".to_owned()),
        ValueKind::YesNo => Some("non;;".to_owned()),
        ValueKind::Text => None,
        ValueKind::Number => {
            let number = levels.number(measure, place, year);
            let (num, den) = number
                .terms
                .map(|(num, den)| (num.to_string(), den.to_string()))
                .unwrap_or_default();
            Some(format!("{};{num};{den}", number.value))
        }
    }
}
