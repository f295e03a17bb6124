//! What is kept of requests that changed nothing: what was refused, what was taken away.

use axum::extract::{FromRef, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_sessions::Session;
use uuid::Uuid;

use super::event::{self, Event, EventKind, Refusal, Trail};
use super::origin::Origin;
use super::session::{Standing, standing};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};
use crate::platform::metrics;

/// Keeps who was refused and who took something away, by the template of the address. A failure
/// to keep it is told to the log and holds no answer back. It stands inside the layer of sessions.
pub async fn keep_accesses<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Trail: FromRef<S>,
{
    let route = metrics::route(&request).to_owned();
    let origin = request.extensions().get::<Origin>();
    let origin = origin.and_then(|origin| origin.address.clone());
    let session = request.extensions().get::<Session>().cloned();
    let response = next.run(request).await;
    let opened = response.extensions().get::<Opened>().cloned();
    let (kind, detail) = match (opened, kind(&route, &response)) {
        (Some(Opened(path)), _) => (EventKind::Unseal, path),
        (None, Some(kind)) => (kind, route),
        (None, None) => return response,
    };
    let person = match session {
        Some(session) => standing(&session).await.ok().and_then(person_of),
        None => None,
    };
    let (db, clock) = (Db::from_ref(&state), Clock::from_ref(&state));
    if kind == EventKind::Refused {
        let refusal = Refusal {
            at: clock.now(),
            person,
            origin,
            detail,
        };
        Trail::from_ref(&state).keep(&db, &clock, refusal).await;
        return response;
    }
    let kept = Event {
        kind,
        person,
        account: None,
        device: None,
        origin: origin.as_deref(),
        done: true,
        detail: Some(&detail),
    };
    if let Err(error) = keep(&db, &clock, &kept).await {
        tracing::error!(%error, "an access was not kept");
    }
    response
}

/// An answer that shows what was under seal, and where.
#[derive(Clone)]
struct Opened(String);

/// Has an answer kept as one that opened what is sealed, by its address: who read it is asked for.
pub fn kept_as_opened(mut response: Response, path: String) -> Response {
    response.extensions_mut().insert(Opened(path));
    response
}

async fn keep(db: &Db, clock: &Clock, kept: &Event<'_>) -> Result<(), DbError> {
    let mut tx = db.write_aside().await?;
    event::store::keep(&mut tx, clock, kept).await?;
    tx.commit().await
}

fn person_of(standing: Standing) -> Option<Uuid> {
    match standing {
        Standing::Signed(person) | Standing::Enrolling(person) => Some(person),
        Standing::Nobody | Standing::Lapsed(_) => None,
    }
}

/// What an answer is, where something of it is kept.
fn kind(route: &str, response: &Response) -> Option<EventKind> {
    if response.status() == StatusCode::FORBIDDEN {
        return Some(EventKind::Refused);
    }
    let saved = response.headers().get(header::CONTENT_DISPOSITION);
    let is_file = saved.is_some_and(|saved| saved.as_bytes().starts_with(b"attachment"));
    if !is_file && !route.starts_with("/donnees") || !response.status().is_success() {
        return None;
    }
    let is_table = ["/tables", "/donnees"]
        .iter()
        .any(|start| route.starts_with(start));
    Some(if is_table {
        EventKind::Export
    } else {
        EventKind::Download
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn answer(status: StatusCode, saved: Option<&str>) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        if let Some(saved) = saved {
            let saved = saved.parse().unwrap();
            response
                .headers_mut()
                .insert(header::CONTENT_DISPOSITION, saved);
        }
        response
    }

    #[test]
    fn a_page_leaves_no_trace_and_a_file_does() {
        let file = answer(StatusCode::OK, Some("attachment; filename=\"x.csv\""));
        assert_eq!(kind("/tables/{file}", &file), Some(EventKind::Export));
        assert_eq!(
            kind("/documents/{id}/{no}", &file),
            Some(EventKind::Download)
        );
        assert_eq!(kind("/contrats", &answer(StatusCode::OK, None)), None);
        let refused = answer(StatusCode::FORBIDDEN, None);
        assert_eq!(kind("/contrats", &refused), Some(EventKind::Refused));
        let missing = answer(StatusCode::NOT_FOUND, Some("attachment"));
        assert_eq!(kind("/tables/{file}", &missing), None);
    }
}
