//! One measure of a contract, as the dossier tells it. Pure.

use std::collections::BTreeMap;

use jalon_render::DatedValue;
use jalon_render::dossier::{Figure as Told, Numbers};

use super::years;
use crate::contracts::{Line, Target, Terms};
use crate::dossier::ground::Ground;
use crate::dossier::sheet::{label, printed_attainment, printed_target};
use crate::figures::attainment::Attainment;
use crate::figures::comparison::{Among, Comparison, Movement};
use crate::figures::course::{self, Course};
use crate::figures::delivery::Delivery;
use crate::figures::projection::{Outlook, Projection};
use crate::figures::review::{Asked, Review};
use crate::figures::{
    Figure, Followed, Formatter, Series, followed, origin_words, pictures, supplier_words,
};
use crate::kernel::{Decimal, Period, Value};
use crate::measures::{Aggregation, Measure};
use crate::organisations::PlaceKind;
use crate::platform::clock::{french_date, paris_date};

/// A measure, what is printed of it, and what the brief chooses by.
pub(super) struct Reviewed {
    /// Key of the node it stands under.
    pub node: String,
    /// Key of the indicator.
    pub key: String,
    /// As it is printed.
    pub figure: Told,
    /// Whether its target is reached, where that can be judged.
    pub reached: Option<bool>,
    /// How far it is, in per cent, where the method says it.
    pub rate: Option<Decimal>,
    /// What its pace says of the last target.
    pub outlook: Option<Outlook>,
    /// How it moved since the value before, where that can be told.
    pub movement: Option<Movement>,
    /// How the delivery of the year stands.
    pub delivery: Delivery,
    /// Who supplies it, in words.
    pub suppliers: String,
    /// Why there is no number, where the last word says so.
    pub unavailable: Option<String>,
}

/// Everything that the contract follows, in the order of the framework.
pub(super) fn reviewed(ground: &Ground, terms: &Terms<'_>, lines: &[Line<'_>]) -> Vec<Reviewed> {
    let retained: BTreeMap<&str, &Line<'_>> = lines
        .iter()
        .filter(|line| line.is_retained())
        .map(|line| (line.key.as_str(), line))
        .collect();
    let framework = &ground.edited.framework;
    let all = followed(framework, &ground.catalogue, &ground.own, ground.section());
    let kept = all.into_iter().filter_map(|followed| {
        let line = retained.get(followed.indicator.key.as_str())?;
        Some(one(ground, terms, followed, line.node))
    });
    kept.collect()
}

fn one(ground: &Ground, terms: &Terms<'_>, followed: Followed<'_>, node: &str) -> Reviewed {
    let (indicator, measure) = (followed.indicator, followed.measure);
    let series = ground.figures.series(&measure.code);
    let asked = Asked {
        terms,
        section: ground.section().id,
        place: &ground.section().place,
        followed,
        series,
        upto: ground.year,
        today: ground.as_of,
    };
    let review = asked.review();
    let projection = Projection::new(&asked, &review);
    let suppliers: Vec<&str> = indicator
        .suppliers
        .iter()
        .map(|s| supplier_words(s))
        .collect();
    let suppliers = suppliers.join(", ");
    let latest = review.figure.map(|(_, figure)| figure);
    let unavailable = latest.and_then(|figure| match figure.value {
        Value::Unavailable(absence) => Some(absence.french().to_owned()),
        _ => None,
    });
    Reviewed {
        node: node.to_owned(),
        key: indicator.key.clone(),
        reached: review.attainment.ok().map(|verdict| verdict.reached),
        rate: review.attainment.ok().and_then(Attainment::percent),
        outlook: projection.as_ref().map(|projection| projection.outlook),
        movement: movement(ground, measure, series, &review),
        delivery: review.delivery.clone(),
        figure: told(ground, &asked, &review, projection.as_ref(), &suppliers),
        suppliers,
        unavailable,
    }
}

fn told(
    ground: &Ground,
    asked: &Asked<'_>,
    review: &Review<'_>,
    projection: Option<&Projection>,
    suppliers: &str,
) -> Told {
    let Followed {
        indicator, measure, ..
    } = asked.followed;
    let formatter = Formatter::new(Some(measure));
    let dated = |value: String, year: String| DatedValue { value, year };
    let latest = review.figure;
    let (course, national) = drawn(ground, asked);
    let label = label(indicator, measure);
    let beside = asked.target_beside(review);
    let printed = |target| printed_target(target, formatter);
    let verdict = review.attainment.ok();
    let contest = latest.and_then(|(_, figure)| figure.contest.as_ref());
    Told {
        code: indicator.code.clone().unwrap_or_default(),
        chart: course.as_ref().and_then(|c| pictures::course(c, &label)),
        breaks: course.as_ref().map(breaks).unwrap_or_default(),
        label,
        unit: measure.unit.clone().unwrap_or_default(),
        baseline: review
            .baseline
            .map(|b| dated(formatter.value(&b.value), b.year.to_string())),
        last: latest.map(|(period, f)| dated(formatter.value(&f.value), period.french())),
        target: beside.and_then(|(year, target)| Some(dated(printed(target)?, year.to_string()))),
        last_target: review
            .last_target
            .and_then(|(year, target)| Some(dated(printed(target)?, year.to_string()))),
        attainment: printed_attainment(review, &ground.edited.framework.scale()),
        rate: verdict
            .and_then(Attainment::percent)
            .map(|rate| format!("{} %", rate.french(0))),
        numbers: numbers(review, beside.map(|(_, target)| target), measure),
        outlook: projection.map(Projection::sentence).unwrap_or_default(),
        delivery: review.delivery.french(),
        overdue: matches!(review.delivery, Delivery::Late(_)),
        contest: contest.map_or_else(String::new, |contest| contest.french(formatter)),
        provenance: match latest {
            Some((period, figure)) => provenance(ground, period, figure),
            None if suppliers.is_empty() => "Aucune valeur reçue.".to_owned(),
            None => format!("Aucune valeur reçue ; fournisseur : {suppliers}."),
        },
        fictional: latest.is_some_and(|(_, figure)| figure.fictional),
        years: years::years(
            asked,
            ground.contract().years(),
            &national,
            &projection.map(Projection::years).unwrap_or_default(),
        ),
    }
}

/// The course of the values that is drawn, and the national ones beside it.
fn drawn<'a>(
    ground: &'a Ground,
    asked: &Asked<'a>,
) -> (Option<Course<'a>>, Vec<(Period, Decimal)>) {
    let measure = asked.followed.measure;
    let Some(series) = asked.series else {
        return (None, Vec::new());
    };
    let national = if compares(ground) {
        course::national(measure, series, &ground.directory)
    } else {
        Vec::new()
    };
    let name = ground.directory.place(asked.place);
    let name = name.map_or(asked.place, |place| place.name.as_str());
    let mut course = Course::of(measure, series, (asked.place, name));
    // A sum over the country would flatten the region's own line.
    if measure.aggregation != Aggregation::Sum {
        course.national = course::drawn(&national);
    }
    let course = course.under(asked, ground.contract().years());
    let course = course.through(&ground.catalogue, &ground.edited.framework);
    (Some(course), national)
}

/// The exact numbers behind what is printed.
fn numbers(review: &Review<'_>, agreed: Option<&Target>, measure: &Measure) -> Numbers {
    let value = |value: &Value| value.amount(measure.per).map(|n| n.to_string());
    let target = |target: &Target| match target {
        Target::Value(number) => value(number),
        _ => None,
    };
    let rate = review.attainment.ok().and_then(Attainment::percent);
    Numbers {
        baseline: review.baseline.and_then(|b| value(&b.value)),
        last: review.figure.and_then(|(_, figure)| value(&figure.value)),
        target: agreed.and_then(target),
        last_target: review.last_target.and_then(|(_, last)| target(last)),
        rate: rate.map(|rate| rate.to_string()),
    }
}

/// Whether the country stands beside the place: a region's, not an establishment's.
fn compares(ground: &Ground) -> bool {
    Among::of(&ground.edited.framework) == Among::Regions
        && ground
            .directory
            .place(&ground.section().place)
            .is_some_and(|place| place.kind == PlaceKind::Region)
}

/// Who says so: « Valeur 2023 : Santé publique France, SNDS, reçue le 12 mars 2025, fichier
/// hpv.csv, cellule C7, révision 2. »
fn provenance(ground: &Ground, period: Period, figure: &Figure) -> String {
    let mut words = vec![
        origin_words(&figure.supplier, figure.source.as_deref()),
        format!("reçue le {}", french_date(paris_date(figure.received_at))),
    ];
    if let Some(day) = figure.reference_date {
        words.push(format!("arrêtée au {}", french_date(day)));
    }
    if let Some(name) = figure.batch.and_then(|batch| ground.files.get(&batch)) {
        words.push(format!("fichier {name}"));
    }
    if let Some(cell) = &figure.cell {
        words.push(format!("cellule {}", cell.named()));
    }
    if figure.no > 1 {
        words.push(format!("révision {}", figure.no));
    }
    if figure.provisional {
        words.push("provisoire".to_owned());
    }
    if figure.fictional {
        words.push("valeur fictive".to_owned());
    }
    let mut told = format!("Valeur {} : {}.", period.french(), words.join(", "));
    if let Some(comment) = &figure.comment {
        told += &format!(" {comment}");
    }
    told
}

fn breaks(course: &Course<'_>) -> Vec<String> {
    let told = course.breaks().map(|b| {
        format!(
            "Rupture en {} : {}.",
            b.since,
            b.reason.trim_end_matches('.')
        )
    });
    told.collect()
}

/// How the place moved since the value before, the rule that pages follow; nothing is said across
/// a break.
fn movement(
    ground: &Ground,
    measure: &Measure,
    series: Option<&Series>,
    review: &Review<'_>,
) -> Option<Movement> {
    let (period, _) = review.figure?;
    let place = ground.directory.place(&ground.section().place)?;
    let comparison = Comparison::new(measure, series?, (Among::Regions, &[place]), period)?;
    let before = comparison.before?;
    let breaks = &mut measure.breaks.iter();
    if breaks.any(|b| before.year() < b.since && b.since <= period.year()) {
        return None;
    }
    comparison.movement(comparison.rows.first()?)
}
