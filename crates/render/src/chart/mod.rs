//! Charts: a trajectory over the years, regions compared between two years, the spread of values, a
//! funnel plot, and a small chart for a table.
//!
//! In a page, the figure around a chart carries the class `plot`. Positions across are shares of
//! the width, so a chart adapts to the screen while its text keeps its size; the height is an
//! attribute of the drawing, so the stylesheet must leave it alone. The stylesheet gives
//! `svg.dots` the room of its names and values: `padding: 0 50px 0 190px`.

mod axis;
mod dots;
mod funnel;
mod labels;
mod spark;
mod strip;
mod trajectory;

pub use axis::{Axis, Tick};
pub use dots::{DotPlot, DotRow, Reference, dots};
pub use funnel::{Funnel, FunnelPoint, FunnelWords, Limits, Standing, funnel};
pub use spark::{Spark, spark};
pub use strip::{Strip, StripDot, strip};
pub use trajectory::{
    Break, Corridor, Corridors, Forecast, ForecastPoint, Series, SeriesPoint, Span, Trajectory,
    trajectory,
};

use crate::svg::{Across, Target, num};

/// How shares of the width become positions.
#[derive(Clone, Copy)]
struct Room {
    target: Target,
    left: f64,
    width: f64,
    right: f64,
}

impl Room {
    fn at(self, share: f64) -> Across {
        match self.target {
            Target::Page => Across::Share(share),
            Target::Pdf => Across::Length(self.left + share * self.width),
        }
    }

    /// A distance from the left edge of the plot, negative in the margin.
    fn beside(self, pixels: f64) -> Across {
        match self.target {
            Target::Page => Across::Length(pixels),
            Target::Pdf => Across::Length(self.left + pixels),
        }
    }

    /// The size attributes of the drawing.
    fn size(self, class: &str, height: f64) -> String {
        let (whole, height) = (num(self.left + self.width + self.right), num(height));
        match self.target {
            Target::Page => format!("class=\"{class}\" width=\"100%\" height=\"{height}\""),
            Target::Pdf => format!("viewBox=\"0 0 {whole} {height}\""),
        }
    }
}
