//! The guide as a search finds it: by its headings. Its text speaks of everything, and would stand
//! before what people look for.

use async_trait::async_trait;

use super::{GROUPS, HELP, subject};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source};

const SUBJECTS: Kind = Kind {
    code: "aide",
    one: "page d’aide",
    many: "pages d’aide",
    weight: 30,
};

/// Lets the guide be found.
#[derive(Debug)]
pub struct FindableHelp;

#[async_trait]
impl Source for FindableHelp {
    async fn folders(&self, _tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        // It changes with the program alone.
        if after > 0 {
            return Ok(Vec::new());
        }
        let keys = GROUPS.iter().flat_map(|(_, keys)| *keys);
        let documents = keys.filter_map(|key| subject(key)).map(|subject| {
            let headings = subject.text.lines();
            let headings = headings.filter_map(|line| line.strip_prefix("## "));
            Document {
                names: headings.map(str::to_owned).collect(),
                context: "Aide".to_owned(),
                ..Document::new(SUBJECTS, format!("{HELP}/{}", subject.key), subject.title)
            }
        });
        Ok(vec![Folder {
            key: HELP.to_owned(),
            documents: documents.collect(),
        }])
    }
}
