//! `/api/v1/rehearsals`, `/api/v1/batches`: what the pages of imports do, for programs.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

mod act;
mod read;
mod send;
mod view;

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, ETAG};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::pages::start;
use super::{Batch, Begun, Imports, Kept, KnownFile, RehearseError, store};
use crate::access::api::Caller;
use crate::platform::api::{ApiResult, Code, Etag, Problem};
use crate::platform::db::Db;

pub use super::pages::LARGEST_REQUEST;
pub use send::{body, may_send, rehearse_table};
pub use view::BatchView;

/// A program is kept waiting this long for a reading; past that, it asks again.
const WAIT: Duration = Duration::from_secs(30);

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Imports: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(send::rehearse))
        .routes(routes!(read::rehearsal, act::give_up))
        .routes(routes!(read::rows))
        .routes(routes!(act::answer))
        .routes(routes!(act::map))
        .routes(routes!(act::commit))
        .routes(routes!(read::batches))
        .routes(routes!(read::batch))
        .routes(routes!(read::file))
        .routes(routes!(act::undo))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
}

async fn known(imports: &Imports, caller: &Caller, id: Uuid) -> ApiResult<KnownFile> {
    let mut tx = imports.db.read().await?;
    let viewer = (caller.reach(), imports.clock.today());
    let known = imports.intakes.known(&mut tx, viewer, id).await?;
    known.ok_or_else(Problem::not_found)
}

/// The batch, for whoever may read what it says; to the others, the sentence that it is under
/// embargo, where that is why.
async fn open(
    imports: &Imports,
    caller: &Caller,
    id: Uuid,
    embargoed: &'static str,
) -> ApiResult<Batch> {
    let KnownFile { batch, kept } = known(imports, caller, id).await?;
    let sentence = match kept {
        Kept::Nothing => return Ok(batch),
        Kept::Words => embargoed,
        Kept::Purpose => imports.intakes.of(&batch)?.why_hidden(),
    };
    Err(Problem::new(Code::Forbidden, sentence))
}

/// What names one state of a batch.
fn etag(batch: &Batch) -> Etag {
    let changes = [batch.committed_change, batch.undone_change];
    let [committed, undone] = changes.map(|no| no.unwrap_or_default().to_string());
    let id = batch.id.simple().to_string();
    let attempt = batch.attempt.to_string();
    Etag::of(&[&id, &attempt, batch.state.code(), &committed, &undone])
}

/// A batch as it stands, with what names that state; its problems, which quote its cells, where
/// the caller may see them.
async fn shown(
    imports: &Imports,
    caller: &Caller,
    status: StatusCode,
    id: Uuid,
) -> ApiResult<Response> {
    let KnownFile { batch, kept } = known(imports, caller, id).await?;
    let problems = if kept.is_hidden() {
        Vec::new()
    } else {
        store::problems(&mut imports.db.read().await?, id).await?
    };
    let etag = etag(&batch);
    let mut response = (status, Json(BatchView::of(batch, problems))).into_response();
    response.headers_mut().insert(ETAG, etag.header());
    let private = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(CACHE_CONTROL, private);
    Ok(response)
}

/// What an act gives, with what names the state in which it left the batch.
async fn stating(
    imports: &Imports,
    caller: &Caller,
    id: Uuid,
    given: impl IntoResponse,
) -> Response {
    let mut response = given.into_response();
    // The act is done: that the batch cannot be read any more, for whatever reason, undoes nothing.
    if let Ok(KnownFile { batch, .. }) = known(imports, caller, id).await {
        let etag = etag(&batch).header();
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

/// Does a reading that was begun, and shows what came of it.
async fn read_now(
    imports: Imports,
    caller: &Caller,
    status: StatusCode,
    begun: Begun,
) -> ApiResult<Response> {
    let id = begun.batch;
    start(imports.clone(), caller.actor(), begun, WAIT).await;
    let mut response = shown(&imports, caller, status, id).await?;
    let location = HeaderValue::try_from(format!("/api/v1/rehearsals/{id}"));
    let location = location.map_err(Problem::internal)?;
    response
        .headers_mut()
        .insert(axum::http::header::LOCATION, location);
    Ok(response)
}

fn refusal(error: RehearseError) -> Problem {
    match error {
        RehearseError::NotPermitted(refused) => refused.into(),
        RehearseError::Unknown => Problem::not_found(),
        RehearseError::Stale => Problem::plain(Code::Stale),
        RehearseError::Db(error) => error.into(),
        RehearseError::NotTaken(told) => Problem::new(Code::Invalid, told.to_string()),
        told => Problem::new(Code::Conflict, told.to_string()),
    }
}
