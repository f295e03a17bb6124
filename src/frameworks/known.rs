//! What the rest of Jalon already knows, that a framework may point to.
//!
//! A plain value, filled by whoever checks a framework: from the database, or from the folders
//! beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::Framework;
use crate::measures::Measure;
use crate::organisations::Directory;

/// The word that stands for each agency among the organisations that an indicator names.
pub const EVERY_AGENCY: &str = "ARS";
/// The word that stands for each establishment.
pub const EVERY_ESTABLISHMENT: &str = "ETABLISSEMENT";
/// Both.
pub(super) const EVERYONE: [&str; 2] = [EVERY_AGENCY, EVERY_ESTABLISHMENT];

/// How a word that stands for each agency or each establishment is said; `None` for the code of
/// an organisation.
pub fn everyone_words(supplier: &str) -> Option<&'static str> {
    match supplier {
        EVERY_AGENCY => Some("l’ARS"),
        EVERY_ESTABLISHMENT => Some("l’établissement"),
        _ => None,
    }
}

/// Organisations, places, frameworks and measures that already exist.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Codes of organisations.
    pub(super) organisations: BTreeSet<String>,
    /// Other names of organisations (former or printed acronyms), and the code each stands for.
    pub(super) other_names: BTreeMap<String, String>,
    /// Codes of places.
    pub(super) places: BTreeSet<String>,
    frameworks: BTreeMap<String, KnownFramework>,
    measures: BTreeMap<String, KnownMeasure>,
}

/// What other frameworks may ask of a framework.
#[derive(Debug, Clone)]
pub(super) struct KnownFramework {
    /// Its family.
    pub(super) family: String,
    /// Its first and last year.
    pub(super) years: (i16, i16),
    /// Measures that each of its indicators follows.
    pub(super) measures_of: BTreeMap<String, Vec<String>>,
}

/// A measure and the framework that wrote it.
#[derive(Debug, Clone)]
pub(super) struct KnownMeasure {
    /// Code of the framework that wrote it.
    pub(super) written_by: String,
    /// The measure.
    pub(super) measure: Measure,
}

impl Known {
    /// What is known before any framework, from the directory of organisations and places.
    pub fn of(directory: &Directory) -> Self {
        let codes = directory.organisations().iter().map(|o| o.code.clone());
        let usages = directory.organisations().iter().flat_map(|o| {
            let names = o.usages.iter();
            names.map(|usage| (usage.clone(), o.code.clone()))
        });
        let places = directory.places().iter().map(|place| place.code.clone());
        Self::new(codes.collect(), usages.collect(), places.collect())
    }

    /// What is known before any framework: codes of organisations, their other names and the
    /// code each stands for, codes of places.
    pub fn new(
        organisations: BTreeSet<String>,
        other_names: BTreeMap<String, String>,
        places: BTreeSet<String>,
    ) -> Self {
        Self {
            organisations,
            other_names,
            places,
            ..Self::default()
        }
    }

    /// Adds a framework, its indicators and the measures it writes.
    ///
    /// A measure stays with the framework that wrote it first; a framework added again replaces
    /// what it said before.
    pub fn add(&mut self, framework: &Framework) {
        let indicators = framework.indicators.iter();
        let known = KnownFramework {
            family: framework.family.clone(),
            years: (framework.starts, framework.ends),
            measures_of: indicators
                .map(|i| (i.key.clone(), i.measures.clone()))
                .collect(),
        };
        self.frameworks.insert(framework.code.clone(), known);
        let others = |_: &String, known: &mut KnownMeasure| known.written_by != framework.code;
        self.measures.retain(others);
        for measure in &framework.measures {
            let entry = self.measures.entry(measure.code.clone());
            entry.or_insert_with(|| KnownMeasure {
                written_by: framework.code.clone(),
                measure: measure.clone(),
            });
        }
    }

    /// Whether a code is that of an organisation, or stands for each agency or establishment.
    ///
    /// # Errors
    /// It is not; the code of the organisation of which it is another name, where it is one.
    pub(super) fn organisation(&self, code: &str) -> Result<(), Option<&str>> {
        if self.organisations.contains(code) || EVERYONE.contains(&code) {
            Ok(())
        } else {
            Err(self.other_names.get(code).map(String::as_str))
        }
    }

    pub(super) fn framework(&self, code: &str) -> Option<&KnownFramework> {
        self.frameworks.get(code)
    }

    pub(super) fn framework_codes(&self) -> impl Iterator<Item = &str> {
        self.frameworks.keys().map(String::as_str)
    }

    /// The first and last year of each framework in which an indicator follows one of these
    /// measures.
    pub(super) fn years_of<'a>(
        &'a self,
        measures: &'a [String],
    ) -> impl Iterator<Item = (i16, i16)> + 'a {
        let follows = |framework: &&KnownFramework| {
            let mut followed = framework.measures_of.values().flatten();
            followed.any(|measure| measures.contains(measure))
        };
        self.frameworks.values().filter(follows).map(|f| f.years)
    }

    pub(super) fn measure(&self, code: &str) -> Option<&KnownMeasure> {
        self.measures.get(code)
    }

    pub(super) fn measure_codes(&self) -> impl Iterator<Item = &str> {
        self.measures.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::{Position, Problem, Texts, read_texts, write_texts};

    fn problems(framework: &Framework, known: &Known) -> Vec<&'static str> {
        let texts: Texts = write_texts(framework);
        let reading = read_texts(&framework.code, &texts, known);
        let of_measures = |p: &Problem| p.file == "mesures.yaml" && p.position != Position::START;
        let found = reading.problems.iter().filter(|p| of_measures(p));
        found.map(|p| p.code).collect()
    }

    #[test]
    fn a_measure_belongs_to_who_wrote_it_first_until_that_framework_drops_it() {
        let measure = Measure {
            code: "lits".to_owned(),
            label: "Lits".to_owned(),
            value_kind: crate::kernel::ValueKind::Number,
            unit: None,
            decimals: None,
            per: None,
            direction: crate::measures::Direction::None,
            aggregation: crate::measures::Aggregation::Sum,
            min: None,
            max: None,
            window: None,
            numerator: None,
            denominator: None,
            breakdowns: Vec::new(),
            breaks: Vec::new(),
            our_reading: Vec::new(),
            note: None,
        };
        let written_by = |code: &str, measures: &[Measure]| Framework {
            code: code.to_owned(),
            measures: measures.to_vec(),
            ..Framework::default()
        };
        let both = [measure];
        let mut known = Known::default();
        known.add(&written_by("ancien", &both));
        known.add(&written_by("nouveau", &both));
        let second = written_by("nouveau", &both);
        assert!(problems(&second, &known).contains(&"measure-elsewhere"));
        known.add(&written_by("ancien", &[]));
        known.add(&second);
        assert!(!problems(&second, &known).contains(&"measure-elsewhere"));
    }
}
