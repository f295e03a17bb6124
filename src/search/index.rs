//! Every document by its words, and which of them answer a question. Pure.
//!
//! The words of a question are looked for as they are, then as the beginning of a word, then with
//! a mistake or two; a document answers where all of them are found, or failing that as many as
//! possible.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::found::Answers;
use super::words::words;
use super::{Document, Folder, Found, Question};

/// How much a word tells of a document, by the part of it where it stands.
const IN_CODE: f32 = 24.0;
const IN_TITLE: f32 = 8.0;
const IN_NAMES: f32 = 8.0;
const IN_TEXT: f32 = 2.0;
const IN_CONTEXT: f32 = 1.0;

/// How near a word of the index is to one that was typed: the same, its beginning, a mistake away.
const SAME: f32 = 1.0;
const BEGUN: f32 = 0.6;
const MISTAKEN: f32 = 0.4;

/// How much more an answer is worth whose title says nothing but what was asked.
const WHOLE_TITLE: f32 = 1.0;
/// What is past is worth that part of what is current.
const PAST: f32 = 0.75;

/// Where a word stands and how much it tells.
#[derive(Clone, Copy, Debug)]
struct Posting {
    document: u32,
    weight: f32,
}

/// How well a document answers so far.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    /// How many of the words asked were found, the last one at this rank.
    count: usize,
    last: usize,
    /// What those before it are worth, and what it is worth itself.
    before: f32,
    own: f32,
}

impl Score {
    /// Counts a word of the question, by the best of the words of the index that are near it.
    fn add(&mut self, rank: usize, score: f32) {
        if self.count > 0 && self.last == rank {
            self.own = self.own.max(score);
        } else {
            self.count += 1;
            self.last = rank;
            self.before += self.own;
            self.own = score;
        }
    }

    fn sum(self) -> f32 {
        self.before + self.own
    }
}

#[derive(Debug)]
struct Kept {
    document: Arc<Document>,
    /// How many words its title has.
    title: BTreeSet<String>,
}

/// The index, as of a change.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub at_change: i64,
    documents: HashMap<u32, Kept>,
    postings: BTreeMap<String, Vec<Posting>>,
    folders: HashMap<String, BTreeSet<u32>>,
    next: u32,
}

impl Index {
    /// Puts each folder in the place of what stood under its name.
    pub fn replace(&mut self, folders: Vec<Folder>) {
        let mut gone = BTreeSet::new();
        for folder in &folders {
            gone.extend(self.folders.remove(&folder.key).unwrap_or_default());
        }
        if !gone.is_empty() {
            self.documents.retain(|id, _| !gone.contains(id));
            self.postings.retain(|_, postings| {
                postings.retain(|posting| !gone.contains(&posting.document));
                !postings.is_empty()
            });
        }
        for folder in folders {
            let own: BTreeSet<u32> = folder.documents.into_iter().map(|d| self.add(d)).collect();
            if !own.is_empty() {
                self.folders.insert(folder.key, own);
            }
        }
    }

    fn add(&mut self, document: Document) -> u32 {
        let id = self.next;
        self.next += 1;
        let mut weights: HashMap<String, f32> = HashMap::new();
        let mut say = |text: &str, weight: f32| {
            for root in words(text).into_iter().flat_map(|word| word.roots) {
                let known = weights.entry(root).or_default();
                *known = known.max(weight);
            }
        };
        say(document.code.as_deref().unwrap_or_default(), IN_CODE);
        say(&document.title, IN_TITLE);
        for name in &document.names {
            say(name, IN_NAMES);
        }
        say(&document.text, IN_TEXT);
        say(&document.context, IN_CONTEXT);
        say(document.kind.one, IN_CONTEXT);
        for (root, weight) in weights {
            let posting = Posting {
                document: id,
                weight,
            };
            self.postings.entry(root).or_default().push(posting);
        }
        let title = words(&document.title).into_iter();
        let title = title.flat_map(|word| word.roots).collect();
        let document = Arc::new(document);
        self.documents.insert(id, Kept { document, title });
        id
    }

    /// What answers a question on that day, among what may be seen.
    pub fn find(
        &self,
        question: &Question,
        today: Date,
        may_see: impl Fn(&Document) -> bool,
    ) -> Found {
        let asked = words(&question.text);
        let mut scores: HashMap<u32, Score> = HashMap::new();
        let mut matched = BTreeSet::new();
        for (rank, word) in asked.iter().enumerate() {
            let is_last = rank + 1 == asked.len();
            for (root, nearness) in self.near(&word.roots[0], is_last) {
                let Some(postings) = self.postings.get(root) else {
                    continue;
                };
                matched.insert(root.to_owned());
                let rarity = self.rarity(postings.len());
                for Posting { document, weight } in postings {
                    let score = scores.entry(*document).or_default();
                    score.add(rank, weight * rarity * nearness);
                }
            }
        }
        self.gathered((question, asked.len(), today), scores, matched, may_see)
    }

    fn gathered(
        &self,
        (question, asked, today): (&Question, usize, Date),
        scores: HashMap<u32, Score>,
        matched: BTreeSet<String>,
        may_see: impl Fn(&Document) -> bool,
    ) -> Found {
        let seen = scores.into_iter().filter_map(|(id, score)| {
            let kept = self.documents.get(&id)?;
            may_see(&kept.document).then_some((kept, score))
        });
        let seen: Vec<(&Kept, Score)> = seen.collect();
        let most = seen.iter().map(|(_, score)| score.count).max().unwrap_or(0);
        let mut answers = Answers::default();
        for (kept, score) in seen {
            if score.count == most {
                let score = score.sum() * worth(kept, &matched, today);
                answers.add(question, &kept.document, score);
            }
        }
        Found {
            partial: most > 0 && most < asked,
            ..answers.found(matched)
        }
    }

    /// A rare word tells more than a common one.
    #[allow(clippy::cast_precision_loss)] // an order, not a figure
    fn rarity(&self, count: usize) -> f32 {
        (1.0 + self.documents.len() as f32 / count as f32).ln()
    }

    /// The words of the index near a typed one, and how near: itself and, while it is being
    /// typed or where it is unknown, those that begin with it; failing both, those a mistake away.
    fn near(&self, typed: &str, is_last: bool) -> Vec<(&str, f32)> {
        let mut near = Vec::new();
        if let Some((known, _)) = self.postings.get_key_value(typed) {
            near.push((known.as_str(), SAME));
        }
        if near.is_empty() || is_last {
            let begun = self.postings.range(typed.to_owned()..);
            let begun = begun.map(|(root, _)| root.as_str());
            let begun = begun.take_while(|root| root.starts_with(typed));
            near.extend(
                begun
                    .filter(|root| *root != typed)
                    .map(|root| (root, BEGUN)),
            );
        }
        if near.is_empty() {
            near = self.mistaken(typed);
        }
        near
    }

    /// The words nearest to one that is written nowhere: a letter wrong, missing, too many or
    /// exchanged with the next; two in a long word, of which the first letter is right.
    fn mistaken(&self, typed: &str) -> Vec<(&str, f32)> {
        let length = typed.chars().count();
        let allowed = match length {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        let first = typed.chars().next();
        let mut near: Vec<(&str, usize)> = Vec::new();
        for root in self.postings.keys() {
            let same_start = root.chars().next() == first;
            let limit = if same_start { allowed } else { 1 };
            if root.chars().count().abs_diff(length) > limit {
                continue;
            }
            let distance = strsim::osa_distance(typed, root);
            if distance <= limit {
                near.push((root, distance));
            }
        }
        let nearest = near.iter().map(|(_, distance)| *distance).min();
        let near = near.into_iter().filter(|(_, d)| Some(*d) == nearest);
        near.map(|(root, _)| (root, MISTAKEN)).collect()
    }
}

/// What a document is worth beside its words: its kind, its time, and whether its title says just
/// what was asked.
#[allow(clippy::cast_precision_loss)] // an order, not a figure
fn worth(kept: &Kept, matched: &BTreeSet<String>, today: Date) -> f32 {
    let title = kept.title.len().max(1) as f32;
    let covered = kept.title.intersection(matched).count() as f32 / title;
    let kind = f32::from(kept.document.kind.weight) / 100.0;
    let is_current = kept.document.is_current(today);
    let time = if is_current { 1.0 } else { PAST };
    kind * time * (1.0 + WHOLE_TITLE * covered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Kind;
    use proptest::prelude::*;

    const TODAY: Date = jiff::civil::date(2026, 1, 5);

    const KIND: Kind = Kind {
        code: "choses",
        one: "chose",
        many: "choses",
        weight: 100,
    };

    fn folder(key: &str, titles: &[&str]) -> Folder {
        let documents = titles
            .iter()
            .map(|title| Document::new(KIND, *title, *title));
        Folder {
            key: key.to_owned(),
            documents: documents.collect(),
        }
    }

    fn index(titles: &[&str]) -> Index {
        let mut index = Index::default();
        index.replace(vec![folder("tout", titles)]);
        index
    }

    fn ask(index: &Index, text: &str) -> Vec<String> {
        let question = Question {
            text: text.to_owned(),
            ..Question::default()
        };
        let found = index.find(&question, TODAY, |_| true);
        found
            .hits
            .iter()
            .map(|hit| hit.document.title.clone())
            .collect()
    }

    const TITLES: [&str; 4] = [
        "Vaccination contre les papillomavirus",
        "Dépistage du cancer du sein",
        "Dépistage organisé",
        "Absentéisme dans les EHPAD",
    ];

    #[test]
    fn words_are_found_however_they_are_typed() {
        let index = index(&TITLES);
        for (typed, first) in [
            ("vacination", TITLES[0]),
            ("vaccinatoin", TITLES[0]),
            ("PAPILLOMAVIRUS", TITLES[0]),
            ("depistages sein", TITLES[1]),
            ("absentéisme ehpad", TITLES[3]),
            ("dep", TITLES[2]),
        ] {
            assert_eq!(
                ask(&index, typed).first().map(String::as_str),
                Some(first),
                "{typed}"
            );
        }
        assert!(ask(&index, "xyz").is_empty() && ask(&index, " ").is_empty());
    }

    #[test]
    fn all_the_words_or_as_many_as_can_be() {
        let index = index(&TITLES);
        assert_eq!(ask(&index, "dépistage sein"), [TITLES[1]]);
        let question = Question {
            text: "absentéisme lune".to_owned(),
            ..Question::default()
        };
        let found = index.find(&question, TODAY, |_| true);
        assert!(found.partial && found.hits.len() == 1);
    }

    #[test]
    fn what_ended_comes_after_what_runs_for_the_same_words() {
        let of_years = |title: &str, ends: i16| Document {
            ends: Some(ends),
            ..Document::new(KIND, title, title)
        };
        let mut index = Index::default();
        index.replace(vec![Folder {
            key: "tout".to_owned(),
            documents: vec![
                of_years("Taux de chirurgie ambulatoire", 2024),
                of_years("Taux global de chirurgie ambulatoire", 2028),
            ],
        }]);
        let found = ask(&index, "taux de chirurgie ambulatoire");
        assert_eq!(found[0], "Taux global de chirurgie ambulatoire");
    }

    #[test]
    fn what_may_not_be_seen_is_not_found() {
        let index = index(&TITLES);
        let question = Question {
            text: "dépistage".to_owned(),
            ..Question::default()
        };
        let found = index.find(&question, TODAY, |document| document.title != TITLES[1]);
        assert_eq!(found.hits.len(), 1);
    }

    proptest! {
        /// Whatever is replaced in whatever order, the answer is that of an index made at once
        /// from what stands.
        #[test]
        fn replacing_folders_is_the_same_as_beginning_again(
            steps in prop::collection::vec((0..3_usize, prop::collection::vec(0..4_usize, 0..4)), 1..8),
            asked in 0..4_usize,
        ) {
            let mut index = Index::default();
            let mut stands: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
            for (key, titles) in &steps {
                let titles: Vec<&str> = titles.iter().map(|at| TITLES[*at]).collect();
                index.replace(vec![folder(&key.to_string(), &titles)]);
                stands.insert(*key, titles);
            }
            let mut fresh = Index::default();
            fresh.replace(stands.iter().map(|(key, titles)| folder(&key.to_string(), titles)).collect());
            prop_assert_eq!(ask(&index, TITLES[asked]), ask(&fresh, TITLES[asked]));
        }
    }
}
