//! The page of an indicator: all regions, the map, where each figure comes from, the sheet.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::indicator_parts as parts;
use super::since::{self, Concern};
use super::{agreed, course, funnel, own, sources, technical};
use crate::access::{Reach, Signed};
use crate::contracts::FullContract;
use crate::documents::{self, AboutKind, Document};
use crate::figures::comparison::{Among, COUNTRY, Comparison};
use crate::figures::course::{Course, drawn, national};
use crate::figures::drawings::{Drawings, Drawn, DrawnFor};
use crate::figures::follow;
use crate::figures::national::{Computed, National};
use crate::figures::provenance::Load;
use crate::figures::rights::Ground;
use crate::figures::{Series, Situation, Sources};
use crate::frameworks::{Catalogue, Edited, Framework, Indicator, explained};
use crate::kernel::{Decimal, Period, fold};
use crate::measures::Measure;
use crate::organisations::{Directory, Place, PlaceKind};
use crate::platform::db::Tx;
use crate::platform::web::table::Table;
use crate::platform::web::{Address, Crumb, WebError, WebResult, crumbs, fictional_mark};

/// What the page is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub situation: &'a Situation,
    pub framework: &'a Framework,
    pub indicator: &'a Indicator,
    pub measure: Option<&'a Measure>,
    pub address: &'a Address,
}

/// What is worked out of the figures.
pub(super) struct Facts<'a> {
    pub situation: &'a Situation,
    pub framework: &'a Framework,
    pub indicator: &'a Indicator,
    pub measure: Option<&'a Measure>,
    pub address: &'a Address,
    pub comparison: Option<Comparison<'a>>,
    pub periods: Vec<Period>,
    pub nationals: Vec<National<'a>>,
    pub course: Option<Course<'a>>,
    pub fictional: bool,
}

impl Facts<'_> {
    /// What tells its tables apart from those of other indicators.
    pub(super) fn named(&self) -> [(&'static str, &str); 2] {
        [
            ("cadre", self.framework.code.as_str()),
            ("indicateur", self.indicator.key.as_str()),
        ]
    }
}

/// A table of the page that is taken away by itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::figures) enum Part {
    /// The places, ranked.
    Ranking,
    /// What the supplier gives of each perimeter, and what its regions add up to.
    Nationals,
    /// The series of one place and where it is heading.
    Course,
    /// What chance explains of the gaps.
    Funnel,
}

/// That table, of the indicator that an address names; empty where there is nothing to tell yet.
pub(in crate::figures) fn part(
    situation: &Situation,
    asked: &Address,
    part: Part,
) -> WebResult<Option<Table>> {
    let framework = &found(&situation.catalogue, asked.get("cadre"))?.framework;
    let key = asked.get("indicateur");
    let indicator = framework.indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?;
    let about = About {
        situation,
        framework,
        indicator,
        measure: chosen_measure(&situation.catalogue, indicator, asked.get("mesure")),
        address: asked,
    };
    let facts = facts(&about);
    let comparison = facts.comparison.as_ref();
    Ok(match part {
        Part::Ranking => comparison
            .map(|comparison| parts::ranking(&facts, comparison, &agreed::by_region(&facts))),
        Part::Nationals => sources::national_table(&facts),
        Part::Course => facts.course.as_ref().map(|one| course::table(&facts, one)),
        Part::Funnel => comparison.map(|one| funnel::data(situation.moment, one)),
    })
}

/// What the page shows that is read from the database each time.
#[derive(Default)]
pub(super) struct Kept {
    pub loads: Vec<Load>,
    pub documents: Vec<Document>,
    pub followed: bool,
}

pub(super) async fn page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    address: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, situation) = sources.open(signed.reach(), &address).await?;
    let edited = found(&situation.catalogue, &code)?;
    let indicator = edited.framework.indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?;
    let measure = chosen_measure(&situation.catalogue, indicator, address.get("mesure"));
    let loads = match measure {
        Some(measure) => {
            let (upto, whose) = (situation.moment.change, (signed.reach(), situation.today));
            sources
                .loads
                .of(&mut tx, whose, &measure.code, upto)
                .await?
        }
        None => Vec::new(),
    };
    let kept = kept(&mut tx, &signed, (&code, &key), loads, &situation).await?;
    drop(tx);
    let about = About {
        situation: &situation,
        framework: &edited.framework,
        indicator,
        measure,
        address: &address,
    };
    let drawn = about.drawn(&sources.drawings, signed.reach().state());
    let page = signed.page(
        &title(indicator),
        &body(&about, signed.reach(), &drawn, &kept),
    );
    Ok((situation.status(), page))
}

impl About<'_> {
    /// What says whom its values concern.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            catalogue: &self.situation.catalogue,
            directory: &self.situation.directory,
            today: self.situation.today,
        }
    }

    /// What is drawn of its figures, worked out where it was not in this state.
    fn drawn(&self, drawings: &Drawings, state: Option<i64>) -> Arc<Drawn> {
        let Situation {
            moment,
            figures,
            agreements,
            ..
        } = self.situation;
        let key = DrawnFor::of(self.address, *moment, figures, agreements);
        if let Some(known) = drawings.get(state, &key) {
            return known;
        }
        let drawn = Arc::new(draw(&facts(self)));
        drawings.keep(state, key, Arc::clone(&drawn));
        drawn
    }
}

/// What is known of the indicator, of the measure and the period that the address chooses.
fn facts<'a>(about: &About<'a>) -> Facts<'a> {
    let About {
        situation,
        framework,
        indicator,
        measure,
        address,
    } = *about;
    let directory = &*situation.directory;
    let series = measure.and_then(|measure| situation.figures.series(&measure.code));
    let periods = series.map(Series::periods).unwrap_or_default();
    let asked = address.get("periode").parse().ok();
    let period = asked.or(periods.last().copied());
    let among = Among::of(framework);
    let places = period
        .map(|period| among.places(directory, series, period))
        .unwrap_or_default();
    let (comparison, nationals) = match (measure, series, period) {
        (Some(measure), Some(series), Some(period)) => {
            compared(measure, series, directory, (among, &places), period)
        }
        _ => (None, Vec::new()),
    };
    let place = followed(&places, series, address.get("lieu"));
    let course = match (measure, series, place) {
        (Some(measure), Some(series), Some(place)) => Some(course::of(course::Material {
            situation,
            framework,
            indicator,
            measure,
            series,
            place,
            national: drawn(&national(measure, series, directory)),
        })),
        _ => None,
    };
    Facts {
        situation,
        framework,
        indicator,
        measure,
        comparison,
        periods,
        nationals,
        course,
        fictional: series.is_some_and(|s| s.iter().any(|(_, figure)| figure.fictional)),
        address,
    }
}

/// The places side by side, and every perimeter beside them.
fn compared<'a>(
    measure: &'a Measure,
    series: &'a Series,
    directory: &'a Directory,
    (among, places): (Among, &[&'a Place]),
    period: Period,
) -> (Option<Comparison<'a>>, Vec<National<'a>>) {
    let wholes = |period| match among {
        Among::Regions => nationals(measure, series, directory, period),
        Among::Establishments => Vec::new(),
    };
    let comparison = Comparison::new(measure, series, (among, places), period).map(|comparison| {
        let earlier = comparison
            .before
            .and_then(|before| country(&wholes(before)));
        comparison.completed(country(&wholes(period)), earlier)
    });
    (comparison, wholes(period))
}

/// The place whose course is drawn: the one asked for, or the first by name that has a value.
fn followed<'a>(places: &[&'a Place], series: Option<&Series>, asked: &str) -> Option<&'a Place> {
    let chosen = places.iter().find(|place| place.code == asked);
    let known = places
        .iter()
        .filter(|p| series.is_some_and(|s| s.knows(&p.code)));
    chosen
        .or_else(|| known.min_by_key(|place| fold(&place.name)))
        .copied()
}

async fn kept(
    tx: &mut Tx,
    signed: &Signed,
    (framework, key): (&str, &str),
    loads: Vec<Load>,
    situation: &Situation,
) -> WebResult<Kept> {
    let (reach, upto) = (signed.reach(), situation.moment.change);
    let subject = format!("{framework}/{key}");
    let (seen, kind) = ((reach, situation.today), AboutKind::Indicator);
    let documents = documents::store::about(tx, seen, kind, &subject, upto).await?;
    let followed = follow::store::followed(tx, reach).await?;
    let is_this = |f: &follow::Followed| f.framework == framework && f.indicator == key;
    Ok(Kept {
        loads,
        documents,
        followed: followed.iter().any(is_this),
    })
}

/// The country, and every other perimeter for which the supplier gives a value.
fn nationals<'a>(
    measure: &'a Measure,
    series: &'a Series,
    directory: &'a Directory,
    period: Period,
) -> Vec<National<'a>> {
    let places = directory.places().iter();
    let wide = places.filter(|place| matches!(place.kind, PlaceKind::Country | PlaceKind::Zone));
    let nationals = wide.map(|place| {
        let parts = directory.parts_of(&place.code, period.last_day());
        National::new(measure, series, place, &parts, period)
    });
    nationals
        .filter(|national| national.given.is_some() || national.place.code == COUNTRY)
        .collect()
}

/// What the regions of the country add up to.
fn country(nationals: &[National<'_>]) -> Option<Decimal> {
    let country = nationals.iter().find(|n| n.place.code == COUNTRY)?;
    match country.computed {
        Computed::Amount(amount) => Some(amount),
        _ => None,
    }
}

fn found<'a>(catalogue: &'a Catalogue, code: &str) -> WebResult<&'a Arc<Edited>> {
    catalogue.framework(code).ok_or(WebError::NotFound)
}

/// The measure asked for among those of the indicator, or the first.
fn chosen_measure<'a>(
    catalogue: &'a Catalogue,
    indicator: &Indicator,
    asked: &str,
) -> Option<&'a Measure> {
    let code = indicator
        .measures
        .iter()
        .find(|code| *code == asked)
        .or(indicator.measures.first())?;
    catalogue.measure(code)
}

/// What changed since: the values of the measure shown, the terms on the indicator.
fn since(about: &About<'_>) -> Markup {
    if about.situation.since.is_none() {
        return html! {};
    }
    let code = about.framework.code.as_str();
    let contracts = about.situation.agreements.iter().map(Arc::as_ref);
    let contracts = contracts.filter(|full: &&FullContract| full.contract.framework == code);
    let concern = Concern {
        measures: about.measure.map(|m| m.code.as_str()).into_iter().collect(),
        keeps: &|_| true,
        contracts: contracts.collect(),
        indicator: Some(&about.indicator.key),
    };
    since::section(about.situation, &concern)
}

fn title(indicator: &Indicator) -> String {
    match &indicator.code {
        Some(code) => format!("Indicateur {code}, {}", indicator.label),
        None => indicator.label.clone(),
    }
}

fn body(about: &About<'_>, reach: &Reach, drawn: &Drawn, kept: &Kept) -> Markup {
    let (framework, indicator) = (about.framework, about.indicator);
    html! {
        (crumbs(&[
            Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
            Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
            Crumb { label: indicator.code.as_deref().unwrap_or("Indicateur"), href: None },
        ]))
        div.head {
            p.eyebrow { (parts::eyebrow(about)) }
            h1 { (explained(&indicator.label, &framework.glossary)) }
            p.lead { (drawn.lead) }
            (parts::as_of_form(about, reach))
            (sources::entry_links(about, reach))
            (sources::sheet_link(about))
            (sources::follow_button(about, kept.followed))
        }
        (since(about))
        (drawn.figures)
        (sources::loads(about, reach, &kept.loads))
        (sources::documents(about, reach, drawn.last_year, &kept.documents))
    }
}

fn draw(facts: &Facts<'_>) -> Drawn {
    let lead = html! {
        @if let Some(comparison) = &facts.comparison { (comparison.verdict()) }
        @else if facts.indicator.left_to_contract { "Cet indicateur est défini par chaque contrat : ses valeurs ne se comparent ni ne s’additionnent." }
        @else { "Aucune valeur n’est encore chargée pour cet indicateur." }
        @if facts.fictional { " " (fictional_mark()) }
    };
    let figures = html! {
        (parts::measures(facts))
        @match &facts.comparison {
            Some(comparison) => {
                (parts::key_figures(facts.situation.moment, comparison))
                (parts::pictures(facts, comparison))
                (course::section(facts))
            },
            None => { (parts::nothing_yet(facts)) (agreed::alone(facts)) },
        }
        (own::contracts(facts))
        div.split.wide-l {
            @if let Some(comparison) = &facts.comparison { (parts::table(facts, comparison)) }
            (technical::sheet(facts))
        }
        @if let Some(comparison) = &facts.comparison { (funnel::section(facts, comparison)) }
        (sources::nationals(facts))
        (parts::generations(facts))
    };
    Drawn {
        lead,
        figures,
        last_year: facts.periods.last().map(|period| period.year()),
    }
}
