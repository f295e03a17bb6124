//! What the pages of contracts show of figures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jalon_render::chart;
use maud::{Markup, PreEscaped, html};
use uuid::Uuid;

use super::attainment::{Attainment, look};
use super::delivery::Delivery;
use super::pages::contested;
use super::projection::{Known, Projection};
use super::review::{Against, Asked, Review};
use super::tables::OwnIndicator;
use super::{
    Concern, Figure, FiguresView, Formatter, Situation, Sources, followed, pictures, since_section,
};
use crate::access::Reach;
use crate::contracts::{
    FullContract, Observations, Observed, ObservedKey, ObservedStanding, Recorded, Section, Shown,
    Target, own_measures,
};
use crate::frameworks::{Scale, Tone};
use crate::kernel::{Period, Value};
use crate::ledger::{Moment, OfState};
use crate::measures::Measure;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{AsOf, state};

/// Reads figures for the pages of contracts.
#[derive(Clone, Debug)]
pub struct ContractFigures {
    sources: Sources,
    shown: OfState<Ground, Arc<Shown>>,
}

/// What decides it in one state of the history: the contract, the moment, and the figures that
/// somebody sees.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Ground {
    contract: Uuid,
    moment: Moment,
    figures: FiguresView,
}

impl ContractFigures {
    /// Reading from there.
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            shown: OfState::default(),
        }
    }

    async fn situation(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        moment: Moment,
    ) -> Result<Situation, DbError> {
        let asked = AsOf {
            au: moment.past.map(|day| day.to_string()).unwrap_or_default(),
        };
        self.sources.situation(tx, reach, asked).await
    }
}

fn shown(situation: &Situation, full: &FullContract) -> Shown {
    let mut shown = BTreeMap::new();
    let Some(edited) = situation.catalogue.framework(&full.contract.framework) else {
        return shown;
    };
    let (contract, moment) = (&full.contract, situation.moment);
    let terms = full.in_force(moment.change);
    let own = own_measures(&edited.framework, full, moment.change);
    let scale = edited.framework.scale();
    for section in &contract.sections {
        for followed in followed(&edited.framework, &situation.catalogue, &own, section) {
            let asked = Asked {
                terms: &terms,
                section: section.id,
                place: &section.place,
                followed,
                series: situation.figures.series(&followed.measure.code),
                upto: contract.reviewed_year(moment.day),
                today: moment.day,
            };
            let key = ObservedKey {
                section: section.id,
                indicator: followed.indicator.key.clone(),
                measure: followed.facet.to_owned(),
            };
            shown.insert(key, observed(moment, &asked, &scale));
        }
    }
    shown
}

#[async_trait]
impl Observations for ContractFigures {
    async fn of_contract(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        moment: Moment,
    ) -> Result<Arc<Shown>, DbError> {
        let situation = self.situation(tx, reach, moment).await?;
        let state = reach.state();
        let ground = Ground {
            contract: full.contract.id,
            moment: situation.moment,
            figures: situation.figures.clone(),
        };
        if let Some(shown) = self.shown.get(state, &ground) {
            return Ok(shown);
        }
        let shown = Arc::new(shown(&situation, full));
        self.shown.keep(state, ground, Arc::clone(&shown));
        Ok(shown)
    }

    async fn since(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        indicator: Option<&str>,
        moment: Moment,
    ) -> Result<Markup, DbError> {
        if moment.past.is_none() {
            return Ok(Markup::default());
        }
        let situation = self.situation(tx, reach, moment).await?;
        let Some(edited) = situation.catalogue.framework(&full.contract.framework) else {
            return Ok(Markup::default());
        };
        let own = own_measures(&edited.framework, full, moment.change);
        let sections = full.contract.sections.iter();
        let all = sections.flat_map(|s| followed(&edited.framework, &situation.catalogue, &own, s));
        let wanted = all.filter(|f| indicator.is_none_or(|key| key == f.indicator.key));
        let measures: BTreeSet<&str> = wanted.map(|f| f.measure.code.as_str()).collect();
        let places: BTreeSet<&str> = full
            .contract
            .sections
            .iter()
            .map(|section| section.place.as_str())
            .collect();
        let concern = Concern {
            measures: measures.into_iter().collect(),
            keeps: &|subject| places.contains(subject.place.as_str()),
            contracts: vec![full],
            indicator,
        };
        Ok(since_section(&situation, &concern))
    }

    async fn recorded(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        full: &FullContract,
        (section, indicator): (&Section, &str),
        moment: Moment,
    ) -> Result<Recorded, DbError> {
        let situation = self.situation(tx, reach, moment).await?;
        let own = OwnIndicator::new(&situation, full, section, indicator);
        Ok(own.map(|own| recorded(&own)).unwrap_or_default())
    }
}

fn recorded(own: &OwnIndicator<'_>) -> Recorded {
    let courses = own
        .definitions()
        .enumerate()
        .filter_map(|(rank, own_measure)| {
            let course = own.course(own_measure)?;
            let mut picture = pictures::course(&course, &own_measure.measure.label)?;
            picture.id = format!("{}-{rank}", picture.id);
            let drawn = chart::trajectory(&picture, jalon_render::Target::Page);
            let drawn = html! {
                @if let Some(projection) = &course.projection { p { (projection.sentence()) "." } }
                figure.chart.plot { (PreEscaped(drawn)) }
            };
            Some((own_measure.measure.code.clone(), drawn))
        });
    Recorded {
        courses: courses.collect(),
        table: Some(own.on_page()),
    }
}

fn observed(moment: Moment, asked: &Asked<'_>, scale: &Scale) -> Observed {
    let review = asked.review();
    let band = review.attainment.map(|verdict| verdict.band(scale).tone);
    let standing = match band {
        Ok(Tone::Reached) => ObservedStanding::Reached,
        Ok(_) => ObservedStanding::NotReached,
        Err(_) => ObservedStanding::NotJudged,
    };
    let projection = Projection::new(asked, &review);
    Observed {
        value: html! {
            (value(moment, &review, asked.followed.measure))
            @if let Some(projection) = &projection { (trend(asked, &review, projection)) }
        },
        attainment: html! {
            (attainment(&review, asked.followed.measure, scale))
            @if let Some(projection) = &projection { span.sub { (projection.sentence()) } }
        },
        delivery: delivery(&review, asked.upto),
        standing,
        late: matches!(review.delivery, Delivery::Late(_)),
    }
}

/// The values so far and what is likely at the end, in the room of a cell.
fn trend(asked: &Asked<'_>, review: &Review<'_>, projection: &Projection) -> Markup {
    let per = asked.followed.measure.per;
    let goal = review.last_target.and_then(|(year, target)| match target {
        Target::Value(value) => Some(Known {
            year,
            value: value.amount(per)?.to_f64_for_drawing(),
        }),
        _ => None,
    });
    let id = format!(
        "t-{}-{}-{}",
        asked.place, asked.followed.indicator.key, asked.followed.measure.code
    );
    let picture = pictures::spark(&id, projection, goal, asked.followed.measure);
    html! {
        @if let Some(picture) = picture { (PreEscaped(chart::spark(&picture, jalon_render::Target::Page))) }
    }
}

fn value(moment: Moment, review: &Review<'_>, measure: &Measure) -> Markup {
    let Some((period, figure)) = review.figure else {
        return html! { span.muted { "non reçue" } };
    };
    dated(moment, period, figure, measure)
}

/// A figure with its period, and the way to who says so.
pub(super) fn dated(moment: Moment, period: Period, figure: &Figure, measure: &Measure) -> Markup {
    let text = Formatter::new(Some(measure)).value(&figure.value);
    html! {
        a href=(figure.href(moment)) {
            @if matches!(figure.value, Value::Unavailable(_)) { (text) }
            @else { b { (text) } }
        }
        " "
        span.sub {
            (period.french())
            @if figure.provisional { ", provisoire" }
            @if figure.fictional { " " span.mark { "fictif" } }
        }
        (contested(moment, Some(figure), Formatter::new(Some(measure))))
    }
}

fn attainment(review: &Review<'_>, measure: &Measure, scale: &Scale) -> Markup {
    let verdict = match review.attainment {
        Ok(verdict) => verdict,
        Err(why) => return html! { span.muted { (why.french()) } },
    };
    let (tone, icon) = look(verdict.band(scale).tone);
    let words = match verdict.percent() {
        Some(rate) => format!("{} · {}\u{a0}%", review.words(scale), rate.french(0)),
        None => review.words(scale),
    };
    html! {
        div {
            (state(tone, icon, &words))
            @if let Some(rate) = verdict.percent() { (bar(tone, rate.to_f64_for_drawing())) }
            @if let (Some(rate), Some((year, _))) = (review.progress.and_then(Attainment::percent), review.last_target) {
                span.sub { "Vers la cible " (year) " : " (rate.french(0)) "\u{a0}%" }
            }
            @if let Some(Against::Path(point)) = review.against {
                span.sub { "Sans cible cette année : trajectoire droite, " (Formatter::new(Some(measure)).number(point)) }
            }
        }
    }
}

/// Whether the data of the year have arrived when they should: an axis of its own, whatever the
/// last figure says.
fn delivery(review: &Review<'_>, year: i16) -> Markup {
    let (tone, icon) = review.delivery.look();
    html! {
        (state(tone, icon, &review.delivery.french()))
        span.sub { "données " (year) }
    }
}

/// How much of the way is done, the target at four fifths of the bar.
fn bar(tone: &str, rate: f64) -> Markup {
    let width = format!("{:.1}", rate.clamp(0.0, 125.0));
    html! {
        div class={ "s-" (tone) } {
            svg.bar viewBox="0 0 125 8" preserveAspectRatio="none" aria-hidden="true" {
                rect.t width="125" height="8" {}
                @if rate > 0.0 { rect.v width=(width) height="8" {} }
                path.g vector-effect="non-scaling-stroke" d="M100-2v12" {}
            }
        }
    }
}
