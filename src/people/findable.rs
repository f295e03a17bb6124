//! People as a search finds them, for who administers or answers for them.

use async_trait::async_trait;
use jiff::civil::Date;

use crate::access::Reach;
use crate::access::grant::people_store::{Listed, people, sees_others};
use crate::access::grant_words;
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Kind, Pieces, Shown};

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
        (reach, today): (&Reach, Date),
        asked: &Pieces,
    ) -> Result<Vec<Document>, DbError> {
        if !sees_others(reach) {
            return Ok(Vec::new());
        }
        let listed = people(tx, reach, today).await?;
        let may_answer = |one: &Listed| asked.may_be_in(&one.name) || asked.may_be_in(&one.email);
        Ok(listed
            .into_iter()
            .filter(may_answer)
            .map(document)
            .collect())
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
