//! `/connexion/cle`: signing in with a passkey.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use maud::{Markup, html};
use tower_sessions::Session;
use webauthn_rs::prelude::{DiscoverableAuthentication, RequestChallengeResponse};

use super::{Answered, GIVING_KEY, Site, ask, asked, own, store};
use crate::access::door::Door;
use crate::access::event::EventKind;
use crate::access::openid::Provider;
use crate::access::origin::Origin;
use crate::access::pages::{WayIn, welcome};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{
    Shell, View, WebError, WebResult, document_with_status, passkey_script_path,
};
use crate::sealed::Keyring;

/// Where a passkey is given.
const PATH: &str = "/connexion/cle";
/// Where what to sign is asked for.
const CHALLENGE: &str = "/connexion/cle/defi";

/// The pages of passkeys.
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
        .route(CHALLENGE, post(challenge))
        .route(PATH, post(sign_in))
        .route(own::PATH, get(own::page).post(own::begin))
        .route("/moi/cles/reponse", post(own::finish))
        .route("/moi/cles/{passkey}/retirer", post(own::remove))
}

/// The part of the sign-in page about passkeys. It is shown by its script, where the browser knows
/// them; without it the password is there.
pub(in crate::access) fn way_in(config: &Config, back: &str) -> Markup {
    html! {
        @if Site::of(config).is_some() {
            form.signin method="post" action=(PATH) data-passkey=(CHALLENGE) hidden {
                input type="hidden" name="retour" value=(back);
                input type="hidden" name="reponse";
                p.acts { button.btn type="submit" { "Se connecter avec une clé d’accès" } }
                p.s-late.told role="status" data-passkey-told {}
            }
            script type="module" src=(passkey_script_path()) {}
        }
    }
}

/// `POST /connexion/cle/defi`: what a device is asked to sign.
async fn challenge(
    at: Door,
    State(config): State<Arc<Config>>,
    session: Session,
) -> WebResult<Json<RequestChallengeResponse>> {
    let site = Site::of(&config).ok_or(WebError::NotFound)?;
    let (asked, state) = site.ask_any().map_err(WebError::internal)?;
    let noted = ask(&session, GIVING_KEY, state, at.clock().now()).await;
    noted.map_err(WebError::internal)?;
    Ok(Json(asked))
}

#[derive(serde::Deserialize)]
struct Given {
    #[serde(default)]
    retour: String,
    #[serde(flatten)]
    answered: Answered,
}

/// `POST /connexion/cle`
async fn sign_in(
    at: Door,
    State(config): State<Arc<Config>>,
    State(shell): State<Shell>,
    origin: Origin,
    session: Session,
    Form(given): Form<Given>,
) -> WebResult<Response> {
    let site = Site::of(&config).ok_or(WebError::NotFound)?;
    let state = asked::<DiscoverableAuthentication>(&session, GIVING_KEY, at.clock().now()).await;
    let Some(state) = state.map_err(WebError::internal)? else {
        return Ok(refused(shell, TOO_LATE));
    };
    let Some(event) = at.come_back(EventKind::Passkey, &origin).await? else {
        return Ok(refused(shell, TOO_MANY));
    };
    let Some(person) = opened(&site, &at, state, &given.answered).await? else {
        return Ok(refused(shell, UNKNOWN));
    };
    let way_in = WayIn {
        person,
        events: &[event],
        // The device asked its holder for a gesture or a code of its own.
        has_factor: true,
        id_token: None,
    };
    let cookie = way_in.open(&at, &origin, &session).await?;
    Ok(welcome(cookie, &given.retour))
}

/// The person whose account the answer of a device opens, where it opens one.
async fn opened(
    site: &Site,
    at: &Door,
    state: DiscoverableAuthentication,
    answered: &Answered,
) -> WebResult<Option<uuid::Uuid>> {
    let Some(answer) = answered.given() else {
        return Ok(None);
    };
    let Ok((person, credential)) = site.0.identify_discoverable_authentication(&answer) else {
        return Ok(None);
    };
    let mut tx = at.db().write_aside().await?;
    let Some((id, mut passkey)) = store::given(&mut tx, person, credential).await? else {
        return Ok(None);
    };
    let proven = site
        .0
        .finish_discoverable_authentication_v2(&answer, state, &passkey);
    let result = match proven {
        Ok(result) if result.user_verified() => result,
        Ok(_) => return Ok(None),
        Err(error) => {
            tracing::warn!(%error, "a passkey is not believed");
            return Ok(None);
        }
    };
    let now = at.clock().now();
    if !store::used(&mut tx, id, &mut passkey, &result, now).await? {
        tracing::warn!("a passkey counted backwards");
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some(person))
}

const TOO_LATE: &str =
    "Cette demande a déjà servi, ou a trop duré. Recommencez depuis la page de connexion.";
const TOO_MANY: &str =
    "Trop d’essais ont échoué depuis votre réseau. Attendez un quart d’heure avant de recommencer.";
const UNKNOWN: &str = "Cette clé d’accès n’ouvre aucun compte ici. Connectez-vous avec votre mot de passe ; si votre clé était enregistrée, retirez-la dans « Mon compte » et enregistrez-la de nouveau.";

fn refused(shell: Shell, sentence: &str) -> Response {
    let title = "Connexion par clé d’accès";
    let body = html! {
        div.head {
            h1 { (title) }
            p.lead { (sentence) }
            p.acts { a.btn.main href="/connexion" { "Revenir à la connexion" } }
        }
    };
    let view = View::nobody(shell, PATH);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    document_with_status(status, &view, title, &body)
}
