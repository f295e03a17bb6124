//! Every figure in memory: an immutable snapshot, refreshed by change number.
//!
//! The figures of the whole country are some 10^5 numbers. A request reads them from here, through
//! a view that the person's reach filters, and never one by one from the database. The number of
//! the last change tells whether the snapshot still holds, whichever process wrote it.

mod view;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use uuid::Uuid;

use super::contest::{self, Contested, OpenContest};
use super::store::{self, Kept};
use super::{Figure, Subject};
use crate::access::Reach;
use crate::kernel::Period;
use crate::ledger;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};
use crate::platform::metrics;

pub use view::FiguresView;

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

    /// Whether anything was ever said of a place.
    pub fn knows(&self, place: &str) -> bool {
        self.figures.keys().any(|subject| subject.place == place)
    }

    /// A series of these figures.
    pub fn of(figures: impl IntoIterator<Item = (Subject, Figure)>) -> Self {
        Self {
            figures: figures.into_iter().collect(),
        }
    }

    /// The figures of a whole place, the earliest first: those of other places are not looked at.
    fn of_place(&self, place: &str) -> impl Iterator<Item = (Period, &Figure)> {
        let first = Subject {
            place: place.to_owned(),
            period: Period::Year(i16::MIN),
            breakdown: String::new(),
        };
        let own = self.figures.range(first..);
        let own = own.take_while(move |(subject, _)| subject.place == place);
        own.filter(|(subject, _)| subject.breakdown.is_empty())
            .map(|(subject, figure)| (subject.period, figure))
    }

    /// When the first figure of a whole place over a year or a part of it came, in microseconds
    /// UTC.
    pub fn first_received(&self, place: &str, year: i16) -> Option<i64> {
        let of_year = self.of_place(place).filter(|(p, _)| p.year() == year);
        of_year.map(|(_, figure)| figure.first_received_at).min()
    }

    /// The figure of a subject.
    pub fn get(&self, subject: &Subject) -> Option<&Figure> {
        self.figures.get(subject)
    }

    /// Every figure, in the order of places and periods.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &Figure)> {
        self.figures.iter()
    }

    /// The figures of a whole place up to the end of a year, the earliest first.
    pub fn figures_upto(&self, place: &str, year: i16) -> Vec<(Period, &Figure)> {
        let upto = self.of_place(place).take_while(|(p, _)| p.year() <= year);
        upto.collect()
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

/// Every figure as it stood at one change. Those under embargo stand apart: the series hold what
/// everybody may see on `day`.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    at_change: i64,
    day: Date,
    series: HashMap<String, Arc<Series>>,
    /// In the order of the revisions of each observation.
    embargoed: Vec<Embargoed>,
    /// By observation, those not yet answered.
    contests: HashMap<Uuid, Arc<OpenContest>>,
}

impl Snapshot {
    /// The same, of some measures in some places only.
    fn of_those(&self, is_seen: impl Fn(&str, &str) -> bool) -> Self {
        let mut own = self.clone();
        own.series = own
            .series
            .iter()
            .filter_map(|(measure, series)| {
                let figures = series
                    .iter()
                    .filter(|(subject, _)| is_seen(measure, &subject.place));
                let figures = figures.map(|(subject, figure)| (subject.clone(), figure.clone()));
                let series = Series::of(figures);
                (!series.figures.is_empty()).then(|| (measure.clone(), Arc::new(series)))
            })
            .collect();
        let is_held = |held: &Embargoed| is_seen(&held.measure, &held.subject.place);
        own.embargoed.retain(is_held);
        own
    }
}

#[derive(Clone, Debug)]
struct Embargoed {
    measure: String,
    subject: Subject,
    figure: Figure,
}

/// Series being changed, each copied once.
#[derive(Default)]
struct Touched(HashMap<String, Series>);

impl Touched {
    fn of(&mut self, snapshot: &Snapshot, measure: &str) -> &mut Series {
        self.0.entry(measure.to_owned()).or_insert_with(|| {
            let known = snapshot.series.get(measure);
            known.map(|known| Series::clone(known)).unwrap_or_default()
        })
    }

    fn laid_over(self, series: &mut HashMap<String, Arc<Series>>) {
        series.extend(self.0.into_iter().map(|(m, s)| (m, Arc::new(s))));
    }
}

impl Snapshot {
    /// The same with later revisions and contests laid over it; the series they do not touch are
    /// shared.
    fn with(&self, at_change: i64, day: Date, later: Vec<Kept>, contests: Vec<Contested>) -> Self {
        let mut next = self.clone();
        next.at_change = at_change;
        next.day = day;
        let mut touched = Touched::default();
        for contested in &contests {
            match &contested.open {
                Some(open) => next
                    .contests
                    .insert(contested.observation, Arc::clone(open)),
                None => next.contests.remove(&contested.observation),
            };
        }
        for kept in later {
            next.lay(&mut touched, kept);
        }
        for contested in contests {
            let series = touched.of(&next, &contested.measure);
            if let Some(figure) = series.figures.get_mut(&contested.subject) {
                figure.contest.clone_from(&contested.open);
            }
            for held in &mut next.embargoed {
                if held.figure.observation == contested.observation {
                    held.figure.contest.clone_from(&contested.open);
                }
            }
        }
        touched.laid_over(&mut next.series);
        next.settled(day)
    }

    fn lay(&mut self, touched: &mut Touched, kept: Kept) {
        let Kept {
            measure,
            subject,
            figure,
        } = kept;
        let Some(mut figure) = figure else {
            self.embargoed
                .retain(|held| held.measure != measure || held.subject != subject);
            touched.of(self, &measure).figures.remove(&subject);
            return;
        };
        figure.contest = self.contests.get(&figure.observation).cloned();
        if figure.embargo_until.is_some() {
            self.embargoed.push(Embargoed {
                measure,
                subject,
                figure,
            });
            return;
        }
        self.embargoed
            .retain(|held| held.figure.observation != figure.observation);
        touched.of(self, &measure).figures.insert(subject, figure);
    }

    /// The same on another day: the embargoes that have ended by then are lifted.
    fn settled(mut self, day: Date) -> Self {
        self.day = day;
        let is_lifted = |held: &Embargoed| !under_embargo(held.figure.embargo_until, day);
        if self.embargoed.iter().any(is_lifted) {
            let mut touched = Touched::default();
            let mut held_back: Vec<Embargoed> = Vec::new();
            for held in std::mem::take(&mut self.embargoed) {
                if is_lifted(&held) {
                    held_back.retain(|e| e.figure.observation != held.figure.observation);
                    let series = touched.of(&self, &held.measure);
                    series.figures.insert(held.subject, held.figure);
                } else {
                    held_back.push(held);
                }
            }
            self.embargoed = held_back;
            touched.laid_over(&mut self.series);
        }
        self
    }
}

/// Whether a figure is kept from most people on that day: an embargo ends as its day begins, in
/// Paris.
pub(super) fn under_embargo(until: Option<Date>, day: Date) -> bool {
    until.is_some_and(|until| day < until)
}

/// Whether a revision is to be hidden from somebody: the one rule of embargoes.
pub(super) fn is_hidden(
    until: Option<Date>,
    author: Option<Uuid>,
    reach: &Reach,
    day: Date,
) -> bool {
    under_embargo(until, day) && !reach.sees_embargoed(author)
}

/// How many snapshots of earlier moments are kept.
const EARLIER: usize = 8;

/// The snapshots in memory.
#[derive(Clone, Debug)]
pub struct Snapshots {
    memory: Arc<Mutex<Memory>>,
    views: view::Views,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Memory {
    current: Arc<Snapshot>,
    /// The last state of the history for which `current` was found to be current.
    state: Option<i64>,
    earlier: VecDeque<Arc<Snapshot>>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self::new(Clock::system())
    }
}

impl Snapshots {
    /// None yet; the clock says which embargoes have ended.
    pub fn new(clock: Clock) -> Self {
        Self {
            memory: Arc::default(),
            views: view::Views::default(),
            clock,
        }
    }

    /// The figures as this transaction sees them.
    pub async fn current(&self, tx: &mut Tx, reach: &Reach) -> Result<FiguresView, DbError> {
        let state = ledger::state(tx).await?;
        let today = self.clock.today();
        let (known, found_in) = {
            let kept = self.kept();
            (Arc::clone(&kept.current), kept.state)
        };
        if state.is_some() && found_in == state && known.day == today {
            return Ok(self.views.of(known, reach));
        }
        let latest = store::latest_change(tx).await?;
        let state = ledger::state(tx).await?;
        if known.at_change == latest && known.day == today {
            self.found(&known, state);
            return Ok(self.views.of(known, reach));
        }
        if known.at_change > latest {
            // A newer snapshot was kept while this transaction, opened earlier, was waiting.
            return self.as_of(tx, reach, latest).await;
        }
        metrics::refreshed("figures");
        let later = store::figures_between(tx, known.at_change, latest).await?;
        let contests = contest::store::contested_between(tx, known.at_change, latest).await?;
        let snapshot = Arc::new(known.with(latest, today, later, contests));
        if ledger::is_committed(tx, latest).await? {
            self.keep(&snapshot, state);
        }
        Ok(self.views.of(snapshot, reach))
    }

    /// Keeps what is current, unless a later one came meanwhile.
    fn keep(&self, snapshot: &Arc<Snapshot>, state: Option<i64>) {
        let mut kept = self.kept();
        if kept.current.at_change <= snapshot.at_change {
            kept.current = Arc::clone(snapshot);
            kept.state = state;
            self.views.forget();
        }
    }

    /// Notes that what is kept is current in that state too.
    fn found(&self, known: &Arc<Snapshot>, state: Option<i64>) {
        let mut kept = self.kept();
        if Arc::ptr_eq(&kept.current, known) {
            kept.state = kept.state.max(state);
        }
    }

    /// The figures as they stood at a change, the latest included.
    pub async fn upto(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        change: i64,
    ) -> Result<FiguresView, DbError> {
        let current = self.current(tx, reach).await?;
        if current.at_change() <= change {
            return Ok(current);
        }
        self.as_of(tx, reach, change).await
    }

    /// The figures as they stood at an earlier change. Whether an embargo has ended is a matter of
    /// today: what was kept from somebody then is shown once its day has come.
    pub async fn as_of(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        change: i64,
    ) -> Result<FiguresView, DbError> {
        let today = self.clock.today();
        let known = {
            let kept = self.kept();
            let same = |s: &&Arc<Snapshot>| s.at_change == change && s.day == today;
            kept.earlier.iter().find(same).cloned()
        };
        if let Some(snapshot) = known {
            return Ok(self.views.of(snapshot, reach));
        }
        metrics::refreshed("figures_of_the_past");
        let figures = store::figures_between(tx, 0, change).await?;
        let contests = contest::store::contested_between(tx, 0, change).await?;
        let snapshot = Arc::new(Snapshot::default().with(change, today, figures, contests));
        if ledger::is_committed(tx, change).await? {
            let mut kept = self.kept();
            kept.earlier.push_front(Arc::clone(&snapshot));
            kept.earlier.truncate(EARLIER);
        }
        Ok(self.views.of(snapshot, reach))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Memory> {
        // What it guards is replaced whole: a panic elsewhere leaves it usable.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Openings;
    use crate::access::grant::{Grant, Remit};
    use crate::kernel::{Decimal, Value};
    use crate::ledger::Actor;
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// One revision: its author, how many days its embargo lasts from the first day, and whether
    /// it withdraws the figure.
    type Written = (u8, Option<i64>, bool);

    fn subject() -> Subject {
        Subject {
            place: "53".to_owned(),
            period: Period::Year(2024),
            breakdown: String::new(),
        }
    }

    fn day(n: i64) -> Date {
        date(2026, 1, 1).saturating_add(n.days())
    }

    fn person(n: u8) -> Uuid {
        Uuid::from_u128(u128::from(n) + 1)
    }

    fn kept(no: usize, written: Written) -> Kept {
        let (author, embargo, withdrawn) = written;
        let figure = Figure {
            observation: Uuid::nil(),
            no: i64::try_from(no).unwrap(),
            change: i64::try_from(no).unwrap(),
            value: Value::plain(Decimal::ZERO),
            provisional: false,
            received_at: 0,
            supplier: "DREES".to_owned(),
            source: None,
            batch: None,
            cell: None,
            fictional: false,
            reference_date: None,
            comment: None,
            embargo_until: embargo.map(day),
            first_received_at: 0,
            loaded_by: Some(person(author)),
            contest: None,
        };
        Kept {
            measure: "m".to_owned(),
            subject: subject(),
            figure: (!withdrawn).then_some(figure),
        }
    }

    /// What lets somebody see every value.
    fn reader() -> Grant {
        Grant {
            id: Uuid::from_u128(1),
            remit: Remit::of("lecteur", ""),
            contract_name: None,
            behalf_of: None,
            about: BTreeSet::new(),
        }
    }

    fn any_written() -> impl Strategy<Value = Written> {
        (0..3_u8, prop::option::of(0..6_i64), any::<bool>()).prop_map(|(author, embargo, odd)| {
            // A withdrawal is never under embargo.
            let withdrawn = odd && embargo.is_none();
            (author, embargo, withdrawn)
        })
    }

    proptest! {
        /// Whoever looks, whenever, in however many steps the revisions were read: the last one
        /// that is not hidden from them.
        #[test]
        fn everybody_sees_the_last_revision_that_is_not_hidden_from_them(
            written in prop::collection::vec(any_written(), 0..7),
            cut in 0..8_usize, read_on in 0..7_i64, later in 0..7_i64, viewer in 0..4_u8,
        ) {
            let (cut, looked_at) = (cut.min(written.len()), read_on + later);
            let mut rows: Vec<Kept> = (1..).zip(&written).map(|(no, w)| kept(no, *w)).collect();
            let rest = rows.split_off(cut);
            let snapshot = Snapshot::default()
                .with(1, day(read_on), rows, Vec::new())
                .with(2, day(looked_at), rest, Vec::new());
            let actor = Actor::Person(person(viewer));
            let reach = &Reach::holding(actor, vec![reader()], Openings::new());
            let view = FiguresView::new(Arc::new(snapshot), reach);
            let seen = view.series("m").and_then(|s| s.whole("53", Period::Year(2024))).map(|f| f.no);
            let is_visible = |w: &Written| !is_hidden(w.1.map(day), Some(person(w.0)), reach, day(looked_at));
            let expected = (1_i64..).zip(&written).filter(|(_, w)| is_visible(w)).last();
            prop_assert_eq!(seen, expected.filter(|(_, w)| !w.2).map(|(no, _)| no));
        }
    }
}
