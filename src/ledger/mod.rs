//! One history of everything: numbered changes, the things they touch, what was before and after.
//!
//! What lives here: opening a change, recording its entries in the same transaction, the chain
//! of digests. What never does: who may do it (`access`), or what a change means to a concept.

mod address;
mod anchor;
mod change;
mod history;
mod memory;
mod moment;
mod once;
mod origin;
mod store;

pub use address::history_href;
pub use anchor::{Anchor, Broken, Verified, WrongAnchor};
pub use change::{Actor, Change, LedgerError, NewThing, Scope};
pub use history::{Entry, Link, chain_hash};
pub use memory::{Memory, OfState};
pub use moment::Moment;
pub use once::{SentForm, TOKEN_FIELD};
pub use origin::{made_from, spawn};
pub use store::{
    ChangeRow, anchor, forget_origins, history_of, is_committed, last_change, last_change_before,
    state, verify, verify_against,
};
