//! The proof that an act was allowed.

use uuid::Uuid;

use crate::ledger::{Actor, Scope};

/// Something a person may be allowed to do to a thing.
///
/// A concept declares its acts as empty types; the thing is whatever identifies what is acted on.
pub trait Act {
    /// What the act is done to.
    type Thing;
    /// A stable word for the act, such as `contract.sign`.
    const NAME: &'static str;
}

/// The proof that `actor` may do `A` to one thing, now. Only this module makes one. A store takes
/// it by value and no identifier beside it, so that a permit for one thing cannot be used on
/// another, nor twice.
#[derive(Debug)]
pub struct Permit<A: Act> {
    thing: A::Thing,
    actor: Actor,
}

impl<A: Act> Permit<A> {
    /// The thing it was given for.
    pub fn thing(&self) -> &A::Thing {
        &self.thing
    }

    /// Gives the thing up to the store that acts on it.
    pub fn into_thing(self) -> A::Thing {
        self.thing
    }

    /// Who was allowed.
    pub fn actor(&self) -> Actor {
        self.actor
    }
}

/// A refusal, with a sentence for the person refused.
#[derive(Debug, thiserror::Error)]
#[error("{act} refused: {sentence}")]
pub struct Denied {
    /// The act.
    pub act: &'static str,
    /// What the person is told: who can do it.
    pub sentence: String,
}

/// Asks whether `actor` may do `A` to `thing`, now.
///
/// Every signed-in person may do everything, and so may the installation itself.
///
/// # Errors
/// A refusal that says who can.
pub fn permit<A: Act>(actor: Actor, thing: A::Thing) -> Result<Permit<A>, Denied> {
    Ok(Permit { thing, actor })
}

/// What a person may see, demanded by every function that reads for somebody.
///
/// Every signed-in person sees everything.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    actor: Actor,
}

impl Reach {
    /// What `actor` may see, now.
    pub fn of(actor: Actor) -> Self {
        Self { actor }
    }

    /// Whether they may see, before its day, what `author` brought in under embargo: who brought
    /// it, and the installation itself.
    pub fn sees_embargoed(&self, author: Option<Uuid>) -> bool {
        match self.actor {
            Actor::Person(person) | Actor::Program { person, .. } => author == Some(person),
            Actor::Installation => true,
        }
    }

    /// Whether they may know of what is under that scope.
    pub fn sees(&self, _scope: &Scope) -> bool {
        true
    }

    /// Whose reach it is.
    pub fn actor(&self) -> Actor {
        self.actor
    }
}
