//! Documents as the page that explains rights finds them.

use async_trait::async_trait;

use super::{ReplaceDocument, store};
use crate::access::{Addressed, Found, Viewer, identified};
use crate::platform::db::{DbError, Tx};

/// Finds documents.
#[derive(Debug)]
pub struct DocumentAddresses;

#[async_trait]
impl Addressed for DocumentAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let Some(id) = identified(path, &["documents"]) else {
            return Ok(None);
        };
        let seen = store::document(tx, (viewer.reach, viewer.today), id).await?;
        let Some(document) = seen else {
            return Ok(None);
        };
        let found = Found::new(
            format!("le document « {} »", document.versions[0].name),
            "Un document se voit de qui voit ce à quoi il est joint : une valeur, un contrat, un indicateur.",
        );
        found.may::<ReplaceDocument>(tx, &id).await.map(Some)
    }
}
