//! What changed between two moments: the figures received, corrected, withdrawn, contested; the
//! instruments signed. Pure.
//!
//! Only what differs between both moments is told: what was written and put back since is not.

use super::{Figure, FiguresView, Series, Subject};
use crate::contracts::{FullContract, Instrument};

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// There was none.
    Received,
    /// Its value is another.
    Corrected,
    /// It was said again with the same value: a source, a comment, a final value.
    Confirmed,
    /// There is none any more.
    Withdrawn,
    /// It is contested and was not, or is by another contest.
    Contested,
    /// It was contested and no longer is.
    Settled,
}

impl Turn {
    /// All of them, in the order they are told.
    pub const ALL: [Self; 6] = [
        Self::Received,
        Self::Corrected,
        Self::Withdrawn,
        Self::Contested,
        Self::Settled,
        Self::Confirmed,
    ];

    /// One value, and several, as the interface counts them.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("valeur reçue", "valeurs reçues"),
            Self::Corrected => ("valeur corrigée", "valeurs corrigées"),
            Self::Confirmed => ("valeur redite", "valeurs redites"),
            Self::Withdrawn => ("valeur retirée", "valeurs retirées"),
            Self::Contested => ("valeur contestée", "valeurs contestées"),
            Self::Settled => ("contestation close", "contestations closes"),
        }
    }

    /// Tone and pictogram.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Received => ("ok", "plus"),
            Self::Corrected => ("warn", "edit"),
            Self::Confirmed => ("idle", "same"),
            Self::Withdrawn => ("late", "x"),
            Self::Contested => ("warn", "bang"),
            Self::Settled => ("ok", "ok"),
        }
    }
}

/// A figure that is not what it was.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'a> {
    /// Code of the measure.
    pub measure: &'a str,
    /// What it is about.
    pub subject: &'a Subject,
    /// What became of it.
    pub turn: Turn,
    /// What stood then.
    pub before: Option<&'a Figure>,
    /// What stands now.
    pub after: Option<&'a Figure>,
}

impl Changed<'_> {
    /// The figure that leads to its provenance.
    pub fn figure(&self) -> Option<&Figure> {
        self.after.or(self.before)
    }
}

/// What changed in those measures, in their order, then by place and period. A figure corrected
/// and contested is told twice.
pub fn changed<'a>(
    then: &'a FiguresView,
    now: &'a FiguresView,
    measures: impl IntoIterator<Item = &'a str>,
) -> Vec<Changed<'a>> {
    let mut found = Vec::new();
    for measure in measures {
        of_measure(
            measure,
            then.series(measure),
            now.series(measure),
            &mut found,
        );
    }
    found
}

fn of_measure<'a>(
    measure: &'a str,
    then: Option<&'a Series>,
    now: Option<&'a Series>,
    found: &mut Vec<Changed<'a>>,
) {
    let mut say = |subject, turn, before, after| {
        found.push(Changed {
            measure,
            subject,
            turn,
            before,
            after,
        });
    };
    for (subject, after) in now.into_iter().flat_map(Series::iter) {
        let before = then.and_then(|series| series.get(subject));
        if let Some(turn) = revised(before, after) {
            say(subject, turn, before, Some(after));
        }
        if let Some(turn) = contested(before, after) {
            say(subject, turn, before, Some(after));
        }
    }
    for (subject, before) in then.into_iter().flat_map(Series::iter) {
        if now.is_none_or(|series| series.get(subject).is_none()) {
            say(subject, Turn::Withdrawn, Some(before), None);
        }
    }
}

fn revised(before: Option<&Figure>, after: &Figure) -> Option<Turn> {
    let Some(before) = before else {
        return Some(Turn::Received);
    };
    if (before.observation, before.no) == (after.observation, after.no) {
        return None;
    }
    let is_confirmed = before.value == after.value;
    Some(if is_confirmed {
        Turn::Confirmed
    } else {
        Turn::Corrected
    })
}

fn contested(before: Option<&Figure>, after: &Figure) -> Option<Turn> {
    let contest = |figure: &Figure| figure.contest.as_ref().map(|contest| contest.id);
    match (before.and_then(contest), contest(after)) {
        (before, Some(now)) if before != Some(now) => Some(Turn::Contested),
        (Some(_), None) => Some(Turn::Settled),
        _ => None,
    }
}

/// The instruments of a contract that were signed after that change, the last first.
pub fn signed_since(full: &FullContract, change: i64) -> Vec<&Instrument> {
    let signed = full.instruments.iter();
    let mut signed: Vec<(i64, &Instrument)> = signed
        .filter_map(|instrument| Some((instrument.signed_change()?, instrument)))
        .filter(|(signed, _)| *signed > change)
        .collect();
    signed.sort_by_key(|(signed, _)| std::cmp::Reverse(*signed));
    signed
        .into_iter()
        .map(|(_, instrument)| instrument)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::OpenContest;
    use crate::kernel::{Decimal, Period, Value};
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use uuid::Uuid;

    /// A place: its revision and its value, and the contest it is under.
    type Known = BTreeMap<u8, (u8, u8, Option<u8>)>;

    fn subject(place: u8) -> Subject {
        Subject {
            place: place.to_string(),
            period: Period::Year(2024),
            breakdown: String::new(),
        }
    }

    fn figure(place: u8, (no, value, contest): (u8, u8, Option<u8>)) -> Figure {
        let value = Decimal::from_int(value.into()).unwrap();
        let observation = Uuid::from_u128(u128::from(place) + 1);
        let contest = contest.map(|id| {
            Arc::new(OpenContest {
                id: Uuid::from_u128(id.into()),
                reason: String::new(),
                own: None,
                due_on: date(2026, 1, 1),
            })
        });
        Figure {
            no: no.into(),
            contest,
            ..Figure::invented(observation, Value::plain(value))
        }
    }

    fn view(known: &Known) -> FiguresView {
        let figures = known.iter();
        FiguresView::of(
            figures.map(|(place, state)| ("m".to_owned(), subject(*place), figure(*place, *state))),
        )
    }

    fn told(then: &Known, now: &Known) -> Vec<(String, Turn)> {
        let (then, now) = (view(then), view(now));
        let changed = changed(&then, &now, ["m"]);
        changed
            .iter()
            .map(|c| (c.subject.place.clone(), c.turn))
            .collect()
    }

    fn states() -> impl Strategy<Value = Known> {
        let state = (1_u8..4, 0_u8..3, proptest::option::of(0_u8..2));
        proptest::collection::btree_map(0_u8..6, state, 0..6)
    }

    #[test]
    fn each_turn_has_its_word() {
        let then: Known = [
            (1, (1, 5, None)),
            (2, (1, 5, None)),
            (3, (1, 5, Some(1))),
            (4, (1, 5, None)),
        ]
        .into();
        let now: Known = [
            (1, (2, 6, None)),
            (2, (2, 5, Some(1))),
            (3, (1, 5, None)),
            (5, (1, 1, None)),
        ]
        .into();
        let is = |place: &str, turn| (place.to_owned(), turn);
        assert_eq!(
            told(&then, &now),
            [
                is("1", Turn::Corrected),
                is("2", Turn::Confirmed),
                is("2", Turn::Contested),
                is("3", Turn::Settled),
                is("5", Turn::Received),
                is("4", Turn::Withdrawn),
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_not_told_is_the_same_at_both_moments(then in states(), now in states()) {
            let told: Vec<String> = told(&then, &now).into_iter().map(|(place, _)| place).collect();
            for place in 0_u8..6 {
                let (before, after) = (then.get(&place), now.get(&place));
                // A figure said again under the same number is the same figure.
                let same = |a: &(u8, u8, Option<u8>), b: &(u8, u8, Option<u8>)| a.0 == b.0 && a.2 == b.2;
                let is_same = match (before, after) {
                    (Some(before), Some(after)) => same(before, after),
                    (before, after) => before.is_none() && after.is_none(),
                };
                prop_assert_eq!(!told.contains(&place.to_string()), is_same, "{}", place);
            }
        }

        #[test]
        fn what_was_received_one_way_was_withdrawn_the_other(then in states(), now in states()) {
            let places = |turn, told: Vec<(String, Turn)>| -> Vec<String> {
                let of_turn = told.into_iter().filter(|(_, t)| *t == turn);
                of_turn.map(|(place, _)| place).collect()
            };
            let there = told(&then, &now);
            let back = told(&now, &then);
            prop_assert_eq!(places(Turn::Received, there.clone()), places(Turn::Withdrawn, back.clone()));
            prop_assert_eq!(places(Turn::Corrected, there), places(Turn::Corrected, back));
        }
    }
}
