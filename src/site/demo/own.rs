//! What contracts of the demonstration measure by themselves, invented: definitions, where they
//! start, where they must be, and the values that follow.

use super::random::draw;
use super::terms::edit;
use crate::contracts::store::TermEdit;
use crate::contracts::{
    Baseline, Book, Choice, CommitmentTerm, Contract, Definition, Section, Slot, Target, TermBody,
    Terms,
};
use crate::frameworks::OwnMeasure;
use crate::kernel::{Decimal, Value, ValueKind};

/// A measure that a contract could define.
struct Model {
    label: &'static str,
    text: &'static str,
    unit: &'static str,
    /// Where it starts, the year before the contract.
    start: i64,
    /// What each year asks for.
    step: i64,
}

/// What regions measure under « coopérations régionales et transfrontalières ».
const REGIONAL: [Model; 3] = [
    Model {
        label: "Gardes couvertes en commun avec la région voisine (fictif)",
        text: "Part des gardes de spécialité tenues par une équipe commune, relevée au 31 décembre (fictif).",
        unit: "%",
        start: 18,
        step: 6,
    },
    Model {
        label: "Patients suivis dans une filière transfrontalière (fictif)",
        text: "Patients vus dans l’année par une équipe de part et d’autre de la frontière (fictif).",
        unit: "patients",
        start: 240,
        step: 45,
    },
    Model {
        label: "Délai d’accès à l’équipe mobile partagée (fictif)",
        text: "Médiane, en jours, entre la demande et la première venue, par enquête annuelle (fictif).",
        unit: "jours",
        start: 21,
        step: -2,
    },
];

/// What a hospital measures of its restructuring.
const RESTRUCTURING: Model = Model {
    label: "Lits de chirurgie transformés en places ambulatoires (fictif)",
    text: "Cumul au 31 décembre depuis le début du contrat (fictif).",
    unit: "lits",
    start: 0,
    step: 3,
};

impl Model {
    fn expected(&self, steps: i64) -> Option<Value> {
        Decimal::from_int(self.start + self.step * steps).map(Value::plain)
    }

    fn terms(&self, contract: &Contract, section: &Section, key: &str) -> Vec<TermEdit> {
        let indicator = || key.to_owned();
        let definition = Definition {
            label: self.label.to_owned(),
            text: self.text.to_owned(),
            kind: ValueKind::Number,
            unit: Some(self.unit.to_owned()),
        };
        let slot = Slot::Definition {
            indicator: indicator(),
        };
        let mut edits = vec![edit(section, slot, TermBody::Definition(definition))];
        let slot = Slot::Baseline {
            indicator: indicator(),
            measure: String::new(),
        };
        let baseline = self.expected(0).map(|value| Baseline {
            value,
            year: contract.starts - 1,
        });
        edits.extend(baseline.map(|baseline| edit(section, slot, TermBody::Baseline(baseline))));
        for (steps, year) in (1..).zip(contract.years()) {
            let slot = Slot::Target {
                indicator: indicator(),
                measure: String::new(),
                year,
            };
            let target = self.expected(steps).map(Target::Value);
            edits.extend(target.map(|target| edit(section, slot, TermBody::Target(target))));
        }
        edits
    }
}

/// What a region writes where the framework leaves an indicator to it.
pub(super) fn regional(contract: &Contract, section: &Section, key: &str) -> Vec<TermEdit> {
    let drawn = draw(&[contract.slug.as_str(), key, "définition"]);
    let rank = usize::try_from(drawn).unwrap_or_default() % REGIONAL.len();
    let model = REGIONAL.get(rank);
    let terms = model.map(|model| model.terms(contract, section, key));
    terms.unwrap_or_default()
}

/// What a hospital writes for the first commitment whose model has no indicator.
pub(super) fn restructuring(book: &Book, contract: &Contract, section: &Section) -> Vec<TermEdit> {
    let index = book.framework().index();
    let terms = Terms::default();
    let lines = book.lines(contract, section, &terms);
    let mut written = lines
        .iter()
        .filter(|line| index.indicator(&line.key).is_none());
    let found = written.find_map(|line| Some((line, index.commitment(line.commitment?)?)));
    let Some((line, commitment)) = found else {
        return Vec::new();
    };
    let slot = Slot::Commitment {
        commitment: commitment.key.clone(),
    };
    let term = CommitmentTerm {
        label: commitment.label.clone(),
        indicator: Some(line.key.clone()),
    };
    let choice = Slot::Choice {
        indicator: line.key.clone(),
    };
    let mut chosen = edit(section, choice, TermBody::Choice(Choice::Retained));
    chosen.motive = Some("Projet d’établissement (fictif).".to_owned());
    let mut edits = vec![edit(section, slot, TermBody::Commitment(term)), chosen];
    edits.extend(RESTRUCTURING.terms(contract, section, &line.key));
    edits
}

/// A value of one of these measures: near what was expected, sometimes short of it.
pub(super) fn value(own: &OwnMeasure, year: i16) -> Option<i64> {
    let mut models = REGIONAL.iter().chain([&RESTRUCTURING]);
    let model = models.find(|model| model.label == own.measure.label)?;
    let steps = i64::from(year) - i64::from(own.starts) + 1;
    let words = [own.measure.code.as_str(), &year.to_string()];
    let apart = if steps == 0 { 0 } else { draw(&words) % 3 - 1 };
    (steps >= 0).then(|| (model.start + model.step * steps + apart * model.step / 2).max(0))
}
