//! People and what they may see, kept in memory for as long as the history stands still.
//!
//! Accounts, grants, organisations and what frameworks open are written by changes and by nothing
//! else: in one state of the history, on one day, somebody's reach is one and the same. The next
//! change, whichever process made it, has everything asked anew.

use jiff::civil::Date;
use uuid::Uuid;

use super::reach::Reach;
use super::store::{Person, open_account};
use crate::ledger::{self, Actor, OfState};
use crate::platform::db::{Db, DbError};

/// Those known, cheap to clone; all clones share them.
#[derive(Clone, Debug, Default)]
pub struct Acquaintances(OfState<(Uuid, Date), (Person, Reach)>);

/// Somebody whom a request comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// Who.
    pub id: Uuid,
    /// The day, in Paris.
    pub today: Date,
    /// The last change of the history as their session was read.
    pub state: Option<i64>,
}

impl Acquaintances {
    /// A person and their reach, asked where the history has moved since it was last.
    pub(super) async fn of(&self, db: &Db, met: Met) -> Result<Option<(Person, Reach)>, DbError> {
        let Met { id, today, state } = met;
        if let Some(known) = self.0.get(state, &(id, today)) {
            return Ok(Some(known));
        }
        let mut tx = db.read().await?;
        let state = ledger::state(&mut tx).await?;
        let Some(person) = open_account(&mut tx, id).await? else {
            return Ok(None);
        };
        let reach = Reach::of(&mut tx, today, Actor::Person(id)).await?;
        let known = (person, reach);
        self.0.keep(state, (id, today), known.clone());
        Ok(Some(known))
    }
}
