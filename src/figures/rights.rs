//! Whom values concern, as far as rights go. Pure, but for finding what an act is about.
//!
//! Who may load a value follows how its indicator is supplied, in the frameworks whose years cover
//! it: by the suppliers that it names (its leads, where it names none), by the agency of the region,
//! or by the establishment itself and its agency.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::contest::store as contests;
use super::store::subject_of;
use crate::access::{Act, Concern, Denied, Reach, Standing};
use crate::frameworks::{
    Catalogue, EVERY_AGENCY, EVERY_ESTABLISHMENT, Framework, Indicator, Supply,
};
use crate::organisations::{Directory, OrganisationKind};
use crate::platform::db::{DbError, Tx};

/// What says whom a value concerns.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The frameworks.
    pub catalogue: &'a Catalogue,
    /// The organisations and places.
    pub directory: &'a Directory,
    /// The day.
    pub today: Date,
}

impl<'a> Ground<'a> {
    /// Whom loading a value of a measure in a place, of that year, concerns.
    pub fn loading(self, measure: &str, place: &str, year: i16) -> Concern {
        let covering = self.covering(measure, year);
        let organisations = self.loaders(measure, &covering, &self.locals(place));
        let concern = led_by(place, concern(organisations, &covering));
        self.of_contract(measure, concern)
    }

    /// Whom attaching a document to such a value concerns: who may load it, the directorates that
    /// lead a national indicator, and the establishment that it is about.
    pub fn attaching(self, measure: &str, place: &str, year: i16) -> Concern {
        let covering = self.covering(measure, year);
        let locals = self.locals(place);
        let mut organisations = self.loaders(measure, &covering, &locals);
        for (_, indicator) in &covering {
            if matches!(indicator.supply, Some(Supply::National) | None) {
                organisations.extend(locals.named(&indicator.leads));
            }
        }
        organisations.extend(locals.establishments);
        let concern = led_by(place, concern(organisations, &covering));
        self.of_contract(measure, concern)
    }

    /// What loading a value of a measure, for a framework, concerns wherever somebody may do it: to
    /// know whether a form is to be offered to them.
    pub fn loading_somewhere(self, measure: &str, framework: &str, reach: &Reach) -> Concern {
        let mut following = self.catalogue.following(measure);
        following.retain(|(one, _)| one.code == framework);
        let mut locals = Locals::default();
        for code in reach.organisations() {
            match self.directory.organisation(code).map(|known| known.kind) {
                Some(OrganisationKind::Ars) => locals.agencies.push(code.to_owned()),
                Some(OrganisationKind::Establishment) => {
                    locals.establishments.push(code.to_owned());
                }
                _ => {}
            }
        }
        let organisations = self.loaders(measure, &following, &locals);
        self.of_contract(measure, concern(organisations, &following))
    }

    /// The indicators that a value of that year is supplied by: those of the frameworks whose years
    /// cover it; where none does, of the latest before it, or else of the first after it.
    fn covering(self, measure: &str, year: i16) -> Vec<(&'a Framework, &'a Indicator)> {
        let mut following = self.catalogue.following(measure);
        let spans: Vec<_> = following.iter().map(|(f, _)| (f.starts, f.ends)).collect();
        let counts = counting(&spans, year);
        following.retain(|(framework, _)| counts((framework.starts, framework.ends)));
        following
    }

    /// Whether somebody may load a value, of that year, of one of these measures in these places.
    ///
    /// # Errors
    /// Why they may load none.
    pub fn loads_one_of<'c>(
        self,
        reach: &Reach,
        cells: impl IntoIterator<Item = (&'c str, &'c str)>,
        year: i16,
    ) -> Result<(), Denied> {
        let mut refused = Ok(());
        for (measure, place) in cells {
            let concern = self.loading(measure, place, year);
            match reach.allows(LoadValues::NAME, &[concern]) {
                Ok(_) => return Ok(()),
                Err(denied) => refused = Err(denied),
            }
        }
        refused
    }

    /// The same, of the section of the contract where that contract alone measures it.
    fn of_contract(self, measure: &str, concern: Concern) -> Concern {
        let own = self.catalogue.own(measure);
        Concern {
            contract: own.map(|own| own.contract_id),
            section: own.map(|own| own.section_id),
            ..concern
        }
    }

    /// Who loads values of these indicators.
    fn loaders(
        self,
        measure: &str,
        indicators: &[(&Framework, &Indicator)],
        locals: &Locals,
    ) -> BTreeSet<String> {
        let each = indicators.iter();
        each.flat_map(|(_, indicator)| self.suppliers(indicator, measure, locals))
            .collect()
    }

    fn suppliers(self, indicator: &Indicator, measure: &str, locals: &Locals) -> Vec<String> {
        let is_own = self.catalogue.own(measure).is_some();
        match indicator.supply {
            // What a contract measures by itself is told by who is bound by it.
            Some(Supply::Agency) | None if is_own => locals.all(),
            Some(Supply::Agency) => locals.agencies.clone(),
            Some(Supply::Establishment) => locals.all(),
            // A lead answers for a value that nobody is named to supply.
            Some(Supply::National) | None if indicator.suppliers.is_empty() => {
                locals.named(&indicator.leads)
            }
            Some(Supply::National) | None => locals.named(&indicator.suppliers),
            // Consulted where it stands, it is supplied by nobody.
            Some(Supply::DirectAccess) => Vec::new(),
        }
    }

    /// Who tells of a place.
    fn locals(self, place: &str) -> Locals {
        let within = self
            .directory
            .place(place)
            .and_then(|place| place.within.as_deref());
        let agency = self.directory.ars_of(within.unwrap_or(place), self.today);
        Locals {
            establishments: within.map(|_| place.to_owned()).into_iter().collect(),
            agencies: agency
                .map(|agency| agency.code.clone())
                .into_iter()
                .collect(),
        }
    }

    /// Whom a value already there concerns: those who tell of the place may contest it.
    pub fn contesting(self, measure: &str, place: &str) -> Concern {
        let organisations = self.locals(place).all().into_iter().collect();
        let following = self.catalogue.following(measure);
        let concern = led_by(place, concern(organisations, &following));
        self.of_contract(measure, concern)
    }

    /// Who answers for a value: its supplier, and those who supply or lead the indicator.
    pub fn answering(self, measure: &str, supplier: &str) -> Concern {
        let following = self.catalogue.following(measure);
        let named = following
            .iter()
            .flat_map(|(_, i)| i.suppliers.iter().chain(&i.leads));
        let mut organisations: BTreeSet<String> = named.cloned().collect();
        let known = self.directory.resolve(supplier).found();
        organisations.extend(known.map(|organisation| organisation.code.clone()));
        self.of_contract(measure, concern(organisations, &following))
    }

    /// Whom the details that are given of an indicator concern.
    pub fn indicator(self, framework: &Framework, indicator: &Indicator) -> Concern {
        let named = indicator.suppliers.iter().chain(&indicator.leads);
        concern(named.cloned().collect(), &[(framework, indicator)])
    }
}

/// Who tells of a place: the establishment whose place it is, if it is one, and the agency of the
/// region.
#[derive(Debug, Default)]
struct Locals {
    establishments: Vec<String>,
    agencies: Vec<String>,
}

impl Locals {
    fn all(&self) -> Vec<String> {
        let both = self.establishments.iter().chain(&self.agencies);
        both.cloned().collect()
    }

    /// The organisations that an indicator names, those that tell of the place in the stead of the
    /// words for each agency and each establishment.
    fn named(&self, codes: &[String]) -> Vec<String> {
        let of = |code: &String| match code.as_str() {
            EVERY_AGENCY => self.agencies.clone(),
            EVERY_ESTABLISHMENT => self.establishments.clone(),
            _ => vec![code.clone()],
        };
        codes.iter().flat_map(of).collect()
    }
}

fn concern(organisations: BTreeSet<String>, following: &[(&Framework, &Indicator)]) -> Concern {
    let standing = |(framework, indicator): &(&Framework, &Indicator)| Standing {
        framework: framework.code.clone(),
        nodes: framework.path(&indicator.node),
    };
    let standings: BTreeSet<Standing> = following.iter().map(standing).collect();
    Concern {
        organisations: organisations.into_iter().collect(),
        standings: standings.into_iter().collect(),
        ..Concern::default()
    }
}

/// The same with the establishment whose place it is first: what is made of it is theirs.
fn led_by(place: &str, mut concern: Concern) -> Concern {
    concern.organisations.sort_by_key(|code| code != place);
    concern
}

/// Whom a file of values concerns: each kind of value that it would write, once.
#[derive(Clone, Debug, Default)]
pub struct LoadedValues {
    seen: HashSet<(String, String, i16)>,
    concerns: HashSet<Concern>,
}

impl LoadedValues {
    /// Notes that a value of that measure in that place, of that year, is written.
    pub fn add(&mut self, ground: Ground<'_>, measure: &str, place: &str, year: i16) {
        let cell = (measure.to_owned(), place.to_owned(), year);
        if self.seen.insert(cell) {
            self.concerns.insert(ground.loading(measure, place, year));
        }
    }

    /// Each concern, once.
    pub fn concerns(&self) -> Vec<Concern> {
        self.concerns.iter().cloned().collect()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.concerns.is_empty()
    }
}

/// Writing values.
#[derive(Debug)]
pub struct LoadValues;

impl Act for LoadValues {
    type Thing = LoadedValues;
    const NAME: &'static str = "values.load";

    async fn concerns(_tx: &mut Tx, loaded: &LoadedValues) -> Result<Vec<Concern>, DbError> {
        Ok(loaded.concerns())
    }
}

/// A value, with whom contesting it concerns.
#[derive(Clone, Debug)]
pub struct Contestable {
    observation: Uuid,
    concern: Concern,
}

impl Contestable {
    /// The value of that identifier, if there is one.
    pub async fn find(
        tx: &mut Tx,
        ground: Ground<'_>,
        observation: Uuid,
    ) -> Result<Option<Self>, DbError> {
        let subject = subject_of(tx, observation).await?;
        Ok(subject.map(|(measure, place)| Self {
            observation,
            concern: ground.contesting(&measure, &place),
        }))
    }

    /// The observation.
    pub fn observation(&self) -> Uuid {
        self.observation
    }

    /// Whom it concerns.
    pub fn concern(&self) -> &Concern {
        &self.concern
    }
}

/// A contest, with who answers for the value.
#[derive(Clone, Debug)]
pub struct Answerable {
    contest: Uuid,
    concern: Concern,
}

impl Answerable {
    /// The contest of that identifier, if there is one.
    pub async fn find(
        tx: &mut Tx,
        ground: Ground<'_>,
        contest: Uuid,
    ) -> Result<Option<Self>, DbError> {
        let found = contests::contest(tx, contest).await?;
        Ok(found.map(|found| Self {
            contest,
            concern: ground
                .answering(&found.measure, &found.supplier)
                .at(found.stage()),
        }))
    }

    /// The contest.
    pub fn contest(&self) -> Uuid {
        self.contest
    }

    /// Whom it concerns.
    pub fn concern(&self) -> &Concern {
        &self.concern
    }
}

/// Which of frameworks of these years, each from its first to its last, count for a year.
fn counting(spans: &[(i16, i16)], year: i16) -> impl Fn((i16, i16)) -> bool + use<> {
    let covers = move |(starts, ends): (i16, i16)| (starts..=ends).contains(&year);
    let is_covered = spans.iter().copied().any(covers);
    let before = spans.iter().map(|span| span.1).filter(|end| *end < year);
    let (before, after) = (before.max(), spans.iter().map(|span| span.0).min());
    move |(starts, ends)| match before {
        _ if is_covered => covers((starts, ends)),
        Some(end) => ends == end,
        None => Some(starts) == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_of_the_frameworks_that_cover_it_or_else_of_the_nearest_before() {
        let of = |spans: &[(i16, i16)], year| -> Vec<i16> {
            let counts = counting(spans, year);
            let kept = spans.iter().filter(|span| counts(**span));
            kept.map(|span| span.0).collect()
        };
        let all = [(2015, 2018), (2019, 2023), (2024, 2028)];
        for (year, first) in [
            (2013, 2015),
            (2016, 2015),
            (2023, 2019),
            (2024, 2024),
            (2031, 2024),
        ] {
            assert_eq!(of(&all, year), [first], "{year}");
        }
        assert_eq!(of(&[(2015, 2018), (2024, 2028)], 2021), [2015]);
        assert_eq!(of(&[(2019, 2023), (2020, 2024)], 2022), [2019, 2020]);
        assert_eq!(of(&[], 2022), [0_i16; 0]);
    }
}
