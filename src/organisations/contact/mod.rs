//! Where an organisation is written to: a mailbox that several of its people read, never somebody's.
//!
//! What lives here: the act that sets it, its part of the organisation's page. What never does: an
//! account, which such a mailbox has not.

pub(super) mod pages;
pub(super) mod store;

use crate::access::{Act, Concern, answering};
use crate::platform::db::{DbError, Tx};

/// The verb under which the history keeps it.
pub(super) const VERB: &str = "contact";

/// Changing where an organisation is written to.
#[derive(Debug)]
pub struct SetContact;

impl Act for SetContact {
    /// The code of the organisation.
    type Thing = String;
    const NAME: &'static str = "contact.set";

    async fn concerns(tx: &mut Tx, code: &String) -> Result<Vec<Concern>, DbError> {
        if store::thing_of(tx, code).await?.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![answering(tx, code, "").await?])
    }
}
