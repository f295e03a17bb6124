//! One indicator of one contract: what was observed, against what was agreed. Pure.

use jiff::civil::Date;

use super::attainment::{Attainment, Goal, Question, attain, straight_path};
use super::delivery::{Delivery, delivery};
use super::{Figure, Followed, Series};
use crate::contracts::{Baseline, Target, Terms};
use crate::frameworks::{Indicator, Method, Scale};
use crate::kernel::{Decimal, Period, Value};
use crate::measures::Measure;
use crate::platform::clock::paris_date;
use uuid::Uuid;

/// What a review of one measure looks at.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The terms in force.
    pub terms: &'a Terms<'a>,
    /// The section of the contract.
    pub section: Uuid,
    /// The place whose figures count.
    pub place: &'a str,
    /// The measure, and the indicator that follows it.
    pub followed: Followed<'a>,
    /// The figures of the measure.
    pub series: Option<&'a Series>,
    /// No figure of a later year is looked at.
    pub upto: i16,
    /// The day it is.
    pub today: Date,
}

/// Where a figure's target comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The target of the figure's own year.
    Agreed(Goal),
    /// A point of the straight path to the final target: that year has no target of its own.
    Path(Decimal),
}

/// Why a figure is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// Nothing was received.
    NoFigure,
    /// The last word on the figure is why there is none.
    Unavailable,
    /// The framework only follows this indicator.
    FollowedOnly,
    /// The figure is of the year the contract started from, or earlier.
    BaselineYear,
    /// Neither its year nor the end of the contract has a target.
    NoTarget,
    /// The target of its year is still to be set by an amendment.
    TargetToBeSet,
    /// The target of its year is frozen.
    TargetFrozen,
    /// The contract asks for nothing that year.
    NotApplicable,
    /// Progress is counted from a baseline, which is not known.
    NoBaseline,
    /// The figure and the target are not of the same kind.
    OtherKind,
}

impl NotJudged {
    /// What is missing, as the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::NoFigure => "Aucune valeur reçue",
            Self::Unavailable => "Valeur non disponible",
            Self::FollowedOnly => "Suivi sans cible à atteindre",
            Self::BaselineYear => "Année de départ",
            Self::NoTarget => "Sans cible",
            Self::TargetToBeSet => "Cible à fixer",
            Self::TargetFrozen => "Cible gelée",
            Self::NotApplicable => "Sans objet cette année-là",
            Self::NoBaseline => "Valeur initiale manquante",
            Self::OtherKind => "Valeur et cible de nature différente",
        }
    }
}

/// What was observed, and how it stands.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    /// Where the contract started from.
    pub baseline: Option<&'a Baseline>,
    /// The latest figure and its period.
    pub figure: Option<(Period, &'a Figure)>,
    /// What the figure is judged against.
    pub against: Option<Against>,
    /// The verdict on the figure's own year, or why there is none.
    pub attainment: Result<Attainment, NotJudged>,
    /// The verdict on the way to the final target: a second figure, never mixed with the first.
    pub progress: Option<Attainment>,
    /// The final target and its year.
    pub last_target: Option<(i16, &'a Target)>,
    /// Whether the figure of the year asked for has arrived when it should.
    pub delivery: Delivery,
}

impl Review<'_> {
    /// The verdict in words, the same on a page and on paper.
    pub fn words(&self, scale: &Scale) -> String {
        let verdict = match self.attainment {
            Ok(verdict) => verdict,
            Err(why) => return why.french().to_owned(),
        };
        match self.against {
            Some(Against::Path(_)) if verdict.reached => "Sur la trajectoire".to_owned(),
            Some(Against::Agreed(Goal::Corridor { .. })) if verdict.reached => {
                "Dans le couloir".to_owned()
            }
            _ => verdict.band(scale).label.clone(),
        }
    }
}

impl<'a> Asked<'a> {
    /// The target to be read beside the figure of a review, with its year: that of the figure's own
    /// year, by which it is judged; failing one, that of the year looked at.
    pub fn target_beside(&self, review: &Review<'_>) -> Option<(i16, &'a Target)> {
        let own = review.figure.map(|(period, _)| period.year());
        own.into_iter().chain([self.upto]).find_map(|year| {
            let (key, facet) = (&self.indicator().key, self.followed.facet);
            Some((year, self.terms.target(self.section, key, facet, year)?))
        })
    }

    fn indicator(&self) -> &'a Indicator {
        self.followed.indicator
    }

    fn measure(&self) -> &'a Measure {
        self.followed.measure
    }

    /// The review.
    pub fn review(&self) -> Review<'a> {
        let (key, code) = (self.indicator().key.as_str(), self.followed.facet);
        let baseline = self.terms.baseline(self.section, key, code);
        let last_target = self.terms.final_target(self.section, key, code);
        let figure = self.latest();
        let own_target = figure
            .and_then(|(period, _)| self.terms.target(self.section, key, code, period.year()));
        let against = match own_target {
            Some(target) => goal(target, self.measure().per).map(Against::Agreed),
            None => figure.and_then(|(period, _)| self.path(baseline, last_target, period.year())),
        };
        let judge = |goal| {
            let (_, figure) = figure?;
            attain(&Question {
                method: self.indicator().method_of(&self.measure().code),
                direction: self.measure().direction,
                per: self.measure().per,
                baseline: baseline.and_then(|b| b.value.exact(self.measure().per)),
                goal,
                observed: &figure.value,
            })
        };
        let judged = against.and_then(|against| match against {
            Against::Agreed(goal) => judge(goal),
            Against::Path(point) => judge(Goal::Value(point.into())),
        });
        let attainment = judged.ok_or_else(|| {
            let agreed = Agreed {
                baseline,
                own_target,
                last_target,
            };
            self.not_judged(figure, agreed)
        });
        let last_goal = last_target.and_then(|(_, target)| goal(target, self.measure().per));
        Review {
            baseline,
            figure,
            against,
            attainment,
            progress: last_goal.and_then(judge),
            last_target,
            delivery: self.delivery(),
        }
    }

    /// The latest figure with a value, or else the latest word on why there is none.
    fn latest(&self) -> Option<(Period, &'a Figure)> {
        let known = self.series?.figures_upto(self.place, self.upto);
        let is_value =
            |(_, figure): &&(Period, &Figure)| !matches!(figure.value, Value::Unavailable(_));
        known.iter().rfind(is_value).or(known.last()).copied()
    }

    /// Why there is no verdict, the first reason first.
    fn not_judged(&self, figure: Option<(Period, &Figure)>, agreed: Agreed<'_>) -> NotJudged {
        let Some((period, figure)) = figure else {
            return NotJudged::NoFigure;
        };
        if matches!(figure.value, Value::Unavailable(_)) {
            return NotJudged::Unavailable;
        }
        let method = self.indicator().method_of(&self.measure().code);
        if method == Method::None {
            return NotJudged::FollowedOnly;
        }
        match (agreed.own_target, agreed.last_target, agreed.baseline) {
            (Some(Target::ObservedOnly), ..) => NotJudged::TargetToBeSet,
            (Some(Target::Frozen), ..) => NotJudged::TargetFrozen,
            (Some(Target::NotApplicable), ..) => NotJudged::NotApplicable,
            (Some(_), _, None) if method == Method::Progression => NotJudged::NoBaseline,
            (Some(_), ..) => NotJudged::OtherKind,
            (None, Some((_, Target::Value(_))), None) => NotJudged::NoBaseline,
            (None, _, Some(baseline)) if period.year() <= baseline.year => NotJudged::BaselineYear,
            (None, ..) => NotJudged::NoTarget,
        }
    }

    fn path(
        &self,
        baseline: Option<&Baseline>,
        last: Option<(i16, &Target)>,
        year: i16,
    ) -> Option<Against> {
        let (baseline, (to, target)) = (baseline?, last?);
        if year <= baseline.year {
            // What the contract started from is not judged.
            return None;
        }
        let from = baseline.value.amount(self.measure().per)?;
        let Target::Value(goal) = target else {
            return None;
        };
        let goal = goal.amount(self.measure().per)?;
        straight_path(from, baseline.year, goal, to, year).map(Against::Path)
    }

    /// A value of a part of the year counts as received.
    fn delivery(&self) -> Delivery {
        let concerned = &self.indicator().regions;
        if !concerned.is_empty() && !concerned.iter().any(|region| region == self.place) {
            return Delivery::NotExpected;
        }
        let received = self
            .series
            .and_then(|series| series.first_received(self.place, self.upto))
            .map(paris_date);
        delivery(&self.indicator().due, self.upto, received, self.today)
    }
}

/// What was agreed of a figure.
#[derive(Clone, Copy)]
struct Agreed<'a> {
    baseline: Option<&'a Baseline>,
    own_target: Option<&'a Target>,
    last_target: Option<(i16, &'a Target)>,
}

/// What a target asks for as a number or an answer; `None` where it asks for nothing that year.
fn goal(target: &Target, per: Option<u32>) -> Option<Goal> {
    match target {
        Target::Value(Value::YesNo(answer)) => Some(Goal::Answer(*answer)),
        Target::Value(value) => value.exact(per).map(Goal::Value),
        Target::Corridor { low, high } => Some(Goal::Corridor {
            low: *low,
            high: *high,
        }),
        Target::ObservedOnly | Target::Frozen | Target::NotApplicable => None,
    }
}
