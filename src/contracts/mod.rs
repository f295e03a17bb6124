//! Contracts: who agrees on what, section by section, and the instruments that make it change.
//!
//! What lives here: contracts, their parties and sections; the instruments (signed contract,
//! amendment, yearly update, mid-term revision, correction) and the terms each one sets; the
//! rules that say what is in force and what blocks a signature; their store and pages. What
//! never does: observed values and attainment (`figures`), the text of frameworks, or any rule
//! that holds for one generation only.

mod acts;
mod addressed;
mod agreements;
pub mod api;
mod body;
mod check;
mod country;
mod desk;
mod entry;
mod findable;
mod holder;
pub mod intake;
pub mod limits;
mod lines;
mod naming;
pub mod note;
mod obstacle;
mod offers;
mod own;
pub mod pages;
mod parties;
#[cfg(test)]
mod properties;
mod proposal;
mod remembered;
mod sheet;
pub mod store;
pub mod tables;
mod terms;
mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use crate::access::{self, Concern, Opening, Reach};
use crate::ledger::Moment;

pub use acts::{
    AbandonInstrument, ConfirmInstrument, CreateContract, DraftInstrument, EditInstrument,
    OpenInstrument, ReadNote, RebaseInstrument, SetNationalTarget, SignInstrument, TargetsOf,
    TermsOf, WriteNote, WriteTerms,
};
pub use addressed::ContractAddresses;
pub use agreements::Agreements;
pub use body::{
    Baseline, Choice, CommitmentTerm, Covered, Definition, MeansTerm, Membership, Slot, Stage,
    Target, TermBody, TermKey,
};
pub use check::{check_draft, confirmed_by};
pub use country::{SectionTarget, Together, together};
pub use desk::{
    Desk, NoObservations, Observations, Observed, ObservedKey, ObservedStanding, Recorded, Shown,
    library,
};
pub use entry::{read_decimal, read_target, read_value, write_decimal, write_target, write_value};
pub use findable::FindableContracts;
pub use holder::ContractsHolder;
pub use lines::{Book, Facet, Line, Standing};
pub use naming::{instrument_name, instrument_names};
pub use obstacle::{Obstacle, ObstacleKind};
pub use own::own_measures;
pub use parties::{RoleHolder, Tenure, parties_in_force, party_edits};
pub use proposal::{
    Field, Ground, NewContract, NewSection, Objection, Rival, bound, check_new, usual_place,
};
pub use remembered::{Remembered, WrittenFor};
pub use store::NationalTarget;
pub use terms::{Held, Overlay, Step, Term, Terms, history, overlay};
pub use told::ContractTeller;

/// A contract between parties, for some years, under a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Identifier, a thing of the ledger.
    pub id: Uuid,
    /// Version of that thing, raised by each change.
    pub version: i64,
    /// Its address: `normandie-2024-2028`.
    pub slug: String,
    /// What people call it.
    pub title: String,
    /// Code of the framework.
    pub framework: String,
    /// Code of the agency or establishment that the contract binds.
    pub organisation: String,
    /// Code of the place it covers.
    pub place: String,
    /// First year.
    pub starts: i16,
    /// Last year.
    pub ends: i16,
    /// Whether it was invented for a demonstration.
    pub fictional: bool,
    /// The organisation in whose name it was prepared, which keeps it to itself until an act is
    /// begun; empty where nobody's name did, and of contracts read for what is signed of them.
    pub keeper: String,
    /// Who agrees, in the order of the contract.
    pub parties: Vec<Party>,
    /// Its sections (« volets »), never empty: a contract in one piece has one without a label.
    pub sections: Vec<Section>,
}

impl Contract {
    /// Every year it covers.
    pub fn years(&self) -> std::ops::RangeInclusive<i16> {
        self.starts..=self.ends
    }

    /// The year whose figures are reviewed on that day: the last whole one that it covers, or its
    /// first where none is over.
    pub fn reviewed_year(&self, day: Date) -> i16 {
        (day.year() - 1).clamp(self.starts, self.ends)
    }

    /// A section by its key.
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// Whether it is cut into sections that a reader must tell apart.
    pub fn has_sections(&self) -> bool {
        self.sections.len() > 1
    }
}

/// An organisation in a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Key of its role in the framework.
    pub role: String,
    /// Code of the organisation.
    pub organisation: String,
    /// Its name, or its code where it is not known.
    pub name: String,
}

/// A part of a contract with its own terms: Océan Indien had La Réunion and Mayotte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Identifier.
    pub id: Uuid,
    /// Unique in the contract; part of addresses.
    pub key: String,
    /// What people call it; empty for the only section of a contract.
    pub label: String,
    /// Code of the place it covers.
    pub place: String,
}

/// An act that makes or changes a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Identifier, a thing of the ledger.
    pub id: Uuid,
    /// Version of that thing, raised by each change.
    pub version: i64,
    /// Number in the contract, from 1 in the order of drafting.
    pub no: i64,
    /// Key of the act in the framework.
    pub act: String,
    /// Where it stands.
    pub state: State,
    /// Revision of the framework that its terms refer to.
    pub framework_revision: Uuid,
    /// The organisation that keeps it to itself while it prepares it; empty where it is open to
    /// the parties.
    pub keeper: String,
    /// Why it is made.
    pub motive: Option<String>,
    /// Day it takes effect, as written in it.
    pub effective_on: Option<Date>,
    /// Last signature of the contract that its author could see, as a change number.
    pub base_change: i64,
    /// Who signs it, in order.
    pub signatories: Vec<Signatory>,
    /// Who confirmed it as it stands.
    pub confirmations: Vec<Confirmation>,
    /// Who drafted it and when.
    pub created: Stamp,
    /// Who recorded its signature and when.
    pub signed: Option<Stamp>,
}

impl Instrument {
    /// The change that brought it into force, where it was signed.
    pub fn signed_change(&self) -> Option<i64> {
        self.signed.as_ref().map(|stamp| stamp.change)
    }

    /// Whether who prepares it, or prepared it before giving it up, keeps it from somebody.
    fn is_kept_from(&self, reach: &Reach) -> bool {
        self.state != State::Signed && !reach.sees_kept_by(&self.keeper)
    }

    /// The last day that a signatory wrote beside their name.
    pub fn signed_on(&self) -> Option<Date> {
        self.signatories.iter().filter_map(|s| s.signed_on).max()
    }
}

/// Where an instrument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Being written; counts for nothing yet.
    Draft,
    /// Signed; its terms can no longer change.
    Signed,
    /// Given up; kept to be read.
    Abandoned,
}

impl State {
    /// The code kept in the database and the JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed => "signed",
            Self::Abandoned => "abandoned",
        }
    }

    /// As a table that is taken away says it.
    pub const fn french(self) -> &'static str {
        match self {
            Self::Draft => "projet",
            Self::Signed => "signé",
            Self::Abandoned => "abandonné",
        }
    }

    /// The state of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Signed, Self::Abandoned]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// How far the instrument has come, as far as rights go.
    pub fn stage(self) -> access::Stage {
        match self {
            Self::Draft => access::Stage::UnderWay,
            Self::Signed => access::Stage::Settled,
            Self::Abandoned => access::Stage::Closed,
        }
    }
}

/// When something was recorded and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Number of the change.
    pub change: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Name of the person; absent for the installation itself.
    pub who: Option<String>,
}

/// Somebody who signs for a party.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Signatory {
    /// Key of the party's role.
    pub role: String,
    /// Name.
    pub name: String,
    /// Function: « directeur général ».
    pub function: String,
    /// In what capacity, where it differs from the function: « par délégation ».
    pub capacity: Option<String>,
    /// Day written beside the signature.
    pub signed_on: Option<Date>,
}

/// A person who read a draft and agrees that it be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The person.
    pub person: Uuid,
    /// Their name.
    pub name: String,
}

/// How much of a contract somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What was signed.
    Signed,
}

/// A contract with everything that was ever agreed in it.
#[derive(Clone, Debug)]
pub struct FullContract {
    /// The contract.
    pub contract: Contract,
    /// Its instruments, by number.
    pub instruments: Vec<Instrument>,
    /// Every term of every instrument.
    pub terms: Vec<Term>,
}

impl FullContract {
    /// What somebody may see of it: nothing where it is not opened to them, nor where nothing was
    /// signed yet and what is under way is not; without the acts under way or given up where these
    /// are not.
    pub fn seen_by(self, reach: &Reach) -> Option<Self> {
        match self.part_seen_by(reach)? {
            Part::Whole if self.is_kept_from(reach) => self.without_kept(reach),
            Part::Whole => Some(self),
            Part::Signed => Some(self.signed_part()),
        }
    }

    /// Whether an act of it is kept from somebody by who prepares it.
    fn is_kept_from(&self, reach: &Reach) -> bool {
        self.instruments.iter().any(|i| i.is_kept_from(reach))
    }

    /// The same without the acts that are kept from somebody; nothing where nothing else is there.
    fn without_kept(mut self, reach: &Reach) -> Option<Self> {
        self.keep_only(|instrument| !instrument.is_kept_from(reach));
        (!self.instruments.is_empty()).then_some(self)
    }

    /// How much of it somebody may see.
    pub fn part_seen_by(&self, reach: &Reach) -> Option<Part> {
        let parties = self.parties_ever();
        let framework = &self.contract.framework;
        let sees = |what| reach.sees_of(what, framework, parties.iter().map(String::as_str));
        let sees_drafts = sees(Opening::Drafts);
        if self.instruments.is_empty() {
            let is_seen = reach.sees_prepared_by(&self.contract.keeper, sees_drafts);
            return is_seen.then_some(Part::Whole);
        }
        if sees_drafts {
            return Some(Part::Whole);
        }
        let is_signed = self.instruments.iter().any(|i| i.state == State::Signed);
        (is_signed && sees(Opening::Signed)).then_some(Part::Signed)
    }

    /// Every act of it; at a past moment, those that were signed by then.
    pub fn instruments_at(&self, moment: Moment) -> impl Iterator<Item = &Instrument> {
        let by_then = move |one: &&Instrument| {
            let signed = one.signed_change();
            moment.past.is_none() || signed.is_some_and(|change| change <= moment.change)
        };
        self.instruments.iter().filter(by_then)
    }

    /// The same without the acts under way or given up.
    fn signed_part(mut self) -> Self {
        self.keep_only(|instrument| instrument.state == State::Signed);
        self
    }

    fn keep_only(&mut self, keeps: impl Fn(&Instrument) -> bool) {
        self.instruments.retain(keeps);
        let kept: BTreeSet<Uuid> = self.instruments.iter().map(|i| i.id).collect();
        self.terms.retain(|term| kept.contains(&term.instrument));
    }

    /// Whom it concerns, as far as rights go: what a page may show beforehand, where the permit is
    /// asked once more, of those who are party then.
    pub fn concern(&self) -> Concern {
        Concern {
            organisations: self.parties_ever(),
            standings: vec![access::Standing::whole(self.contract.framework.clone())],
            contract: Some(self.contract.id),
            kept_by: self.kept_by().map(str::to_owned),
            ..Concern::default()
        }
    }

    /// The organisation that keeps all of it to itself, where no act of it was begun yet.
    pub fn kept_by(&self) -> Option<&str> {
        let keeper = self.contract.keeper.as_str();
        (self.instruments.is_empty() && !keeper.is_empty()).then_some(keeper)
    }

    /// The same for one of its sections.
    pub fn concern_in(&self, section: &Section) -> Concern {
        Concern {
            section: Some(section.id),
            ..self.concern()
        }
    }

    /// The organisations that are or were party to it, or that a signed act made party.
    fn parties_ever(&self) -> Vec<String> {
        let beginning = self
            .contract
            .parties
            .iter()
            .map(|party| party.organisation.clone());
        let signed = self.instruments.iter().filter(|i| i.state == State::Signed);
        let signed: BTreeSet<Uuid> = signed.map(|i| i.id).collect();
        let joined = self.terms.iter().filter_map(|term| match &term.key.slot {
            Slot::Party { organisation, .. } if signed.contains(&term.instrument) => {
                Some(organisation.clone())
            }
            _ => None,
        });
        beginning.chain(joined).collect()
    }

    /// The terms in force after that change; drafts never count.
    pub fn in_force(&self, as_of: i64) -> Terms<'_> {
        Terms::in_force(&self.instruments, &self.terms, as_of)
    }

    /// The same with each section where it was after that change.
    #[must_use]
    pub fn placed(self: Arc<Self>, as_of: i64) -> Arc<Self> {
        let sections = self.contract.sections.iter();
        let places: Vec<&str> = sections.map(|s| self.place_of(s, as_of)).collect();
        let mut sections = self.contract.sections.iter().zip(&places);
        if sections.all(|(section, place)| section.place == *place) {
            return self;
        }
        let mut placed = Self::clone(&self);
        for (section, place) in placed.contract.sections.iter_mut().zip(places) {
            place.clone_into(&mut section.place);
        }
        Arc::new(placed)
    }

    /// Code of the place that a section covered after that change.
    pub fn place_of<'a>(&'a self, section: &'a Section, as_of: i64) -> &'a str {
        let own = self.terms.iter();
        let own = own.filter(|t| t.key.section == section.id && t.key.slot == Slot::Place);
        let signed = own.filter_map(|term| {
            let instrument = self.instrument_by_id(term.instrument)?;
            let signed = instrument.signed_change().filter(|signed| *signed <= as_of);
            Some((signed?, term))
        });
        match signed.max_by_key(|(signed, _)| *signed) {
            Some((
                _,
                Term {
                    body: Some(TermBody::Place(covered)),
                    ..
                },
            )) => &covered.place,
            _ => &section.place,
        }
    }

    /// An instrument by its number.
    pub fn instrument(&self, no: i64) -> Option<&Instrument> {
        self.instruments.iter().find(|i| i.no == no)
    }

    /// An instrument by its identifier.
    pub fn instrument_by_id(&self, id: Uuid) -> Option<&Instrument> {
        self.instruments.iter().find(|i| i.id == id)
    }

    /// The last instrument signed at that change or before it.
    pub fn last_signed(&self, as_of: i64) -> Option<&Instrument> {
        let signed = self.instruments.iter().filter(|i| {
            i.signed_change()
                .is_some_and(|signed_change| signed_change <= as_of)
        });
        signed.max_by_key(|i| i.signed_change())
    }

    /// The change of the last signature, 0 before any.
    pub fn last_signature(&self) -> i64 {
        let signatures = self
            .instruments
            .iter()
            .filter_map(Instrument::signed_change);
        signatures.max().unwrap_or(0)
    }

    /// What an instrument changes, beside what was in force without it.
    pub fn overlay(&self, instrument: &Instrument) -> Overlay<'_> {
        overlay(&self.instruments, &self.terms, instrument)
    }
}
