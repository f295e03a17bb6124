//! A series in the room of a table cell: what was observed, what is aimed at, what is likely.

use super::{Axis, SeriesPoint, axis::is_drawable};
use crate::svg::{Across, Description, Look, Svg, Target};

/// A small chart. Its text alternative says all that it shows.
#[derive(Debug, Clone)]
pub struct Spark {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// What was observed, in the order of years.
    pub observed: Vec<SeriesPoint>,
    /// The year and value aimed at.
    pub goal: Option<(i32, f64)>,
    /// The year, lowest and highest value that are likely.
    pub likely: Option<(i32, f64, f64)>,
}

const WIDTH: f64 = 112.0;
const HEIGHT: f64 = 30.0;
const MARGIN: f64 = 4.0;

/// Draws the small chart, in pixels that do not stretch.
pub fn spark(spec: &Spark, target: Target) -> String {
    let size = match target {
        Target::Page => format!("class=\"spark\" viewBox=\"0 0 {WIDTH} {HEIGHT}\""),
        Target::Pdf => format!("viewBox=\"0 0 {WIDTH} {HEIGHT}\""),
    };
    let mut svg = Svg::new(target, &spec.id, &size, &spec.about, false);
    let observed = spec
        .observed
        .iter()
        .filter(|point| is_drawable(point.value));
    let observed: Vec<_> = observed.map(|point| (point.year, point.value)).collect();
    let goal = spec.goal.filter(|(_, value)| is_drawable(*value));
    let likely = spec
        .likely
        .filter(|(_, low, high)| is_drawable(*low) && is_drawable(*high));
    let ends = likely
        .into_iter()
        .flat_map(|(year, low, high)| [(year, low), (year, high)]);
    let all: Vec<_> = observed.iter().copied().chain(goal).chain(ends).collect();
    let scale = Scale::around(&all);
    if let Some((year, low, high)) = likely {
        let (x, _) = scale.at((year, low));
        let fan = observed.last().map(|last| scale.at(*last));
        let outline: Vec<_> = fan
            .into_iter()
            .chain([scale.at((year, high)), (x, scale.at((year, low)).1)])
            .collect();
        svg.outline(Look::Likely, &outline, true);
        svg.line(
            Look::Forecast,
            scale.at((year, low)),
            scale.at((year, high)),
        );
    }
    let line: Vec<_> = observed.iter().map(|point| scale.at(*point)).collect();
    svg.outline(Look::Trace, &line, false);
    if let Some(goal) = goal {
        svg.square(Look::GoalMark, scale.at(goal), 2.5, "");
    }
    if let Some(last) = line.last() {
        svg.circle(Look::Now, *last, 3.0, "");
    }
    svg.finish()
}

struct Scale {
    years: Axis,
    values: Axis,
}

impl Scale {
    fn around(points: &[(i32, f64)]) -> Self {
        let bounds = |values: &mut dyn Iterator<Item = f64>| {
            let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| {
                (low.min(value), high.max(value))
            });
            Axis::new(low, high, Vec::new())
        };
        Self {
            years: bounds(&mut points.iter().map(|(year, _)| f64::from(*year))),
            values: bounds(&mut points.iter().map(|(_, value)| *value)),
        }
    }

    fn at(&self, (year, value): (i32, f64)) -> (Across, f64) {
        let x = MARGIN + self.years.share(f64::from(year)) * (WIDTH - 2.0 * MARGIN);
        let y = HEIGHT - MARGIN - self.values.share(value) * (HEIGHT - 2.0 * MARGIN);
        (Across::Length(x), y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(values: &[(i32, f64)]) -> Spark {
        let point = |&(year, value): &(i32, f64)| SeriesPoint {
            year,
            value,
            text: String::new(),
        };
        Spark {
            id: "s".to_owned(),
            about: Description::new("Tendance", "De 60 à 68.").unwrap(),
            observed: values.iter().map(point).collect(),
            goal: Some((2028, 75.0)),
            likely: Some((2028, 70.0, 74.0)),
        }
    }

    #[test]
    fn it_fits_the_cell() {
        let svg = spark(&spec(&[(2022, 60.0), (2025, 68.0)]), Target::Page);
        assert!(svg.starts_with("<svg class=\"spark\" viewBox=\"0 0 112 30\" role=\"img\""));
        assert!(svg.contains("<circle class=\"d\" cx=\"56\"") && svg.contains("class=\"lik\""));
        assert!(!svg.contains("fill=") && !svg.contains("stroke="));
    }

    #[test]
    fn nothing_and_nonsense_do_not_fail() {
        let mut empty = spec(&[]);
        (empty.goal, empty.likely) = (None, None);
        let mut odd = spec(&[(i32::MAX, f64::NAN), (i32::MIN, 1.0)]);
        odd.likely = Some((2028, f64::NAN, 1.0));
        for spec in [empty, odd] {
            let svg = spark(&spec, Target::Pdf);
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
