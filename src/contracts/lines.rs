//! A framework as one section of a contract sees it: its indicators, line by line, each with what
//! it measures and whether the contract has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use super::body::{Choice, Definition};
use super::{Contract, Section, Terms};
use crate::frameworks::{
    Act, Catalogue, Choice as KindChoice, Commitment, Edited, Framework, Indicator, Kind,
    MeansLine, Node,
};
use crate::kernel::{Decimal, ValueKind};
use crate::measures::Measure;

/// A revision of a framework, with every measure that it may cite.
#[derive(Clone, Debug)]
pub struct Book {
    edited: Arc<Edited>,
    catalogue: Arc<Catalogue>,
}

/// An indicator in a section of a contract.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Its key: the framework's, or made from the commitment that it follows.
    pub key: String,
    /// Code as printed.
    pub code: Option<&'a str>,
    /// Its name: the contract's own once a slot is defined.
    pub label: &'a str,
    /// Key of the node it stands under.
    pub node: &'a str,
    /// Printed subtitle.
    pub theme: Option<&'a str>,
    /// Key of the model commitment it follows.
    pub commitment: Option<&'a str>,
    /// Its kind.
    pub kind: &'a Kind,
    /// Whether the contract has it.
    pub standing: Standing,
    /// Whether its definition is left to the contract.
    pub slot: bool,
    /// What it measures: several for a composite; one without a code for a slot.
    pub facets: Vec<Facet<'a>>,
}

impl Line<'_> {
    /// Whether the contract has it.
    pub fn is_retained(&self) -> bool {
        matches!(self.standing, Standing::Common | Standing::Chosen)
    }

    /// Its code, or its name where it has none.
    pub fn short(&self) -> &str {
        self.code.unwrap_or(self.label)
    }

    /// What it measures under that code.
    pub fn facet(&self, measure: &str) -> Option<&Facet<'_>> {
        self.facets.iter().find(|facet| facet.measure == measure)
    }
}

/// Whether a contract has an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Every contract has it.
    Common,
    /// This contract chose it.
    Chosen,
    /// This contract does not have it.
    NotRetained,
    /// The framework keeps it for other regions.
    Elsewhere,
}

/// One thing that an indicator measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facet<'a> {
    /// Code of the measure; empty for a slot.
    pub measure: &'a str,
    /// What is measured.
    pub label: &'a str,
    /// What kind of value it takes.
    pub kind: ValueKind,
    /// Unit of a number.
    pub unit: Option<&'a str>,
    /// Decimals shown.
    pub decimals: u8,
    /// Lowest plausible value.
    pub min: Option<Decimal>,
    /// Highest plausible value.
    pub max: Option<Decimal>,
}

impl<'a> Facet<'a> {
    /// Of a measure.
    pub fn of_measure(measure: &'a Measure) -> Self {
        Self {
            measure: &measure.code,
            label: &measure.label,
            kind: measure.value_kind,
            unit: measure.unit.as_deref(),
            decimals: measure.decimals.unwrap_or(0),
            min: measure.min,
            max: measure.max,
        }
    }

    /// Of a slot: what its definition says, or a plain number as long as it has none.
    fn of_slot(definition: Option<&'a Definition>) -> Self {
        Self {
            measure: "",
            label: "",
            kind: definition.map_or(ValueKind::Number, |d| d.kind),
            unit: definition.and_then(|d| d.unit.as_deref()),
            decimals: 0,
            min: None,
            max: None,
        }
    }

    /// A number of no particular measure.
    pub(super) fn plain() -> Self {
        Self::of_slot(None)
    }

    /// Of a line of means.
    pub(super) fn of_means(line: &'a MeansLine) -> Self {
        Self {
            label: &line.label,
            unit: line.unit.as_deref(),
            ..Self::plain()
        }
    }

    /// Of a measure that nobody wrote: its code stands for its name.
    fn unknown(code: &'a str) -> Self {
        Self {
            measure: code,
            label: code,
            ..Self::of_slot(None)
        }
    }
}

/// What the key of an indicator adds to that of the commitment it follows, where the framework
/// proposes none.
pub(super) const OWN: &str = "-indicateur";

impl Book {
    /// That revision; measures that other frameworks wrote are found in the catalogue.
    pub fn new(edited: Arc<Edited>, catalogue: Arc<Catalogue>) -> Self {
        Self { edited, catalogue }
    }

    /// The framework as it stood.
    pub fn framework(&self) -> &Framework {
        &self.edited.framework
    }

    /// Identifier of the revision.
    pub fn revision(&self) -> Uuid {
        self.edited.revision
    }

    /// A measure: as this revision wrote it, or as it stands where another framework did.
    pub fn measure(&self, code: &str) -> Option<&Measure> {
        let own = self.framework().measures.iter();
        let own = own.into_iter().find(|measure| measure.code == code);
        own.or_else(|| self.catalogue.measure(code))
    }

    /// An act of the framework, by its key.
    pub fn act(&self, key: &str) -> Option<&Act> {
        self.framework().acts.iter().find(|act| act.key == key)
    }

    /// Every indicator that a section could have, in the order of the framework: its own, then
    /// those that a contract writes for the commitments without a model indicator.
    pub fn lines<'a>(
        &'a self,
        contract: &Contract,
        section: &Section,
        terms: &Terms<'a>,
    ) -> Vec<Line<'a>> {
        let places = [contract.place.as_str(), section.place.as_str()];
        let index = self.framework().index();
        let kinds: BTreeMap<&str, &Kind> = self
            .framework()
            .kinds
            .iter()
            .map(|kind| (kind.key.as_str(), kind))
            .collect();
        let mut lines = Vec::with_capacity(self.framework().indicators.len());
        for node in &self.framework().nodes {
            for indicator in index.indicators_of(&node.key) {
                if let Some(kind) = kinds.get(indicator.kind.as_str()) {
                    let concerned = indicator.regions.is_empty()
                        || places
                            .iter()
                            .any(|p| indicator.regions.iter().any(|r| r == p));
                    lines.push(self.line((indicator, kind), concerned, section.id, terms));
                }
            }
            for commitment in self.unfollowed(&node.key) {
                lines.extend(self.own_line(commitment, section, terms));
            }
        }
        lines
    }

    fn line<'a>(
        &'a self,
        (indicator, kind): (&'a Indicator, &'a Kind),
        concerned: bool,
        section: Uuid,
        terms: &Terms<'a>,
    ) -> Line<'a> {
        let definition = terms.definition(section, &indicator.key);
        let label = definition.map_or(indicator.label.as_str(), |d| d.label.as_str());
        let facets = if indicator.left_to_contract {
            vec![Facet::of_slot(definition)]
        } else {
            let codes = indicator.measures.iter();
            codes.map(|code| self.facet(code)).collect()
        };
        let standing = match terms.choice(section, &indicator.key) {
            _ if kind.choice == KindChoice::Common && concerned => Standing::Common,
            Some(Choice::Retained) => Standing::Chosen,
            _ if !concerned => Standing::Elsewhere,
            _ => Standing::NotRetained,
        };
        Line {
            key: indicator.key.clone(),
            code: indicator.code.as_deref(),
            label,
            node: &indicator.node,
            theme: indicator.theme.as_deref(),
            commitment: indicator.commitment.as_deref(),
            kind,
            standing,
            slot: indicator.left_to_contract,
            facets,
        }
    }

    /// The indicator that a contract writes for a commitment whose model has none (guide
    /// 2020-2024 of Auvergne-Rhône-Alpes: action 1.1-5). It is of the framework's first kind.
    fn own_line<'a>(
        &'a self,
        commitment: &'a Commitment,
        section: &Section,
        terms: &Terms<'a>,
    ) -> Option<Line<'a>> {
        let key = format!("{}{OWN}", commitment.key);
        let definition = terms.definition(section.id, &key);
        let standing = match terms.choice(section.id, &key) {
            Some(Choice::Retained) => Standing::Chosen,
            _ => Standing::NotRetained,
        };
        Some(Line {
            key,
            code: None,
            label: definition.map_or("Indicateur à définir", |d| d.label.as_str()),
            node: &commitment.node,
            theme: None,
            commitment: Some(&commitment.key),
            kind: self.framework().kinds.first()?,
            standing,
            slot: true,
            facets: vec![Facet::of_slot(definition)],
        })
    }

    fn facet<'a>(&'a self, code: &'a str) -> Facet<'a> {
        self.measure(code)
            .map_or(Facet::unknown(code), Facet::of_measure)
    }

    /// Model commitments of a node that no indicator of the framework follows.
    fn unfollowed<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Commitment> {
        let followed: BTreeSet<&str> = self
            .framework()
            .indicators
            .iter()
            .filter_map(|indicator| indicator.commitment.as_deref())
            .collect();
        self.commitments_of(node)
            .filter(move |commitment| !followed.contains(commitment.key.as_str()))
    }

    /// Model commitments of a node, in the order of the framework.
    pub fn commitments_of<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Commitment> {
        let all = self.framework().commitments.iter();
        all.filter(move |commitment| commitment.node == node)
    }

    /// Nodes that have an indicator or a model commitment right under them, in order.
    pub fn objectives(&self) -> Vec<&Node> {
        let framework = self.framework();
        let of_indicators = framework.indicators.iter().map(|i| i.node.as_str());
        let of_commitments = framework.commitments.iter().map(|c| c.node.as_str());
        let used: BTreeSet<&str> = of_indicators.chain(of_commitments).collect();
        let nodes = framework.nodes.iter();
        nodes
            .filter(|node| used.contains(node.key.as_str()))
            .collect()
    }
}
