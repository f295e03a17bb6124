//! What is named by its address on the page that explains rights, and known above this module.

use std::fmt;

use async_trait::async_trait;

use super::policy::Concern;
use super::reach::Reach;
use crate::platform::db::{DbError, Tx};

/// Says whom a thing concerns, from the end of its address; the concept that knows answers.
#[async_trait]
pub trait Addressed: Send + Sync + fmt::Debug {
    /// Whom a contract concerns; nothing where whoever asks knows of none there.
    async fn contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        slug: &str,
    ) -> Result<Option<Concern>, DbError>;
}

/// Who says it.
#[derive(Clone, Copy, Debug)]
pub struct Addresses(pub &'static dyn Addressed);
