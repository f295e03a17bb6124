//! The terms that a draft may write in a section of a contract, one by one: what the grid and the
//! workbook offer to type.

use super::body::{Slot, Stage, TermKey};
use super::check::allows;
use super::lines::{Book, Facet, Line, Standing};
use super::naming::{place_name, subject_name};
use super::{Contract, Section};
use crate::frameworks::{Act, Choice, MeansLine, Node, TargetUse};
use crate::kernel::capitalised;

/// A slot that may be written, and what it measures.
#[derive(Clone, Debug)]
pub(super) struct Offer<'a> {
    /// What the term is about.
    pub key: TermKey,
    /// What is measured; a plain number where nothing is.
    pub facet: Facet<'a>,
    /// Where it stands, for messages: « 2.c.1, cible 2026 ».
    pub place: String,
    /// Whether the act may change it.
    pub allowed: bool,
    /// Whether it is to be written: if not, it is only shown.
    pub open: bool,
}

/// What makes the slots of one section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offering<'a> {
    /// The framework that the draft refers to.
    pub book: &'a Book,
    /// The contract.
    pub contract: &'a Contract,
    /// The section.
    pub section: &'a Section,
    /// The act that the draft is, where the framework knows it.
    pub act: Option<&'a Act>,
}

impl<'a> Offering<'a> {
    /// The slots of an objective: its commitments, then its indicators among `lines`.
    pub(super) fn of_objective(&self, node: &'a Node, lines: &[Line<'a>]) -> Vec<Offer<'a>> {
        let commitments = self.book.commitments_of(&node.key);
        let commitments = commitments.map(|model| {
            let commitment = model.key.clone();
            self.offer(Slot::Commitment { commitment }, Facet::plain(), lines)
        });
        let mut offers: Vec<_> = commitments.collect();
        for line in lines.iter().filter(|line| line.node == node.key) {
            self.of_line(line, &mut offers);
        }
        offers
    }

    /// The amounts of means.
    pub(super) fn of_means(&self) -> Vec<Offer<'a>> {
        let mut offers = Vec::new();
        for line in &self.book.framework().means {
            for stage in Stage::ALL {
                for year in self.contract.years() {
                    let slot = means_slot(line, stage, year);
                    offers.push(self.offer(slot, Facet::of_means(line), &[]));
                }
            }
        }
        offers
    }

    fn of_line(&self, line: &Line<'a>, offers: &mut Vec<Offer<'a>>) {
        let here = std::slice::from_ref(line);
        let indicator = || line.key.clone();
        if line.kind.choice == Choice::Chosen {
            let slot = Slot::Choice {
                indicator: indicator(),
            };
            offers.push(self.offer(slot, Facet::plain(), here));
        }
        if line.slot {
            let slot = Slot::Definition {
                indicator: indicator(),
            };
            offers.push(self.offer(slot, Facet::plain(), here));
        }
        for facet in &line.facets {
            let slot = Slot::Baseline {
                indicator: indicator(),
                measure: facet.measure.to_owned(),
            };
            offers.push(self.offer(slot, *facet, here));
            if line.kind.target == TargetUse::Never {
                continue;
            }
            for year in self.contract.years() {
                offers.push(self.offer(target_slot(line, facet, year), *facet, here));
            }
        }
    }

    fn offer(&self, slot: Slot, facet: Facet<'a>, lines: &[Line<'a>]) -> Offer<'a> {
        let subject = subject_name(self.book, lines, &slot);
        let place = place_name(self.contract, self.section, &subject, &slot);
        let allowed = self.act.is_none_or(|act| allows(act, &slot));
        let mut elsewhere = lines
            .iter()
            .filter(|line| line.standing == Standing::Elsewhere);
        let elsewhere = elsewhere.any(|line| Some(line.key.as_str()) == slot.indicator());
        Offer {
            allowed,
            open: allowed && !elsewhere,
            key: TermKey {
                section: self.section.id,
                slot,
            },
            facet,
            place: capitalised(&place),
        }
    }
}

/// Where the target of a line for a year stands.
pub(super) fn target_slot(line: &Line<'_>, facet: &Facet<'_>, year: i16) -> Slot {
    Slot::Target {
        indicator: line.key.clone(),
        measure: facet.measure.to_owned(),
        year,
    }
}

/// Where an amount of a line of means stands.
pub(super) fn means_slot(line: &MeansLine, stage: Stage, year: i16) -> Slot {
    Slot::Means {
        line: line.key.clone(),
        stage,
        year,
    }
}
