//! Links sent by mail, each good for one use and a short time: the first password of somebody
//! invited, another one for whoever forgot theirs.
//!
//! What lives here: what a link opens and how long it lives. What never does: signing in; a link
//! only chooses a password, so that the second factor is asked all the same.

pub(super) mod pages;
pub mod store;

use super::permit::Act;
use super::policy::Concern;
use super::store::{Whose, whole_of};
use crate::platform::db::{DbError, Tx};

/// Inviting somebody to choose how they sign in.
#[derive(Debug)]
pub struct InvitePerson;

impl Act for InvitePerson {
    type Thing = Whose;
    const NAME: &'static str = "person.invite";

    async fn concerns(tx: &mut Tx, whose: &Whose) -> Result<Vec<Concern>, DbError> {
        whole_of(tx, whose).await
    }
}

/// Reading the mails that wait, whose links open accounts.
#[derive(Debug)]
pub struct ReadMails;

impl Act for ReadMails {
    type Thing = ();
    const NAME: &'static str = "mail.read";

    async fn concerns(_tx: &mut Tx, (): &()) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::nobodys()])
    }
}

const HOUR: i64 = 3600 * 1_000_000;

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// An account that has no password yet.
    Invitation,
    /// Another password, for whoever forgot theirs.
    Reset,
}

impl LinkKind {
    const ALL: [Self; 2] = [Self::Invitation, Self::Reset];

    /// The word kept in the database.
    fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// How long it lives, in microseconds. No source says how long: Jalon's reading. Somebody
    /// invited may be away for the weekend; who asks for another password waits for the mail.
    pub(super) fn lifetime(self) -> i64 {
        match self {
            Self::Invitation => 72 * HOUR,
            Self::Reset => HOUR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back_and_live_three_days_at_most() {
        for kind in LinkKind::ALL {
            assert_eq!(LinkKind::from_code(kind.code()), Some(kind));
            assert!(kind.lifetime() <= 72 * HOUR);
        }
    }
}
