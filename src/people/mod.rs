//! People and what they hold, many at once: the workbook of people and the list of referents, sent
//! as files.
//!
//! What lives here: what a row of such a file means, what it would change and how that is undone.
//! What never does: what a role allows, and how one grant is given ([`crate::access`]).

mod ground;
mod intake;
mod judge;
mod layout;
pub mod leaving;
mod names;
mod pages;
pub mod review;
mod store;
mod tell;
mod template;
mod write;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::grant::Grant;

pub use intake::PeopleIntake;
pub use pages::router;

/// The word that names this kind of file in the database and in addresses.
pub const INTAKE: &str = "personnes";

/// What a row is about: a role of somebody, for an organisation and a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Subject {
    email: String,
    role: String,
    organisation: String,
    framework: String,
    objective: String,
    contract: Option<Uuid>,
}

impl Subject {
    /// Whether a grant is that role, for that organisation and that very scope.
    fn is(&self, grant: &Grant) -> bool {
        self.is_within(grant)
            && grant.framework == self.framework
            && grant.objective == self.objective
            && grant.contract == self.contract
    }

    /// Whether a grant is that role, for that organisation and that scope or a wider one.
    fn is_within(&self, grant: &Grant) -> bool {
        let wider = |limit: &str, own: &str| limit.is_empty() || limit == own;
        grant.role == self.role
            && grant.organisation == self.organisation
            && wider(&grant.framework, &self.framework)
            && wider(&grant.objective, &self.objective)
            && (grant.contract.is_none() || grant.contract == self.contract)
    }
}

/// What stands of it, or would stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// Name of the person.
    name: String,
    /// Their account; `None` where it is to be opened.
    person: Option<Uuid>,
    /// The grant that stands; `None` where it is to be given.
    grant: Option<Uuid>,
    starts_on: Date,
    ends_on: Option<Date>,
    why: String,
}
