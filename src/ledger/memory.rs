//! What is kept in memory of the database between requests.
//!
//! What lives here: one value that was read at a version, with the states of the history it is
//! known to hold for ([`Memory`]), and what was worked out of one state ([`OfState`]), so that a
//! request in a state already known asks nothing. What never does: what a version or a value is;
//! each concept has its own.
//!
//! A transaction may tell the state that it expects until its first statement
//! (`Db::read_later`). What is read from the database is therefore kept under the state asked for
//! *after* it was read; what is worked out of other memories, under the state of the reach that
//! looks, which was there *before* them: a value is never kept under a state later than its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A value and the version it was read at, shared by all clones. Versions only grow.
#[derive(Debug)]
pub struct Memory<V, T>(Arc<Mutex<Held<V, T>>>);

#[derive(Debug)]
struct Held<V, T> {
    version: V,
    value: Arc<T>,
    /// The first and the last state in which the version was found to be this one: it is the
    /// same in all those between.
    states: Option<(i64, i64)>,
}

impl<V, T> Clone for Memory<V, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Default, T: Default> Default for Memory<V, T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Held {
            version: V::default(),
            value: Arc::default(),
            states: None,
        })))
    }
}

impl<V: Clone + Ord, T> Memory<V, T> {
    /// What is known to hold in a state (see [`super::state`]), without asking anything.
    pub fn in_state(&self, state: Option<i64>) -> Option<Arc<T>> {
        let held = self.held();
        let (first, last) = held.states?;
        let holds = state.is_some_and(|state| (first..=last).contains(&state));
        holds.then(|| Arc::clone(&held.value))
    }

    /// What is kept, with its version.
    pub fn latest(&self) -> (V, Arc<T>) {
        let held = self.held();
        (held.version.clone(), Arc::clone(&held.value))
    }

    /// Notes that the version was found to be this one in a state.
    pub fn found(&self, version: &V, state: Option<i64>) {
        let mut held = self.held();
        if held.version == *version {
            held.states = spanning(held.states, state);
        }
    }

    /// Keeps what was read at a version, found in a state; a transaction begun earlier never
    /// brings back what a later one replaced.
    pub fn keep(&self, version: V, value: Arc<T>, state: Option<i64>) {
        let mut held = self.held();
        if version > held.version {
            *held = Held {
                version,
                value,
                states: spanning(None, state),
            };
        }
    }

    fn held(&self) -> MutexGuard<'_, Held<V, T>> {
        // What it guards is replaced whole: a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spanning(states: Option<(i64, i64)>, state: Option<i64>) -> Option<(i64, i64)> {
    let Some(state) = state else {
        return states;
    };
    let (first, last) = states.unwrap_or((state, state));
    Some((first.min(state), last.max(state)))
}

/// Values worked out of one state of the history, forgotten as soon as a later one is met. What
/// does not depend on the state alone (the day, who looks) belongs to the key.
#[derive(Debug)]
pub struct OfState<K, V>(Arc<Mutex<Worked<K, V>>>);

#[derive(Debug)]
struct Worked<K, V> {
    most: usize,
    state: i64,
    values: HashMap<K, V>,
}

/// How many values of one state are kept where nothing else is said: beyond, all are worked out
/// again.
const MOST: usize = 1_000;

impl<K, V> Clone for OfState<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for OfState<K, V> {
    fn default() -> Self {
        Self::holding(MOST)
    }
}

impl<K, V> OfState<K, V> {
    /// One that keeps so many values.
    pub fn holding(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Worked {
            most,
            state: 0,
            values: HashMap::new(),
        })))
    }
}

impl<K: Eq + Hash, V: Clone> OfState<K, V> {
    /// What was worked out in a state (see [`super::state`]).
    pub fn get(&self, state: Option<i64>, key: &K) -> Option<V> {
        let worked = self.worked();
        let is_same = state == Some(worked.state);
        is_same.then(|| worked.values.get(key).cloned())?
    }

    /// Keeps what was worked out in a state, unless a later one was met meanwhile.
    pub fn keep(&self, state: Option<i64>, key: K, value: V) {
        let Some(state) = state else {
            return;
        };
        let mut worked = self.worked();
        if state > worked.state || worked.values.len() >= worked.most {
            worked.values.clear();
            worked.state = worked.state.max(state);
        }
        if state == worked.state {
            worked.values.insert(key, value);
        }
    }

    fn worked(&self) -> MutexGuard<'_, Worked<K, V>> {
        // What it guards is whole at any time: a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whoever comes in whatever order: what a memory says of a state is what a database
        /// whose version moved at some states says.
        #[test]
        fn a_memory_never_answers_for_another_state(
            moved_at in prop::collection::btree_set(1..20_i64, 0..6),
            asked in prop::collection::vec(0..20_i64, 1..30),
        ) {
            let memory: Memory<i64, i64> = Memory::default();
            for state in asked {
                let version = moved_at.range(..=state).next_back().copied().unwrap_or(0);
                if let Some(known) = memory.in_state(Some(state)) {
                    prop_assert_eq!(*known, version);
                } else if memory.latest().0 == version {
                    memory.found(&version, Some(state));
                } else {
                    memory.keep(version, Arc::new(version), Some(state));
                }
            }
        }
    }

    #[test]
    fn what_was_worked_out_of_one_state_says_nothing_of_another() {
        let known: OfState<&str, i32> = OfState::default();
        known.keep(Some(3), "a", 1);
        assert_eq!(known.get(Some(3), &"a"), Some(1));
        assert_eq!(known.get(Some(4), &"a"), None);
        assert_eq!(known.get(None, &"a"), None);
        known.keep(Some(4), "b", 2);
        known.keep(Some(3), "a", 1);
        known.keep(None, "c", 3);
        assert_eq!(known.get(Some(3), &"a"), None);
        assert_eq!(known.get(Some(4), &"a"), None);
        assert_eq!(known.get(Some(4), &"b"), Some(2));
    }

    #[test]
    fn a_change_under_way_is_told_nothing() {
        let memory: Memory<i64, i64> = Memory::default();
        memory.keep(3, Arc::new(3), Some(4));
        assert!(memory.in_state(None).is_none());
        assert!(memory.in_state(Some(5)).is_none());
        assert!(memory.in_state(Some(4)).is_some());
    }
}
