//! Regions compared between two years.

use super::{Axis, Room, axis::is_drawable};
use crate::svg::{Description, Look, Place, Svg, Target, shorten};

/// A dot plot: one row a region, an empty circle before and a full dot now.
#[derive(Debug, Clone)]
pub struct DotPlot {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// The horizontal axis.
    pub axis: Axis,
    /// The rows, in the order of the caller.
    pub rows: Vec<DotRow>,
    /// The national value, as a black line.
    pub national: Option<Reference>,
    /// The target, as a dashed line.
    pub goal: Option<Reference>,
}

/// A region between two years.
#[derive(Debug, Clone)]
pub struct DotRow {
    /// The name of the region.
    pub name: String,
    /// The earlier value, for drawing only.
    pub before: Option<f64>,
    /// The later value, for drawing only.
    pub now: Option<f64>,
    /// The later value as printed, or why there is none.
    pub text: String,
    /// Whether the region went the wrong way.
    pub is_setback: bool,
}

/// A value that all rows are compared with.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The value, for drawing only.
    pub value: f64,
    /// What is printed above the line, such as « France 54,6 ».
    pub text: String,
}

const HEAD: f64 = 36.0;

/// Draws the dot plot; its height grows with the number of rows.
pub fn dots(spec: &DotPlot, target: Target) -> String {
    let (left, pitch) = (name_width(target), row_height(target));
    let room = Room {
        target,
        left,
        width: 174.0,
        right: 60.0,
    };
    let bottom = spec.rows.iter().fold(HEAD, |bottom, _| bottom + pitch);
    let size = room.size("dots", bottom + 26.0);
    let mut svg = Svg::new(target, &spec.id, &size, &spec.about, false);
    for tick in spec.axis.ticks() {
        let x = room.at(spec.axis.share(tick.value));
        svg.line(Look::Grid, (x, HEAD), (x, bottom + 4.0));
        svg.text(Look::Tick, (x, bottom + 20.0), Place::MIDDLE, &tick.text);
    }
    let references = [
        (&spec.national, Look::National, Look::Value, 28.0),
        (&spec.goal, Look::Goal, Look::GoalText, 11.0),
    ];
    for (reference, line, text, y) in references {
        if let Some(reference) = reference.as_ref().filter(|r| is_drawable(r.value)) {
            draw_reference(&mut svg, room, spec, reference, (line, text), (y, bottom));
        }
    }
    let mut y = HEAD + pitch / 2.0 + 4.0;
    for row in &spec.rows {
        draw_row(&mut svg, room, &spec.axis, row, y);
        y += pitch;
    }
    svg.finish()
}

/// The room of the names, left of the plot; in a page the stylesheet provides it.
fn name_width(target: Target) -> f64 {
    match target {
        Target::Page => 190.0,
        Target::Pdf => 166.0,
    }
}

/// How far in the right margin the values end.
fn value_shift(target: Target) -> f64 {
    match target {
        Target::Page => 46.0,
        Target::Pdf => 56.0,
    }
}

/// Rows leave room for a finger in a page, and are closer on paper.
fn row_height(target: Target) -> f64 {
    match target {
        Target::Page => 34.0,
        Target::Pdf => 22.0,
    }
}

fn draw_reference(
    svg: &mut Svg,
    room: Room,
    spec: &DotPlot,
    reference: &Reference,
    (line, text): (Look, Look),
    (y, bottom): (f64, f64),
) {
    let share = spec.axis.share(reference.value);
    let x = room.at(share);
    svg.line(line, (x, 18.0), (x, bottom));
    let place = if share < 0.5 {
        Place::START.shifted(5.0)
    } else {
        Place::END.shifted(-5.0)
    };
    svg.text(text, (x, y), place, &shorten(&reference.text, 44));
}

fn draw_row(svg: &mut Svg, room: Room, axis: &Axis, row: &DotRow, y: f64) {
    let before = row
        .before
        .filter(|v| is_drawable(*v))
        .map(|v| (room.at(axis.share(v)), y));
    let now = row
        .now
        .filter(|v| is_drawable(*v))
        .map(|v| (room.at(axis.share(v)), y));
    if let (Some(before), Some(now)) = (before, now) {
        let look = if row.is_setback {
            Look::Setback
        } else {
            Look::Link
        };
        svg.line(look, before, now);
    }
    if let Some(before) = before {
        svg.circle(Look::Before, before, 4.0, "");
    }
    if let Some(now) = now {
        let title = format!("{}\u{a0}: {}", row.name, row.text);
        svg.circle(Look::Now, now, 5.5, &title);
    }
    let name = (room.beside(-name_width(svg.target())), y + 4.5);
    svg.text(Look::Label, name, Place::START, &shorten(&row.name, 30));
    let look = if now.is_some() {
        Look::Value
    } else {
        Look::Tick
    };
    let value = (room.at(1.0), y + 4.5);
    svg.text(
        look,
        value,
        Place::END.shifted(value_shift(svg.target())),
        &shorten(&row.text, 18),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, before: Option<f64>, now: Option<f64>, is_setback: bool) -> DotRow {
        let text = now.map_or("non publié".to_owned(), |v| {
            v.to_string().replace('.', ",")
        });
        DotRow {
            name: name.to_owned(),
            before,
            now,
            text,
            is_setback,
        }
    }

    fn spec(rows: Vec<DotRow>) -> DotPlot {
        DotPlot {
            id: "d".to_owned(),
            about: Description::new("Points", "De 21,9 à 67,7.").unwrap(),
            axis: Axis::fitting([17.6, 75.0], "%"),
            rows,
            national: Some(Reference {
                value: 54.6,
                text: "France 54,6".to_owned(),
            }),
            goal: Some(Reference {
                value: 75.0,
                text: "Cible".to_owned(),
            }),
        }
    }

    fn height(svg: &str) -> f64 {
        let from = svg.find("height=\"").unwrap() + 8;
        svg[from..].split('"').next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_height_follows_the_rows() {
        let rows = |n| vec![row("Corse", Some(40.5), Some(45.5), false); n];
        let heights = [0, 1, 18].map(|n| height(&dots(&spec(rows(n)), Target::Page)));
        assert!((heights[1] - heights[0] - 34.0).abs() < 0.01);
        assert!((heights[2] - heights[0] - 18.0 * 34.0).abs() < 0.01);
    }

    #[test]
    fn a_setback_and_a_missing_value_are_drawn_apart() {
        let rows = vec![
            row("Guyane", Some(24.9), Some(21.9), true),
            row("Mayotte", None, None, false),
        ];
        let svg = dots(&spec(rows), Target::Page);
        assert_eq!(svg.matches("class=\"dn\"").count(), 1);
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("class=\"ax\" x=\"100%\"") && svg.contains(">non publié</text>"));
        assert!(!svg.contains("fill=") && !svg.contains("stroke=") && !svg.contains("style="));
    }

    #[test]
    fn hostile_names_and_values_are_harmless() {
        let rows = vec![row(
            "</svg><script>",
            Some(f64::NAN),
            Some(f64::NEG_INFINITY),
            false,
        )];
        for target in [Target::Page, Target::Pdf] {
            let svg = dots(&spec(rows.clone()), target);
            assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("<circle"));
        }
    }
}
