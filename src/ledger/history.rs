//! The digest that ties each change to the one before it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// What one change did to one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The thing.
    pub thing: Uuid,
    /// What was done, as a stable word such as `create` or `edit`.
    pub verb: String,
    /// The state before, as JSON text; absent for a creation.
    pub before: Option<String>,
    /// The state after, as JSON text; absent for a removal.
    pub after: Option<String>,
}

/// A change as the chain digests it. The reason given and every personal datum stay outside, so
/// that a stated retention can erase them without breaking the chain.
#[derive(Clone, Debug, Serialize)]
pub struct Link<'a> {
    /// Its number.
    pub no: i64,
    /// When, in microseconds UTC.
    pub at: i64,
    /// Its kind.
    pub kind: &'a str,
    /// Who, as an identifier.
    pub actor: Option<Uuid>,
    /// The access token of the program that acted for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Uuid>,
    /// The grant it was made under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<Uuid>,
    /// What it did.
    pub entries: &'a [Entry],
}

/// SHA-256 of the previous digest followed by the link in JSON.
pub fn chain_hash(prev: &[u8], link: &Link<'_>) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    // Serialising plain structs of texts and numbers cannot fail; an empty text would still
    // give a stable digest.
    hasher.update(serde_json::to_vec(link).unwrap_or_default());
    hasher.finalize().into()
}
