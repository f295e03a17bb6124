//! `/connexion/fournisseur`: on the way to the provider of identities and back.

use axum::Router;
use axum::extract::{FromRef, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;
use tower_sessions::Session;
use uuid::Uuid;

use super::flow::{self, Purpose};
use super::provider::{CALLBACK, LEFT, Open, Provider, ProviderError, leave_page};
use super::store::Bound;
use super::{Assertion, BindIdentity, own, store};
use crate::access::door::Door;
use crate::access::event::EventKind;
use crate::access::factor;
use crate::access::link::{self, LinkKind};
use crate::access::origin::Origin;
use crate::access::pages::{WayIn, welcome};
use crate::access::permit::{Act as _, permit};
use crate::access::session::{self, Pending, Standing};
use crate::access::store::{Person, open_account};
use crate::ledger::{Actor, Change};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{Shell, View, WebError, WebResult, document_with_status, local_path};
use crate::sealed::Keyring;

/// Where somebody leaves for the provider.
const START: &str = "/connexion/fournisseur";

/// The pages of signing in through a provider. Without one they lead nowhere.
pub(in crate::access) fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Arc<Config>: FromRef<S>,
    Post: FromRef<S>,
    Provider: FromRef<S>,
    Keyring: FromRef<S>,
{
    Router::new()
        .route(START, get(start))
        .route(CALLBACK, get(callback))
        .route(LEFT, get(left))
        .route("/lien/{secret}/fournisseur", post(accept))
        .route("/moi/identites", post(own::bind))
        .route("/moi/identites/{identity}/retirer", post(own::unbind))
}

/// Where somebody leaves for the provider, to come back to that page.
pub(in crate::access) fn start_address(back: &str) -> String {
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("{START}?retour={back}")
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    retour: String,
}

/// `GET /connexion/fournisseur`
async fn start(
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    session: Session,
    Query(back): Query<Back>,
) -> WebResult<Response> {
    let open = provider.open().ok_or(WebError::NotFound)?;
    let sent = send(
        open,
        &at,
        &session,
        Purpose::SignIn(local_path(&back.retour).to_owned()),
    )
    .await?;
    Ok(match sent {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => silent(shell, open, &error),
    })
}

/// `POST /lien/{secret}/fournisseur`: a press on the page of the link, so that no address elsewhere
/// binds whoever follows it. It does not use the link up.
async fn accept(
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    session: Session,
    Path(secret): Path<String>,
) -> WebResult<Response> {
    let open = provider.open().ok_or(WebError::NotFound)?;
    let found = link::pages::found(at.db(), at.clock(), &secret).await?;
    let Some((secret, _)) = found.filter(|(_, opened)| opened.kind == LinkKind::Invitation) else {
        return Ok(link::pages::dead(shell));
    };
    let sent = send(open, &at, &session, Purpose::Accept(secret.digest())).await?;
    let label = &open.settings().label;
    Ok(match sent {
        Ok(address) => {
            let view = View::nobody(shell, "/lien");
            leave_page(&view, &format!("Accepter avec {label}"), label, &address)
        }
        Err(error) => silent(shell, open, &error),
    })
}

/// Notes in the session what somebody leaves for; where to send them.
pub(super) async fn send(
    open: Open<'_>,
    at: &Door,
    session: &Session,
    purpose: Purpose,
) -> WebResult<Result<String, ProviderError>> {
    let metadata = match open.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => return Ok(Err(error)),
    };
    let back = open.callback();
    let to = (open.settings(), back.as_str());
    let address = flow::leave_for(session, &metadata, to, purpose, at.clock().now()).await;
    Ok(Ok(address.map_err(WebError::internal)?))
}

/// What the provider sends back.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    error: Option<String>,
    iss: Option<String>,
}

/// Everything that coming back needs.
struct Return<'a> {
    at: Door,
    open: Open<'a>,
    shell: Shell,
    origin: Origin,
    session: Session,
    post: Post,
    /// What is kept of it.
    event: Uuid,
}

/// `GET /connexion/fournisseur/retour`
async fn callback(
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    State(post): State<Post>,
    origin: Origin,
    session: Session,
    Query(answer): Query<Answer>,
) -> WebResult<Response> {
    let open = provider.open().ok_or(WebError::NotFound)?;
    let flow = flow::come_back(&session, &answer.state, at.clock().now()).await;
    let Some(flow) = flow.map_err(WebError::internal)? else {
        return Ok(failed(shell, open, NOT_YOURS));
    };
    if let Some(error) = &answer.error {
        tracing::info!(
            error = known_word(error),
            "the provider of identities declined"
        );
        return Ok(failed(shell, open, DECLINED));
    }
    let Some(event) = at.come_back(EventKind::Federated, &origin).await? else {
        return Ok(failed(shell, open, TOO_MANY));
    };
    let said = open.identify(&flow, &answer.code, answer.iss.as_deref());
    let said = match said.await {
        Ok(said) => said,
        Err(error) => {
            tracing::warn!(%error, "the provider of identities is not believed");
            return Ok(failed(shell, open, NOT_BELIEVED));
        }
    };
    let back = Return {
        at,
        open,
        shell,
        origin,
        session,
        post,
        event,
    };
    match flow.purpose {
        Purpose::SignIn(to) => back.sign_in(&said, &to).await,
        Purpose::Accept(link) => back.accept(&said, link).await,
        Purpose::Bind(person) => back.bind(&said, person).await,
    }
}

/// The word of the standard for a refusal: nothing else that comes enters the log.
fn known_word(error: &str) -> &'static str {
    const KNOWN: [&str; 6] = [
        "access_denied",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
    ];
    let mut known = KNOWN.into_iter();
    known.find(|word| *word == error).unwrap_or("other")
}

impl Return<'_> {
    /// Opens the account that the identity opens, if it opens one.
    async fn sign_in(self, said: &Assertion, to: &str) -> WebResult<Response> {
        let mut tx = self.at.db().write_aside().await?;
        let bound = store::account_of(&mut tx, &said.identity).await?;
        let open = match bound {
            Some(person) => open_account(&mut tx, person).await?,
            None => None,
        };
        let Some(Person { id: person, .. }) = open else {
            return Ok(unknown(self.shell, self.open.settings().label.as_str()));
        };
        store::seen(&mut tx, said, self.at.clock().now()).await?;
        tx.commit().await?;
        self.enter(person, said, to).await
    }

    /// Binds the identity to the account of the invitation, which is used up, and opens it.
    async fn accept(self, said: &Assertion, link: [u8; 32]) -> WebResult<Response> {
        let now = self.at.clock().now();
        let opened = link::store::opened(&mut self.at.db().read().await?, link, now).await?;
        let Some(opened) = opened.filter(|opened| opened.kind == LinkKind::Invitation) else {
            return Ok(link::pages::dead(self.shell));
        };
        let person = opened.person.id;
        let mut change = self.change(person).await?;
        if !link::store::use_up(change.tx(), link, person, now).await? {
            return Ok(link::pages::dead(self.shell));
        }
        match self.bound(&mut change, person, said).await? {
            Bound::Elsewhere => return Ok(failed(self.shell, self.open, ELSEWHERE)),
            Bound::Now => {
                change.commit().await.map_err(WebError::internal)?;
            }
            // Nothing changes, and the link has served all the same.
            Bound::Already => {
                drop(change);
                let mut tx = self.at.db().write_aside().await?;
                link::store::use_up(&mut tx, link, person, now).await?;
                tx.commit().await?;
            }
        }
        self.post.hurry();
        self.enter(person, said, "/").await
    }

    /// Binds the identity to the account of who is signed in, if they still are.
    async fn bind(self, said: &Assertion, person: Uuid) -> WebResult<Response> {
        let standing = session::standing(&self.session).await;
        if standing.map_err(WebError::internal)? != Standing::Signed(person) {
            return Ok(failed(self.shell, self.open, NOT_YOURS));
        }
        let mut change = self.change(person).await?;
        if self.bound(&mut change, person, said).await? == Bound::Elsewhere {
            return Ok(failed(self.shell, self.open, ELSEWHERE));
        }
        change.commit().await.map_err(WebError::internal)?;
        self.at.open(&[self.event], person, &self.origin).await?;
        // The identifier of a session never outlives a change of what opens the account.
        let renewed = self.session.cycle_id().await;
        renewed.map_err(WebError::internal)?;
        self.post.hurry();
        Ok(Redirect::to("/moi?fait=identite#identites").into_response())
    }

    async fn change(&self, person: Uuid) -> WebResult<Change> {
        let (db, clock) = (self.at.db(), self.at.clock());
        let change = Change::open(db, clock, Actor::Person(person), BindIdentity::NAME).await;
        change.map_err(WebError::internal)
    }

    async fn bound(&self, change: &mut Change, person: Uuid, said: &Assertion) -> WebResult<Bound> {
        let permit = permit::<BindIdentity>(change, person).await?;
        let (clock, label) = (self.at.clock(), &self.open.settings().label);
        let bound = store::bind(change, clock, permit, said, label).await;
        bound.map_err(WebError::internal)
    }

    /// Signs in who was recognised, or asks for their second factor where what the provider says
    /// is not worth one.
    async fn enter(self, person: Uuid, said: &Assertion, to: &str) -> WebResult<Response> {
        let is_strong = self.open.is_strong(said);
        let has_own = factor::store::is_set_up(&mut self.at.db().read().await?, person).await?;
        if has_own && !is_strong {
            let pending = Pending::now(person, self.event, to, Some(said.id_token.clone()));
            let waits = session::await_code(&self.session, pending).await;
            waits.map_err(WebError::internal)?;
            return Ok(Redirect::to(factor::pages::PATH).into_response());
        }
        let way_in = WayIn {
            person,
            events: &[self.event],
            has_factor: is_strong,
            id_token: Some(&said.id_token),
        };
        let cookie = way_in.open(&self.at, &self.origin, &self.session).await?;
        Ok(welcome(cookie, to))
    }
}

/// Where somebody who signs out leaves the provider too: its name, and the address; nothing where
/// there is no such place, or where it does not answer.
pub(in crate::access) async fn way_out(
    provider: &Provider,
    session: &Session,
    id_token: &str,
) -> WebResult<Option<(String, String)>> {
    let Some(open) = provider.open() else {
        return Ok(None);
    };
    let state = flow::leave(session).await.map_err(WebError::internal)?;
    let address = match open.way_out(id_token, &state).await {
        Ok(address) => address,
        Err(error) => {
            tracing::warn!(%error, "the provider of identities does not answer");
            None
        }
    };
    Ok(address.map(|address| (open.settings().label.clone(), address)))
}

#[derive(Deserialize)]
struct Left {
    #[serde(default)]
    state: String,
}

/// `GET /deconnexion/retour`
async fn left(
    State(provider): State<Provider>,
    session: Session,
    Query(left): Query<Left>,
) -> WebResult<Redirect> {
    provider.open().ok_or(WebError::NotFound)?;
    let has_left = flow::has_left(&session, &left.state).await;
    Ok(Redirect::to(if has_left.map_err(WebError::internal)? {
        "/connexion?fait=deconnexion"
    } else {
        "/connexion"
    }))
}

const NOT_YOURS: &str = "Cette connexion a déjà servi, a trop duré, ou vient d’un autre navigateur. Recommencez depuis la page de connexion.";
const DECLINED: &str = "La connexion n’a pas été menée à son terme. Recommencez, ou connectez-vous avec le mot de passe de votre compte Jalon.";
const TOO_MANY: &str =
    "Trop d’essais ont échoué depuis votre réseau. Attendez un quart d’heure avant de recommencer.";
const NOT_BELIEVED: &str = "La réponse reçue n’a pas pu être vérifiée : Jalon ne vous a pas connecté. Recommencez ; si cela dure, prévenez votre administrateur en lui disant l’heure.";
const ELSEWHERE: &str = "Cette identité ouvre déjà un autre compte Jalon. Retirez-la d’abord de cet autre compte, ou demandez à votre administrateur.";

fn page(shell: Shell, status: StatusCode, title: &str, told: &maud::Markup) -> Response {
    let body = html! {
        div.head {
            h1 { (title) }
            (told)
            p.acts { a.btn.main href="/connexion" { "Revenir à la connexion" } }
        }
    };
    document_with_status(status, &View::nobody(shell, START), title, &body)
}

fn failed(shell: Shell, open: Open<'_>, sentence: &str) -> Response {
    let title = format!("Connexion par {}", open.settings().label);
    let told = html! { p.lead { (sentence) } };
    page(shell, StatusCode::UNPROCESSABLE_ENTITY, &title, &told)
}

/// The provider does not answer.
pub(super) fn silent(shell: Shell, open: Open<'_>, error: &ProviderError) -> Response {
    tracing::warn!(%error, "the provider of identities does not answer");
    let label = &open.settings().label;
    let title = format!("{label} ne répond pas");
    let told = html! {
        p.lead { "Réessayez dans quelques minutes, ou connectez-vous avec le mot de passe de votre compte Jalon." }
    };
    page(shell, StatusCode::SERVICE_UNAVAILABLE, &title, &told)
}

/// An identity that opens nothing. Whether an account has the same address is not looked at.
fn unknown(shell: Shell, label: &str) -> Response {
    let told = html! {
        p.lead { (label) " vous a bien reconnu, mais aucun compte Jalon n’est lié à cette identité." }
        p { "Si vous avez déjà un compte, connectez-vous avec son mot de passe, puis liez votre identité depuis « Mon compte »." }
        p { "Sinon, demandez une invitation à l’administrateur de Jalon dans votre agence ou votre direction : vous pourrez l’accepter avec " (label) "." }
    };
    let title = "Aucun compte lié à cette identité";
    page(shell, StatusCode::UNPROCESSABLE_ENTITY, title, &told)
}
