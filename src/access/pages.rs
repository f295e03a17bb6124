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

use super::door::Door;
use super::grant::pages as grants;
use super::origin::Origin;
use super::password::verify_password;
use super::session::{Standing, standing};
use super::token::pages as tokens;
use super::{account, kept, throttle};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{Shell, View, WebError, WebResult, document, document_with_status};

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    Router::new()
        .route("/connexion", get(sign_in_form).post(sign_in))
        .route("/deconnexion", post(sign_out))
        .route(kept::RESUME, get(kept::resume).post(kept::drop_kept))
        .route(account::PATH, get(account::page))
        .route("/moi/mot-de-passe", post(account::change_password))
        .route(
            "/moi/sessions/{session}/terminer",
            post(account::end_session),
        )
        .route(tokens::PATH, get(tokens::page).post(tokens::create))
        .route("/moi/acces/{token}/revoquer", post(tokens::revoke))
        .merge(grants::router())
}

#[derive(Debug, Default, Deserialize)]
struct Back {
    #[serde(default)]
    retour: String,
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    retour: String,
}

async fn sign_in_form(State(shell): State<Shell>, Query(back): Query<Back>) -> Markup {
    let view = anonymous(shell);
    document(&view, "Connexion", &form(&view, &back.retour, "", None))
}

async fn sign_in(
    at: Door,
    State(shell): State<Shell>,
    origin: Origin,
    session: Session,
    Form(typed): Form<SignIn>,
) -> WebResult<Response> {
    let refused = |status, message: &str| {
        let view = anonymous(shell.clone());
        let body = form(&view, &typed.retour, &typed.email, Some(message));
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
    let cookie = at.open(attempt.event, id, &origin).await?;
    let signed = super::session::sign_in(&session, id, &origin).await;
    signed.map_err(WebError::internal)?;
    kept::keep_for(&session, id).await?;
    let mut response = Redirect::to(local_path(&typed.retour)).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What somebody is told who tried too often.
const TOO_MANY: &str = "Trop d’essais ont échoué. Attendez un quart d’heure avant de recommencer ; si vous avez oublié votre mot de passe, demandez à votre administrateur.";

async fn sign_out(at: Door, origin: Origin, session: Session) -> WebResult<Redirect> {
    if let Standing::Signed(person) = standing(&session).await.map_err(WebError::internal)? {
        at.leave(person, &origin).await?;
    }
    session.flush().await.map_err(WebError::internal)?;
    Ok(Redirect::to("/connexion"))
}

/// Where to go after signing in: a path of this site, never another site.
fn local_path(asked: &str) -> &str {
    let local = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.contains(['\\', '\r', '\n', '\t']);
    if local { asked } else { "/" }
}

fn anonymous(shell: Shell) -> View {
    View {
        shell,
        path: "/connexion".to_owned(),
        person: None,
    }
}

fn form(view: &View, back: &str, email: &str, problem: Option<&str>) -> Markup {
    html! {
        div.head {
            h1 { "Connexion" }
            p.lead { "Contrats d’objectifs et de moyens entre l’État, les agences régionales de santé et les établissements." }
        }
        @if back == kept::RESUME {
            div.flag.warn role="status" { p { "Votre session a expiré. Ce que vous avez écrit est gardé : connectez-vous avec le même compte pour le retrouver." } }
        }
        @if let Some(problem) = problem {
            div.flag.late role="alert" { p { (problem) } }
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
            p.acts { button.btn.main type="submit" { "Se connecter" } }
        }
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

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(
            local_path("/contrats?au=2026-03-15"),
            "/contrats?au=2026-03-15"
        );
        for elsewhere in [
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "",
            "contrats",
            "/\t/example.org",
        ] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
