//! Requests for help as the page that explains rights finds them.

use async_trait::async_trait;

use super::{FollowRequest, PassOn, store};
use crate::access::{Addressed, Found, NotPermitted, Viewer, identified};
use crate::platform::db::{DbError, Tx};

/// Finds requests for help.
#[derive(Debug)]
pub struct SupportAddresses;

#[async_trait]
impl Addressed for SupportAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let Some(id) = identified(path, &["aide", "demandes"]) else {
            return Ok(None);
        };
        let (request, _) = match store::request(tx, viewer.reach, id).await {
            Ok(seen) => seen,
            Err(NotPermitted::Db(error)) => return Err(error),
            Err(NotPermitted::Unknown | NotPermitted::Denied(_)) => return Ok(None),
        };
        let found = Found::new(
            format!("la demande d’aide « {} »", request.title),
            "Une demande d’aide se voit de son auteur et de l’assistance qui la suit.",
        );
        let found = found.may::<FollowRequest>(tx, &id).await?;
        found.may::<PassOn>(tx, &id).await.map(Some)
    }
}
