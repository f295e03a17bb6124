//! What pages of figures are made from: everything as it was known at one moment, read in one
//! unchanging state of the database.

use std::sync::Arc;

use jiff::civil::Date;
use maud::Markup;

use super::board::Countries;
use super::drawings::Drawings;
use super::provenance::Loads;
use super::{FiguresView, Snapshots};
use crate::access::Reach;
use crate::contracts::{Agreements, FullContract, Section, library};
use crate::frameworks::{Catalogue, Framework, Library};
use crate::ledger::Moment;
use crate::organisations::{Directories, Directory};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{Address, AsOf};

/// How many drawn pages are kept: each takes some sixty kilobytes.
const DRAWN: usize = 200;

/// Where figures, contracts, frameworks and organisations are read from; cheap to clone.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The frameworks.
    pub library: Library,
    /// The figures.
    pub snapshots: Snapshots,
    /// Organisations and places.
    pub directories: Directories,
    /// What contracts agree.
    pub agreements: Agreements,
    /// The country as the first page shows it.
    pub countries: Countries,
    /// The loads of each measure.
    pub loads: Loads,
    /// What pages of indicators drew.
    pub drawings: Drawings,
}

/// Everything as it was known at one moment.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The moment.
    pub moment: Moment,
    /// The day it really is, in Paris.
    pub today: Date,
    /// The frameworks in force then.
    pub catalogue: Arc<Catalogue>,
    /// Organisations and places, as they are written today: they carry their own dates.
    pub directory: Arc<Directory>,
    /// The figures known then.
    pub figures: FiguresView,
    /// The contracts signed so far, those signed since included: their terms are folded up to
    /// the moment.
    pub agreements: Arc<[Arc<FullContract>]>,
    /// The figures known now, where the moment is past.
    pub since: Option<FiguresView>,
    as_of: AsOf,
}

impl Sources {
    /// Over a database, with nothing in memory yet.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            library: library(),
            snapshots: Snapshots::new(clock.clone()),
            clock,
            directories: Directories::default(),
            agreements: Agreements::default(),
            countries: Countries::default(),
            loads: Loads::default(),
            drawings: Drawings::holding(DRAWN),
        }
    }

    /// The situation that an address asks for, and the transaction that reads it, for what a page
    /// shows beside.
    pub async fn open(&self, reach: &Reach, address: &Address) -> Result<(Tx, Situation), DbError> {
        let mut tx = self.db.read_later(reach.state());
        let situation = self.situation(&mut tx, reach, AsOf::of(address)).await?;
        Ok((tx, situation))
    }

    /// The situation as of a day, as this transaction sees it.
    pub async fn situation(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        as_of: AsOf,
    ) -> Result<Situation, DbError> {
        let today = self.clock.today();
        let moment = Moment::of(tx, &as_of, today).await?;
        let current = self.snapshots.current(tx, reach).await?;
        let (figures, since) = match moment.past {
            Some(_) => {
                let then = self.snapshots.upto(tx, reach, moment.change).await?;
                (then, Some(current))
            }
            None => (current, None),
        };
        Ok(Situation {
            catalogue: self.library.catalogue_at(tx, reach, moment.change).await?,
            directory: self.directories.current(tx, reach).await?,
            agreements: self.agreements.all(tx, reach).await?,
            moment,
            today,
            figures,
            since,
            as_of,
        })
    }
}

impl Situation {
    /// The form that chooses the day, with what stands beside it.
    pub fn form(&self, address: &Address, beside: &Markup) -> Markup {
        self.form_of("Chiffres connus au", address, beside)
    }

    /// The same, of a page that shows something else than figures.
    pub fn form_of(&self, label: &str, address: &Address, beside: &Markup) -> Markup {
        self.as_of.form(address, label, self.today, beside)
    }

    /// The status of a page that shows it.
    pub fn status(&self) -> axum::http::StatusCode {
        self.as_of.status()
    }

    /// An address of this site at the same moment.
    pub fn href(&self, path: &str) -> String {
        self.moment.href(path)
    }

    /// The signed contracts of a framework, by address.
    pub fn of_framework<'a>(
        &'a self,
        framework: &'a str,
    ) -> impl Iterator<Item = &'a FullContract> + 'a {
        let all = self.agreements.iter().map(Arc::as_ref);
        all.filter(move |full| {
            full.contract.framework == framework && full.last_signed(self.moment.change).is_some()
        })
    }

    /// The contract that covered a place under a framework, with its section there; the latest
    /// begun where there are several.
    pub fn agreement<'a>(
        &'a self,
        framework: &'a str,
        place: &str,
    ) -> Option<(&'a FullContract, &'a Section)> {
        let covering = self.of_framework(framework).filter_map(|full| {
            let mut sections = full.contract.sections.iter();
            let own = sections.find(|s| full.place_of(s, self.moment.change) == place)?;
            Some((full, own))
        });
        // Of equals the last one holds: the first by address is wanted.
        let covering: Vec<_> = covering.collect();
        covering
            .into_iter()
            .rev()
            .max_by_key(|(full, _)| full.contract.starts)
    }

    /// The day asked for, as an address says it.
    pub fn address(&self) -> Address {
        Address::of("/").and(AsOf::NAME, self.as_of.au.as_str())
    }

    /// The frameworks between the State and agencies, the latest first.
    pub fn regional(&self) -> Vec<&Framework> {
        let all = self.catalogue.frameworks().into_iter();
        all.map(|edited| &edited.framework)
            .filter(|f| !f.follows_establishments() && !f.indicators.is_empty())
            .collect()
    }
}

/// The framework between the State and agencies that is asked for, or the one that runs on the day
/// shown, those with a signed contract first; the latest where none runs.
pub fn running<'a>(situation: &'a Situation, asked: &str) -> Option<&'a Framework> {
    let all = situation.regional();
    let year = situation.moment.day.year();
    let runs = |f: &&&Framework| (f.starts..=f.ends).contains(&year);
    let is_signed = |f: &&&Framework| situation.of_framework(&f.code).next().is_some();
    let named = all.iter().find(|framework| framework.code == asked);
    let signed = || all.iter().filter(runs).find(is_signed);
    let found = named
        .or_else(signed)
        .or_else(|| all.iter().find(runs))
        .or_else(|| all.first());
    found.copied()
}
