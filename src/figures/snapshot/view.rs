//! What one person may read of a snapshot, made once for all who see the same.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

use super::{Embargoed, Series, Snapshot, Touched};
use crate::access::{Reach, Vantage};
#[cfg(test)]
use crate::figures::contest::Contested;
#[cfg(test)]
use crate::figures::store::Kept;
#[cfg(test)]
use crate::figures::{Figure, Subject};

/// What one person may read of a snapshot.
#[derive(Clone, Debug, Default)]
pub struct FiguresView {
    snapshot: Arc<Snapshot>,
    /// What everybody may see.
    public: Arc<Snapshot>,
}

#[cfg(test)]
impl FiguresView {
    /// Figures that no database holds.
    pub(crate) fn of(figures: impl IntoIterator<Item = (String, Subject, Figure)>) -> Self {
        let (mut kept, mut contests) = (Vec::new(), Vec::new());
        for (measure, subject, figure) in figures {
            contests.extend(figure.contest.clone().map(|open| Contested {
                observation: figure.observation,
                measure: measure.clone(),
                subject: subject.clone(),
                open: Some(open),
            }));
            kept.push(Kept {
                measure,
                subject,
                figure: Some(figure),
            });
        }
        let snapshot = Snapshot::default().with(1, Date::default(), kept, contests);
        Self::of_everybody(Arc::new(snapshot))
    }
}

impl FiguresView {
    /// What that person may see, for pages and files alike: a figure under embargo is laid over
    /// what stood before it for those who may see it, and for nobody else.
    pub(super) fn new(snapshot: Arc<Snapshot>, reach: &Reach) -> Self {
        let snapshot = if reach.sees_all_values() {
            snapshot
        } else {
            Arc::new(snapshot.of_those(|measure, place| reach.sees_value(measure, place)))
        };
        let seen: Vec<&Embargoed> = snapshot
            .embargoed
            .iter()
            .filter(|held| reach.sees_embargoed(held.figure.loaded_by))
            .collect();
        if seen.is_empty() {
            return Self::of_everybody(snapshot);
        }
        let mut touched = Touched::default();
        for held in seen {
            let series = touched.of(&snapshot, &held.measure);
            let figure = held.figure.clone();
            series.figures.insert(held.subject.clone(), figure);
        }
        let mut own = Snapshot::clone(&snapshot);
        touched.laid_over(&mut own.series);
        Self {
            snapshot: Arc::new(own),
            public: snapshot,
        }
    }

    pub(super) fn of_everybody(snapshot: Arc<Snapshot>) -> Self {
        Self {
            public: Arc::clone(&snapshot),
            snapshot,
        }
    }

    /// The same without any figure under embargo, whoever looks: for what is kept and handed on.
    #[must_use]
    pub fn without_embargoed(&self) -> Self {
        Self::of_everybody(Arc::clone(&self.public))
    }

    /// The day, in Paris, on which it is looked at.
    pub fn day(&self) -> Date {
        self.snapshot.day
    }

    /// Whether both are the same figures in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
    }

    /// The last change the figures include.
    pub fn at_change(&self) -> i64 {
        self.snapshot.at_change
    }

    /// The figures of a measure.
    pub fn series(&self, measure: &str) -> Option<&Series> {
        self.snapshot.series.get(measure).map(Arc::as_ref)
    }
}

/// Two views are equal where they are the same figures in memory.
impl PartialEq for FiguresView {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

impl Eq for FiguresView {}

impl Hash for FiguresView {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.snapshot).hash(state);
    }
}

/// How many views are kept: more than there are ways of seeing in one country.
const MOST: usize = 64;

/// The views in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Views(Arc<Mutex<VecDeque<Made>>>);

/// A view and what it was made for.
#[derive(Debug)]
struct Made {
    of: Arc<Snapshot>,
    sight: Sight,
    view: FiguresView,
}

/// What decides how somebody sees a snapshot.
#[derive(Debug, PartialEq, Eq)]
struct Sight {
    /// That of somebody who does not see every place.
    vantage: Option<Arc<Vantage>>,
    /// The ranks of the figures under embargo that they see.
    unveiled: Vec<usize>,
}

impl Sight {
    fn of(snapshot: &Snapshot, reach: &Reach) -> Self {
        let held = snapshot.embargoed.iter().enumerate();
        let seen = held.filter(|(_, held)| reach.sees_embargoed(held.figure.loaded_by));
        Self {
            vantage: (!reach.sees_all_values()).then(|| reach.vantage_on_values()),
            unveiled: seen.map(|(rank, _)| rank).collect(),
        }
    }

    fn is_everybodys(&self) -> bool {
        self.vantage.is_none() && self.unveiled.is_empty()
    }
}

impl Views {
    /// What somebody sees of a snapshot.
    pub(super) fn of(&self, snapshot: Arc<Snapshot>, reach: &Reach) -> FiguresView {
        let sight = Sight::of(&snapshot, reach);
        if sight.is_everybodys() {
            return FiguresView::of_everybody(snapshot);
        }
        let same = |made: &&Made| Arc::ptr_eq(&made.of, &snapshot) && made.sight == sight;
        if let Some(made) = self.made().iter().find(same) {
            return made.view.clone();
        }
        let view = FiguresView::new(Arc::clone(&snapshot), reach);
        let mut made = self.made();
        made.push_front(Made {
            of: snapshot,
            sight,
            view: view.clone(),
        });
        made.truncate(MOST);
        view
    }

    /// Lets go of what was made of snapshots that are no longer kept.
    pub(super) fn forget(&self) {
        self.made().clear();
    }

    fn made(&self) -> MutexGuard<'_, VecDeque<Made>> {
        // What it guards is whole at any time: a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
