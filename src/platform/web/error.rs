//! What a user is told when a page cannot be given. The cause goes to the log, never to the page.

use axum::http::StatusCode;
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
