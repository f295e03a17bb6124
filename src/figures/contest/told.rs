//! What the history says of contests, to who may know of them. Not their figures; their words
//! quote them, and stand beside as the reason of the change.

use async_trait::async_trait;
use serde::Deserialize;

use super::{Outcome, store};
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Tells of contests.
#[derive(Debug)]
pub struct ContestTeller {
    /// The clock, which says which embargoes have ended.
    pub clock: Clock,
}

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
        let (reach, today) = (&reader.reach, self.clock.today());
        let seen = store::seen_between(tx, reach, today, span(lines)).await?;
        let told = lines.iter().map(|line| {
            if !seen.contains(&line.thing) {
                return reader.reads_all.then(|| Told::bare(deed(line)));
            }
            Some(Told {
                deed: deed(line).to_owned(),
                name: "voir la contestation".to_owned(),
                href: Some(format!("/contestations/{}", line.thing)),
                tells_why: true,
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
