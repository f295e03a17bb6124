//! What the first page says of the country, kept in memory: it looks at every term and every
//! figure of a generation, and many people ask for the same.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;
use maud::Markup;

use super::Board;
use crate::contracts::FullContract;
use crate::figures::circuit::{self, Owed, OwedState};
use crate::figures::{FiguresView, Situation};
use crate::frameworks::{Catalogue, Framework};
use crate::organisations::Directory;

/// How many limits to come are told.
const NEXT: usize = 4;

/// The country under one framework, at one moment.
#[derive(Clone, Debug)]
pub struct Country {
    /// The regions against the objectives.
    pub board: Board,
    /// The deliveries that are late, of every framework that runs or has just ended.
    pub late: Vec<Late>,
    /// The next limits of the framework, with the year of the data and how many deliveries.
    pub to_come: Vec<(Date, i16, usize)>,
    /// The board in HTML, written by the first page that shows it.
    pub(in crate::figures) written: OnceLock<Markup>,
}

/// The deliveries of one framework that are late.
#[derive(Clone, Debug)]
pub struct Late {
    /// Code of the framework.
    pub framework: String,
    /// Its title.
    pub title: String,
    /// Year of the data.
    pub year: i16,
    /// How many.
    pub count: usize,
    /// How many by supplier, in the order of codes.
    pub suppliers: BTreeMap<String, usize>,
}

impl Country {
    fn new(situation: &Situation, framework: &Framework) -> Self {
        Self {
            board: Board::new(situation, framework),
            late: late(situation),
            to_come: to_come(situation, framework),
            written: OnceLock::new(),
        }
    }
}

/// What is owed of a framework for a year.
fn owed<'a>(situation: &'a Situation, framework: &'a Framework, year: i16) -> Vec<Owed<'a>> {
    let Situation {
        catalogue,
        figures,
        directory,
        moment,
        ..
    } = situation;
    circuit::owed(framework, catalogue, figures, directory, (year, moment.day))
}

/// What is late in the frameworks that run or have just ended.
fn late(situation: &Situation) -> Vec<Late> {
    let day = situation.moment.day;
    let all = situation.catalogue.frameworks().into_iter();
    let running = all
        .map(|edited| &edited.framework)
        .filter(|f| (f.starts..=f.ends).contains(&(day.year() - 1)));
    let found = running.map(|framework| {
        let year = circuit::reviewed_year(framework, day);
        let mut late = Late {
            framework: framework.code.clone(),
            title: framework.title.clone(),
            year,
            count: 0,
            suppliers: BTreeMap::new(),
        };
        let owed = owed(situation, framework, year).into_iter();
        for owed in owed.filter(|owed| owed.state() == OwedState::Late) {
            late.count += 1;
            for supplier in &owed.indicator.suppliers {
                *late.suppliers.entry(supplier.clone()).or_default() += 1;
            }
        }
        late
    });
    found.filter(|late| late.count > 0).collect()
}

/// The next limits for the data of the year reviewed and of the one after.
fn to_come(situation: &Situation, framework: &Framework) -> Vec<(Date, i16, usize)> {
    let reviewed = circuit::reviewed_year(framework, situation.moment.day);
    let mut limits: BTreeMap<(Date, i16), usize> = BTreeMap::new();
    for year in reviewed..=(reviewed + 1).min(framework.ends) {
        let owed = owed(situation, framework, year).into_iter();
        let expected = owed.filter(|owed| owed.state() == OwedState::Expected);
        for limit in expected.filter_map(|owed| owed.limit) {
            *limits.entry((limit, year)).or_default() += 1;
        }
    }
    let next = limits.into_iter().take(NEXT);
    next.map(|((limit, year), count)| (limit, year, count))
        .collect()
}

/// How many countries are kept: frameworks, ways of seeing, and earlier days.
const KEPT: usize = 32;

/// The countries kept, the last one asked for at the end.
type Kept = VecDeque<(Ground, Arc<Country>)>;

/// The countries in memory.
#[derive(Clone, Debug, Default)]
pub struct Countries {
    kept: Arc<Mutex<Kept>>,
}

/// What a country was made from. The same parts make the same country.
#[derive(Clone, Debug)]
struct Ground {
    framework: String,
    day: Date,
    /// The change up to which terms are folded, for a moment of the past.
    upto: Option<i64>,
    catalogue: Arc<Catalogue>,
    directory: Arc<Directory>,
    figures: FiguresView,
    agreements: Arc<[Arc<FullContract>]>,
}

impl Ground {
    fn of(situation: &Situation, framework: &Framework) -> Self {
        let moment = situation.moment;
        Self {
            framework: framework.code.clone(),
            day: moment.day,
            upto: moment.past.map(|_| moment.change),
            catalogue: Arc::clone(&situation.catalogue),
            directory: Arc::clone(&situation.directory),
            figures: situation.figures.clone(),
            agreements: Arc::clone(&situation.agreements),
        }
    }

    /// Whether both were read from the same memories: what those hold is replaced, never changed.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.agreements, &other.agreements)
            && self.figures.is_same(&other.figures)
            && Arc::ptr_eq(&self.catalogue, &other.catalogue)
            && Arc::ptr_eq(&self.directory, &other.directory)
            && (self.upto, self.day) == (other.upto, other.day)
            && self.framework == other.framework
    }
}

impl Countries {
    /// The country under a framework, made once for all who see the same.
    pub fn of(&self, situation: &Situation, framework: &Framework) -> Arc<Country> {
        let ground = Ground::of(situation, framework);
        let known = {
            let kept = self.kept();
            kept.iter()
                .find(|(made_of, _)| made_of.is(&ground))
                .cloned()
        };
        if let Some((_, country)) = known {
            return country;
        }
        let country = Arc::new(Country::new(situation, framework));
        let mut kept = self.kept();
        kept.push_front((ground, Arc::clone(&country)));
        kept.truncate(KEPT);
        country
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, VecDeque<(Ground, Arc<Country>)>> {
        // What it guards is whole at any time: a panic elsewhere leaves it usable.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
