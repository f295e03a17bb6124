//! `/api/v1/observations`: what was observed, and all that was ever said of it.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

mod asked;
mod attached;
mod documents;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::provenance::{Revision, Story, store as provenance};
use super::{Figure, OpenContest, Snapshots, Subject};
use crate::access::api::{AsOf, Caller, Listing};
use crate::frameworks::api::{FRAMEWORK, MEASURE};
use crate::frameworks::{Catalogue, Library};
use crate::imports::Place as FilePlace;
use crate::kernel::{Period, Value};
use crate::measures::Measure;
use crate::organisations::Directories;
use crate::organisations::api::PLACE;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, Limit, ListQuery, Page, Problem, ValueView, instant,
};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;

pub(in crate::figures) use asked::unknown_measure;

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Directories: FromRef<S>,
    Library: FromRef<S>,
    Snapshots: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    // What is larger than a document may be is told by the address itself.
    let attaching = OpenApiRouter::new()
        .routes(routes!(documents::documents, documents::attach))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .merge(attaching)
        .routes(routes!(attached::attached))
        .routes(routes!(observations))
        .routes(routes!(observation))
        .routes(routes!(revisions))
}

/// A value as it is told, in the unit and on the scale of what it is a value of.
pub(in crate::figures) fn told(value: &Value, measure: Option<&Measure>) -> ValueView {
    let unit = measure.and_then(|measure| measure.unit.as_deref());
    ValueView::of(value, measure.and_then(|measure| measure.per), unit)
}

/// La cellule d’un fichier, comptée à partir de 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cell)]
struct CellView {
    sheet: String,
    row: u32,
    column: u32,
}

impl From<&FilePlace> for CellView {
    fn from(place: &FilePlace) -> Self {
        Self {
            sheet: place.sheet.clone(),
            row: place.row,
            column: place.column,
        }
    }
}

/// La contestation d’une valeur, tant qu’elle n’a pas de réponse.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contest)]
struct ContestView {
    id: Uuid,
    reason: String,
    /// Ce que la région dit à la place.
    own: Option<ValueView>,
    /// Dernier jour pour répondre.
    #[schema(value_type = String, format = Date)]
    due_on: Date,
}

impl ContestView {
    fn of(contest: &OpenContest, measure: Option<&Measure>) -> Self {
        Self {
            id: contest.id,
            reason: contest.reason.clone(),
            own: contest.own.as_ref().map(|own| told(own, measure)),
            due_on: contest.due_on,
        }
    }
}

/// Une valeur observée, telle qu’elle se lit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Observation)]
struct ObservationView {
    id: Uuid,
    /// Code de la mesure.
    measure: String,
    /// Code du territoire.
    place: String,
    /// `2023`, `2023-S1`, `2023-T4` ou `2023-M09`.
    #[schema(value_type = String)]
    period: Period,
    /// La part observée, comme `sex=F` ; vide pour le tout.
    breakdown: String,
    value: ValueView,
    /// Une valeur définitive est à venir.
    provisional: bool,
    /// Inventée pour la démonstration.
    fictional: bool,
    supplier: String,
    source: Option<String>,
    comment: Option<String>,
    /// Le jour que la valeur décrit.
    #[schema(value_type = Option<String>, format = Date)]
    reference_date: Option<Date>,
    /// Le premier jour où tous la voient.
    #[schema(value_type = Option<String>, format = Date)]
    embargo_until: Option<Date>,
    /// Numéro de la révision, à partir de 1.
    revision: i64,
    /// Le changement qui l’a écrite.
    change: i64,
    #[schema(format = DateTime)]
    received_at: String,
    /// Le lot dont elle vient.
    batch: Option<Uuid>,
    cell: Option<CellView>,
    /// Contestée : les deux valeurs sont à montrer.
    contest: Option<ContestView>,
}

impl ObservationView {
    fn of(measure: &Measure, subject: &Subject, figure: &Figure) -> Self {
        let contest = figure.contest.as_deref();
        Self {
            id: figure.observation,
            measure: measure.code.clone(),
            place: subject.place.clone(),
            period: subject.period,
            breakdown: subject.breakdown.clone(),
            value: told(&figure.value, Some(measure)),
            provisional: figure.provisional,
            fictional: figure.fictional,
            supplier: figure.supplier.clone(),
            source: figure.source.clone(),
            comment: figure.comment.clone(),
            reference_date: figure.reference_date,
            embargo_until: figure.embargo_until,
            revision: figure.no,
            change: figure.change,
            received_at: instant(figure.received_at),
            batch: figure.batch,
            cell: figure.cell.as_ref().map(CellView::from),
            contest: contest.map(|contest| ContestView::of(contest, Some(measure))),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ObservationQuery {
    /// Code de la mesure.
    measure: Option<String>,
    /// Code du territoire.
    place: Option<String>,
    /// Code du cadre : les mesures que ses indicateurs suivent.
    framework: Option<String>,
    /// `2023`, `2023-S1`, `2023-T4` ou `2023-M09`.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// Celles qui furent écrites après ce changement.
    since: Option<i64>,
    /// Un jour (2026-03-15) ou un numéro de changement ; maintenant sans précision.
    #[param(value_type = Option<String>)]
    as_of: Option<AsOf>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

impl ObservationQuery {
    /// The measures asked for, in the order of their codes.
    fn measures<'c>(&self, catalogue: &'c Catalogue) -> ApiResult<Vec<&'c Measure>> {
        let framework = self.framework.as_deref();
        let framework = FRAMEWORK.find(framework, |code| catalogue.framework(code))?;
        let of_framework: Option<BTreeSet<&str>> = framework.map(|edited| {
            let framework = &edited.framework;
            let cited = framework.indicators.iter().flat_map(|i| &i.measures);
            let own = catalogue.own_of(&framework.code);
            let own = own.map(|own| own.measure.code.as_str());
            cited.map(String::as_str).chain(own).collect()
        });
        let asked = |measure: &&Measure| {
            let code = measure.code.as_str();
            self.measure.as_deref().is_none_or(|wanted| wanted == code)
                && of_framework
                    .as_ref()
                    .is_none_or(|codes| codes.contains(code))
        };
        Ok(catalogue.all_measures().filter(asked).collect())
    }

    fn takes(&self, subject: &Subject, figure: &Figure) -> bool {
        self.place
            .as_ref()
            .is_none_or(|place| *place == subject.place)
            && self.period.is_none_or(|period| period == subject.period)
            && self.since.is_none_or(|since| figure.change > since)
    }
}

/// Lister les observations
#[utoipa::path(get, path = "/observations", tag = "Valeurs", params(ObservationQuery),
    responses((status = 200, description = "Une page, par mesure, territoire, période et part", body = Page<ObservationView>)))]
async fn observations(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    State(snapshots): State<Snapshots>,
    ApiQuery(query): ApiQuery<ObservationQuery>,
) -> ApiResult<Json<Page<ObservationView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::at(&db, page, query.as_of).await?;
    let catalogue = library.catalogue(&mut list.tx, caller.reach()).await?;
    let directory = directories.current(&mut list.tx, caller.reach()).await?;
    let measures = query.measures(&catalogue)?;
    let wanted: Vec<&str> = query.measure.as_deref().into_iter().collect();
    let unknown = unknown_measure(&mut list.tx, caller.reach(), &catalogue, &wanted).await?;
    if let Some(unknown) = unknown {
        return Err(MEASURE.names_nothing(unknown));
    }
    PLACE.find(query.place.as_deref(), |code| directory.place(code))?;
    list.change("since", query.since).await?;
    let figures = snapshots
        .upto(&mut list.tx, caller.reach(), list.at_change)
        .await?;
    let found = measures.into_iter().flat_map(|measure| {
        let series = figures.series(&measure.code).into_iter();
        series.flat_map(move |series| series.iter().map(move |(s, f)| (measure, s, f)))
    });
    let items = found
        .filter(|(_, subject, figure)| query.takes(subject, figure))
        .map(|(measure, subject, figure)| {
            let key = (
                measure.code.clone(),
                subject.place.clone(),
                subject.period,
                subject.breakdown.clone(),
            );
            (key, (measure, subject, figure))
        });
    let Json(page) = list.page(items)?;
    Ok(Json(page.map(|(m, s, f)| ObservationView::of(m, s, f))))
}

/// Lire une observation
#[utoipa::path(get, path = "/observations/{id}", tag = "Valeurs",
    params(("id" = Uuid, Path, description = "Identifiant de l’observation")),
    responses((status = 200, description = "L’observation", body = ObservationView)))]
async fn observation(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(snapshots): State<Snapshots>,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<ObservationView>> {
    let mut tx = db.read().await?;
    let story = provenance::story(&mut tx, caller.reach(), clock.today(), id).await?;
    let Story {
        measure, subject, ..
    } = story.ok_or_else(Problem::not_found)?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let figures = snapshots.current(&mut tx, caller.reach()).await?;
    let measure = catalogue.measure(&measure).ok_or_else(Problem::not_found)?;
    let series = figures.series(&measure.code);
    // Withdrawn: its revisions still say what it was.
    let figure = series.and_then(|series| series.get(&subject));
    let figure = figure.ok_or_else(Problem::not_found)?;
    Ok(Json(ObservationView::of(measure, &subject, figure)))
}

/// Ce qui fut dit une fois d’une observation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revision)]
struct RevisionView {
    /// Numéro, à partir de 1.
    no: i64,
    /// La valeur ; absente où la révision retire ce qui était.
    value: Option<ValueView>,
    provisional: bool,
    fictional: bool,
    #[schema(format = DateTime)]
    received_at: String,
    /// Qui l’a apportée.
    brought_by: Option<String>,
    /// Le nom d’accès du programme qui l’a apportée pour cette personne.
    program: Option<String>,
    /// Pourquoi, avec ses mots.
    reason: Option<String>,
    supplier: String,
    source: Option<String>,
    comment: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    reference_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    embargo_until: Option<Date>,
    batch: Option<Uuid>,
    file_name: Option<String>,
    cell: Option<CellView>,
}

impl RevisionView {
    fn of(revision: Revision, measure: Option<&Measure>) -> Self {
        let file = revision.file.map(|file| (file.batch, file.name));
        let (batch, file_name) = file.unzip();
        Self {
            no: revision.no,
            value: revision.value.as_ref().map(|value| told(value, measure)),
            provisional: revision.provisional,
            fictional: revision.fictional,
            received_at: instant(revision.received_at),
            brought_by: revision.who,
            program: revision.program,
            reason: revision.why,
            supplier: revision.supplier,
            source: revision.source,
            comment: revision.comment,
            reference_date: revision.reference_date,
            embargo_until: revision.embargo_until,
            batch,
            file_name,
            cell: revision.cell.as_ref().map(CellView::from),
        }
    }
}

/// Lister les révisions d’une observation
#[utoipa::path(get, path = "/observations/{id}/revisions", tag = "Valeurs",
    params(("id" = Uuid, Path, description = "Identifiant de l’observation"), ListQuery),
    responses((status = 200, description = "Une page, la plus ancienne d’abord", body = Page<RevisionView>)))]
async fn revisions(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<RevisionView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::now(&db, page).await?;
    let story = provenance::story(&mut list.tx, caller.reach(), clock.today(), id).await?;
    let story = story.ok_or_else(Problem::not_found)?;
    let catalogue = library.catalogue(&mut list.tx, caller.reach()).await?;
    let measure = catalogue.measure(&story.measure);
    let oldest_first = story.revisions.into_iter().rev();
    let items = oldest_first.map(|r| (r.no, RevisionView::of(r, measure)));
    list.page(items)
}
