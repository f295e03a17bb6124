//! The signed-in person, as handlers ask for it.

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use maud::Markup;
use tower_sessions::Session;

use super::acquaintances::{Acquaintances, Met};
use super::factor;
use super::looking;
use super::reach::Reach;
use super::session::{self, Standing, standing};
use super::store::Person;
use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{Refusal, Shell, View, WebError, WebResult, document};

/// Somebody signed in. A handler that takes it cannot be reached by anyone else.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The person.
    pub person: Person,
    reach: Reach,
    view: View,
}

impl Signed {
    /// As the history names them.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person.id)
    }

    /// What they may see and do, by the grants that held when the request came.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Refuses what is the person's own to an administrator who looks as them.
    ///
    /// # Errors
    /// A refusal that says as whom they look.
    pub fn refuse_onlooker(&self) -> WebResult<()> {
        match &self.view.looking {
            Some(looking) => Err(looking::personal(&looking.seen)),
            None => Ok(()),
        }
    }

    /// A page in the site's frame.
    pub fn page(&self, title: &str, body: &Markup) -> Markup {
        document(&self.view, title, body)
    }

    /// What the frame needs, for a page with another status than 200.
    pub fn view(&self) -> &View {
        &self.view
    }
}

impl Signed {
    /// The person as whom the request's session looks, if somebody is signed in.
    async fn find<S>(parts: &mut Parts, state: &S) -> WebResult<Option<Self>>
    where
        S: Send + Sync,
        Db: FromRef<S>,
        Clock: FromRef<S>,
        Shell: FromRef<S>,
    {
        Self::of_session(parts, state, true).await
    }

    /// The person of the request's session, whomever they look as.
    pub(super) async fn themselves<S>(parts: &mut Parts, state: &S) -> WebResult<Option<Self>>
    where
        S: Send + Sync,
        Db: FromRef<S>,
        Clock: FromRef<S>,
        Shell: FromRef<S>,
    {
        Self::of_session(parts, state, false).await
    }

    async fn of_session<S>(
        parts: &mut Parts,
        state: &S,
        as_another: bool,
    ) -> WebResult<Option<Self>>
    where
        S: Send + Sync,
        Db: FromRef<S>,
        Clock: FromRef<S>,
        Shell: FromRef<S>,
    {
        let session = Session::from_request_parts(parts, state)
            .await
            .map_err(|(_, cause)| WebError::internal(cause))?;
        let standing = standing(&session).await.map_err(WebError::internal)?;
        let id = match standing {
            Standing::Signed(id) => id,
            Standing::Enrolling(id) if parts.uri.path().starts_with(factor::PATH) => id,
            Standing::Enrolling(_) => return Err(WebError::First(factor::PATH)),
            Standing::Nobody | Standing::Lapsed(_) => return Ok(None),
        };
        let clock = Clock::from_ref(state);
        let known = parts.extensions.get::<Acquaintances>().cloned();
        let (known, db) = (known.unwrap_or_default(), Db::from_ref(state));
        let met = Met {
            id,
            today: clock.today(),
            state: session::state(&session).await.map_err(WebError::internal)?,
        };
        let Some((mut person, mut reach)) = known.of(&db, met).await? else {
            return Ok(None);
        };
        let mut looking = None;
        if as_another {
            let mut tx = db.read_later(reach.state());
            if let Some((seen, told)) = looking::standing(&session, &mut tx, &clock, &reach).await?
            {
                let theirs = Met { id: seen.id, ..met };
                if let Some((seen, whole)) = known.of(&db, theirs).await? {
                    (person, reach, looking) = (seen, whole.looked_through(), Some(told));
                }
            }
        }
        Ok(Some(Self {
            view: View {
                shell: Shell::from_ref(state),
                path: parts.uri.path().to_owned(),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                person: Some(person.name.clone()),
                as_of: as_of(parts),
                looking,
            },
            person,
            reach,
        }))
    }
}

impl<S> FromRequestParts<S> for Signed
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        if let Some(signed) = Self::find(parts, state).await? {
            if let Some(looking) = &signed.view.looking {
                looking::refuse(parts, &looking.seen)?;
            }
            return Ok(signed);
        }
        // Only a page can be come back to, not what a form sent.
        let asked = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let back = if parts.method == Method::GET {
            asked.to_owned()
        } else {
            "/".to_owned()
        };
        Err(WebError::SignIn { back })
    }
}

/// Whoever looks at a page that anyone may read, signed in or not.
#[derive(Clone, Debug)]
pub struct Visitor(View);

impl Visitor {
    /// A page in the site's frame.
    pub fn page(&self, title: &str, body: &Markup) -> Markup {
        document(&self.0, title, body)
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let found = Signed::find(parts, state).await?;
        Ok(Self(match found {
            Some(signed) => signed.view,
            None => stranger(parts, state),
        }))
    }
}

/// The day of the past that an address asks for.
fn as_of(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?;
    let mut asked = form_urlencoded::parse(query.as_bytes());
    let day = asked.find(|(name, _)| name == "au")?.1.into_owned();
    (!day.is_empty()).then_some(day)
}

/// Who is not signed in.
fn stranger<S>(parts: &Parts, state: &S) -> View
where
    Shell: FromRef<S>,
{
    View {
        shell: Shell::from_ref(state),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        person: None,
        as_of: as_of(parts),
        looking: None,
    }
}

/// Whether what was asked for is malformed in its path alone: no identifier, so no thing.
fn names_nothing(asked: &Parts, response: &Response) -> bool {
    let is_bare = asked.method == Method::GET && asked.uri.query().is_none();
    is_bare && response.status() == StatusCode::BAD_REQUEST
}

/// Makes a page in French of every refusal, in the frame of whoever is signed in. It stands inside
/// the layer of sessions.
pub async fn refusals_in_french<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if names_nothing(&asked, &response) {
        response = WebError::NotFound.into_response();
    }
    let Some(refusal) = Refusal::of(&response) else {
        return response;
    };
    let view = match Signed::find(&mut asked, &state).await {
        Ok(Some(signed)) => signed.view,
        // Where the person cannot be told, the refusal still is.
        Ok(None) | Err(_) => stranger(&asked, &state),
    };
    refusal.page(&view, &response)
}
