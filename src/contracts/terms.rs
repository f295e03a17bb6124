//! What is in force, and how it came to be: a fold of signed instruments.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::body::{
    Baseline, Choice, CommitmentTerm, Definition, MeansTerm, Slot, Stage, Target, TermBody, TermKey,
};
use super::{Instrument, State};

/// A term as an instrument sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The instrument.
    pub instrument: Uuid,
    /// What it is about.
    pub key: TermKey,
    /// What it says; nothing where the instrument takes the term away.
    pub body: Option<TermBody>,
    /// Why, where the reason is not the instrument's.
    pub motive: Option<String>,
    /// The change that wrote it.
    pub change: i64,
}

/// A term in force and the instrument that set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// What it says.
    pub body: &'a TermBody,
    /// As it was set.
    pub term: &'a Term,
    /// By which instrument.
    pub instrument: &'a Instrument,
}

impl<'a> Held<'a> {
    /// The reason given for the term, or else for its instrument.
    pub fn motive(&self) -> Option<&'a str> {
        let own = self.term.motive.as_deref();
        own.or(self.instrument.motive.as_deref())
    }
}

/// Terms in force at one moment, each with the one instrument that set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms<'a> {
    held: BTreeMap<&'a TermKey, Held<'a>>,
}

impl<'a> Terms<'a> {
    /// The terms in force after the change `as_of`: what the instruments signed by then set, in
    /// the order of their signatures. Drafts and abandoned instruments count for nothing.
    pub fn in_force(instruments: &'a [Instrument], terms: &'a [Term], as_of: i64) -> Self {
        let mut folded = Self::default();
        for instrument in in_order_of_signature(instruments, as_of) {
            folded.apply(instrument, terms);
        }
        folded
    }

    fn apply(&mut self, instrument: &'a Instrument, terms: &'a [Term]) {
        for term in terms.iter().filter(|t| t.instrument == instrument.id) {
            match &term.body {
                Some(body) => {
                    let held = Held {
                        body,
                        term,
                        instrument,
                    };
                    self.held.insert(&term.key, held);
                }
                None => {
                    self.held.remove(&term.key);
                }
            }
        }
    }

    /// Everything in force, by section and slot.
    pub fn iter(&self) -> impl Iterator<Item = (&'a TermKey, Held<'a>)> + '_ {
        self.held.iter().map(|(key, held)| (*key, *held))
    }

    /// Whether nothing is in force.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The term in a slot.
    pub fn get(&self, key: &TermKey) -> Option<Held<'a>> {
        self.held.get(key).copied()
    }

    fn at(&self, section: Uuid, slot: Slot) -> Option<Held<'a>> {
        self.get(&TermKey { section, slot })
    }

    /// What was said of retaining an indicator.
    pub fn choice(&self, section: Uuid, indicator: &str) -> Option<Choice> {
        let indicator = indicator.to_owned();
        match self.at(section, Slot::Choice { indicator })?.body {
            TermBody::Choice(choice) => Some(*choice),
            _ => None,
        }
    }

    /// What an indicator left to the contract measures.
    pub fn definition(&self, section: Uuid, indicator: &str) -> Option<&'a Definition> {
        let indicator = indicator.to_owned();
        match self.at(section, Slot::Definition { indicator })?.body {
            TermBody::Definition(definition) => Some(definition),
            _ => None,
        }
    }

    /// Where an indicator starts from.
    pub fn baseline(&self, section: Uuid, indicator: &str, measure: &str) -> Option<&'a Baseline> {
        let slot = Slot::Baseline {
            indicator: indicator.to_owned(),
            measure: measure.to_owned(),
        };
        match self.at(section, slot)?.body {
            TermBody::Baseline(baseline) => Some(baseline),
            _ => None,
        }
    }

    /// Where an indicator must be in a year.
    pub fn target(
        &self,
        section: Uuid,
        indicator: &str,
        measure: &str,
        year: i16,
    ) -> Option<&'a Target> {
        let slot = Slot::Target {
            indicator: indicator.to_owned(),
            measure: measure.to_owned(),
            year,
        };
        match self.at(section, slot)?.body {
            TermBody::Target(target) => Some(target),
            _ => None,
        }
    }

    /// The target of the last year that has one.
    pub fn final_target(
        &self,
        section: Uuid,
        indicator: &str,
        measure: &str,
    ) -> Option<(i16, &'a Target)> {
        let at = |year| TermKey {
            section,
            slot: Slot::Target {
                indicator: indicator.to_owned(),
                measure: measure.to_owned(),
                year,
            },
        };
        // Keys are in the order of years.
        let own = self.held.range::<TermKey, _>(at(i16::MIN)..=at(i16::MAX));
        own.rev().find_map(|(key, held)| match held.body {
            TermBody::Target(target) => Some((key.slot.year()?, target)),
            _ => None,
        })
    }

    /// The place that an instrument gave a section, where one did.
    pub fn place(&self, section: Uuid) -> Option<&'a str> {
        match self.at(section, Slot::Place)?.body {
            TermBody::Place(covered) => Some(&covered.place),
            _ => None,
        }
    }

    /// The commitments of a section, by key.
    pub fn commitments(
        &self,
        section: Uuid,
    ) -> impl Iterator<Item = (&'a str, &'a CommitmentTerm)> + '_ {
        self.held
            .iter()
            .filter_map(move |(key, held)| match (&key.slot, held.body) {
                (Slot::Commitment { commitment }, TermBody::Commitment(term))
                    if key.section == section =>
                {
                    Some((commitment.as_str(), term))
                }
                _ => None,
            })
    }

    /// A commitment of a section.
    pub fn commitment(&self, section: Uuid, commitment: &str) -> Option<&'a CommitmentTerm> {
        self.commitments(section)
            .find(|(key, _)| *key == commitment)
            .map(|(_, term)| term)
    }

    /// An amount of means.
    pub fn means(
        &self,
        section: Uuid,
        line: &str,
        stage: Stage,
        year: i16,
    ) -> Option<&'a MeansTerm> {
        let slot = Slot::Means {
            line: line.to_owned(),
            stage,
            year,
        };
        match self.at(section, slot)?.body {
            TermBody::Means(means) => Some(means),
            _ => None,
        }
    }
}

pub(super) fn in_order_of_signature(instruments: &[Instrument], as_of: i64) -> Vec<&Instrument> {
    let signed_by_then =
        |i: &&Instrument| i.state == State::Signed && i.signed_change().is_some_and(|c| c <= as_of);
    let mut signed: Vec<_> = instruments.iter().filter(signed_by_then).collect();
    signed.sort_by_key(|i| i.signed_change());
    signed
}

/// What an instrument changes: the terms without it and with it.
#[derive(Clone, Debug)]
pub struct Overlay<'a> {
    /// In force without it: before its signature, or now for what is not signed.
    pub before: Terms<'a>,
    /// The same with what it sets.
    pub after: Terms<'a>,
    /// What it sets, in order.
    pub touched: Vec<&'a Term>,
}

/// What an instrument changes, beside what was in force without it.
pub fn overlay<'a>(
    instruments: &'a [Instrument],
    terms: &'a [Term],
    instrument: &Instrument,
) -> Overlay<'a> {
    let as_of = instrument.signed_change().map_or(i64::MAX, |c| c - 1);
    let before = Terms::in_force(instruments, terms, as_of);
    let mut after = before.clone();
    if let Some(own) = instruments.iter().find(|i| i.id == instrument.id) {
        after.apply(own, terms);
    }
    let mut touched: Vec<_> = terms
        .iter()
        .filter(|t| t.instrument == instrument.id)
        .collect();
    touched.sort_by(|a, b| a.key.cmp(&b.key));
    Overlay {
        before,
        after,
        touched,
    }
}

/// One change of one term by one signed instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The instrument.
    pub instrument: &'a Instrument,
    /// What the term is about.
    pub key: &'a TermKey,
    /// What was in force before.
    pub before: Option<&'a TermBody>,
    /// What is in force after.
    pub after: Option<&'a TermBody>,
    /// Why.
    pub motive: Option<&'a str>,
}

/// How the terms that `about` names came to be what they are: every change by a signed
/// instrument until `as_of`, the earliest first.
pub fn history<'a>(
    instruments: &'a [Instrument],
    terms: &'a [Term],
    as_of: i64,
    about: impl Fn(&TermKey) -> bool,
) -> Vec<Step<'a>> {
    let mut folded = Terms::default();
    let mut steps = Vec::new();
    for instrument in in_order_of_signature(instruments, as_of) {
        let mut own: Vec<_> = terms
            .iter()
            .filter(|t| t.instrument == instrument.id && about(&t.key))
            .collect();
        own.sort_by(|a, b| a.key.cmp(&b.key));
        for term in own {
            steps.push(Step {
                instrument,
                key: &term.key,
                before: folded.get(&term.key).map(|held| held.body),
                after: term.body.as_ref(),
                motive: term.motive.as_deref().or(instrument.motive.as_deref()),
            });
        }
        folded.apply(instrument, terms);
    }
    steps
}
