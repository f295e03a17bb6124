//! Attached files as a search finds them: by their names, and by why they were replaced.

use async_trait::async_trait;

use super::{AboutKind, store};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source};

const FILES: Kind = Kind {
    code: "documents",
    one: "document joint",
    many: "documents joints",
    weight: 70,
};

/// Lets attached files be found.
#[derive(Debug)]
pub struct FindableDocuments;

#[async_trait]
impl Source for FindableDocuments {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        let named = store::named_since(tx, after).await?;
        let folder = |file: store::Named| {
            let document = Document {
                context: joined_to(file.kind).to_owned(),
                text: file.why.unwrap_or_default(),
                scope: file.scope,
                embargo: file.embargo,
                ..Document::new(FILES, format!("/documents/{}", file.id), file.name)
            };
            Folder {
                key: format!("document {}", file.id),
                documents: vec![document],
            }
        };
        Ok(named.into_iter().map(folder).collect())
    }
}

fn joined_to(kind: AboutKind) -> &'static str {
    match kind {
        AboutKind::Value => "Joint à une valeur",
        AboutKind::Indicator => "Joint à un indicateur",
        AboutKind::Term => "Joint à un indicateur d’un contrat",
        AboutKind::Contest => "Joint à une contestation",
    }
}
