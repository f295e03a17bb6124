//! Leaving: the last day of somebody who goes, and their account, which closes once they hold
//! nothing any more and opens again with the next grant.
//!
//! What lives here: the account. What never does: the grants that end ([`super::grant`]), and what
//! else is left behind, which the modules above know.

pub mod store;

pub use store::{NAMELESS, forget_left};

use jiff::civil::Date;
use uuid::Uuid;

use super::grant::people_store::organisations_of;
use super::grant::store::{answering, grants_of, named};
use super::permit::Act;
use super::policy::Concern;
use crate::platform::db::{DbError, Tx};

/// Somebody who leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Who.
    pub person: Uuid,
    /// The last day of what they hold.
    pub last: Date,
}

/// Having somebody leave.
#[derive(Debug)]
pub struct LeavePerson;

impl Act for LeavePerson {
    type Thing = Leaving;
    const NAME: &'static str = "person.leave";

    /// What they hold or will hold after that day, all of it; where nothing is left, what they ever
    /// held. What they hold in somebody's place ends with them and was never theirs: it counts for
    /// the organisation it is held for, and not as a role that whoever asks must be able to give.
    /// What opens their account, or sees with their eyes, counts it as such.
    async fn concerns(tx: &mut Tx, leaving: &Leaving) -> Result<Vec<Concern>, DbError> {
        if named(tx, leaving.person).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut concerns = Vec::new();
        for held in grants_of(tx, leaving.person).await? {
            if held.ended.is_none() && held.ends_on.is_none_or(|end| end >= leaving.last) {
                let grant = &held.grant;
                let own = held.behalf_of.is_none();
                concerns.push(Concern {
                    role: own.then(|| grant.remit.role.clone()),
                    owner: Some(leaving.person),
                    ..answering(tx, &grant.remit.organisation, &grant.remit.framework).await?
                });
            }
        }
        if concerns.is_empty() {
            for organisation in organisations_of(tx, leaving.person).await? {
                concerns.push(answering(tx, &organisation, "").await?);
            }
        }
        if concerns.is_empty() {
            concerns.push(Concern::nobodys());
        }
        Ok(concerns)
    }
}
