//! What a person may see and do, as their grants of today say.
//!
//! What lives here: [`Reach`], read once for a request from the grants that hold that day. What never
//! does: SQL, or a rule of the policy.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use maud::Markup;
use uuid::Uuid;

use super::grant::pages::button_or_why;
use super::grant::{GiveGrant, Grant, store};
use super::measured::{Measured, contract_of};
use super::opening::{Audience, Opening, Openings, ValueOpenings};
use super::permit::{Act, NotPermitted};
use super::policy::{Basis, Concern, Denied, Lack, Refusal, decide, weigh};
use super::role::{Roles, Side, Sight};
use super::token;
use crate::ledger::{self, Actor, Scope};
use crate::platform::db::{DbError, Tx};

/// All that decides what somebody sees of what is signed and observed, whoever they are: people of
/// the same vantage see the same, but for embargoes.
#[allow(clippy::struct_excessive_bools)] // each is a side of what is seen, asked by itself
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Vantage {
    everything: bool,
    anything: bool,
    state_or_agencies: bool,
    of_state: bool,
    openings: Arc<Openings>,
    values: Arc<ValueOpenings>,
    measured: Arc<Measured>,
    own: Arc<BTreeSet<String>>,
    places: Arc<BTreeSet<String>>,
    insiders: Arc<BTreeSet<String>>,
}

/// What a person may see and do, demanded by every function that reads for somebody.
#[derive(Clone, Debug)]
pub struct Reach {
    actor: Actor,
    grants: Arc<[Grant]>,
    openings: Arc<Openings>,
    values: Arc<ValueOpenings>,
    /// The contracts whose own measures they see.
    measured: Arc<Measured>,
    /// The organisations whose things they see, the establishments of their agencies included.
    own: Arc<BTreeSet<String>>,
    /// The places of the organisations they belong to.
    places: Arc<BTreeSet<String>>,
    /// Those of them whose drafts they see: somebody whom an agency or a hospital invites, or of
    /// the health insurance beside it, does not thereby belong to it.
    insiders: Arc<BTreeSet<String>>,
    /// Whether they stand for the State: a reader of an agency or a hospital does not.
    of_state: bool,
    vantage: Arc<Vantage>,
    /// Whether a program acts that was given the right to read and no more.
    reads_only: bool,
    /// The state of the history in which it was read.
    state: Option<i64>,
    /// Whether somebody else looks with it: it is then blind to what named people alone may see.
    looked_through: bool,
}

impl Reach {
    /// That of the installation itself, which sees everything.
    pub fn of_installation() -> Self {
        Self {
            actor: Actor::Installation,
            grants: Arc::default(),
            openings: Arc::default(),
            values: Arc::default(),
            measured: Arc::default(),
            own: Arc::default(),
            places: Arc::default(),
            insiders: Arc::default(),
            of_state: true,
            vantage: Arc::default(),
            reads_only: false,
            state: None,
            looked_through: false,
        }
        .placed()
    }

    /// The same, with its vantage worked out.
    fn placed(mut self) -> Self {
        self.vantage = Arc::new(Vantage {
            everything: self.sees_everything(),
            anything: self.sees_anything(),
            state_or_agencies: self.is_of_state_or_agencies(),
            of_state: self.of_state,
            openings: Arc::clone(&self.openings),
            values: Arc::clone(&self.values),
            measured: Arc::clone(&self.measured),
            own: Arc::clone(&self.own),
            places: Arc::clone(&self.places),
            insiders: Arc::clone(&self.insiders),
        });
        self
    }

    /// The state of the history in which it was read: the one a page expects to be of.
    pub fn state(&self) -> Option<i64> {
        self.state
    }

    /// What decides what they see.
    pub fn vantage(&self) -> &Arc<Vantage> {
        &self.vantage
    }

    /// What `actor` may see and do on that day, in Paris.
    pub async fn of(tx: &mut Tx, today: Date, actor: Actor) -> Result<Self, DbError> {
        match actor.person() {
            Some(person) => {
                let grants = store::holding(tx, person, today).await?;
                Self::given(tx, (today, actor, person), grants).await
            }
            None => Ok(Self::of_installation()),
        }
    }

    /// What one of their grants would let them see and do if it were the only one.
    pub async fn by_grant_alone(
        &self,
        tx: &mut Tx,
        today: Date,
        grant: &Grant,
    ) -> Result<Self, DbError> {
        match self.actor.person() {
            Some(person) => Self::given(tx, (today, self.actor, person), vec![grant.clone()]).await,
            None => Ok(self.clone()),
        }
    }

    /// What these grants, among those that a person holds, let them see and do.
    async fn given(
        tx: &mut Tx,
        (today, actor, person): (Date, Actor, Uuid),
        grants: Vec<Grant>,
    ) -> Result<Self, DbError> {
        let shown = showing(&grants).map(|grant| grant.remit.organisation.clone());
        let mut own: BTreeSet<String> = shown.collect();
        let mut insiders = BTreeSet::new();
        let mut regional = BTreeSet::new();
        if !own.is_empty() {
            regional = store::agencies_and_establishments(tx, person, today).await?;
            insiders = belonging(&grants, &regional);
            for (agency, establishment) in store::establishments(tx, person, today).await? {
                if insiders.contains(&agency) {
                    insiders.insert(establishment.clone());
                }
                if own.contains(&agency) {
                    own.insert(establishment);
                }
            }
        }
        let mut places = store::places(tx, person, today).await?;
        places.retain(|(organisation, _)| insiders.contains(organisation));
        let places = places.into_iter().map(|(_, place)| place).collect();
        let reads_only = match actor.token() {
            Some(token) => !token::store::may_write(tx, token, today).await?,
            None => false,
        };
        let of_state = is_of_state(&grants, &regional);
        let mut reach = Self {
            actor,
            grants: grants.into(),
            openings: Arc::new(store::openings(tx).await?),
            values: Arc::new(store::value_openings(tx).await?),
            measured: Arc::default(),
            places: Arc::new(places),
            own: Arc::new(own),
            insiders: Arc::new(insiders),
            of_state,
            vantage: Arc::default(),
            reads_only,
            looked_through: false,
            state: ledger::state(tx).await?,
        };
        reach.measured = Arc::new(reach.measures(tx).await?);
        Ok(reach.placed())
    }

    /// The contracts whose own measures they see; whoever sees everything, or nothing, is asked
    /// nothing of any.
    async fn measures(&self, tx: &mut Tx) -> Result<Measured, DbError> {
        if self.sees_everything() || !self.sees_anything() {
            return Ok(Measured::default());
        }
        let sees = |what, framework: &str, parties: &[String]| {
            self.sees_of(what, framework, parties.iter().map(String::as_str))
        };
        Measured::of(tx, sees).await
    }

    /// That of somebody who holds these grants, each for an agency or an establishment.
    #[cfg(test)]
    pub(crate) fn holding(actor: Actor, grants: Vec<Grant>, openings: Openings) -> Self {
        let shown = showing(&grants).map(|grant| grant.remit.organisation.clone());
        let own: BTreeSet<String> = shown.collect();
        let insiders = belonging(&grants, &own);
        Self {
            actor,
            grants: grants.into(),
            openings: Arc::new(openings),
            values: Arc::default(),
            measured: Arc::default(),
            own: Arc::new(own),
            places: Arc::default(),
            insiders: Arc::new(insiders),
            of_state: false,
            vantage: Arc::default(),
            reads_only: false,
            state: None,
            looked_through: false,
        }
        .placed()
    }

    /// The same, for somebody who only looks.
    #[must_use]
    pub fn only_reading(&self) -> Self {
        Self {
            reads_only: true,
            ..self.clone()
        }
    }

    /// The same, for an administrator who looks with it: what is sealed or under embargo is not
    /// seen. What the person may do is told as it is to them; that nothing is done sees
    /// [`looking`](super::looking).
    #[must_use]
    pub(super) fn looked_through(&self) -> Self {
        Self {
            looked_through: true,
            ..self.clone()
        }
    }

    /// Whether whoever acts was given the right to read and no more.
    pub fn reads_only(&self) -> bool {
        self.reads_only
    }

    /// Whose reach it is.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The grants that hold.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether an act to what these things concern is allowed; by what, for the first of them.
    ///
    /// # Errors
    /// A refusal that says who can.
    pub fn allows(&self, act: &'static str, concerns: &[Concern]) -> Result<Basis, Denied> {
        self.refuse_sealed(act)?;
        let Some(who) = self.actor.person() else {
            return Ok(Basis::Installation);
        };
        if self.reads_only {
            return Err(Denied {
                act,
                sentence: "Cet accès ne permet que de lire : ouvrez-en un qui permette d’écrire."
                    .to_owned(),
                kind: Refusal::ReadsOnly,
            });
        }
        let mut basis = None;
        for concern in concerns {
            let one = decide(Roles::known(), who, &self.grants, act, concern)?;
            basis.get_or_insert(one);
        }
        basis.ok_or_else(|| Denied {
            act,
            sentence: "Il n’y a rien là que vous puissiez changer.".to_owned(),
            kind: Refusal::NotGranted,
        })
    }

    /// Refuses an act upon what is sealed to whoever is no person, or looks as another.
    fn refuse_sealed(&self, act: &'static str) -> Result<(), Denied> {
        let sealed = Roles::known().act(act).is_some_and(|known| known.sealed);
        if sealed && (self.actor == Actor::Installation || self.looked_through) {
            return Err(Denied {
                act,
                sentence: "Ce qui est scellé ne s’ouvre qu’à une personne habilitée.".to_owned(),
                kind: Refusal::NotGranted,
            });
        }
        Ok(())
    }

    /// Whether they may give some role to somebody.
    ///
    /// # Errors
    /// A refusal that says who can.
    pub fn gives_something(&self) -> Result<(), Denied> {
        let gives = |grant: &Grant| {
            let role = Roles::known().role(&grant.remit.role);
            role.is_some_and(|role| !role.gives.is_empty())
        };
        if self.actor == Actor::Installation || self.grants.iter().any(gives) {
            return Ok(());
        }
        let roles = Roles::known().all().iter();
        let able: Vec<&str> = roles
            .filter(|role| !role.gives.is_empty())
            .map(|role| role.name.as_str())
            .collect();
        Err(Denied {
            act: GiveGrant::NAME,
            sentence: format!(
                "Vous ne pouvez pas donner une habilitation ici : vous ne gérez celles de personne. Peut le faire qui a le rôle : {}.",
                able.join(" ; ")
            ),
            kind: Refusal::NotGranted,
        })
    }

    /// Whether an act is allowed, whoever uses the right: by what, or what the person is told.
    pub(super) fn judged(
        &self,
        act: &'static str,
        concerns: &[Concern],
    ) -> Result<Vec<Basis>, String> {
        let judged = |who| {
            let each = concerns.iter();
            let judged =
                each.map(|concern| decide(Roles::known(), who, &self.grants, act, concern));
            judged.collect::<Result<_, _>>()
        };
        match self.actor.person() {
            Some(who) => judged(who).map_err(|denied: Denied| denied.sentence),
            None => Ok(vec![Basis::Installation]),
        }
    }

    /// Refuses a page that is nothing but the way to an act, to whoever may not do it to anything
    /// such; the act itself asks again.
    ///
    /// # Errors
    /// A refusal that says who can.
    pub fn demands<A: Act>(&self, concerns: &[Concern]) -> Result<(), NotPermitted> {
        self.allows(A::NAME, concerns)?;
        Ok(())
    }

    /// What does an act to what these things concern, or « pourquoi pas ? » where it is not allowed:
    /// whatever a page offers goes through here.
    pub fn offers<A: Act>(&self, concerns: &[Concern], label: &str, way: &Markup) -> Markup {
        let allowed = self.allows(A::NAME, concerns);
        button_or_why(allowed.as_ref().map(|_| ()), label, way)
    }

    /// What each grant lacks for an act to what these things concern, or that it does.
    pub fn weighed(&self, act: &str, concerns: &[Concern]) -> Vec<(&Grant, Result<(), Lack>)> {
        let weighed = |grant| {
            let mut each = concerns.iter();
            let all = each.try_for_each(|concern| weigh(Roles::known(), grant, act, concern));
            (grant, all)
        };
        self.grants.iter().map(weighed).collect()
    }

    /// Whether something that person made is the very own of whoever looks; what an administrator
    /// sees as somebody else is not theirs.
    pub fn is_own(&self, author: Option<Uuid>) -> bool {
        let me = self.actor.person().filter(|_| !self.looked_through);
        author.is_some() && author == me
    }

    /// Whether they may see, before its day, what `author` brought in under embargo: who brought
    /// it, who holds a role that says so, and the installation itself.
    pub fn sees_embargoed(&self, author: Option<Uuid>) -> bool {
        if self.looked_through {
            return false;
        }
        match self.actor.person() {
            Some(person) => author == Some(person) || self.holds(|role| role.sees_embargoed),
            None => true,
        }
    }

    /// Whether they may know of what is signed under that scope; what has none is everybody's
    /// who holds a grant that shows anything.
    pub fn sees(&self, scope: &Scope) -> bool {
        if scope.organisation.is_empty() {
            return self.sees_anything();
        }
        self.sees_of(
            Opening::Signed,
            &scope.framework,
            [scope.organisation.as_str()],
        )
    }

    /// Whether they may see what a framework opens, where it is about these organisations.
    pub fn sees_of<'o>(
        &self,
        what: Opening,
        framework: &str,
        organisations: impl IntoIterator<Item = &'o str>,
    ) -> bool {
        if self.sees_everything() {
            return true;
        }
        match self.audience(what, framework) {
            Audience::Everybody if self.sees_anything() => true,
            Audience::StateAndAgencies if self.is_of_state_or_agencies() => true,
            Audience::StateAndParties if self.of_state => true,
            _ => organisations.into_iter().any(|code| match what {
                Opening::Signed | Opening::Values => self.is_of(code),
                Opening::Drafts => self.belongs_to(code),
            }),
        }
    }

    /// Whether they may see what an organisation keeps to itself, whatever else they see; what none
    /// keeps, they may.
    pub fn sees_kept_by(&self, keeper: &str) -> bool {
        keeper.is_empty() || self.actor == Actor::Installation || self.belongs_to(keeper)
    }

    /// Whether they may see a contract in which no act was begun yet: the organisation in whose name
    /// it was prepared keeps it, as it would keep its first act; one that nobody's name prepared is
    /// seen as its drafts would be.
    pub fn sees_prepared_by(&self, keeper: &str, sees_drafts: bool) -> bool {
        if keeper.is_empty() {
            sees_drafts
        } else {
            self.sees_kept_by(keeper)
        }
    }

    /// Whether they may see the final values of a measure in a place: those whom its frameworks
    /// open them to, and whoever is of the place. What a contract alone measures is seen by those
    /// who see what is signed of it, and of these by whom its framework opens values to.
    pub fn sees_value(&self, measure: &str, place: &str) -> bool {
        if self.sees_everything() {
            return true;
        }
        let is_of_place = self.is_of(place) || self.places.contains(place);
        if let Some(contract) = contract_of(measure) {
            return self.measured.shows(contract, is_of_place);
        }
        if is_of_place {
            return true;
        }
        let said = self.values.get(measure).copied();
        match said.unwrap_or(Opening::Values.usual()) {
            Audience::Everybody => self.sees_anything(),
            Audience::StateAndAgencies => self.is_of_state_or_agencies(),
            Audience::StateAndParties => self.of_state,
            Audience::Parties => false,
        }
    }

    /// Whether they see the final values of every measure in every place.
    pub fn sees_all_values(&self) -> bool {
        self.sees_everything() || self.sees_all_shared_values() && !self.measured.hides()
    }

    /// Whether they see the final values of what frameworks measure, in every place.
    fn sees_all_shared_values(&self) -> bool {
        let mut audiences = self.values.values();
        self.is_of_state_or_agencies() && audiences.all(|to| *to <= Audience::StateAndAgencies)
    }

    /// What decides which final values they see: of those who see all that frameworks measure, the
    /// contracts that show them what they measure by themselves, and nothing else.
    pub fn vantage_on_values(&self) -> Arc<Vantage> {
        if self.sees_all_shared_values() && self.measured.is_the_same_everywhere() {
            return Arc::new(Vantage {
                state_or_agencies: true,
                measured: Arc::clone(&self.measured),
                ..Vantage::default()
            });
        }
        Arc::clone(&self.vantage)
    }

    /// Whether they may know who answers for which objective: the people of the State and of the
    /// agencies, who work with them.
    pub fn sees_referents(&self) -> bool {
        self.sees_everything() || self.is_of_state_or_agencies()
    }

    /// Whether an act to one thing is allowed, be it by a program that only reads: for acts that
    /// are ways of looking.
    pub fn may_look(&self, act: &'static str, concern: &Concern) -> bool {
        if self.refuse_sealed(act).is_err() {
            return false;
        }
        match self.actor.person() {
            Some(who) => decide(Roles::known(), who, &self.grants, act, concern).is_ok(),
            None => true,
        }
    }

    /// To whom a framework opens something.
    pub fn audience(&self, what: Opening, framework: &str) -> Audience {
        let said = self.openings.get(&(framework.to_owned(), what)).copied();
        said.unwrap_or_else(|| what.usual())
    }

    /// Whether nothing but what is under embargo or sealed is kept from them.
    pub fn sees_everything(&self) -> bool {
        self.actor == Actor::Installation || self.holds(|role| role.sight == Sight::Everything)
    }

    /// Whether they may see anything of what contracts and figures say.
    pub fn sees_anything(&self) -> bool {
        self.actor == Actor::Installation || self.holds(|role| role.sight != Sight::Nothing)
    }

    /// Whether they stand on the side of the State or of the agencies.
    fn is_of_state_or_agencies(&self) -> bool {
        self.holds(|role| {
            role.sight != Sight::Nothing && matches!(role.side, Side::State | Side::Agency)
        })
    }

    /// Whether they hold a grant that shows what is that organisation's.
    fn is_of(&self, organisation: &str) -> bool {
        self.own.contains(organisation)
    }

    /// Whether they hold a grant that makes them one of that organisation's.
    fn belongs_to(&self, organisation: &str) -> bool {
        self.insiders.contains(organisation)
    }

    /// The organisations whose drafts they see, the establishments of their agencies included.
    pub fn insider_of(&self) -> impl Iterator<Item = &str> {
        self.insiders.iter().map(String::as_str)
    }

    /// The organisations whose things they see, the establishments of their agencies included.
    pub fn organisations(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(String::as_str)
    }

    fn holds(&self, which: impl Fn(&super::role::Role) -> bool) -> bool {
        let mut roles = self
            .grants
            .iter()
            .filter_map(|grant| Roles::known().role(&grant.remit.role));
        roles.any(which)
    }
}

/// The grants that show something, and are held for an organisation.
fn showing(grants: &[Grant]) -> impl Iterator<Item = &Grant> {
    grants.iter().filter(|grant| {
        let role = Roles::known().role(&grant.remit.role);
        !grant.remit.organisation.is_empty()
            && role.is_some_and(|role| role.sight != Sight::Nothing)
    })
}

/// Whether a grant that shows something is held on the side of the State, for none of these agencies
/// and establishments.
fn is_of_state(grants: &[Grant], regional: &BTreeSet<String>) -> bool {
    grants.iter().any(|grant| {
        let role = Roles::known().role(&grant.remit.role);
        role.is_some_and(|role| role.sight != Sight::Nothing && role.side == Side::State)
            && !regional.contains(&grant.remit.organisation)
    })
}

/// The organisations that somebody is one of: a guest is of none, and who is of the health insurance
/// is of no agency nor establishment, which are those of the second list.
fn belonging(grants: &[Grant], regional: &BTreeSet<String>) -> BTreeSet<String> {
    let belongs = |grant: &&Grant| match Roles::known().role(&grant.remit.role) {
        Some(role) => match role.side {
            Side::Guest => false,
            Side::HealthInsurance => !regional.contains(&grant.remit.organisation),
            Side::State | Side::Agency | Side::Establishment | Side::Technical => true,
        },
        None => false,
    };
    let theirs = showing(grants).filter(belongs);
    theirs
        .map(|grant| grant.remit.organisation.clone())
        .collect()
}
