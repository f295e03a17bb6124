//! Files that came in, as a search finds them: by their names, for who may know of them.

use async_trait::async_trait;
use jiff::civil::Date;

use super::batch::{BatchState, Said, Sent};
use super::store::{Named, may_know_of_any, named};
use super::{Intakes, Kept};
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
        let mut files = named(tx, MOST).await?;
        files.retain(|file| asked.may_be_in(&file.file_name));
        let kept = {
            let said: Vec<Said> = files.iter().map(Named::said).collect::<Result<_, _>>()?;
            let sent = files.iter().zip(&said).map(|(file, said)| file.sent(said));
            let sent: Vec<Sent<'_>> = sent.collect();
            let kept = self.intakes.kept_from(tx, (reach, today), &sent).await?;
            let named = sent.into_iter().zip(kept);
            // What is named is known, and named to them.
            let named =
                named.map(|(file, kept)| kept == Kept::Nothing && kept.lets_know(file, reach));
            named.collect::<Vec<bool>>()
        };
        let found = files
            .into_iter()
            .zip(kept)
            .filter(|(_, is_named)| *is_named);
        Ok(found.map(|(file, _)| document(file)).collect())
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
