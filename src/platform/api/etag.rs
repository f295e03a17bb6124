//! Conditions upon a state: `If-None-Match`, `If-Match`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::problem::{Code, Problem};

/// What names one state of what an address gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The state named by these parts: letters, digits and hyphens, as numbers, days and
    /// identifiers are written.
    pub fn of(parts: &[&str]) -> Self {
        Self(format!("\"{}\"", parts.join(".")))
    }

    /// As the header writes it.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("\"\""))
    }

    fn is_among(&self, list: &str) -> bool {
        // A layer that compresses makes a tag weak; it still names the same state.
        let named = |tag: &str| tag.trim().trim_start_matches("W/") == self.0;
        list.trim() == "*" || list.split(',').any(named)
    }
}

/// The conditions that a request sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Conditions {
    /// Those of a request's headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        Self {
            if_match: text(header::IF_MATCH),
            if_none_match: text(header::IF_NONE_MATCH),
        }
    }

    /// Whether who asks already holds that state.
    pub fn holds(&self, etag: &Etag) -> bool {
        let known = self.if_none_match.as_deref();
        known.is_some_and(|known| etag.is_among(known))
    }

    /// Refuses to go on unless the request says that it was made upon that state.
    ///
    /// # Errors
    /// 428 where it does not say, 412 where it says another.
    pub fn demand(&self, etag: &Etag) -> Result<(), Problem> {
        match &self.if_match {
            None => Err(Problem::plain(Code::Condition)),
            Some(known) if etag.is_among(known) => Ok(()),
            Some(_) => Err(Problem::plain(Code::Stale)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_held_or_not() {
        let etag = Etag::of(&["42", "2026-01-05"]);
        let asked = |known: &str| Conditions {
            if_none_match: Some(known.to_owned()),
            ..Conditions::default()
        };
        assert_eq!(etag.header(), "\"42.2026-01-05\"");
        for known in [
            "\"42.2026-01-05\"",
            "W/\"42.2026-01-05\"",
            "\"1\", \"42.2026-01-05\"",
            "*",
        ] {
            assert!(asked(known).holds(&etag), "{known}");
        }
        for other in ["", "\"42\"", "42.2026-01-05", "\"41.2026-01-05\""] {
            assert!(!asked(other).holds(&etag), "{other}");
        }
        assert!(!Conditions::default().holds(&etag));
    }

    #[test]
    fn a_condition_is_demanded() {
        let etag = Etag::of(&["42"]);
        let given = |known: &str| Conditions {
            if_match: Some(known.to_owned()),
            ..Conditions::default()
        };
        assert!(given("\"42\"").demand(&etag).is_ok());
        assert!(given("\"41\"").demand(&etag).is_err());
        assert!(Conditions::default().demand(&etag).is_err());
    }
}
