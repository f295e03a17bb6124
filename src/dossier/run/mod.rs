//! The dossiers of all the contracts of a framework, issued one after the other: a work that
//! outlives the request which asked for it, and the process that began it.
//!
//! A run is no part of the history: what it issues is. It is claimed for a while by whoever works
//! on it, and taken up by another once that while is over.

pub mod store;
mod work;

use jiff::civil::Date;
use uuid::Uuid;

use crate::kernel::counted;

pub use work::{RunError, ask, items, take_up, work};

/// How long a run is claimed for, in microseconds: more than one dossier takes to draw.
const CLAIM: i64 = 10 * 60 * 1_000_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Code of the framework.
    pub framework: String,
    /// The year reviewed.
    pub year: i16,
    /// The day on which terms and figures were known; that of the work where it is not said.
    pub day: Option<Date>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its identifier.
    pub id: Uuid,
    /// What was asked for.
    pub asked: Asked,
    /// Who asked.
    pub person: Uuid,
    /// Their name.
    pub who: Option<String>,
    /// When, in microseconds UTC.
    pub created_at: i64,
    /// When it ended, in microseconds UTC.
    pub done_at: Option<i64>,
    /// What it makes, in order.
    pub items: Vec<Item>,
}

/// One dossier of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it stands, from 1.
    pub rank: i64,
    /// Address of the contract.
    pub contract: String,
    /// Key of the section.
    pub section: String,
    /// What people call it.
    pub label: String,
    /// The dossier, once it is issued.
    pub dossier: Option<Uuid>,
    /// Why there is none, in French.
    pub failure: Option<String>,
}

impl Item {
    fn is_settled(&self) -> bool {
        self.dossier.is_some() || self.failure.is_some()
    }
}

impl Run {
    /// How many are done, issued or not.
    pub fn settled(&self) -> usize {
        self.items.iter().filter(|item| item.is_settled()).count()
    }

    /// How many could not be made.
    pub fn failed(&self) -> usize {
        let failed = self.items.iter().filter(|item| item.failure.is_some());
        failed.count()
    }

    /// How it stands, in a sentence.
    pub fn french(&self) -> String {
        let (all, settled, failed) = (self.items.len(), self.settled(), self.failed());
        let issued = counted(settled - failed, "dossier émis", "dossiers émis");
        let mut said = format!("{issued} sur {all}");
        if failed > 0 {
            said += &format!(" ; {}", counted(failed, "échec", "échecs"));
        }
        if self.done_at.is_none() {
            said += " ; le travail continue";
        }
        said + "."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(settled: &[Option<bool>], done: bool) -> Run {
        let item = |(rank, issued): (i64, &Option<bool>)| Item {
            rank,
            contract: String::new(),
            section: String::new(),
            label: String::new(),
            dossier: (*issued == Some(true)).then(Uuid::nil),
            failure: (*issued == Some(false)).then(String::new),
        };
        Run {
            id: Uuid::nil(),
            asked: Asked {
                framework: String::new(),
                year: 2025,
                day: None,
            },
            person: Uuid::nil(),
            who: None,
            created_at: 0,
            done_at: done.then_some(1),
            items: (1..).zip(settled).map(item).collect(),
        }
    }

    #[test]
    fn a_run_says_how_far_it_is() {
        let begun = run(&[Some(true), None, None], false);
        assert_eq!(
            begun.french(),
            "1 dossier émis sur 3 ; le travail continue."
        );
        let ended = run(&[Some(true), Some(false), Some(true)], true);
        assert_eq!(ended.french(), "2 dossiers émis sur 3 ; 1 échec.");
    }
}
