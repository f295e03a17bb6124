//! The moment at which everything is looked at: now, or the end of a day in Paris.

use jiff::civil::Date;

use super::store::{last_change, last_change_before};
use crate::platform::clock::end_of_day;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::AsOf;

/// What « au 15 mars » means once it is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The last change that counts.
    pub change: i64,
    /// The day it is then, in Paris: what is late or expected is told of that day.
    pub day: Date,
    /// The day asked for, where it is past.
    pub past: Option<Date>,
}

impl Moment {
    /// The moment that an address asks for on that day.
    pub async fn of(tx: &mut Tx, asked: &AsOf, today: Date) -> Result<Self, DbError> {
        let past = asked.past(today);
        let change = match past {
            Some(day) => last_change_before(tx, end_of_day(day)).await?,
            None => last_change(tx).await?,
        };
        Ok(Self {
            change,
            day: past.unwrap_or(today),
            past,
        })
    }

    /// An address of this site at the same moment.
    pub fn href(&self, path: &str) -> String {
        let Some(day) = self.past else {
            return path.to_owned();
        };
        let (path, anchor) = match path.split_once('#') {
            Some((path, anchor)) => (path, format!("#{anchor}")),
            None => (path, String::new()),
        };
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}au={day}{anchor}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_link_keeps_the_day_wherever_it_leads() {
        let day = date(2026, 3, 15);
        let past = Moment {
            change: 4,
            day,
            past: Some(day),
        };
        let now = Moment { past: None, ..past };
        assert_eq!(now.href("/a?b=c#d"), "/a?b=c#d");
        assert_eq!(past.href("/a"), "/a?au=2026-03-15");
        assert_eq!(past.href("/a?b=c#d"), "/a?b=c&au=2026-03-15#d");
        assert_eq!(past.href("/a#d"), "/a?au=2026-03-15#d");
    }
}
