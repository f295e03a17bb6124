//! Frameworks as the page that explains rights finds them.

use async_trait::async_trait;

use super::Library;
use super::store::{CampaignKey, OpenCampaign, Revise};
use crate::access::{Addressed, Found, Viewer};
use crate::platform::db::{DbError, Tx};

/// Finds frameworks.
#[derive(Debug)]
pub struct FrameworkAddresses {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Addressed for FrameworkAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let ["cadres", code, ..] = path else {
            return Ok(None);
        };
        let catalogue = self.library.catalogue(tx, viewer.reach).await?;
        let Some(edited) = catalogue.framework(code) else {
            return Ok(None);
        };
        let framework = &edited.framework;
        let found = Found::new(
            format!("le cadre « {} »", framework.title),
            "Un cadre se lit de toute personne connectée.",
        );
        let campaign = CampaignKey {
            framework: framework.code.clone(),
            year: framework.ends,
        };
        let found = found.may::<Revise>(tx, &framework.code).await?;
        found.may::<OpenCampaign>(tx, &campaign).await.map(Some)
    }
}
