//! What the history says of documents. Not their names: their own page decides who sees them.

use async_trait::async_trait;

use crate::journal::{Kind, Line, Reader, Teller, Told};
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
        _reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let told = lines.iter().map(|line| {
            let deed = match line.verb.as_str() {
                "create" => "a joint un document",
                _ => "a remplacé le fichier d’un document",
            };
            Some(Told {
                deed: deed.to_owned(),
                name: "voir le document".to_owned(),
                href: Some(format!("/documents/{}", line.thing)),
                // What it was attached with has reasons of its own.
                tells_why: line.verb != "create",
            })
        });
        Ok(told.collect())
    }
}
