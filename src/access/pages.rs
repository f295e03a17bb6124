//! Signing in and out.

use std::sync::Arc;

use axum::extract::{FromRef, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use super::addressed::Addresses;
use super::door::Door;
use super::grant::pages as grants;
use super::openid::Provider;
use super::origin::Origin;
use super::password::verify_password;
use super::session::{self, Pending, Standing};
use super::token::pages as tokens;
use super::{account, factor, kept, link, looking, openid, passkey, throttle};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{
    Shell, View, WebError, WebResult, document, document_with_status, local_path,
};
use crate::sealed::Keyring;

/// Where people sign in.
const PATH: &str = "/connexion";

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Arc<Config>: FromRef<S>,
    Post: FromRef<S>,
    Keyring: FromRef<S>,
    Provider: FromRef<S>,
    Addresses: FromRef<S>,
{
    Router::new()
        .route(PATH, get(sign_in_form).post(sign_in))
        .route(
            factor::pages::PATH,
            get(factor::pages::form).post(factor::pages::sign_in),
        )
        .route(
            link::pages::FORGOTTEN,
            get(link::pages::forgotten_form).post(link::pages::ask),
        )
        .route(
            "/lien/{secret}",
            get(link::pages::open).post(link::pages::choose_password),
        )
        .route("/deconnexion", post(sign_out))
        .merge(openid::pages::router())
        .merge(passkey::pages::router())
        .route(kept::RESUME, get(kept::resume).post(kept::drop_kept))
        .route(account::PATH, get(account::page))
        .route("/moi/mot-de-passe", post(account::change_password))
        .route(
            "/moi/sessions/{session}/terminer",
            post(account::end_session),
        )
        .route(
            factor::PATH,
            get(factor::enrol::page).post(factor::enrol::confirm),
        )
        .route(
            "/moi/double-authentification/codes",
            post(factor::enrol::renew_codes),
        )
        .route(
            "/moi/double-authentification/retirer",
            post(factor::enrol::remove),
        )
        .route("/personnes/{person}/voir-comme", post(looking::begin))
        .route(looking::END, post(looking::end))
        .route(looking::OVER, get(looking::over))
        .route(tokens::PATH, get(tokens::page).post(tokens::create))
        .route("/moi/acces/{token}/revoquer", post(tokens::revoke))
        .merge(grants::router())
}

#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    retour: String,
    #[serde(default)]
    fait: String,
}

#[derive(Default, Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    retour: String,
}

async fn sign_in_form(
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    State(config): State<Arc<Config>>,
    Query(back): Query<Back>,
) -> Markup {
    let view = View::nobody(shell, PATH);
    let typed = SignIn {
        retour: back.retour,
        ..SignIn::default()
    };
    let ways = Ways {
        provider: provider.label(),
        config: &config,
    };
    let body = form(&view, &typed, &ways, &Told::done(&back.fait));
    document(&view, "Connexion", &body)
}

async fn sign_in(
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    State(config): State<Arc<Config>>,
    origin: Origin,
    session: Session,
    Form(typed): Form<SignIn>,
) -> WebResult<Response> {
    let refused = |status, message: &str| {
        let view = View::nobody(shell.clone(), PATH);
        let ways = Ways {
            provider: provider.label(),
            config: &config,
        };
        let body = form(&view, &typed, &ways, &Told::Problem(message));
        document_with_status(status, &view, "Connexion", &body)
    };
    let Some(attempt) = at.knock(&typed.email, &origin).await? else {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = refused(status, TOO_MANY);
        let wait = HeaderValue::from(throttle::RECENT_SECONDS);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
        return Ok(response);
    };
    let (id, stored) = attempt.credentials.unzip();
    let matches = verify_password(typed.password.clone(), stored.flatten()).await;
    let Some(id) = id.filter(|_| matches) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(refused(status, "Adresse ou mot de passe incorrect."));
    };
    let has_factor = factor::store::is_set_up(&mut at.db().read().await?, id).await?;
    if has_factor {
        let pending = Pending::now(id, attempt.event, &typed.retour, None);
        let waits = session::await_code(&session, pending).await;
        waits.map_err(WebError::internal)?;
        return Ok(Redirect::to(factor::pages::PATH).into_response());
    }
    let way_in = WayIn {
        person: id,
        events: &[attempt.event],
        has_factor,
        id_token: None,
    };
    let cookie = way_in.open(&at, &origin, &session).await?;
    Ok(welcome(cookie, &typed.retour))
}

/// Somebody who has shown who they are.
pub(super) struct WayIn<'a> {
    /// Who.
    pub person: Uuid,
    /// What is kept of their tries, which turned out well.
    pub events: &'a [Uuid],
    /// Whether they gave a second factor.
    pub has_factor: bool,
    /// The token of the provider that told who they are.
    pub id_token: Option<&'a str>,
}

impl WayIn<'_> {
    /// Signs them in; who must give a second factor and has none sets one up first. The cookie to
    /// give the browser, where it has none yet.
    pub(super) async fn open(
        &self,
        at: &Door,
        origin: &Origin,
        session: &Session,
    ) -> WebResult<Option<HeaderValue>> {
        let cookie = at.open(self.events, self.person, origin).await?;
        let signed = session::sign_in(session, self.person, self.id_token, origin).await;
        signed.map_err(WebError::internal)?;
        let mut tx = at.db().read().await?;
        let (today, asked) = (at.clock().today(), at.asks_a_code_of());
        let required = factor::is_required(&mut tx, today, self.person, asked).await?;
        if required && !self.has_factor {
            let must = session::must_enrol(session, true).await;
            must.map_err(WebError::internal)?;
        }
        kept::keep_for(session, self.person).await?;
        Ok(cookie)
    }
}

/// Leads somebody who just signed in where they wanted to go.
pub(super) fn welcome(cookie: Option<HeaderValue>, back: &str) -> Response {
    let mut response = Redirect::to(local_path(back)).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// What somebody is told who tried too often.
const TOO_MANY: &str = "Trop d’essais ont échoué. Attendez un quart d’heure avant de recommencer ; si vous avez oublié votre mot de passe, choisissez-en un autre ci-dessous.";

async fn sign_out(
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    origin: Origin,
    session: Session,
) -> WebResult<Response> {
    let standing = session::standing(&session).await;
    if let Standing::Signed(person) | Standing::Enrolling(person) =
        standing.map_err(WebError::internal)?
    {
        at.leave(person, &origin).await?;
    }
    let id_token = session::id_token(&session).await;
    let id_token = id_token.map_err(WebError::internal)?;
    session.flush().await.map_err(WebError::internal)?;
    let way_out = match id_token {
        Some(token) => openid::pages::way_out(&provider, &session, &token).await?,
        None => None,
    };
    Ok(match way_out {
        Some((label, to)) => {
            let view = View::nobody(shell, "/deconnexion");
            openid::leave_page(&view, "Déconnexion", &label, &to)
        }
        None => Redirect::to("/connexion").into_response(),
    })
}

/// What is told above the form.
enum Told<'a> {
    Nothing,
    Done(&'static str),
    Problem(&'a str),
}

impl Told<'_> {
    /// What was just done, by its word in the address.
    fn done(word: &str) -> Self {
        match word {
            "mot-de-passe" => Self::Done("Votre mot de passe est choisi : connectez-vous."),
            "deconnexion" => Self::Done("Vous êtes déconnecté."),
            _ => Self::Nothing,
        }
    }
}

/// What leads in beside a password.
struct Ways<'a> {
    /// The name of the provider of identities.
    provider: Option<&'a str>,
    config: &'a Config,
}

fn form(view: &View, typed: &SignIn, ways: &Ways<'_>, told: &Told<'_>) -> Markup {
    let provider = ways.provider;
    let (back, email) = (typed.retour.as_str(), typed.email.as_str());
    html! {
        div.head {
            h1 { "Connexion" }
            p.lead { "Contrats d’objectifs et de moyens entre l’État, les agences régionales de santé et les établissements." }
        }
        @if back == kept::RESUME {
            div.flag.warn role="status" { p { "Votre session a expiré. Ce que vous avez écrit est gardé : connectez-vous avec le même compte pour le retrouver." } }
        }
        @match told {
            Told::Nothing => {},
            Told::Done(done) => div.flag.ok role="status" { p { (done) } },
            Told::Problem(problem) => div.flag.late role="alert" { p { (problem) } },
        }
        @if let Some(label) = provider {
            p.acts { a.btn.main href=(openid::pages::start_address(back)) { "S’identifier avec " (label) } }
            p { "Ou avec le mot de passe de votre compte Jalon :" }
        }
        form.signin method="post" action="/connexion" {
            input type="hidden" name="retour" value=(back);
            div.field {
                label for="email" { "Adresse électronique" }
                input #email type="email" name="email" value=(email) autocomplete="username" required autofocus;
            }
            div.field {
                label for="password" { "Mot de passe" }
                input #password type="password" name="password" autocomplete="current-password" required;
            }
            p.acts { button.btn.main[provider.is_none()] type="submit" { "Se connecter" } }
            p { a href=(link::pages::FORGOTTEN) { "Mot de passe oublié ?" } }
        }
        (passkey::pages::way_in(ways.config, back))
        @if view.shell.demo {
            p.note {
                "Démonstration : l’adresse est "
                span.mono { "demo@example.org" }
                " et le mot de passe "
                span.mono { "jalon-de-demonstration" }
                "."
            }
        }
    }
}
