//! How values are spread: one dot a place, piled where values are alike, and the whole's value.

use super::{Axis, Reference, Room, axis::is_drawable};
use crate::svg::{Description, Look, Place, Svg, Target, shorten};

/// A strip of dots.
#[derive(Debug, Clone)]
pub struct Strip {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// The horizontal axis.
    pub axis: Axis,
    /// The places, in any order.
    pub dots: Vec<StripDot>,
    /// The value of the whole, as a black line.
    pub whole: Option<Reference>,
}

/// A place on a strip.
#[derive(Debug, Clone)]
pub struct StripDot {
    /// Its name.
    pub name: String,
    /// Its value, for drawing only.
    pub value: f64,
    /// The value as printed.
    pub text: String,
}

/// How many piles a strip has room for, on the narrowest screen too.
const PILES: f64 = 26.0;
const RADIUS: f64 = 4.6;
const PITCH: f64 = 10.0;
const HEAD: f64 = 26.0;
/// Piles keep away from the edges, where the names of the extremes need room.
const FIRST: f64 = 0.03;
const LAST: f64 = 0.97;

/// Draws the strip; its height follows the highest pile.
pub fn strip(spec: &Strip, target: Target) -> String {
    let room = Room {
        target,
        left: 0.0,
        width: 360.0,
        right: 0.0,
    };
    let piles = piles(spec);
    let highest = piles.iter().fold(1.0_f64, |highest, (_, dots)| {
        highest.max(dots.iter().fold(0.0, |height, _| height + 1.0))
    });
    let bottom = HEAD + highest * PITCH + 22.0;
    let size = room.size("strip", bottom + 22.0);
    let at = |share: f64| room.at(FIRST + share * (LAST - FIRST));
    let mut svg = Svg::new(target, &spec.id, &size, &spec.about, false);
    for tick in spec.axis.ticks() {
        let x = at(spec.axis.share(tick.value));
        svg.line(Look::Grid, (x, HEAD), (x, bottom));
        svg.text(Look::Tick, (x, bottom + 16.0), Place::MIDDLE, &tick.text);
    }
    if let Some(whole) = spec.whole.as_ref().filter(|whole| is_drawable(whole.value)) {
        let share = spec.axis.share(whole.value);
        svg.line(Look::National, (at(share), 6.0), (at(share), bottom));
        let place = if share < 0.5 {
            Place::START.shifted(5.0)
        } else {
            Place::END.shifted(-5.0)
        };
        svg.text(
            Look::Value,
            (at(share), 16.0),
            place,
            &shorten(&whole.text, 44),
        );
    }
    for (share, dots) in &piles {
        let mut y = bottom - RADIUS - 1.0;
        for dot in dots {
            let title = format!("{}\u{a0}: {}", dot.name, dot.text);
            svg.circle(Look::Now, (at(*share), y), RADIUS, &title);
            y -= PITCH;
        }
    }
    draw_extremes(&mut svg, spec, &piles, (bottom, &at));
    svg.finish()
}

/// Where each pile stands, from 0 to 1, and what is piled.
fn piles(spec: &Strip) -> Vec<(f64, Vec<&StripDot>)> {
    let mut dots: Vec<&StripDot> = spec
        .dots
        .iter()
        .filter(|dot| is_drawable(dot.value))
        .collect();
    dots.sort_by(|a, b| a.value.total_cmp(&b.value));
    let mut piles: Vec<(f64, Vec<&StripDot>)> = Vec::new();
    for dot in dots {
        let share = (spec.axis.share(dot.value) * PILES).round() / PILES;
        match piles.last_mut() {
            Some((at, pile)) if (*at - share).abs() < f64::EPSILON => pile.push(dot),
            _ => piles.push((share, vec![dot])),
        }
    }
    piles
}

/// The names of the lowest and the highest, over their piles.
fn draw_extremes(
    svg: &mut Svg,
    spec: &Strip,
    piles: &[(f64, Vec<&StripDot>)],
    (bottom, at): (f64, &dyn Fn(f64) -> crate::svg::Across),
) {
    let (Some((first, lowest)), Some((last, highest))) = (piles.first(), piles.last()) else {
        return;
    };
    if last - first < 0.4 || spec.dots.len() < 3 {
        return;
    }
    let over = |pile: &[&StripDot]| pile.iter().fold(bottom - 8.0, |y, _| y - PITCH);
    if let Some(dot) = lowest.first() {
        let text = shorten(&dot.name, 22);
        svg.text(
            Look::Text,
            (at(*first), over(lowest)),
            Place::START.shifted(-5.0),
            &text,
        );
    }
    if let Some(dot) = highest.last() {
        let text = shorten(&dot.name, 22);
        svg.text(
            Look::Text,
            (at(*last), over(highest)),
            Place::END.shifted(5.0),
            &text,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(values: &[f64]) -> Strip {
        let dot = |value: &f64| StripDot {
            name: "Corse <b>".to_owned(),
            value: *value,
            text: value.to_string(),
        };
        Strip {
            id: "r".to_owned(),
            about: Description::new("Répartition", "De 20 à 60.").unwrap(),
            axis: Axis::fitting([20.0, 60.0], "%"),
            dots: values.iter().map(dot).collect(),
            whole: Some(Reference {
                value: 42.0,
                text: "France 42".to_owned(),
            }),
        }
    }

    #[test]
    fn alike_values_are_piled_and_none_is_lost() {
        let svg = strip(&spec(&[20.0, 42.0, 42.1, 42.2, 60.0]), Target::Page);
        assert_eq!(svg.matches("<circle").count(), 5);
        assert_eq!(piles(&spec(&[42.0, 42.1, 42.2])).len(), 1);
        assert!(!svg.contains("<b>") && svg.contains("Corse &lt;b&gt;"));
    }

    #[test]
    fn nothing_and_nonsense_do_not_fail() {
        for values in [vec![], vec![f64::NAN], vec![f64::INFINITY, 30.0]] {
            for target in [Target::Page, Target::Pdf] {
                let svg = strip(&spec(&values), target);
                assert!(!svg.contains("NaN") && !svg.contains("inf"));
            }
        }
    }
}
