//! Signing in through a provider of identities (`OpenID` Connect), such as `ProConnect`.
//!
//! What lives here: how somebody is sent there and comes back, what must hold before the provider
//! is believed, and which of its identities opens which account. What never does: opening or
//! finding an account by an e-mail address. An identity opens the account that somebody bound it
//! to, from an invitation or from that account, and no other.

mod claims;
mod flow;
mod jws;
pub(super) mod own;
pub(super) mod pages;
mod provider;
pub(super) mod store;

use uuid::Uuid;

use super::permit::Act;
use super::policy::Concern;
use crate::platform::db::{DbError, Tx};

pub use provider::Provider;
pub(super) use provider::leave_page;

/// Binding an identity of a provider to an account, which it opens from then on.
#[derive(Debug)]
pub struct BindIdentity;

impl Act for BindIdentity {
    /// The person whose account it is.
    type Thing = Uuid;
    const NAME: &'static str = "person.identity_bind";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Taking an identity away from the account that it opens.
#[derive(Debug)]
pub struct UnbindIdentity;

impl Act for UnbindIdentity {
    /// The identity.
    type Thing = Uuid;
    const NAME: &'static str = "person.identity_unbind";

    async fn concerns(tx: &mut Tx, identity: &Uuid) -> Result<Vec<Concern>, DbError> {
        let owner = store::owner(tx, *identity).await?;
        Ok(owner.map(Concern::of_person).into_iter().collect())
    }
}

/// Who somebody is for a provider. What it calls them means nothing without the identity provider
/// behind it, where it has several: two of them may use the same name for different people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The provider.
    pub issuer: String,
    /// The identity provider behind it; empty where it names none.
    pub idp: String,
    /// What they call the person.
    pub subject: String,
}

/// What a provider said of somebody who has just signed in there, and is believed.
#[derive(Clone, Debug)]
pub(super) struct Assertion {
    /// Who they are for it.
    pub identity: Identity,
    /// The establishment they work in.
    pub siret: Option<String>,
    /// At which level they signed in.
    pub acr: Option<String>,
    /// By which methods.
    pub amr: Vec<String>,
    /// The token itself, by which the provider knows who leaves.
    pub id_token: String,
}
