//! The course of a place as a chart, and in the room of a table cell.

use jalon_render::Description;
use jalon_render::chart::{
    Axis, Break, Corridor, Corridors, Forecast, ForecastPoint, Series, SeriesPoint, Span, Spark,
    Trajectory,
};

use crate::figures::Formatter;
use crate::figures::course::{self, Course};
use crate::figures::projection::{Known, Likely, Projection, shown};
use crate::measures::Measure;

/// The chart of a course; `None` where nothing was observed.
pub fn course(course: &Course<'_>, label: &str) -> Option<Trajectory> {
    let formatter = Formatter::new(Some(course.measure));
    let series = |name: &str, known: &[Known]| Series {
        name: name.to_owned(),
        points: points(known, formatter),
    };
    let years = course
        .projection
        .as_ref()
        .map(Projection::years)
        .unwrap_or_default();
    let values = [&course.observed, &course.national, &course.targets];
    let values = values.into_iter().flatten().map(|known| known.value);
    let bounds = course.corridors.iter().flat_map(|c| [c.low, c.high]);
    let likely = years
        .iter()
        .flat_map(|(_, likely)| [likely.low, likely.high]);
    Some(Trajectory {
        id: "trajectoire".to_owned(),
        about: Description::new(
            &format!("{label}, {}", course.name),
            &detail(course, formatter)?,
        )
        .ok()?,
        axis: Axis::fitting(
            values.chain(bounds).chain(likely),
            formatter.sign().unwrap_or_default(),
        ),
        observed: series(course.name, &course.observed),
        targets: series("Cible du contrat", &course.targets),
        corridors: corridors(course, formatter),
        national: Some(series("France", &course.national)),
        way: course
            .way
            .map(|(start, end)| series("Chemin droit vers la dernière cible", &[start, end])),
        forecast: forecast(&years, formatter),
        breaks: course
            .breaks()
            .map(|b| Break {
                since: i32::from(b.since),
                text: format!("rupture {}", b.since),
            })
            .collect(),
        spans: course
            .generations
            .iter()
            .map(|generation| Span {
                from: i32::from(generation.starts),
                to: i32::from(generation.ends),
                text: format!("{}-{}", generation.starts, generation.ends),
            })
            .collect(),
    })
}

/// The year of the last target, and the target in words.
fn last_target(course: &Course<'_>, formatter: Formatter<'_>) -> Option<(i16, String)> {
    let value = course.targets.last();
    let value = value.map(|known| (known.year, printed(known.value, formatter)));
    let corridor = course.corridors.last();
    let corridor = corridor.map(|c| (c.year, between(c, formatter)));
    value
        .into_iter()
        .chain(corridor)
        .max_by_key(|(year, _)| *year)
}

fn corridors(course: &Course<'_>, formatter: Formatter<'_>) -> Option<Corridors> {
    let corridor = |c: &course::Corridor| Corridor {
        year: i32::from(c.year),
        low: c.low,
        high: c.high,
        text: between(c, formatter),
    };
    (!course.corridors.is_empty()).then(|| Corridors {
        name: "Cible du contrat : rester entre deux bornes".to_owned(),
        years: course.corridors.iter().map(corridor).collect(),
    })
}

/// A corridor in words.
pub(in crate::figures) fn between(corridor: &course::Corridor, formatter: Formatter<'_>) -> String {
    let [low, high] = [corridor.low, corridor.high].map(|value| printed(value, formatter));
    format!("{low} à {high}")
}

fn points(known: &[Known], formatter: Formatter<'_>) -> Vec<SeriesPoint> {
    let point = |known: &Known| SeriesPoint {
        year: i32::from(known.year),
        value: known.value,
        text: printed(known.value, formatter),
    };
    known.iter().map(point).collect()
}

fn printed(value: f64, formatter: Formatter<'_>) -> String {
    shown(value).map_or_else(String::new, |value| formatter.bare(value))
}

fn detail(course: &Course<'_>, formatter: Formatter<'_>) -> Option<String> {
    let (first, last) = (course.observed.first()?, course.observed.last()?);
    let mut detail = format!(
        "De {} en {} à {} en {}.",
        printed(first.value, formatter),
        first.year,
        printed(last.value, formatter),
        last.year
    );
    if let Some((year, target)) = last_target(course, formatter) {
        detail += &format!(" Cible {year} : {target}.");
    }
    if let Some(projection) = &course.projection {
        detail += &format!(" {}.", projection.sentence());
    }
    detail += " Le tableau qui suit donne chaque valeur.";
    Some(detail)
}

fn forecast(years: &[(i16, Likely)], formatter: Formatter<'_>) -> Option<Forecast> {
    let (end, at_end) = years.last()?;
    let points = years.iter().map(|(year, likely)| ForecastPoint {
        year: i32::from(*year),
        value: likely.value,
        low: likely.low,
        high: likely.high,
    });
    Some(Forecast {
        name: format!("À ce rythme, {end} : {}", range(*at_end, formatter)),
        points: points.collect(),
    })
}

/// The value expected and its range, in words.
pub(in crate::figures) fn range(likely: Likely, formatter: Formatter<'_>) -> String {
    let number = |value: f64| {
        let exact = shown(value);
        exact.map_or_else(String::new, |value| formatter.estimate(value))
    };
    format!(
        "{}, entre {} et {} huit fois sur dix",
        number(likely.value),
        number(likely.low),
        number(likely.high)
    )
}

/// The same in the room of a table cell; `None` under two values.
pub fn spark(
    id: &str,
    projection: &Projection,
    goal: Option<Known>,
    measure: &Measure,
) -> Option<Spark> {
    let formatter = Formatter::new(Some(measure));
    let known = &projection.segment.known;
    if known.len() < 2 {
        return None;
    }
    let told: Vec<String> = known
        .iter()
        .map(|known| format!("{} en {}", printed(known.value, formatter), known.year))
        .collect();
    let mut detail = format!("{}.", told.join(", "));
    if let Some(goal) = goal {
        detail += &format!(" Cible {} : {}.", goal.year, printed(goal.value, formatter));
    }
    if let Some(likely) = projection.at_end() {
        detail += &format!(
            " À ce rythme, {} : {}.",
            projection.end,
            range(likely, formatter)
        );
    }
    Some(Spark {
        id: id.to_owned(),
        about: Description::new("Tendance", &detail).ok()?,
        observed: points(known, formatter),
        goal: goal.map(|goal| (i32::from(goal.year), goal.value)),
        likely: projection
            .at_end()
            .map(|likely| (i32::from(projection.end), likely.low, likely.high)),
    })
}
