//! What is named by its address on the page that explains rights, and known above this module.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use uuid::Uuid;

use super::permit::Act;
use super::policy::Concern;
use super::reach::Reach;
use crate::platform::db::{DbError, Tx};

/// Who looks for a thing, and on which day.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// What they may see.
    pub reach: &'a Reach,
    /// The day.
    pub today: Date,
}

/// A thing that stands at an address.
#[derive(Debug)]
pub struct Found {
    /// What it is, for a reader: « le contrat “CPOM de Normandie” ».
    pub name: String,
    /// To whom it shows, in a sentence: the rule, whoever asks.
    pub shown_to: String,
    /// What may be done to it, by the word of each act, and whom that concerns.
    pub acts: Vec<(&'static str, Vec<Concern>)>,
}

impl Found {
    /// A thing to which nothing is said yet to be done.
    pub fn new(name: impl Into<String>, shown_to: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            shown_to: shown_to.into(),
            acts: Vec::new(),
        }
    }

    /// The same, to which an act may be done: it concerns whom the act itself says.
    pub async fn may<A: Act>(mut self, tx: &mut Tx, thing: &A::Thing) -> Result<Self, DbError> {
        self.acts.push((A::NAME, A::concerns(tx, thing).await?));
        Ok(self)
    }

    /// The same, to which an act may be done that concerns these.
    #[must_use]
    pub fn concerning<A: Act>(mut self, concerns: Vec<Concern>) -> Self {
        self.acts.push((A::NAME, concerns));
        self
    }
}

/// Finds what stands at addresses; each concept knows its own.
#[async_trait]
pub trait Addressed: Send + Sync + fmt::Debug {
    /// The thing at that address, given part by part; nothing where it is another concept's, or
    /// where whoever looks knows of none there.
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError>;
}

/// The identifier that stands in an address after those parts, whatever follows it.
pub fn identified(path: &[&str], before: &[&str]) -> Option<Uuid> {
    let rest = path.strip_prefix(before)?;
    rest.first()?.parse().ok()
}

/// All that find things at addresses.
#[derive(Clone, Debug)]
pub struct Addresses(pub Arc<[Box<dyn Addressed>]>);

impl Addresses {
    /// The thing at an address as somebody copied it, with or without the name of the site;
    /// nothing where whoever looks knows of none there.
    pub async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        typed: &str,
    ) -> Result<Option<Found>, DbError> {
        let path = parts(typed);
        for concept in self.0.iter() {
            if let Some(found) = concept.find(tx, viewer, &path).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// The parts of the path of an address, without the site before it and the query after it.
fn parts(typed: &str) -> Vec<&str> {
    let typed = typed.trim();
    let path = match typed.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => typed,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn an_address_is_read_as_it_is_copied() {
        let contract = ["contrats", "normandie-2024-2028"];
        for typed in [
            "/contrats/normandie-2024-2028",
            " contrats/normandie-2024-2028/ ",
            "https://jalon.example.org/contrats/normandie-2024-2028?annee=2024#termes",
        ] {
            assert_eq!(parts(typed), contract, "{typed}");
        }
        assert!(parts("https://jalon.example.org").is_empty());
        assert!(parts("").is_empty());
    }
}
