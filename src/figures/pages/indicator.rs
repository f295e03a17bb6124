//! The page of an indicator: all regions, the map, where each figure comes from, the sheet.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::indicator_parts as parts;
use crate::access::Signed;
use crate::figures::comparison::Comparison;
use crate::figures::store::{self, Provenance};
use crate::figures::{FiguresView, Series, Snapshots};
use crate::frameworks::{Catalogue, Edited, Framework, Indicator, Library};
use crate::kernel::Period;
use crate::ledger;
use crate::measures::Measure;
use crate::organisations::{Directories, Directory, PlaceKind};
use crate::platform::clock::end_of_day;
use crate::platform::db::{Db, Tx};
use crate::platform::web::{AsOf, Crumb, WebError, WebResult, crumbs, fictional_mark};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    as_of: AsOf,
    #[serde(default)]
    periode: String,
    #[serde(default)]
    mesure: String,
}

/// Everything the page shows.
pub(super) struct Facts<'a> {
    pub catalogue: &'a Catalogue,
    pub framework: &'a Framework,
    pub indicator: &'a Indicator,
    pub measure: Option<&'a Measure>,
    pub comparison: Option<Comparison<'a>>,
    pub periods: Vec<Period>,
    pub provenance: Vec<Provenance>,
    pub fictional: bool,
    pub as_of: &'a AsOf,
    pub day: Option<Date>,
}

pub(super) async fn page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    State(db): State<Db>,
    State(library): State<Library>,
    State(snapshots): State<Snapshots>,
    State(directories): State<Directories>,
) -> WebResult<(StatusCode, Markup)> {
    let day = asked.as_of.day();
    let reach = signed.reach();
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let edited = found(&catalogue, &code)?;
    let indicator = edited.framework.indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?;
    let directory = directories.current(&mut tx, reach).await?;
    let measure = chosen_measure(&catalogue, indicator, &asked.mesure);
    let figures = figures_on(&mut tx, &snapshots, &signed, day).await?;
    let upto = figures.at_change();
    let provenance = match measure {
        Some(measure) => store::provenance_of(&mut tx, reach, &measure.code, upto).await?,
        None => Vec::new(),
    };
    drop(tx);
    let series = measure.and_then(|measure| figures.series(&measure.code));
    let periods = series.map(Series::periods).unwrap_or_default();
    let period = asked.periode.parse().ok().or(periods.last().copied());
    let regions = period
        .map(|period| regions(&directory, period))
        .unwrap_or_default();
    let comparison = match (measure, series, period) {
        (Some(measure), Some(series), Some(period)) => {
            Comparison::new(measure, series, &regions, period)
        }
        _ => None,
    };
    let facts = Facts {
        catalogue: &catalogue,
        framework: &edited.framework,
        indicator,
        measure,
        comparison,
        periods,
        provenance,
        fictional: series.is_some_and(|s| s.iter().any(|(_, figure)| figure.fictional)),
        as_of: &asked.as_of,
        day,
    };
    let page = signed.page(&title(&facts), &body(&facts));
    Ok((asked.as_of.status(), page))
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

/// The figures as they are known now, or as they were at the end of a day in Paris.
async fn figures_on(
    tx: &mut Tx,
    snapshots: &Snapshots,
    signed: &Signed,
    day: Option<Date>,
) -> WebResult<FiguresView> {
    let reach = signed.reach();
    let Some(day) = day else {
        return Ok(snapshots.current(tx, reach).await?);
    };
    let change = ledger::last_change_before(tx, end_of_day(day)).await?;
    Ok(snapshots.as_of(tx, reach, change).await?)
}

/// The regions that existed at the end of a period.
fn regions(directory: &Directory, period: Period) -> Vec<&crate::organisations::Place> {
    let places = directory.places().iter();
    places
        .filter(|place| place.kind == PlaceKind::Region && place.valid_on(period.last_day()))
        .collect()
}

fn title(facts: &Facts<'_>) -> String {
    let indicator = facts.indicator;
    match &indicator.code {
        Some(code) => format!("Indicateur {code}, {}", indicator.label),
        None => indicator.label.clone(),
    }
}

fn body(facts: &Facts<'_>) -> Markup {
    let indicator = facts.indicator;
    let framework = facts.framework;
    html! {
        (crumbs(&[
            Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
            Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
            Crumb { label: indicator.code.as_deref().unwrap_or("Indicateur"), href: None },
        ]))
        div.head {
            p.eyebrow { (parts::eyebrow(facts)) }
            h1 { (indicator.label) }
            p.lead {
                @if let Some(comparison) = &facts.comparison { (comparison.verdict()) }
                @else if indicator.left_to_contract { "Cet indicateur est défini par chaque contrat : ses valeurs ne se comparent ni ne s’additionnent." }
                @else { "Aucune valeur n’est encore chargée pour cet indicateur." }
                @if facts.fictional { " " (fictional_mark()) }
            }
            (parts::as_of_form(facts))
        }
        (parts::measures(facts))
        @match &facts.comparison {
            Some(comparison) => {
                (parts::key_figures(comparison))
                (parts::pictures(facts, comparison))
            },
            None => (parts::nothing_yet(facts)),
        }
        div.split.wide-l {
            @if let Some(comparison) = &facts.comparison { (parts::table(facts, comparison)) }
            (parts::sheet(facts))
        }
        (parts::generations(facts))
        (parts::provenance(facts))
    }
}
