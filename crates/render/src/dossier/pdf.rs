//! The dossier as an accessible, archivable PDF.

use serde::Serialize;

use super::{Dossier, GapKind};
use crate::chart::trajectory;
use crate::map;
use crate::sheet::Picture;
use crate::svg::Target;
use crate::text::typeset_value;
use crate::world::Job;
use crate::{RenderError, State};

const TEMPLATE: (&str, &str) = ("dossier.typ", include_str!("../../templates/dossier.typ"));

pub(super) fn pdf(dossier: &Dossier) -> Result<Vec<u8>, RenderError> {
    let ident = format!(
        "jalon/dossier/{}/{}/{}/{:?}/{:?}",
        dossier.contract, dossier.region.code, dossier.year, dossier.as_of, dossier.made
    );
    job(dossier)?.pdf(ident)
}

/// What the template reads beside the dossier.
#[derive(Serialize)]
struct View<'a> {
    dossier: &'a Dossier,
    as_of: String,
    made: String,
    locator: Option<Picture>,
    /// A drawing for each figure of each objective, where there is one.
    charts: Vec<Vec<Option<Picture>>>,
    /// The states, in the order of the summary's columns.
    states: Vec<Named>,
    /// The kinds of gaps, in order.
    gap_kinds: Vec<Heading>,
    credit: &'static str,
    no_gap: &'static str,
}

#[derive(Serialize)]
struct Named {
    state: State,
    words: &'static str,
}

#[derive(Serialize)]
struct Heading {
    kind: GapKind,
    heading: &'static str,
}

pub(super) fn job(dossier: &Dossier) -> Result<Job, RenderError> {
    let mut figures = Vec::new();
    let locator = map::locator("situation", &dossier.region.code, Target::Pdf).map(|svg| {
        let alt = format!("Carte de situation : {}.", dossier.region.name);
        Picture::add(&mut figures, svg, String::new(), alt)
    });
    let view = View {
        dossier,
        as_of: dossier.as_of.in_words(),
        made: dossier.made.in_words(),
        credit: locator.as_ref().map_or("", |_| map::CREDIT),
        locator,
        no_gap: super::NO_GAP,
        charts: charts(dossier, &mut figures),
        states: State::ALL
            .map(|state| Named {
                state,
                words: state.counted(),
            })
            .into(),
        gap_kinds: GapKind::ALL
            .map(|kind| Heading {
                kind,
                heading: kind.heading(),
            })
            .into(),
    };
    let data = serde_json::to_vec(&typeset_value(serde_json::to_value(&view)?))?;
    Ok(Job {
        template: TEMPLATE,
        data,
        figures,
        today: dossier.made,
    })
}

fn charts(dossier: &Dossier, figures: &mut Vec<String>) -> Vec<Vec<Option<Picture>>> {
    let mut drawn = |figure: &super::Figure| {
        let chart = figure.chart.as_ref()?;
        let about = &chart.about;
        let svg = trajectory(chart, Target::Pdf);
        Some(Picture::add(
            figures,
            svg,
            about.title().to_owned(),
            about.alternative(),
        ))
    };
    let of = dossier.objectives.iter();
    of.map(|objective| objective.figures.iter().map(&mut drawn).collect())
        .collect()
}
