//! What must be true of every contract, whatever was drafted and signed in whatever order.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::kernel::{Decimal, Value};

/// A contract of two sections and a few targets, drafted and signed at random.
#[derive(Clone, Debug)]
struct Story {
    instruments: Vec<Instrument>,
    terms: Vec<Term>,
}

impl Story {
    fn in_force(&self, as_of: i64) -> Terms<'_> {
        Terms::in_force(&self.instruments, &self.terms, as_of)
    }

    /// The same without what is not signed.
    fn only_signed(&self, as_of: i64) -> Self {
        let mut story = self.clone();
        story
            .instruments
            .retain(|i| i.signed_change().is_some_and(|change| change <= as_of));
        story
    }
}

const LAST: i64 = 40;

fn instrument(no: usize, signed: Option<i64>, abandoned: bool) -> Instrument {
    let stamp = |change| Stamp {
        change,
        at: change,
        who: None,
    };
    Instrument {
        id: Uuid::from_u128(u128::try_from(no).unwrap_or_default() + 100),
        version: 1,
        no: i64::try_from(no).unwrap_or_default() + 1,
        act: "avenant".to_owned(),
        state: match signed {
            Some(_) => State::Signed,
            None if abandoned => State::Abandoned,
            None => State::Draft,
        },
        framework_revision: Uuid::nil(),
        keeper: String::new(),
        motive: None,
        effective_on: None,
        base_change: 0,
        signatories: Vec::new(),
        confirmations: Vec::new(),
        created: stamp(1),
        signed: signed.map(stamp),
    }
}

fn key(section: u8, indicator: u8, year: i16) -> TermKey {
    TermKey {
        section: Uuid::from_u128(u128::from(section)),
        slot: Slot::Target {
            indicator: indicator.to_string(),
            measure: String::new(),
            year,
        },
    }
}

/// Terms of one instrument: section, indicator, year, and a value or nothing.
type Written = Vec<(u8, u8, i16, Option<i64>)>;

fn stories() -> impl Strategy<Value = Story> {
    let term = (
        0..2_u8,
        0..3_u8,
        2024..2027_i16,
        proptest::option::of(0..100_i64),
    );
    let one = (
        any::<bool>(),
        any::<bool>(),
        proptest::collection::vec(term, 0..8),
    );
    let order = Just((2..LAST).collect::<Vec<i64>>()).prop_shuffle();
    (proptest::collection::vec(one, 0..6), order)
        .prop_map(|(drawn, changes)| story(&drawn, &changes))
}

fn story(drawn: &[(bool, bool, Written)], changes: &[i64]) -> Story {
    let mut story = Story {
        instruments: Vec::new(),
        terms: Vec::new(),
    };
    for (no, (signed, abandoned, written)) in drawn.iter().enumerate() {
        let signed = signed.then(|| changes[no]);
        let instrument = instrument(no, signed, *abandoned);
        for (section, indicator, year, value) in written {
            let key = key(*section, *indicator, *year);
            let twice = |t: &Term| t.instrument == instrument.id && t.key == key;
            if story.terms.iter().any(twice) {
                continue;
            }
            let number = value.and_then(Decimal::from_int);
            story.terms.push(Term {
                instrument: instrument.id,
                key,
                body: number.map(|n| TermBody::Target(Target::Value(Value::plain(n)))),
                motive: None,
                change: 1,
            });
        }
        story.instruments.push(instrument);
    }
    story
}

proptest! {
    #[test]
    fn drafts_never_change_what_is_in_force(story in stories(), as_of in 0..LAST) {
        let mut without = story.clone();
        let signed: Vec<Uuid> = story
            .instruments
            .iter()
            .filter(|i| i.state == State::Signed)
            .map(|i| i.id)
            .collect();
        without.terms.retain(|term| signed.contains(&term.instrument));
        prop_assert_eq!(story.in_force(as_of), without.in_force(as_of));
    }

    #[test]
    fn folding_does_not_see_unsigned_instruments_nor_their_place(story in stories()) {
        let mut moved = story.clone();
        moved.instruments.reverse();
        moved.terms.reverse();
        prop_assert_eq!(story.in_force(LAST), moved.in_force(LAST));
        let signed = story.only_signed(LAST);
        prop_assert_eq!(story.in_force(LAST), signed.in_force(LAST));
    }

    #[test]
    fn as_of_a_change_is_what_was_in_force_when_it_was_the_last(story in stories(), k in 0..LAST) {
        let then = story.only_signed(k);
        prop_assert_eq!(story.in_force(k), then.in_force(i64::MAX));
    }

    #[test]
    fn every_change_of_terms_names_exactly_one_signed_instrument(story in stories()) {
        for k in 1..LAST {
            let (before, after) = (story.in_force(k - 1), story.in_force(k));
            if before == after {
                continue;
            }
            let signed: Vec<_> = story
                .instruments
                .iter()
                .filter(|i| i.signed_change() == Some(k))
                .collect();
            prop_assert_eq!(signed.len(), 1);
            for (key, held) in after.iter() {
                if before.get(key) != Some(held) {
                    prop_assert_eq!(held.instrument.id, signed[0].id);
                }
            }
        }
    }

    #[test]
    fn earlier_values_stay_readable(story in stories()) {
        for (section, indicator, year) in [(0, 0, 2024), (0, 1, 2025), (1, 2, 2026)] {
            let key = key(section, indicator, year);
            let steps = history(&story.instruments, &story.terms, i64::MAX, |k| *k == key);
            let mut last = None;
            for step in &steps {
                prop_assert_eq!(step.before, last);
                prop_assert_eq!(step.instrument.state, State::Signed);
                last = step.after;
            }
            let in_force = story.in_force(i64::MAX).get(&key).map(|held| held.body);
            prop_assert_eq!(last, in_force);
        }
    }

    #[test]
    fn what_an_instrument_changes_ends_in_force_when_it_is_signed(story in stories()) {
        for instrument in &story.instruments {
            let overlay = overlay(&story.instruments, &story.terms, instrument);
            if let Some(k) = instrument.signed_change() {
                prop_assert_eq!(overlay.before, story.in_force(k - 1));
                prop_assert_eq!(overlay.after, story.in_force(k));
            } else {
                prop_assert_eq!(overlay.before, story.in_force(i64::MAX));
            }
        }
    }
}
