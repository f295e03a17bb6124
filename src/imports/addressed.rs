//! Files that came in, as the page that explains rights finds them.

use async_trait::async_trait;

use super::acts::{CommitBatch, UndoBatch};
use super::rehearsal::{DropBatch, ReadAgain};
use super::{Intakes, KnownFile};
use crate::access::{Addressed, Found, Viewer, identified};
use crate::platform::db::{DbError, Tx};

/// Finds files that came in.
#[derive(Debug)]
pub struct ImportAddresses {
    /// Every kind of file.
    pub intakes: Intakes,
}

#[async_trait]
impl Addressed for ImportAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let Some(id) = identified(path, &["imports"]) else {
            return Ok(None);
        };
        let looks = (viewer.reach, viewer.today);
        let Some(KnownFile { batch, .. }) = self.intakes.known(tx, looks, id).await? else {
            return Ok(None);
        };
        let found = Found::new(
            format!("le fichier « {} »", batch.file_name),
            "Un fichier déposé se voit de qui l’a déposé, et de qui peut voir ceux que d’autres déposent au nom de la même organisation ; s’il est pour un acte, de qui voit cet acte seulement. L’enregistrer demande en plus le droit sur chacune de ses lignes.",
        );
        let found = found.may::<ReadAgain>(tx, &id).await?;
        let found = found.may::<DropBatch>(tx, &id).await?;
        let found = found.may::<CommitBatch>(tx, &id).await?;
        found.may::<UndoBatch>(tx, &id).await.map(Some)
    }
}
