//! Observed values over the years, targets, and what is likely to follow.
//!
//! A line never crosses a break: what stands on either side of it is not the same thing.

use serde::{Deserialize, Serialize};

pub use corridor::{Corridor, Corridors};

use super::labels::{Area, Label, Placed, Rule, placed};
use super::{Axis, Room, axis::is_drawable};
use crate::svg::{Across, Description, Look, Place, Svg, Target};

/// An indicator over the years.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// The vertical axis.
    pub axis: Axis,
    /// What was observed.
    pub observed: Series,
    /// What was set as targets.
    pub targets: Series,
    /// What was set as bounds to stay between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corridors: Option<Corridors>,
    /// The national values, if they are to be compared.
    pub national: Option<Series>,
    /// The even way from the start to the last target.
    pub way: Option<Series>,
    /// What is likely to follow.
    pub forecast: Option<Forecast>,
    /// Where the definition changes.
    pub breaks: Vec<Break>,
    /// What the years belong to, such as the generations of contracts.
    pub spans: Vec<Span>,
}

/// What is likely to follow the observed values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Its name in the legend, with the values it ends on.
    pub name: String,
    /// Its points, in the order of years.
    pub points: Vec<ForecastPoint>,
}

/// What is likely in a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastPoint {
    /// The year.
    pub year: i32,
    /// The expected value.
    pub value: f64,
    /// The lowest likely value.
    pub low: f64,
    /// The highest likely value.
    pub high: f64,
}

/// A change of definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// The first year of the new definition.
    pub since: i32,
    /// What is printed beside the line, such as « rupture ».
    pub text: String,
}

/// Years that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The first year.
    pub from: i32,
    /// The last year.
    pub to: i32,
    /// What is printed under them.
    pub text: String,
}

/// A named line of the chart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its name in the legend, such as « Bretagne ».
    pub name: String,
    /// Its points, in the order of years.
    pub points: Vec<SeriesPoint>,
}

/// A value of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesPoint {
    /// The year.
    pub year: i32,
    /// The value, for drawing only.
    pub value: f64,
    /// The value as printed.
    pub text: String,
}

/// Draws observed values as dots, the country as circles, targets as squares on dashes, and what is
/// likely as a fan.
pub fn trajectory(spec: &Trajectory, target: Target) -> String {
    let lines = lines(spec);
    let plot = Plot::new(spec, &lines, target);
    let foot = if spec.spans.is_empty() { 26.0 } else { 52.0 };
    let size = plot.room.size("trajectory", plot.bottom + foot);
    let mut svg = Svg::new(target, &spec.id, &size, &spec.about, false);
    plot.draw_legend(&mut svg, &lines);
    plot.draw_fan(&mut svg, &lines);
    plot.draw_axes(&mut svg, &spec.axis);
    plot.draw_spans(&mut svg);
    plot.draw_breaks(&mut svg);
    plot.draw_forecast(&mut svg, &lines);
    plot.draw_corridors(&mut svg);
    for line in &lines {
        plot.draw_line(&mut svg, line);
    }
    let marks = plot.marks(&lines);
    for mark in &marks {
        mark.draw(&mut svg);
    }
    plot.draw_labels(&mut svg, &lines, &marks);
    svg.finish()
}

/// A series and how it is drawn.
struct Line<'a> {
    kind: Kind,
    name: &'a str,
    points: Vec<&'a SeriesPoint>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Way,
    National,
    Goal,
    Observed,
}

impl Kind {
    fn stroke(self) -> Look {
        match self {
            Self::Way => Look::Way,
            Self::National => Look::National,
            Self::Goal => Look::Goal,
            Self::Observed => Look::Link,
        }
    }

    fn draw_mark(self, svg: &mut Svg, at: (Across, f64), title: &str) {
        match self {
            Self::Way => {}
            Self::National => svg.circle(Look::NationalMark, at, 3.5, title),
            Self::Goal => svg.square(Look::GoalMark, at, 4.0, title),
            Self::Observed => svg.circle(Look::Now, at, 5.0, title),
        }
    }

    /// How its values are printed: on every screen, or on those that have the room.
    fn label(self, everywhere: bool) -> Look {
        match (self, everywhere) {
            (Self::Way | Self::National, true) => Look::Text,
            (Self::Way | Self::National, false) => Look::WideText,
            (Self::Goal, true) => Look::GoalText,
            (Self::Goal, false) => Look::WideGoalText,
            (Self::Observed, true) => Look::Value,
            (Self::Observed, false) => Look::WideValue,
        }
    }
}

/// The lines that have something to draw, the most important last, on top.
fn lines(spec: &Trajectory) -> Vec<Line<'_>> {
    let way = spec.way.iter().map(|series| (Kind::Way, series));
    let national = spec.national.iter().map(|series| (Kind::National, series));
    let beside = way.chain(national);
    let own = [
        (Kind::Goal, &spec.targets),
        (Kind::Observed, &spec.observed),
    ];
    let all = beside.chain(own).map(|(kind, series)| Line {
        kind,
        name: &series.name,
        points: series
            .points
            .iter()
            .filter(|point| is_drawable(point.value))
            .collect(),
    });
    all.filter(|line| !line.points.is_empty()).collect()
}

const LEGEND_ROW: f64 = 19.0;
const PLOT_HEIGHT: f64 = 210.0;
/// Beyond, only the first and the last value of a series are printed.
const ALL_LABELLED: usize = 6;
/// Years stand within the plot, so that the ticks and the last labels keep their room.
const FIRST_YEAR: f64 = 0.13;
const LAST_YEAR: f64 = 0.93;

/// How many letters of a legend hold beside its mark on a telephone.
const LEGEND_LETTERS: usize = 44;

/// A name of the legend in rows that hold on the narrowest screen: SVG does not wrap text.
fn wrapped(name: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in name.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + word.chars().count() < LEGEND_LETTERS => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

struct Plot<'a> {
    spec: &'a Trajectory,
    room: Room,
    axis: &'a Axis,
    first: i32,
    last: i32,
    top: f64,
    bottom: f64,
}

impl<'a> Plot<'a> {
    fn new(spec: &'a Trajectory, lines: &[Line], target: Target) -> Self {
        let years = || {
            let points = lines.iter().flat_map(|line| &line.points);
            let forecast = spec.forecast.iter().flat_map(|f| &f.points);
            let points = points.map(|point| point.year);
            let corridors = spec.corridors.iter().flat_map(Corridors::drawn);
            points
                .chain(forecast.map(|point| point.year))
                .chain(corridors.map(|corridor| corridor.year))
        };
        let names = lines.iter().map(|line| line.name);
        let names = names.chain(spec.corridors.iter().map(|c| c.name.as_str()));
        let names = names.chain(spec.forecast.iter().map(|f| f.name.as_str()));
        let rows = names.flat_map(|name| wrapped(name).into_iter().map(|_| LEGEND_ROW));
        let top = 28.0 + rows.sum::<f64>();
        Self {
            spec,
            room: Room {
                target,
                left: 0.0,
                width: 360.0,
                right: 0.0,
            },
            axis: &spec.axis,
            first: years().min().unwrap_or(0),
            last: years().max().unwrap_or(0),
            top,
            bottom: top + PLOT_HEIGHT,
        }
    }

    fn across(&self, year: i32) -> Across {
        self.room.at(self.share(year))
    }

    fn share(&self, year: i32) -> f64 {
        let span = f64::from(self.last) - f64::from(self.first);
        let rank = f64::from(year) - f64::from(self.first);
        let share = if span > 0.0 { rank / span } else { 0.5 };
        FIRST_YEAR + share * (LAST_YEAR - FIRST_YEAR)
    }

    fn down(&self, value: f64) -> f64 {
        self.bottom - self.axis.share(value) * (self.bottom - self.top)
    }

    fn at(&self, point: &SeriesPoint) -> (Across, f64) {
        (self.across(point.year), self.down(point.value))
    }

    fn draw_legend(&self, svg: &mut Svg, lines: &[Line]) {
        let mut y = 10.0;
        for line in lines.iter().rev() {
            let (start, end) = (self.room.beside(0.0), self.room.beside(26.0));
            svg.line(line.kind.stroke(), (start, y), (end, y));
            line.kind.draw_mark(svg, (self.room.beside(13.0), y), "");
            y = self.draw_name(svg, line.name, y);
        }
        if let Some(corridors) = &self.spec.corridors {
            self.draw_corridor_key(svg, y);
            y = self.draw_name(svg, &corridors.name, y);
        }
        if let Some(forecast) = &self.spec.forecast {
            let (start, end) = (self.room.beside(0.0), self.room.beside(26.0));
            svg.square(Look::Likely, (self.room.beside(13.0), y), 7.0, "");
            svg.line(Look::Forecast, (start, y), (end, y));
            self.draw_name(svg, &forecast.name, y);
        }
    }

    /// A name of the legend from that height on; gives the height of the next one.
    fn draw_name(&self, svg: &mut Svg, name: &str, mut y: f64) -> f64 {
        for row in wrapped(name) {
            let at = (self.room.beside(34.0), y + 4.5);
            svg.text(Look::Text, at, Place::START, &row);
            y += LEGEND_ROW;
        }
        y
    }

    /// Whatever may be drawn of the forecast.
    fn likely(&self) -> Vec<&'a ForecastPoint> {
        let points = self.spec.forecast.iter().flat_map(|f| &f.points);
        let drawable = |p: &&ForecastPoint| [p.value, p.low, p.high].into_iter().all(is_drawable);
        points.filter(drawable).collect()
    }

    /// The last observed value, from which the fan opens.
    fn origin(&self, lines: &[Line]) -> Option<(Across, f64)> {
        let observed = lines.iter().find(|line| line.kind == Kind::Observed)?;
        observed.points.last().map(|point| self.at(point))
    }

    /// The area of likely values.
    fn draw_fan(&self, svg: &mut Svg, lines: &[Line]) {
        let likely = self.likely();
        let high = likely
            .iter()
            .map(|p| (self.across(p.year), self.down(p.high)));
        let low = likely
            .iter()
            .rev()
            .map(|p| (self.across(p.year), self.down(p.low)));
        let outline: Vec<_> = self
            .origin(lines)
            .into_iter()
            .chain(high)
            .chain(low)
            .collect();
        if !likely.is_empty() {
            svg.path(Look::Likely, &outline, (self.top, self.bottom), true);
        }
    }

    fn draw_forecast(&self, svg: &mut Svg, lines: &[Line]) {
        let expected = self
            .likely()
            .into_iter()
            .map(|p| (self.across(p.year), self.down(p.value)));
        let line: Vec<_> = self.origin(lines).into_iter().chain(expected).collect();
        for pair in line.windows(2) {
            svg.line(Look::Forecast, pair[0], pair[1]);
        }
    }

    /// The years that belong together, under the axis.
    fn draw_spans(&self, svg: &mut Svg) {
        let y = self.bottom + 30.0;
        for span in &self.spec.spans {
            let (from, to) = (span.from.max(self.first), span.to.min(self.last));
            if from > to {
                continue;
            }
            let (start, end) = (
                self.share(from) - self.margin(),
                self.share(to) + self.margin(),
            );
            svg.line(Look::Span, (self.room.at(start), y), (self.room.at(end), y));
            let middle = self.room.at(f64::midpoint(start, end));
            svg.text(Look::Tick, (middle, y + 16.0), Place::MIDDLE, &span.text);
        }
    }

    /// What a span takes on each side of a year: a little less than half the way to the next.
    fn margin(&self) -> f64 {
        let years = f64::from(self.last) - f64::from(self.first);
        0.4 * (LAST_YEAR - FIRST_YEAR) / years.max(3.0)
    }

    /// The breaks that are drawn: what is said of each, where it stands across and how high.
    fn breaks(&self) -> impl Iterator<Item = (&'a Break, f64, f64)> {
        let within = self.spec.breaks.iter();
        let within = within.filter(|b| (self.first + 1..=self.last).contains(&b.since));
        (0_i32..).zip(within).map(|(rank, mark)| {
            let before = f64::midpoint(self.share(mark.since - 1), self.share(mark.since));
            // Neighbours are told one above the other.
            (mark, before, self.top - 2.0 + 13.0 * f64::from(rank % 2))
        })
    }

    fn draw_breaks(&self, svg: &mut Svg) {
        for (mark, before, y) in self.breaks() {
            let x = self.room.at(before);
            svg.line(Look::Break, (x, self.top - 8.0), (x, self.bottom));
            let place = if before > 0.6 {
                Place::END.shifted(-5.0)
            } else {
                Place::START.shifted(5.0)
            };
            svg.text(Look::Tick, (x, y), place, &mark.text);
        }
    }

    /// Whether the definition changes between two years.
    fn is_broken(&self, from: i32, to: i32) -> bool {
        let mut breaks = self.spec.breaks.iter();
        breaks.any(|mark| from < mark.since && mark.since <= to)
    }

    fn draw_axes(&self, svg: &mut Svg, axis: &Axis) {
        for tick in axis.ticks() {
            let y = self.down(tick.value);
            svg.line(Look::Grid, (self.room.at(0.0), y), (self.room.at(1.0), y));
            svg.text(
                Look::Tick,
                (self.room.at(0.0), y - 4.0),
                Place::START,
                &tick.text,
            );
        }
        for year in self.printed_years() {
            let at = (self.across(year), self.bottom + 20.0);
            svg.text(Look::Tick, at, Place::MIDDLE, &year.to_string());
        }
    }

    /// All the years, or some of them when they are many; the first is always there.
    fn printed_years(&self) -> impl Iterator<Item = i32> + use<> {
        let span = i64::from(self.last) - i64::from(self.first);
        let step = usize::try_from(span / 8 + 1).unwrap_or(1);
        (self.first..=self.last).step_by(step)
    }

    fn draw_line(&self, svg: &mut Svg, line: &Line) {
        for pair in line.points.windows(2) {
            let is_measured = matches!(line.kind, Kind::Observed | Kind::National);
            if !(is_measured && self.is_broken(pair[0].year, pair[1].year)) {
                svg.line(line.kind.stroke(), self.at(pair[0]), self.at(pair[1]));
            }
        }
    }

    fn marks<'b>(&self, lines: &[Line<'b>]) -> Vec<Mark<'b>> {
        let marks = lines.iter().flat_map(|line| {
            let last = line.points.len() - 1;
            let few = line.points.len() <= ALL_LABELLED;
            line.points
                .iter()
                .enumerate()
                .map(move |(rank, point)| Mark {
                    kind: line.kind,
                    name: line.name,
                    point,
                    share: self.share(point.year),
                    at: self.at(point),
                    is_labelled: match line.kind {
                        Kind::Way => false,
                        Kind::Observed => few || rank == 0 || rank == last,
                        Kind::National | Kind::Goal => rank == last,
                    },
                })
        });
        marks.collect()
    }

    /// The values printed beside their marks, where they meet neither another value, nor a mark,
    /// nor, as far as there is room, a line.
    fn draw_labels(&self, svg: &mut Svg, lines: &[Line], marks: &[Mark]) {
        for (mark, label) in self.placed(lines, marks) {
            let x = self.room.at(label.share);
            if let Some((from, to)) = label.leader {
                let look = if label.fits_narrow {
                    Look::Leader
                } else {
                    Look::WideLeader
                };
                svg.line(look, (x, from), (x, to));
            }
            let look = mark.kind.label(label.fits_narrow);
            svg.text(look, (x, label.y), label.place, label.text);
        }
    }

    /// The places of the values, the most important first: those on top, then the latest.
    fn placed<'m>(&self, lines: &[Line], marks: &'m [Mark<'m>]) -> Vec<(&'m Mark<'m>, Placed<'m>)> {
        let labelled = marks.iter().rev().filter(|mark| mark.is_labelled);
        let labelled: Vec<&Mark<'_>> = labelled.collect();
        let labels: Vec<Label<'_>> = labelled
            .iter()
            .map(|mark| Label {
                text: &mark.point.text,
                share: mark.share,
                y: mark.at.1,
            })
            .collect();
        let drawn = marks.iter().filter(|mark| mark.kind != Kind::Way);
        let drawn: Vec<(f64, f64)> = drawn.map(|mark| (mark.share, mark.at.1)).collect();
        let rule = match self.room.target {
            Target::Page => Rule::ALONG,
            Target::Pdf => Rule::ALONG_FIXED,
        };
        let beside = (self.texts(), self.along(lines));
        let heights = (self.top - 8.0, self.bottom);
        let placed = placed(rule, &labels, &drawn, (&beside.0, &beside.1), heights);
        let of = |label: &Placed<'_>| {
            labelled
                .iter()
                .copied()
                .find(|mark| std::ptr::eq(mark.point.text.as_str(), label.text))
        };
        placed
            .into_iter()
            .filter_map(|label| Some((of(&label)?, label)))
            .collect()
    }

    /// What the ticks of the axis and the words of breaks cover.
    fn texts(&self) -> Vec<Area> {
        let ticks = self.axis.ticks().iter().map(|tick| {
            let y = self.down(tick.value) - 4.0;
            Area::starting_at(0.0, 0.0, y, &tick.text)
        });
        let breaks = self.breaks().map(|(mark, share, y)| {
            if share > 0.6 {
                Area::ending_at(share, y, &mark.text)
            } else {
                Area::starting_at(share, 5.0, y, &mark.text)
            }
        });
        let corridors = self
            .corridor_label()
            .map(|(share, y, text)| Area::centred_at(share, y, text));
        ticks.chain(breaks).chain(corridors).collect()
    }

    /// Points of the lines, near enough to each other that no value slips between two.
    fn along(&self, lines: &[Line]) -> Vec<Area> {
        const STEPS: u8 = 24;
        let drawn = lines.iter().filter(|line| line.kind != Kind::Way);
        let pairs = drawn.flat_map(|line| line.points.windows(2));
        let points = pairs.flat_map(|pair| {
            let at = |point: &SeriesPoint| (self.share(point.year), self.down(point.value));
            let (from, to) = (at(pair[0]), at(pair[1]));
            (0..=STEPS).map(move |step| {
                let part = f64::from(step) / f64::from(STEPS);
                let between = |from: f64, to: f64| from + part * (to - from);
                Area::point(between(from.0, to.0), between(from.1, to.1))
            })
        });
        points.collect()
    }
}

/// A drawn point.
struct Mark<'a> {
    kind: Kind,
    name: &'a str,
    point: &'a SeriesPoint,
    /// Where it stands across, from 0 to 1.
    share: f64,
    at: (Across, f64),
    is_labelled: bool,
}

impl Mark<'_> {
    fn draw(&self, svg: &mut Svg) {
        let SeriesPoint { year, text, .. } = self.point;
        self.kind.draw_mark(
            svg,
            self.at,
            &format!("{}, {year}\u{a0}: {text}", self.name),
        );
    }
}

mod corridor;
#[cfg(test)]
mod tests;
