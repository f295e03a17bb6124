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
use super::{etag, is_hidden, known, shown};
use crate::access::api::Caller;
use crate::documents::saved_as;
use crate::imports::{BatchState, Imports, store};
use crate::kernel::hex;
use crate::ledger;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, Code, Conditions, Etag, FileBytes, Limit, ListQuery, Page,
    Paging, Problem,
};

/// Lire une répétition
#[utoipa::path(get, path = "/rehearsals/{id}", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant de la répétition")),
    responses((status = 200, description = "La répétition ; son ETag sert à l’enregistrer", body = BatchView)))]
pub(super) async fn rehearsal(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Response> {
    let batch = known(&imports, &caller, id).await?;
    if conditions.holds(&etag(&batch)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    shown(&imports, &caller, StatusCode::OK, id).await
}

/// Lire un lot
#[utoipa::path(get, path = "/batches/{id}", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant du lot : celui de sa répétition")),
    responses((status = 200, description = "Le lot ; son ETag sert à l’annuler", body = BatchView)))]
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
    let batch = known(&imports, &caller, id).await?;
    if is_hidden(&imports, &caller, &batch)? {
        let sentence = "Ce fichier est sous embargo : seule la personne qui l’a envoyé voit ses cellules avant son jour.";
        return Err(Problem::new(Code::Forbidden, sentence));
    }
    let after: Option<i64> = paging.after()?;
    let from = after.map_or(0, |no| no.saturating_add(1));
    let mut tx = imports.db.read().await?;
    let most = i64::try_from(paging.limit() + 1).unwrap_or(i64::MAX);
    let mut found = store::some_rows(&mut tx, id, from, most).await?;
    let intake = imports.intakes.of(&batch)?;
    intake.veil(&mut tx, caller.reach(), &mut found).await?;
    drop(tx);
    let mut items = Vec::with_capacity(found.len());
    for (no, row) in (from..).zip(&found) {
        items.push((no, RowView::of(row).map_err(Problem::internal)?));
    }
    Ok(Json(paging.page(batch.at_change, items)?))
}

/// Télécharger le fichier d’un lot
#[utoipa::path(get, path = "/batches/{id}/file", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant du lot : celui de sa répétition")),
    responses((status = 200, description = "Le fichier, tel qu’il fut envoyé", content((FileBytes = "application/octet-stream")))))]
pub(super) async fn file(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Response> {
    let batch = known(&imports, &caller, id).await?;
    if is_hidden(&imports, &caller, &batch)? {
        let sentence =
            "Ce fichier est sous embargo : seule la personne qui l’a envoyé le lit avant son jour.";
        return Err(Problem::new(Code::Forbidden, sentence));
    }
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
    let state = match query.state.as_deref() {
        Some(word) => Some(BatchState::from_code(word).ok_or_else(|| {
            Problem::malformed("state", format!("« {word} » n’est aucun des états connus"))
        })?),
        None => None,
    };
    let after: Option<(Reverse<i64>, Reverse<Uuid>)> = paging.after()?;
    let before = after.map(|(Reverse(at), Reverse(id))| (at, id));
    let mut tx = imports.db.read().await?;
    let at_change = ledger::last_change(&mut tx).await?;
    let most = i64::try_from(paging.limit() + 1).unwrap_or(i64::MAX);
    let found = store::batches_before(&mut tx, caller.reach(), before, state, most).await?;
    drop(tx);
    let today = imports.clock.today();
    let mut items = Vec::new();
    for batch in found {
        let key = (Reverse(batch.created_at), Reverse(batch.id));
        let batch = imports.intakes.told(batch, caller.reach(), today)?;
        items.push((key, BatchView::of(batch, Vec::new())));
    }
    Ok(Json(paging.page(at_change, items)?))
}
