//! The only source of time and of new identifiers, so that a test or the demonstration can fix both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::kernel::MONTHS;

/// Time and identifiers: those of the machine, or a fixed start that only moves when told to.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<Fixed>),
}

#[derive(Debug)]
struct Fixed {
    micros: AtomicI64,
    ids: AtomicU64,
}

impl Clock {
    /// The machine's clock and random identifiers.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `start` and gives the same identifiers at every run.
    pub fn fixed(start: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(Fixed {
            micros: AtomicI64::new(start.as_microsecond()),
            ids: AtomicU64::new(1),
        })))
    }

    /// Moves a fixed clock forward; the machine's clock moves by itself.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Fixed(fixed) = &self.0 {
            let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            fixed.micros.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// Sets a fixed clock; the machine's clock cannot be set.
    pub fn set(&self, to: Timestamp) {
        if let Source::Fixed(fixed) = &self.0 {
            fixed.micros.store(to.as_microsecond(), Ordering::SeqCst);
        }
    }

    /// Microseconds since 1970 in UTC, the form kept in the database.
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::System => Timestamp::now().as_microsecond(),
            Source::Fixed(fixed) => fixed.micros.load(Ordering::SeqCst),
        }
    }

    /// Today's date in Paris.
    pub fn today(&self) -> Date {
        paris_date(self.now())
    }

    /// A new identifier, ordered by time (UUID version 7).
    pub fn new_id(&self) -> Uuid {
        match &self.0 {
            Source::System => Uuid::now_v7(),
            Source::Fixed(fixed) => {
                let millis = u64::try_from(self.now() / 1000).unwrap_or(0);
                let count = fixed.ids.fetch_add(1, Ordering::SeqCst);
                let mut tail = [0; 10];
                tail[2..].copy_from_slice(&count.to_be_bytes());
                uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
            }
        }
    }
}

/// The zone of every date that a person reads or writes.
pub fn paris() -> TimeZone {
    // The zone's rules are bundled with the binary, so it is always found.
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// The calendar day in Paris of an instant in microseconds.
pub fn paris_date(micros: i64) -> Date {
    Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(paris())
        .date()
}

/// The last microsecond of a calendar day in Paris: what « au 15 mars » means.
pub fn end_of_day(date: Date) -> i64 {
    date.tomorrow()
        .and_then(|next| next.to_zoned(paris()))
        .map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond() - 1)
}

/// `12 février 2025 à 10 h 04`, in Paris.
pub fn french_instant(micros: i64) -> String {
    let zoned = Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(paris());
    format!(
        "{} à {} h {:02}",
        french_date(zoned.date()),
        zoned.hour(),
        zoned.minute()
    )
}

/// `10 h 04`, in Paris.
pub fn french_time(micros: i64) -> String {
    let zoned = Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(paris());
    format!("{} h {:02}", zoned.hour(), zoned.minute())
}

/// `avril 2027`.
pub fn french_month(date: Date) -> String {
    let month = usize::try_from(date.month()).unwrap_or(1) - 1;
    format!("{} {}", MONTHS[month], date.year())
}

/// `1er janvier 2024`.
pub fn french_date(date: Date) -> String {
    let month = usize::try_from(date.month()).unwrap_or(1) - 1;
    let day = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    format!("{day} {} {}", MONTHS[month], date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_in_paris_not_in_utc() {
        let date = jiff::civil::date(2026, 3, 15);
        let end = end_of_day(date);
        assert_eq!(paris_date(end), date);
        assert_eq!(paris_date(end + 1), jiff::civil::date(2026, 3, 16));
        assert_eq!(
            Timestamp::from_microsecond(end + 1).unwrap().to_string(),
            "2026-03-15T23:00:00Z"
        );
    }

    #[test]
    fn a_fixed_clock_gives_the_same_time_and_ids_at_every_run() {
        let start: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let run = || {
            let clock = Clock::fixed(start);
            let first = clock.new_id();
            clock.advance(SignedDuration::from_secs(1));
            (first, clock.new_id(), clock.now())
        };
        assert_eq!(run(), run());
        let (first, second, _) = run();
        assert!(first < second);
    }
}
