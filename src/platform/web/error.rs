//! What a user is told when a page cannot be given. The cause goes to the log, never to the page.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::shell::{Unsuccessful, View, ask_href, asks, refused};
use crate::kernel::hex;
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
    /// Something has to be done first, on that page.
    #[error("to be done first: {0}")]
    First(&'static str),
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
            Self::NotFound | Self::SignIn { .. } | Self::First(_) => (
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
                FAILURE,
                FAILURE_SENTENCE.to_owned(),
            ),
        }
    }
}

/// What a person is told in place of the page asked for. It becomes a page once it is known who
/// looks at it.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    heading: &'static str,
    sentence: String,
    /// What the log calls a failure of ours; empty for anything else.
    reference: String,
}

impl Refusal {
    /// The refusal that a response stands for, if it does: one of ours, or one that came without a
    /// page (a form that lacks a field, a method that the address does not take, a body too large,
    /// another site's post, a panic).
    pub fn of(response: &Response) -> Option<Self> {
        if let Some(ours) = response.extensions().get::<Self>() {
            return Some(ours.clone());
        }
        let status = response.status();
        let media = response.headers().get(header::CONTENT_TYPE);
        let is_page = media.is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
        if is_page || !(status.is_client_error() || status.is_server_error()) {
            return None;
        }
        let (heading, sentence) = without_words(status);
        Some(Self {
            status,
            heading,
            sentence: sentence.to_owned(),
            reference: String::new(),
        })
    }

    /// The page to show in place of `instead_of`.
    pub fn page(&self, view: &View, instead_of: &Response) -> Response {
        let told = Unsuccessful {
            status: self.status.as_str(),
            sentence: &self.sentence,
            reference: &self.reference,
        };
        let body = html! {
            div.head {
                h1 { (self.heading) }
                p.lead { (self.sentence) }
                @if !self.reference.is_empty() { p { "Référence de l’incident : " span.mono { (self.reference) } } }
                p.acts {
                    a.btn.main href="/" { "Revenir à l’accueil" }
                    @if asks(view) { a.btn href=(ask_href(view, self.heading, told)) { "Demander de l’aide" } }
                }
            }
        };
        let mut page = refused(self.status, view, self.heading, told, &body);
        if let Some(methods) = instead_of.headers().get(header::ALLOW) {
            page.headers_mut().insert(header::ALLOW, methods.clone());
        }
        page
    }
}

/// Heading and sentence for a refusal that says nothing itself.
fn without_words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => (
            "Adresse sans page",
            "Cette adresse ne répond pas à cette demande : on y envoie un formulaire, ou on ne fait que la lire. Repartez de l’accueil.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "Envoi trop volumineux",
            "Ce que vous avez envoyé dépasse la taille permise. Rien n’a été enregistré : revenez à la page précédente et envoyez-le en plusieurs fois.",
        ),
        StatusCode::FORBIDDEN => (
            "Action non permise",
            "Cette demande vient d’un autre site. Ouvrez Jalon et recommencez.",
        ),
        status if status.is_server_error() => (FAILURE, FAILURE_SENTENCE),
        _ => (
            "Demande incomplète",
            "Cette adresse ou ce formulaire n’est pas complet. Revenez à la page précédente et recommencez.",
        ),
    }
}

const FAILURE: &str = "Jalon a rencontré un problème";
const FAILURE_SENTENCE: &str = "Votre demande n’a pas abouti et rien n’a été enregistré à moitié. Réessayez ; si cela dure, prévenez votre administrateur en lui disant l’heure.";

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
        if let Self::First(path) = &self {
            return Redirect::to(path).into_response();
        }
        let mut reference = String::new();
        if let Self::Internal(cause) = &self {
            // Told to the person, so that whoever reads the log finds what they speak of.
            reference = hex(&rand::random::<[u8; 4]>());
            tracing::error!(reference, error = %DisplayChain(cause.as_ref()), "request failed");
        }
        let (status, heading, sentence) = self.told();
        let mut response = status.into_response();
        response.extensions_mut().insert(Refusal {
            status,
            heading,
            sentence,
            reference,
        });
        response
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
