//! The sheet of an indicator: one page with every region, the map, how they are spread, the
//! trajectory and who says so.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::chart::{Corridors, Funnel, Series, Strip, Trajectory, funnel, strip, trajectory};
use crate::map::{self, MapSpec, choropleth};
use crate::sheet::Picture;
use crate::svg::{Description, Target};
use crate::text::typeset_value;
use crate::world::Job;
use crate::{Day, RenderError};

const TEMPLATE: (&str, &str) = ("indicator.typ", include_str!("../templates/indicator.typ"));

/// What an indicator's sheet says.
#[derive(Debug, Clone)]
pub struct IndicatorSheet {
    /// Where it stands in its framework.
    pub eyebrow: String,
    /// Its printed code, or empty.
    pub code: String,
    /// Its name.
    pub label: String,
    /// The framework.
    pub framework: String,
    /// The period shown.
    pub period: String,
    /// The period it is compared with, or empty.
    pub before: String,
    /// The unit, in words, or empty.
    pub unit: String,
    /// The finding, in a sentence.
    pub verdict: String,
    /// The day at which the figures were known.
    pub as_of: Day,
    /// The day it is made, which is also the date of the document.
    pub made: Day,
    /// Whether some of its figures are invented.
    pub fictional: bool,
    /// The places, in order.
    pub places: Vec<PlaceRow>,
    /// The country, where it has a value.
    pub country: Option<PlaceRow>,
    /// The map.
    pub map: Option<MapSpec>,
    /// How the places are spread.
    pub spread: Option<Strip>,
    /// What chance explains of it, in a sentence and a plot: it takes the place of the spread
    /// where one page holds it.
    pub chance: Option<(String, Funnel)>,
    /// The values over the years.
    pub course: Option<Trajectory>,
    /// What is measured and how it is judged: names and what is said.
    pub facts: Vec<(String, String)>,
    /// Where the figures come from.
    pub notes: Vec<String>,
}

/// A place of an indicator's sheet; numbers are printed as they come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PlaceRow {
    /// Its rank, or empty where it has no value.
    pub rank: String,
    /// Its name.
    pub name: String,
    /// The value of the period before, or empty.
    pub before: String,
    /// The value of the period, or why there is none.
    pub now: String,
    /// How it moved, or empty.
    pub change: String,
    /// What is said of the value: provisional, contested, invented; or empty.
    pub mark: String,
    /// The two terms of its rate and the nearer limits of chance, printed beside the plot of
    /// chance; or empty.
    pub cases: [String; 3],
}

/// The values of a drawing over the years, the earliest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Years {
    /// The years.
    years: Vec<String>,
    /// Each series: its name, and what it was each year, or empty.
    rows: Vec<(String, Vec<String>)>,
}

impl Years {
    /// The most years in a row of the page's half.
    const MOST: usize = 8;

    /// Those of a drawing, some years at a time.
    fn of(course: &Trajectory) -> Vec<Self> {
        let national = course.national.iter();
        let corridors = course.corridors.as_ref().map(Corridors::told);
        let all = [&course.observed, &course.targets].into_iter();
        let all: Vec<&Series> = all
            .chain(&corridors)
            .chain(national)
            .filter(|one| !one.points.is_empty())
            .collect();
        let points = all.iter().flat_map(|series| &series.points);
        let years: BTreeSet<i32> = points.map(|point| point.year).collect();
        let years: Vec<i32> = years.into_iter().collect();
        let some = years.chunks(Self::MOST).map(|years| Self {
            years: years.iter().map(ToString::to_string).collect(),
            rows: all
                .iter()
                .map(|series| {
                    (
                        series.name.clone(),
                        years.iter().map(|y| series.of(*y)).collect(),
                    )
                })
                .collect(),
        });
        some.collect()
    }
}

impl Series {
    /// What is printed of a year, or nothing.
    fn of(&self, year: i32) -> String {
        let mut points = self.points.iter();
        let found = points.find(|point| point.year == year);
        found.map(|point| point.text.clone()).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct View<'a> {
    eyebrow: &'a str,
    code: &'a str,
    label: &'a str,
    framework: &'a str,
    period: &'a str,
    before: &'a str,
    unit: &'a str,
    verdict: &'a str,
    as_of: String,
    made: String,
    made_day: Day,
    fictional: bool,
    places: &'a [PlaceRow],
    country: &'a Option<PlaceRow>,
    map: Option<Picture>,
    spread: Option<Picture>,
    chance: Option<(&'a str, Picture)>,
    course: Option<Picture>,
    years: Vec<Years>,
    facts: &'a [(String, String)],
    notes: Vec<&'a str>,
}

/// Sets the sheet as PDF/UA-1 and PDF/A-3a.
///
/// This takes the processor for a while: an asynchronous caller runs it on a blocking thread.
pub fn indicator_sheet(sheet: &IndicatorSheet) -> Result<Vec<u8>, RenderError> {
    let ident = format!(
        "jalon/indicator/{}/{}/{}/{}/{:?}",
        sheet.framework, sheet.code, sheet.label, sheet.period, sheet.as_of
    );
    one_page(sheet)?.pdf(ident)
}

/// The sheet with the plot of chance, or without it where a second page would begin.
fn one_page(sheet: &IndicatorSheet) -> Result<Job, RenderError> {
    let whole = job(sheet)?;
    if sheet.chance.is_none() || whole.pages()?.pages().len() == 1 {
        return Ok(whole);
    }
    job(&IndicatorSheet {
        chance: None,
        ..sheet.clone()
    })
}

fn job(sheet: &IndicatorSheet) -> Result<Job, RenderError> {
    let mut figures = Vec::new();
    let mut drawn = |about: &Description, svg: String| {
        let (title, alt) = (about.title().to_owned(), about.alternative());
        Picture::add(&mut figures, svg, title, alt)
    };
    let map = sheet.map.as_ref();
    let map = map.map(|spec| drawn(&spec.about, choropleth(spec, Target::Pdf)));
    let chance = sheet.chance.as_ref();
    let chance = chance.map(|(finding, spec)| {
        let plot = drawn(&spec.about, funnel(spec, Target::Pdf));
        (finding.as_str(), plot)
    });
    let spread = sheet.spread.as_ref().filter(|_| chance.is_none());
    let spread = spread.map(|spec| drawn(&spec.about, strip(spec, Target::Pdf)));
    let course = sheet.course.as_ref();
    let course = course.map(|spec| drawn(&spec.about, trajectory(spec, Target::Pdf)));
    let credit = map.as_ref().map(|_| map::CREDIT);
    let notes = sheet.notes.iter().map(String::as_str);
    let view = View {
        eyebrow: &sheet.eyebrow,
        code: &sheet.code,
        label: &sheet.label,
        framework: &sheet.framework,
        period: &sheet.period,
        before: &sheet.before,
        unit: &sheet.unit,
        verdict: &sheet.verdict,
        as_of: sheet.as_of.in_words(),
        made: sheet.made.in_words(),
        made_day: sheet.made,
        fictional: sheet.fictional,
        places: &sheet.places,
        country: &sheet.country,
        map,
        spread,
        chance,
        course,
        years: sheet.course.as_ref().map(Years::of).unwrap_or_default(),
        facts: &sheet.facts,
        notes: notes.chain(credit).collect(),
    };
    let data = serde_json::to_vec(&typeset_value(serde_json::to_value(&view)?))?;
    Ok(Job {
        template: TEMPLATE,
        data,
        figures,
        today: sheet.made,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{
        Axis, FunnelPoint, FunnelWords, Limits, Reference, SeriesPoint, Standing, StripDot,
    };
    use crate::sheet::tests::text_of;

    fn sheet(places: usize) -> IndicatorSheet {
        let own = |text: &str| text.to_owned();
        let about = Description::new("Répartition", "De 20 à 67.").unwrap();
        let long = "Taux de couverture des filles de 15 ans à la vaccination contre les infections à papillomavirus humains, au moins une dose";
        let row = |n: usize| PlaceRow {
            rank: n.to_string(),
            name: format!("Provence-Alpes-Côte d’Azur {n}"),
            before: own("46,6"),
            now: own("54,3"),
            change: own("+7,7"),
            mark: own(""),
            cases: [own("4 562"), own("12 345"), own("40,1 à 48,2")],
        };
        IndicatorSheet {
            eyebrow: own("Indicateur 2.c.1, socle. Objectif 2, prévention"),
            code: own("2.c.1"),
            label: own(long),
            framework: own("CPOM État-ARS 2024-2028"),
            period: own("2023"),
            before: own("2022"),
            unit: own("%"),
            verdict: own(
                "De 21,9 % en Guyane à 67,7 % en Bretagne. Les 17 régions progressent, sauf la Guyane.",
            ),
            as_of: Day::new(2026, 3, 10).unwrap(),
            made: Day::new(2026, 3, 12).unwrap(),
            fictional: true,
            places: (1..=places).map(row).collect(),
            country: Some(PlaceRow {
                name: own("France"),
                now: own("54,6"),
                ..PlaceRow::default()
            }),
            map: Some(MapSpec {
                id: own("carte"),
                about: about.clone(),
                unit: Some(own("%")),
                regions: Vec::new(),
                legend: vec![map::LegendItem {
                    class: 1,
                    label: own("20 à 30"),
                }],
            }),
            spread: Some(Strip {
                id: own("repartition"),
                about,
                axis: Axis::fitting([20.0, 67.0], "%"),
                dots: vec![StripDot {
                    name: own("Guyane"),
                    value: 21.9,
                    text: own("21,9"),
                }],
                whole: None,
            }),
            chance: None,
            course: None,
            facts: vec![
                (own("Dénominateur"), own(long)),
                (own("Source"), own("SNDS")),
            ],
            notes: vec![own("Santé publique France, SNDS, reçue le 2 avril 2025.")],
        }
    }

    #[test]
    fn eighteen_regions_hold_on_one_page() {
        let document = job(&sheet(18)).unwrap().pages().unwrap();
        let text = text_of(&document);
        assert_eq!(document.pages().len(), 1);
        for part in [
            "2.c.1",
            "Provence-Alpes-Côte d’Azur 18",
            "France",
            "De 21,9\u{202f}% en Guyane",
            "Certaines données sont fictives",
            "dsfr-chart",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    /// What chance explains among 18 regions.
    fn chance() -> (String, Funnel) {
        let own = |text: &str| text.to_owned();
        let limits = |size: f64| Limits {
            size,
            near: (40.0, 50.0),
            far: (35.0, 55.0),
        };
        let point = |n: u8| FunnelPoint {
            name: format!("Provence-Alpes-Côte d’Azur {n}"),
            size: 3.0 + f64::from(n) / 10.0,
            value: 30.0 + f64::from(n),
            text: own("40"),
            standing: [Standing::Within, Standing::Beyond, Standing::FarBeyond][usize::from(n % 3)],
        };
        let plot = Funnel {
            id: own("entonnoir"),
            about: Description::new("Entonnoir", "Six hors des lignes.").unwrap(),
            across: Axis::fitting([2.0, 5.0], ""),
            across_name: own("Effectif : femmes concernées"),
            axis: Axis::fitting([20.0, 67.0], "%"),
            whole: Reference {
                value: 45.0,
                text: own("Ensemble 45,0"),
            },
            limits: vec![limits(2.0), limits(5.0)],
            usual: Some(vec![limits(2.0), limits(5.0)]),
            points: (0..18).map(point).collect(),
            words: FunnelWords {
                within: own("Entre les lignes"),
                beyond: own("Hors de la ligne à 95 %"),
                far_beyond: own("Hors des deux lignes"),
                near_limit: own("Limites à 95 %"),
                far_limit: own("Limites à 99,8 %"),
                usual: own("Étendue habituelle"),
            },
        };
        (
            own("12 régions sur 18 s’écartent de la moyenne plus que par hasard"),
            plot,
        )
    }

    #[test]
    fn what_chance_explains_takes_the_place_of_the_spread_where_the_page_holds_it() {
        let told = |sheet: &IndicatorSheet| {
            let document = one_page(sheet).unwrap().pages().unwrap();
            (document.pages().len(), text_of(&document))
        };
        let mut full = sheet(18);
        full.chance = Some(chance());
        (full.label, full.map) = ("Taux".to_owned(), None);
        let (pages, text) = told(&full);
        assert_eq!(pages, 1);
        assert!(text.contains("plus que par hasard"), "{text}");
        // Beside the plot, what it is drawn from.
        for part in ["Numérateur", "Limites à 95", "40,1 à 48,2"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("La répartition en"), "{text}");
        full.facts = vec![full.facts[0].clone(); 14];
        let (_, text) = told(&full);
        assert!(text.contains("La répartition en"), "{text}");
        assert!(!text.contains("plus que par hasard"), "{text}");
        assert!(!text.contains("Numérateur"), "{text}");
    }

    #[test]
    fn the_drawing_over_the_years_is_followed_by_its_values() {
        let mut with = sheet(18);
        let point = |year: i32| SeriesPoint {
            year,
            value: 50.0,
            text: format!("5{},1", year % 10),
        };
        with.course = Some(Trajectory {
            id: "trajectoire".to_owned(),
            about: Description::new("Trajectoire", "De 50 à 54.").unwrap(),
            axis: Axis::fitting([50.0, 54.0], "%"),
            observed: Series {
                name: "France".to_owned(),
                points: (2014..=2024).map(point).collect(),
            },
            targets: Series::default(),
            corridors: None,
            national: Some(Series::default()),
            way: None,
            forecast: None,
            breaks: Vec::new(),
            spans: Vec::new(),
        });
        let document = one_page(&with).unwrap().pages().unwrap();
        let text = text_of(&document);
        assert_eq!(document.pages().len(), 1);
        for year in 2014..=2024 {
            let value = format!("5{},1", year % 10);
            assert!(text.contains(&value), "{value} in {text}");
        }
        let years = Years::of(with.course.as_ref().unwrap());
        assert_eq!(
            years
                .iter()
                .map(|part| part.years.len())
                .collect::<Vec<_>>(),
            [8, 3]
        );
        assert_eq!(
            years[1].rows,
            [(
                "France".to_owned(),
                vec!["52,1".to_owned(), "53,1".to_owned(), "54,1".to_owned()]
            )]
        );
    }

    #[test]
    fn the_template_gives_no_warning_and_the_same_input_the_same_bytes() {
        let set = job(&sheet(3)).unwrap().compile().unwrap();
        let warnings: Vec<_> = set.warnings.iter().map(|w| w.message.as_str()).collect();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(
            indicator_sheet(&sheet(3)).unwrap(),
            indicator_sheet(&sheet(3)).unwrap()
        );
    }

    #[test]
    fn a_sheet_without_any_value_still_stands() {
        let mut empty = sheet(0);
        (empty.country, empty.map, empty.spread) = (None, None, None);
        empty.label = String::new();
        empty.facts.clear();
        empty.notes.clear();
        indicator_sheet(&empty).unwrap();
    }
}
