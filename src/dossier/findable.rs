//! Issued dossiers as a search finds them.

use async_trait::async_trait;

use super::issue::store;
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source};

const DOSSIERS: Kind = Kind {
    code: "dossiers",
    one: "dossier émis",
    many: "dossiers émis",
    weight: 60,
};

/// Lets issued dossiers be found.
#[derive(Debug)]
pub struct FindableDossiers;

#[async_trait]
impl Source for FindableDossiers {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        let issued = store::named_since(tx, after).await?;
        let folder = |one: store::Named| {
            let title = format!("Dossier {}, {}", one.year, one.title);
            let document = Document {
                context: "Tel qu’il a été émis".to_owned(),
                scope: Scope {
                    organisation: one.organisation,
                    framework: one.framework,
                },
                // Of a contract where nothing is signed: whoever sees its drafts sees it.
                draft: one.signed == 0,
                ..Document::new(DOSSIERS, format!("/contrats/{}/dossiers", one.slug), title)
            };
            Folder {
                key: format!("dossier {}", one.id),
                documents: vec![document],
            }
        };
        Ok(issued.into_iter().map(folder).collect())
    }
}
