//! What the history says of contests. Not their figures: a value may be under embargo, which its
//! own page sees to.

use async_trait::async_trait;
use serde::Deserialize;

use super::Outcome;
use super::store::places_between;
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::platform::db::{DbError, Tx};

/// Tells of contests.
#[derive(Debug)]
pub struct ContestTeller;

/// What the history keeps of an answer.
#[derive(Deserialize)]
struct Recorded {
    outcome: String,
}

#[async_trait]
impl Teller for ContestTeller {
    fn kinds(&self) -> &'static [Kind] {
        const CONTEST: Kind = Kind {
            code: "contest",
            french: "Contestations",
        };
        &[CONTEST]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        // Why a value is contested says what it is: it is for who may see the values of its place.
        let places = places_between(tx, span(lines)).await?;
        let is_seen = |line: &Line| {
            let place = places.get(&line.thing);
            reader.reads_all || place.is_some_and(|place| reader.reach.sees_values_of(place))
        };
        let told = lines.iter().map(|line| {
            is_seen(line).then(|| Told {
                deed: deed(line).to_owned(),
                name: "voir la contestation".to_owned(),
                href: Some(format!("/contestations/{}", line.thing)),
            })
        });
        Ok(told.collect())
    }
}

fn deed(line: &Line) -> &'static str {
    let outcome = line.is::<Recorded>().map(|recorded| recorded.outcome);
    match outcome {
        None => "a contesté une valeur",
        Some(outcome) if outcome == Outcome::Accepted.code() => {
            "a corrigé la valeur contestée par une région"
        }
        Some(_) => "a maintenu la valeur contestée par une région",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn an_answer_is_told_apart_from_what_it_answers() {
        let told = |verb, after| deed(&line("contest", verb, None, Some(after)));
        assert_eq!(told("create", r#"{"reason":"x"}"#), "a contesté une valeur");
        assert!(told("answer", r#"{"outcome":"accepted"}"#).starts_with("a corrigé"));
        assert!(told("answer", r#"{"outcome":"maintained"}"#).starts_with("a maintenu"));
    }
}
