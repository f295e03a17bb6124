//! `/api/v1/organisations`, `/api/v1/places`.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

use axum::Json;
use axum::extract::{FromRef, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Directories, Organisation, OrganisationKind, Place, PlaceKind};
use crate::access::api::{Caller, Listing};
use crate::platform::api::{ApiPath, ApiQuery, ApiResult, Filter, Limit, Page, Problem, word};
use crate::platform::db::Db;

/// The filter of a list that names an organisation.
pub const ORGANISATION: Filter = Filter::new(
    "organisation",
    "le code d’une organisation (« code » dans /api/v1/organisations)",
);
/// The filter of a list that names a place.
pub const PLACE: Filter = Filter::new(
    "place",
    "le code d’un territoire (« code » dans /api/v1/places)",
);

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Directories: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(organisations))
        .routes(routes!(organisation))
        .routes(routes!(places))
}

/// Une organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
struct OrganisationView {
    /// Code stable, par exemple `ARS-84`.
    code: String,
    /// `ars`, `ministry`, `directorate`, `operator`, `establishment` ou `other`.
    kind: &'static str,
    name: String,
    short_name: Option<String>,
    /// Premier jour, où il est connu.
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<Date>,
    /// Dernier jour ; absent tant qu’elle existe.
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<Date>,
    /// Code de l’organisation dont elle relève.
    parent: Option<String>,
    /// Code du territoire pour lequel elle agit.
    place: Option<String>,
}

impl From<&Organisation> for OrganisationView {
    fn from(organisation: &Organisation) -> Self {
        Self {
            code: organisation.code.clone(),
            kind: organisation.kind.code(),
            name: organisation.name.clone(),
            short_name: organisation.short_name.clone(),
            valid_from: organisation.valid_from,
            valid_to: organisation.valid_to,
            parent: organisation.parent.clone(),
            place: organisation.place.clone(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrganisationQuery {
    /// `ars`, `ministry`, `directorate`, `operator`, `establishment` ou `other`.
    kind: Option<String>,
    /// Celles qui existent ce jour-là.
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les organisations
#[utoipa::path(get, path = "/organisations", tag = "Répertoire", params(OrganisationQuery),
    responses((status = 200, description = "Une page, dans l’ordre des codes", body = Page<OrganisationView>)))]
async fn organisations(
    caller: Caller,
    State(db): State<Db>,
    State(directories): State<Directories>,
    ApiQuery(query): ApiQuery<OrganisationQuery>,
) -> ApiResult<Json<Page<OrganisationView>>> {
    let kinds = OrganisationKind::ALL.map(|(kind, code, ..)| (code, kind));
    let kind = word("kind", query.kind.as_deref(), kinds)?;
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::now(&db, page).await?;
    let directory = directories.current(&mut list.tx, caller.reach()).await?;
    let mut found: Vec<&Organisation> = directory.organisations().iter().collect();
    found.retain(|o| kind.is_none_or(|kind| o.kind == kind));
    found.retain(|o| query.on.is_none_or(|day| o.valid_on(day)));
    found.sort_by(|a, b| a.code.cmp(&b.code));
    let items = found.into_iter().map(|o| (o.code.clone(), o.into()));
    list.page(items)
}

/// Lire une organisation
#[utoipa::path(get, path = "/organisations/{code}", tag = "Répertoire",
    params(("code" = String, Path, description = "Code de l’organisation")),
    responses((status = 200, description = "L’organisation", body = OrganisationView)))]
async fn organisation(
    caller: Caller,
    State(db): State<Db>,
    State(directories): State<Directories>,
    ApiPath(code): ApiPath<String>,
) -> ApiResult<Json<OrganisationView>> {
    let mut tx = db.read().await?;
    let directory = directories.current(&mut tx, caller.reach()).await?;
    let found = directory.organisation(&code);
    Ok(Json(found.ok_or_else(Problem::not_found)?.into()))
}

/// Un territoire.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
struct PlaceView {
    /// Code stable : code INSEE d’une région, `D` et code INSEE d’un département.
    code: String,
    /// `country`, `zone`, `region`, `department` ou `establishment`.
    kind: &'static str,
    name: String,
    /// Code ISO 3166-2.
    iso: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<Date>,
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        Self {
            code: place.code.clone(),
            kind: place.kind.code(),
            name: place.name.clone(),
            iso: place.iso.clone(),
            valid_from: place.valid_from,
            valid_to: place.valid_to,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlaceQuery {
    /// `country`, `zone`, `region`, `department` ou `establishment`.
    kind: Option<String>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les territoires
#[utoipa::path(get, path = "/places", tag = "Répertoire", params(PlaceQuery),
    responses((status = 200, description = "Une page, dans l’ordre des codes", body = Page<PlaceView>)))]
async fn places(
    caller: Caller,
    State(db): State<Db>,
    State(directories): State<Directories>,
    ApiQuery(query): ApiQuery<PlaceQuery>,
) -> ApiResult<Json<Page<PlaceView>>> {
    let kinds = PlaceKind::ALL.map(|(kind, code, _)| (code, kind));
    let kind = word("kind", query.kind.as_deref(), kinds)?;
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::now(&db, page).await?;
    let directory = directories.current(&mut list.tx, caller.reach()).await?;
    let mut found: Vec<&Place> = directory.places().iter().collect();
    found.retain(|place| kind.is_none_or(|kind| place.kind == kind));
    found.sort_by(|a, b| a.code.cmp(&b.code));
    let items = found.into_iter().map(|p| (p.code.clone(), p.into()));
    list.page(items)
}
