//! `/connexion/code`: the second factor, after the password.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;

use super::store::{self, Given};
use crate::access::door::Door;
use crate::access::fields::code_field;
use crate::access::origin::Origin;
use crate::access::pages::{WayIn, welcome};
use crate::access::session::pending;
use crate::access::store as people;
use crate::access::throttle::RECENT_SECONDS;
use crate::platform::mail::Post;
use crate::platform::web::{Shell, View, WebError, WebResult, document, document_with_status};

/// Where the code is asked for.
pub(in crate::access) const PATH: &str = "/connexion/code";
const TITLE: &str = "Double authentification";

/// What somebody is told who tried too many codes.
pub(super) const TOO_MANY: &str =
    "Trop de codes ont été refusés. Attendez un quart d’heure avant de recommencer.";
/// What somebody is told whose code opens nothing.
const WRONG: &str =
    "Ce code n’ouvre pas votre compte, ou il a déjà servi : attendez le suivant et tapez-le.";

/// What somebody is told whose code cannot be held to anything.
const UNREADABLE: &str = "Jalon ne peut pas vérifier les codes d’application en ce moment : la clé qui les protège manque sur le serveur. Prévenez votre administrateur ; un de vos codes de secours ouvre votre compte en attendant.";

/// What somebody is told where what they gave opens nothing.
pub(super) fn refusal(given: Given) -> Option<(StatusCode, &'static str)> {
    match given {
        Given::Code | Given::Recovery(_) => None,
        Given::Nothing => Some((StatusCode::UNPROCESSABLE_ENTITY, WRONG)),
        Given::Unreadable => Some((StatusCode::SERVICE_UNAVAILABLE, UNREADABLE)),
    }
}

/// The code, as typed.
#[derive(Deserialize)]
pub(in crate::access) struct Typed {
    #[serde(default)]
    code: String,
    #[serde(default, rename = "password_factor")]
    password: String,
}

impl Typed {
    /// The password given again.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.code
    }
}

pub(in crate::access) async fn form(
    State(shell): State<Shell>,
    session: Session,
) -> WebResult<Response> {
    let waits = pending(&session).await.map_err(WebError::internal)?;
    if waits.is_none() {
        return Ok(Redirect::to("/connexion").into_response());
    }
    Ok(document(&View::nobody(shell, PATH), TITLE, &body(None)).into_response())
}

pub(in crate::access) async fn sign_in(
    at: Door,
    State(shell): State<Shell>,
    State(post): State<Post>,
    origin: Origin,
    session: Session,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let Some(waits) = pending(&session).await.map_err(WebError::internal)? else {
        return Ok(Redirect::to("/connexion").into_response());
    };
    let person = people::person(&mut at.db().read().await?, waits.person).await?;
    let person = person.ok_or(WebError::NotFound)?;
    let refused = |status, message: &str| {
        let view = View::nobody(shell.clone(), PATH);
        document_with_status(status, &view, TITLE, &body(Some(message)))
    };
    let Some(event) = at.try_code(&person.email, &origin).await? else {
        let mut response = refused(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
        let wait = HeaderValue::from(RECENT_SECONDS);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
        return Ok(response);
    };
    let by = (at.clock(), at.keyring());
    let given = store::use_up(at.db(), by, person.id, &typed.code).await?;
    if let Some((status, told)) = refusal(given) {
        return Ok(refused(status, told));
    }
    if matches!(given, Given::Recovery(_)) {
        post.hurry();
    }
    let way_in = WayIn {
        person: person.id,
        events: &[waits.event, event],
        has_factor: true,
        id_token: waits.id_token.as_deref(),
    };
    let cookie = way_in.open(&at, &origin, &session).await?;
    Ok(welcome(cookie, &waits.back))
}

fn body(mistake: Option<&str>) -> Markup {
    html! {
        div.head {
            h1 { (TITLE) }
            p.lead { "Il reste à donner un code, pour être sûr que c’est vous." }
        }
        form.signin method="post" action=(PATH) {
            (code_field("Code de votre application", "Six chiffres, qui changent toutes les trente secondes. Sans votre téléphone, tapez un de vos codes de secours.", mistake))
            p.acts { button.btn.main type="submit" { "Continuer" } a.btn href="/connexion" { "Revenir à la connexion" } }
        }
    }
}
