//! What changed between two revisions of a framework, field by field.
//!
//! Items are compared by key, as they are written in the text: the names of the fields are
//! those of the format. Who changed what and when never stands here: see the journal.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::source::{Map, items, one_line};
use super::{Framework, field_label};

/// One difference between two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of thing it concerns.
    pub subject: Subject,
    /// Key of the thing.
    pub key: String,
    /// Label of the thing, in the newer revision when it is still there.
    pub label: String,
    /// What happened to it.
    pub what: What,
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The framework itself: title, years, region…
    Framework,
    /// A level of the tree.
    Level,
    /// A kind of indicator.
    Kind,
    /// A role in contracts.
    Party,
    /// An instrument.
    Act,
    /// A band of attainment.
    Band,
    /// A line of means.
    Means,
    /// A source document.
    Document,
    /// A stated count.
    Announced,
    /// A rule of the guide.
    Rule,
    /// An objective or another node.
    Node,
    /// A measure.
    Measure,
    /// An indicator.
    Indicator,
    /// A model commitment.
    Commitment,
    /// An edition.
    Edition,
    /// An acronym.
    Term,
}

/// What happened to a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its place among its kind is not the same.
    Moved,
    /// Some of its fields are not the same.
    Changed(Vec<FieldChange>),
}

/// A field that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Name of the field in the text.
    pub field: String,
    /// What it said; nothing when it was not stated.
    pub before: Option<String>,
    /// What it says; nothing when it is not stated.
    pub after: Option<String>,
}

/// A thing to compare.
struct Item {
    key: String,
    label: String,
    map: Map,
}

/// Every difference from one revision to the next, in the order of the files.
pub fn differences(before: &Framework, after: &Framework) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (all_items(before), all_items(after));
    for ((subject, old), (_, new)) in old.into_iter().zip(new) {
        compare(subject, &old, &new, &mut changes);
    }
    changes
}

/// The things of a framework, kind by kind, always in the same order.
fn all_items(framework: &Framework) -> [(Subject, Vec<Item>); 16] {
    let f = framework;
    [
        (Subject::Framework, vec![whole(f)]),
        (
            Subject::Level,
            list(&f.levels, |i| (&i.key, &i.singular), items::level),
        ),
        (
            Subject::Kind,
            list(&f.kinds, |i| (&i.key, &i.label), items::kind),
        ),
        (
            Subject::Party,
            list(&f.parties, |i| (&i.key, &i.label), items::party),
        ),
        (
            Subject::Act,
            list(&f.acts, |i| (&i.key, &i.label), items::act),
        ),
        (
            Subject::Band,
            list(&f.bands, |i| (&i.key, &i.label), items::band),
        ),
        (
            Subject::Means,
            list(&f.means, |i| (&i.key, &i.label), items::means),
        ),
        (
            Subject::Document,
            list(&f.documents, |i| (&i.key, &i.title), items::document),
        ),
        (
            Subject::Announced,
            list(&f.announced, |i| (&i.label, &i.label), items::announced),
        ),
        (
            Subject::Rule,
            list(&f.rules, |i| (&i.key, &i.statement), items::rule),
        ),
        (Subject::Node, nodes(f)),
        (
            Subject::Measure,
            list(&f.measures, |i| (&i.code, &i.label), items::measure),
        ),
        (
            Subject::Indicator,
            list(&f.indicators, |i| (&i.key, &i.label), items::indicator),
        ),
        (
            Subject::Commitment,
            list(&f.commitments, |i| (&i.key, &i.label), items::commitment),
        ),
        (Subject::Edition, editions(f)),
        (
            Subject::Term,
            list(&f.glossary, |i| (&i.acronym, &i.meaning), items::term),
        ),
    ]
}

fn list<T>(
    things: &[T],
    name: impl Fn(&T) -> (&String, &String),
    write: impl Fn(&T) -> Map,
) -> Vec<Item> {
    let item = |thing: &T| {
        let (key, label) = name(thing);
        Item {
            key: key.clone(),
            label: label.clone(),
            map: write(thing),
        }
    };
    things.iter().map(item).collect()
}

/// The framework without the lists that are compared item by item.
fn whole(framework: &Framework) -> Item {
    let lists = [
        "niveaux",
        "natures",
        "parties",
        "actes",
        "paliers",
        "moyens",
        "documents",
        "annonces",
        "regles",
    ];
    let map = lists
        .iter()
        .fold(items::framework(framework), |map, list| map.without(list));
    Item {
        key: framework.code.clone(),
        label: framework.title.clone(),
        map,
    }
}

/// Nodes with the key of their parent, which the text shows by nesting.
fn nodes(framework: &Framework) -> Vec<Item> {
    let with_parent = |node: &super::Node| items::node(node).maybe("parent", node.parent.as_ref());
    list(&framework.nodes, |n| (&n.key, &n.label), with_parent)
}

fn editions(framework: &Framework) -> Vec<Item> {
    let item = |edition: &super::Edition| {
        let year = items::year_word(edition.year);
        Item {
            label: format!("édition {year}"),
            key: year,
            map: items::edition(edition),
        }
    };
    framework.editions.iter().map(item).collect()
}

fn compare(subject: Subject, old: &[Item], new: &[Item], changes: &mut Vec<Change>) {
    let mut note = |item: &Item, what| {
        changes.push(Change {
            subject,
            key: item.key.clone(),
            label: item.label.clone(),
            what,
        });
    };
    let old_by_key: BTreeMap<&str, &Item> = old.iter().map(|i| (i.key.as_str(), i)).collect();
    let new_by_key: BTreeMap<&str, &Item> = new.iter().map(|i| (i.key.as_str(), i)).collect();
    for item in old {
        if !new_by_key.contains_key(item.key.as_str()) {
            note(item, What::Removed);
        }
    }
    let kept_before: Vec<&str> = keys_kept(old, &new_by_key);
    let kept_after: Vec<&str> = keys_kept(new, &old_by_key);
    let moved = moved_keys(&kept_before, &kept_after);
    for item in new {
        let Some(earlier) = old_by_key.get(item.key.as_str()) else {
            note(item, What::Added);
            continue;
        };
        let fields = field_changes(&earlier.map, &item.map);
        if !fields.is_empty() {
            note(item, What::Changed(fields));
        }
        if moved.contains(&item.key.as_str()) {
            note(item, What::Moved);
        }
    }
}

fn keys_kept<'a>(items: &'a [Item], others: &BTreeMap<&str, &Item>) -> Vec<&'a str> {
    let keys = items.iter().map(|item| item.key.as_str());
    keys.filter(|key| others.contains_key(key)).collect()
}

/// The fewest keys to move to go from one order to the other: those outside of the longest run
/// of keys whose order did not change.
fn moved_keys<'a>(before: &[&str], after: &[&'a str]) -> Vec<&'a str> {
    let rank: BTreeMap<&str, usize> = before
        .iter()
        .enumerate()
        .map(|(n, key)| (*key, n))
        .collect();
    let ranks: Vec<usize> = after
        .iter()
        .filter_map(|key| rank.get(key).copied())
        .collect();
    // length[n]: longest rising run that ends at n; previous[n]: the member before n in it.
    let mut length = vec![1; ranks.len()];
    let mut previous = vec![None; ranks.len()];
    for n in 0..ranks.len() {
        for m in 0..n {
            if ranks[m] < ranks[n] && length[m] + 1 > length[n] {
                length[n] = length[m] + 1;
                previous[n] = Some(m);
            }
        }
    }
    let mut stays = vec![false; ranks.len()];
    let mut next = (0..ranks.len()).max_by_key(|n| length[*n]);
    while let Some(n) = next {
        stays[n] = true;
        next = previous[n];
    }
    let moved = after.iter().zip(stays).filter(|(_, stays)| !stays);
    moved.map(|(key, _)| *key).collect()
}

fn field_changes(before: &Map, after: &Map) -> Vec<FieldChange> {
    let fields = |map: &Map| -> Vec<(String, String)> {
        let entries = map.entries().iter();
        entries
            .map(|(field, value)| (field.clone(), one_line(value)))
            .collect()
    };
    let (old, new) = (fields(before), fields(after));
    let find = |list: &[(String, String)], field: &str| {
        list.iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    };
    let mut names: Vec<&String> = new.iter().map(|(name, _)| name).collect();
    names.extend(
        old.iter()
            .map(|(name, _)| name)
            .filter(|name| find(&new, name).is_none()),
    );
    let change = |field: &String| FieldChange {
        field: field.clone(),
        before: find(&old, field),
        after: find(&new, field),
    };
    let changes = names.into_iter().map(change);
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

impl Subject {
    /// The kind of thing, in French, with its article and its gender.
    fn french(self) -> (&'static str, bool) {
        match self {
            Self::Framework => ("Le cadre", false),
            Self::Level => ("Le niveau", false),
            Self::Kind => ("La nature d’indicateur", true),
            Self::Party => ("La partie", true),
            Self::Act => ("L’acte", false),
            Self::Band => ("Le palier d’atteinte", false),
            Self::Means => ("La ligne de moyens", true),
            Self::Document => ("Le document", false),
            Self::Announced => ("Le chiffre annoncé", false),
            Self::Rule => ("La règle", true),
            Self::Node => ("L’objectif", false),
            Self::Measure => ("La mesure", true),
            Self::Indicator => ("L’indicateur", false),
            Self::Commitment => ("Le modèle d’engagement", false),
            Self::Edition => ("L’édition", true),
            Self::Term => ("Le sigle", false),
        }
    }
}

impl fmt::Display for Change {
    /// Says the change in one French sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, feminine) = self.subject.french();
        let e = if feminine { "e" } else { "" };
        write!(f, "{subject} « {} » ", self.key)?;
        match &self.what {
            What::Added => write!(f, "est ajouté{e} : {}.", self.label),
            What::Removed => write!(f, "est retiré{e} : {}.", self.label),
            What::Moved => write!(f, "change de place."),
            What::Changed(fields) => {
                let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
                write!(f, "change. {}.", fields.join(" ; "))
            }
        }
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = field_label(&self.field);
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                write!(f, "{field} : « {before} » devient « {after} »")
            }
            (None, Some(after)) => write!(f, "{field} : désormais « {after} »"),
            (Some(before), None) => write!(f, "{field} : « {before} » est retiré"),
            (None, None) => Ok(()),
        }
    }
}
