//! Contract frameworks: what a generation of contracts asks for, as data.
//!
//! Here live the model of a framework ([`Framework`] and its parts), its text form (reading,
//! checking, writing: the format is `docs/guide/cadres.md`) and the comparison of two of its
//! revisions. Nothing here knows one generation from another: what differs between generations
//! is in the text. Values, contracts and SQL never stand in these types; measures, which own
//! values, stand in [`crate::measures`].

mod addressed;
pub mod api;
mod band;
mod check;
mod commitment;
mod diff;
mod due;
mod edition;
mod findable;
mod french;
mod generations;
mod glossary;
mod held;
mod indicator;
mod known;
mod label;
mod library;
mod own;
mod pages;
mod revise;
mod source;
pub mod store;
pub mod tables;
mod told;
mod tree;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::access::Audience;
use crate::measures::Measure;

pub use crate::platform::yaml::{Position, Problem, Severity};
pub use addressed::FrameworkAddresses;
pub use band::{Band, BandCase, Scale, Tone, usual_bands};
pub use commitment::{Commitment, Eligibility, EligibilityScope};
pub use diff::{Change, FieldChange, Subject, What, differences};
pub use due::{DataYear, Deadline, DeliveryStatus, Due, DueRule, DueState, Gap, Limit};
pub use edition::{
    CalendarDate, CalendarEntry, Campaign, Edition, EditionIndicators, EditionYear, Step,
};
pub use findable::FindableFrameworks;
pub use generations::{Across, Pointer};
pub use glossary::explained;
pub use held::{Holder, Holders, Stake};
pub use indicator::{Frequency, Indicator, Link, LinkKind, MeasureMethod, Method, Supply};
pub use known::{EVERY_AGENCY, EVERY_ESTABLISHMENT, Known, everyone_words};
pub use label::field_label;
pub use library::{Catalogue, Edited, Library};
pub use own::{OwnMeasure, OwnMeasures, OwnSlot};
pub use pages::router;
pub use revise::{Proposal, Revised, RevisionError, revise};
pub use source::{
    FILES, Reading, Texts, read_all, read_all_texts, read_dir, read_texts, write_texts,
};
pub use told::FrameworkTeller;

/// Days that a supplier has to answer a contest, where no framework says how many.
pub const USUAL_CONTEST_DAYS: u16 = 30;

/// A contract framework: one generation of contracts, or one region's model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Framework {
    /// Unique code, also the name of its folder.
    pub code: String,
    /// Title in full.
    pub title: String,
    /// Generations of one family follow each other: `etat-ars`, `etablissement`.
    pub family: String,
    /// Code of the generation before it in the family.
    #[serde(default)]
    pub previous: Option<String>,
    /// First year.
    pub starts: i16,
    /// Last year.
    pub ends: i16,
    /// Software that served it then.
    #[serde(default)]
    pub tool: Option<String>,
    /// INSEE code, when it is the framework of one region only.
    #[serde(default)]
    pub region: Option<String>,
    /// Whether the document gives every indicator.
    #[serde(default)]
    pub complete_list: bool,
    /// Which part of the indicators the document gives.
    #[serde(default)]
    pub list_note: Option<String>,
    /// Levels of the tree of objectives, from the highest.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Key of the level that this framework counts as its objectives, where it says which.
    #[serde(default)]
    pub objective_level: Option<String>,
    /// Kinds of indicator.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// Roles that organisations hold in a contract.
    #[serde(default)]
    pub parties: Vec<PartyRole>,
    /// Instruments that make and change a contract.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// How far a value is from its target, in words; empty: the usual bands.
    #[serde(default)]
    pub bands: Vec<Band>,
    /// Lines of means that contracts follow.
    #[serde(default)]
    pub means: Vec<MeansLine>,
    /// Days that a supplier has to answer the contest of a value, where the framework says it.
    #[serde(default)]
    pub contest_days: Option<u16>,
    /// To whom signed contracts are opened, where the framework says it.
    #[serde(default)]
    pub signed_for: Option<Audience>,
    /// To whom acts under way are opened, where the framework says it.
    #[serde(default)]
    pub drafts_for: Option<Audience>,
    /// To whom the final values of its measures are opened, where the framework says it.
    #[serde(default)]
    pub values_for: Option<Audience>,
    /// Official documents it is transcribed from.
    #[serde(default)]
    pub documents: Vec<SourceDocument>,
    /// Counts that the documents state without detail.
    #[serde(default)]
    pub announced: Vec<Announced>,
    /// What a reader should know.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Names of the fields that Jalon deduced.
    #[serde(default)]
    pub our_reading: Vec<String>,
    /// Words that eligibility rules may use.
    #[serde(default)]
    pub vocabulary: Vocabulary,
    /// Rules that the guide gives for drawing up a contract.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Objectives and their kin, in the order of the document, each after its parent.
    #[serde(default)]
    pub nodes: Vec<Node>,
    /// Measures that this framework is the first to write.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// Indicators, in the order of the document.
    #[serde(default)]
    pub indicators: Vec<Indicator>,
    /// Model commitments, in the order of the document.
    #[serde(default)]
    pub commitments: Vec<Commitment>,
    /// Known yearly campaigns.
    #[serde(default)]
    pub editions: Vec<Edition>,
    /// Acronyms.
    #[serde(default)]
    pub glossary: Vec<Term>,
}

/// A level of the tree of objectives.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Level {
    /// Unique in the framework.
    pub key: String,
    /// French name of one.
    pub singular: String,
    /// French name of several.
    pub plural: String,
}

/// A kind of indicator: core, complementary, contractual…
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Kind {
    /// Unique in the framework.
    pub key: String,
    /// French name.
    pub label: String,
    /// Whether contracts set targets for it.
    pub target: TargetUse,
    /// Whether every contract has it.
    pub choice: Choice,
}

/// Whether contracts set targets for a kind of indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetUse {
    /// A target is expected.
    Expected,
    /// A target may be set.
    #[default]
    Possible,
    /// There is never a target.
    Never,
}

/// Whether every contract has the indicators of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Every contract has them.
    #[default]
    Common,
    /// Each contract chooses.
    Chosen,
}

/// A role that an organisation holds in a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartyRole {
    /// Unique in the framework.
    pub key: String,
    /// French name.
    pub label: String,
    /// What kind of organisation holds it.
    pub kind: PartyKind,
    /// Whether it signs.
    pub signs: bool,
}

/// What kind of organisation is party to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// A ministry.
    Ministry,
    /// A regional health agency.
    Agency,
    /// A hospital, a retirement home…
    Establishment,
    /// A region, a department, a commune.
    LocalAuthority,
    /// Any other.
    #[default]
    Other,
}

/// An instrument that makes or changes a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Act {
    /// Unique in the framework.
    pub key: String,
    /// French name.
    pub label: String,
    /// What it does to the contract.
    pub kind: ActKind,
    /// What it may change; the first contract may set everything.
    #[serde(default)]
    pub changes: Vec<Changeable>,
    /// How many people it takes to record it: 1 or 2.
    pub people: u8,
    /// Whether a reason is required.
    pub motive: bool,
}

/// What an instrument does to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Makes the contract. A framework has exactly one such act.
    #[default]
    Contract,
    /// Amends it.
    Amendment,
    /// Brings it up to date, usually every year.
    Update,
    /// Revises it, usually at mid-term.
    Revision,
    /// Corrects a recorded mistake.
    Correction,
}

/// What an instrument may change in a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changeable {
    /// Which indicators are kept.
    Indicators,
    /// Definitions that the framework leaves to the contract.
    Definitions,
    /// Baselines.
    Baselines,
    /// Targets.
    Targets,
    /// Commitments.
    Commitments,
    /// Means.
    Means,
    /// Parties.
    Parties,
}

/// A line of means that contracts follow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MeansLine {
    /// Unique in the framework.
    pub key: String,
    /// French name.
    pub label: String,
    /// Unit: euros, full-time equivalents…
    #[serde(default)]
    pub unit: Option<String>,
}

/// An official document that the framework is transcribed from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceDocument {
    /// Unique in the framework.
    pub key: String,
    /// Title.
    pub title: String,
    /// Official number.
    #[serde(default)]
    pub number: Option<String>,
    /// Date of signature.
    #[serde(default)]
    pub date: Option<Date>,
    /// NOR code.
    #[serde(default)]
    pub nor: Option<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A count that a document states without giving the detail. It is shown as a count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Announced {
    /// What is counted.
    pub label: String,
    /// How many; absent when the document is vague, and then the note quotes it.
    #[serde(default)]
    pub count: Option<u32>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// The words that eligibility rules may use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Care authorisations.
    #[serde(default)]
    pub authorisations: Vec<Word>,
    /// Legal statuses.
    #[serde(default)]
    pub statuses: Vec<Word>,
    /// Features of an establishment.
    #[serde(default)]
    pub features: Vec<Word>,
}

/// A word of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Word {
    /// Unique among its kind.
    pub key: String,
    /// French name.
    pub label: String,
}

/// A rule of the guide for drawing up a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rule {
    /// Unique in the framework.
    pub key: String,
    /// How binding it is.
    pub level: RuleLevel,
    /// The rule, in French.
    pub statement: String,
    /// Where the document says so.
    #[serde(default)]
    pub lines: Vec<Lines>,
}

/// How binding a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleLevel {
    /// Must be followed.
    Required,
    /// Should be followed.
    #[default]
    Principle,
    /// Says what a word means.
    Definition,
}

/// An objective, or another node of the tree: axis, bloc, theme.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Node {
    /// Unique in the framework.
    pub key: String,
    /// Key of its level.
    pub level: String,
    /// Key of the node above it.
    #[serde(default)]
    pub parent: Option<String>,
    /// Code as printed; may be missing or repeated.
    #[serde(default)]
    pub code: Option<String>,
    /// Title.
    pub label: String,
    /// Category printed by the document.
    #[serde(default)]
    pub category: Option<String>,
    /// Codes of the organisations that lead it.
    #[serde(default)]
    pub leads: Vec<String>,
    /// Codes of the organisations associated with it.
    #[serde(default)]
    pub associates: Vec<String>,
    /// Codes of the other partners.
    #[serde(default)]
    pub partners: Vec<String>,
    /// Codes of the regions concerned; empty: all.
    #[serde(default)]
    pub regions: Vec<String>,
    /// How the technical exchange takes place.
    #[serde(default)]
    pub exchange_mode: Option<String>,
    /// Sectoral management dialogues that may hold the technical exchange.
    #[serde(default)]
    pub dialogues: Vec<String>,
    /// Where the document says so.
    #[serde(default)]
    pub lines: Vec<Lines>,
    /// Names of the fields whose reading is uncertain.
    #[serde(default)]
    pub uncertain: Vec<String>,
    /// Names of the fields that Jalon deduced.
    #[serde(default)]
    pub our_reading: Vec<String>,
    /// What a reader should know.
    #[serde(default)]
    pub note: Option<String>,
}

/// An acronym and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Term {
    /// The acronym.
    pub acronym: String,
    /// What it stands for.
    pub meaning: String,
}

/// A range of lines of the source document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lines {
    /// First line.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

impl Framework {
    /// A view in which everything is found by its key without searching.
    pub fn index(&self) -> Index<'_> {
        Index::new(self)
    }

    /// Days that a supplier has to answer the contest of a value. No official document says how
    /// many: a month is Jalon's reading.
    pub fn days_to_answer(&self) -> u16 {
        self.contest_days.unwrap_or(USUAL_CONTEST_DAYS)
    }

    /// Whether its contracts bind establishments: values are then theirs, not those of regions.
    pub fn follows_establishments(&self) -> bool {
        let mut kinds = self.parties.iter().map(|role| role.kind);
        kinds.any(|kind| kind == PartyKind::Establishment)
    }
}

/// A framework whose parts are found by key.
#[derive(Debug, Clone)]
pub struct Index<'a> {
    framework: &'a Framework,
    nodes: BTreeMap<&'a str, &'a Node>,
    indicators: BTreeMap<&'a str, &'a Indicator>,
    measures: BTreeMap<&'a str, &'a Measure>,
    commitments: BTreeMap<&'a str, &'a Commitment>,
    /// By key of the parent; the top of the tree under the empty key, which no node has.
    children: BTreeMap<&'a str, Vec<&'a Node>>,
    indicators_of_node: BTreeMap<&'a str, Vec<&'a Indicator>>,
    indicators_of_measure: BTreeMap<&'a str, Vec<&'a Indicator>>,
}

impl<'a> Index<'a> {
    fn new(framework: &'a Framework) -> Self {
        let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for node in &framework.nodes {
            let parent = node.parent.as_deref().unwrap_or_default();
            children.entry(parent).or_default().push(node);
        }
        let mut indicators_of_node: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut indicators_of_measure: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for indicator in &framework.indicators {
            let of_node = indicators_of_node.entry(indicator.node.as_str());
            of_node.or_default().push(indicator);
            for measure in &indicator.measures {
                let of_measure = indicators_of_measure.entry(measure.as_str());
                of_measure.or_default().push(indicator);
            }
        }
        Self {
            framework,
            nodes: by_key(&framework.nodes, |n| &n.key),
            indicators: by_key(&framework.indicators, |i| &i.key),
            measures: by_key(&framework.measures, |m| &m.code),
            commitments: by_key(&framework.commitments, |c| &c.key),
            children,
            indicators_of_node,
            indicators_of_measure,
        }
    }

    /// The framework itself.
    pub fn framework(&self) -> &'a Framework {
        self.framework
    }

    /// A node by its key.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        self.nodes.get(key).copied()
    }

    /// An indicator by its key.
    pub fn indicator(&self, key: &str) -> Option<&'a Indicator> {
        self.indicators.get(key).copied()
    }

    /// A measure that this framework writes, by its code.
    pub fn measure(&self, code: &str) -> Option<&'a Measure> {
        self.measures.get(code).copied()
    }

    /// A model commitment by its key.
    pub fn commitment(&self, key: &str) -> Option<&'a Commitment> {
        self.commitments.get(key).copied()
    }

    /// Children of a node in the order of the document; without a parent, the top of the tree.
    pub fn children(&self, parent: Option<&str>) -> &[&'a Node] {
        let found = self.children.get(parent.unwrap_or_default());
        found.map_or(&[], Vec::as_slice)
    }

    /// Indicators placed right under a node, in the order of the document.
    pub fn indicators_of(&self, node: &str) -> &[&'a Indicator] {
        self.indicators_of_node.get(node).map_or(&[], Vec::as_slice)
    }

    /// Indicators that follow a measure, in the order of the document.
    pub fn indicators_following(&self, measure: &str) -> &[&'a Indicator] {
        let found = self.indicators_of_measure.get(measure);
        found.map_or(&[], Vec::as_slice)
    }
}

/// Items by key; of two items with one key, the first.
fn by_key<T>(items: &[T], key: impl Fn(&T) -> &String) -> BTreeMap<&str, &T> {
    let mut found = BTreeMap::new();
    for item in items {
        found.entry(key(item).as_str()).or_insert(item);
    }
    found
}
