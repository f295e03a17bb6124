//! Mail: what is to be sent stands in the database, written with what causes it, and is sent
//! afterwards, tried again where the server is away.
//!
//! What lives here: the outbox, the sending. What never does: why somebody is written to, or what
//! they are told.

mod post;
pub mod store;

pub use post::{Post, PostError};

/// What stands in a body for the address of the site, which is filled in when the mail is sent.
pub const SITE: &str = "{site}";

/// A mail about to be written down, in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// What it tells, in a word of its concept's own: a second mail of the same key is not written.
    pub key: String,
    /// To whom.
    pub address: String,
    /// The subject, in French.
    pub subject: String,
    /// The text, in French; [`SITE`] stands for the address of the site.
    pub body: String,
    /// Not sent before that instant, in microseconds UTC; at once where it is past.
    pub due_at: i64,
    /// Not sent after that instant, in microseconds UTC.
    pub useless_at: i64,
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To be sent, or tried again.
    Waiting,
    /// The server took it.
    Sent,
    /// The server will not have it, or was away too long.
    Refused,
    /// Its time passed before it could be sent.
    Useless,
}

impl State {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Useless => "useless",
        }
    }

    /// The state of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Sent, Self::Refused, Self::Useless];
        all.into_iter().find(|state| state.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Waiting => "à envoyer",
            Self::Sent => "envoyé",
            Self::Refused => "refusé",
            Self::Useless => "périmé",
        }
    }
}

/// Minutes before each new try; after the last, the mail is given up.
const AGAIN: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1440];

/// How long after the try of that rank (from 1) the next comes, in microseconds; `None` where
/// there is none any more.
fn pause_after(attempts: i64) -> Option<i64> {
    let rank = usize::try_from(attempts - 1).ok()?;
    AGAIN.get(rank).map(|minutes| minutes * 60 * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_longer_and_the_last_is_followed_by_none() {
        let pauses: Vec<i64> = (1..).map_while(pause_after).collect();
        assert!(pauses.is_sorted() && pauses.len() == AGAIN.len());
        assert_eq!((pause_after(0), pause_after(9)), (None, None));
    }

    #[test]
    fn states_are_read_back() {
        for state in [State::Waiting, State::Sent, State::Refused, State::Useless] {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
