//! Rates against the number of cases they come from, between the limits that chance draws.

use super::labels::{Area, Label, Placed, Rule, placed};
use super::{Axis, Reference, Room, axis::is_drawable};
use crate::svg::{Across, Description, Look, Place, Svg, Target};

/// A funnel plot. Everything is for drawing only: limits and standings come from the caller.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// The number of cases; where `log` is set, in powers of ten.
    pub across: Axis,
    /// What the horizontal axis counts, such as « femmes concernées ».
    pub across_name: String,
    /// The rates.
    pub axis: Axis,
    /// The rate of the whole.
    pub whole: Reference,
    /// The limits, along the sizes: the nearer (95 %) and the farther (99.8 %).
    pub limits: Vec<Limits>,
    /// Where most places lie although chance alone would not take them there.
    pub usual: Option<Vec<Limits>>,
    /// The places.
    pub points: Vec<FunnelPoint>,
    /// The names of what is drawn.
    pub words: FunnelWords,
}

/// What the legend says.
#[derive(Debug, Clone)]
pub struct FunnelWords {
    /// A mark within the limits.
    pub within: String,
    /// A mark between both limits.
    pub beyond: String,
    /// A mark outside the farther limits.
    pub far_beyond: String,
    /// The nearer limits.
    pub near_limit: String,
    /// The farther limits.
    pub far_limit: String,
    /// The usual spread.
    pub usual: String,
}

/// The limits for one size.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The number of cases, on the scale of the axis.
    pub size: f64,
    /// The nearer limits.
    pub near: (f64, f64),
    /// The farther limits.
    pub far: (f64, f64),
}

/// A place on the plot.
#[derive(Debug, Clone)]
pub struct FunnelPoint {
    /// Its name.
    pub name: String,
    /// Its number of cases, on the scale of the axis.
    pub size: f64,
    /// Its rate.
    pub value: f64,
    /// What a pointer reveals beside the name.
    pub text: String,
    /// How it stands to the limits.
    pub standing: Standing,
}

/// How a place stands to the limits of chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Between the nearer limits.
    Within,
    /// Outside the nearer limits.
    Beyond,
    /// Outside the farther limits.
    FarBeyond,
}

impl Standing {
    fn draw(self, svg: &mut Svg, at: (Across, f64), title: &str) {
        match self {
            Self::Within => svg.circle(Look::Now, at, 4.5, title),
            Self::Beyond => svg.diamond(Look::Beyond, at, 6.0, title),
            Self::FarBeyond => svg.triangle(Look::FarBeyond, at, 6.5, title),
        }
    }
}

const LEGEND_ROW: f64 = 19.0;
const PLOT_HEIGHT: f64 = 340.0;
/// On paper it stands beside a trajectory.
const PRINTED_HEIGHT: f64 = 210.0;
/// The plot stands between the ticks of the rates and the right edge.
const FIRST: f64 = 0.07;
const LAST: f64 = 0.98;

/// Draws the funnel plot.
pub fn funnel(spec: &Funnel, target: Target) -> String {
    let plot = Plot::new(spec, target);
    let size = plot.room.size("funnel", plot.bottom + 44.0);
    let mut svg = Svg::new(target, &spec.id, &size, &spec.about, false);
    plot.draw_legend(&mut svg);
    plot.draw_usual(&mut svg);
    plot.draw_axes(&mut svg);
    plot.draw_limits(&mut svg);
    plot.draw_points(&mut svg);
    svg.finish()
}

struct Plot<'a> {
    spec: &'a Funnel,
    room: Room,
    points: Vec<&'a FunnelPoint>,
    top: f64,
    bottom: f64,
}

impl<'a> Plot<'a> {
    fn new(spec: &'a Funnel, target: Target) -> Self {
        let drawable = |point: &&FunnelPoint| is_drawable(point.value) && is_drawable(point.size);
        let mut plot = Self {
            spec,
            room: Room {
                target,
                left: 0.0,
                width: 520.0,
                right: 0.0,
            },
            points: spec.points.iter().filter(drawable).collect(),
            top: 0.0,
            bottom: 0.0,
        };
        plot.top = plot.legend().iter().fold(28.0, |top, _| top + LEGEND_ROW);
        plot.bottom = plot.top
            + match target {
                Target::Page => PLOT_HEIGHT,
                Target::Pdf => PRINTED_HEIGHT,
            };
        plot
    }

    fn share(&self, size: f64) -> f64 {
        FIRST + self.spec.across.share(size) * (LAST - FIRST)
    }

    fn down(&self, value: f64) -> f64 {
        self.bottom - self.spec.axis.share(value) * (self.bottom - self.top)
    }

    fn at(&self, size: f64, value: f64) -> (Across, f64) {
        (self.room.at(self.share(size)), self.down(value))
    }

    /// What is there to name, in the order of the legend.
    fn legend(&self) -> Vec<(Key, &'a str)> {
        let words = &self.spec.words;
        let some = |standing| self.points.iter().any(|p| p.standing == standing);
        let marks = [
            (Standing::Within, &words.within),
            (Standing::Beyond, &words.beyond),
            (Standing::FarBeyond, &words.far_beyond),
        ];
        let marks = marks.into_iter().filter(|(standing, _)| some(*standing));
        let marks = marks.map(|(standing, words)| (Key::Mark(standing), words.as_str()));
        let lines = [
            (Key::Line(Look::Limit), words.near_limit.as_str()),
            (Key::Line(Look::FarLimit), words.far_limit.as_str()),
        ];
        let usual = self.spec.usual.as_ref();
        let usual = usual.map(|_| (Key::Area, words.usual.as_str()));
        marks.chain(lines).chain(usual).collect()
    }

    fn draw_legend(&self, svg: &mut Svg) {
        let mut y = 10.0;
        for (key, name) in self.legend() {
            let (start, end) = (self.room.beside(0.0), self.room.beside(26.0));
            let middle = (self.room.beside(13.0), y);
            match key {
                Key::Mark(standing) => standing.draw(svg, middle, ""),
                Key::Line(look) => svg.line(look, (start, y), (end, y)),
                Key::Area => svg.square(Look::Likely, middle, 7.0, ""),
            }
            let at = (self.room.beside(34.0), y + 4.5);
            svg.text(Look::Text, at, Place::START, name);
            y += LEGEND_ROW;
        }
    }

    fn draw_axes(&self, svg: &mut Svg) {
        for tick in self.spec.axis.ticks() {
            let y = self.down(tick.value);
            svg.line(Look::Grid, (self.room.at(0.0), y), (self.room.at(1.0), y));
            let at = (self.room.at(0.0), y - 4.0);
            svg.text(Look::Tick, at, Place::START, &tick.text);
        }
        for tick in self.spec.across.ticks() {
            let at = (self.room.at(self.share(tick.value)), self.bottom + 18.0);
            svg.text(Look::Tick, at, Place::MIDDLE, &tick.text);
        }
        let name = (self.room.at(1.0), self.bottom + 37.0);
        svg.text(Look::Tick, name, Place::END, &self.spec.across_name);
    }

    /// An area between two curves.
    fn draw_usual(&self, svg: &mut Svg) {
        let Some(usual) = &self.spec.usual else {
            return;
        };
        let high = usual.iter().map(|l| self.at(l.size, l.near.1));
        let low = usual.iter().rev().map(|l| self.at(l.size, l.near.0));
        let outline: Vec<_> = high.chain(low).collect();
        svg.path(Look::Likely, &outline, (self.top, self.bottom), true);
    }

    /// The limits, each curve from size to size.
    fn curves(&self) -> [(Look, Vec<(f64, f64)>); 4] {
        let curve = |end: fn(&Limits) -> f64| {
            let limits = self.spec.limits.iter();
            limits.map(|l| (l.size, end(l))).collect()
        };
        [
            (Look::Limit, curve(|l| l.near.0)),
            (Look::Limit, curve(|l| l.near.1)),
            (Look::FarLimit, curve(|l| l.far.0)),
            (Look::FarLimit, curve(|l| l.far.1)),
        ]
    }

    /// Points of the curves, which names keep clear of as far as there is room.
    fn along(&self) -> Vec<Area> {
        let curves = self.curves().into_iter().flat_map(|(_, curve)| curve);
        let points = curves.map(|(size, value)| Area::point(self.share(size), self.down(value)));
        points.collect()
    }

    fn draw_limits(&self, svg: &mut Svg) {
        for (look, curve) in self.curves() {
            let curve: Vec<_> = curve.iter().map(|(x, y)| self.at(*x, *y)).collect();
            svg.path(look, &curve, (self.top, self.bottom), false);
        }
        let whole = &self.spec.whole;
        if is_drawable(whole.value) {
            let y = self.down(whole.value);
            svg.line(
                Look::National,
                (self.room.at(FIRST), y),
                (self.room.at(1.0), y),
            );
        }
    }

    fn draw_points(&self, svg: &mut Svg) {
        let marks: Vec<(f64, f64)> = self
            .points
            .iter()
            .map(|point| (self.share(point.size), self.down(point.value)))
            .collect();
        for (point, (share, y)) in self.points.iter().zip(&marks) {
            let title = format!("{}\u{a0}: {}", point.name, point.text);
            point.standing.draw(svg, (self.room.at(*share), *y), &title);
        }
        let whole = self.whole_label();
        for label in placed(
            Rule::BESIDE,
            &self.labels(&marks),
            &marks,
            (&[whole.1], &self.along()),
            (self.top, self.bottom),
        ) {
            self.draw_label(svg, &label);
        }
        let (at, _) = whole;
        svg.text(Look::Value, at, Place::END, &self.spec.whole.text);
    }

    /// The rate of the whole is named at the right end of its line.
    fn whole_label(&self) -> ((Across, f64), Area) {
        let y = self.down(self.spec.whole.value) - 6.0;
        let across = Area::ending_at(1.0, y, &self.spec.whole.text);
        ((self.room.at(1.0), y), across)
    }

    /// The names, those that matter most first: what is farthest from chance, then from the whole.
    fn labels(&self, marks: &[(f64, f64)]) -> Vec<Label<'a>> {
        let mut labels: Vec<(Standing, f64, Label<'a>)> = self
            .points
            .iter()
            .zip(marks)
            .map(|(point, (share, y))| {
                let away = (self.spec.whole.value - point.value).abs();
                let label = Label {
                    text: &point.name,
                    share: *share,
                    y: *y,
                };
                (point.standing, away, label)
            })
            .collect();
        labels.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
        labels.into_iter().map(|(_, _, label)| label).collect()
    }

    fn draw_label(&self, svg: &mut Svg, label: &Placed<'_>) {
        let x = self.room.at(label.share);
        let (leader, text) = if label.fits_narrow {
            (Look::Leader, Look::Text)
        } else {
            (Look::WideLeader, Look::WideText)
        };
        if let Some((from, to)) = label.leader {
            svg.line(leader, (x, from), (x, to));
        }
        svg.text(text, (x, label.y), label.place, label.text);
    }
}

#[derive(Clone, Copy)]
enum Key {
    Mark(Standing),
    Line(Look),
    Area,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::labels::WIDE;

    fn point(name: &str, size: f64, value: f64, standing: Standing) -> FunnelPoint {
        FunnelPoint {
            name: name.to_owned(),
            size,
            value,
            text: format!("{value}").replace('.', ","),
            standing,
        }
    }

    fn spec(points: Vec<FunnelPoint>) -> Funnel {
        let words = |text: &str| text.to_owned();
        Funnel {
            id: "e".to_owned(),
            about: Description::new("Entonnoir", "Deux régions hors des lignes.").unwrap(),
            across: Axis::fitting([0.0, 5.0], ""),
            across_name: "personnes".to_owned(),
            axis: Axis::fitting([20.0, 60.0], "%"),
            whole: Reference {
                value: 42.0,
                text: "France 42,0".to_owned(),
            },
            limits: vec![
                Limits {
                    size: 1.0,
                    near: (35.0, 49.0),
                    far: (30.0, 54.0),
                },
                Limits {
                    size: 5.0,
                    near: (40.0, 44.0),
                    far: (39.0, 45.0),
                },
            ],
            usual: None,
            points,
            words: FunnelWords {
                within: words("dans les lignes"),
                beyond: words("hors de la première"),
                far_beyond: words("hors des deux"),
                near_limit: words("95 %"),
                far_limit: words("99,8 %"),
                usual: words("étendue"),
            },
        }
    }

    #[test]
    fn a_standing_is_a_shape_and_not_only_a_colour() {
        let points = vec![
            point("Corse", 1.0, 42.0, Standing::Within),
            point("Bretagne", 2.0, 55.0, Standing::FarBeyond),
        ];
        let svg = funnel(&spec(points), Target::Page);
        assert_eq!(svg.matches("class=\"by far\"").count(), 2);
        assert!(svg.contains("<circle class=\"d\"") && !svg.contains("class=\"by\""));
        assert!(svg.contains(">hors des deux</text>") && !svg.contains(">hors de la première<"));
        assert!(!svg.contains("fill=") && !svg.contains("stroke=") && !svg.contains("style="));
    }

    #[test]
    fn a_pdf_needs_neither_stylesheet_nor_shares() {
        let points = vec![point("Corse", 1.0, 42.0, Standing::Beyond)];
        let mut spec = spec(points);
        spec.usual = Some(spec.limits.clone());
        let svg = funnel(&spec, Target::Pdf);
        assert!(!svg.contains("class=") && !svg.contains("%\""));
    }

    #[test]
    fn hostile_names_and_values_are_harmless() {
        let points = vec![
            point("</svg><script>", 1.0, 42.0, Standing::Within),
            point("Nulle part", f64::NAN, f64::INFINITY, Standing::FarBeyond),
        ];
        for target in [Target::Page, Target::Pdf] {
            let svg = funnel(&spec(points.clone()), target);
            assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf"));
        }
    }

    #[test]
    fn eighteen_names_stand_apart() {
        let points: Vec<_> = (0..18)
            .map(|n| {
                let n = f64::from(n);
                point(
                    "Provence-Alpes-Côte d’Azur",
                    0.3 + (n * 7.0) % 4.7,
                    25.0 + (n * 11.0) % 30.0,
                    Standing::Within,
                )
            })
            .collect();
        let spec = spec(points);
        let plot = Plot::new(&spec, Target::Page);
        let marks: Vec<_> = plot
            .points
            .iter()
            .map(|p| (plot.share(p.size), plot.down(p.value)))
            .collect();
        let heights = (plot.top, plot.bottom);
        let nothing: (&[Area], &[Area]) = (&[], &[]);
        let labels = placed(Rule::BESIDE, &plot.labels(&marks), &marks, nothing, heights);
        assert!(labels.len() >= 16, "{} names of 18", labels.len());
        let boxes: Vec<Area> = labels.iter().map(Placed::area).collect();
        for (rank, one) in boxes.iter().enumerate() {
            for width in WIDE {
                assert!(boxes[..rank].iter().all(|other| !one.meets(other, width)));
            }
        }
    }
}
