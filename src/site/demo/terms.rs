//! Terms, invented: which indicators a contract retains, where each starts, where it must be, and
//! what an amendment changes.

use std::collections::HashMap;

use super::own;
use super::plausible::Levels;
use super::random::between;
use crate::contracts::store::TermEdit;
use crate::contracts::{
    Baseline, Book, Choice, CommitmentTerm, Contract, MeansTerm, Section, Slot, Stage, Target,
    TermBody, TermKey, Terms,
};
use crate::frameworks::{Choice as KindChoice, Commitment, Framework, Indicator, TargetUse};
use crate::kernel::{Decimal, Value, ValueKind};
use crate::measures::Measure;
use crate::site::cli::CliError;
use crate::site::shipped;

/// Indicators that every contract of the demonstration retains, so that they tell a story.
const ALWAYS: [&str; 3] = ["2.c.1", "2.c.2", "6.a"];

/// The measure whose series runs through three generations: its targets are plain.
const TOLD: &str = "chirurgie-ambulatoire";

/// What baselines are taken from: the published values, and levels for the rest.
pub(super) struct Figures {
    pub(super) levels: Levels,
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
            levels: Levels::read()?,
            published,
        })
    }

    fn baseline(&self, measure: &Measure, place: &str, year: i16) -> Decimal {
        let known = self
            .published
            .iter()
            .find(|((code, at), _)| *code == measure.code && at == place && year == 2023);
        known.map_or_else(
            || self.levels.number(measure, place, year).value,
            |(_, value)| *value,
        )
    }
}

/// How the targets of an indicator are set at first. The sources count those of 2019 without
/// naming them; which ones they are here is invented, like everything in a fictional contract.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// A value each year.
    Path,
    /// Between two values each year.
    Corridor,
    /// Suspended the second year.
    Frozen,
    /// Observed only, until an amendment.
    Observed,
    /// Without a meaning the first year.
    NotApplicable,
    /// Nothing, until an amendment.
    Later,
}

/// Deals the ways of setting targets out to the indicators of a section, in their order.
struct Aims {
    /// How many have a target at first, and how many of the next are observed only; the rest wait
    /// for an amendment. Absent: all have one.
    counts: Option<(usize, usize)>,
    dealt: usize,
    special: std::array::IntoIter<Aim, 4>,
}

impl Aims {
    fn new(counts: Option<(usize, usize)>) -> Self {
        let special = [
            Aim::Corridor,
            Aim::Frozen,
            Aim::Observed,
            Aim::NotApplicable,
        ];
        Self {
            counts,
            dealt: 0,
            special: special.into_iter(),
        }
    }

    fn next(&mut self, book: &Book, indicator: &Indicator) -> Aim {
        self.dealt += 1;
        if let Some((set, observed)) = self.counts {
            if self.dealt > set + observed {
                return Aim::Later;
            }
            if self.dealt > set {
                return Aim::Observed;
            }
        }
        let mut measures = indicator
            .measures
            .iter()
            .filter_map(|code| book.measure(code));
        let is_number = measures.any(|measure| measure.value_kind == ValueKind::Number);
        let tells = ALWAYS.contains(&indicator.key.as_str())
            || indicator.measures.iter().any(|code| code == TOLD);
        if !is_number || tells {
            return Aim::Path;
        }
        let is_counted = self.counts.is_some();
        // Where the counts say how many are observed only, none of the others is.
        let special = self.special.by_ref();
        special
            .find(|aim| !is_counted || *aim != Aim::Observed)
            .unwrap_or(Aim::Path)
    }
}

/// The first terms of a contract; `counts` are those of [`Aims`].
pub(super) fn first(
    book: &Book,
    contract: &Contract,
    figures: &Figures,
    counts: Option<(usize, usize)>,
) -> Vec<TermEdit> {
    let mut edits = Vec::new();
    let framework = book.framework();
    for section in &contract.sections {
        let mut aims = Aims::new(counts);
        if framework.commitments.is_empty() {
            for indicator in &framework.indicators {
                let one = Writing {
                    book,
                    contract,
                    section,
                    indicator,
                    figures,
                };
                one.indicator(&mut aims, &mut edits);
            }
        } else {
            for (commitment, indicator) in taken(framework) {
                let one = Writing {
                    book,
                    contract,
                    section,
                    indicator,
                    figures,
                };
                one.commitment(commitment, &mut aims, &mut edits);
            }
            edits.extend(own::restructuring(book, contract, section));
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
    fn indicator(&self, aims: &mut Aims, edits: &mut Vec<TermEdit>) {
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
            self.figures(aims.next(self.book, self.indicator), edits);
        }
    }

    /// A model action taken up, with the indicator that follows it.
    fn commitment(&self, commitment: &Commitment, aims: &mut Aims, edits: &mut Vec<TermEdit>) {
        let term = CommitmentTerm {
            label: commitment.label.clone(),
            indicator: Some(self.indicator.key.clone()),
        };
        let slot = Slot::Commitment {
            commitment: commitment.key.clone(),
        };
        edits.push(self.edit(slot, TermBody::Commitment(term)));
        self.choice(true, edits);
        self.figures(aims.next(self.book, self.indicator), edits);
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
            edits.extend(own::regional(
                self.contract,
                self.section,
                &self.indicator.key,
            ));
        }
    }

    /// Baseline and targets of each measure.
    fn figures(&self, aim: Aim, edits: &mut Vec<TermEdit>) {
        for code in &self.indicator.measures {
            let Some(measure) = self.book.measure(code) else {
                continue;
            };
            let start =
                (measure.value_kind == ValueKind::Number).then(|| self.baseline(measure, edits));
            for (step, year) in (1_i64..).zip(self.contract.years()) {
                let target = match (measure.value_kind, start) {
                    _ if aim == Aim::Later => continue,
                    _ if aim == Aim::Observed => Target::ObservedOnly,
                    (ValueKind::Text, _) => Target::ObservedOnly,
                    (_, Some(start)) => self.aimed(aim, measure, start, step),
                    _ => Target::Value(Value::YesNo(true)),
                };
                edits.push(self.target(code, year, target));
            }
        }
    }

    /// Writes where a measure starts from.
    fn baseline(&self, measure: &Measure, edits: &mut Vec<TermEdit>) -> Decimal {
        let year = self.contract.starts - 1;
        let start = self.figures.baseline(measure, &self.section.place, year);
        let slot = Slot::Baseline {
            indicator: self.indicator.key.clone(),
            measure: measure.code.clone(),
        };
        let value = Value::plain(start);
        edits.push(self.edit(slot, TermBody::Baseline(Baseline { value, year })));
        start
    }

    /// The target of the year that comes that many steps after the baseline.
    fn aimed(&self, aim: Aim, measure: &Measure, start: Decimal, step: i64) -> Target {
        let levels = &self.figures.levels;
        let value = levels.ahead(measure, start, step);
        match (aim, step) {
            (Aim::Frozen, 2) => Target::Frozen,
            (Aim::NotApplicable, 1) => Target::NotApplicable,
            (Aim::Corridor, _) => {
                let margin = levels.margin(measure, value);
                let low = value.checked_sub(margin).unwrap_or(value);
                let high = value.checked_add(margin).unwrap_or(value);
                Target::Corridor {
                    low: measure.min.map_or(low, |min| low.max(min)),
                    high: measure.max.map_or(high, |max| high.min(max)),
                }
            }
            _ => Target::Value(Value::plain(value)),
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

pub(super) fn edit(section: &Section, slot: Slot, body: TermBody) -> TermEdit {
    TermEdit {
        key: TermKey {
            section: section.id,
            slot,
        },
        wanted: Some(body),
        motive: None,
    }
}

/// What a hospital commits to: one model action for each objective, with its first indicator.
pub(super) fn taken(framework: &Framework) -> Vec<(&Commitment, &Indicator)> {
    let mut taken: Vec<(&Commitment, &Indicator)> = Vec::new();
    for commitment in &framework.commitments {
        let candidate = framework.indicators.iter().find(|i| {
            i.commitment.as_deref() == Some(&commitment.key)
                && !i.left_to_contract
                && i.measures.len() == 1
        });
        let is_other = taken
            .last()
            .is_none_or(|(last, _)| last.node != commitment.node);
        taken.extend(candidate.filter(|_| is_other).map(|i| (commitment, i)));
    }
    taken
}

/// What an amendment sets: the targets that the contract left open, from that year on, and more
/// ambition, year after year, for the first indicator that has targets.
pub(super) fn second(
    book: &Book,
    contract: &Contract,
    terms: &Terms<'_>,
    figures: &Figures,
    from: i16,
) -> Vec<TermEdit> {
    let mut edits = Vec::new();
    for section in &contract.sections {
        let mut raised = false;
        for indicator in &book.framework().indicators {
            let one = Writing {
                book,
                contract,
                section,
                indicator,
                figures,
            };
            one.opened(terms, from, &mut edits);
            raised = raised || one.raised(terms, from, &mut edits);
        }
    }
    edits
}

impl Writing<'_> {
    /// The measures that are numbers and have a baseline in force.
    fn started(&self, terms: &Terms<'_>) -> Vec<(&Measure, Decimal)> {
        let measures = self.indicator.measures.iter();
        let measures = measures.filter_map(|code| self.book.measure(code));
        measures
            .filter_map(|measure| {
                let key = &self.indicator.key;
                let held = terms.baseline(self.section.id, key, &measure.code)?;
                Some((measure, held.value.amount(measure.per)?))
            })
            .collect()
    }

    /// Sets what was observed only, or not set at all.
    fn opened(&self, terms: &Terms<'_>, from: i16, edits: &mut Vec<TermEdit>) {
        for (measure, start) in self.started(terms) {
            for (step, year) in (1_i64..).zip(self.contract.years()) {
                let key = &self.indicator.key;
                let held = terms.target(self.section.id, key, &measure.code, year);
                if year >= from && matches!(held, None | Some(Target::ObservedOnly)) {
                    let value = self.figures.levels.ahead(measure, start, step);
                    let target = Target::Value(Value::plain(value));
                    edits.push(self.target(&measure.code, year, target));
                }
            }
        }
    }

    /// Asks for one more year of progress from that year on, where there is a path to follow.
    fn raised(&self, terms: &Terms<'_>, from: i16, edits: &mut Vec<TermEdit>) -> bool {
        let is_told = ALWAYS.contains(&self.indicator.key.as_str());
        let [(measure, start)] = self.started(terms)[..] else {
            return false;
        };
        let held = |year| {
            let held = terms.target(self.section.id, &self.indicator.key, &measure.code, year);
            matches!(held, Some(Target::Value(_)))
        };
        let levels = &self.figures.levels;
        let moves = levels.ahead(measure, start, 1) != levels.ahead(measure, start, 2);
        if is_told || !moves || !self.contract.years().all(held) {
            return false;
        }
        for (step, year) in (1_i64..).zip(self.contract.years()) {
            if year >= from {
                let value = levels.ahead(measure, start, step + 1);
                let target = Target::Value(Value::plain(value));
                edits.push(self.target(&measure.code, year, target));
            }
        }
        true
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
