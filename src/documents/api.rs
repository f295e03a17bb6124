//! `/api/v1/documents/{id}`: a document that is attached, and its files. Their list stands in
//! `figures::api`, which knows what they are about.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Document, Version, saved_as, store};
use crate::access::api::Caller;
use crate::kernel::hex;
use crate::platform::api::{ApiPath, ApiResult, FileBytes, Problem, instant};
use crate::platform::clock::Clock;
use crate::platform::db::Db;

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(document))
        .routes(routes!(version))
}

/// Un document attaché, avec toutes ses versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentView {
    id: Uuid,
    /// `value`, `indicator`, `term` ou `contest`.
    about: &'static str,
    /// De quoi il parle : le code d’une mesure, `cadre/indicateur`, l’identifiant d’un contrat et
    /// l’indicateur, l’identifiant d’une contestation.
    subject: String,
    place: Option<String>,
    period: Option<String>,
    /// La dernière d’abord.
    versions: Vec<VersionView>,
}

/// Un fichier d’un document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentVersion)]
struct VersionView {
    /// À partir de 1.
    no: i64,
    name: String,
    media_type: &'static str,
    /// En octets.
    size: i64,
    sha256: String,
    #[schema(format = DateTime)]
    attached_at: String,
    attached_by: Option<String>,
    /// Pourquoi il remplace le précédent.
    reason: Option<String>,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: document.id,
            about: document.about.kind.code(),
            subject: document.about.subject,
            place: given(document.about.place),
            period: given(document.about.period),
            versions: document
                .versions
                .into_iter()
                .map(VersionView::from)
                .collect(),
        }
    }
}

impl From<Version> for VersionView {
    fn from(version: Version) -> Self {
        Self {
            no: version.no,
            name: version.name,
            media_type: version.media.name(),
            size: version.size,
            sha256: hex(&version.sha),
            attached_at: instant(version.at),
            attached_by: version.who,
            reason: version.why,
        }
    }
}

/// Lire ce qui est dit d’un document
#[utoipa::path(get, path = "/documents/{id}", tag = "Documents",
    params(("id" = Uuid, Path, description = "Identifiant du document")),
    responses((status = 200, description = "Le document", body = DocumentView)))]
async fn document(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<DocumentView>> {
    let mut tx = db.read().await?;
    let found = store::document(&mut tx, (caller.reach(), clock.today()), id).await?;
    Ok(Json(found.ok_or_else(Problem::not_found)?.into()))
}

/// Télécharger un fichier d’un document
#[utoipa::path(get, path = "/documents/{id}/versions/{no}", tag = "Documents",
    params(("id" = Uuid, Path, description = "Identifiant du document"),
           ("no" = i64, Path, description = "Numéro de la version, à partir de 1")),
    responses((status = 200, description = "Le fichier, tel qu’il fut attaché", content(
        (FileBytes = "application/pdf"),
        (FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (FileBytes = "application/vnd.oasis.opendocument.spreadsheet"),
        (FileBytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (FileBytes = "application/vnd.oasis.opendocument.text"),
        (FileBytes = "text/csv"),
        (FileBytes = "image/png"),
        (FileBytes = "image/jpeg")))))]
async fn version(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    ApiPath((id, no)): ApiPath<(Uuid, i64)>,
) -> ApiResult<Response> {
    let mut tx = db.read().await?;
    let found = store::document(&mut tx, (caller.reach(), clock.today()), id).await?;
    let versions = found.into_iter().flat_map(|found| found.versions);
    let version = versions.into_iter().find(|version| version.no == no);
    let version = version.ok_or_else(Problem::not_found)?;
    let bytes = store::bytes(&mut tx, &version.sha).await?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    let headers = [
        (CONTENT_TYPE, version.media.name().to_owned()),
        (CONTENT_DISPOSITION, saved_as(&version.name)),
    ];
    Ok((headers, bytes).into_response())
}
