//! Everything that can be corrected of one indicator: itself, the measures that its framework
//! writes, its deliveries, and how sure each reading is. Pure.

use super::due::{RULE, TypedRule};
use super::fields::{
    ABOUT, ATTAINMENT, Choice, Control, DUE, MEASURE, NUMBER, SUPPLY, Spec, choose, methods, tidy,
};
use super::reading;
use crate::frameworks::{Framework, Indicator, MeasureMethod, Method, field_label};
use crate::kernel::ValueKind;
use crate::measures::Measure;
use crate::platform::yaml::Worded as _;

/// Blank deliveries offered after those that stand.
const BLANK_RULES: usize = 2;

/// What is corrected.
#[derive(Clone)]
pub(super) struct Sheet {
    /// The indicator; its deliveries are in `rules`.
    pub indicator: Indicator,
    /// Those of its measures that this framework writes.
    pub measures: Vec<Measure>,
    rules: Vec<TypedRule>,
}

/// A field of the form.
#[derive(Clone)]
pub(super) struct Entry {
    /// Its name in the form, and its anchor in the page.
    pub name: String,
    /// What it is about.
    pub place: Place,
}

/// What a field is about.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The indicator.
    Indicator(&'static Spec<Indicator>),
    /// One of its measures.
    Measure(usize, &'static Spec<Measure>),
    /// How one of its measures is judged, where that is not as the indicator says.
    Method(usize),
    /// One of its deliveries.
    Rule(usize, &'static Spec<TypedRule>),
    /// How sure the reading of a field is, of the indicator or of a measure.
    Reading(Option<usize>, &'static str),
}

impl Sheet {
    /// What can be corrected of an indicator.
    pub(super) fn of(framework: &Framework, key: &str) -> Option<Self> {
        let indicator = framework.indicators.iter().find(|i| i.key == key)?;
        let own = |code: &String| framework.measures.iter().find(|m| m.code == *code);
        let mut rules: Vec<_> = indicator
            .due
            .rules
            .iter()
            .copied()
            .map(TypedRule::of)
            .collect();
        rules.extend((0..BLANK_RULES).map(|_| TypedRule::default()));
        Some(Self {
            indicator: indicator.clone(),
            measures: indicator.measures.iter().filter_map(own).cloned().collect(),
            rules,
        })
    }

    /// Room for that many deliveries at least.
    pub(super) fn with_room(mut self, rules: usize) -> Self {
        let rules = rules.max(self.rules.len());
        self.rules.resize(rules, TypedRule::default());
        self
    }

    /// How many deliveries can be typed.
    pub(super) fn rules(&self) -> usize {
        self.rules.len()
    }

    /// Every field, in the order of the page.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let of_indicator = |specs: &'static [Spec<Indicator>]| {
            specs.iter().map(|spec| Entry {
                name: spec.key.to_owned(),
                place: Place::Indicator(spec),
            })
        };
        let mut entries: Vec<Entry> = of_indicator(&ABOUT).collect();
        for rank in 0..self.measures.len() {
            entries.extend(self.entries_of_measure(rank));
        }
        entries.extend(of_indicator(&ATTAINMENT));
        entries.extend(self.methods());
        entries.extend(of_indicator(&SUPPLY));
        entries.extend(of_indicator(&DUE));
        for rank in 0..self.rules.len() {
            entries.extend(RULE.iter().map(|spec| Entry {
                name: format!("regle:{rank}:{}", spec.key),
                place: Place::Rule(rank, spec),
            }));
        }
        entries.extend(self.readings());
        entries
    }

    fn entries_of_measure(&self, rank: usize) -> Vec<Entry> {
        let measure = &self.measures[rank];
        let is_number = measure.value_kind == ValueKind::Number;
        let number = NUMBER.iter().filter(|_| is_number);
        // A text has no way to be better.
        let any = MEASURE
            .iter()
            .filter(|spec| spec.key != "sens" || measure.value_kind != ValueKind::Text);
        let (label, rest) = any.partition::<Vec<_>, _>(|spec| spec.key == "libelle");
        let specs = label.into_iter().chain(number).chain(rest);
        specs
            .map(|spec| Entry {
                name: format!("mesure:{}:{}", measure.code, spec.key),
                place: Place::Measure(rank, spec),
            })
            .collect()
    }

    /// The methods of a composite's measures.
    fn methods(&self) -> Vec<Entry> {
        let measures = &self.indicator.measures;
        let several = measures.iter().filter(|_| measures.len() > 1);
        let entry = |(rank, code): (usize, &String)| Entry {
            name: format!("methode:{code}"),
            place: Place::Method(rank),
        };
        several.enumerate().map(entry).collect()
    }

    fn readings(&self) -> Vec<Entry> {
        let own = reading::OF_INDICATOR.iter().map(|key| Entry {
            name: format!("lecture:{key}"),
            place: Place::Reading(None, key),
        });
        let measures = self.measures.iter().enumerate();
        let of_measures = measures.flat_map(|(rank, measure)| {
            reading::OF_MEASURE.iter().map(move |key| Entry {
                name: format!("lecture:{}:{key}", measure.code),
                place: Place::Reading(Some(rank), key),
            })
        });
        own.chain(of_measures).collect()
    }

    /// What a field says, as it would be typed.
    pub(super) fn text(&self, place: Place) -> String {
        match place {
            Place::Indicator(spec) => (spec.get)(&self.indicator),
            Place::Measure(rank, spec) => (spec.get)(&self.measures[rank]),
            Place::Rule(rank, spec) => (spec.get)(&self.rules[rank]),
            Place::Method(rank) => {
                let code = &self.indicator.measures[rank];
                let own = self
                    .indicator
                    .methods
                    .iter()
                    .find(|own| own.measure == *code);
                own.map_or("", |own| own.method.word()).to_owned()
            }
            Place::Reading(None, key) => reading::of_indicator(&self.indicator, key).to_owned(),
            Place::Reading(Some(rank), key) => {
                reading::of_measure(&self.measures[rank], key).to_owned()
            }
        }
    }

    /// Has a field say what was typed, or tells what is wrong with it.
    pub(super) fn put(&mut self, place: Place, text: &str) -> Result<(), String> {
        match place {
            Place::Indicator(spec) => (spec.set)(&mut self.indicator, text),
            Place::Measure(rank, spec) => (spec.set)(&mut self.measures[rank], text),
            Place::Rule(rank, spec) => (spec.set)(&mut self.rules[rank], text),
            Place::Method(rank) => self.put_method(rank, text),
            Place::Reading(None, key) => reading::put_in_indicator(&mut self.indicator, key, text),
            Place::Reading(Some(rank), key) => {
                reading::put_in_measure(&mut self.measures[rank], key, text)
            }
        }
    }

    fn put_method(&mut self, rank: usize, text: &str) -> Result<(), String> {
        let code = self.indicator.measures[rank].clone();
        let methods = &mut self.indicator.methods;
        let at = methods.iter().position(|own| own.measure == code);
        if tidy(text).is_empty() {
            if let Some(at) = at {
                methods.remove(at);
            }
            return Ok(());
        }
        let mut method = Method::default();
        choose(&mut method, text)?;
        match at {
            Some(at) => methods[at].method = method,
            None => methods.push(MeasureMethod {
                measure: code,
                method,
            }),
        }
        Ok(())
    }

    /// Makes the deliveries that were typed those of the indicator; or, for each at fault, its
    /// rank, its field and what to do.
    pub(super) fn settle_rules(&mut self) -> Result<(), Vec<(usize, &'static str, String)>> {
        let mut wrong = Vec::new();
        let mut rules = Vec::new();
        for (rank, typed) in self.rules.iter().enumerate() {
            match typed.rule() {
                Ok(rule) => rules.extend(rule),
                Err((key, message)) => wrong.push((rank, key, message)),
            }
        }
        if wrong.is_empty() {
            self.indicator.due.rules = rules;
            return Ok(());
        }
        Err(wrong)
    }

    /// The framework with what was corrected.
    pub(super) fn laid_in(self, framework: &Framework) -> Framework {
        let mut corrected = framework.clone();
        for measure in self.measures {
            if let Some(old) = corrected
                .measures
                .iter_mut()
                .find(|m| m.code == measure.code)
            {
                *old = measure;
            }
        }
        let key = &self.indicator.key;
        if let Some(old) = corrected.indicators.iter_mut().find(|i| i.key == *key) {
            *old = self.indicator;
        }
        corrected
    }

    /// What a field is called.
    pub(super) fn label(&self, place: Place) -> String {
        match place {
            Place::Indicator(spec) => spec.label.to_owned(),
            Place::Measure(_, spec) => spec.label.to_owned(),
            Place::Rule(rank, spec) => format!("{}, date n° {}", spec.label, rank + 1),
            Place::Method(rank) => {
                let code = &self.indicator.measures[rank];
                let own = self.measures.iter().find(|m| m.code == *code);
                let named = own.map_or(code, |measure| &measure.label);
                format!("Méthode propre à « {named} »")
            }
            Place::Reading(None, key) => field_label(key),
            Place::Reading(Some(rank), key) if self.measures.len() > 1 => {
                format!("{} de « {} »", field_label(key), self.measures[rank].label)
            }
            Place::Reading(Some(_), key) => format!("{} de ce qui est mesuré", field_label(key)),
        }
    }
}

impl Place {
    /// How it is filled.
    pub(super) fn control(self) -> Control {
        match self {
            Self::Indicator(spec) => spec.control,
            Self::Measure(_, spec) => spec.control,
            Self::Rule(_, spec) => spec.control,
            Self::Method(_) => Control::Choice(own_methods),
            Self::Reading(None, _) => Control::Choice(|| reading::READINGS.to_vec()),
            Self::Reading(Some(_), _) => Control::Choice(|| reading::READINGS_OF_MEASURE.to_vec()),
        }
    }

    /// What helps to fill it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Indicator(spec) => spec.hint,
            Self::Measure(_, spec) => spec.hint,
            Self::Rule(_, spec) => spec.hint,
            Self::Method(_) | Self::Reading(..) => "",
        }
    }
}

fn own_methods() -> Vec<Choice> {
    let as_indicator = ("", "Comme l’indicateur");
    std::iter::once(as_indicator).chain(methods()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::frameworks::pages::edit::refused::complaints;
    use crate::frameworks::pages::edit::typed::Typed;
    use crate::frameworks::{Known, read_all_texts, read_texts, write_texts};

    /// The four real frameworks, with what they may point to.
    static REAL: LazyLock<(Vec<Framework>, Known)> = LazyLock::new(|| {
        use crate::organisations::source;
        let read = |file| std::fs::read_to_string(format!("reference/{file}")).unwrap();
        let directory = source::read(&read(source::ORGANISATIONS), &read(source::PLACES)).unwrap();
        let mut known = Known::of(&directory);
        let mut folders: Vec<_> = std::fs::read_dir("frameworks")
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        folders.sort();
        let code = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let texts: Vec<_> = folders
            .iter()
            .map(|path| (code(path), texts_of(path)))
            .collect();
        let read = read_all_texts(
            texts.iter().map(|(code, texts)| (code.as_str(), texts)),
            &mut known,
        );
        let frameworks = read
            .into_iter()
            .map(|(_, reading)| reading.framework.unwrap());
        (frameworks.collect(), known)
    });

    fn texts_of(folder: &Path) -> crate::frameworks::Texts {
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        files
            .map(|path| (name(&path), std::fs::read_to_string(&path).unwrap()))
            .collect()
    }

    #[test]
    fn the_form_sent_as_it_opened_changes_nothing_of_any_real_framework() {
        let (frameworks, known) = &*REAL;
        assert_eq!(frameworks.len(), 4);
        for framework in frameworks {
            for indicator in &framework.indicators {
                let sheet = Sheet::of(framework, &indicator.key).unwrap();
                let mut typed = Typed::of(&sheet, 1);
                typed.motif = "x".to_owned();
                let put = typed
                    .put_in(&sheet, known)
                    .unwrap_or_else(|wrong| panic!("{}: {wrong:?}", indicator.key));
                assert_eq!(put.laid_in(framework), *framework, "{}", indicator.key);
            }
        }
    }

    /// A text for a field: one that some indicator really has there, a word it offers, or any.
    fn text_for(sheet: &Sheet, entry: &Entry, chance: Index, any: &str) -> String {
        if let Control::Choice(choices) = entry.place.control() {
            let choices = choices();
            return choices[chance.index(choices.len())].0.to_owned();
        }
        match &entry.name {
            name if name.starts_with("regle:") => (chance.index(31) + 1).to_string(),
            name if name.ends_with("decimales") => chance.index(7).to_string(),
            name if name.ends_with(":min") => format!("-{}", chance.index(1_000)),
            name if name.ends_with(":max") => format!("{},25", 1_000_000 + chance.index(1_000)),
            name if name.ends_with(":pour") => sheet.text(entry.place),
            name if ["fournisseur", "pilote"].contains(&name.as_str()) => "DGOS, ATIH".to_owned(),
            name if name == "regions" => "01, 02".to_owned(),
            name if name == "lacunes" => format!("2024 : {}", any.replace('\n', " ")),
            _ => any.to_owned(),
        }
    }

    proptest! {
        // A framework is read whole for each.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_is_corrected_is_written_and_read_back_the_same(
            rank in 0..4_usize,
            picked in any::<Index>(),
            edits in proptest::collection::vec((any::<Index>(), any::<Index>(), select(vec!["x", "l’« à-côté » : 5 % #1", "oui", "01", "a\nb\n  - c", "{x: [y", "\"q\" 'r'", "~"])), 1..5),
        ) {
            let (frameworks, known) = &*REAL;
            let framework = &frameworks[rank];
            let indicator = &framework.indicators[picked.index(framework.indicators.len())];
            let mut sheet = Sheet::of(framework, &indicator.key).unwrap();
            let entries = sheet.entries();
            for (entry, chance, text) in &edits {
                let entry = &entries[entry.index(entries.len())];
                let text = text_for(&sheet, entry, *chance, text);
                sheet.put(entry.place, &text).unwrap();
                // What is shown is what was typed, in its own form.
                let shown = sheet.text(entry.place);
                sheet.put(entry.place, &shown).unwrap();
                prop_assert_eq!(sheet.text(entry.place), shown);
            }
            if sheet.settle_rules().is_err() {
                return Ok(());
            }
            let corrected = sheet.laid_in(framework);
            if complaints(framework, &corrected, known).is_empty() {
                let reading = read_texts(&framework.code, &write_texts(&corrected), known);
                prop_assert_eq!(reading.framework.unwrap(), corrected);
            }
        }
    }
}
