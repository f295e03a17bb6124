//! `/api/v1/dossiers`: the dossiers issued for contracts and their files, as they were issued.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

use std::cmp::Reverse;

use axum::Json;
use axum::extract::{FromRef, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::issue::store::{self, Wanted};
use super::issue::{Format, Issued, IssuedFile};
use crate::access::api::Caller;
use crate::contracts::api::CONTRACT;
use crate::contracts::store as contracts;
use crate::documents::saved_as;
use crate::kernel::hex;
use crate::ledger;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, FileBytes, Limit, Page, Paging, Problem, instant,
};
use crate::platform::db::Db;

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(dossiers))
        .routes(routes!(dossier))
        .routes(routes!(file))
}

/// Un dossier émis, avec ses fichiers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
struct DossierView {
    id: Uuid,
    /// L’adresse du contrat.
    contract: String,
    /// Le volet, où le contrat en a plusieurs.
    section: Option<String>,
    /// La dernière année dont les chiffres comptent.
    year: i16,
    /// Le jour auquel termes et chiffres étaient connus.
    #[schema(format = Date)]
    as_of: String,
    #[schema(format = DateTime)]
    issued_at: String,
    issued_by: Option<String>,
    /// La version de Jalon qui l’a dessiné.
    renderer: String,
    files: Vec<FileView>,
}

/// Un fichier d’un dossier émis.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierFile)]
struct FileView {
    /// `pdf`, `docx` ou `xlsx`.
    format: &'static str,
    name: String,
    /// En octets.
    size: i64,
    sha256: String,
}

impl From<Issued> for DossierView {
    fn from(issued: Issued) -> Self {
        Self {
            id: issued.id,
            contract: issued.slug,
            section: Some(issued.section).filter(|key| !key.is_empty()),
            year: issued.year,
            as_of: issued.as_of.to_string(),
            issued_at: instant(issued.at),
            issued_by: issued.who,
            renderer: issued.renderer,
            files: issued.files.into_iter().map(FileView::from).collect(),
        }
    }
}

impl From<IssuedFile> for FileView {
    fn from(file: IssuedFile) -> Self {
        Self {
            format: file.format.code(),
            name: file.name,
            size: file.size,
            sha256: hex(&file.sha),
        }
    }
}

/// Where a dossier stands in the list: when it was issued, then which.
type Key = (Reverse<i64>, Reverse<Uuid>);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DossierQuery {
    /// L’adresse d’un contrat, comme `normandie-2024-2028` ; tous sans précision.
    contract: Option<String>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les dossiers émis
#[utoipa::path(get, path = "/dossiers", tag = "Dossiers", params(DossierQuery),
    responses((status = 200, description = "Une page, le plus récent d’abord", body = Page<DossierView>)))]
async fn dossiers(
    caller: Caller,
    State(db): State<Db>,
    ApiQuery(query): ApiQuery<DossierQuery>,
) -> ApiResult<Json<Page<DossierView>>> {
    let paging = Paging::new(query.limit, query.cursor.as_deref())?;
    let after: Option<Key> = paging.after()?;
    let mut tx = db.read().await?;
    let at_change = ledger::last_change(&mut tx).await?;
    let known = contracts::known(&mut tx, caller.reach()).await?;
    let contract = CONTRACT.find(query.contract.as_deref(), |slug| known.get(slug))?;
    let wanted = Wanted {
        known: &known,
        contract: contract.map(String::as_str),
        before: after.map(|(Reverse(at), Reverse(id))| (at, id)),
    };
    let issued = store::issued_before(&mut tx, &wanted, paging.limit() + 1).await?;
    drop(tx);
    let items = issued.into_iter().map(|one| {
        let key: Key = (Reverse(one.at), Reverse(one.id));
        (key, DossierView::from(one))
    });
    Ok(Json(paging.page(at_change, items)?))
}

/// Lire ce qui est dit d’un dossier émis
#[utoipa::path(get, path = "/dossiers/{id}", tag = "Dossiers",
    params(("id" = Uuid, Path, description = "Identifiant du dossier")),
    responses((status = 200, description = "Le dossier", body = DossierView)))]
async fn dossier(
    caller: Caller,
    State(db): State<Db>,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<DossierView>> {
    let mut tx = db.read().await?;
    let found = store::issued(&mut tx, caller.reach(), id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Json(found.into()))
}

/// Télécharger un fichier d’un dossier émis
#[utoipa::path(get, path = "/dossiers/{id}/{format}", operation_id = "dossier_file", tag = "Dossiers",
    params(("id" = Uuid, Path, description = "Identifiant du dossier"),
           ("format" = String, Path, description = "`pdf`, `docx` ou `xlsx`")),
    responses((status = 200, description = "Le fichier, tel qu’il fut émis", content(
        (FileBytes = "application/pdf"),
        (FileBytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn file(
    caller: Caller,
    State(db): State<Db>,
    ApiPath((id, format)): ApiPath<(Uuid, String)>,
) -> ApiResult<Response> {
    let format = Format::from_code(&format).ok_or_else(Problem::not_found)?;
    let mut tx = db.read().await?;
    let found = store::file(&mut tx, caller.reach(), id, format).await?;
    let (file, bytes) = found.ok_or_else(Problem::not_found)?;
    let headers = [
        (CONTENT_TYPE, format.media().to_owned()),
        (CONTENT_DISPOSITION, saved_as(&file.name)),
    ];
    Ok((headers, bytes).into_response())
}
