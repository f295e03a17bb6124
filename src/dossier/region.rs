//! A region's sheet as PDF.

use jalon_render::{Day, Region, RegionSheet, RenderError, region_sheet};
use jiff::civil::Date;

use super::sheet::{Material, rows};
use crate::access::Reach;
use crate::contracts::{Contract, FullContract, Section, own_measures, store};
use crate::figures::{Situation, Sources};
use crate::organisations::{Directory, OrganisationKind};
use crate::platform::db::DbError;
use crate::platform::web::AsOf;

/// How many rows one page holds, the longest labels included.
const ONE_PAGE: usize = 12;

/// What sheet is asked for.
#[derive(Clone, Debug)]
pub struct RegionRequest {
    /// Address of the contract.
    pub contract: String,
    /// The section, for a contract that has several; its first where it is not said.
    pub section: Option<String>,
    /// The year reviewed.
    pub year: i16,
    /// Every indicator, on as many pages as it takes; otherwise one page, with those that most
    /// ask for attention.
    pub whole: bool,
    /// The day on which terms and figures were known; today where it is not said.
    pub day: Option<Date>,
}

/// Why a sheet cannot be made, told in French.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// No such contract, or none that this person may know of.
    #[error("aucun contrat à cette adresse")]
    NotFound,
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

/// The sheet, drawn outside any transaction.
pub async fn region_pdf(
    sources: &Sources,
    reach: &Reach,
    request: &RegionRequest,
) -> Result<Vec<u8>, DossierError> {
    let mut tx = sources.db.read().await?;
    let asked = AsOf {
        au: request.day.map(|day| day.to_string()).unwrap_or_default(),
    };
    let situation = sources.situation(&mut tx, reach, asked).await?;
    let as_of = situation.moment.change;
    let full = store::load(&mut tx, reach, &request.contract).await?;
    let full = full.ok_or(DossierError::NotFound)?.placed(as_of);
    let contract = &full.contract;
    if !contract.years().contains(&request.year) {
        return Err(DossierError::Year {
            year: request.year,
            starts: contract.starts,
            ends: contract.ends,
        });
    }
    drop(tx);
    let Situation {
        catalogue,
        directory,
        figures,
        moment,
        today,
        ..
    } = situation;
    let edited = catalogue.framework(&contract.framework);
    let edited = edited.ok_or(DossierError::NotFound)?;
    let section = match &request.section {
        Some(key) => contract.section(key),
        None => contract.sections.first(),
    };
    let section = section.ok_or(DossierError::NotFound)?;
    let terms = full.in_force(as_of);
    let own = own_measures(&edited.framework, &full, as_of);
    let made = rows(Material {
        contract,
        section,
        terms: &terms,
        framework: &edited.framework,
        catalogue: &catalogue,
        own: &own,
        figures: &figures,
        year: request.year,
        today: moment.day,
    });
    let as_of = day(moment.day)?;
    let sheet = RegionSheet {
        contract: heading(&edited.framework.title, contract, section, &directory),
        region: concerned(contract, section, &directory),
        period: format!("{}-{}", contract.starts, contract.ends),
        as_of,
        issued: day(today)?,
        verdict: made.verdict.clone(),
        notes: notes(&full, request, made.len()),
        fictional: made.fictional,
        indicators: if request.whole {
            made.all()
        } else {
            made.most_pressing(ONE_PAGE)
        },
        illustrations: Vec::new(),
    };
    let bytes = tokio::task::spawn_blocking(move || region_sheet(&sheet)).await??;
    Ok(bytes)
}

/// The region of an agency's contract; any other contract is named after its organisation, and
/// no map locates it.
fn concerned(contract: &Contract, section: &Section, directory: &Directory) -> Region {
    let organisation = directory.organisation(&contract.organisation);
    let place = directory.place(&section.place);
    match (organisation, place) {
        (Some(organisation), _) if organisation.kind != OrganisationKind::Ars => Region {
            code: String::new(),
            name: organisation.name.clone(),
        },
        (_, Some(place)) => Region {
            code: place.code.clone(),
            name: place.name.clone(),
        },
        _ => Region {
            code: String::new(),
            name: contract.title.clone(),
        },
    }
}

/// The framework, the organisation the contract binds and, where it is in several sections, the
/// section that the sheet is about.
fn heading(
    framework: &str,
    contract: &Contract,
    section: &Section,
    directory: &Directory,
) -> String {
    let organisation = directory.organisation(&contract.organisation);
    let organisation = organisation.map_or(contract.title.as_str(), |o| o.name.as_str());
    if contract.has_sections() {
        format!("{framework}, {organisation}, {}", section.label)
    } else {
        format!("{framework}, {organisation}")
    }
}

fn day(date: Date) -> Result<Day, RenderError> {
    let part = |n: i8| u8::try_from(n).unwrap_or(1);
    Day::new(i32::from(date.year()), part(date.month()), part(date.day()))
}

fn notes(full: &FullContract, request: &RegionRequest, rows: usize) -> Vec<String> {
    let year = request.year;
    let mut notes = Vec::new();
    if !request.whole && rows > ONE_PAGE {
        notes.push(format!(
            "{ONE_PAGE} indicateurs sur {rows} : d’abord ceux qui ont une valeur publiée, puis ceux qui demandent le plus d’attention ; tous figurent dans le dossier."
        ));
    }
    notes.push(format!(
        "Chaque valeur est la dernière connue, avec son année ; la cible est celle de {year}. Une année sans cible est jugée sur la trajectoire droite entre valeur initiale et cible finale."
    ));
    let signed = full
        .instruments
        .iter()
        .filter(|i| i.signed.is_some())
        .count();
    if signed > 1 {
        notes.push(format!("Termes issus de {signed} actes signés."));
    }
    notes
}
