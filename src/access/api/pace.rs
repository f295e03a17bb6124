//! How often a program may ask: so many requests a minute for each access.
//!
//! The count is that of one process; several processes let as many times more through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRef, Request, State};
use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::Caller;
use crate::ledger::Actor;
use crate::platform::api::{Code, Problem};
use crate::platform::clock::Clock;

/// Microseconds in a minute.
const MINUTE: i64 = 60_000_000;
/// How many accesses are remembered before those that asked long ago are forgotten.
const REMEMBERED: usize = 1_000;

/// What each access asked lately; clones share it.
#[derive(Clone, Debug)]
pub struct Pace {
    /// How many requests a minute; 0 for as many as it likes.
    per_minute: u32,
    /// For each access, the instant at which all that it asked will have been spread out evenly.
    spent_until: Arc<Mutex<HashMap<Uuid, i64>>>,
}

impl Pace {
    /// So many requests a minute for each access, which may come all at once; 0 for no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            spent_until: Arc::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// In how many seconds one may be made, where this is one too many; it does not count.
    fn ask(&self, access: Uuid, now: i64) -> Result<(), u64> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let each = MINUTE / i64::from(self.per_minute);
        let mut all = self
            .spent_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if all.len() > REMEMBERED {
            all.retain(|_, until| *until > now);
        }
        let until = all.entry(access).or_insert(now);
        let next = (*until).max(now) + each;
        let beyond = next - now - MINUTE;
        if beyond > 0 {
            return Err(u64::try_from(beyond).unwrap_or(0).div_ceil(1_000_000));
        }
        *until = next;
        Ok(())
    }
}

/// Lets a program through that does not ask too often, and tells the others when to come back.
pub async fn in_measure<S>(State(state): State<S>, request: Request, next: Next) -> Response
where
    S: Clone + Send + Sync + 'static,
    Clock: FromRef<S>,
    Pace: FromRef<S>,
{
    let caller = request.extensions().get::<Caller>();
    let Some(Actor::Program { token, .. }) = caller.map(Caller::actor) else {
        return next.run(request).await;
    };
    let now = Clock::from_ref(&state).now();
    match Pace::from_ref(&state).ask(token, now) {
        Ok(()) => next.run(request).await,
        Err(seconds) => {
            let mut refused = Problem::plain(Code::TooMany).into_response();
            let later = HeaderValue::from(seconds);
            refused.headers_mut().insert(RETRY_AFTER, later);
            refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_minute_of_requests_may_come_at_once_and_then_one_at_a_time() {
        let (pace, access, other) = (Pace::new(6), Uuid::from_u128(1), Uuid::from_u128(2));
        for _ in 0..6 {
            assert_eq!(pace.ask(access, 0), Ok(()));
        }
        assert_eq!(pace.ask(access, 0), Err(10));
        assert_eq!(pace.ask(access, 3 * SECOND), Err(7));
        // Another access is not concerned, and a refusal costs nothing.
        assert_eq!(pace.ask(other, 3 * SECOND), Ok(()));
        assert_eq!(pace.ask(access, 10 * SECOND), Ok(()));
        assert_eq!(pace.ask(access, 10 * SECOND), Err(10));
        assert_eq!(Pace::new(0).ask(access, 0), Ok(()));
    }

    proptest! {
        #[test]
        fn who_waits_as_told_is_let_through(per_minute in 1_u32..1_000, gaps in proptest::collection::vec(0_i64..3 * SECOND, 1..200)) {
            let (pace, access) = (Pace::new(per_minute), Uuid::from_u128(1));
            let (mut now, mut passed) = (0, 0_i64);
            for gap in gaps {
                now += gap;
                if let Err(seconds) = pace.ask(access, now) {
                    prop_assert!(seconds >= 1);
                    now += i64::try_from(seconds).unwrap() * SECOND;
                    prop_assert_eq!(pace.ask(access, now), Ok(()));
                }
                passed += 1;
                // Never more than a burst of one minute and what time has given since.
                let given = i64::from(per_minute) + now / (MINUTE / i64::from(per_minute)) + 1;
                prop_assert!(passed <= given, "{passed} after {now}");
            }
        }
    }
}
