//! The address of the page being made: what is sorted, filtered and chosen stands there, so that
//! a page can be bookmarked, sent and gone back to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// A path of this site and its parameters, in the order of the address bar. As an extractor, the
/// address asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// An address of this site, without parameters.
    pub fn of(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            pairs: Vec::new(),
        }
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a parameter, without the spaces around it; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.every(name).next().unwrap_or_default().trim()
    }

    /// Every value of a parameter.
    pub fn every(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The parameters that say something, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The same with one more value of a parameter.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), value.into()));
        self
    }

    /// The same with the parameters that a query holds.
    #[must_use]
    pub fn and_query(mut self, query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        self.pairs.extend(pairs);
        self
    }

    /// The same with that value of a parameter in place of any other; without it where the value
    /// is empty.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        let next = self.without(name);
        if value.is_empty() {
            next
        } else {
            next.and(name, value)
        }
    }

    /// The same without a parameter.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut next = self.clone();
        next.pairs.retain(|(key, _)| key != name);
        next
    }

    /// As a link writes it.
    pub fn href(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        match query.finish() {
            query if query.is_empty() => self.path.clone(),
            query => format!("{}?{query}", self.path),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            path: parts.uri.path().to_owned(),
            pairs: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_replaces_and_the_rest_stays() {
        let address = Address::of("/contrats")
            .and("q", "île & co")
            .and("etat", "");
        let sorted = address.with("tri", "-nom");
        assert_eq!(sorted.href(), "/contrats?q=%C3%AEle+%26+co&tri=-nom");
        assert_eq!(
            sorted.with("tri", "nom").without("q").href(),
            "/contrats?tri=nom"
        );
        assert_eq!(sorted.with("tri", "").without("q").href(), "/contrats");
        assert_eq!((sorted.get("q"), sorted.get("au")), ("île & co", ""));
    }

    #[test]
    fn a_parameter_may_come_several_times() {
        let address = Address::of("/comparer")
            .and("regions", "53")
            .and("regions", "28");
        assert_eq!(address.every("regions").collect::<Vec<_>>(), ["53", "28"]);
        assert_eq!(address.href(), "/comparer?regions=53&regions=28");
    }
}
