//! The guide as a search finds it: a subject by its heading, those within it and what it says.

use async_trait::async_trait;

use super::{GROUPS, HELP, Subject, subject};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source};

/// Comes after what the person works on.
const GUIDE: Kind = Kind {
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
        let documents = keys.filter_map(|key| subject(key)).map(document);
        Ok(vec![Folder {
            key: "aide".to_owned(),
            documents: documents.collect(),
        }])
    }
}

fn document(subject: Subject) -> Document {
    let is_heading = |line: &&str| line.starts_with('#');
    let (headings, said): (Vec<&str>, Vec<&str>) = subject.text.lines().partition(is_heading);
    let plain = |text: &str| text.replace(['#', '*', '`', '|'], "").trim().to_owned();
    Document {
        names: headings.into_iter().map(plain).collect(),
        text: plain(&said.join(" ")),
        context: "Aide".to_owned(),
        ..Document::new(GUIDE, format!("{HELP}/{}", subject.key), subject.title)
    }
}
