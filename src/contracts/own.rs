//! What a contract measures by itself, where its framework leaves an indicator to it. Pure.
//!
//! The definition is a term, folded like any other; the measure is what the definitions signed so
//! far make of it, and is kept nowhere. It is named after the contract, the section and the
//! indicator, so that it takes the values of no other contract. An instrument that defines anew
//! what stands never has values read in another sense than the one they were loaded with:
//!
//! - where the kind or the unit changes, another measure begins (`…~2`), and the one before keeps
//!   its values;
//! - where the way it is measured changes, the measure goes on with a break, that values on each
//!   side are not compared across;
//! - a new name alone changes nothing, and a correction repairs what was recorded of the same
//!   definition.

use jiff::civil::Date;

use super::body::{Definition, Slot, Target, TermBody};
use super::lines::OWN;
use super::terms::in_order_of_signature;
use super::{Contract, FullContract, Instrument, Section, Terms};
use crate::frameworks::{Act, ActKind, Framework, Indicator, Method, OwnMeasure};
use crate::kernel::{Decimal, ValueKind};
use crate::measures::{Break, Direction, Measure};
use crate::platform::clock::paris_date;

/// Every measure that a contract defined by itself up to the change `as_of`, section by section,
/// those replaced since included.
pub fn own_measures(framework: &Framework, full: &FullContract, as_of: i64) -> Vec<OwnMeasure> {
    let contract = &full.contract;
    let sections = contract.sections.iter();
    let terms = full.in_force(as_of);
    let slots = sections.flat_map(|section| {
        let keys = defined(full, section);
        keys.into_iter().map(move |key| (section, key))
    });
    let measures = slots.flat_map(|(section, key)| {
        // `access` reads in it which contract it is of.
        let code = format!("contrat.{}.{}.{key}", contract.slug, section.key);
        let statements = statements(framework, full, section, key, as_of);
        let model = indicator(framework, contract, key);
        let versions = versions(&code, &statements).into_iter();
        let place = terms.place(section.id).unwrap_or(&section.place);
        let direction = direction(contract, &terms, section, key);
        versions.map(move |mut version| {
            if version.current {
                version.measure.direction = direction;
            }
            of_contract(contract, (section, place), &model, version)
        })
    });
    measures.collect()
}

/// Which way is better, since no framework can say it: the way from where the contract starts, or
/// from its first target, to its last one.
fn direction(contract: &Contract, terms: &Terms<'_>, section: &Section, key: &str) -> Direction {
    let number = |year| match terms.target(section.id, key, "", year)? {
        Target::Value(value) => value.amount(None),
        _ => None,
    };
    let targets: Vec<Decimal> = contract.years().filter_map(number).collect();
    let baseline = terms.baseline(section.id, key, "");
    let start = baseline.and_then(|baseline| baseline.value.amount(None));
    match (start.or(targets.first().copied()), targets.last()) {
        (Some(start), Some(end)) if start < *end => Direction::Higher,
        (Some(start), Some(end)) if start > *end => Direction::Lower,
        _ => Direction::None,
    }
}

/// The indicators that a section ever defined, in order.
fn defined<'a>(full: &'a FullContract, section: &Section) -> Vec<&'a str> {
    let own = full.terms.iter().filter(|t| t.key.section == section.id);
    let mut keys: Vec<&str> = own
        .filter_map(|term| match &term.key.slot {
            Slot::Definition { indicator } => Some(indicator.as_str()),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What an instrument says of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Statement<'a> {
    /// Nothing where it takes the definition away.
    definition: Option<&'a Definition>,
    /// The first year it holds for.
    since: i16,
    reason: &'a str,
    /// Whether it repairs what was recorded rather than agreeing on something else.
    repairs: bool,
}

fn statements<'a>(
    framework: &Framework,
    full: &'a FullContract,
    section: &Section,
    key: &str,
    as_of: i64,
) -> Vec<Statement<'a>> {
    let is_own = |slot: &Slot| matches!(slot, Slot::Definition { indicator } if indicator == key);
    let signed = in_order_of_signature(&full.instruments, as_of).into_iter();
    let said = signed.filter_map(|instrument| {
        let mut terms = full.terms.iter().filter(|t| t.instrument == instrument.id);
        let term = terms.find(|t| t.key.section == section.id && is_own(&t.key.slot))?;
        let reason = term.motive.as_deref().or(instrument.motive.as_deref());
        Some(Statement {
            definition: match &term.body {
                Some(TermBody::Definition(definition)) => Some(definition),
                _ => None,
            },
            since: first_day(instrument).map_or(full.contract.starts, Date::year),
            reason: reason.unwrap_or_default(),
            repairs: kind_of(framework, instrument) == Some(ActKind::Correction),
        })
    });
    said.collect()
}

/// The day an instrument holds from: of its effect, else of its signature as written, else as
/// recorded.
fn first_day(instrument: &Instrument) -> Option<Date> {
    let recorded = || instrument.signed.as_ref().map(|stamp| paris_date(stamp.at));
    instrument
        .effective_on
        .or_else(|| instrument.signed_on())
        .or_else(recorded)
}

fn kind_of(framework: &Framework, instrument: &Instrument) -> Option<ActKind> {
    let act: Option<&Act> = framework.acts.iter().find(|act| act.key == instrument.act);
    act.map(|act| act.kind)
}

/// A measure that definitions made.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    measure: Measure,
    current: bool,
}

/// None of these is what the contract measures now.
fn end_all(versions: &mut [Version]) {
    for version in versions {
        version.current = false;
    }
}

fn versions(code: &str, statements: &[Statement<'_>]) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for statement in statements {
        let number = versions.len() + 1;
        let Some(definition) = statement.definition else {
            end_all(&mut versions);
            continue;
        };
        match versions.last_mut() {
            Some(last) if is_same(&last.measure, definition) => {
                last.redefine(definition, statement);
            }
            _ => {
                end_all(&mut versions);
                let code = match number {
                    1 => code.to_owned(),
                    number => format!("{code}~{number}"),
                };
                versions.push(Version::new(code, definition));
            }
        }
    }
    versions
}

/// Whether values of one may be read as values of the other.
fn is_same(measure: &Measure, definition: &Definition) -> bool {
    measure.value_kind == definition.kind && measure.unit == definition.unit
}

impl Version {
    fn new(code: String, definition: &Definition) -> Self {
        Self {
            measure: Measure {
                code,
                label: definition.label.clone(),
                value_kind: definition.kind,
                unit: definition.unit.clone(),
                note: Some(definition.text.clone()),
                ..Measure::default()
            },
            current: true,
        }
    }

    fn redefine(&mut self, definition: &Definition, statement: &Statement<'_>) {
        let measure = &mut self.measure;
        let measured_alike = measure.note.as_ref() == Some(&definition.text);
        if !measured_alike && !statement.repairs {
            measure.breaks.push(Break {
                since: statement.since,
                reason: statement.reason.to_owned(),
                comparable: false,
            });
        }
        measure.label.clone_from(&definition.label);
        measure.note = Some(definition.text.clone());
        self.current = true;
    }
}

/// The indicator as the framework has it, or that which a contract writes for a commitment whose
/// model has none: its values come from whom the contract binds.
fn indicator(framework: &Framework, contract: &Contract, key: &str) -> Indicator {
    let model = framework.indicators.iter().find(|i| i.key == key);
    if let Some(model) = model {
        return model.clone();
    }
    let commitment = key.strip_suffix(OWN);
    let mut commitments = framework.commitments.iter();
    let commitment = commitments.find(|c| Some(c.key.as_str()) == commitment);
    let kind = framework.kinds.first();
    Indicator {
        key: key.to_owned(),
        node: commitment.map(|c| c.node.clone()).unwrap_or_default(),
        commitment: commitment.map(|c| c.key.clone()),
        kind: kind.map(|kind| kind.key.clone()).unwrap_or_default(),
        left_to_contract: true,
        suppliers: vec![contract.organisation.clone()],
        ..Indicator::default()
    }
}

/// How what a contract defines is judged, since no framework can say it: from its baseline to its
/// target for a number, by the answer for a question.
fn method(kind: ValueKind) -> Method {
    match kind {
        ValueKind::Number => Method::Progression,
        ValueKind::YesNo => Method::YesNo,
        ValueKind::Text => Method::None,
    }
}

fn of_contract(
    contract: &Contract,
    (section, place): (&Section, &str),
    model: &Indicator,
    Version { measure, current }: Version,
) -> OwnMeasure {
    OwnMeasure {
        framework: contract.framework.clone(),
        contract: contract.slug.clone(),
        contract_id: contract.id,
        section_id: section.id,
        title: contract.title.clone(),
        section: section.key.clone(),
        place: place.to_owned(),
        starts: contract.starts,
        ends: contract.ends,
        fictional: contract.fictional,
        current,
        indicator: Indicator {
            label: measure.label.clone(),
            measures: vec![measure.code.clone()],
            method: method(measure.value_kind),
            ..model.clone()
        },
        measure,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn definition(label: &str, text: &str, unit: Option<&str>) -> Definition {
        Definition {
            label: label.to_owned(),
            text: text.to_owned(),
            kind: ValueKind::Number,
            unit: unit.map(str::to_owned),
        }
    }

    fn says(definition: Option<&Definition>, since: i16) -> Statement<'_> {
        Statement {
            definition,
            since,
            reason: "Enquête refondue.",
            repairs: false,
        }
    }

    fn codes(versions: &[Version]) -> Vec<(&str, bool)> {
        let told = versions.iter();
        told.map(|v| (v.measure.code.as_str(), v.current)).collect()
    }

    #[test]
    fn another_way_of_measuring_breaks_the_series() {
        let first = definition("Délai", "Médiane, en jours.", Some("jours"));
        let then = definition("Délai moyen", "Moyenne, en jours.", Some("jours"));
        let made = versions("c", &[says(Some(&first), 2024), says(Some(&then), 2026)]);
        assert_eq!(codes(&made), [("c", true)]);
        assert_eq!(made[0].measure.label, "Délai moyen");
        let broken: Vec<_> = made[0]
            .measure
            .breaks
            .iter()
            .map(|b| (b.since, b.comparable))
            .collect();
        assert_eq!(broken, [(2026, false)]);
    }

    #[test]
    fn another_name_or_a_correction_breaks_nothing() {
        let first = definition("Délai", "Médiane, en jours.", Some("jours"));
        let renamed = definition("Délai d’accès", "Médiane, en jours.", Some("jours"));
        let slip = definition(
            "Délai d’accès",
            "Médiane annuelle, en jours.",
            Some("jours"),
        );
        let repaired = Statement {
            repairs: true,
            ..says(Some(&slip), 2026)
        };
        let made = versions(
            "c",
            &[
                says(Some(&first), 2024),
                says(Some(&renamed), 2025),
                repaired,
            ],
        );
        assert_eq!(codes(&made), [("c", true)]);
        assert_eq!(made[0].measure.breaks, []);
        assert_eq!(
            made[0].measure.note.as_deref(),
            Some("Médiane annuelle, en jours.")
        );
    }

    #[test]
    fn another_unit_begins_another_measure_even_by_correction() {
        let days = definition("Délai", "Médiane.", Some("jours"));
        let weeks = definition("Délai", "Médiane.", Some("semaines"));
        let repaired = Statement {
            repairs: true,
            ..says(Some(&weeks), 2026)
        };
        let made = versions("c", &[says(Some(&days), 2024), repaired]);
        assert_eq!(codes(&made), [("c", false), ("c~2", true)]);
        assert_eq!(made[0].measure.unit.as_deref(), Some("jours"));
    }

    #[test]
    fn a_definition_taken_away_keeps_its_values_and_comes_back() {
        let days = definition("Délai", "Médiane.", Some("jours"));
        let gone = [says(Some(&days), 2024), says(None, 2025)];
        assert_eq!(codes(&versions("c", &gone)), [("c", false)]);
        let back = [gone[0], gone[1], says(Some(&days), 2026)];
        assert_eq!(codes(&versions("c", &back)), [("c", true)]);
    }

    fn any_definition() -> impl Strategy<Value = Option<Definition>> {
        let text = prop::sample::select(vec!["Médiane.", "Moyenne."]);
        let unit = prop::sample::select(vec![None, Some("jours"), Some("semaines")]);
        let some = (text, unit).prop_map(|(text, unit)| definition("Délai", text, unit));
        prop::option::weighted(0.8, some)
    }

    proptest! {
        /// Whatever is signed later, a measure keeps its code, its kind and its unit: no value
        /// loaded for it is ever read in another unit.
        #[test]
        fn what_is_signed_later_never_changes_the_unit_of_a_measure(
            said in prop::collection::vec(any_definition(), 0..8),
        ) {
            let said: Vec<_> = (2020..).zip(&said).map(|(year, d)| says(d.as_ref(), year)).collect();
            let mut before: Vec<Version> = Vec::new();
            for upto in 0..=said.len() {
                let made = versions("c", &said[..upto]);
                prop_assert!(made.len() >= before.len());
                for (was, is) in before.iter().zip(&made) {
                    prop_assert_eq!(&was.measure.code, &is.measure.code);
                    prop_assert_eq!(&was.measure.unit, &is.measure.unit);
                    prop_assert_eq!(was.measure.value_kind, is.measure.value_kind);
                    prop_assert!(is.measure.breaks.starts_with(&was.measure.breaks));
                }
                let current: Vec<_> = made.iter().filter(|v| v.current).collect();
                let in_force = said[..upto].last().and_then(|s| s.definition);
                prop_assert_eq!(current.len(), usize::from(in_force.is_some()));
                if let Some(definition) = in_force {
                    prop_assert!(is_same(&current[0].measure, definition));
                    prop_assert_eq!(&current[0].measure.note, &Some(definition.text.clone()));
                }
                before = made;
            }
        }
    }
}
