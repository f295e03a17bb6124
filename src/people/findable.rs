//! People as a search finds them, for who administers or answers for them.

use async_trait::async_trait;
use jiff::civil::Date;

use crate::access::Reach;
use crate::access::grant::people_store::{Listed, people, sees_others};
use crate::access::grant_words;
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Kind, Shown};

const PEOPLE: Kind = Kind {
    code: "personnes",
    one: "personne",
    many: "personnes",
    weight: 60,
};

/// Lets people be found.
#[derive(Debug)]
pub struct FindablePeople;

#[async_trait]
impl Shown for FindablePeople {
    async fn documents(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        today: Date,
    ) -> Result<Vec<Document>, DbError> {
        if !sees_others(reach) {
            return Ok(Vec::new());
        }
        let listed = people(tx, reach, today).await?;
        Ok(listed.into_iter().map(document).collect())
    }
}

fn document(person: Listed) -> Document {
    let held: Vec<String> = person.grants.iter().map(grant_words).collect();
    Document {
        names: vec![person.email],
        context: held.join(" ; "),
        ..Document::new(PEOPLE, format!("/personnes/{}", person.id), person.name)
    }
}
