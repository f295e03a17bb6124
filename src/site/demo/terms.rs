//! First terms, invented: which indicators a contract retains, where each starts, where it must be.

use std::collections::HashMap;

use super::random::between;
use super::values::{number, populations};
use crate::contracts::store::TermEdit;
use crate::contracts::{
    Baseline, Book, Choice, CommitmentTerm, Contract, Definition, MeansTerm, Section, Slot, Stage,
    Target, TermBody, TermKey,
};
use crate::frameworks::{Choice as KindChoice, Framework, Indicator, TargetUse};
use crate::kernel::{Decimal, Value, ValueKind};
use crate::measures::{Direction, Measure};
use crate::site::cli::CliError;
use crate::site::shipped;

/// Indicators that every contract of the demonstration retains, so that they tell a story.
const ALWAYS: [&str; 3] = ["2.c.1", "2.c.2", "6.a"];

/// What baselines are taken from: the published values, and populations to scale the rest.
pub(super) struct Figures {
    populations: HashMap<String, i64>,
    /// Published values of 2023, by measure and place.
    published: HashMap<(&'static str, String), Decimal>,
}

impl Figures {
    pub(super) fn read() -> Result<Self, CliError> {
        let mut published = HashMap::new();
        for row in shipped::HPV.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let [place, "2023", girls, boys] = cells.as_slice() else {
                continue;
            };
            for (measure, value) in super::values::REAL.into_iter().zip([girls, boys]) {
                published.insert((measure, (*place).to_owned()), value.parse()?);
            }
        }
        Ok(Self {
            populations: populations()?,
            published,
        })
    }

    fn baseline(&self, measure: &Measure, place: &str, year: i16) -> Decimal {
        let known = self
            .published
            .iter()
            .find(|((code, at), _)| *code == measure.code && at == place && year == 2023);
        let people = self.populations.get(place).copied().unwrap_or(900_000);
        known.map_or_else(|| number(measure, place, people, year), |(_, value)| *value)
    }
}

/// The first terms of a contract.
pub(super) fn first(book: &Book, contract: &Contract, figures: &Figures) -> Vec<TermEdit> {
    let mut edits = Vec::new();
    let framework = book.framework();
    for section in &contract.sections {
        if framework.commitments.is_empty() {
            for indicator in &framework.indicators {
                let one = Writing {
                    book,
                    contract,
                    section,
                    indicator,
                    figures,
                };
                one.indicator(&mut edits);
            }
        } else {
            commitments(book, contract, section, figures, &mut edits);
        }
        means(framework, contract, section, &mut edits);
    }
    edits
}

/// One indicator of one section.
struct Writing<'a> {
    book: &'a Book,
    contract: &'a Contract,
    section: &'a Section,
    indicator: &'a Indicator,
    figures: &'a Figures,
}

impl Writing<'_> {
    fn indicator(&self, edits: &mut Vec<TermEdit>) {
        let framework = self.book.framework();
        let kind = framework
            .kinds
            .iter()
            .find(|kind| kind.key == self.indicator.kind);
        let Some(kind) = kind.filter(|_| self.is_concerned()) else {
            return;
        };
        let odds = match kind.target {
            TargetUse::Expected => 80,
            TargetUse::Possible => 30,
            TargetUse::Never => 100,
        };
        let words = [self.contract.slug.as_str(), &self.indicator.key, "retenu"];
        let chosen = kind.choice == KindChoice::Common
            || ALWAYS.contains(&self.indicator.key.as_str())
            || between(0, 99, &words) < odds;
        if kind.choice == KindChoice::Chosen {
            self.choice(chosen, edits);
        }
        if chosen && kind.target != TargetUse::Never {
            self.figures(edits);
        }
    }

    fn is_concerned(&self) -> bool {
        let regions = &self.indicator.regions;
        regions.is_empty() || regions.contains(&self.section.place)
    }

    fn choice(&self, chosen: bool, edits: &mut Vec<TermEdit>) {
        let choice = if chosen {
            Choice::Retained
        } else {
            Choice::NotRetained
        };
        let slot = Slot::Choice {
            indicator: self.indicator.key.clone(),
        };
        let mut edit = self.edit(slot, TermBody::Choice(choice));
        edit.motive = Some(if chosen {
            "Priorité du projet régional de santé (fictif).".to_owned()
        } else {
            "Suivi par ailleurs dans la région (fictif).".to_owned()
        });
        edits.push(edit);
        if chosen && self.indicator.left_to_contract {
            let definition = Definition {
                label: "Délai moyen d’obtention d’un rendez-vous de médecine générale (fictif)"
                    .to_owned(),
                text: "Médiane, en jours, relevée chaque année par enquête régionale (fictif)."
                    .to_owned(),
                kind: ValueKind::Number,
                unit: Some("jours".to_owned()),
            };
            let slot = Slot::Definition {
                indicator: self.indicator.key.clone(),
            };
            edits.push(self.edit(slot, TermBody::Definition(definition)));
            for (rank, year) in (0_i64..).zip(self.contract.years()) {
                let days = Decimal::from_int(12 - rank).map(Value::plain);
                edits.extend(days.map(|days| self.target("", year, Target::Value(days))));
            }
        }
    }

    /// Baseline and targets of each measure.
    fn figures(&self, edits: &mut Vec<TermEdit>) {
        let before = self.contract.starts - 1;
        for code in &self.indicator.measures {
            let Some(measure) = self.book.measure(code) else {
                continue;
            };
            match measure.value_kind {
                ValueKind::Number => {
                    let start = self.figures.baseline(measure, &self.section.place, before);
                    let slot = Slot::Baseline {
                        indicator: self.indicator.key.clone(),
                        measure: code.clone(),
                    };
                    let value = Value::plain(start);
                    let baseline = Baseline {
                        value,
                        year: before,
                    };
                    edits.push(self.edit(slot, TermBody::Baseline(baseline)));
                    for (step, year) in (1_i64..).zip(self.contract.years()) {
                        edits.push(self.target(code, year, ahead(measure, start, step)));
                    }
                }
                ValueKind::YesNo => {
                    for year in self.contract.years() {
                        let target = Target::Value(Value::YesNo(true));
                        edits.push(self.target(code, year, target));
                    }
                }
                ValueKind::Text => {
                    for year in self.contract.years() {
                        edits.push(self.target(code, year, Target::ObservedOnly));
                    }
                }
            }
        }
    }

    fn target(&self, measure: &str, year: i16, target: Target) -> TermEdit {
        let slot = Slot::Target {
            indicator: self.indicator.key.clone(),
            measure: measure.to_owned(),
            year,
        };
        self.edit(slot, TermBody::Target(target))
    }

    fn edit(&self, slot: Slot, body: TermBody) -> TermEdit {
        edit(self.section, slot, body)
    }
}

fn edit(section: &Section, slot: Slot, body: TermBody) -> TermEdit {
    TermEdit {
        key: TermKey {
            section: section.id,
            slot,
        },
        wanted: Some(body),
        motive: None,
    }
}

/// Where a number must be after so many years: a little better each year.
fn ahead(measure: &Measure, start: Decimal, step: i64) -> Target {
    let way = start.abs().micros() / 40 * step;
    let moved = match measure.direction {
        Direction::Higher => start.micros() + way,
        Direction::Lower => start.micros() - way,
        Direction::Maintain | Direction::None => start.micros(),
    };
    let value = Decimal::from_micros(moved);
    let value = measure.min.map_or(value, |min| value.max(min));
    let value = measure.max.map_or(value, |max| value.min(max));
    Target::Value(Value::plain(value.round(measure.decimals.unwrap_or(0))))
}

/// A hospital commits to one model action for each objective, with its first indicator; the
/// restructuring action writes an indicator of its own.
fn commitments(
    book: &Book,
    contract: &Contract,
    section: &Section,
    figures: &Figures,
    edits: &mut Vec<TermEdit>,
) {
    let framework = book.framework();
    let mut last_node = "";
    for commitment in &framework.commitments {
        let candidate = framework.indicators.iter().find(|i| {
            i.commitment.as_deref() == Some(&commitment.key)
                && !i.left_to_contract
                && i.measures.len() == 1
        });
        let Some(indicator) = candidate.filter(|_| commitment.node != last_node) else {
            continue;
        };
        last_node = &commitment.node;
        let term = CommitmentTerm {
            label: commitment.label.clone(),
            indicator: Some(indicator.key.clone()),
        };
        let slot = Slot::Commitment {
            commitment: commitment.key.clone(),
        };
        edits.push(edit(section, slot, TermBody::Commitment(term)));
        let one = Writing {
            book,
            contract,
            section,
            indicator,
            figures,
        };
        one.choice(true, edits);
        one.figures(edits);
    }
}

/// Amounts for each year, on each line of means, as notified.
fn means(framework: &Framework, contract: &Contract, section: &Section, edits: &mut Vec<TermEdit>) {
    for line in &framework.means {
        for year in contract.years() {
            let words = [contract.slug.as_str(), &section.key, &line.key];
            let scale = if line.unit.as_deref() == Some("euros") {
                100_000
            } else {
                1
            };
            let amount =
                between(120, 900, &words) * scale + i64::from(year - contract.starts) * scale;
            let Some(amount) = Decimal::from_int(amount) else {
                continue;
            };
            let slot = Slot::Means {
                line: line.key.clone(),
                stage: Stage::Notified,
                year,
            };
            let means = MeansTerm {
                amount,
                source: "Notification (fictive)".to_owned(),
            };
            edits.push(edit(section, slot, TermBody::Means(means)));
        }
    }
}
