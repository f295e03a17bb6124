use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

use super::*;
use crate::chart::{Axis, DotRow, Reference, Series, SeriesPoint};
use crate::map::MapRegion;

/// The text of a document, page after page, as it is set.
pub(crate) fn text_of(document: &PagedDocument) -> String {
    let mut out = String::new();
    document
        .pages()
        .iter()
        .for_each(|page| collect(&page.frame, &mut out));
    out.replace('\u{200b}', "")
}

pub(crate) fn collect(frame: &Frame, out: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Text(text) => out.push_str(&text.text),
            FrameItem::Group(group) => collect(&group.frame, out),
            _ => {}
        }
    }
}

fn set(sheet: &RegionSheet) -> (usize, String) {
    let document = job(sheet).unwrap().pages().unwrap();
    (document.pages().len(), text_of(&document))
}

fn row(code: &str, label: &str) -> IndicatorRow {
    let dated = |value: &str| {
        Some(DatedValue {
            value: value.to_owned(),
            year: "2025".to_owned(),
        })
    };
    IndicatorRow {
        code: code.to_owned(),
        label: label.to_owned(),
        baseline: Some("58,7\u{202f}%".to_owned()),
        last: dated("66,3\u{202f}%"),
        target: dated("72,0\u{202f}%"),
        attainment: Attainment {
            state: State::Late,
            words: "En retard".to_owned(),
        },
        source: "Santé publique France".to_owned(),
        fictional: false,
    }
}

fn sheet(count: usize) -> RegionSheet {
    let label = "Taux de couverture des filles de 15 ans à la vaccination HPV";
    RegionSheet {
        contract: "Contrat d’objectifs et de moyens".to_owned(),
        region: Region {
            code: "28".to_owned(),
            name: "Normandie".to_owned(),
        },
        period: "2024-2028".to_owned(),
        as_of: Day::new(2026, 3, 10).unwrap(),
        issued: Day::new(2026, 3, 12).unwrap(),
        verdict: "Deux cibles sur douze sont atteintes.".to_owned(),
        indicators: (1..=count).map(|n| row(&format!("{n}.a"), label)).collect(),
        illustrations: Vec::new(),
        notes: vec!["Valeurs de la dernière révision.".to_owned()],
        fictional: false,
    }
}

#[test]
fn twelve_indicators_hold_on_one_page() {
    let (pages, text) = set(&sheet(12));
    assert_eq!(pages, 1);
    for part in [
        "Normandie",
        "Contrat d’objectifs et de moyens",
        "Période 2024-2028",
        "Chiffres connus au 10\u{a0}mars\u{a0}2026",
        "Deux cibles sur douze sont atteintes.",
        "12 valeurs suivies",
        "12.a",
        "66,3\u{202f}%",
        "En retard",
        "Santé publique",
        "Valeurs de la dernière révision.",
        "dsfr-chart, licence MIT",
        "page 1 sur 1",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("fictives"));
}

#[test]
fn a_long_list_spills_on_more_pages_under_the_same_head() {
    let (pages, text) = set(&sheet(60));
    assert!((3..=6).contains(&pages), "{pages} pages");
    assert_eq!(
        text.matches("Dernière valeur").count(),
        text.matches("Départ").count()
    );
    assert!(text.matches("Départ").count() >= 3);
    assert!(text.contains("60.a"));
    assert!(text.contains(&format!("page {pages} sur {pages}")));
}

#[test]
fn an_empty_list_says_so() {
    let mut empty = sheet(0);
    empty.verdict = String::new();
    empty.notes.clear();
    empty.region.code = "2024".to_owned();
    let (pages, text) = set(&empty);
    assert_eq!(pages, 1);
    assert!(text.contains("Aucune valeur n’est encore chargée"));
    assert!(!text.contains("Départ") && !text.contains("dsfr-chart"));
    assert!(region_sheet(&empty).is_ok());
}

#[test]
fn the_template_gives_no_warning() {
    let set = job(&illustrated()).unwrap().compile().unwrap();
    let warnings = set
        .warnings
        .iter()
        .map(|w| w.message.as_str())
        .collect::<Vec<_>>();
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn invented_data_is_marked() {
    let mut all = sheet(2);
    all.fictional = true;
    assert_eq!(
        set(&all).1.matches("Données fictives").count(),
        2,
        "at the top and in the foot"
    );

    let mut one = sheet(2);
    one.indicators[1].fictional = true;
    let text = set(&one).1;
    assert_eq!(text.matches("Données fictives").count(), 1, "on its row");
    assert_eq!(text.matches("Certaines données sont fictives").count(), 2);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let first = region_sheet(&illustrated()).unwrap();
    assert_eq!(first, region_sheet(&illustrated()).unwrap());
    let mut other = illustrated();
    other.indicators[0].source = "DGS".to_owned();
    assert_ne!(first, region_sheet(&other).unwrap());
    let mut later = illustrated();
    later.issued = Day::new(2026, 3, 13).unwrap();
    assert_ne!(first, region_sheet(&later).unwrap());
}

#[test]
fn the_pdf_claims_its_standards_and_its_language() {
    let pdf = region_sheet(&sheet(1)).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    let has = |part: &str| {
        pdf.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    assert!(has("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(has("<pdfaid:part>3</pdfaid:part>"));
    assert!(has("<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(has("/Lang(fr-FR)"));
    assert!(has("/StructTreeRoot"));
}

#[test]
fn hostile_text_is_only_text() {
    let long = "x".repeat(2_000);
    let hostile = [
        "#panic()",
        "*gras* _ital_ $x^2$ `code` \\ @ref <label>",
        "<script>alert(1)</script>",
        "\"]}#{\"",
        long.as_str(),
        "مرحبا بالعالم שלום \u{202e}abc",
        "👩\u{200d}👩\u{200d}👧 🏥 é\u{301}\u{327}",
        "\u{0}\u{1}\n\t\u{feff}\u{fffe}\u{ffff}\u{e000}",
        "日本語 कखग ไทย",
        "",
    ];
    for text in hostile {
        let sheet = hostile_sheet(text);
        if let Err(error) = region_sheet(&sheet) {
            panic!("{text:?}: {error}");
        }
    }
    assert!(set(&hostile_sheet("#panic()")).1.contains("#panic()"));
    assert!(
        set(&hostile_sheet("*gras* $x^2$"))
            .1
            .contains("*gras* $x^2$")
    );
}

/// A sheet that says the same text everywhere.
fn hostile_sheet(text: &str) -> RegionSheet {
    let mut hostile = illustrated();
    text.clone_into(&mut hostile.contract);
    text.clone_into(&mut hostile.region.name);
    text.clone_into(&mut hostile.period);
    text.clone_into(&mut hostile.verdict);
    hostile.notes = vec![text.to_owned()];
    for row in &mut hostile.indicators {
        *row = IndicatorRow {
            attainment: Attainment {
                state: State::Watch,
                words: text.to_owned(),
            },
            baseline: Some(text.to_owned()),
            source: text.to_owned(),
            ..self::row(text, text)
        };
    }
    hostile.illustrations = pictures(if text.trim().is_empty() { "?" } else { text });
    hostile
}

fn illustrated() -> RegionSheet {
    RegionSheet {
        illustrations: pictures("France"),
        ..sheet(3)
    }
}

fn pictures(text: &str) -> Vec<Illustration> {
    let about = Description::new(text, text).unwrap();
    let series = |name: &str, value| Series {
        name: name.to_owned(),
        points: vec![SeriesPoint {
            year: 2023,
            value,
            text: name.to_owned(),
        }],
    };
    let region = MapRegion {
        code: "53".to_owned(),
        name: text.to_owned(),
        class: 4,
        label: text.to_owned(),
        href: Some(text.to_owned()),
    };
    let row = DotRow {
        name: text.to_owned(),
        before: Some(60.3),
        now: Some(67.7),
        text: text.to_owned(),
        is_setback: false,
    };
    vec![
        Illustration::Trajectory(Trajectory {
            id: text.to_owned(),
            about: about.clone(),
            axis: Axis::fitting([50.0, 75.0], text),
            observed: series(text, 67.7),
            targets: series(text, 75.0),
            corridors: None,
            national: Some(series(text, 54.6)),
            way: None,
            forecast: None,
            breaks: Vec::new(),
            spans: Vec::new(),
        }),
        Illustration::Map(MapSpec {
            id: text.to_owned(),
            about: about.clone(),
            unit: Some(text.to_owned()),
            regions: vec![region],
            legend: Vec::new(),
        }),
        Illustration::Dots(DotPlot {
            id: text.to_owned(),
            about,
            axis: Axis::fitting([60.3, 67.7], text),
            rows: vec![row],
            national: Some(Reference {
                value: 54.6,
                text: text.to_owned(),
            }),
            goal: None,
        }),
    ]
}
