//! The yearly review of rights: each grant is confirmed or ended by who manages it; what nobody
//! decided by the due day is told, and never ended by itself.

mod pages;
mod remind;
pub mod store;

use jiff::civil::Date;
use uuid::Uuid;

use crate::access::grant::Grant;
use crate::access::{Act, Concern, answering};
use crate::platform::db::{DbError, Tx};

pub(super) use pages::{routes, seen};
pub use remind::remind;

/// How long before the due day those who still have something to decide are reminded, in days.
const REMINDED_BEFORE: i32 = 7;

/// A review about to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    /// The year.
    pub year: i16,
    /// Code of the organisation whose people it is about; empty for the whole country.
    pub organisation: String,
    /// The last day to decide.
    pub due_on: Date,
}

/// Opening the review of a year.
#[derive(Debug)]
pub struct OpenReview;

impl Act for OpenReview {
    type Thing = NewReview;
    const NAME: &'static str = "review.open";

    async fn concerns(tx: &mut Tx, new: &NewReview) -> Result<Vec<Concern>, DbError> {
        Ok(vec![answering(tx, &new.organisation, "").await?])
    }
}

/// A grant to confirm in a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToConfirm {
    /// The review.
    pub review: Uuid,
    /// The grant.
    pub grant: Uuid,
}

/// Confirming a grant.
#[derive(Debug)]
pub struct ConfirmGrant;

impl Act for ConfirmGrant {
    type Thing = ToConfirm;
    const NAME: &'static str = "review.confirm";

    async fn concerns(tx: &mut Tx, confirmed: &ToConfirm) -> Result<Vec<Concern>, DbError> {
        let Some(entry) = store::entry(tx, *confirmed).await? else {
            return Ok(Vec::new());
        };
        let grant = &entry.grant;
        let concern = answering(tx, &grant.remit.organisation, &grant.remit.framework).await?;
        Ok(vec![entry.concern(concern)])
    }
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its identifier.
    pub id: Uuid,
    /// The year.
    pub year: i16,
    /// Code of the organisation whose people it is about; empty for the whole country.
    pub organisation: String,
    /// The last day to decide.
    pub due_on: Date,
    /// The change that opened it, and its instant in microseconds UTC.
    pub opened: (i64, i64),
    /// How many of its reminders were written.
    pub reminders: i64,
}

impl Review {
    /// How many of its reminders are due on a day: one before the due day, one after.
    fn reminders_due(&self, today: Date) -> i64 {
        let left = today.until(self.due_on).map_or(0, |span| span.get_days());
        match left {
            ..0 => 2,
            0..=REMINDED_BEFORE => 1,
            _ => 0,
        }
    }
}

/// What became of a grant in a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody decided yet.
    Waiting,
    /// Somebody confirmed it.
    Confirmed,
    /// It is over: ended since, or its last day is past.
    Over,
}

/// A grant of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who holds it.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they hold.
    pub grant: Grant,
    /// First day.
    pub starts_on: Date,
    /// Last day; `None` where none is set.
    pub ends_on: Option<Date>,
    /// What became of it.
    pub decision: Decision,
}

impl Entry {
    /// What it concerns, from what its organisation and framework do.
    fn concern(&self, of_scope: Concern) -> Concern {
        Concern {
            role: Some(self.grant.remit.role.clone()),
            owner: Some(self.person),
            ..of_scope
        }
    }
}

/// How far a review is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many grants it holds.
    pub all: usize,
    /// How many of them wait for a decision.
    pub waiting: usize,
}

impl Progress {
    /// That of those entries.
    pub fn of(entries: &[Entry]) -> Self {
        let waiting = entries.iter().filter(|e| e.decision == Decision::Waiting);
        Self {
            all: entries.len(),
            waiting: waiting.count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_reminder_comes_a_week_before_the_due_day_and_another_after_it() {
        let review = Review {
            id: Uuid::nil(),
            year: 2026,
            organisation: String::new(),
            due_on: date(2026, 3, 31),
            opened: (1, 0),
            reminders: 0,
        };
        let due = |month, day| review.reminders_due(date(2026, month, day));
        assert_eq!(
            [due(1, 5), due(3, 23), due(3, 24), due(3, 31), due(4, 1)],
            [0, 0, 1, 1, 2]
        );
        assert_eq!(review.reminders_due(date(2027, 1, 1)), 2);
    }
}
