//! What a section of a contract follows in figures: the measures of its framework, then what it
//! measures by itself where the framework leaves an indicator to it. Pure.

use crate::contracts::Section;
use crate::frameworks::{Catalogue, Framework, Indicator, OwnMeasure};
use crate::measures::Measure;

/// A measure that is followed, and how the terms of the contract name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed<'a> {
    /// The indicator, in the contract's words where it is the contract's own.
    pub indicator: &'a Indicator,
    /// The measure.
    pub measure: &'a Measure,
    /// The measure as terms name it: empty for what the contract defines.
    pub facet: &'a str,
}

/// All that a section may follow, in the order of the framework; `own` is what the contract
/// defined by then.
pub fn followed<'a>(
    framework: &'a Framework,
    catalogue: &'a Catalogue,
    own: &'a [OwnMeasure],
    section: &Section,
) -> Vec<Followed<'a>> {
    let own: Vec<&OwnMeasure> = own
        .iter()
        .filter(|own| own.current && own.section == section.key)
        .collect();
    let mut found = Vec::new();
    for indicator in &framework.indicators {
        let measures = indicator.measures.iter();
        let measures = measures.filter_map(|code| catalogue.measure(code));
        found.extend(measures.map(|measure| Followed {
            indicator,
            measure,
            facet: &measure.code,
        }));
        let defined = own.iter().filter(|own| own.indicator.key == indicator.key);
        found.extend(defined.map(|own| Followed::of_contract(own)));
    }
    let index = framework.index();
    let written = own.iter();
    let written = written.filter(|own| index.indicator(&own.indicator.key).is_none());
    found.extend(written.map(|own| Followed::of_contract(own)));
    found
}

impl<'a> Followed<'a> {
    /// Whether the contract defined it by itself.
    pub fn is_of_contract(&self) -> bool {
        self.facet.is_empty()
    }

    /// What a contract defined by itself.
    pub(super) fn of_contract(own: &'a OwnMeasure) -> Self {
        Self {
            indicator: &own.indicator,
            measure: &own.measure,
            facet: "",
        }
    }
}
