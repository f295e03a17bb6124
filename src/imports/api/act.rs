//! What is done to a batch: answered, mapped, committed, undone, given up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::{AnswerView, BatchView, LaterView, NameView, SheetView};
use super::{etag, known, read_now, refusal, stating};
use crate::access::api::Caller;
use crate::access::{Act, NotPermitted, Refusal, may};
use crate::imports::{
    ActError, Batch, CommitBatch, Committed, DropBatch, Imports, NameUse, Place, ReadAgain, Said,
    SheetColumns, UndoBatch,
};
use crate::platform::api::{ApiJson, ApiPath, ApiResult, Code, Conditions, Fault, Problem};

/// Les réponses aux questions d’une répétition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    answers: Vec<AnswerView>,
}

/// Répondre aux questions d’une répétition ; les mêmes octets sont relus
#[utoipa::path(post, path = "/rehearsals/{id}/answers", tag = "Envois", request_body = Answered,
    params(("id" = Uuid, Path, description = "Identifiant de la répétition"),
           ("If-Match" = String, Header, description = "L’ETag de la répétition telle qu’elle a été lue"),
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    responses((status = 200, description = "La répétition relue", body = BatchView,
        headers(("ETag" = String, description = "L’état de la répétition relue, à renvoyer dans If-Match")))))]
pub(super) async fn answer(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(sent): ApiJson<Answered>,
) -> ApiResult<Response> {
    let batch = decided_upon::<ReadAgain>(&imports, &caller, &conditions, id).await?;
    let upon = Some(batch.seen());
    let mut said = batch.said;
    for (rank, answer) in sent.answers.into_iter().enumerate() {
        said.answers.put(answer.answer().map_err(|code| {
            let message = format!("« {code} » n’est le code d’aucun problème");
            Problem::malformed(format!("answers[{rank}].code"), message)
        })?);
    }
    let begun = imports.begin_again(caller.actor(), id, Some(said), upon);
    let begun = begun.await.map_err(refusal)?;
    read_now(imports, &caller, StatusCode::OK, begun).await
}

/// Comment lire les colonnes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapped {
    /// Le `mapping` de la répétition, corrigé.
    sheets: Vec<SheetView>,
    /// Ses `names`, corrigés ; sans eux, ils restent ce qu’ils sont.
    names: Option<Vec<NameView>>,
}

/// Corriger la lecture des colonnes d’une répétition ; les mêmes octets sont relus
#[utoipa::path(post, path = "/rehearsals/{id}/mapping", tag = "Envois", request_body = Mapped,
    params(("id" = Uuid, Path, description = "Identifiant de la répétition"),
           ("If-Match" = String, Header, description = "L’ETag de la répétition telle qu’elle a été lue"),
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    responses((status = 200, description = "La répétition relue", body = BatchView,
        headers(("ETag" = String, description = "L’état de la répétition relue, à renvoyer dans If-Match")))))]
pub(super) async fn map(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(sent): ApiJson<Mapped>,
) -> ApiResult<Response> {
    let batch = decided_upon::<ReadAgain>(&imports, &caller, &conditions, id).await?;
    let upon = Some(batch.seen());
    let mut said = batch.mapping.clone();
    said.sheets = sent.sheets.into_iter().map(SheetColumns::from).collect();
    if let Some(names) = sent.names {
        said.names = names.into_iter().map(NameUse::from).collect();
    }
    let intake = imports.intakes.of(&batch)?;
    let mapping = intake.corrected(&said);
    let mapping = mapping.map_err(|told| Problem::new(Code::Invalid, told))?;
    let said = Said {
        mapping: Some(mapping),
        ..batch.said
    };
    let begun = imports.begin_again(caller.actor(), id, Some(said), upon);
    let begun = begun.await.map_err(refusal)?;
    read_now(imports, &caller, StatusCode::OK, begun).await
}

/// Ce que donne un enregistrement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Committed)]
pub(super) struct CommittedView {
    /// `committed`, `already_committed` ou `nothing_to_write`.
    outcome: &'static str,
    /// Le changement qui l’a écrit.
    change: Option<i64>,
    /// Le lot.
    batch: Uuid,
}

/// Enregistrer une répétition : tout ou rien
#[utoipa::path(post, path = "/rehearsals/{id}/commit", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant de la répétition"),
           ("If-Match" = String, Header, description = "L’ETag de la répétition telle qu’elle a été lue"),
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    responses((status = 200, description = "Enregistrée", body = CommittedView,
        headers(("ETag" = String, description = "L’état du lot une fois enregistré, à renvoyer dans If-Match pour l’annuler")))))]
pub(super) async fn commit(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Response> {
    let batch = decided_upon::<CommitBatch>(&imports, &caller, &conditions, id).await?;
    let (outcome, change) = match imports
        .commit(caller.actor(), id, Some(batch.seen()))
        .await
        .map_err(told)?
    {
        Committed::Now(no) => ("committed", Some(no)),
        Committed::Before(no) => ("already_committed", Some(no)),
        Committed::Nothing => ("nothing_to_write", None),
    };
    let committed = CommittedView {
        outcome,
        change,
        batch: id,
    };
    Ok(stating(&imports, &caller, id, Json(committed)).await)
}

/// Pourquoi un lot est annulé.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// Il restera au journal.
    #[schema(pattern = r"\S")]
    reason: String,
}

/// Ce que donne une annulation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Undone)]
pub(super) struct UndoneView {
    /// Le changement qui l’a annulé.
    change: i64,
    /// Combien de valeurs ont repris ce qu’elles tenaient, ou ont été retirées.
    rows: i64,
    /// Ce qui fut écrit depuis, et qui reste.
    kept: Vec<LaterView>,
}

/// Annuler un lot enregistré
#[utoipa::path(post, path = "/batches/{id}/undo", tag = "Envois", request_body = Reason,
    params(("id" = Uuid, Path, description = "Identifiant du lot"),
           ("If-Match" = String, Header, description = "L’ETag du lot tel qu’il a été lu"),
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    responses((status = 200, description = "Annulé", body = UndoneView,
        headers(("ETag" = String, description = "L’état du lot une fois annulé, à renvoyer dans If-Match pour l’enregistrer de nouveau")))))]
pub(super) async fn undo(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(sent): ApiJson<Reason>,
) -> ApiResult<Response> {
    let batch = decided_upon::<UndoBatch>(&imports, &caller, &conditions, id).await?;
    let undone = imports
        .undo(caller.actor(), id, &sent.reason, Some(batch.seen()))
        .await;
    let undone = undone.map_err(told)?;
    let undone = UndoneView {
        change: undone.change,
        rows: undone.rows,
        kept: undone.kept.into_iter().map(LaterView::from).collect(),
    };
    Ok(stating(&imports, &caller, id, Json(undone)).await)
}

/// Abandonner une répétition
#[utoipa::path(delete, path = "/rehearsals/{id}", tag = "Envois",
    params(("id" = Uuid, Path, description = "Identifiant de la répétition"),
           ("If-Match" = String, Header, description = "L’ETag de la répétition telle qu’elle a été lue"),
           ("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse", min_length = 1, max_length = 255)),
    responses((status = 204, description = "Abandonnée")))]
pub(super) async fn give_up(
    caller: Caller,
    State(imports): State<Imports>,
    conditions: Conditions,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<StatusCode> {
    let batch = decided_upon::<DropBatch>(&imports, &caller, &conditions, id).await?;
    let dropped = imports.give_up(caller.actor(), id, Some(batch.seen()));
    let dropped = dropped.await;
    dropped.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The batch that a program writes to, in the state upon which it says it decided. The act compares
/// that once more among writers, where nothing can come between.
async fn decided_upon<A: Act<Thing = Uuid>>(
    imports: &Imports,
    caller: &Caller,
    conditions: &Conditions,
    id: Uuid,
) -> ApiResult<Batch> {
    caller.writes()?;
    let batch = known(imports, caller, id).await?.batch;
    let mut tx = imports.db.read().await?;
    match may::<A>(&mut tx, caller.reach(), &id).await? {
        Err(denied) if denied.kind != Refusal::Stage => {
            return Err(NotPermitted::from(denied).into());
        }
        Ok(()) | Err(_) => {}
    }
    conditions.demand(&etag(&batch))?;
    Ok(batch)
}

/// Why a batch cannot be committed or undone, for a program.
fn told(error: ActError) -> Problem {
    let detail = error.to_string();
    match error {
        ActError::NotPermitted(refused) => refused.into(),
        ActError::Unknown => Problem::not_found(),
        ActError::NoReason => Problem::malformed("reason", detail),
        ActError::Stale => Problem::plain(Code::Stale),
        ActError::Moved(places, french) => {
            let moved = |place: &Place| Fault {
                path: place.named(),
                message: format!("une autre {} a été enregistrée depuis", french.one),
            };
            let faults = places.iter().map(moved).collect();
            Problem::new(Code::Conflict, detail).at(faults)
        }
        ActError::State(..) | ActError::Closed(_) | ActError::Refused(_) => {
            Problem::new(Code::Conflict, detail)
        }
        ActError::Ledger(error) => Problem::internal(error),
    }
}
