//! What a user is told when a page cannot be given. The cause goes to the log, never to the page.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::shell::{Shell, View, document_with_status};
use crate::platform::db::DbError;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// There is nothing at that address, or nothing that this person may know of.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in; the address is where to come back to.
    #[error("sign-in needed")]
    SignIn {
        /// Path and query asked for.
        back: String,
    },
    /// Not this person's to do; the sentence says who can.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// What was sent cannot be used; the sentence says what and what to do.
    #[error("invalid: {0}")]
    Invalid(String),
    /// Somebody else was faster; the sentence says what to do.
    #[error("conflict: {0}")]
    Conflict(String),
    /// A failure of ours.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The outcome of a handler.
pub type WebResult<T> = Result<T, WebError>;

impl WebError {
    /// A failure of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Status, heading and sentence for the user.
    fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotFound | Self::SignIn { .. } => (
                StatusCode::NOT_FOUND,
                "Page introuvable",
                "Cette adresse ne mène à rien. Vérifiez-la, ou repartez de l’accueil.".to_owned(),
            ),
            Self::Forbidden(sentence) => (
                StatusCode::FORBIDDEN,
                "Action non permise",
                sentence.clone(),
            ),
            Self::Invalid(sentence) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Saisie à corriger",
                sentence.clone(),
            ),
            Self::Conflict(sentence) => (
                StatusCode::CONFLICT,
                "Quelqu’un a été plus rapide",
                sentence.clone(),
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Jalon a rencontré un problème",
                "Rien n’a été enregistré. Réessayez ; si cela dure, prévenez votre administrateur."
                    .to_owned(),
            ),
        }
    }
}

/// Gives a page in French to a refusal that came without one: a wrong address, a form that lacks a
/// field, a method that the address does not take, a body too large, another site's post.
pub async fn refusals_in_french(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if !(status.is_client_error() || status.is_server_error()) || is_page {
        return response;
    }
    let (heading, sentence) = match status {
        StatusCode::METHOD_NOT_ALLOWED => (
            "Adresse sans page",
            "Cette adresse reçoit un formulaire et ne se lit pas. Repartez de l’accueil.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "Envoi trop volumineux",
            "Ce que vous avez envoyé dépasse la taille permise. Rien n’a été enregistré.",
        ),
        StatusCode::FORBIDDEN => (
            "Action non permise",
            "Cette demande vient d’un autre site. Ouvrez Jalon et recommencez.",
        ),
        status if status.is_server_error() => (
            "Jalon a rencontré un problème",
            "Rien n’a été enregistré. Réessayez ; si cela dure, prévenez votre administrateur.",
        ),
        _ => (
            "Demande incomplète",
            "Cette adresse ou ce formulaire n’est pas complet. Revenez à la page précédente et recommencez.",
        ),
    };
    page(status, heading, sentence)
}

/// Refuses a form or an address that holds a NUL character: no text that a person writes does.
pub async fn refuse_nul(request: Request, next: Next) -> Response {
    let refusal = || {
        WebError::Invalid("Le texte contient un caractère illisible. Retapez-le.".to_owned())
            .into_response()
    };
    if request.uri().to_string().contains("%00") {
        return refusal();
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|media| {
            media
                .as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
    if !is_form {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST_FORM).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let has_nul = bytes.windows(3).any(|window| window == b"%00") || bytes.contains(&0);
    if has_nul {
        return refusal();
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// The largest form: an entry grid of a whole objective is some 100 kB.
const LARGEST_FORM: usize = 2 * 1024 * 1024;

fn page(status: StatusCode, heading: &str, sentence: &str) -> Response {
    let view = View {
        shell: Shell {
            nav: &[],
            demo: false,
        },
        path: String::new(),
        person: None,
    };
    let body = html! {
        div.head {
            h1 { (heading) }
            p.lead { (sentence) }
            p.acts { a.btn.main href="/" { "Revenir à l’accueil" } }
        }
    };
    document_with_status(status, &view, heading, &body)
}

impl From<DbError> for WebError {
    fn from(error: DbError) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Self::SignIn { back } = &self {
            let back = form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>();
            return Redirect::to(&format!("/connexion?retour={back}")).into_response();
        }
        if let Self::Internal(cause) = &self {
            tracing::error!(error = %DisplayChain(cause.as_ref()), "request failed");
        }
        let (status, heading, sentence) = self.told();
        page(status, heading, &sentence)
    }
}

/// An error followed by its causes.
struct DisplayChain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for DisplayChain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
