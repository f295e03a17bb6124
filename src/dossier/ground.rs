//! What a document on a contract is drawn from, read at one moment, outside any drawing.

use std::collections::BTreeMap;
use std::sync::Arc;

use jalon_render::{Day, Region, RenderError};
use jiff::civil::Date;
use uuid::Uuid;

use crate::access::Reach;
use crate::contracts::{Contract, FullContract, Section, own_measures, store};
use crate::figures::{FiguresView, Sources};
use crate::frameworks::{Catalogue, Edited, OwnMeasure};
use crate::imports::store as files;
use crate::ledger;
use crate::organisations::{Directory, OrganisationKind};
use crate::platform::clock::end_of_day;
use crate::platform::db::{DbError, Tx};

/// What a document is asked about.
#[derive(Clone, Debug)]
pub struct Request {
    /// Address of the contract.
    pub contract: String,
    /// The section, for a contract that has several; its first where it is not said.
    pub section: Option<String>,
    /// The year reviewed.
    pub year: i16,
    /// The day on which terms and figures were known; today where it is not said.
    pub day: Option<Date>,
}

/// Why a document cannot be made, told in French.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// No such contract, or none that this person may know of.
    #[error("aucun contrat à cette adresse")]
    NotFound,
    /// No such indicator in that framework.
    #[error("aucun indicateur de ce code dans ce cadre")]
    NoIndicator,
    /// The year is not one of the contract's.
    #[error("l’année {year} n’est pas dans le contrat ({starts}-{ends})")]
    Year {
        /// The year asked for.
        year: i16,
        /// First year of the contract.
        starts: i16,
        /// Last year of the contract.
        ends: i16,
    },
    /// The document could not be drawn.
    #[error("le document n’a pas pu être composé")]
    Render(#[from] RenderError),
    /// Drawing stopped short.
    #[error("le document n’a pas pu être composé")]
    Stopped(#[from] tokio::task::JoinError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A contract, its section and all that is known of them.
pub(super) struct Ground {
    /// The contract, with its sections where they were.
    pub full: Arc<FullContract>,
    /// Which of its sections.
    rank: usize,
    /// Its framework.
    pub edited: Arc<Edited>,
    pub catalogue: Arc<Catalogue>,
    pub directory: Arc<Directory>,
    /// Without any figure under embargo.
    pub figures: FiguresView,
    /// What the contract measures by itself.
    pub own: Vec<OwnMeasure>,
    /// The names of the files that figures came in.
    pub files: BTreeMap<Uuid, String>,
    /// The last change that is known.
    pub known: i64,
    /// The day on which it was known.
    pub as_of: Date,
    /// The day it is.
    pub today: Date,
    pub year: i16,
}

impl Ground {
    /// Reads everything.
    pub async fn read(
        sources: &Sources,
        reach: &Reach,
        request: &Request,
    ) -> Result<Self, DossierError> {
        let mut tx = sources.db.read().await?;
        let today = sources.clock.today();
        let known = known_at(&mut tx, request.day).await?;
        let full = store::load(&mut tx, reach, &request.contract).await?;
        let full = full.ok_or(DossierError::NotFound)?;
        let full = Arc::new(full).placed(known);
        let contract = &full.contract;
        if !contract.years().contains(&request.year) {
            return Err(DossierError::Year {
                year: request.year,
                starts: contract.starts,
                ends: contract.ends,
            });
        }
        let catalogue = sources.library.catalogue_at(&mut tx, reach, known).await?;
        let figures = sources.snapshots.upto(&mut tx, reach, known).await?;
        // Documents are kept and handed on, whoever asks for them.
        let figures = figures.without_embargoed();
        let directory = sources.directories.current(&mut tx, reach).await?;
        let files = files::committed_files(&mut tx).await?;
        drop(tx);
        let edited = catalogue.framework(&contract.framework).cloned();
        let edited = edited.ok_or(DossierError::NotFound)?;
        let rank = match &request.section {
            Some(key) => contract.sections.iter().position(|s| s.key == *key),
            None => (!contract.sections.is_empty()).then_some(0),
        };
        Ok(Self {
            rank: rank.ok_or(DossierError::NotFound)?,
            own: own_measures(&edited.framework, &full, known),
            full,
            edited,
            catalogue,
            directory,
            figures,
            files,
            known,
            as_of: request.day.unwrap_or(today),
            today,
            year: request.year,
        })
    }

    pub fn contract(&self) -> &Contract {
        &self.full.contract
    }

    pub fn section(&self) -> &Section {
        &self.full.contract.sections[self.rank]
    }

    /// The region of an agency's contract; any other contract is named after its organisation,
    /// and no map locates it.
    pub fn region(&self) -> Region {
        let contract = self.contract();
        let organisation = self.directory.organisation(&contract.organisation);
        let place = self.directory.place(&self.section().place);
        let (code, name) = match (organisation, place) {
            (Some(organisation), _) if organisation.kind != OrganisationKind::Ars => {
                ("", organisation.name.as_str())
            }
            (_, Some(place)) => (place.code.as_str(), place.name.as_str()),
            _ => ("", contract.title.as_str()),
        };
        Region {
            code: code.to_owned(),
            name: name.to_owned(),
        }
    }

    /// The framework, the organisation the contract binds and, where it is in several sections,
    /// the section that the document is about.
    pub fn heading(&self) -> String {
        let contract = self.contract();
        let framework = &self.edited.framework.title;
        let organisation = self.directory.organisation(&contract.organisation);
        let organisation = organisation.map_or(contract.title.as_str(), |o| o.name.as_str());
        if contract.has_sections() {
            format!("{framework}, {organisation}, {}", self.section().label)
        } else {
            format!("{framework}, {organisation}")
        }
    }

    /// The name of a dossier's files, without its end: `normandie-2024-2028-dossier-2025`, with
    /// the section where there are several.
    pub fn file_name(&self) -> String {
        let contract = self.contract();
        let (slug, year) = (&contract.slug, self.year);
        if contract.has_sections() {
            format!("{slug}-{}-dossier-{year}", self.section().key)
        } else {
            format!("{slug}-dossier-{year}")
        }
    }

    /// « 2024-2028 ».
    pub fn period(&self) -> String {
        format!("{}-{}", self.contract().starts, self.contract().ends)
    }
}

/// The last change known at the end of a day; the very last where no day is asked for.
pub(super) async fn known_at(tx: &mut Tx, day: Option<Date>) -> Result<i64, DbError> {
    match day {
        Some(day) => ledger::last_change_before(tx, end_of_day(day)).await,
        None => ledger::last_change(tx).await,
    }
}

/// A day as documents print it.
pub(super) fn day(date: Date) -> Result<Day, RenderError> {
    let part = |n: i8| u8::try_from(n).unwrap_or(1);
    Day::new(i32::from(date.year()), part(date.month()), part(date.day()))
}
