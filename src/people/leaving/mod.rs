//! Somebody leaves: everything they hold ends on a day, what they would leave behind is told first,
//! and a successor takes over what may be given on.

mod act;
mod pages;
mod store;

use jiff::civil::Date;

use crate::access::grant::store::Held;
use crate::access::grant::{GiveGrant, Grant, NewGrant};
use crate::access::{Act as _, Concern, Denied, Reach, answering};
use crate::platform::db::{DbError, Tx};

pub use act::{LeaveError, close_left, leave};
pub(super) use pages::{form, send};
pub use store::{Duties, duties};

/// What somebody who leaves holds, and what may become of it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The grant.
    pub held: Held,
    /// Whether whoever looks may give it to somebody else; what is held in another's place is not
    /// given on.
    pub gives: Result<(), Denied>,
}

/// What is held on that day or will be, with what may become of it.
pub(super) async fn kept(
    tx: &mut Tx,
    reach: &Reach,
    held: Vec<Held>,
    today: Date,
) -> Result<Vec<Kept>, DbError> {
    let mut all = Vec::new();
    for held in held.into_iter().filter(|held| !is_over(held, today)) {
        let grant = &held.grant;
        let concern = Concern {
            role: Some(grant.remit.role.clone()),
            ..answering(tx, &grant.remit.organisation, &grant.remit.framework).await?
        };
        all.push(Kept {
            gives: reach.allows(GiveGrant::NAME, &[concern]).map(drop),
            held,
        });
    }
    Ok(all)
}

/// Whether a grant is over on that day.
fn is_over(held: &Held, today: Date) -> bool {
    held.ended.is_some() || held.ends_on.is_some_and(|end| end < today)
}

/// Whether two grants are one role, for one organisation and one scope, in nobody's place.
fn is_same(one: &Held, other: &Held) -> bool {
    let bare = |held: &Held| Grant {
        id: uuid::Uuid::nil(),
        ..held.grant.clone()
    };
    bare(one) == bare(other)
}

/// What a successor is given: the same role, for the same organisation and scope, from that day to
/// the same end.
fn handed(held: &Held, successor: uuid::Uuid, today: Date, why: &str) -> Option<NewGrant> {
    held.behalf_of.is_none().then(|| NewGrant {
        person: successor,
        remit: held.grant.remit.clone(),
        starts_on: today.max(held.starts_on),
        ends_on: held.ends_on,
        why: why.to_owned(),
    })
}
