//! People and what they may see, kept in memory for as long as the history stands still.
//!
//! Accounts, grants, organisations and what frameworks open are written by changes and by nothing
//! else: in one state of the history, on one day, somebody's reach is one and the same. The next
//! change, whichever process made it, has everything asked anew.

use jiff::civil::Date;
use uuid::Uuid;

use super::reach::Reach;
use super::store::{Person, person};
use crate::ledger::{self, Actor, OfState};
use crate::platform::db::{DbError, Tx};

/// Those known, cheap to clone; all clones share them.
#[derive(Clone, Debug, Default)]
pub struct Acquaintances(OfState<(Uuid, Date), (Person, Reach)>);

impl Acquaintances {
    /// A person and their reach on that day, as this transaction sees them.
    pub(super) async fn of(
        &self,
        tx: &mut Tx,
        today: Date,
        id: Uuid,
    ) -> Result<Option<(Person, Reach)>, DbError> {
        let state = ledger::state(tx).await?;
        if let Some(known) = self.0.get(state, &(id, today)) {
            return Ok(Some(known));
        }
        let Some(person) = person(tx, id).await? else {
            return Ok(None);
        };
        let reach = Reach::of(tx, today, Actor::Person(id)).await?;
        let known = (person, reach);
        self.0.keep(state, (id, today), known.clone());
        Ok(Some(known))
    }
}
