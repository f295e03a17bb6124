//! Grants: a role that a person holds, for an organisation and a scope, from a day to another.
//!
//! What lives here: what a grant is, the acts that give, delegate and end one, and their rules.
//! What never does: what a role allows ([`super::role`]).

mod addressed;
pub mod pages;
pub mod people_store;
pub mod store;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use addressed::PersonAddresses;

use self::store::Held;
use super::permit::Act;
use super::policy::Concern;
use super::role::Roles;
use crate::platform::db::{DbError, Tx};

/// How long a reason may be, in characters.
pub const LONGEST_REASON: usize = 500;
/// The longest that one may stand in for somebody, in days.
pub const LONGEST_DELEGATION: i32 = 366;

/// What a grant gives: a role, for an organisation, within limits.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::FromRow,
)]
pub struct Remit {
    /// Key of the role.
    pub role: String,
    /// Code of the organisation it is for; empty for none.
    pub organisation: String,
    /// Code of the framework it is limited to; empty for all.
    pub framework: String,
    /// Key of the objective, in that framework, it is limited to; empty for all.
    pub objective: String,
    /// The contract it is limited to.
    #[sqlx(rename = "contract_id")]
    pub contract: Option<Uuid>,
    /// The section of that contract it is limited to.
    #[sqlx(rename = "section_id")]
    pub section: Option<Uuid>,
}

impl Remit {
    /// A role, for an organisation that may be empty, without limits.
    pub fn of(role: &str, organisation: &str) -> Self {
        Self {
            role: role.to_owned(),
            organisation: organisation.to_owned(),
            ..Self::default()
        }
    }

    /// Whether it gives that same role, for the same organisation, within the same limits or wider
    /// ones.
    pub fn holds(&self, other: &Self) -> bool {
        let wider = |limit: &str, theirs: &str| limit.is_empty() || limit == theirs;
        self.role == other.role
            && self.organisation == other.organisation
            && wider(&self.framework, &other.framework)
            && wider(&self.objective, &other.objective)
            && (self.contract.is_none() || self.contract == other.contract)
            && (self.section.is_none() || self.section == other.section)
    }

    /// Whether nothing limits it.
    pub fn is_unlimited(&self) -> bool {
        self.framework.is_empty() && self.contract.is_none()
    }
}

/// A grant, as the policy weighs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier.
    pub id: Uuid,
    /// What it gives.
    pub remit: Remit,
    /// The name of the contract it is limited to, and of its section, for a reader.
    pub contract_name: Option<String>,
    /// The name of the person in whose place it is held.
    pub behalf_of: Option<String>,
    /// Codes of the frameworks that its role is about, where it is about some alone; read for the
    /// grants that somebody acts by.
    pub about: BTreeSet<String>,
}

/// A grant about to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGrant {
    /// To whom.
    pub person: Uuid,
    /// What.
    pub remit: Remit,
    /// First day.
    pub starts_on: Date,
    /// Last day; `None` where none is set.
    pub ends_on: Option<Date>,
    /// Why.
    pub why: String,
}

/// What is wrong with a grant about to be given, with the field it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The field of the form.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl NewGrant {
    /// What makes no sense in it, whoever gives it.
    pub fn objections(&self, roles: &Roles) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut object = |field, sentence: &str| {
            found.push(Objection {
                field,
                sentence: sentence.to_owned(),
            });
        };
        match roles.role(&self.remit.role) {
            None => object("role", "Choisissez un rôle dans la liste."),
            Some(role) if !role.own.is_empty() && self.remit.organisation.is_empty() => {
                object(
                    "organisation",
                    "Ce rôle se tient pour une organisation : écrivez laquelle.",
                );
            }
            Some(role) if !self.remit.is_unlimited() => {
                if let Some(why) = role.takes_no_limit() {
                    let of_framework = !self.remit.framework.is_empty();
                    object(if of_framework { "cadre" } else { "contrat" }, why);
                }
            }
            Some(_) => {}
        }
        if self.remit.section.is_some() && self.remit.contract.is_none() {
            object("contrat", "Un volet est celui d’un contrat : dites lequel.");
        }
        if self.remit.framework.is_empty() && !self.remit.objective.is_empty() {
            object(
                "cadre",
                "Un objectif est celui d’un cadre : choisissez lequel.",
            );
        }
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            object("fin", "La fin précède le début.");
        }
        let why = self.why.trim().chars().count();
        if why == 0 || why > LONGEST_REASON {
            object(
                "motif",
                "Dites pourquoi, en 500 caractères au plus : le journal le garde.",
            );
        }
        found
    }
}

/// A delegation about to be made: somebody stands in for the holder of a grant until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelegation {
    /// The grant of the one who is stood in for.
    pub grant: Uuid,
    /// Who stands in.
    pub person: Uuid,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Why.
    pub why: String,
}

/// Giving a role to a person.
#[derive(Debug)]
pub struct GiveGrant;

impl Act for GiveGrant {
    type Thing = NewGrant;
    const NAME: &'static str = "grant.give";

    async fn concerns(tx: &mut Tx, new: &NewGrant) -> Result<Vec<Concern>, DbError> {
        if store::named(tx, new.person).await?.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![Concern {
            role: Some(new.remit.role.clone()),
            owner: Some(new.person),
            ..store::answering(tx, &new.remit.organisation, &new.remit.framework).await?
        }])
    }
}

/// Ending a grant.
#[derive(Debug)]
pub struct EndGrant;

impl EndGrant {
    /// What ending a grant concerns, once it was read.
    pub async fn upon(tx: &mut Tx, held: &Held) -> Result<Concern, DbError> {
        let remit = &held.grant.remit;
        let concern = Concern {
            role: Some(remit.role.clone()),
            owner: Some(held.person),
            ..store::answering(tx, &remit.organisation, &remit.framework).await?
        };
        Ok(concern.at(held.stage()))
    }
}

impl Act for EndGrant {
    /// The grant.
    type Thing = Uuid;
    const NAME: &'static str = "grant.end";

    async fn concerns(tx: &mut Tx, grant: &Uuid) -> Result<Vec<Concern>, DbError> {
        match store::held(tx, *grant).await? {
            Some(held) => Ok(vec![Self::upon(tx, &held).await?]),
            None => Ok(Vec::new()),
        }
    }
}

/// Having somebody stand in for oneself, under one of one's grants.
#[derive(Debug)]
pub struct Delegate;

impl Act for Delegate {
    type Thing = NewDelegation;
    const NAME: &'static str = "grant.delegate";

    async fn concerns(tx: &mut Tx, new: &NewDelegation) -> Result<Vec<Concern>, DbError> {
        let held = store::held(tx, new.grant).await?;
        // What one holds in somebody's place is not one's own to pass on.
        let own = held.filter(|held| held.behalf_of.is_none());
        Ok(own
            .map(|held| Concern::of_person(held.person))
            .into_iter()
            .collect())
    }
}

/// Taking back what one delegated, before its last day.
#[derive(Debug)]
pub struct TakeBack;

impl Act for TakeBack {
    /// The grant of who stands in.
    type Thing = Uuid;
    const NAME: &'static str = "grant.take_back";

    async fn concerns(tx: &mut Tx, grant: &Uuid) -> Result<Vec<Concern>, DbError> {
        let Some(held) = store::held(tx, *grant).await? else {
            return Ok(Vec::new());
        };
        let Some(own) = held.behalf_of else {
            return Ok(Vec::new());
        };
        let own = store::held(tx, own).await?.into_iter();
        Ok(own
            .map(|own| Concern::of_person(own.person).at(held.stage()))
            .collect())
    }
}

/// Giving up what one was delegated, before its last day.
#[derive(Debug)]
pub struct GiveUp;

impl Act for GiveUp {
    /// The grant of who stands in.
    type Thing = Uuid;
    const NAME: &'static str = "grant.give_up";

    async fn concerns(tx: &mut Tx, grant: &Uuid) -> Result<Vec<Concern>, DbError> {
        let held = store::held(tx, *grant).await?;
        // What one holds oneself is ended by who manages it.
        let received = held.filter(|held| held.behalf_of.is_some());
        Ok(received
            .map(|held| Concern::of_person(held.person).at(held.stage()))
            .into_iter()
            .collect())
    }
}

/// A delegation that runs or will.
#[derive(Clone, Debug)]
pub struct Delegated {
    /// The grant of who stands in.
    pub grant: Uuid,
    /// Their name.
    pub to: String,
    /// Key of the role.
    pub role: String,
    /// Code of the organisation; empty for none.
    pub organisation: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
}

/// Seeing who holds what among the people of an organisation.
#[derive(Debug)]
pub struct SeePeople;

impl SeePeople {
    /// Its word.
    pub const NAME: &'static str = "person.see";
}
