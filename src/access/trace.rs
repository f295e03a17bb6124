//! What is kept of requests that changed nothing: what was refused, what was taken away.

use axum::extract::{FromRef, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_sessions::Session;
use uuid::Uuid;

use super::event::{self, Event, EventKind, Refusal, Trail};
use super::origin::Origin;
use super::session::{Standing, standing};
use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError};
use crate::platform::metrics;

/// The lists of figures and of what is agreed that programs take away, by their routes.
const LISTS: [&str; 3] = [
    "/api/v1/observations",
    "/api/v1/contracts/{slug}/terms",
    "/api/v1/dhis2/dataValueSets",
];
/// What people prepare for themselves or others without changing anything that the history holds, by
/// its routes: files sent, read again and given up, indicators followed.
const ASIDE: [&str; 11] = [
    "/imports",
    "/imports/{id}/relire",
    "/imports/{id}/repondre",
    "/imports/{id}/colonnes",
    "/imports/{id}/abandonner",
    "/indicateurs/{framework}/{key}/suivre",
    "/api/v1/rehearsals",
    "/api/v1/rehearsals/{id}",
    "/api/v1/rehearsals/{id}/answers",
    "/api/v1/rehearsals/{id}/mapping",
    "/api/v1/dhis2/dataValueSets",
];
/// What stands in an address in the place of what opens something.
const SECRET: &str = "{secret}";
/// Characters of an address that are kept.
const LONGEST: usize = 300;

/// Keeps who was refused and who took something away, with the address that was asked for. A failure
/// to keep it is told to the log and holds no answer back. Around pages, it stands inside the layer
/// of sessions.
pub async fn keep_accesses<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Trail: FromRef<S>,
{
    let asked = Asked::of(&request);
    let session = request.extensions().get::<Session>().cloned();
    let response = next.run(request).await;
    let opened = response.extensions().get::<Opened>().cloned();
    let (kind, detail) = match (opened, asked.kind(&response)) {
        (Some(Opened(path)), _) => (EventKind::Unseal, path),
        (None, Some(EventKind::Aside)) => (EventKind::Aside, asked.told_of(&response)),
        (None, Some(kind)) => (kind, asked.told()),
        (None, None) => return response,
    };
    let made_for = response.extensions().get::<MadeFor>().copied();
    let person = match (made_for, session) {
        (Some(MadeFor(person)), _) => person,
        (None, Some(session)) => standing(&session).await.ok().and_then(person_of),
        (None, None) => None,
    };
    let (db, clock) = (Db::from_ref(&state), Clock::from_ref(&state));
    if kind == EventKind::Refused {
        let refusal = Refusal {
            at: clock.now(),
            person,
            origin: asked.origin,
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
        origin: asked.origin.as_deref(),
        done: true,
        detail: Some(&detail),
    };
    if let Err(error) = keep(&db, &clock, &kept).await {
        tracing::error!(%error, "an access was not kept");
    }
    response
}

/// For whom an answer was made that no session says.
#[derive(Clone, Copy)]
struct MadeFor(Option<Uuid>);

/// Says for whom an answer was made, where a program or the secret of an address asked for it.
pub fn made_for(mut response: Response, actor: Actor) -> Response {
    response.extensions_mut().insert(MadeFor(actor.person()));
    response
}

/// Keeps that a command was given at the terminal in somebody's name, or that it was refused: its
/// words, without what was said to it.
///
/// # Errors
/// Where the database fails.
pub async fn keep_command(
    db: &Db,
    clock: &Clock,
    (person, origin): (Uuid, &str),
    (words, done): (&str, bool),
) -> Result<(), DbError> {
    let kept = Event {
        kind: EventKind::Command,
        person: Some(person),
        account: None,
        device: None,
        origin: Some(origin),
        done,
        detail: Some(words),
    };
    keep(db, clock, &kept).await
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

/// What of a request says what its answer is.
struct Asked {
    route: String,
    path: String,
    /// Whether it asks and changes nothing.
    reads: bool,
    /// Whether it reads a list from its beginning: what follows is the same list.
    begins: bool,
    origin: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let uri = request.uri();
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let goes_on = asked.into_iter().any(|(name, _)| name == "cursor");
        let origin = request.extensions().get::<Origin>();
        Self {
            route: metrics::route(request).to_owned(),
            path: uri.path().to_owned(),
            reads,
            begins: reads && !goes_on,
            origin: origin.and_then(|origin| origin.address.clone()),
        }
    }

    /// What an answer is, where something of it is kept.
    fn kind(&self, response: &Response) -> Option<EventKind> {
        if response.status() == StatusCode::FORBIDDEN {
            return Some(EventKind::Refused);
        }
        let status = response.status();
        if !self.reads && ASIDE.contains(&self.route.as_str()) {
            let is_done = status.is_success() || status == StatusCode::SEE_OTHER;
            return is_done.then_some(EventKind::Aside);
        }
        if !status.is_success() {
            return None;
        }
        let is_of = |start: &str| self.route.starts_with(start);
        let saved = response.headers().get(header::CONTENT_DISPOSITION);
        let is_file = saved.is_some_and(|saved| saved.as_bytes().starts_with(b"attachment"));
        let is_list = self.begins && LISTS.contains(&self.route.as_str());
        if is_list || is_of("/donnees") || is_file && is_of("/tables") {
            return Some(EventKind::Export);
        }
        is_file.then_some(EventKind::Download)
    }

    /// The address of what was made, where there is one; else the one that was asked.
    fn told_of(&self, response: &Response) -> String {
        let made = response.headers().get(header::LOCATION);
        let made = made.and_then(|made| made.to_str().ok());
        let made = made.and_then(|made| made.split(['?', '#']).next());
        match made.filter(|made| made.starts_with('/')) {
            Some(made) if !self.route.contains(SECRET) => made.chars().take(LONGEST).collect(),
            Some(_) | None => self.told(),
        }
    }

    /// The address, without its query, which may hold what somebody searched for, and without what
    /// opens something.
    fn told(&self) -> String {
        let is_secret = self.route.contains(SECRET);
        let is_known = self.route.starts_with('/');
        if !is_known {
            return self.route.clone();
        }
        if !is_secret {
            return self.path.chars().take(LONGEST).collect();
        }
        let parts = self.route.split('/').zip(self.path.split('/'));
        let told = parts.map(|(template, said)| if template == SECRET { SECRET } else { said });
        told.collect::<Vec<_>>().join("/")
    }
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

    fn asked(route: &str, path: &str) -> Asked {
        Asked {
            route: route.to_owned(),
            path: path.to_owned(),
            reads: true,
            begins: true,
            origin: None,
        }
    }

    #[test]
    fn a_page_leaves_no_trace_and_a_file_does() {
        let kind = |route, answer: &Response| asked(route, "").kind(answer);
        let file = answer(StatusCode::OK, Some("attachment; filename=\"x.csv\""));
        let page = answer(StatusCode::OK, None);
        assert_eq!(kind("/tables/{file}", &file), Some(EventKind::Export));
        let document = "/documents/{id}/{no}";
        assert_eq!(kind(document, &file), Some(EventKind::Download));
        assert_eq!(kind("/contrats", &page), None);
        let refused = answer(StatusCode::FORBIDDEN, None);
        assert_eq!(kind("/contrats", &refused), Some(EventKind::Refused));
        let missing = answer(StatusCode::NOT_FOUND, Some("attachment"));
        assert_eq!(kind("/tables/{file}", &missing), None);
        let list = "/api/v1/observations";
        assert_eq!(kind(list, &page), Some(EventKind::Export));
        let further = Asked {
            begins: false,
            ..asked(list, list)
        };
        assert_eq!(further.kind(&page), None, "the same list goes on");
    }

    #[test]
    fn a_file_that_is_sent_leaves_a_trace_with_where_it_stands() {
        let sent = Asked {
            reads: false,
            ..asked("/imports", "/imports")
        };
        let mut done = answer(StatusCode::SEE_OTHER, None);
        let location = "/imports/7?fait=1".parse().unwrap();
        done.headers_mut().insert(header::LOCATION, location);
        assert_eq!(sent.kind(&done), Some(EventKind::Aside));
        assert_eq!(sent.told_of(&done), "/imports/7");
        let lacking = answer(StatusCode::UNPROCESSABLE_ENTITY, None);
        assert_eq!(sent.kind(&lacking), None);
        let listed = asked("/imports", "/imports");
        assert_eq!(listed.kind(&answer(StatusCode::OK, None)), None);
    }

    #[test]
    fn an_address_is_kept_without_what_it_opens() {
        let document = "/documents/{id}/{no}";
        let path = document.replace("{id}", "7").replace("{no}", "1");
        assert_eq!(asked(document, &path).told(), path);
        let followed = "/donnees/{secret}/{file}";
        let path = followed.replace("{file}", "contrats.csv");
        let with_secret = path.replace(SECRET, "jalon_0a");
        assert_eq!(asked(followed, &with_secret).told(), path);
        let link = "/lien/{secret}/fournisseur";
        assert_eq!(asked(link, &link.replace(SECRET, "0a")).told(), link);
        assert_eq!(asked("none", &path).told(), "none");
    }
}
