//! The names that indicators go by, in one framework or in all of them.

use std::collections::HashMap;

use crate::frameworks::{Catalogue, Framework, Frequency, Indicator, OwnMeasure, OwnSlot, Supply};
use crate::kernel::fold;

/// A code, a key or a label that names several measures, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "« {code} » désigne plusieurs indicateurs ({candidates}) ; précisez le cadre, ou écrivez l’un de ces codes de mesure"
)]
pub struct Ambiguous {
    /// What was written.
    pub code: String,
    /// What it may mean.
    pub candidates: String,
}

/// Why an indicator that is left to contracts takes no value in a place, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOwn {
    /// No contract of the place defines it.
    #[error(
        "« {0} » est laissé à chaque contrat, et aucun contrat de ce territoire ne l’a défini. Définissez-le par un acte signé, ou retirez cette valeur."
    )]
    Undefined(String),
    /// Several do.
    #[error(
        "Plusieurs contrats de ce territoire définissent « {0} ». Écrivez l’un de ces codes de mesure : {1}."
    )]
    Several(String, String),
    /// The measure is that of another place's contract.
    #[error(
        "« {0} » est propre au contrat « {1} » : elle ne prend de valeur que sur son territoire."
    )]
    Elsewhere(String, String),
}

/// The names that indicators go by.
#[derive(Debug)]
pub struct Codes<'a> {
    catalogue: &'a Catalogue,
    /// What each folded code, key or label names: measures, each with the first framework that
    /// brings it in.
    named: HashMap<String, Vec<(&'a str, &'a str)>>,
    /// The indicators that bring each measure in, the latest framework first.
    indicators: HashMap<&'a str, Vec<&'a Indicator>>,
}

impl<'a> Codes<'a> {
    /// Of that framework, or of every framework.
    pub fn of(catalogue: &'a Catalogue, framework: Option<&str>) -> Self {
        let mut codes = Self {
            catalogue,
            named: HashMap::new(),
            indicators: HashMap::new(),
        };
        let frameworks = catalogue.frameworks().into_iter().map(|e| &e.framework);
        for framework in frameworks.filter(|f| framework.is_none_or(|code| f.code == code)) {
            for indicator in &framework.indicators {
                codes.add(framework, indicator);
            }
        }
        for slot in catalogue
            .slots()
            .filter(|s| framework.is_none_or(|code| s.framework == code))
        {
            codes.add_slot(slot);
        }
        codes
    }

    /// An indicator left to contracts, and what each of them made of it.
    fn add_slot(&mut self, slot: &'a OwnSlot) {
        let names = [&slot.indicator.key, &slot.indicator.label];
        for name in names.into_iter().chain(&slot.indicator.code) {
            self.name(name, &slot.framework, &slot.code);
        }
        self.indicators
            .entry(&slot.code)
            .or_default()
            .push(&slot.indicator);
        for own in self.catalogue.own_of(&slot.framework) {
            if own.indicator.key == slot.indicator.key {
                let code = own.measure.code.as_str();
                self.name(&own.measure.label, &own.framework, code);
                self.indicators
                    .entry(code)
                    .or_default()
                    .push(&own.indicator);
            }
        }
    }

    fn add(&mut self, framework: &'a Framework, indicator: &'a Indicator) {
        let names = [&indicator.key, &indicator.label];
        for name in names.into_iter().chain(&indicator.code) {
            for measure in &indicator.measures {
                self.name(name, &framework.code, measure);
            }
        }
        for measure in &indicator.measures {
            self.indicators.entry(measure).or_default().push(indicator);
            if let Some(measure) = self.catalogue.measure(measure) {
                self.name(&measure.label, &framework.code, &measure.code);
            }
        }
    }

    fn name(&mut self, name: &str, framework: &'a str, measure: &'a str) {
        let known = self.named.entry(fold(name)).or_default();
        if !known.iter().any(|(_, code)| *code == measure) {
            known.push((framework, measure));
        }
    }

    /// The measure that a code, a key or a label names; `None` where it names none. What is left
    /// to contracts goes by the name of its [`OwnSlot`], until [`of_place`](Self::of_place) says of
    /// which contract it is.
    ///
    /// # Errors
    /// Where it names several.
    pub fn measure(&self, text: &str) -> Result<Option<&'a str>, Ambiguous> {
        if let Some(measure) = self.catalogue.measure(text.trim()) {
            return Ok(Some(&measure.code));
        }
        if let Some(slot) = self.catalogue.own_slot(text.trim()) {
            return Ok(Some(&slot.code));
        }
        let wanted = fold(text);
        let found = self.named.get(&wanted).filter(|_| !wanted.is_empty());
        match found.map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [(_, measure)] => Ok(Some(measure)),
            several => {
                let candidates: Vec<String> = several
                    .iter()
                    .map(|(framework, measure)| format!("{measure} dans {framework}"))
                    .collect();
                Err(Ambiguous {
                    code: text.trim().to_owned(),
                    candidates: candidates.join(", "),
                })
            }
        }
    }

    /// [`measure`](Self::measure) of a text in which a code may stand before a label or after it:
    /// `2.c.1 – Couverture vaccinale`, `Couverture vaccinale (2.c.1)`.
    ///
    /// # Errors
    /// Where it names several.
    pub fn measure_in(&self, text: &str) -> Result<Option<&'a str>, Ambiguous> {
        if let Some(found) = self.measure(text)? {
            return Ok(Some(found));
        }
        for separator in [" – ", " — ", " - ", " : ", ": "] {
            if let Some((before, after)) = text.split_once(separator) {
                for part in [before, after] {
                    if let Some(found) = self.measure(part)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        self.only_code_in(text)
    }

    /// The one code that stands among the words of a text: `Couverture vaccinale (2.c.1)`.
    fn only_code_in(&self, text: &str) -> Result<Option<&'a str>, Ambiguous> {
        let mut found = None;
        for (rank, word) in text.split_whitespace().enumerate() {
            let code = word.trim_matches(|c: char| !c.is_alphanumeric());
            // A bare number would find « 5 » in « 5 régions », or a value in a sentence.
            let has_letter = code.bytes().any(|byte| byte.is_ascii_alphabetic());
            let is_code = code.contains('.') && (has_letter || rank == 0);
            if !is_code || code.len() == text.trim().len() {
                continue;
            }
            match (found, self.measure(code)?) {
                (Some(known), Some(other)) if known != other => return Ok(None),
                (_, Some(measure)) => found = Some(measure),
                (_, None) => {}
            }
        }
        Ok(found)
    }

    /// The measure that a value of a place and a year is of, where what was named is left to
    /// contracts: that of the contract of the place which runs that year, or else the only one.
    ///
    /// # Errors
    /// Where no contract of the place takes such values, or several do.
    pub fn of_place(&self, named: &'a str, place: &str, year: i16) -> Result<&'a str, NoOwn> {
        if let Some(own) = self.catalogue.own(named).filter(|own| own.place != place) {
            let name = own.measure.label.clone();
            return Err(NoOwn::Elsewhere(name, own.title.clone()));
        }
        let Some(slot) = self.catalogue.own_slot(named) else {
            return Ok(named);
        };
        let of_place = self.catalogue.own_of(&slot.framework).filter(|own| {
            own.current && own.place == place && own.indicator.key == slot.indicator.key
        });
        let of_place: Vec<&OwnMeasure> = of_place.collect();
        let runs = |own: &&OwnMeasure| (own.starts..=own.ends).contains(&year);
        let running: Vec<&OwnMeasure> = of_place.iter().copied().filter(runs).collect();
        let name = || {
            slot.indicator
                .code
                .clone()
                .unwrap_or_else(|| slot.indicator.key.clone())
        };
        match (of_place.as_slice(), running.as_slice()) {
            ([], _) => Err(NoOwn::Undefined(name())),
            ([only], _) | (_, [only]) => Ok(&only.measure.code),
            (several, _) => {
                let codes: Vec<&str> = several.iter().map(|o| o.measure.code.as_str()).collect();
                Err(NoOwn::Several(name(), codes.join(", ")))
            }
        }
    }

    /// The indicators that bring a measure in, the latest first.
    pub fn indicators_of(&self, measure: &str) -> &[&'a Indicator] {
        self.indicators.get(measure).map_or(&[], Vec::as_slice)
    }

    /// How often the values of a measure come, where the frameworks say so.
    pub fn frequency_of(&self, measure: &str) -> Option<Frequency> {
        self.indicators_of(measure).iter().find_map(|i| i.frequency)
    }

    /// Whether a measure is only ever consulted elsewhere.
    pub fn direct_access_only(&self, measure: &str) -> bool {
        let indicators = self.indicators_of(measure);
        let direct = |i: &&Indicator| i.supply == Some(Supply::DirectAccess);
        !indicators.is_empty() && indicators.iter().all(direct)
    }

    /// Whether a place is one of those that some indicator of the measure concerns.
    pub fn concerns(&self, measure: &str, place: &str) -> bool {
        let indicators = self.indicators_of(measure);
        let concerned =
            |i: &&Indicator| i.regions.is_empty() || i.regions.iter().any(|r| r == place);
        indicators.is_empty() || indicators.iter().any(concerned)
    }

    /// Why no value is expected for a year, where a framework says so.
    pub fn gap(&self, measure: &str, year: i16) -> Option<&'a str> {
        let indicators = self.indicators_of(measure).iter();
        let mut gaps = indicators.flat_map(|indicator| &indicator.due.gaps);
        gaps.find(|gap| gap.year == year)
            .map(|gap| gap.reason.as_deref().unwrap_or_default())
    }
}
