//! `/saisie`: values typed on screen, for one indicator or for one region. What is typed becomes
//! a file for the same kernel as any other: rehearsed, committed, undone alike.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRef, FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::entry_grid::{Beside, Narrowing, Sheet, body};
use crate::access::{NotPermitted, Reach, Signed};
use crate::figures::values::form::{Entries, TypedFile, pasted};
use crate::figures::values::grid::{Choice, Soil, Wanted, WantedError};
use crate::figures::values::{Codes, INTAKE, Settings};
use crate::figures::{FiguresView, Snapshots, rights};
use crate::frameworks::{Catalogue, Library};
use crate::imports::{
    ActError, Batch, BatchState, Committed, Imports, Problem, RehearseError, Said, SentFile,
    Severity, store,
};
use crate::kernel::sentence;
use crate::organisations::{Directories, Directory};
use crate::platform::clock::french_date;
use crate::platform::web::{WebError, WebResult, document_with_status};

/// What the forms and the template are made with.
#[derive(Clone, Debug)]
pub(super) struct Workshop {
    pub imports: Imports,
    pub library: Library,
    pub snapshots: Snapshots,
    pub directories: Directories,
}

impl<S> FromRequestParts<S> for Workshop
where
    S: Send + Sync,
    Imports: FromRef<S>,
    Library: FromRef<S>,
    Snapshots: FromRef<S>,
    Directories: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            imports: Imports::from_ref(state),
            library: Library::from_ref(state),
            snapshots: Snapshots::from_ref(state),
            directories: Directories::from_ref(state),
        })
    }
}

/// What is known when a form is shown.
pub(super) struct Ground {
    pub catalogue: Arc<Catalogue>,
    pub directory: Arc<Directory>,
    pub figures: FiguresView,
    pub today: Date,
    pub reach: Reach,
}

impl Workshop {
    pub(super) async fn ground(&self, signed: &Signed) -> WebResult<Ground> {
        let reach = signed.reach();
        let mut tx = self.imports.db.read().await?;
        Ok(Ground {
            catalogue: self.library.catalogue(&mut tx, reach).await?,
            directory: self.directories.current(&mut tx, reach).await?,
            figures: self.snapshots.current(&mut tx, reach).await?,
            today: self.imports.clock.today(),
            reach: reach.clone(),
        })
    }
}

impl Ground {
    /// What says whom values concern.
    fn rights(&self) -> rights::Ground<'_> {
        rights::Ground {
            catalogue: &self.catalogue,
            directory: &self.directory,
            today: self.today,
        }
    }

    pub(super) fn soil(&self) -> Soil<'_> {
        Soil {
            catalogue: &self.catalogue,
            directory: &self.directory,
            figures: &self.figures,
            today: self.today,
            reach: &self.reach,
        }
    }
}

/// Which year, which measure of an indicator that has several, which indicators of a region.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    annee: String,
    #[serde(default)]
    mesure: String,
    #[serde(default)]
    objectif: String,
    #[serde(default)]
    texte: String,
}

/// The grid that an address names.
#[derive(Clone, Debug)]
struct Address {
    framework: String,
    indicator: Option<String>,
    region: Option<String>,
    asked: Asked,
}

impl Address {
    fn wanted(&self) -> WebResult<Wanted> {
        let text = self.asked.annee.trim();
        let year = (!text.is_empty()).then(|| text.parse());
        let year = year
            .transpose()
            .map_err(|_| WebError::Invalid(format!("« {text} » n’est pas une année.")))?;
        Ok(Wanted {
            framework: self.framework.clone(),
            indicator: self.indicator.clone(),
            supplier: None,
            region: self.region.clone(),
            years: year.into_iter().collect(),
        })
    }

    fn choose<'g>(&self, ground: &'g Ground) -> WebResult<Choice<'g>> {
        ground
            .soil()
            .choose(&self.wanted()?)
            .map_err(|error| match error {
                WantedError::Framework(_) | WantedError::Indicator(_) | WantedError::Region(_) => {
                    WebError::NotFound
                }
                told => WebError::Invalid(sentence(&told.to_string())),
            })
    }

    /// The grid itself, of the measure asked for or of the first.
    fn sheet<'g>(&self, ground: &'g Ground, reach: &Reach) -> WebResult<Sheet<'g>> {
        let choice = self.choose(ground)?;
        let mut grids = choice.grids();
        let is_asked = |measure: &str| self.asked.mesure == measure;
        let rank = grids
            .iter()
            .position(|grid| is_asked(&grid.lines[0].measure.code));
        let others = grids.iter().map(|grid| grid.lines[0]).collect();
        let mut grid = grids.swap_remove(rank.unwrap_or(0));
        let objectives = grid.objectives();
        let (objective, text) = (self.asked.objectif.trim(), self.asked.texte.trim());
        let mut narrowing = Narrowing {
            objective: objective.to_owned(),
            text: text.to_owned(),
            found_nothing: false,
            objectives,
        };
        if narrowing.is_set() && self.region.is_some() {
            narrowing.found_nothing = !grid.keep(objective, text);
        }
        let cells = grid.lines.iter();
        let cells = cells.map(|line| (line.measure.code.as_str(), line.place.code.as_str()));
        let year = choice.years[0];
        Ok(Sheet {
            allowed: ground.rights().loads_one_of(reach, cells, year),
            entries: Entries::of(&grid),
            year,
            others,
            narrowing,
            grid,
            today: ground.today,
        })
    }
}

/// `/saisie/{framework}/{indicator}`.
pub(super) async fn by_indicator(
    signed: Signed,
    workshop: Workshop,
    Path((framework, indicator)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> WebResult<Response> {
    let address = Address {
        framework,
        indicator: Some(indicator),
        region: None,
        asked,
    };
    show(&signed, &workshop, &address).await
}

/// `/saisie/{framework}/regions/{place}`.
pub(super) async fn by_region(
    signed: Signed,
    workshop: Workshop,
    Path((framework, region)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> WebResult<Response> {
    let address = Address {
        framework,
        indicator: None,
        region: Some(region),
        asked,
    };
    show(&signed, &workshop, &address).await
}

/// What the grid of an indicator sent.
pub(super) async fn typed_by_indicator(
    signed: Signed,
    workshop: Workshop,
    Path((framework, indicator)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> WebResult<Response> {
    let address = Address {
        framework,
        indicator: Some(indicator),
        region: None,
        asked,
    };
    receive(&signed, &workshop, &address, fields).await
}

/// What the grid of a region sent.
pub(super) async fn typed_by_region(
    signed: Signed,
    workshop: Workshop,
    Path((framework, region)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> WebResult<Response> {
    let address = Address {
        framework,
        indicator: None,
        region: Some(region),
        asked,
    };
    receive(&signed, &workshop, &address, fields).await
}

async fn show(signed: &Signed, workshop: &Workshop, address: &Address) -> WebResult<Response> {
    let ground = workshop.ground(signed).await?;
    let sheet = address.sheet(&ground, signed.reach())?;
    Ok(page(signed, &sheet, &Beside::default(), StatusCode::OK))
}

fn page(signed: &Signed, sheet: &Sheet<'_>, beside: &Beside, status: StatusCode) -> Response {
    document_with_status(status, signed.view(), &sheet.title(), &body(sheet, beside))
}

async fn receive(
    signed: &Signed,
    workshop: &Workshop,
    address: &Address,
    fields: BTreeMap<String, String>,
) -> WebResult<Response> {
    let ground = workshop.ground(signed).await?;
    let mut sheet = address.sheet(&ground, signed.reach())?;
    if let Err(denied) = sheet.allowed {
        // Before what was typed is looked at: it would be told what to mend, and then refused.
        return Err(NotPermitted::from(denied).into());
    }
    let mut beside = Beside::of(&fields);
    let codes = Codes::of(&ground.catalogue, Some(&address.framework));
    if let Some(block) = fields.get("bloc") {
        return match pasted(&sheet.grid, block, &codes, &ground.directory) {
            Ok(bytes) => send(signed, workshop, &sheet, &beside, bytes)
                .await
                .map(|batch| to(batch.id)),
            Err(error) => {
                beside.told_of_block = Some(sentence(&error.to_string()));
                Ok(page(
                    signed,
                    &sheet,
                    &beside,
                    StatusCode::UNPROCESSABLE_ENTITY,
                ))
            }
        };
    }
    sheet.entries = std::mem::take(&mut sheet.entries).typed(&sheet.grid, &fields);
    if sheet.entries.problems() > 0 {
        return Ok(page(signed, &sheet, &beside, StatusCode::CONFLICT));
    }
    let Some(file) = sheet.entries.file(&sheet.grid, &codes) else {
        beside.told = vec!["Aucune case n’a changé : il n’y a rien à enregistrer.".to_owned()];
        return Ok(page(signed, &sheet, &beside, StatusCode::OK));
    };
    let batch = send(signed, workshop, &sheet, &beside, file.bytes.clone()).await?;
    decide(signed, workshop, sheet, beside, (batch, file)).await
}

/// Rehearses a file made of what was typed or pasted.
async fn send(
    signed: &Signed,
    workshop: &Workshop,
    sheet: &Sheet<'_>,
    beside: &Beside,
    bytes: Vec<u8>,
) -> WebResult<Batch> {
    let line = sheet
        .grid
        .lines
        .first()
        .filter(|_| sheet.grid.region().is_none());
    let settings = Settings {
        framework: Some(sheet.grid.framework.code.clone()),
        indicator: line.map(|line| line.measure.code.clone()),
        period: <[_; 1]>::try_from(sheet.grid.periods.clone())
            .ok()
            .map(|[period]| period),
        comment: Some(beside.comment.clone()).filter(|comment| !comment.is_empty()),
        provisional: beside.provisional,
        ..Settings::default()
    };
    let said = serde_json::to_value(settings).map_err(WebError::internal)?;
    let file = SentFile {
        name: format!(
            "Saisie à l’écran du {}, {}.csv",
            french_date(sheet.today),
            sheet.subject()
        ),
        bytes,
        said: Said::beside(said),
    };
    workshop
        .imports
        .rehearse(signed.actor(), INTAKE, &file)
        .await
        .map_err(|error| match error {
            RehearseError::Db(error) => error.into(),
            RehearseError::NotPermitted(refused) => refused.into(),
            told => WebError::Conflict(sentence(&told.to_string())),
        })
}

/// Commits what nothing is said against; comes back with what is refused, cell by cell; leads to
/// the page of the file where a person is to look or to answer.
async fn decide(
    signed: &Signed,
    workshop: &Workshop,
    mut sheet: Sheet<'_>,
    mut beside: Beside,
    (batch, file): (Batch, TypedFile),
) -> WebResult<Response> {
    let mut tx = workshop.imports.db.read().await?;
    let problems = store::problems(&mut tx, batch.id).await?;
    drop(tx);
    let refused = problems
        .iter()
        .any(|problem| problem.severity == Severity::Refusal);
    if refused {
        workshop.drop(signed, batch.id).await?;
        tell(&mut sheet, &mut beside, &file, &problems);
        return Ok(page(
            signed,
            &sheet,
            &beside,
            StatusCode::UNPROCESSABLE_ENTITY,
        ));
    }
    if !problems.is_empty() || batch.state != BatchState::Rehearsed {
        return Ok(to(batch.id));
    }
    match workshop
        .imports
        .commit(signed.actor(), batch.id, None)
        .await
    {
        Ok(Committed::Now(_) | Committed::Before(_)) => Ok(to(batch.id)),
        Ok(Committed::Nothing) => {
            workshop.drop(signed, batch.id).await?;
            beside.told =
                vec!["Jalon tient déjà ces valeurs : il n’y a rien à enregistrer.".to_owned()];
            Ok(page(signed, &sheet, &beside, StatusCode::OK))
        }
        Err(ActError::Moved(cells, _)) => {
            workshop.drop(signed, batch.id).await?;
            for field in cells.iter().filter_map(|cell| file.field(cell)) {
                sheet.entries.refuse(field, "Quelqu’un vient d’enregistrer une autre valeur ici. Renvoyez : les deux vous seront montrées.");
            }
            Ok(page(signed, &sheet, &beside, StatusCode::CONFLICT))
        }
        Err(ActError::NotPermitted(refused)) => {
            workshop.drop(signed, batch.id).await?;
            Err(refused.into())
        }
        Err(ActError::Ledger(error)) => Err(WebError::internal(error)),
        Err(told) => Err(WebError::Conflict(sentence(&told.to_string()))),
    }
}

/// Puts each problem beside the cell it is of; those of no cell stand above the grid.
fn tell(sheet: &mut Sheet<'_>, beside: &mut Beside, file: &TypedFile, problems: &[Problem]) {
    for problem in problems {
        match file.field(&problem.place) {
            Some(field) => sheet.entries.refuse(field, &problem.message),
            None => beside.told.push(problem.message.clone()),
        }
    }
}

impl Workshop {
    /// Gives up a file of which nothing is kept: what was typed is in the form.
    async fn drop(&self, signed: &Signed, batch: Uuid) -> WebResult<()> {
        match self.imports.give_up(signed.actor(), batch, None).await {
            Ok(()) => Ok(()),
            Err(RehearseError::Db(error)) => Err(error.into()),
            Err(told) => Err(WebError::Conflict(sentence(&told.to_string()))),
        }
    }
}

fn to(batch: Uuid) -> Response {
    Redirect::to(&format!("/imports/{batch}")).into_response()
}
