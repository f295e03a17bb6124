//! The sheet of a region: one page that a minister's office can read.

use serde::{Deserialize, Serialize};

use crate::chart::{DotPlot, Funnel, Strip, Trajectory, dots, funnel, strip, trajectory};
use crate::map::{self, MapSpec, choropleth};
use crate::svg::{Description, Target};
use crate::text::{printable, printable_value};
use crate::world::{Job, figure_name};
use crate::{Day, RenderError};

const TEMPLATE: (&str, &str) = ("region.typ", include_str!("../templates/region.typ"));

/// What a region's sheet says.
#[derive(Debug, Clone)]
pub struct RegionSheet {
    /// The title of the contract.
    pub contract: String,
    /// The region.
    pub region: Region,
    /// The period of the contract, such as « 2024-2028 ».
    pub period: String,
    /// The day at which the figures were known.
    pub as_of: Day,
    /// The day the sheet is issued, which is also the date of the document.
    pub issued: Day,
    /// The sentence that says the verdict; left out when empty.
    pub verdict: String,
    /// The indicators, in the order of the caller.
    pub indicators: Vec<IndicatorRow>,
    /// Drawings under the table, two abreast.
    pub illustrations: Vec<Illustration>,
    /// Where the figures come from.
    pub notes: Vec<String>,
    /// Whether the whole sheet shows invented data.
    pub fictional: bool,
}

/// The region of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The INSEE code, which places the region on the map; any other code shows no map.
    pub code: String,
    /// The name.
    pub name: String,
}

/// An indicator of a sheet; numbers are printed as they come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorRow {
    /// The printed code, such as « 2.c.1 ».
    pub code: String,
    /// The name of the indicator.
    pub label: String,
    /// The value at the start of the contract.
    pub baseline: Option<String>,
    /// The last value known.
    pub last: Option<DatedValue>,
    /// The target it is compared with.
    pub target: Option<DatedValue>,
    /// How the value stands.
    pub attainment: Attainment,
    /// Who says so.
    pub source: String,
    /// Whether this row shows invented data.
    pub fictional: bool,
}

/// A printed value and the year it holds for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedValue {
    /// The value as printed, with its unit.
    pub value: String,
    /// The year.
    pub year: String,
}

/// How a value stands: a symbol and a colour, and always words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attainment {
    /// What chooses the symbol and the colour.
    pub state: State,
    /// What is printed, such as « Atteint » or « En retard ».
    pub words: String,
}

/// The states a value can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The target is reached.
    Reached,
    /// The value is on its way.
    Under,
    /// The value is to be watched.
    Watch,
    /// The value is late.
    Late,
    /// Nothing can be said.
    Unknown,
}

impl State {
    /// Every state, the best first.
    pub const ALL: [Self; 5] = [
        Self::Reached,
        Self::Under,
        Self::Watch,
        Self::Late,
        Self::Unknown,
    ];

    /// Its symbol, for a text that draws none.
    pub(crate) fn symbol(self) -> char {
        match self {
            Self::Reached => '●',
            Self::Under => '◐',
            Self::Watch => '◇',
            Self::Late => '▲',
            Self::Unknown => '○',
        }
    }

    /// What a column that counts them is headed by.
    pub fn counted(self) -> &'static str {
        match self {
            Self::Reached => "Atteintes",
            Self::Under => "Proches",
            Self::Watch => "À surveiller",
            Self::Late => "Loin de la cible",
            Self::Unknown => "Non jugées",
        }
    }
}

/// A drawing; each kind carries its text alternative.
#[derive(Debug, Clone)]
pub enum Illustration {
    /// A map of values.
    Map(MapSpec),
    /// An indicator over the years.
    Trajectory(Trajectory),
    /// Regions between two years.
    Dots(DotPlot),
    /// How regions are spread.
    Strip(Strip),
    /// Regions against the limits of chance.
    Funnel(Funnel),
}

impl Illustration {
    fn about(&self) -> &Description {
        match self {
            Self::Map(spec) => &spec.about,
            Self::Trajectory(spec) => &spec.about,
            Self::Dots(spec) => &spec.about,
            Self::Strip(spec) => &spec.about,
            Self::Funnel(spec) => &spec.about,
        }
    }

    fn svg(&self) -> String {
        match self {
            Self::Map(spec) => choropleth(spec, Target::Pdf),
            Self::Trajectory(spec) => trajectory(spec, Target::Pdf),
            Self::Dots(spec) => dots(spec, Target::Pdf),
            Self::Strip(spec) => strip(spec, Target::Pdf),
            Self::Funnel(spec) => funnel(spec, Target::Pdf),
        }
    }
}

/// Sets the sheet as PDF/UA-1 and PDF/A-3a: one page A4, more when the table is long.
///
/// This takes the processor for a while: an asynchronous caller runs it on a blocking thread.
pub fn region_sheet(sheet: &RegionSheet) -> Result<Vec<u8>, RenderError> {
    let RegionSheet {
        region,
        period,
        as_of,
        ..
    } = sheet;
    let ident = format!(
        "jalon/region/{}/{}/{period}/{as_of:?}",
        region.code, region.name
    );
    job(sheet)?.pdf(ident)
}

/// How many pages A4 the sheet takes.
///
/// Like [`region_sheet`], this takes the processor for a while.
pub fn region_sheet_pages(sheet: &RegionSheet) -> Result<usize, RenderError> {
    Ok(job(sheet)?.pages()?.pages().len())
}

/// What the template reads.
#[derive(Serialize)]
struct View<'a> {
    contract: &'a str,
    region: String,
    period: &'a str,
    as_of: String,
    issued: String,
    issued_day: Day,
    verdict: &'a str,
    indicators: &'a [IndicatorRow],
    locator: Option<Picture>,
    illustrations: Vec<Picture>,
    notes: Vec<String>,
    fictional: bool,
}

/// A drawing as a template reads it: a file never comes without its alternative.
#[derive(Serialize)]
pub(crate) struct Picture {
    file: String,
    title: String,
    alt: String,
}

impl Picture {
    /// Keeps the drawing among those of a document.
    pub(crate) fn add(figures: &mut Vec<String>, svg: String, title: String, alt: String) -> Self {
        let file = figure_name(figures.len());
        figures.push(svg);
        Self { file, title, alt }
    }
}

fn job(sheet: &RegionSheet) -> Result<Job, RenderError> {
    let mut figures = Vec::new();
    let locator = locator(sheet, &mut figures);
    let illustrations = illustrations(sheet, &mut figures);
    let view = View {
        contract: &sheet.contract,
        region: region_name(sheet),
        period: &sheet.period,
        as_of: sheet.as_of.in_words(),
        issued: sheet.issued.in_words(),
        issued_day: sheet.issued,
        verdict: sheet.verdict.trim(),
        indicators: &sheet.indicators,
        notes: notes(sheet, locator.is_some()),
        locator,
        illustrations,
        fictional: sheet.fictional,
    };
    let data = serde_json::to_vec(&printable_value(serde_json::to_value(&view)?))?;
    Ok(Job {
        template: TEMPLATE,
        data,
        figures,
        today: sheet.issued,
    })
}

/// The name that heads the sheet; a heading is never empty in an accessible PDF.
fn region_name(sheet: &RegionSheet) -> String {
    let name = printable(&sheet.region.name);
    if name.trim().is_empty() {
        "Région non précisée".to_owned()
    } else {
        name
    }
}

fn locator(sheet: &RegionSheet, figures: &mut Vec<String>) -> Option<Picture> {
    let svg = map::locator("situation", &sheet.region.code, Target::Pdf)?;
    let alt = format!("Carte de situation de la région {}.", region_name(sheet));
    Some(Picture::add(figures, svg, String::new(), alt))
}

fn illustrations(sheet: &RegionSheet, figures: &mut Vec<String>) -> Vec<Picture> {
    let drawn = sheet.illustrations.iter().map(|illustration| {
        let about = illustration.about();
        Picture::add(
            figures,
            illustration.svg(),
            about.title().to_owned(),
            about.alternative(),
        )
    });
    drawn.collect()
}

/// The notes of the caller, and the credit that the map's licence asks for.
fn notes(sheet: &RegionSheet, has_locator: bool) -> Vec<String> {
    let is_map = |illustration: &Illustration| matches!(illustration, Illustration::Map(_));
    let has_map = has_locator || sheet.illustrations.iter().any(is_map);
    let credit = has_map.then(|| map::CREDIT.to_owned());
    sheet.notes.iter().cloned().chain(credit).collect()
}

#[cfg(test)]
pub(crate) mod tests;
