//! What the history says of documents.

use async_trait::async_trait;

use crate::access::Reach;
use crate::journal::{Kind, Line, Teller, Told};
use crate::platform::db::{DbError, Tx};

/// Tells of documents.
#[derive(Debug)]
pub struct DocumentTeller;

#[async_trait]
impl Teller for DocumentTeller {
    fn kinds(&self) -> &'static [Kind] {
        const DOCUMENT: Kind = Kind {
            code: "document",
            french: "Documents",
        };
        &[DOCUMENT]
    }

    async fn tell(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        lines: &[&Line],
    ) -> Result<Vec<Told>, DbError> {
        let told = lines.iter().map(|line| {
            let deed = match line.verb.as_str() {
                "create" => "a joint un document",
                _ => "a remplacé le fichier d’un document",
            };
            Told::new(deed, line).at(format!("/documents/{}", line.thing))
        });
        Ok(told.collect())
    }
}
