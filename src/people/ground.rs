//! What the rows of a file are read against: who has an account, what each holds, and what whoever
//! sends the file may give and end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::Subject;
use crate::access::grant::people_store::people;
use crate::access::grant::store::{Held, can_sign_in, grants_of, lasting};
use crate::access::grant::{EndGrant, GiveGrant};
use crate::access::link::InvitePerson;
use crate::access::store::{AddPerson, person_by_email};
use crate::access::{Act, Concern, Denied, Person, Reach, Stage, answering};
use crate::kernel::fold;
use crate::platform::db::{DbError, Tx};

/// An account.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub person: Person,
    pub grants: Vec<Held>,
    /// Whether whoever sends the file may know of it.
    pub seen: bool,
    /// Whether its owner can sign in already.
    pub can_sign_in: bool,
}

impl Account {
    /// The grant that stands for a subject on that day, or comes: the one that begins on the day
    /// said, or else the first.
    pub(super) fn standing(
        &self,
        subject: &Subject,
        from: Option<Date>,
        today: Date,
    ) -> Option<&Held> {
        let mut found: Vec<&Held> = self.lasting_on(today).collect();
        found.retain(|held| held.grant.remit == subject.remit);
        found.sort_by_key(|held| (Some(held.starts_on) != from, held.starts_on));
        found.first().copied()
    }

    /// The grant of that very scope that begins on that day.
    pub(super) fn beginning(&self, subject: &Subject, day: Date, today: Date) -> Option<&Held> {
        let mut found = self.lasting_on(today);
        found.find(|held| held.grant.remit == subject.remit && held.starts_on == day)
    }

    /// Whether a grant of that very scope began by that day, over or not.
    pub(super) fn began_by(&self, subject: &Subject, day: Date) -> bool {
        let mut all = self.grants.iter().filter(|held| held.behalf_of.is_none());
        all.any(|held| held.grant.remit == subject.remit && held.starts_on <= day)
    }

    /// A grant that gives more than what a subject asks for, on that day, but for some that end.
    pub(super) fn wider(
        &self,
        subject: &Subject,
        today: Date,
        ending: &BTreeMap<Uuid, Date>,
    ) -> Option<&Held> {
        let mut lasting = self.lasting_on(today);
        lasting.find(|held| {
            held.grant.remit.holds(&subject.remit)
                && held.holds_on(today)
                && !ending.contains_key(&held.grant.id)
        })
    }

    /// What is not over on that day, but for what is held in somebody's place.
    fn lasting_on(&self, today: Date) -> impl Iterator<Item = &Held> {
        let over = move |held: &Held| held.ends_on.is_some_and(|end| end < today);
        self.grants
            .iter()
            .filter(move |held| held.ended.is_none() && held.behalf_of.is_none() && !over(held))
    }
}

/// Everything that rows are read against.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    reach: Reach,
    pub today: Date,
    accounts: BTreeMap<String, Account>,
    /// The people that whoever sends the file may know of: name folded, name, address.
    seen: Vec<(String, String, String)>,
    /// Who answers for what is an organisation's, by its code.
    answering: BTreeMap<String, Vec<String>>,
    /// The grants by which somebody administers the whole country for good.
    pub lasting: BTreeSet<Uuid>,
}

impl Ground {
    /// What those subjects are read against.
    pub(super) async fn of(
        tx: &mut Tx,
        reach: &Reach,
        today: Date,
        subjects: &[&Subject],
        names: &[&str],
    ) -> Result<Self, DbError> {
        let seen = people(tx, reach, today).await?;
        let mut ground = Self {
            reach: reach.clone(),
            today,
            accounts: BTreeMap::new(),
            seen: Vec::new(),
            answering: BTreeMap::new(),
            lasting: lasting(tx, today).await?.into_iter().collect(),
        };
        for one in seen {
            ground.seen.push((fold(&one.name), one.name, one.email));
        }
        let emails: BTreeSet<&str> = subjects.iter().map(|s| s.email.as_str()).collect();
        for email in emails {
            ground.meet(tx, email).await?;
        }
        let codes: BTreeSet<&str> = subjects
            .iter()
            .map(|s| s.remit.organisation.as_str())
            .collect();
        for code in codes {
            let answering = answering(tx, code, "").await?.organisations;
            ground.answering.insert(code.to_owned(), answering);
        }
        // A namesake may turn out to be the person meant.
        let names: BTreeSet<String> = names.iter().map(|name| fold(name)).collect();
        for (name, _, email) in ground.seen.clone() {
            if names.contains(&name) && !ground.accounts.contains_key(&email) {
                ground.meet(tx, &email).await?;
            }
        }
        Ok(ground)
    }

    /// One that holds these accounts, all of which may be known of.
    #[cfg(test)]
    pub(super) fn holding(reach: Reach, today: Date, accounts: Vec<Account>) -> Self {
        let person = |account: &Account| {
            let Person { name, email, .. } = &account.person;
            (fold(name), name.clone(), email.clone())
        };
        Self {
            reach,
            today,
            seen: accounts.iter().map(person).collect(),
            accounts: accounts
                .into_iter()
                .map(|a| (a.person.email.clone(), a))
                .collect(),
            answering: BTreeMap::new(),
            lasting: BTreeSet::new(),
        }
    }

    async fn meet(&mut self, tx: &mut Tx, email: &str) -> Result<(), DbError> {
        let Some(person) = person_by_email(tx, email).await? else {
            return Ok(());
        };
        let account = Account {
            seen: self.seen.iter().any(|(_, _, seen)| *seen == person.email),
            grants: grants_of(tx, person.id).await?,
            can_sign_in: can_sign_in(tx, person.id).await?,
            person,
        };
        self.accounts.insert(email.to_owned(), account);
        Ok(())
    }

    /// Whether that person can sign in already.
    pub(super) fn can_sign_in(&self, person: Uuid) -> bool {
        let mut accounts = self.accounts.values();
        accounts.any(|account| account.person.id == person && account.can_sign_in)
    }

    /// The account of that address.
    pub(super) fn account(&self, email: &str) -> Option<&Account> {
        self.accounts.get(email)
    }

    /// The people of that name, but for one address: name and address.
    pub(super) fn namesakes(&self, name: &str, but: &str) -> Vec<(&str, &str)> {
        let name = fold(name);
        let same = self
            .seen
            .iter()
            .filter(|(n, _, email)| *n == name && email != but);
        same.map(|(_, name, email)| (name.as_str(), email.as_str()))
            .collect()
    }

    /// Whether whoever sends the file may give that.
    pub(super) fn may_give(&self, subject: &Subject) -> Result<(), Denied> {
        self.may(GiveGrant::NAME, subject)
    }

    /// Whether they may end it.
    pub(super) fn may_end(&self, subject: &Subject) -> Result<(), Denied> {
        self.may(EndGrant::NAME, subject)
    }

    fn may(&self, act: &'static str, subject: &Subject) -> Result<(), Denied> {
        self.reach.allows(act, &[self.concern(subject)]).map(drop)
    }

    /// What the grant of a subject concerns.
    fn concern(&self, subject: &Subject) -> Concern {
        let mut concern = Concern {
            role: Some(subject.remit.role.clone()),
            owner: self
                .account(&subject.email)
                .map(|account| account.person.id),
            ..Concern::of(&subject.remit.organisation, &subject.remit.framework)
        }
        .at(Stage::Settled);
        if let Some(codes) = self.answering.get(&subject.remit.organisation) {
            concern.organisations.clone_from(codes);
        }
        concern
    }

    /// Whether they may open an account for somebody who will hold that, and invite them to it. What
    /// is not theirs to give is told as such, beside the role.
    pub(super) fn may_open(&self, subject: &Subject) -> Result<(), Denied> {
        let invited = Concern {
            role: None,
            ..self.concern(subject)
        };
        self.reach.allows(AddPerson::NAME, &[Concern::nobodys()])?;
        if self.may_give(subject).is_err() {
            return Ok(());
        }
        self.reach.allows(InvitePerson::NAME, &[invited]).map(drop)
    }
}
