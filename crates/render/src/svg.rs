//! Building SVG: escaping, the two targets and the look of each kind of element.

use std::fmt::{Display, Write as _};

use serde::{Deserialize, Serialize};

use crate::RenderError;
use crate::text::printable;
use crate::world::TEXT_FAMILY;

/// Where a drawing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Inside a page: classes only, coloured by the stylesheet; no inline style.
    Page,
    /// Inside a PDF: self-contained, with its own colours and the embedded font.
    Pdf,
}

/// The text alternative of a drawing: never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Description {
    title: String,
    detail: String,
}

/// A description as a stored text gives it, which may be empty.
#[derive(Deserialize)]
struct Written {
    title: String,
    detail: String,
}

impl TryFrom<Written> for Description {
    type Error = RenderError;

    fn try_from(written: Written) -> Result<Self, RenderError> {
        Self::new(&written.title, &written.detail)
    }
}

impl Description {
    /// A short title and one or two sentences that say what the drawing shows.
    pub fn new(title: &str, detail: &str) -> Result<Self, RenderError> {
        if title.trim().is_empty() || detail.trim().is_empty() {
            return Err(RenderError::NoDescription);
        }
        Ok(Self {
            title: title.trim().to_owned(),
            detail: detail.trim().to_owned(),
        })
    }

    /// The short title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the drawing shows.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The whole alternative as one text.
    pub(crate) fn alternative(&self) -> String {
        let stop = if self.title.ends_with(['.', '!', '?', '…']) {
            ""
        } else {
            "."
        };
        format!("{}{stop} {}", self.title, self.detail)
    }
}

/// The kinds of elements, named after what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Grid,
    Tick,
    Text,
    Label,
    Value,
    ValueOnDark,
    Link,
    Setback,
    Before,
    Now,
    National,
    NationalMark,
    Goal,
    GoalMark,
    GoalText,
    Frame,
    /// An area in which values are likely.
    Likely,
    /// What is expected to follow.
    Forecast,
    /// The even way from a start to a target.
    Way,
    /// The nearer and the farther limits of chance.
    Limit,
    FarLimit,
    /// A mark outside the nearer limits, and one outside the farther ones.
    Beyond,
    FarBeyond,
    /// A thin line from a mark to its name.
    Leader,
    /// A line through what was observed, without marks.
    Trace,
    /// Where a definition changes.
    Break,
    /// How long something lasts.
    Span,
    /// A name that only a wide drawing has room for, and the line to it.
    WideText,
    WideValue,
    WideGoalText,
    WideLeader,
    Class(u8),
}

impl Look {
    /// The attributes of an element for a target, with a leading space.
    fn attributes(self, target: Target) -> String {
        match target {
            Target::Page => format!(" class=\"{}\"", self.class()),
            Target::Pdf => self.colours().to_owned(),
        }
    }

    /// The class of the page's stylesheet.
    fn class(self) -> &'static str {
        match self {
            Self::Grid => "gl",
            Self::Tick => "ax",
            Self::Text => "t",
            Self::Label => "lbl",
            Self::Value => "v",
            Self::ValueOnDark => "v w",
            Self::Link => "lk",
            Self::Setback => "dn",
            Self::Before => "o",
            Self::Now => "d",
            Self::National => "fr",
            Self::NationalMark => "fm",
            Self::Goal => "cb",
            Self::GoalMark | Self::GoalText => "tc",
            Self::Frame => "box",
            Self::Likely => "lik",
            Self::Forecast => "fc",
            Self::Way => "way",
            Self::Limit => "lim",
            Self::FarLimit => "lim far",
            Self::Beyond => "by",
            Self::FarBeyond => "by far",
            Self::Leader => "lead",
            Self::Trace => "l",
            Self::Break => "brk",
            Self::Span => "spn",
            Self::WideText => "t wd",
            Self::WideValue => "v wd",
            Self::WideGoalText => "tc wd",
            Self::WideLeader => "lead wd",
            Self::Class(1) => "q1",
            Self::Class(2) => "q2",
            Self::Class(3) => "q3",
            Self::Class(4) => "q4",
            Self::Class(5) => "q5",
            Self::Class(_) => "q0",
        }
    }

    /// The presentation attributes that need no stylesheet.
    fn colours(self) -> &'static str {
        match self {
            Self::Grid => " stroke=\"#dce1e4\"",
            Self::Tick => " fill=\"#515a63\" font-size=\"12\"",
            Self::Text | Self::Label | Self::WideText => " fill=\"#15191d\"",
            Self::Value | Self::WideValue => " fill=\"#15191d\" font-weight=\"700\"",
            Self::ValueOnDark => " fill=\"#ffffff\" font-weight=\"700\"",
            Self::Link => " stroke=\"#82b5c0\" stroke-width=\"3\"",
            Self::Setback => " stroke=\"#a82117\" stroke-width=\"3\"",
            Self::Before => " fill=\"#ffffff\" stroke=\"#0a5768\" stroke-width=\"1.5\"",
            Self::Now => " fill=\"#0a5768\"",
            Self::National => " stroke=\"#15191d\" stroke-width=\"1.5\"",
            Self::NationalMark => " fill=\"#ffffff\" stroke=\"#15191d\" stroke-width=\"1.5\"",
            Self::Goal => " stroke=\"#7d4f00\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\"",
            Self::GoalMark | Self::GoalText | Self::WideGoalText | Self::Beyond => {
                " fill=\"#7d4f00\""
            }
            Self::Frame => " fill=\"none\" stroke=\"#dce1e4\"",
            Self::Likely => " fill=\"#e7f1f3\"",
            Self::Forecast => {
                " fill=\"none\" stroke=\"#0a5768\" stroke-width=\"1.5\" stroke-dasharray=\"2 3\""
            }
            Self::Way => " stroke=\"#7b858e\" stroke-width=\"1\" stroke-dasharray=\"1 3\"",
            Self::Limit => {
                " fill=\"none\" stroke=\"#515a63\" stroke-width=\"1\" stroke-dasharray=\"4 3\""
            }
            Self::FarLimit => " fill=\"none\" stroke=\"#515a63\" stroke-width=\"1.3\"",
            Self::FarBeyond => " fill=\"#a82117\"",
            Self::Leader | Self::WideLeader => " stroke=\"#7b858e\" stroke-width=\"0.7\"",
            Self::Trace => " fill=\"none\" stroke=\"#515a63\" stroke-width=\"1.5\"",
            Self::Break => " stroke=\"#515a63\" stroke-width=\"1\" stroke-dasharray=\"6 3\"",
            Self::Span => " stroke=\"#7b858e\" stroke-width=\"2\"",
            Self::Class(1) => " fill=\"#dcebee\"",
            Self::Class(2) => " fill=\"#b2d3da\"",
            Self::Class(3) => " fill=\"#82b5c0\"",
            Self::Class(4) => " fill=\"#2f7485\"",
            Self::Class(5) => " fill=\"#0a4c5c\"",
            Self::Class(_) => " fill=\"url(#hach)\"",
        }
    }
}

/// Escapes text for XML content and quoted attributes, and drops what XML forbids.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// Cuts a text that would run over its neighbours.
pub(crate) fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept = text
        .chars()
        .take(longest.saturating_sub(1))
        .collect::<String>();
    format!("{}…", kept.trim_end())
}

/// A coordinate: at most two decimals, never exponents, never « -0 ».
pub(crate) fn num(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// An SVG being written.
pub(crate) struct Svg {
    target: Target,
    out: String,
}

impl Svg {
    /// Opens the root element; `size` gives its size and viewport attributes.
    ///
    /// `has_links` keeps the contents in the accessibility tree, where links must stay reachable.
    pub(crate) fn new(
        target: Target,
        id: &str,
        size: &str,
        about: &Description,
        has_links: bool,
    ) -> Self {
        let id = identifier(id);
        let role = if has_links { "group" } else { "img" };
        let mut svg = Self {
            target,
            out: String::new(),
        };
        svg.raw(&match target {
            Target::Page => {
                format!("<svg {size} role=\"{role}\" aria-labelledby=\"{id}-t {id}-d\">")
            }
            Target::Pdf => format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" {size} font-family=\"{TEXT_FAMILY}\" font-size=\"13\">"
            ),
        });
        let (title, detail) = (escape(&about.title), escape(&about.detail));
        svg.raw(&format!(
            "<title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{detail}</desc>"
        ));
        svg
    }

    pub(crate) fn target(&self) -> Target {
        self.target
    }

    /// Adds markup that is already safe.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    pub(crate) fn line(&mut self, look: Look, (x1, y1): Point, (x2, y2): Point) {
        let look = look.attributes(self.target);
        let (y1, y2) = (num(y1), num(y2));
        self.add(format_args!(
            "<line{look} x1=\"{x1}\" x2=\"{x2}\" y1=\"{y1}\" y2=\"{y2}\"/>"
        ));
    }

    /// A round mark; `title` is what a pointer reveals.
    pub(crate) fn circle(&mut self, look: Look, (x, y): Point, radius: f64, title: &str) {
        let look = look.attributes(self.target);
        let (y, r, title) = (num(y), num(radius), child_title(title));
        self.add(format_args!(
            "<circle{look} cx=\"{x}\" cy=\"{y}\" r=\"{r}\">{title}</circle>"
        ));
    }

    /// A square mark centred on a point.
    pub(crate) fn square(&mut self, look: Look, (x, y): Point, half: f64, title: &str) {
        let look = look.attributes(self.target);
        let (y, side, back, title) = (num(y), num(2.0 * half), num(-half), child_title(title));
        self.add(format_args!(
            "<rect{look} x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" \
             transform=\"translate({back} {back})\">{title}</rect>"
        ));
    }

    /// A diamond, and a triangle that points up, centred on a point.
    pub(crate) fn diamond(&mut self, look: Look, at: Point, half: f64, title: &str) {
        let half = num(half);
        self.shape(
            look,
            at,
            &format!("M0-{half}L{half} 0 0 {half}-{half} 0z"),
            title,
        );
    }

    pub(crate) fn triangle(&mut self, look: Look, at: Point, half: f64, title: &str) {
        let (half, low) = (num(half), num(half * 0.75));
        let outline = format!("M0-{half}L{half} {low}H-{half}z");
        self.shape(look, at, &outline, title);
    }

    /// A small outline around a point; a nested drawing takes it to a share of the width.
    fn shape(&mut self, look: Look, (x, y): Point, outline: &str, title: &str) {
        let look = look.attributes(self.target);
        let (y, title) = (num(y), child_title(title));
        match x {
            Across::Length(x) => {
                let x = num(x);
                self.add(format_args!(
                    "<path{look} transform=\"translate({x} {y})\" d=\"{outline}\">{title}</path>"
                ));
            }
            Across::Share(_) => self.add(format_args!(
                "<svg x=\"{x}\" y=\"{y}\" overflow=\"visible\"><path{look} d=\"{outline}\">{title}</path></svg>"
            )),
        }
    }

    /// A line through points that are lengths, or the outline of an area.
    pub(crate) fn outline(&mut self, look: Look, points: &[Point], closed: bool) {
        if points.len() < 2 {
            return;
        }
        let look = look.attributes(self.target);
        let outline = outline(points.iter().map(|(x, y)| (x.units(), *y)), closed);
        self.add(format_args!("<path{look} d=\"{outline}\"/>"));
    }

    /// A line through points, or the outline of an area, in the band of the drawing between two
    /// heights. In a page a nested drawing stretches it to the width.
    pub(crate) fn path(
        &mut self,
        look: Look,
        points: &[Point],
        (top, bottom): (f64, f64),
        closed: bool,
    ) {
        if points.len() < 2 {
            return;
        }
        if self.target == Target::Pdf {
            return self.outline(look, points, closed);
        }
        let look = look.attributes(self.target);
        let outline = outline(points.iter().map(|(x, y)| (x.units(), y - top)), closed);
        let (top, height) = (num(top), num(bottom - top));
        self.add(format_args!(
            "<svg y=\"{top}\" width=\"100%\" height=\"{height}\" viewBox=\"0 0 1000 {height}\" \
             preserveAspectRatio=\"none\"><path{look} vector-effect=\"non-scaling-stroke\" d=\"{outline}\"/></svg>"
        ));
    }

    /// Text at a point; `anchor` is `start`, `middle` or `end`; `dx` shifts it by pixels.
    pub(crate) fn text(&mut self, look: Look, (x, y): Point, place: Place, text: &str) {
        let look = look.attributes(self.target);
        let anchor = place.anchor;
        let (y, dx, text) = (num(y), num(place.dx), self.words(text));
        self.add(format_args!(
            "<text{look} x=\"{x}\" y=\"{y}\" dx=\"{dx}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    pub(crate) fn finish(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }

    /// Adds formatted markup that is already safe.
    pub(crate) fn add(&mut self, markup: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(markup);
    }

    /// The attributes of a kind of element for this target.
    pub(crate) fn look(&self, look: Look) -> String {
        look.attributes(self.target)
    }

    /// Text ready to stand in this target: escaped, and printable in a PDF.
    pub(crate) fn words(&self, text: &str) -> String {
        match self.target {
            Target::Page => escape(text),
            Target::Pdf => escape(&printable(text)),
        }
    }
}

/// A place in a drawing: a horizontal position as printed, a vertical one in pixels.
pub(crate) type Point = (Across, f64);

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    anchor: &'static str,
    dx: f64,
}

impl Place {
    pub(crate) const START: Self = Self {
        anchor: "start",
        dx: 0.0,
    };
    pub(crate) const MIDDLE: Self = Self {
        anchor: "middle",
        dx: 0.0,
    };
    pub(crate) const END: Self = Self {
        anchor: "end",
        dx: 0.0,
    };

    pub(crate) fn shifted(self, dx: f64) -> Self {
        Self { dx, ..self }
    }
}

/// A horizontal position: a share of the width in a page (it adapts to the screen), a length in a PDF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Across {
    Share(f64),
    Length(f64),
}

impl Across {
    /// A number in the drawing's own units, of which a whole width has a thousand.
    fn units(self) -> f64 {
        match self {
            Self::Share(share) => share * 1000.0,
            Self::Length(length) => length,
        }
    }
}

/// The commands that draw a line through points.
fn outline(points: impl Iterator<Item = (f64, f64)>, closed: bool) -> String {
    let mut out = String::new();
    for (rank, (x, y)) in points.enumerate() {
        let step = if rank == 0 { 'M' } else { 'L' };
        out.push_str(&format!("{step}{} {}", num(x), num(y)));
    }
    if closed {
        out.push('z');
    }
    out
}

impl Display for Across {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{}%", num(share * 100.0)),
            Self::Length(length) => f.write_str(&num(*length)),
        }
    }
}

fn child_title(title: &str) -> String {
    if title.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escape(title))
    }
}

/// An identifier that is safe in an attribute and cannot collide by accident.
fn identifier(id: &str) -> String {
    let id = id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
    let id = id.collect::<String>();
    if id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        id
    } else {
        format!("g{id}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(
            escape("<a b=\"'&\u{0}'\">"),
            "&lt;a b=&quot;&#39;&amp; &#39;&quot;&gt;"
        );
    }

    #[test]
    fn coordinates_are_short_and_plain() {
        assert_eq!(num(12.0), "12");
        assert_eq!(num(-0.001), "0");
        assert_eq!(num(12.345_6), "12.35");
        assert_eq!(num(100.0), "100");
        assert_eq!(Across::Share(0.125).to_string(), "12.5%");
    }

    #[test]
    fn a_drawing_without_a_text_alternative_cannot_be_described() {
        assert!(Description::new(" ", "x").is_err());
        assert!(Description::new("x", "\n").is_err());
        let about = Description::new("Carte", "Dix-huit régions.").unwrap();
        assert_eq!(about.alternative(), "Carte. Dix-huit régions.");
    }

    #[test]
    fn identifiers_are_safe() {
        assert_eq!(identifier("2.c.1\" onload="), "g2c1onload");
        assert_eq!(identifier("carte-1"), "carte-1");
    }
}
