//! People and what they are given: one grant in a form, many at once in the workbook of people or
//! the list of referents, leaving, the yearly review.
//!
//! What lives here: what a row of such a file means, what it would change and how that is undone.
//! What never does: what a role allows, and how a grant is given and weighed ([`crate::access`]).

mod desk;
mod findable;
mod give;
mod ground;
mod intake;
mod judge;
mod layout;
pub mod leaving;
mod names;
mod open;
mod pages;
mod published;
pub mod review;
mod store;
pub mod tables;
mod tell;
mod template;
#[cfg(test)]
mod tests;
mod write;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::grant::Remit;

pub use findable::FindablePeople;
pub use give::read as read_grant;
pub use intake::PeopleIntake;
pub use pages::router;
pub use published::{AboutGrantView, SaidGrantView};

/// The word that names this kind of file in the database and in addresses.
pub const INTAKE: &str = "personnes";

/// What a row is about: somebody, and what they are given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Subject {
    email: String,
    #[serde(flatten)]
    remit: Remit,
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
