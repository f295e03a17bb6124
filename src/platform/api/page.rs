//! Lists given a page at a time.
//!
//! A cursor carries the change number of the first page and the key of the last item given: what
//! is written meanwhile neither shows twice nor pushes anything out. A list whose past can be read
//! gives all its pages from the state of the first.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use crate::kernel::hex;

/// Items given where nothing is asked.
const USUAL: usize = 100;
/// Items given at most.
const MOST: usize = 1000;

/// How many items a page holds, from 1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        limit.map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!("attendu un nombre de 1 à {MOST}, reçu « {text} »"))
        })
    }
}

/// The parameters of a list that is given whole.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    pub limit: Option<Limit>,
    /// Le `next` de la page précédente.
    pub cursor: Option<String>,
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    limit: Limit,
    after: Option<Cursor>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cursor {
    at_change: i64,
    /// The key of the last item given, as JSON.
    key: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at_change, hex(self.key.as_bytes()))
    }
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (change, key) = text.split_once('-')?;
        let digits = key.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Some(Self {
            at_change: change.parse().ok()?,
            key: String::from_utf8(bytes?).ok()?,
        })
    }
}

impl Paging {
    /// The page that follows `cursor`, or the first.
    ///
    /// # Errors
    /// Where the cursor is none that a list gave.
    pub fn new(limit: Option<Limit>, cursor: Option<&str>) -> Result<Self, Problem> {
        let after = match cursor {
            Some(text) => Some(Cursor::parse(text).ok_or_else(wrong_cursor)?),
            None => None,
        };
        Ok(Self {
            limit: limit.unwrap_or_default(),
            after,
        })
    }

    /// The change number that the first page was of, where this is a later one.
    pub fn at_change(&self) -> Option<i64> {
        self.after.as_ref().map(|cursor| cursor.at_change)
    }

    /// How many items a page holds.
    pub fn limit(&self) -> usize {
        self.limit.0
    }

    /// The key of the last item given before.
    ///
    /// # Errors
    /// Where the cursor is of another list.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let read = |cursor: &Cursor| serde_json::from_str(&cursor.key);
        let after = self.after.as_ref().map(read).transpose();
        after.map_err(|_| wrong_cursor())
    }

    /// The page of a list whose items come with their keys, the smallest key first.
    ///
    /// # Errors
    /// Where the cursor is of another list.
    pub fn page<K, T>(
        &self,
        at_change: i64,
        items: impl IntoIterator<Item = (K, T)>,
    ) -> Result<Page<T>, Problem>
    where
        K: Ord + Serialize + DeserializeOwned,
    {
        let after: Option<K> = self.after()?;
        let given = |key: &K| after.as_ref().is_some_and(|after| key <= after);
        let mut rest = items.into_iter().skip_while(|(key, _)| given(key));
        let mut kept = Vec::new();
        let mut last = None;
        for (key, item) in rest.by_ref().take(self.limit.0) {
            kept.push(item);
            last = Some(key);
        }
        let next = match (rest.next(), last) {
            (Some(_), Some(key)) => {
                let key = serde_json::to_string(&key).map_err(Problem::internal)?;
                Some(Cursor { at_change, key }.to_string())
            }
            _ => None,
        };
        Ok(Page {
            items: kept,
            at_change,
            next,
        })
    }
}

fn wrong_cursor() -> Problem {
    let message = "ce curseur ne vient pas de cette liste ; reprenez depuis la première page";
    Problem::malformed("cursor", message)
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The last change that this page includes.
    pub at_change: i64,
    /// What to give as `cursor` for the page that follows; null on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page with its items told otherwise.
    pub fn map<U>(self, told: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(told).collect(),
            at_change: self.at_change,
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    type Key = (String, i64);

    fn walk(keys: &BTreeSet<Key>, limit: usize) -> Vec<Key> {
        let mut paging = Paging {
            limit: Limit(limit),
            after: None,
        };
        let mut seen = Vec::new();
        loop {
            let items = keys.iter().map(|key| (key.clone(), key.clone()));
            let page = paging.page(7, items).unwrap();
            assert!(page.items.len() <= limit);
            seen.extend(page.items);
            let Some(next) = page.next else { return seen };
            paging = Paging::new(Some(Limit(limit)), Some(&next)).unwrap();
            assert_eq!(paging.at_change(), Some(7));
        }
    }

    proptest! {
        #[test]
        fn the_pages_of_a_list_are_the_list(
            keys in prop::collection::btree_set((".{0,6}", -5_i64..5), 0..40), limit in 1_usize..12
        ) {
            let whole: Vec<Key> = keys.iter().cloned().collect();
            prop_assert_eq!(walk(&keys, limit), whole);
        }

        /// Whatever came or went since, the next page goes on after the last item given.
        #[test]
        fn a_list_that_changes_gives_no_item_twice(
            before in prop::collection::btree_set(("[a-c]{0,3}", -5_i64..5), 1..40),
            after in prop::collection::btree_set(("[a-c]{0,3}", -5_i64..5), 0..40),
            limit in 1_usize..12,
        ) {
            let paging = Paging { limit: Limit(limit), after: None };
            let first = paging.page(1, before.iter().map(|k| (k.clone(), k.clone()))).unwrap();
            if let Some(next) = &first.next {
                let paging = Paging::new(None, Some(next)).unwrap();
                let rest = paging.page(1, after.iter().map(|k| (k.clone(), k.clone()))).unwrap();
                let last = first.items.last().unwrap();
                let expected: Vec<Key> = after.iter().filter(|key| *key > last).cloned().collect();
                prop_assert_eq!(rest.items, expected);
            }
        }

        #[test]
        fn no_text_breaks_a_cursor(text in ".{0,40}") {
            if let Ok(paging) = Paging::new(None, Some(&text)) {
                let _ = paging.page(1, [(("a".to_owned(), 1_i64), ())]);
            }
        }
    }

    #[test]
    fn the_cursor_of_another_list_is_told() {
        let paging = Paging::new(None, Some("7-22612222")).unwrap();
        assert!(paging.page(7, [((1_i64, 2_i64), ())]).is_err());
    }
}
