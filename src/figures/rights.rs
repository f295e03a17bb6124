//! Whom values concern, as far as rights go. Pure, but for finding what an act is about.
//!
//! Who may load a value follows how the indicator is supplied: a national supplier and the
//! directorates that lead it, the agency of the region, or the establishment itself.

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::contest::store as contests;
use super::store::subject_of;
use crate::access::{Act, Concern, Denied, Reach, Standing};
use crate::frameworks::{Catalogue, Framework, Indicator, Supply};
use crate::organisations::Directory;
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

impl Ground<'_> {
    /// Whom loading a value of a measure in a place concerns.
    pub fn loading(self, measure: &str, place: &str) -> Concern {
        let mut organisations = BTreeSet::new();
        let following = self.catalogue.following(measure);
        for (_, indicator) in &following {
            organisations.extend(self.suppliers(indicator, measure, place));
        }
        let concern = led_by(place, concern(organisations, &following));
        self.of_contract(measure, concern)
    }

    /// What loading a value of a measure concerns wherever somebody may do it: to know whether a
    /// form is to be offered to them.
    pub fn loading_somewhere(self, measure: &str, reach: &Reach) -> Concern {
        let following = self.catalogue.following(measure);
        let regional = |indicator: &Indicator| match indicator.supply {
            Some(Supply::Agency | Supply::Establishment) => true,
            None => self.catalogue.own(measure).is_some(),
            Some(Supply::National | Supply::DirectAccess) => false,
        };
        let mut organisations = BTreeSet::new();
        for (_, indicator) in &following {
            if regional(indicator) {
                let tells = |code: &&str| {
                    let known = self.directory.organisation(code);
                    known.is_some_and(|known| known.kind.answers_for_a_place())
                };
                let theirs = reach.organisations().filter(tells);
                organisations.extend(theirs.map(str::to_owned));
            } else {
                let national = indicator.suppliers.iter().chain(&indicator.leads);
                organisations.extend(national.cloned());
            }
        }
        self.of_contract(measure, concern(organisations, &following))
    }

    /// Whether somebody may load a value of one of these measures in these places.
    ///
    /// # Errors
    /// Why they may load none.
    pub fn loads_one_of<'c>(
        self,
        reach: &Reach,
        cells: impl IntoIterator<Item = (&'c str, &'c str)>,
    ) -> Result<(), Denied> {
        let mut refused = Ok(());
        for (measure, place) in cells {
            let concern = self.loading(measure, place);
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

    fn suppliers(self, indicator: &Indicator, measure: &str, place: &str) -> Vec<String> {
        let is_own = self.catalogue.own(measure).is_some();
        match indicator.supply {
            Some(Supply::Agency | Supply::Establishment) => self.answering_for(place),
            // What a contract measures by itself is told by who is bound by it.
            None if is_own => self.answering_for(place),
            Some(Supply::National | Supply::DirectAccess) | None => {
                let national = indicator.suppliers.iter().chain(&indicator.leads);
                national.cloned().collect()
            }
        }
    }

    /// The establishment whose place it is, if it is one, and the agency of the region.
    fn answering_for(self, place: &str) -> Vec<String> {
        let within = self
            .directory
            .place(place)
            .and_then(|place| place.within.as_deref());
        let own = within.map(|_| place.to_owned());
        let agency = self.directory.ars_of(within.unwrap_or(place), self.today);
        own.into_iter()
            .chain(agency.map(|agency| agency.code.clone()))
            .collect()
    }

    /// Whom a value already there concerns: those who tell of the place may contest it.
    pub fn contesting(self, measure: &str, place: &str) -> Concern {
        let organisations = self.answering_for(place).into_iter().collect();
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
    seen: HashSet<(String, String)>,
    concerns: HashSet<Concern>,
}

impl LoadedValues {
    /// Notes that a value of that measure in that place is written.
    pub fn add(&mut self, ground: Ground<'_>, measure: &str, place: &str) {
        if self.seen.insert((measure.to_owned(), place.to_owned())) {
            self.concerns.insert(ground.loading(measure, place));
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
