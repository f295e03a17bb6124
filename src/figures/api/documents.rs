//! `/api/v1/frameworks/{framework}/indicators/{key}/documents`: a supplier's detail.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::access::api::Caller;
use crate::access::{Act as _, permit};
use crate::documents::api::DocumentView;
use crate::documents::{
    About, AboutKind, AttachDocument, Attachment, Media, Upload, safe_name, store,
};
use crate::figures::rights::Ground;
use crate::frameworks::{Catalogue, Framework, Indicator, Library};
use crate::kernel::sentence;
use crate::ledger::{self, Change};
use crate::organisations::Directories;
use crate::platform::antivirus::Antivirus;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, Code, FileBytes, ListQuery, Page, Paging, Problem,
};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::{Db, Tx};

/// The years that a supplier's detail may be about.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// Lister les documents attachés à un indicateur
#[utoipa::path(get, path = "/frameworks/{framework}/indicators/{key}/documents", tag = "Documents",
    params(("framework" = String, Path, description = "Code du cadre"),
           ("key" = String, Path, description = "Clé de l’indicateur"), ListQuery),
    responses((status = 200, description = "Une page, dans l’ordre où ils furent attachés", body = Page<DocumentView>)))]
pub(super) async fn documents(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    ApiPath((framework, key)): ApiPath<(String, String)>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<DocumentView>>> {
    let paging = Paging::new(query.limit, query.cursor.as_deref())?;
    let mut tx = db.read().await?;
    let subject = subject(&mut tx, &library, &caller, &framework, &key).await?;
    let upto = match paging.at_change() {
        Some(change) => change,
        None => ledger::last_change(&mut tx).await?,
    };
    let kind = AboutKind::Indicator;
    let seen = (caller.reach(), clock.today());
    let mut found = store::about(&mut tx, seen, kind, &subject, upto).await?;
    found.sort_by_key(|document| document.id);
    let items = found
        .into_iter()
        .map(|document| (document.id, document.into()));
    Ok(Json(paging.page(upto, items)?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AttachQuery {
    /// L’année des données.
    #[param(minimum = 1990, maximum = 2100)]
    year: i16,
    /// Le nom du fichier, avec son extension.
    name: String,
}

/// What attaching works with.
pub(super) struct Office {
    db: Db,
    clock: Clock,
    library: Library,
    directories: Directories,
    config: Arc<Config>,
}

impl<S> FromRequestParts<S> for Office
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Library: FromRef<S>,
    Directories: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            db: Db::from_ref(state),
            clock: Clock::from_ref(state),
            library: Library::from_ref(state),
            directories: Directories::from_ref(state),
            config: Arc::from_ref(state),
        })
    }
}

/// Attacher à un indicateur le détail d’une année
///
/// Le corps de la demande est le fichier lui-même : PDF, classeur, texte, CSV ou image, sans
/// macro. Sa nature est jugée à son contenu.
#[utoipa::path(post, path = "/frameworks/{framework}/indicators/{key}/documents", tag = "Documents",
    params(("framework" = String, Path, description = "Code du cadre"),
           ("key" = String, Path, description = "Clé de l’indicateur"), AttachQuery,
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    request_body(content((FileBytes = "application/octet-stream"))),
    responses((status = 201, description = "Le document, à l’adresse que dit Location", body = DocumentView)))]
pub(super) async fn attach(
    caller: Caller,
    office: Office,
    ApiPath((framework, key)): ApiPath<(String, String)>,
    ApiQuery(query): ApiQuery<AttachQuery>,
    request: Request,
) -> ApiResult<Response> {
    let Office {
        db,
        clock,
        library,
        directories,
        config,
    } = office;
    caller.writes()?;
    let mut tx = db.read().await?;
    let subject = subject(&mut tx, &library, &caller, &framework, &key).await?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let directory = directories.current(&mut tx, caller.reach()).await?;
    drop(tx);
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let found = indicator(&catalogue, &framework, &key);
    let (framework, indicator) = found.ok_or_else(Problem::not_found)?;
    let concern = ground.indicator(framework, indicator);
    caller
        .reach()
        .demands::<AttachDocument>(std::slice::from_ref(&concern))?;
    if !YEARS.contains(&query.year) {
        let message = format!("attendu une année, reçu « {} »", query.year);
        return Err(Problem::malformed("year", message));
    }
    let about = About {
        kind: AboutKind::Indicator,
        subject,
        place: String::new(),
        period: query.year.to_string(),
    };
    let upload = upload(request, &query.name, &config).await?;
    let change = Change::open(&db, &clock, caller.actor(), AttachDocument::NAME).await;
    let mut change = change.map_err(Problem::internal)?;
    let attachment = Attachment {
        about,
        concern,
        embargo: None,
    };
    let permit = permit::<AttachDocument>(&mut change, attachment).await?;
    let id = store::attach(&mut change, permit, &upload).await;
    let id = id.map_err(Problem::internal)?;
    change.commit().await.map_err(Problem::internal)?;
    let attached =
        store::document(&mut db.read().await?, (caller.reach(), clock.today()), id).await?;
    let attached: DocumentView = attached.ok_or_else(Problem::not_found)?.into();
    let location = [(LOCATION, format!("/api/v1/documents/{id}"))];
    Ok((StatusCode::CREATED, location, Json(attached)).into_response())
}

/// The file that a request is, given up at the limit as it arrives.
async fn upload(request: Request, name: &str, config: &Config) -> ApiResult<Upload> {
    let largest = usize::try_from(config.largest_document).unwrap_or(usize::MAX);
    let bytes = to_bytes(request.into_body(), largest).await;
    let bytes = bytes.map_err(|_| Problem::plain(Code::TooLarge))?;
    let media = Media::of(name, &bytes);
    let media = media.map_err(|unfit| Problem::new(Code::Invalid, unfit.to_string()))?;
    let looked = Antivirus::of(config).look_at(&bytes).await;
    looked.map_err(|refused| Problem::new(Code::Invalid, sentence(&refused.to_string())))?;
    Ok(Upload {
        name: safe_name(name, media),
        media,
        bytes: bytes.to_vec(),
    })
}

/// What documents of an indicator are about, where there is such an indicator.
async fn subject(
    tx: &mut Tx,
    library: &Library,
    caller: &Caller,
    framework: &str,
    key: &str,
) -> ApiResult<String> {
    let catalogue = library.catalogue(tx, caller.reach()).await?;
    let found = indicator(&catalogue, framework, key);
    found.ok_or_else(Problem::not_found)?;
    Ok(format!("{framework}/{key}"))
}

/// An indicator with its framework.
fn indicator<'c>(
    catalogue: &'c Catalogue,
    framework: &str,
    key: &str,
) -> Option<(&'c Framework, &'c Indicator)> {
    let framework = &catalogue.framework(framework)?.framework;
    let found = framework.indicators.iter().find(|i| i.key == key);
    found.map(|indicator| (framework, indicator))
}
