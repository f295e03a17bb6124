//! Reading batches and their rows.

use std::cmp::Reverse;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::view::{BatchView, RowView};
use super::{etag, known, open, shown};
use crate::access::api::Caller;
use crate::documents::saved_as;
use crate::imports::{BatchState, Imports, KnownFile, store};
use crate::kernel::hex;
use crate::ledger;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, Conditions, Etag, FileBytes, Limit, ListQuery, Page, Paging,
    Problem, word,
};

/// Lire une répétition
#[utoipa::path(get, path = "/rehearsals/{id}", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant de la répétition")),
    responses((status = 200, description = "La répétition ; son ETag sert à l’enregistrer", body = BatchView,
        headers(("ETag" = String, description = "L’état de la répétition, à renvoyer dans If-Match")))))]
pub(super) async fn rehearsal(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Response> {
    let batch = known(&imports, &caller, id).await?.batch;
    if conditions.holds(&etag(&batch)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    shown(&imports, &caller, StatusCode::OK, id).await
}

/// Lire un lot
#[utoipa::path(get, path = "/batches/{id}", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant du lot : celui de sa répétition")),
    responses((status = 200, description = "Le lot ; son ETag sert à l’annuler", body = BatchView,
        headers(("ETag" = String, description = "L’état du lot, à renvoyer dans If-Match")))))]
pub(super) async fn batch(
    caller: Caller,
    state: State<Imports>,
    conditions: Conditions,
    id: ApiPath<Uuid>,
) -> ApiResult<Response> {
    rehearsal(caller, state, conditions, id).await
}

/// Lister ce que les cellules d’une répétition changeraient
#[utoipa::path(get, path = "/rehearsals/{id}/rows", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant de la répétition"), ListQuery),
    responses((status = 200, description = "Une page, dans l’ordre du fichier", body = Page<RowView>)))]
pub(super) async fn rows(
    caller: Caller,
    State(imports): State<Imports>,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<RowView>>> {
    let paging = Paging::new(query.limit, query.cursor.as_deref())?;
    let embargoed = "Ce fichier est sous embargo : seule la personne qui l’a envoyé voit ses cellules avant son jour.";
    let batch = open(&imports, &caller, id, embargoed).await?;
    let after: Option<i64> = paging.after()?;
    let from = after.map_or(0, |no| no.saturating_add(1));
    let mut tx = imports.db.read().await?;
    let most = i64::try_from(paging.limit() + 1).unwrap_or(i64::MAX);
    let mut found = store::some_rows(&mut tx, id, from, most).await?;
    let intake = imports.intakes.of(&batch)?;
    intake.veil(&mut tx, caller.reach(), &mut found).await?;
    let published = intake.published(&mut tx, caller.reach(), &found).await?;
    drop(tx);
    let mut items = Vec::with_capacity(found.len());
    for ((no, row), published) in (from..).zip(&found).zip(published) {
        let row = RowView::of(row, published).map_err(Problem::internal)?;
        items.push((no, row));
    }
    Ok(Json(paging.page(batch.at_change, items)?))
}

/// Télécharger le fichier d’un lot
#[utoipa::path(get, path = "/batches/{id}/file", operation_id = "batch_file", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant du lot : celui de sa répétition")),
    responses((status = 200, description = "Le fichier, tel qu’il fut envoyé", content((FileBytes = "application/octet-stream")))))]
pub(super) async fn file(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Response> {
    let embargoed =
        "Ce fichier est sous embargo : seule la personne qui l’a envoyé le lit avant son jour.";
    let batch = open(&imports, &caller, id, embargoed).await?;
    let mut tx = imports.db.read().await?;
    let (sha, bytes) = store::blob(&mut tx, id).await?;
    drop(tx);
    let etag = Etag::of(&[&hex(&sha)]);
    if conditions.holds(&etag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, saved_as(&batch.file_name)),
    ];
    let mut response = (headers, bytes).into_response();
    response.headers_mut().insert(ETAG, etag.header());
    Ok(response)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BatchQuery {
    /// `reading`, `unreadable`, `rehearsed`, `committed`, `undone` ou `dropped`.
    state: Option<String>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les lots
#[utoipa::path(get, path = "/batches", tag = "Envois", params(BatchQuery),
    responses((status = 200, description = "Une page, le plus récent d’abord, sans le détail des problèmes", body = Page<BatchView>)))]
pub(super) async fn batches(
    caller: Caller,
    State(imports): State<Imports>,
    ApiQuery(query): ApiQuery<BatchQuery>,
) -> ApiResult<Json<Page<BatchView>>> {
    let paging = Paging::new(query.limit, query.cursor.as_deref())?;
    let states = BatchState::every().map(|state| (state.code(), state));
    let state = word("state", query.state.as_deref(), states)?;
    let after: Option<(Reverse<i64>, Reverse<Uuid>)> = paging.after()?;
    let before = after.map(|(Reverse(at), Reverse(id))| (at, id));
    let mut tx = imports.db.read().await?;
    let at_change = ledger::last_change(&mut tx).await?;
    let most = i64::try_from(paging.limit() + 1).unwrap_or(i64::MAX);
    let viewer = (caller.reach(), imports.clock.today());
    let asked = (before, state);
    let found = imports.intakes.last_known(&mut tx, viewer, asked, most);
    let found = found.await?;
    drop(tx);
    let mut items = Vec::new();
    for KnownFile { batch, .. } in found {
        let key = (Reverse(batch.created_at), Reverse(batch.id));
        items.push((key, BatchView::of(batch, Vec::new())));
    }
    Ok(Json(paging.page(at_change, items)?))
}
