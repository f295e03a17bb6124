//! What the history says of issued dossiers.

use async_trait::async_trait;

use crate::journal::{Kind, Line, Reader, Teller, Told};
use crate::platform::db::{DbError, Tx};

/// Tells of issued dossiers.
#[derive(Debug)]
pub struct DossierTeller;

#[async_trait]
impl Teller for DossierTeller {
    fn kinds(&self) -> &'static [Kind] {
        const DOSSIER: Kind = Kind {
            code: "dossier",
            french: "Dossiers",
        };
        &[DOSSIER]
    }

    async fn tell(
        &self,
        _tx: &mut Tx,
        _reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let told = lines.iter().map(|line| {
            let told = Told::new("a émis un dossier", line);
            Some(told.at(format!("/dossiers/{}/pdf", line.thing)))
        });
        Ok(told.collect())
    }
}
