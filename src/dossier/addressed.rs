//! Dossiers as the page that explains rights finds them.

use async_trait::async_trait;

use super::issue::{IssueDossier, Subject, store};
use crate::access::{Addressed, Found, Viewer};
use crate::contracts::store::load;
use crate::platform::db::{DbError, Tx};

/// Finds the dossiers of a contract, and those that were issued.
#[derive(Debug)]
pub struct DossierAddresses;

const SHOWN_TO: &str = "Un dossier émis se voit de qui voit le contrat.";

#[async_trait]
impl Addressed for DossierAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        match path {
            ["contrats", slug, "dossiers", ..] => of_contract(tx, viewer, slug).await,
            ["dossiers", id, ..] => match id.parse() {
                Ok(id) => {
                    let issued = store::issued(tx, viewer.reach, id).await?;
                    Ok(issued.map(|_| Found::new("ce dossier émis", SHOWN_TO)))
                }
                Err(_) => Ok(None),
            },
            _ => Ok(None),
        }
    }
}

async fn of_contract(
    tx: &mut Tx,
    viewer: Viewer<'_>,
    slug: &str,
) -> Result<Option<Found>, DbError> {
    let Some(full) = load(tx, viewer.reach, slug).await? else {
        return Ok(None);
    };
    let contract = &full.contract;
    let mut found = Found::new(format!("les dossiers de « {} »", contract.title), SHOWN_TO);
    for section in &contract.sections {
        let subject = Subject {
            contract: contract.id,
            section: section.id,
        };
        found = found.may::<IssueDossier>(tx, &subject).await?;
    }
    Ok(Some(found))
}
