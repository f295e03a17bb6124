//! A table to fill in: which values are asked for, and what stands before them. Pure: templates
//! and forms are made from it.
//!
//! Readings of ours: an indicator whose values come three times a year is asked for by year, for
//! no period of Jalon is a third of one; a value is asked for where the reader would take it
//! without a word, so neither for a year without values, nor where no indicator concerns the
//! region.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Codes;
use crate::access::Reach;
use crate::figures::{Figure, FiguresView, Series, rights};
use crate::frameworks::{
    Catalogue, Framework, Frequency, Index, Indicator, Node, OwnMeasure, Supply,
};
use crate::kernel::{Period, ValueKind, fold};
use crate::measures::Measure;
use crate::organisations::{Directory, Place, PlaceKind};

/// The code of the country among the places.
const COUNTRY: &str = "FR";
/// How many earlier periods are told beside those to fill in.
const EARLIER: usize = 3;

/// What a grid is made from.
#[derive(Clone, Copy, Debug)]
pub struct Soil<'a> {
    /// The frameworks and their measures.
    pub catalogue: &'a Catalogue,
    /// The places.
    pub directory: &'a Directory,
    /// The figures as they stand.
    pub figures: &'a FiguresView,
    /// The day, in Paris.
    pub today: Date,
    /// Whoever fills it in.
    pub reach: &'a Reach,
}

/// What a person asks to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Code of the framework.
    pub framework: String,
    /// Key or code of the only indicator, where there is one.
    pub indicator: Option<String>,
    /// Code of the supplier whose indicators are wanted.
    pub supplier: Option<String>,
    /// Code of the only region, where there is one.
    pub region: Option<String>,
    /// The years, the first first; none for the last whole year.
    pub years: Vec<i16>,
}

/// Why there is nothing to fill in, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// No framework has that code.
    #[error("aucun cadre ne porte le code « {0} »")]
    Framework(String),
    /// No indicator of the framework has that key or code.
    #[error("le cadre n’a pas d’indicateur « {0} »")]
    Indicator(String),
    /// Nobody has that name.
    #[error("aucun fournisseur ne s’appelle « {0} »")]
    Supplier(String),
    /// No region has that code or name.
    #[error("aucune région ne s’appelle « {0} »")]
    Region(String),
    /// A year that cannot be filled in.
    #[error("{0} ne se saisit pas : choisissez une année de {1} à {2}")]
    Year(i16, i16, i16),
    /// Not a year.
    #[error("« {0} » n’est pas une année ; écrivez par exemple 2023, ou 2022-2024")]
    NoYear(String),
    /// Too many years at once.
    #[error("un modèle porte sur {MOST_YEARS} années au plus")]
    Years,
    /// Nothing is left of the choice.
    #[error("aucune valeur n’est à charger pour ce choix : élargissez-le")]
    Nothing,
}

/// How many years a template may ask for.
pub const MOST_YEARS: usize = 10;

/// One row to fill in: a measure in a place.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The indicator that asks for it.
    pub indicator: &'a Indicator,
    /// What is measured.
    pub measure: &'a Measure,
    /// Where.
    pub place: &'a Place,
}

/// A table to fill in: every line has the same periods.
#[derive(Clone, Debug)]
pub struct Grid<'a> {
    soil: Soil<'a>,
    region: Option<&'a Place>,
    demands: HashMap<&'a str, Demand<'a>>,
    /// The framework.
    pub framework: &'a Framework,
    /// The rows, in the order of the framework and of the regions.
    pub lines: Vec<Line<'a>>,
    /// What is to be filled in, the earliest first.
    pub periods: Vec<Period>,
}

/// What the person chose, found in the catalogue and the directory.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    soil: Soil<'a>,
    /// The framework.
    pub framework: &'a Framework,
    /// Each measure with the indicator that asks for it, in the order of the framework.
    pub measures: Vec<(&'a Indicator, &'a Measure)>,
    /// The only region, where there is one.
    pub region: Option<&'a Place>,
    /// The years, the first first; never none.
    pub years: Vec<i16>,
}

impl<'a> Soil<'a> {
    /// Finds what a person asks to fill in.
    ///
    /// # Errors
    /// Where it names nothing that exists, or nothing is to be loaded for it.
    pub fn choose(self, wanted: &Wanted) -> Result<Choice<'a>, WantedError> {
        let edited = self.catalogue.framework(&wanted.framework);
        let edited = edited.ok_or_else(|| WantedError::Framework(wanted.framework.clone()))?;
        let framework = &edited.framework;
        let supplier = wanted.supplier.as_deref();
        let supplier = supplier.map(|name| self.supplier(name)).transpose()?;
        let region = wanted.region.as_deref();
        let region = region.map(|name| self.region(name)).transpose()?;
        let asked = wanted.indicator.as_deref();
        let named = |i: &Indicator| {
            asked.is_none_or(|name| i.key == name || i.code.as_deref() == Some(name))
        };
        let mut own = self.catalogue.own_of(&framework.code);
        let is_own = own.any(|own| named(&own.indicator));
        if let Some(name) = asked.filter(|_| !is_own && !framework.indicators.iter().any(named)) {
            return Err(WantedError::Indicator(name.to_owned()));
        }
        let choice = Choice {
            soil: self,
            framework,
            measures: self.measures(
                framework,
                |i| named(i) && supplier.is_none_or(|code| i.suppliers.iter().any(|s| s == code)),
                |own| region.is_none_or(|region| region.code == own.place),
            ),
            region,
            years: self.years(framework, &wanted.years)?,
        };
        if choice.grids().is_empty() {
            return Err(WantedError::Nothing);
        }
        Ok(choice)
    }

    fn supplier(self, name: &str) -> Result<&'a str, WantedError> {
        let found = self.directory.resolve(name).found();
        let found = found.ok_or_else(|| WantedError::Supplier(name.to_owned()))?;
        Ok(&found.code)
    }

    fn region(self, name: &str) -> Result<&'a Place, WantedError> {
        let kinds = [PlaceKind::Region];
        let found = self.directory.recognise(name, &kinds).found();
        found.ok_or_else(|| WantedError::Region(name.to_owned()))
    }

    /// The years asked for, in order, or the last whole one.
    fn years(self, framework: &Framework, asked: &[i16]) -> Result<Vec<i16>, WantedError> {
        let last = framework.ends.min(self.today.year());
        let first = framework.starts - 10;
        let mut years = asked.to_vec();
        if years.is_empty() {
            years.push(default_year(framework, self.today));
        }
        years.sort_unstable();
        years.dedup();
        if years.len() > MOST_YEARS {
            return Err(WantedError::Years);
        }
        match years.iter().find(|year| !(first..=last).contains(year)) {
            Some(year) => Err(WantedError::Year(*year, first, last)),
            None => Ok(years),
        }
    }

    /// The measures that somebody loads, each once; then those that contracts define for
    /// themselves.
    fn measures(
        self,
        framework: &'a Framework,
        wanted: impl Fn(&Indicator) -> bool,
        of_contract: impl Fn(&OwnMeasure) -> bool,
    ) -> Vec<(&'a Indicator, &'a Measure)> {
        let mut found: Vec<(&Indicator, &Measure)> = Vec::new();
        for indicator in framework.indicators.iter().filter(|i| wanted(i)) {
            for code in &indicator.measures {
                let measure = self.catalogue.measure(code);
                let known = |code: &str| found.iter().any(|(_, m)| m.code == code);
                if let Some(measure) = measure.filter(|m| !known(&m.code) && self.is_loaded(m)) {
                    found.push((indicator, measure));
                }
            }
        }
        let own = self.catalogue.own_of(&framework.code);
        let own = own.filter(|own| own.current && wanted(&own.indicator) && of_contract(own));
        let own = own.filter(|own| self.shows(own));
        found.extend(own.map(|own| (&own.indicator, &own.measure)));
        found
    }

    /// Whether what a contract alone measures is shown: to who sees its values, or loads them.
    fn shows(self, own: &OwnMeasure) -> bool {
        let (measure, place) = (own.measure.code.as_str(), own.place.as_str());
        let rights = rights::Ground {
            catalogue: self.catalogue,
            directory: self.directory,
            today: self.today,
        };
        let loads = || rights.loads_one_of(self.reach, [(measure, place)], own.starts);
        self.reach.sees_value(measure, place) || loads().is_ok()
    }

    /// Whether a measure is not only ever consulted elsewhere.
    fn is_loaded(self, measure: &Measure) -> bool {
        let following = self.catalogue.following(&measure.code);
        let mut loaded = following.iter();
        loaded.any(|(_, indicator)| indicator.supply != Some(Supply::DirectAccess))
    }
}

/// The year that is filled in where nobody says which: the last whole one of the framework.
pub fn default_year(framework: &Framework, today: Date) -> i16 {
    (today.year() - 1).min(framework.ends)
}

impl<'a> Choice<'a> {
    /// What is to be filled in: one table for a region, else one a measure.
    pub fn grids(&self) -> Vec<Grid<'a>> {
        let grids = if let Some(region) = self.region {
            let lines = self.measures.iter().map(|(indicator, measure)| Line {
                indicator,
                measure,
                place: region,
            });
            vec![self.grid(lines.collect())]
        } else {
            let of_measure = |(indicator, measure)| self.grid(self.everywhere(indicator, measure));
            self.measures
                .iter()
                .copied()
                .map(of_measure)
                .collect::<Vec<_>>()
        };
        grids
            .into_iter()
            .filter(|grid| !grid.lines.is_empty())
            .collect()
    }

    /// Every region, then the country, for which the supplier may have a value of its own; the
    /// only place of what a contract defines for itself.
    fn everywhere(&self, indicator: &'a Indicator, measure: &'a Measure) -> Vec<Line<'a>> {
        if let Some(own) = self.soil.catalogue.own(&measure.code) {
            let place = self.soil.directory.place(&own.place).into_iter();
            let line = |place| Line {
                indicator,
                measure,
                place,
            };
            return place.map(line).collect();
        }
        let asks_country = measure.value_kind == ValueKind::Number;
        let country = self.soil.directory.place(COUNTRY).filter(|_| asks_country);
        let places = self.soil.directory.places().iter();
        let regions = places.filter(|place| place.kind == PlaceKind::Region);
        let lines = regions.chain(country).map(|place| Line {
            indicator,
            measure,
            place,
        });
        lines.collect()
    }

    fn grid(&self, lines: Vec<Line<'a>>) -> Grid<'a> {
        let mut demands: HashMap<&str, Demand<'_>> = HashMap::new();
        for line in &lines {
            let catalogue = self.soil.catalogue;
            let demand = demands.entry(line.measure.code.as_str());
            demand.or_insert_with_key(|code| Demand::of(catalogue, code));
        }
        let of_years = |demand: &Demand<'_>| {
            let years = self.years.iter();
            let periods = years.flat_map(|year| periods_of(demand.frequency, *year));
            periods.collect::<Vec<_>>()
        };
        let mut periods: Vec<Period> = demands.values().flat_map(of_years).collect();
        periods.sort_unstable();
        periods.dedup();
        let mut grid = Grid {
            soil: self.soil,
            region: self.region,
            demands,
            framework: self.framework,
            lines,
            periods,
        };
        let asked = |line: &Line<'_>| grid.periods.iter().any(|period| grid.asks(line, *period));
        let lines = grid.lines.iter().copied().filter(asked).collect();
        grid.lines = lines;
        grid.periods = grid.periods_asked();
        grid
    }
}

/// What the frameworks ask of a measure, whichever of them.
#[derive(Clone, Debug)]
struct Demand<'a> {
    frequency: Option<Frequency>,
    /// The years without values.
    gaps: Vec<i16>,
    /// The regions concerned; none where all are.
    regions: Option<Vec<&'a str>>,
}

impl<'a> Demand<'a> {
    fn of(catalogue: &'a Catalogue, measure: &str) -> Self {
        let following = catalogue.following(measure);
        let everywhere = following.iter().any(|(_, i)| i.regions.is_empty());
        let named = following.iter().flat_map(|(_, i)| &i.regions);
        Self {
            frequency: following.iter().find_map(|(_, i)| i.frequency),
            gaps: following
                .iter()
                .flat_map(|(_, i)| &i.due.gaps)
                .map(|gap| gap.year)
                .collect(),
            regions: (!everywhere).then(|| named.map(String::as_str).collect()),
        }
    }

    fn concerns(&self, place: &Place) -> bool {
        let named = self.regions.as_ref();
        place.kind != PlaceKind::Region
            || named.is_none_or(|all| all.contains(&place.code.as_str()))
    }
}

/// The nodes of a framework, to find what stands above an indicator.
struct Above<'a> {
    index: Index<'a>,
    level: Option<&'a str>,
}

impl<'a> Above<'a> {
    fn of(framework: &'a Framework) -> Self {
        Self {
            index: framework.index(),
            level: framework.objective_level().map(|level| level.key.as_str()),
        }
    }

    /// The objective of a line: the node of that level above its indicator, or the highest.
    fn objective(&self, line: &Line<'_>) -> Option<&'a Node> {
        let mut node = self.index.node(&line.indicator.node)?;
        while self.level != Some(node.level.as_str()) {
            let parent = node.parent.as_deref();
            match parent.and_then(|key| self.index.node(key)) {
                Some(above) => node = above,
                None => break,
            }
        }
        Some(node)
    }
}

/// The periods of a year for which values come.
fn periods_of(frequency: Option<Frequency>, year: i16) -> Vec<Period> {
    match frequency {
        Some(Frequency::HalfYearly) => (1..=2).map(|n| Period::Half(year, n)).collect(),
        Some(Frequency::Quarterly) => (1..=4).map(|n| Period::Quarter(year, n)).collect(),
        Some(Frequency::Monthly) => (1..=12).map(|n| Period::Month(year, n)).collect(),
        Some(Frequency::Yearly | Frequency::ThreeTimesAYear) | None => vec![Period::Year(year)],
    }
}

impl<'a> Line<'a> {
    /// Whether its numerator and denominator may be given.
    pub fn has_terms(&self) -> bool {
        let measure = self.measure;
        measure.per.is_some() && measure.numerator.is_some() && measure.denominator.is_some()
    }

    /// What the indicator is called in a heading that the reader knows: its code where it names
    /// nothing else, or that of the measure.
    pub fn name(&self, codes: &Codes<'_>) -> &'a str {
        let own = self.indicator.code.as_deref();
        // In a year of no contract, a name is clear only where one contract could be meant.
        let of_place = |found| codes.of_place(found, &self.place.code, 0);
        let clear = |code: &&str| {
            let found = codes.measure(code).ok().flatten();
            found.is_some_and(|found| of_place(found) == Ok(self.measure.code.as_str()))
        };
        own.filter(clear).unwrap_or(&self.measure.code)
    }

    /// What is measured: the label of the indicator, or of the measure where it has several.
    pub fn label(&self) -> &'a str {
        match self.indicator.measures.len() {
            1 => &self.indicator.label,
            _ => &self.measure.label,
        }
    }
}

impl<'a> Grid<'a> {
    /// Whether a value is asked for.
    pub fn asks(&self, line: &Line<'_>, period: Period) -> bool {
        self.demands
            .get(line.measure.code.as_str())
            .is_some_and(|demand| {
                periods_of(demand.frequency, period.year()).contains(&period)
                    && period.first_day() <= self.soil.today
                    && line.place.valid_on(period.last_day())
                    && demand.concerns(line.place)
                    && !demand.gaps.contains(&period.year())
            })
    }

    fn periods_asked(&self) -> Vec<Period> {
        let asked = |period: &Period| self.lines.iter().any(|line| self.asks(line, *period));
        self.periods.iter().copied().filter(asked).collect()
    }

    /// The figure that stands.
    pub fn figure(&self, line: &Line<'_>, period: Period) -> Option<&'a Figure> {
        let series = self.soil.figures.series(&line.measure.code)?;
        series.whole(&line.place.code, period)
    }

    /// The periods told beside those to fill in: the last ones before them, and those of them
    /// that hold something.
    pub fn memory(&self) -> Vec<Period> {
        let Some(first) = self.periods.first() else {
            return Vec::new();
        };
        let series = self.lines.iter().filter_map(|line| {
            let series = self.soil.figures.series(&line.measure.code)?;
            Some((line, series))
        });
        let mut earlier: Vec<Period> = Vec::new();
        let mut standing: Vec<Period> = Vec::new();
        for (line, series) in series {
            let told = |period: &Period| series.whole(&line.place.code, *period).is_some();
            let before = Series::periods(series)
                .into_iter()
                .filter(|period| period < first);
            earlier.extend(before.filter(told));
            standing.extend(self.periods.iter().copied().filter(told));
        }
        earlier.sort_unstable();
        earlier.dedup();
        let mut memory = earlier.split_off(earlier.len().saturating_sub(EARLIER));
        memory.extend(standing);
        memory.sort_unstable();
        memory.dedup();
        memory
    }

    /// The contract's own measure that it asks for, where it asks for no other.
    pub fn own(&self) -> Option<&'a OwnMeasure> {
        let line = self.lines.first().filter(|_| self.region.is_none())?;
        self.soil.catalogue.own(&line.measure.code)
    }

    /// The objectives that its lines stand under, in the order of the framework.
    pub fn objectives(&self) -> Vec<&'a Node> {
        let above = Above::of(self.framework);
        let mut found: Vec<&Node> = Vec::new();
        for node in self.lines.iter().filter_map(|line| above.objective(line)) {
            if !found.iter().any(|known| known.key == node.key) {
                found.push(node);
            }
        }
        found
    }

    /// Keeps the lines under an objective, where one is named, whose code or label holds every
    /// word of a text; whether any does. Where none does, all stay.
    pub fn keep(&mut self, objective: &str, text: &str) -> bool {
        let above = Above::of(self.framework);
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        let wanted = |line: &Line<'_>| {
            let code = line.indicator.code.as_deref().unwrap_or_default();
            let said = fold(&format!("{code} {} {}", line.label(), line.measure.label));
            let under = above
                .objective(line)
                .is_some_and(|node| node.key == objective);
            (objective.is_empty() || under) && words.iter().all(|word| said.contains(word))
        };
        let kept: Vec<Line<'a>> = self.lines.iter().copied().filter(wanted).collect();
        if kept.is_empty() {
            return false;
        }
        self.lines = kept;
        self.periods = self.periods_asked();
        true
    }

    /// The region of a grid with a row for each indicator; none where it has one for each region.
    pub fn region(&self) -> Option<&'a Place> {
        self.region
    }

    /// Whether some line has a numerator and a denominator.
    pub fn has_terms(&self) -> bool {
        self.lines.iter().any(Line::has_terms)
    }
}
