//! Cells put together: each subject once, ratios from their two terms.
//!
//! Readings of ours: a ratio that comes with its two terms is kept as these, never as the rate;
//! the rate beside them must be theirs, within half a unit of the last decimal written. One term
//! alone is refused, for nothing could be computed of it.

use std::collections::HashMap;

use super::fact::{Fact, Key, Spot, Terms, Told};
use super::mapping::Part;
use super::notes::{Notes, value_written, written};
use crate::imports::ProblemCode;
use crate::kernel::{Decimal, Quantity, Value};
use crate::measures::Measure;

/// The facts of a file, as they are read.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub facts: Vec<Fact>,
    /// Ranks among the facts.
    known: HashMap<Key, u32>,
    terms: HashMap<Key, Terms>,
}

impl Gathered {
    /// Takes a cell; the same subject told twice alike is a warning, told differently a refusal.
    pub(super) fn take(
        &mut self,
        key: Key,
        part: Part,
        told: &Told,
        context: u32,
        notes: &mut Notes,
    ) {
        let known = match part {
            Part::Value => self.value(key, told, context),
            Part::Numerator | Part::Denominator => self.term(key, part, told, context),
        };
        let Some((known, at)) = known else {
            return;
        };
        let there = notes.beside(told.at, at);
        if known == told.value {
            let message = format!("Cette valeur est déjà donnée en {there}.");
            notes.warn(told.at, ProblemCode::RepeatedCell, message);
        } else {
            let message = format!(
                "Cette cellule dit {}, et {there} dit {} pour le même territoire et la même période. Gardez une seule valeur.",
                value_written(&told.value),
                value_written(&known)
            );
            notes.refuse(told.at, ProblemCode::Contradiction, message);
        }
    }

    fn value(&mut self, key: Key, told: &Told, context: u32) -> Option<(Value, Spot)> {
        if let Some(rank) = self.known.get(&key) {
            let known = &self.facts[*rank as usize].told;
            return Some((known.value.clone(), known.at));
        }
        self.known
            .insert(key, u32::try_from(self.facts.len()).unwrap_or(u32::MAX));
        self.facts.push(Fact {
            key,
            told: told.clone(),
            context,
            held: false,
        });
        None
    }

    fn term(&mut self, key: Key, part: Part, told: &Told, context: u32) -> Option<(Value, Spot)> {
        let terms = self.terms.entry(key).or_insert(Terms {
            numerator: None,
            denominator: None,
            context,
        });
        let slot = if part == Part::Numerator {
            &mut terms.numerator
        } else {
            &mut terms.denominator
        };
        if let Some(known) = slot {
            return Some((known.value.clone(), known.at));
        }
        *slot = Some(told.clone());
        None
    }

    /// Puts the terms of ratios together, once every cell was read.
    pub(super) fn join<'m>(
        &mut self,
        measure_of: impl Fn(&Key) -> Option<&'m Measure>,
        notes: &mut Notes,
    ) {
        let mut all: Vec<(Key, Terms)> = std::mem::take(&mut self.terms).into_iter().collect();
        all.sort_by_key(|(_, terms)| terms.spot());
        for (key, terms) in all {
            let Some(measure) = measure_of(&key) else {
                continue;
            };
            let fact = self.known.get(&key).map(|rank| *rank as usize);
            match terms.quantity(measure, notes) {
                Joined::Ratio(quantity, at) => {
                    self.ratio(key, fact, quantity, at, terms.context, measure, notes);
                }
                Joined::Absent(told) if fact.is_none() => {
                    let _ = self.value(key, &told, terms.context);
                }
                Joined::Absent(_) => {}
                Joined::Refused => {
                    if let Some(rank) = fact {
                        self.facts[rank].held = true;
                    }
                }
            }
        }
        self.facts.sort_by_key(|fact| fact.told.at);
        self.known.clear();
    }

    #[allow(clippy::too_many_arguments)] // one call, one line
    fn ratio(
        &mut self,
        key: Key,
        fact: Option<usize>,
        quantity: Quantity,
        at: Spot,
        context: u32,
        measure: &Measure,
        notes: &mut Notes,
    ) {
        let value = Value::Number(quantity);
        let Some(rank) = fact else {
            let told = Told {
                value,
                at,
                scaled: true,
                decimals: 6,
            };
            let _ = self.value(key, &told, context);
            return;
        };
        let fact = &mut self.facts[rank];
        let computed = quantity.amount(measure.per);
        if let (Some(computed), Some(printed)) = (computed, fact.told.value.amount(measure.per))
            && !agrees(printed, computed, fact.told.decimals)
        {
            let message = format!(
                "Le taux écrit est {}, or numérateur et dénominateur donnent {}. Corrigez l’un des trois.",
                written(printed),
                written(computed.round(measure.decimals.unwrap_or(1).max(fact.told.decimals)))
            );
            notes.refuse(fact.told.at, ProblemCode::RateMismatch, message);
            fact.held = true;
            return;
        }
        fact.told.value = value;
        fact.told.scaled = true;
    }
}

/// Whether a rate was printed from a computed one: within half a unit of its last decimal.
fn agrees(printed: Decimal, computed: Decimal, decimals: u8) -> bool {
    let half = 10_i64.pow(u32::from(6 - decimals.min(6))) / 2;
    let apart = printed.checked_sub(computed).map(Decimal::abs);
    apart.is_some_and(|apart| apart.micros() <= half.max(1))
}

/// What the terms of a ratio make.
enum Joined {
    Ratio(Quantity, Spot),
    /// Both are missing, and said to be.
    Absent(Told),
    Refused,
}

impl Terms {
    fn spot(&self) -> Option<Spot> {
        let told = self.numerator.as_ref().or(self.denominator.as_ref());
        told.map(|told| told.at)
    }

    fn quantity(&self, measure: &Measure, notes: &mut Notes) -> Joined {
        let (numerator, denominator) = match (&self.numerator, &self.denominator) {
            (Some(numerator), Some(denominator)) => (numerator, denominator),
            (Some(alone), None) => return one_alone(alone, "dénominateur", notes),
            (None, Some(alone)) => return one_alone(alone, "numérateur", notes),
            (None, None) => return Joined::Refused,
        };
        if measure.per.is_none() {
            let message = "Cet indicateur n’est pas un rapport : il n’a ni numérateur ni dénominateur. Donnez sa valeur seule.";
            notes.refuse(numerator.at, ProblemCode::NotARatio, message);
            return Joined::Refused;
        }
        let (num, den) = match (plain(numerator), plain(denominator)) {
            (Some(num), Some(den)) => (num, den),
            (None, None) => return Joined::Absent(numerator.clone()),
            (None, Some(_)) => return one_alone(denominator, "numérateur", notes),
            (Some(_), None) => return one_alone(numerator, "dénominateur", notes),
        };
        if den <= Decimal::ZERO {
            let message = format!(
                "Le dénominateur est {den} : aucun taux ne s’en calcule. Écrivez « s.o. » si l’indicateur n’a pas de sens ici."
            );
            notes.refuse(denominator.at, ProblemCode::ZeroDenominator, message);
            return Joined::Refused;
        }
        Joined::Ratio(Quantity::Ratio { num, den }, numerator.at)
    }
}

fn plain(told: &Told) -> Option<Decimal> {
    told.value.amount(None)
}

fn one_alone(told: &Told, missing: &str, notes: &mut Notes) -> Joined {
    if matches!(told.value, Value::Unavailable(_)) {
        return Joined::Absent(told.clone());
    }
    let message = format!(
        "Le {missing} manque : rien ne se calcule de l’autre terme seul. Complétez-le, ou videz les deux."
    );
    notes.refuse(told.at, ProblemCode::MissingTerm, message);
    Joined::Refused
}
