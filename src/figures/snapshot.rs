//! Every figure in memory: an immutable snapshot, refreshed by change number.
//!
//! The figures of the whole country are some 10^5 numbers. A request reads them from here, through
//! a view that the person's reach filters, and never one by one from the database. The number of
//! the last change tells whether the snapshot still holds, whichever process wrote it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::store::{self, Kept};
use super::{Figure, Subject};
use crate::access::Reach;
use crate::kernel::Period;
use crate::ledger;
use crate::platform::db::{DbError, Tx};

/// The figures of one measure.
#[derive(Clone, Debug, Default)]
pub struct Series {
    figures: BTreeMap<Subject, Figure>,
}

impl Series {
    /// The figure of a whole place over a period.
    pub fn whole(&self, place: &str, period: Period) -> Option<&Figure> {
        self.figures.get(&Subject {
            place: place.to_owned(),
            period,
            breakdown: String::new(),
        })
    }

    /// Every figure, in the order of places and periods.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &Figure)> {
        self.figures.iter()
    }

    /// The figures of a whole place up to the end of a year, the earliest first.
    pub fn figures_upto(&self, place: &str, year: i16) -> Vec<(Period, &Figure)> {
        let upto = self.figures.iter().filter(|(subject, _)| {
            subject.place == place && subject.breakdown.is_empty() && subject.period.year() <= year
        });
        let mut known: Vec<(Period, &Figure)> = upto
            .map(|(subject, figure)| (subject.period, figure))
            .collect();
        known.sort_by_key(|(period, _)| *period);
        known
    }

    /// Every period that has a figure for a whole place, the earliest first.
    pub fn periods(&self) -> Vec<Period> {
        let whole = self.figures.keys().filter(|s| s.breakdown.is_empty());
        let mut periods: Vec<Period> = whole.map(|subject| subject.period).collect();
        periods.sort_unstable();
        periods.dedup();
        periods
    }
}

/// Every figure as it stood at one change.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    at_change: i64,
    series: HashMap<String, Arc<Series>>,
}

impl Snapshot {
    /// The same with later figures laid over it; the series they do not touch are shared.
    fn with(&self, at_change: i64, later: Vec<Kept>) -> Self {
        let mut series = self.series.clone();
        let mut touched: HashMap<String, Series> = HashMap::new();
        for kept in later {
            let Kept {
                measure,
                subject,
                figure,
            } = kept;
            let changed = touched.entry(measure).or_insert_with_key(|measure| {
                series
                    .get(measure)
                    .map(|known| Series::clone(known))
                    .unwrap_or_default()
            });
            match figure {
                Some(figure) => changed.figures.insert(subject, figure),
                None => changed.figures.remove(&subject),
            };
        }
        series.extend(touched.into_iter().map(|(m, s)| (m, Arc::new(s))));
        Self { at_change, series }
    }
}

/// What one person may read of a snapshot.
#[derive(Clone, Debug, Default)]
pub struct FiguresView {
    snapshot: Arc<Snapshot>,
}

#[cfg(test)]
impl FiguresView {
    /// Figures that no database holds.
    pub(crate) fn of(figures: impl IntoIterator<Item = (String, Subject, Figure)>) -> Self {
        let kept = figures.into_iter().map(|(measure, subject, figure)| Kept {
            measure,
            subject,
            figure: Some(figure),
        });
        let snapshot = Arc::new(Snapshot::default().with(1, kept.collect()));
        Self { snapshot }
    }
}

impl FiguresView {
    /// The last change the figures include.
    pub fn at_change(&self) -> i64 {
        self.snapshot.at_change
    }

    /// The figures of a measure.
    pub fn series(&self, measure: &str) -> Option<&Series> {
        self.snapshot.series.get(measure).map(Arc::as_ref)
    }
}

/// How many snapshots of earlier moments are kept.
const EARLIER: usize = 8;

/// The snapshots in memory.
#[derive(Clone, Debug, Default)]
pub struct Snapshots(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    current: Arc<Snapshot>,
    earlier: VecDeque<Arc<Snapshot>>,
}

impl Snapshots {
    /// The figures as this transaction sees them.
    pub async fn current(&self, tx: &mut Tx, _reach: Reach) -> Result<FiguresView, DbError> {
        let latest = store::latest_change(tx).await?;
        let known = Arc::clone(&self.kept().current);
        if known.at_change == latest {
            return Ok(FiguresView { snapshot: known });
        }
        if known.at_change > latest {
            // A newer snapshot was kept while this transaction, opened earlier, was waiting.
            return self.at(tx, latest).await;
        }
        let later = store::figures_between(tx, known.at_change, latest).await?;
        let snapshot = Arc::new(known.with(latest, later));
        let committed = is_committed(tx, latest).await?;
        let mut kept = self.kept();
        if committed && kept.current.at_change < latest {
            kept.current = Arc::clone(&snapshot);
        }
        Ok(FiguresView { snapshot })
    }

    /// The figures as they stood at a change, the latest included.
    pub async fn upto(
        &self,
        tx: &mut Tx,
        reach: Reach,
        change: i64,
    ) -> Result<FiguresView, DbError> {
        let current = self.current(tx, reach).await?;
        if current.at_change() <= change {
            return Ok(current);
        }
        self.at(tx, change).await
    }

    /// The figures as they stood at an earlier change.
    pub async fn as_of(
        &self,
        tx: &mut Tx,
        _reach: Reach,
        change: i64,
    ) -> Result<FiguresView, DbError> {
        self.at(tx, change).await
    }

    async fn at(&self, tx: &mut Tx, change: i64) -> Result<FiguresView, DbError> {
        let known = {
            let kept = self.kept();
            let found = kept.earlier.iter().find(|s| s.at_change == change);
            found.cloned()
        };
        if let Some(snapshot) = known {
            return Ok(FiguresView { snapshot });
        }
        let figures = store::figures_between(tx, 0, change).await?;
        let snapshot = Arc::new(Snapshot::default().with(change, figures));
        if is_committed(tx, change).await? {
            let mut kept = self.kept();
            kept.earlier.push_front(Arc::clone(&snapshot));
            kept.earlier.truncate(EARLIER);
        }
        Ok(FiguresView { snapshot })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Memory> {
        // What it guards is replaced whole: a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the history has reached that change. A change under way sees what it wrote itself,
/// which may yet be given up, and a change to come is not known at all: neither is kept.
async fn is_committed(tx: &mut Tx, change: i64) -> Result<bool, DbError> {
    Ok(change <= ledger::last_change(tx).await?)
}
