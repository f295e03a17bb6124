//! Files that came in, as a search finds them: by their names, for who may know of them.

use async_trait::async_trait;
use jiff::civil::Date;

use super::Intakes;
use super::batch::BatchState;
use super::store::{Named, may_know_of_any, named};
use crate::access::Reach;
use crate::platform::clock::{french_date, paris_date};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Kind, Pieces, Shown};

const FILES: Kind = Kind {
    code: "imports",
    one: "fichier déposé",
    many: "fichiers déposés",
    weight: 60,
};
/// How many are looked through, the latest first: `/imports` lists them all.
const MOST: i64 = 1000;

/// Lets files that came in be found.
#[derive(Debug)]
pub struct FindableImports {
    /// The kinds of file, which say from whom one is kept.
    pub intakes: Intakes,
}

impl FindableImports {
    fn is_hidden(&self, file: &Named, reach: &Reach, today: Date) -> Result<bool, DbError> {
        let said = file.said()?;
        match self.intakes.named(&file.intake) {
            Some(intake) => intake.is_hidden(file.sent(&said), reach, today),
            None => Ok(true),
        }
    }
}

#[async_trait]
impl Shown for FindableImports {
    async fn documents(
        &self,
        tx: &mut Tx,
        (reach, today): (&Reach, Date),
        asked: &Pieces,
    ) -> Result<Vec<Document>, DbError> {
        if !may_know_of_any(reach) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for file in named(tx, reach, MOST).await? {
            if asked.may_be_in(&file.file_name) && !self.is_hidden(&file, reach, today)? {
                found.push(document(file));
            }
        }
        Ok(found)
    }
}

fn document(file: Named) -> Document {
    let received = french_date(paris_date(file.created_at));
    let state = BatchState::from_code(&file.state).map_or("", BatchState::french);
    Document {
        context: format!("Déposé le {received}, {state}"),
        ..Document::new(FILES, format!("/imports/{}", file.id), file.file_name)
    }
}
