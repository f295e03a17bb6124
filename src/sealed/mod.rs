//! What is kept under seal: encrypted in the database, each thing with a key of its own, which a
//! master key kept elsewhere wraps.
//!
//! What lives here: the envelope and what it is bound to, the master keys as a file holds them, the
//! sealed rows, the passage from one master key to the next. What never does: what a sealed thing
//! says, or who may open it; that is its concept's.

mod keyfile;
mod keyring;
pub mod store;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::platform::db::DbError;

pub use keyfile::{KeyFile, KeyFileError, add_key, create_key};
pub use keyring::{Keyring, MasterKeys};

/// Which sealed thing it is. What is sealed for one opens for no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The thing it is about.
    pub thing: Uuid,
    /// What it is of that thing, a stable word of its concept's.
    pub slot: String,
    /// Which version.
    pub no: i64,
}

impl Place {
    /// That version of that slot of a thing.
    pub fn new(thing: Uuid, slot: &str, no: i64) -> Self {
        Self {
            thing,
            slot: slot.to_owned(),
            no,
        }
    }

    /// The bytes that both the text and its key are bound to.
    fn bound(&self) -> Vec<u8> {
        let mut bytes = b"jalon sealed 1".to_vec();
        bytes.extend_from_slice(self.thing.as_bytes());
        bytes.extend_from_slice(&self.no.to_be_bytes());
        bytes.extend_from_slice(self.slot.as_bytes());
        bytes
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, version {}, de {}", self.slot, self.no, self.thing)
    }
}

/// The key of one sealed thing, wrapped by a master key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// The identifier of the master key.
    pub key_id: String,
    /// The wrapped key, as the master keys gave it.
    pub bytes: Vec<u8>,
}

/// A sealed thing as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Its key.
    pub wrapped: Wrapped,
    /// What the cipher was started with.
    pub nonce: Vec<u8>,
    /// The text, encrypted.
    pub body: Vec<u8>,
}

/// The key of one sealed thing, while it serves. It is wiped where it ends.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new one.
    fn random() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// The key of those bytes, where there are as many as it takes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 32] = bytes.try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// Its bytes, for who wraps it.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// What was under seal, opened. It is wiped where it ends and never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text, where it is one.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain(…)")
    }
}

/// Why something cannot be sealed or opened, told in French.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No master key is set.
    #[error("aucune clé de scellement n’est réglée (seal_key_file)")]
    NoKey,
    /// The master key that it was sealed under is not there.
    #[error("la clé de scellement « {0} » manque au fichier de clés : remettez-la")]
    UnknownKey(String),
    /// It was altered, cut short or put elsewhere, or the key is another under the same name.
    #[error(
        "ne s’ouvre pas : le texte scellé a été modifié, coupé ou déplacé, ou la clé n’est pas celle qui l’a scellé"
    )]
    Closed,
    /// The keys cannot be reached.
    #[error("les clés de scellement ne répondent pas : {0}")]
    Unreachable(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
