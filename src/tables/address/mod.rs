//! Personal addresses: what lets a spreadsheet read one table for a person, without signing in.
//!
//! The address holds a secret, of which only the digest is kept. It gives one table with the
//! choices made when it was opened, as its owner may see it on the day it is read, until a day
//! they chose or until they revoke it. It never writes.

pub(super) mod pages;
pub mod store;

use jiff::civil::Date;
use uuid::Uuid;

use crate::access::{Act, Concern};
use crate::platform::db::{DbError, Tx};

/// Opening an address, for the person who asks.
#[derive(Debug)]
pub struct OpenAddress;

impl Act for OpenAddress {
    /// The person it reads for.
    type Thing = Uuid;
    const NAME: &'static str = "table_address.open";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Revoking an address.
#[derive(Debug)]
pub struct RevokeAddress;

impl Act for RevokeAddress {
    /// The address.
    type Thing = Uuid;
    const NAME: &'static str = "table_address.revoke";

    async fn concerns(tx: &mut Tx, address: &Uuid) -> Result<Vec<Concern>, DbError> {
        let owner = store::owner(tx, *address).await?;
        Ok(owner.map(Concern::of_person).into_iter().collect())
    }
}

/// Which table an address gives, and what was chosen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Name of the table.
    pub table: String,
    /// The choices, as the query of an address.
    pub choices: String,
}

/// An address as its owner sees it listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAddress {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// What it gives.
    pub chosen: Chosen,
    /// The last day, in Paris, on which it works.
    pub expires_on: Date,
    /// When it was opened, in microseconds UTC.
    pub created_at: i64,
    /// When it was last read, to the hour, in microseconds UTC.
    pub used_at: Option<i64>,
    /// When it was revoked, in microseconds UTC.
    pub revoked_at: Option<i64>,
}

impl TableAddress {
    /// Whether it still works on that day.
    pub fn is_alive(&self, today: Date) -> bool {
        self.revoked_at.is_none() && today <= self.expires_on
    }
}
