//! A value contested: the region's reason and figure, the supplier's answer, and by when.
//!
//! How long a supplier has to answer is said by the framework.

mod desk;
pub mod store;
mod told;

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::snapshot::is_hidden;
use super::{Formatter, Subject};
use crate::access::{Act, Concern, Reach, Stage};
use crate::figures::rights::{Answerable, Contestable};
use crate::frameworks::{Catalogue, USUAL_CONTEST_DAYS};
use crate::kernel::Value;
use crate::platform::clock::{end_of_day, paris_date};
use crate::platform::db::{DbError, Tx};

pub use desk::{Answer, ContestError, NewContest, answer, open};
pub use told::ContestTeller;

/// A contest as every figure under it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenContest {
    /// Its identifier.
    pub id: Uuid,
    /// Why the value is contested.
    pub reason: String,
    /// What the region says instead, where it says it.
    pub own: Option<Value>,
    /// The last day for an answer.
    pub due_on: Date,
}

impl OpenContest {
    /// `Valeur contestée : la région donne 52,3 %`, wherever the figure is shown.
    pub fn french(&self, formatter: Formatter<'_>) -> String {
        match &self.own {
            Some(own) => format!(
                "Valeur contestée : la région donne {}",
                formatter.value(own)
            ),
            None => "Valeur contestée par la région".to_owned(),
        }
    }
}

/// What became of the contest of an observation.
#[derive(Clone, Debug)]
pub(super) struct Contested {
    pub observation: Uuid,
    pub measure: String,
    pub subject: Subject,
    /// `None` once it is answered.
    pub open: Option<Arc<OpenContest>>,
}

/// How a supplier answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value is corrected.
    Accepted,
    /// The value stands.
    Maintained,
}

impl Outcome {
    /// The word kept in the database and the forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Maintained => "maintained",
        }
    }

    /// The outcome of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Accepted, Self::Maintained]
            .into_iter()
            .find(|outcome| outcome.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Accepted => "Acceptée, valeur corrigée",
            Self::Maintained => "Valeur maintenue",
        }
    }
}

/// A contest with all that was said.
#[derive(Clone, Debug)]
pub struct Contest {
    /// As figures show it while it is open.
    pub open: OpenContest,
    /// The observation.
    pub observation: Uuid,
    /// The measure.
    pub measure: String,
    /// What the observation is about.
    pub subject: Subject,
    /// The revision that was contested.
    pub revision: i64,
    /// What that revision says.
    pub contested: Option<Value>,
    /// Who supplied it.
    pub supplier: String,
    /// Until when that revision is kept from most people.
    pub embargo_until: Option<Date>,
    /// Who loaded it.
    pub loaded_by: Option<Uuid>,
    /// When it was opened, in microseconds UTC.
    pub opened_at: i64,
    /// Who opened it.
    pub opened_by: Option<String>,
    /// The answer, once given.
    pub settled: Option<Settled>,
}

impl Contest {
    /// Where it is in its life: open until it is answered.
    pub fn stage(&self) -> Stage {
        match self.settled {
            None => Stage::UnderWay,
            Some(_) => Stage::Closed,
        }
    }
}

/// Contests as they stood at the end of a day in Paris, without those opened since; all of them as
/// they are where no day is named.
pub fn as_of(mut contests: Vec<Contest>, day: Option<Date>) -> Vec<Contest> {
    let Some(until) = day.map(end_of_day) else {
        return contests;
    };
    contests.retain(|contest| contest.opened_at <= until);
    for contest in &mut contests {
        contest.settled = contest.settled.take().filter(|settled| settled.at <= until);
    }
    contests
}

/// How many contests were opened, and how many answered, after the end of a day in Paris.
pub fn since(contests: &[Contest], day: Date) -> (usize, usize) {
    let until = end_of_day(day);
    let opened = contests.iter().filter(|contest| contest.opened_at > until);
    let answered = contests
        .iter()
        .filter_map(|contest| contest.settled.as_ref());
    let answered = answered.filter(|settled| settled.at > until);
    (opened.count(), answered.count())
}

/// An answer given.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Which.
    pub outcome: Outcome,
    /// In words.
    pub answer: String,
    /// When, in microseconds UTC.
    pub at: i64,
    /// By whom.
    pub by: Option<String>,
}

impl Contest {
    /// Where it stands `today`.
    pub fn standing(&self, today: Date) -> Standing {
        let answered = self.settled.as_ref();
        let answered = answered.map(|settled| (settled.outcome, paris_date(settled.at)));
        standing(self.open.due_on, answered, today)
    }

    /// Whether it tells a figure that is to be kept from somebody, by its embargo or its place.
    pub fn is_hidden(&self, reach: &Reach, today: Date) -> bool {
        let embargo = (self.embargo_until, self.loaded_by);
        is_kept(reach, today, (&self.measure, &self.subject.place), embargo)
    }
}

/// Whether what is said of a value of a place is to be kept from somebody; of a value under embargo,
/// with its day and who brought it.
fn is_kept(
    reach: &Reach,
    today: Date,
    (measure, place): (&str, &str),
    (until, author): (Option<Date>, Option<Uuid>),
) -> bool {
    is_hidden(until, author, reach, today) || !reach.sees_value(measure, place)
}

/// Where a contest is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not answered, with this many days left.
    Open(i32),
    /// Not answered, this many days after its limit.
    Late(i32),
    /// Answered in time.
    Answered(Outcome),
    /// Answered, this many days after its limit.
    AnsweredLate(Outcome, i32),
}

/// Days that the supplier of a value has to answer its contest: what is said by the framework
/// that follows the measure over that year, or by the last that does.
pub fn days_to_answer(catalogue: &Catalogue, measure: &str, year: i16) -> u16 {
    let following = catalogue.following(measure);
    let frameworks = || following.iter().map(|(framework, _)| framework);
    let in_force = frameworks().find(|f| (f.starts..=f.ends).contains(&year));
    let framework = in_force.or_else(|| frameworks().next());
    framework.map_or(USUAL_CONTEST_DAYS, |f| f.days_to_answer())
}

/// Where a contest stands `today`; `answered` is the outcome and its day.
pub fn standing(due_on: Date, answered: Option<(Outcome, Date)>, today: Date) -> Standing {
    let days = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
    match answered {
        Some((outcome, day)) if day > due_on => Standing::AnsweredLate(outcome, days(due_on, day)),
        Some((outcome, _)) => Standing::Answered(outcome),
        None if today > due_on => Standing::Late(days(due_on, today)),
        None => Standing::Open(days(today, due_on)),
    }
}

impl Standing {
    /// As the interface says it.
    pub fn french(self) -> String {
        let days = |n: i32| {
            if n == 1 {
                "1 jour".to_owned()
            } else {
                format!("{n} jours")
            }
        };
        match self {
            Self::Open(0) => "Réponse attendue aujourd’hui".to_owned(),
            Self::Open(n) => format!("Réponse attendue sous {}", days(n)),
            Self::Late(n) => format!("Réponse en retard de {}", days(n)),
            Self::Answered(outcome) => outcome.french().to_owned(),
            Self::AnsweredLate(outcome, n) => {
                format!("{}, avec {} de retard", outcome.french(), days(n))
            }
        }
    }

    /// Tone and pictogram of the words.
    pub fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Open(_) => ("warn", "clock"),
            Self::Late(_) => ("late", "late"),
            Self::Answered(_) => ("ok", "ok"),
            Self::AnsweredLate(..) => ("warn", "ok"),
        }
    }
}

/// Contesting a value.
#[derive(Debug)]
pub struct OpenAContest;

impl Act for OpenAContest {
    type Thing = Contestable;
    const NAME: &'static str = "contest.open";

    async fn concerns(_tx: &mut Tx, value: &Contestable) -> Result<Vec<Concern>, DbError> {
        Ok(vec![value.concern().clone()])
    }
}

/// Answering a contest, for the supplier.
#[derive(Debug)]
pub struct AnswerContest;

impl Act for AnswerContest {
    type Thing = Answerable;
    const NAME: &'static str = "contest.answer";

    async fn concerns(_tx: &mut Tx, contest: &Answerable) -> Result<Vec<Concern>, DbError> {
        Ok(vec![contest.concern().clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_framework_of_the_year_says_how_long_a_supplier_has() {
        use crate::frameworks::{Framework, Indicator};
        let framework = |code: &str, starts, ends, contest_days| Framework {
            code: code.to_owned(),
            starts,
            ends,
            contest_days,
            indicators: vec![Indicator {
                measures: vec!["hpv".to_owned()],
                ..Indicator::default()
            }],
            ..Framework::default()
        };
        let catalogue = Catalogue::of([
            framework("a", 2014, 2018, Some(10)),
            framework("b", 2019, 2023, None),
            framework("c", 2024, 2028, Some(15)),
        ]);
        let days = |year| days_to_answer(&catalogue, "hpv", year);
        assert_eq!([days(2016), days(2020), days(2024)], [10, 30, 15]);
        // Before the first and after the last, the last says it.
        assert_eq!([days(2010), days(2031)], [15, 15]);
        assert_eq!(days_to_answer(&catalogue, "inconnue", 2024), 30);
    }

    #[test]
    fn an_answer_is_in_time_until_its_last_day() {
        let limit = date(2026, 2, 4);
        assert_eq!(standing(limit, None, date(2026, 2, 4)), Standing::Open(0));
        assert_eq!(standing(limit, None, date(2026, 2, 5)), Standing::Late(1));
        let late = Some((Outcome::Maintained, date(2026, 2, 6)));
        let seen = standing(limit, late, date(2027, 1, 1));
        assert_eq!(seen, Standing::AnsweredLate(Outcome::Maintained, 2));
        assert_eq!(seen.french(), "Valeur maintenue, avec 2 jours de retard");
    }

    proptest! {
        #[test]
        fn an_answer_fixes_the_standing_whatever_the_day(at in -200_i64..200, today in -400_i64..400, accepted: bool) {
            let limit = date(2026, 2, 4);
            let outcome = if accepted { Outcome::Accepted } else { Outcome::Maintained };
            let day = limit.saturating_add(at.days());
            let seen = standing(limit, Some((outcome, day)), limit.saturating_add(today.days()));
            let expected = if at > 0 { Standing::AnsweredLate(outcome, i32::try_from(at).unwrap()) } else { Standing::Answered(outcome) };
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn an_open_contest_counts_down_then_up(today in -400_i64..400) {
            let limit = date(2026, 2, 4);
            let seen = standing(limit, None, limit.saturating_add(today.days()));
            let n = i32::try_from(today.abs()).unwrap();
            prop_assert_eq!(seen, if today > 0 { Standing::Late(n) } else { Standing::Open(n) });
        }
    }
}
