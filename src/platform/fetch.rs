//! Asking another server: over TLS with the authorities that the system knows, within a time and a
//! size. A redirection is an answer like another: it is never followed.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A server that has not answered wholly by then will not.
const LONGEST: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// Asks other servers; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetch(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its status.
    pub status: StatusCode,
    /// What its body is, without parameters, in lower case.
    pub media: String,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none, or what is said there could be heard.
    #[error("the address cannot serve")]
    Address,
    /// No answer in time.
    #[error("no answer within {} s", LONGEST.as_secs())]
    Late,
    /// The server is not there, or is not the one it says.
    #[error("no connection: {0}")]
    Connection(String),
    /// The answer breaks off, or is too large.
    #[error("the answer does not read: {0}")]
    Body(String),
}

impl Fetch {
    /// With the authorities that the system knows.
    ///
    /// # Errors
    /// Where the system knows none.
    pub fn new() -> io::Result<Self> {
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Reads what is at an address, with a bearer token where one is given.
    ///
    /// # Errors
    /// Where nothing whole comes back in time.
    pub async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Fetched, FetchError> {
        let mut request = request(Method::GET, address, Bytes::new())?;
        if let Some(token) = bearer {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| FetchError::Address)?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        self.ask(request).await
    }

    /// Sends a form, with the name and secret of whoever asks where they go in a header.
    ///
    /// # Errors
    /// Where nothing whole comes back in time.
    pub async fn post_form(
        &self,
        address: &str,
        fields: &[(&str, &str)],
        basic: Option<HeaderValue>,
    ) -> Result<Fetched, FetchError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = request(Method::POST, address, Bytes::from(body))?;
        let media = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, media);
        if let Some(mut value) = basic {
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        self.ask(request).await
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Fetched, FetchError> {
        let asked = tokio::time::timeout(LONGEST, self.whole(request)).await;
        asked.map_err(|_| FetchError::Late)?
    }

    async fn whole(&self, request: Request<Full<Bytes>>) -> Result<Fetched, FetchError> {
        let answer = self.0.request(request).await;
        let answer = answer.map_err(|error| FetchError::Connection(with_causes(&error)))?;
        let (head, body) = answer.into_parts();
        let media = head.headers.get(CONTENT_TYPE);
        let media = media.and_then(|media| media.to_str().ok());
        let media = media.and_then(|media| media.split(';').next());
        let body = Limited::new(body, LARGEST).collect().await;
        Ok(Fetched {
            status: head.status,
            media: media.unwrap_or_default().trim().to_lowercase(),
            body: body
                .map_err(|error| FetchError::Body(error.to_string()))?
                .to_bytes(),
        })
    }
}

fn request(method: Method, address: &str, body: Bytes) -> Result<Request<Full<Bytes>>, FetchError> {
    let uri: Uri = address.parse().map_err(|_| FetchError::Address)?;
    if !is_safe_address(address) {
        return Err(FetchError::Address);
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    Ok(request)
}

/// Whether what is said at that address stays between both: over TLS, or on this machine.
pub fn is_safe_address(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else {
        return false;
    };
    let Some(authority) = uri.authority() else {
        return false;
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return false;
    }
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => ["127.0.0.1", "localhost", "[::1]"].contains(&authority.host()),
        _ => false,
    }
}

/// An error followed by its causes: a client of HTTP says the useful part last.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        told += &format!(": {next}");
        cause = next.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for safe in [
            "https://id.example.org/api/v2",
            "http://127.0.0.1:8110",
            "http://localhost:1/a",
            "http://[::1]:80/",
        ] {
            assert!(is_safe_address(safe), "{safe}");
        }
        for unsafe_one in [
            "http://id.example.org",
            "http://127.0.0.1.example.org",
            "http://127.0.0.1@example.org/",
            "http://127.0.0.1:80@example.org/",
            "https://",
            "ftp://localhost",
            "/connexion",
            "",
        ] {
            assert!(!is_safe_address(unsafe_one), "{unsafe_one}");
        }
    }

    #[tokio::test]
    async fn who_is_not_there_is_told_and_nothing_is_sent_in_clear() {
        let fetch = Fetch::new().unwrap();
        let nobody = fetch.get("http://127.0.0.1:1/", None).await;
        assert!(matches!(nobody, Err(FetchError::Connection(_))));
        let clear = fetch.get("http://id.example.org/", Some("jeton")).await;
        assert!(matches!(clear, Err(FetchError::Address)));
    }
}
