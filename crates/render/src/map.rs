//! The map of the 18 regions.
//!
//! A region's class gives its shade and its label the value: colour never speaks alone. In a page,
//! the figure around the drawing carries the class `map`, and the page holds [`hatch_patterns`]
//! once, which the class `q0` and the legend refer to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::svg::{Across, Description, Look, Place, Svg, Target, escape, num, shorten};

/// What to write near every published map.
pub const CREDIT: &str = "Fond de carte\u{a0}: dsfr-chart, licence MIT, ©\u{a0}2021\u{a0}DINUM.";

/// A map of values.
#[derive(Debug, Clone)]
pub struct MapSpec {
    /// Prefix of the identifiers; distinct for each drawing of a page.
    pub id: String,
    /// The text alternative.
    pub about: Description,
    /// Printed after the values in what a pointer reveals, such as « % ».
    pub unit: Option<String>,
    /// The regions; one that is not listed is drawn as without data.
    pub regions: Vec<MapRegion>,
    /// What the classes mean; drawn in a PDF, left to the page otherwise.
    pub legend: Vec<LegendItem>,
}

/// A region on a map.
#[derive(Debug, Clone)]
pub struct MapRegion {
    /// The INSEE code of the region, such as « 53 » or « 04 ».
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its class: 1 to 5, or 0 without data.
    pub class: u8,
    /// The printed value, or why there is none.
    pub label: String,
    /// Where the region leads: a path or an address in HTTPS; anything else is left out.
    pub href: Option<String>,
}

/// A class and what it means.
#[derive(Debug, Clone)]
pub struct LegendItem {
    /// The class, 0 to 5.
    pub class: u8,
    /// Its printed bounds, such as « 30 à 45 ».
    pub label: String,
}

/// Draws the map of values.
pub fn choropleth(spec: &MapSpec, target: Target) -> String {
    let legend = if target == Target::Pdf {
        spec.legend.as_slice()
    } else {
        &[]
    };
    let height = 1260.0 + legend_height(legend);
    let has_links = target == Target::Page && spec.regions.iter().any(|r| link(r).is_some());
    let mut svg = open(target, &spec.id, height, &spec.about, has_links);
    for site in &SITES {
        let region = spec.regions.iter().find(|region| region.code == site.code);
        draw_box(&mut svg, site, 222.0);
        draw_region(&mut svg, site, region, spec.unit.as_deref());
    }
    for site in &SITES {
        let region = spec.regions.iter().find(|region| region.code == site.code);
        draw_label(&mut svg, site, region);
    }
    draw_legend(&mut svg, legend);
    svg.finish()
}

/// Draws where a region is, without any value; `None` when the code is not that of a region.
pub fn locator(id: &str, code: &str, target: Target) -> Option<String> {
    let here = SITES.iter().find(|site| site.code == code)?;
    let detail = format!(
        "{} est mise en évidence parmi les dix-huit régions.",
        here.name
    );
    let about = Description::new(&format!("Carte de situation : {}", here.name), &detail).ok()?;
    let mut svg = open(target, id, 1182.0, &about, false);
    for site in &SITES {
        let class = if site.code == code { 5 } else { 2 };
        draw_box(&mut svg, site, 144.0);
        let path = outline(&svg, site.code, class, "");
        place(&mut svg, site, &path);
    }
    Some(svg.finish())
}

/// The hatching of regions without data, to be put once in a page that shows maps.
pub fn hatch_patterns() -> &'static str {
    concat!(
        "<svg width=\"0\" height=\"0\" class=\"vh\" aria-hidden=\"true\"><defs>",
        "<pattern id=\"hach\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" ",
        "patternTransform=\"rotate(45)\"><rect class=\"hb\" width=\"4\" height=\"4\"/>",
        "<path class=\"hl\" d=\"M0 0v4\"/></pattern>",
        "<pattern id=\"hach-l\" width=\"12\" height=\"12\" patternUnits=\"userSpaceOnUse\" ",
        "patternTransform=\"rotate(45)\"><rect class=\"hb\" width=\"12\" height=\"12\"/>",
        "<path class=\"hl hl-l\" d=\"M0 0v12\"/></pattern></defs></svg>",
    )
}

/// The hatching inside a PDF, for the mainland and for the boxes, whose scale differs.
const PDF_PATTERNS: &str = concat!(
    "<defs><pattern id=\"hach\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" ",
    "patternTransform=\"rotate(45)\"><rect fill=\"#e9ecee\" width=\"4\" height=\"4\"/>",
    "<path stroke=\"#515a63\" stroke-width=\"1.6\" d=\"M0 0v4\"/></pattern>",
    "<pattern id=\"hach-l\" width=\"12\" height=\"12\" patternUnits=\"userSpaceOnUse\" ",
    "patternTransform=\"rotate(45)\"><rect fill=\"#e9ecee\" width=\"12\" height=\"12\"/>",
    "<path stroke=\"#515a63\" stroke-width=\"5\" d=\"M0 0v12\"/></pattern></defs>",
);

fn open(target: Target, id: &str, height: f64, about: &Description, has_links: bool) -> Svg {
    // A PDF clips what passes the view box, even half a line.
    let size = match target {
        Target::Page => format!("viewBox=\"0 0 1010 {}\"", num(height)),
        Target::Pdf => format!("viewBox=\"-3 -3 1016 {}\"", num(height + 6.0)),
    };
    let mut svg = Svg::new(target, id, &size, about, has_links);
    if target == Target::Pdf {
        svg.raw(PDF_PATTERNS);
    }
    svg
}

/// Where a region stands in the drawing.
struct Site {
    code: &'static str,
    name: &'static str,
    seat: Seat,
}

enum Seat {
    /// On the mainland, with the place of its label.
    Land(f64, f64),
    /// Beside the mainland: the label stands on the paper, never on the region.
    Shore(f64, f64),
    /// In a box below, with the left edge of the box.
    Boxed(f64),
}

const fn site(code: &'static str, name: &'static str, seat: Seat) -> Site {
    Site { code, name, seat }
}

static SITES: [Site; 18] = [
    site("11", "Île-de-France", Seat::Land(511.0, 271.0)),
    site("24", "Centre-Val de Loire", Seat::Land(453.0, 394.0)),
    site("27", "Bourgogne-Franche-Comté", Seat::Land(676.0, 419.0)),
    site("28", "Normandie", Seat::Land(330.0, 221.0)),
    site("32", "Hauts-de-France", Seat::Land(530.0, 129.0)),
    site("44", "Grand Est", Seat::Land(735.0, 264.0)),
    site("52", "Pays de la Loire", Seat::Land(275.0, 394.0)),
    site("53", "Bretagne", Seat::Land(140.0, 309.0)),
    site("75", "Nouvelle-Aquitaine", Seat::Land(335.0, 624.0)),
    site("76", "Occitanie", Seat::Land(475.0, 779.0)),
    site("84", "Auvergne-Rhône-Alpes", Seat::Land(660.0, 599.0)),
    site("93", "Provence-Alpes-Côte d’Azur", Seat::Land(800.0, 744.0)),
    site("94", "Corse", Seat::Shore(933.0, 935.0)),
    site("01", "Guadeloupe", Seat::Boxed(0.0)),
    site("02", "Martinique", Seat::Boxed(205.0)),
    site("03", "Guyane", Seat::Boxed(410.0)),
    site("04", "La Réunion", Seat::Boxed(615.0)),
    site("06", "Mayotte", Seat::Boxed(820.0)),
];

#[derive(Default, Deserialize)]
struct Geometry {
    regions: BTreeMap<String, Outline>,
}

#[derive(Deserialize)]
struct Outline {
    path: String,
    view_box: Option<String>,
}

/// Longer labels would cover a neighbour; what a pointer reveals is never cut.
const LONGEST_LABEL: usize = 18;

/// The outlines, under the notice kept in `data/README.md`.
static GEOMETRY: LazyLock<Geometry> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/map-regions.json")).unwrap_or_default()
});

fn draw_box(svg: &mut Svg, site: &Site, height: f64) {
    if let Seat::Boxed(x) = site.seat {
        let (look, x, height) = (svg.look(Look::Frame), num(x), num(height));
        svg.add(format_args!(
            "<rect{look} x=\"{x}\" y=\"1035\" width=\"190\" height=\"{height}\"/>"
        ));
    }
}

fn draw_region(svg: &mut Svg, site: &Site, region: Option<&MapRegion>, unit: Option<&str>) {
    let class = region.map_or(0, |region| region.class);
    let name = region.map_or(site.name, |region| &region.name);
    let value = region.map_or("", |region| &region.label);
    let unit = unit.filter(|_| class > 0);
    let title = told(name, value, unit);
    let path = outline(svg, site.code, class, &title);
    let path = match region
        .and_then(link)
        .filter(|_| svg.target() == Target::Page)
    {
        Some(href) => {
            let (href, title) = (escape(href), escape(&title));
            format!("<a href=\"{href}\" aria-label=\"{title}\">{path}</a>")
        }
        None => path,
    };
    place(svg, site, &path);
}

/// A region in words: « Corse : 45,5 % ».
fn told(name: &str, value: &str, unit: Option<&str>) -> String {
    match (value.is_empty(), unit) {
        (true, _) => name.to_owned(),
        (false, None) => format!("{name}\u{a0}: {value}"),
        (false, Some(unit)) => format!("{name}\u{a0}: {value}\u{202f}{unit}"),
    }
}

/// Only paths within the site and HTTPS addresses are links.
fn link(region: &MapRegion) -> Option<&str> {
    let href = region.href.as_deref()?;
    let is_path = href.starts_with(['/', '?', '#']) && !href.starts_with("//");
    (is_path || href.starts_with("https://")).then_some(href)
}

/// The path of a region, in its own coordinates.
fn outline(svg: &Svg, code: &str, class: u8, title: &str) -> String {
    let Some(shape) = GEOMETRY.regions.get(code) else {
        return String::new();
    };
    let boxed = shape.view_box.is_some();
    let look = match (svg.target(), class, boxed) {
        (Target::Pdf, 0 | 6.., false) => " fill=\"url(#hach-l)\"".to_owned(),
        _ => svg.look(Look::Class(class)),
    };
    let edge = match (svg.target(), boxed) {
        (Target::Page, _) => "",
        (Target::Pdf, true) => " stroke=\"#ffffff\" stroke-width=\"0.3\"",
        (Target::Pdf, false) => {
            " stroke=\"#ffffff\" stroke-width=\"2.5\" stroke-linejoin=\"round\""
        }
    };
    let title = svg.words(title);
    format!(
        "<path{look}{edge} d=\"{}\"><title>{title}</title></path>",
        shape.path
    )
}

/// Puts the path of a region where it belongs: on the mainland or in its box.
fn place(svg: &mut Svg, site: &Site, path: &str) {
    let view_box = GEOMETRY
        .regions
        .get(site.code)
        .and_then(|shape| shape.view_box.as_deref());
    match (&site.seat, view_box) {
        (Seat::Boxed(x), Some(view_box)) => {
            let x = num(x + 20.0);
            svg.add(format_args!(
                "<svg x=\"{x}\" y=\"1048\" width=\"150\" height=\"118\" viewBox=\"{view_box}\">{path}</svg>"
            ));
        }
        _ => svg.raw(path),
    }
}

fn draw_label(svg: &mut Svg, site: &Site, region: Option<&MapRegion>) {
    let value = region.map_or("", |region| region.label.as_str());
    let on_dark = region.is_some_and(|region| matches!(region.class, 4 | 5));
    match site.seat {
        Seat::Land(x, y) if on_dark => write(svg, Look::ValueOnDark, (x, y), value),
        Seat::Land(x, y) => write(svg, Look::Value, (x, y), value),
        Seat::Shore(x, y) => write(svg, Look::Value, (x - half_width(value), y), value),
        Seat::Boxed(x) => {
            let name = region.map_or(site.name, |region| &region.name);
            write(svg, Look::Text, (x + 95.0, 1204.0), name);
            write(svg, Look::Value, (x + 95.0, 1241.0), value);
        }
    }
}

/// About half the width of a label, to keep it off the region beside it.
fn half_width(text: &str) -> f64 {
    text.chars()
        .take(LONGEST_LABEL)
        .fold(0.0, |width, _| width + 7.0)
}

/// Writes a label of the map; a pointer goes through it to the region.
fn write(svg: &mut Svg, look: Look, (x, y): (f64, f64), text: &str) {
    if text.is_empty() {
        return;
    }
    let size = match svg.target() {
        Target::Page => "",
        Target::Pdf => " font-size=\"31\"",
    };
    let (look, x, y, text) = (
        svg.look(look),
        num(x),
        num(y),
        svg.words(&shorten(text, LONGEST_LABEL)),
    );
    svg.add(format_args!(
        "<text{look}{size} x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" pointer-events=\"none\">{text}</text>"
    ));
}

const LEGEND_ROW: f64 = 48.0;
const LEGEND_COLUMNS: usize = 3;

fn legend_height(items: &[LegendItem]) -> f64 {
    items
        .chunks(LEGEND_COLUMNS)
        .fold(0.0, |height, _| height + LEGEND_ROW)
}

fn draw_legend(svg: &mut Svg, items: &[LegendItem]) {
    let mut y = 1260.0;
    for row in items.chunks(LEGEND_COLUMNS) {
        y += LEGEND_ROW;
        let mut x = 0.0;
        for item in row {
            draw_legend_item(svg, item, (x, y));
            x += 336.0;
        }
    }
}

fn draw_legend_item(svg: &mut Svg, item: &LegendItem, (x, y): (f64, f64)) {
    let (look, top, left) = (svg.look(Look::Class(item.class)), num(y - 26.0), num(x));
    svg.add(format_args!(
        "<rect{look} x=\"{left}\" y=\"{top}\" width=\"44\" height=\"28\"/>"
    ));
    let place = Place::START.shifted(58.0);
    let text = shorten(&item.label, 22);
    svg.raw("<g font-size=\"31\">");
    svg.text(Look::Text, (Across::Length(x), y), place, &text);
    svg.raw("</g>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str, class: u8, label: &str) -> MapRegion {
        let name = SITES
            .iter()
            .find(|site| site.code == code)
            .map_or("?", |site| site.name);
        MapRegion {
            code: code.to_owned(),
            name: name.to_owned(),
            class,
            label: label.to_owned(),
            href: None,
        }
    }

    fn spec(regions: Vec<MapRegion>) -> MapSpec {
        let about = Description::new("Couverture", "De 21,9 à 67,7.").unwrap();
        let legend = vec![LegendItem {
            class: 0,
            label: "non publié".to_owned(),
        }];
        MapSpec {
            id: "m".to_owned(),
            about,
            unit: Some("%".to_owned()),
            regions,
            legend,
        }
    }

    #[test]
    fn every_site_has_an_outline_and_the_notice_is_kept() {
        assert_eq!(GEOMETRY.regions.len(), 18);
        for site in &SITES {
            let shape = &GEOMETRY.regions[site.code];
            assert_eq!(
                shape.view_box.is_some(),
                matches!(site.seat, Seat::Boxed(_))
            );
        }
        let data = include_str!("../data/map-regions.json");
        assert!(data.contains("MIT License, Copyright (c) 2021 DINUM"));
    }

    #[test]
    fn a_page_map_has_classes_and_no_colour() {
        let svg = choropleth(&spec(vec![region("53", 5, "67,7")]), Target::Page);
        assert!(svg.contains("<path class=\"q5\""));
        assert!(svg.contains("<title>Bretagne\u{a0}: 67,7\u{202f}%</title>"));
        assert!(svg.contains(">67,7</text>"));
        assert_eq!(svg.matches("class=\"q0\"").count(), 17);
        assert!(!svg.contains("style=") && !svg.contains("fill="));
        assert!(svg.contains("role=\"img\" aria-labelledby=\"m-t m-d\""));
    }

    #[test]
    fn a_pdf_map_is_self_contained() {
        let svg = choropleth(&spec(vec![region("53", 5, "67,7")]), Target::Pdf);
        assert!(svg.contains("fill=\"#0a4c5c\""));
        assert!(svg.contains("xmlns=") && !svg.contains("class="));
        assert!(svg.contains("non publié"));
    }

    #[test]
    fn the_label_of_corsica_stays_dark_on_paper() {
        let svg = choropleth(&spec(vec![region("94", 5, "70,0")]), Target::Page);
        assert!(svg.contains("<text class=\"v\" x=\"905\""));
    }

    #[test]
    fn links_stay_reachable_and_safe() {
        let mut linked = region("53", 5, "67,7");
        linked.href = Some("/regions/53?a=1&b=\"2\"".to_owned());
        let svg = choropleth(&spec(vec![linked.clone()]), Target::Page);
        assert!(svg.contains("<a href=\"/regions/53?a=1&amp;b=&quot;2&quot;\""));
        assert!(svg.contains("role=\"group\""));
        assert!(!choropleth(&spec(vec![linked.clone()]), Target::Pdf).contains("<a "));
        for bad in ["javascript:alert(1)", "//evil.example", "data:text/html,x"] {
            linked.href = Some(bad.to_owned());
            let svg = choropleth(&spec(vec![linked.clone()]), Target::Page);
            assert!(!svg.contains("<a ") && svg.contains("role=\"img\""));
        }
    }

    #[test]
    fn hostile_text_never_becomes_markup() {
        let mut hostile = region("04", 9, "</text><script>alert(1)</script>");
        hostile.name = "\"><img src=x onerror=alert(1)>\u{0}".to_owned();
        for target in [Target::Page, Target::Pdf] {
            let svg = choropleth(&spec(vec![hostile.clone()]), target);
            assert!(!svg.contains("<script") && !svg.contains("<img") && !svg.contains('\u{0}'));
        }
    }

    #[test]
    fn the_locator_shows_one_region() {
        let svg = locator("l", "28", Target::Pdf).unwrap();
        assert_eq!(svg.matches("#0a4c5c").count(), 1);
        assert!(svg.contains("Carte de situation : Normandie"));
        assert!(locator("l", "99", Target::Pdf).is_none());
    }
}
