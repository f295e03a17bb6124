//! Problem documents (RFC 9457): what a program is told in place of what it asked for.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::db::DbError;

/// What `/erreurs/<code>` says of one kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The kind.
    pub code: Code,
    /// The word of addresses and of JSON.
    pub slug: &'static str,
    /// The status it comes with.
    pub status: StatusCode,
    /// The problem in a few words, in French.
    pub title: &'static str,
    /// What it means, in French.
    pub meaning: &'static str,
    /// What to do, in French.
    pub remedy: &'static str,
}

/// Writes the kinds and the table in one go, so that neither can be without the other.
macro_rules! catalogue {
    ($($code:ident $slug:literal $status:ident {
        title: $title:literal, meaning: $meaning:literal, remedy: $remedy:literal $(,)?
    })*) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        /// Every kind of problem that the API tells.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            code: Code::$code,
            slug: $slug,
            status: StatusCode::$status,
            title: $title,
            meaning: $meaning,
            remedy: $remedy,
        },)*];
    };
}

catalogue! {
    NoAccess "api-acces" UNAUTHORIZED {
        title: "Accès manquant ou refusé",
        meaning: "La demande ne porte pas de jeton d’accès, ou celui qu’elle porte est inconnu, révoqué ou terminé.",
        remedy: "Ouvrez un accès depuis « Mes accès par programme », et envoyez son jeton dans l’en-tête « Authorization: Bearer … ».",
    }
    ReadOnly "api-lecture-seule" FORBIDDEN {
        title: "Accès en lecture seule",
        meaning: "Le jeton ne permet que de lire, et la demande écrit.",
        remedy: "Ouvrez un accès « Lecture et écriture » pour ce programme.",
    }
    Forbidden "api-non-permis" FORBIDDEN {
        title: "Action non permise",
        meaning: "La personne au nom de qui le programme agit ne peut pas faire cela.",
        remedy: "Demandez à la personne que le détail nomme.",
    }
    NotFound "api-introuvable" NOT_FOUND {
        title: "Rien à cette adresse",
        meaning: "L’adresse n’existe pas, ou ce qu’elle nomme n’existe pas ou n’est pas à voir pour cette personne.",
        remedy: "Vérifiez l’adresse et l’identifiant ; la liste des adresses est sur la page « /api ».",
    }
    Method "api-methode" METHOD_NOT_ALLOWED {
        title: "Méthode refusée",
        meaning: "L’adresse existe, mais ne répond pas à cette méthode HTTP.",
        remedy: "Les méthodes permises sont dans l’en-tête « Allow ».",
    }
    Conflict "api-conflit" CONFLICT {
        title: "État incompatible",
        meaning: "Ce qui est demandé n’est plus possible dans l’état où se trouve la chose : déjà enregistrée, abandonnée, ou bloquée par un refus.",
        remedy: "Relisez la chose, puis agissez selon son état.",
    }
    UnderWay "api-en-cours" CONFLICT {
        title: "Même demande en cours",
        meaning: "Une demande qui porte la même clé d’idempotence est en cours de traitement.",
        remedy: "Attendez quelques secondes et renvoyez la même demande avec la même clé.",
    }
    Stale "api-perime" PRECONDITION_FAILED {
        title: "La chose a changé",
        meaning: "L’en-tête « If-Match » nomme un état qui n’est plus celui de la chose.",
        remedy: "Relisez-la, vérifiez ce qui a changé, et renvoyez la demande avec le nouvel « ETag ».",
    }
    TooLarge "api-trop-grand" PAYLOAD_TOO_LARGE {
        title: "Envoi trop volumineux",
        meaning: "Le corps de la demande dépasse la taille permise. Rien n’a été enregistré.",
        remedy: "Envoyez-le en plusieurs fois.",
    }
    Media "api-type" UNSUPPORTED_MEDIA_TYPE {
        title: "Type de contenu inconnu",
        meaning: "L’en-tête « Content-Type » manque, ou nomme un type que cette adresse ne lit pas.",
        remedy: "Le détail nomme les types que l’adresse lit.",
    }
    Malformed "api-demande" BAD_REQUEST {
        title: "Demande mal formée",
        meaning: "Un paramètre, un en-tête ou le corps de la demande ne se lit pas ; ou une liste n’a pas ce paramètre, ou un filtre ne désigne rien que vous puissiez voir.",
        remedy: "Corrigez ce que « errors » nomme.",
    }
    Invalid "api-valeur" UNPROCESSABLE_ENTITY {
        title: "Demande à corriger",
        meaning: "La demande se lit, mais ce qu’elle dit ne convient pas.",
        remedy: "Corrigez ce que le détail et « errors » nomment.",
    }
    KeyReused "api-cle" UNPROCESSABLE_ENTITY {
        title: "Clé d’idempotence déjà prise",
        meaning: "La même clé d’idempotence a servi à une autre demande, ou à celle-ci par un autre accès ou sous d’autres habilitations.",
        remedy: "Prenez une nouvelle clé pour chaque nouvelle demande, et la même pour renvoyer la même.",
    }
    TooMany "api-cadence" TOO_MANY_REQUESTS {
        title: "Demandes trop fréquentes",
        meaning: "Cet accès a fait plus de demandes par minute que l’installation n’en permet. Rien n’a été fait.",
        remedy: "Attendez le nombre de secondes que dit l’en-tête « Retry-After », puis renvoyez la demande ; espacez les suivantes, ou lisez des pages plus longues avec « limit ».",
    }
    Condition "api-condition" PRECONDITION_REQUIRED {
        title: "Condition manquante",
        meaning: "Cette demande doit dire sur quel état de la chose elle se fonde.",
        remedy: "Lisez la chose, et renvoyez son « ETag » dans l’en-tête « If-Match ».",
    }
    Failure "api-panne" INTERNAL_SERVER_ERROR {
        title: "Jalon a rencontré un problème",
        meaning: "La demande n’a pas abouti et rien n’a été enregistré à moitié.",
        remedy: "Renvoyez-la ; si cela dure, prévenez votre administrateur en lui disant l’heure.",
    }
}

impl Code {
    /// What the catalogue says of it.
    pub fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }

    /// The kind of that word.
    pub fn from_slug(slug: &str) -> Option<Self> {
        let found = CATALOGUE.iter().find(|entry| entry.slug == slug);
        found.map(|entry| entry.code)
    }

    /// The kind that a bare status stands for.
    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::NoAccess,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::Media,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Invalid,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany,
            status if status.is_server_error() => Self::Failure,
            _ => Self::Malformed,
        }
    }
}

/// One thing wrong in what was sent, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where: `values[3].period`, `limit`.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// The document, as it is sent (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Address of the page that explains this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time and what to do.
    pub detail: String,
    /// Each thing wrong, where it can be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// Why a program is not given what it asked for.
#[derive(Debug, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<Fault>,
    #[source]
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The outcome of an address of the API.
pub type ApiResult<T> = Result<T, Problem>;

impl Problem {
    /// A problem of that kind; the sentence says what is wrong this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            cause: None,
        }
    }

    /// A problem of that kind, of which nothing more is to be said than the catalogue does.
    pub fn plain(code: Code) -> Self {
        let entry = code.entry();
        Self::new(code, format!("{} {}", entry.meaning, entry.remedy))
    }

    /// Nothing there, or nothing that this person may know of.
    pub fn not_found() -> Self {
        Self::plain(Code::NotFound)
    }

    /// A parameter, a header or a body that does not read: where, and why.
    pub fn malformed(path: impl Into<String>, message: impl Into<String>) -> Self {
        let (path, message) = (path.into(), message.into());
        let detail = match path.as_str() {
            "" => message.clone(),
            path => format!("« {path} » ne se lit pas : {message}"),
        };
        Self::new(Code::Malformed, detail).at(vec![Fault { path, message }])
    }

    /// The same with each thing wrong.
    #[must_use]
    pub fn at(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// A failure of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::plain(Code::Failure)
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Self::internal(error)
    }
}

/// What the API answers with, so that a problem is told from any other document.
const MEDIA: HeaderValue = HeaderValue::from_static("application/problem+json");

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(error = %cause, "request of a program failed");
        }
        let entry = self.code.entry();
        let document = ProblemDocument {
            kind: format!("/erreurs/{}", entry.slug),
            title: entry.title.to_owned(),
            status: entry.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let mut response = (entry.status, Json(document)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, MEDIA);
        if entry.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"jalon\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// Makes a problem document of every refusal that comes without one: an unknown address, a wrong
/// method, a body too large, a panic.
pub async fn in_problem_documents(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    if !refused || response.headers().get(CONTENT_TYPE) == Some(&MEDIA) {
        return response;
    }
    let mut told = Problem::plain(Code::of(status)).into_response();
    if let Some(methods) = response.headers().get(ALLOW) {
        told.headers_mut().insert(ALLOW, methods.clone());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_own_rank_under_its_own_word() {
        for entry in CATALOGUE {
            assert_eq!(entry.code.entry(), entry);
            assert_eq!(Code::from_slug(entry.slug), Some(entry.code));
        }
    }

    #[test]
    fn a_bare_status_has_a_kind_of_its_own_status() {
        for status in [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Code::of(status).entry().status, status);
        }
        assert_eq!(Code::of(StatusCode::IM_A_TEAPOT), Code::Malformed);
        assert_eq!(Code::of(StatusCode::BAD_GATEWAY), Code::Failure);
    }
}
