//! The same request sent twice: a program that lost the answer asks again under the same
//! `Idempotency-Key`, and is given the same answer.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRef, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Caller, store};
use crate::ledger;
use crate::platform::api::{ApiResult, Code, Problem};
use crate::platform::clock::Clock;
use crate::platform::db::Db;

/// The largest body of a request or of an answer.
const LARGEST: usize = 64 * 1024 * 1024;
/// The longest key.
const LONGEST_KEY: usize = 255;
/// The headers of an answer that are part of it.
const OF_THE_ANSWER: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// Does what a request under a key asks for once; requests without a key pass.
pub async fn once<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
{
    let (db, clock) = (Db::from_ref(&state), Clock::from_ref(&state));
    match under_key(&db, &clock, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn under_key(db: &Db, clock: &Clock, request: Request, next: Next) -> ApiResult<Response> {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let caller = request.extensions().get::<Caller>().cloned();
    let given = request.headers().get("idempotency-key").cloned();
    let (Some(given), Some(caller), true) = (given, caller, writes) else {
        return Ok(next.run(request).await);
    };
    if given.is_empty() || given.len() > LONGEST_KEY {
        let message = format!("attendu de 1 à {LONGEST_KEY} caractères");
        return Err(Problem::malformed("Idempotency-Key", message));
    }
    let key = digest(&[caller.id().as_bytes(), given.as_bytes()]);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await;
    let body = body.map_err(|_| Problem::plain(Code::TooLarge))?;
    let header = |name: HeaderName| {
        parts
            .headers
            .get(name)
            .map_or(&b""[..], HeaderValue::as_bytes)
    };
    let address = parts.uri.to_string();
    let asked = digest(&[
        &held(&caller),
        parts.method.as_str().as_bytes(),
        address.as_bytes(),
        header(CONTENT_TYPE),
        header(IF_MATCH),
        &body,
    ]);
    let mut tx = db.write_aside().await?;
    let known = store::take(&mut tx, &key, &asked, clock.now()).await?;
    tx.commit().await?;
    if let Some(known) = known {
        return answered(known, &asked);
    }
    // In a task of its own: a program that hangs up does not cut what it asked for in two.
    let (db, request) = (db.clone(), Request::from_parts(parts, Body::from(body)));
    let doing = async move { keep(&db, &key, next.run(request).await).await };
    ledger::spawn(doing).await.map_err(Problem::internal)?
}

/// By what a request is made: an answer is given again to the same access only, and only while the
/// grants it was made under hold.
fn held(caller: &Caller) -> Vec<u8> {
    let token = caller.actor().token();
    let grants = caller.reach().grants().iter().map(|grant| grant.id);
    let all = token.into_iter().chain(grants);
    all.flat_map(Uuid::into_bytes).collect()
}

/// What was answered under the key already.
fn answered(known: store::Known, asked: &[u8]) -> ApiResult<Response> {
    if known.request != asked {
        return Err(Problem::plain(Code::KeyReused));
    }
    let (Some(status), Some(headers)) = (known.status, known.headers) else {
        return Err(Problem::plain(Code::UnderWay));
    };
    let status = u16::try_from(status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let headers: BTreeMap<String, String> =
        serde_json::from_str(&headers).map_err(Problem::internal)?;
    let mut response = Response::new(Body::from(known.body.unwrap_or_default()));
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    for (name, value) in headers {
        let name = HeaderName::try_from(name).map_err(Problem::internal)?;
        let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Keeps the answer, unless it says that nothing was done for a reason that may pass.
async fn keep(db: &Db, key: &[u8], response: Response) -> ApiResult<Response> {
    let (parts, body) = response.into_parts();
    let body: Bytes = to_bytes(body, LARGEST).await.map_err(Problem::internal)?;
    let mut tx = db.write_aside().await?;
    if parts.status.is_success() {
        let headers: BTreeMap<&str, &str> = OF_THE_ANSWER
            .iter()
            .filter_map(|name| Some((name.as_str(), parts.headers.get(name)?.to_str().ok()?)))
            .collect();
        let headers = serde_json::to_string(&headers).map_err(Problem::internal)?;
        store::keep(&mut tx, key, parts.status.as_u16(), &headers, &body).await?;
    } else {
        store::give_back(&mut tx, key).await?;
    }
    tx.commit().await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in parts {
        // Lengths keep one part from running into the next.
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().to_vec()
}
