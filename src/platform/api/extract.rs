//! Parameters and bodies, read with a problem document where they do not read.

use std::fmt::Display;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::french;
use super::problem::{Code, Problem};

/// The parameters after the question mark. Unknown ones are refused where the type denies them, as
/// that of every list does: a filter misspelt would otherwise give everything. What the value of a
/// filter names is looked for by [`Filter`](super::Filter).
#[derive(Clone, Copy, Debug)]
pub struct ApiQuery<T>(pub T);

impl<S, T> FromRequestParts<S> for ApiQuery<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        // A field of a form left empty asks nothing.
        let pairs = form_urlencoded::parse(text.as_bytes());
        let given = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.filter(|(_, value)| !value.is_empty()))
            .finish();
        let pairs = form_urlencoded::parse(given.as_bytes());
        let pairs = serde_urlencoded::Deserializer::new(pairs);
        let read = serde_path_to_error::deserialize(pairs);
        read.map(Self)
            .map_err(|error| unread(&french::path(error.path()), error.inner()))
    }
}

/// A part of the address; one that does not read names nothing.
#[derive(Clone, Copy, Debug)]
pub struct ApiPath<T>(pub T);

impl<S, T> FromRequestParts<S> for ApiPath<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        let Path(read) = read.map_err(|_| Problem::not_found())?;
        Ok(Self(read))
    }
}

/// A body of JSON.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

impl<S, T> FromRequest<S> for ApiJson<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media = request.headers().get(CONTENT_TYPE);
        let is_json = media.is_some_and(|media| media.as_bytes().starts_with(b"application/json"));
        if !is_json {
            let detail = "Cette adresse lit « application/json » : dites-le dans « Content-Type ».";
            return Err(Problem::new(Code::Media, detail));
        }
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::plain(Code::TooLarge))?;
        from_json(&bytes).map(Self)
    }
}

/// Reads a document of JSON; what is wrong is told with its path in it.
///
/// # Errors
/// Where it does not read.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let read: Result<T, _> = serde_path_to_error::deserialize(&mut document);
    let read = read.map_err(|error| unread(&french::path(error.path()), error.inner()))?;
    document.end().map_err(|error| unread("", &error))?;
    Ok(read)
}

/// What does not read, told in French.
fn unread(path: &str, error: &impl Display) -> Problem {
    let fault = french::fault(path, &error.to_string());
    Problem::malformed(fault.path, fault.message)
}
