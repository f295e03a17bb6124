//! What is asked, and what answers it: the best of each kind, and how many there are. Pure.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Document, Kind};

/// How many of each kind are kept: nobody reads further, and what is not kept need not be put in
/// order.
pub(super) const MANY: usize = 100;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// As typed.
    pub text: String,
    /// Code of a kind, or empty for all.
    pub kind: String,
    /// Code of a framework, or empty for all.
    pub framework: String,
}

/// A document found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The document.
    pub document: Arc<Document>,
    /// How well it answers; only their order means anything.
    pub score: f32,
}

/// The answer to a question.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The best first, a hundred of each kind at most.
    pub hits: Vec<Hit>,
    /// How many there are of each kind, by its code.
    pub counts: BTreeMap<&'static str, usize>,
    /// The roots of the words that were matched.
    pub matched: BTreeSet<String>,
    /// Whether no document has all the words, so that these have some.
    pub partial: bool,
    /// Code and title of each framework among the documents found, whichever is asked.
    pub frameworks: BTreeMap<String, String>,
}

impl Found {
    /// How many documents answer.
    pub fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// How many of a kind do.
    pub fn count_of(&self, kind: Kind) -> usize {
        self.counts.get(kind.code).copied().unwrap_or(0)
    }

    /// Both answers as one: what has all the words comes alone where anything has. No kind answers
    /// in both.
    pub(super) fn beside(self, other: Self) -> Self {
        let is_whole = |found: &Self| !found.partial && !found.hits.is_empty();
        match (is_whole(&self), is_whole(&other)) {
            (true, false) if other.partial => return self,
            (false, true) if self.partial => return other,
            _ => {}
        }
        let mut both = Self {
            partial: self.partial && other.partial,
            ..self
        };
        both.partial |= both.hits.is_empty() && other.partial;
        both.hits.extend(other.hits);
        both.hits.sort_by(best_first);
        both.counts.extend(other.counts);
        both.matched.extend(other.matched);
        both.frameworks.extend(other.frameworks);
        both
    }
}

fn best_first(a: &Hit, b: &Hit) -> Ordering {
    let order = b.score.total_cmp(&a.score);
    order
        .then_with(|| a.document.title.cmp(&b.document.title))
        .then_with(|| a.document.href.cmp(&b.document.href))
}

/// Answers as they are gathered, by kind.
#[derive(Debug, Default)]
pub(super) struct Answers {
    kinds: Vec<(Kind, Vec<Hit>)>,
    frameworks: BTreeMap<String, String>,
}

impl Answers {
    /// Keeps a document that answers, where it is of the kind and of the framework asked.
    pub fn add(&mut self, question: &Question, document: &Arc<Document>, score: f32) {
        let kind = document.kind;
        if !question.kind.is_empty() && question.kind != kind.code {
            return;
        }
        let framework = document.framework.as_ref();
        if let Some((code, title)) = framework
            && !self.frameworks.contains_key(code)
        {
            self.frameworks.insert(code.clone(), title.clone());
        }
        let own = framework.map(|(code, _)| code.as_str());
        if !question.framework.is_empty() && own != Some(question.framework.as_str()) {
            return;
        }
        let hit = Hit {
            document: Arc::clone(document),
            score,
        };
        match self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, hits)) => hits.push(hit),
            None => self.kinds.push((kind, vec![hit])),
        }
    }

    /// The best of each kind, put in order.
    pub fn found(self, matched: BTreeSet<String>) -> Found {
        let mut found = Found {
            matched,
            frameworks: self.frameworks,
            ..Found::default()
        };
        for (kind, mut hits) in self.kinds {
            found.counts.insert(kind.code, hits.len());
            if hits.len() > MANY {
                hits.select_nth_unstable_by(MANY, best_first);
                hits.truncate(MANY);
            }
            found.hits.extend(hits);
        }
        found.hits.sort_by(best_first);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 2] = [
        Kind {
            code: "unes",
            one: "une",
            many: "unes",
            weight: 100,
        },
        Kind {
            code: "autres",
            one: "autre",
            many: "autres",
            weight: 50,
        },
    ];

    proptest! {
        /// What is kept of each kind is the head of what a whole sort would give.
        #[test]
        fn the_best_of_each_kind_are_kept_and_all_are_counted(
            scores in prop::collection::vec((0..2_usize, 0..20_u8), 0..400)
        ) {
            let mut answers = Answers::default();
            let mut all = Vec::new();
            for (at, (kind, score)) in scores.iter().enumerate() {
                let document = Document::new(KINDS[*kind], at.to_string(), "Titre");
                let (document, score) = (Arc::new(document), f32::from(*score));
                answers.add(&Question::default(), &document, score);
                all.push(Hit { document, score });
            }
            let found = answers.found(BTreeSet::new());
            all.sort_by(best_first);
            for kind in KINDS {
                let of = |hits: &[Hit]| -> Vec<String> {
                    let hits = hits.iter().filter(|hit| hit.document.kind == kind);
                    hits.map(|hit| hit.document.href.clone()).collect()
                };
                let whole = of(&all);
                prop_assert_eq!(found.count_of(kind), whole.len());
                prop_assert_eq!(of(&found.hits), &whole[..whole.len().min(MANY)]);
            }
            prop_assert_eq!(found.count(), all.len());
            prop_assert!(found.hits.is_sorted_by(|a, b| best_first(a, b).is_le()));
        }
    }
}
