//! What the history says of documents. Not their names: their own page decides who sees them.

use async_trait::async_trait;

use super::store;
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Tells of documents.
#[derive(Debug)]
pub struct DocumentTeller {
    /// The clock, which says which embargoes have ended.
    pub clock: Clock,
}

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
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let (reach, today) = (&reader.reach, self.clock.today());
        let kept = store::kept_between(tx, reach, today, span(lines)).await?;
        let told = lines.iter().map(|line| {
            let deed = match line.verb.as_str() {
                "create" => "a joint un document",
                _ => "a remplacé le fichier d’un document",
            };
            if kept.contains(&line.thing) {
                return reader.reads_all.then(|| Told::bare(deed));
            }
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
