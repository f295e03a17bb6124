//! What the history says of files. Not their names: a file may be under embargo, which its own
//! page sees to. Why one was undone is for who may read it.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::Deserialize;
use uuid::Uuid;

use super::{Batch, Intakes, Kept, Sent, store};
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::kernel::counted;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Tells of files.
#[derive(Debug)]
pub struct ImportTeller {
    /// The kinds of file, which say from whom one is kept.
    pub intakes: Intakes,
    /// The clock, which says which embargoes have ended.
    pub clock: Clock,
}

impl ImportTeller {
    /// Files with what of each is kept from the reader, by their identifiers.
    async fn kept(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        batches: Vec<Batch>,
    ) -> Result<HashMap<Uuid, (Batch, Kept)>, DbError> {
        let viewer = (&reader.reach, self.clock.today());
        let kept = {
            let sent: Vec<Sent<'_>> = batches.iter().map(Batch::sent).collect();
            self.intakes.kept_from(tx, viewer, &sent).await?
        };
        let batches = batches.into_iter().zip(kept);
        Ok(batches
            .map(|(batch, kept)| (batch.id, (batch, kept)))
            .collect())
    }
}

/// What the history keeps of an act upon a file.
#[derive(Deserialize)]
struct Recorded {
    rows: usize,
}

#[async_trait]
impl Teller for ImportTeller {
    fn kinds(&self) -> &'static [Kind] {
        const BATCH: Kind = Kind {
            code: "batch",
            french: "Imports",
        };
        &[BATCH]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let batches = store::batches_between(tx, span(lines)).await?;
        let batches = self.kept(tx, reader, batches).await?;
        let told = lines.iter().map(|line| {
            let batch = batches.get(&line.thing);
            let knows = |(batch, kept): &(Batch, Kept)| kept.lets_know(batch.sent(), &reader.reach);
            let is_open = batch.is_some_and(|(_, kept)| !kept.is_hidden());
            Some(if batch.is_some_and(knows) {
                Told {
                    deed: deed(line),
                    name: "voir l’import".to_owned(),
                    href: Some(format!("/imports/{}", line.thing)),
                    tells_why: is_open,
                }
            } else {
                Told {
                    tells_why: reader.reads_all && is_open,
                    ..Told::bare(deed(line))
                }
            })
        });
        Ok(told.collect())
    }
}

fn deed(line: &Line) -> String {
    let rows = line.is::<Recorded>().map_or(0, |recorded| recorded.rows);
    let verb = match line.verb.as_str() {
        "undo" => "a annulé l’enregistrement de",
        _ => "a enregistré",
    };
    format!("{verb} {} d’un fichier", counted(rows, "ligne", "lignes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn a_file_is_told_by_its_rows() {
        let kept = Some(r#"{"file":"secret.csv","rows":36,"sha256":""}"#);
        assert_eq!(
            deed(&line("batch", "create", None, kept)),
            "a enregistré 36 lignes d’un fichier"
        );
        assert_eq!(
            deed(&line("batch", "undo", None, kept)),
            "a annulé l’enregistrement de 36 lignes d’un fichier"
        );
    }
}
