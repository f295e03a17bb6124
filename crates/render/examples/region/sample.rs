//! A sheet as the application would hand it over: twelve indicators, one of them real.

use jalon_render::chart::{Axis, DotPlot, DotRow, Reference, Series, SeriesPoint, Trajectory};
use jalon_render::map::{LegendItem, MapRegion, MapSpec};
use jalon_render::{
    Attainment, DatedValue, Day, Description, Illustration, IndicatorRow, Region, RegionSheet,
    RenderError, State,
};

/// A region, and its values of 2022 and 2023 when they are published.
type Known = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// HPV vaccination of girls at 15, at least one dose (Santé publique France), 2022 and 2023.
const HPV: [Known; 18] = [
    ("53", "Bretagne", Some(("60,3", "67,7"))),
    ("52", "Pays de la Loire", Some(("59,7", "66,9"))),
    ("28", "Normandie", Some(("58,7", "66,3"))),
    ("32", "Hauts-de-France", Some(("53,8", "60,7"))),
    ("75", "Nouvelle-Aquitaine", Some(("51,6", "59,4"))),
    ("44", "Grand Est", Some(("52,2", "58,5"))),
    ("24", "Centre-Val de Loire", Some(("51,0", "58,4"))),
    ("27", "Bourgogne-Franche-Comté", Some(("51,0", "57,3"))),
    ("84", "Auvergne-Rhône-Alpes", Some(("47,6", "54,3"))),
    ("76", "Occitanie", Some(("45,2", "52,8"))),
    ("93", "Provence-Alpes-Côte d’Azur", Some(("40,3", "46,6"))),
    ("11", "Île-de-France", Some(("39,9", "45,8"))),
    ("94", "Corse", Some(("40,5", "45,5"))),
    ("01", "Guadeloupe", Some(("26,5", "31,5"))),
    ("02", "Martinique", Some(("17,6", "29,3"))),
    ("04", "La Réunion", Some(("19,1", "24,4"))),
    ("03", "Guyane", Some(("24,9", "21,9"))),
    ("06", "Mayotte", None),
];

fn number(text: &str) -> f64 {
    text.replace(',', ".")
        .replace('−', "-")
        .parse()
        .unwrap_or(f64::NAN)
}

/// The map of the real values.
pub fn map() -> Result<MapSpec, RenderError> {
    let class = |value: &str| match number(value) {
        v if v < 30.0 => 1,
        v if v < 45.0 => 2,
        v if v < 55.0 => 3,
        v if v < 65.0 => 4,
        _ => 5,
    };
    let region = |&(code, name, values): &Known| MapRegion {
        code: code.to_owned(),
        name: name.to_owned(),
        class: values.map_or(0, |(_, now)| class(now)),
        label: values.map_or("non publié", |(_, now)| now).to_owned(),
        href: Some(format!("/regions/{code}")),
    };
    let bounds = [
        "non publié",
        "moins de 30",
        "30 à 45",
        "45 à 55",
        "55 à 65",
        "65 et plus",
    ];
    let legend = (0..).zip(bounds).map(|(class, label)| LegendItem {
        class,
        label: label.into(),
    });
    Ok(MapSpec {
        id: "carte".to_owned(),
        about: Description::new(
            "HPV, filles de 15 ans, en 2023, en\u{202f}%",
            "De 21,9\u{202f}% en Guyane à 67,7\u{202f}% en Bretagne.",
        )?,
        unit: Some("%".to_owned()),
        regions: HPV.iter().map(region).collect(),
        legend: legend.collect(),
    })
}

/// The regions between 2022 and 2023.
pub fn dot_plot() -> Result<DotPlot, RenderError> {
    let row = |&(_, name, values): &Known| DotRow {
        name: name.to_owned(),
        before: values.map(|(before, _)| number(before)),
        now: values.map(|(_, now)| number(now)),
        text: values.map_or("non publié", |(_, now)| now).to_owned(),
        is_setback: values.is_some_and(|(before, now)| number(now) < number(before)),
    };
    Ok(DotPlot {
        id: "points".to_owned(),
        about: Description::new(
            "Seule la Guyane recule",
            "De 67,7\u{202f}% en Bretagne à 21,9\u{202f}% en Guyane\u{a0}; France 54,6\u{202f}%.",
        )?,
        axis: Axis::fitting([17.6, 75.0], "%"),
        rows: HPV.iter().map(row).collect(),
        national: Some(Reference {
            value: 54.6,
            text: "France 54,6".to_owned(),
        }),
        goal: Some(Reference {
            value: 75.0,
            text: "Cible nationale 2028\u{a0}: 75 (fictive)".to_owned(),
        }),
    })
}

fn series(name: &str, points: &[(i32, &str)]) -> Series {
    let point = |&(year, text): &(i32, &str)| SeriesPoint {
        year,
        value: number(text),
        text: text.to_owned(),
    };
    Series {
        name: name.to_owned(),
        points: points.iter().map(point).collect(),
    }
}

/// The region over the years, with invented targets.
pub fn line() -> Result<Trajectory, RenderError> {
    Ok(Trajectory {
        id: "ligne".to_owned(),
        about: Description::new(
            "2.c.1\u{a0}: 8,7 points restent à gagner d’ici 2028",
            "Normandie\u{a0}: 58,7 en 2022, 66,3 en 2023. Cible 2028 (fictive)\u{a0}: 75.",
        )?,
        axis: Axis::fitting([47.0, 75.0], "%"),
        observed: series("Normandie", &[(2022, "58,7"), (2023, "66,3")]),
        targets: series(
            "Cible (fictive)",
            &[(2024, "68"), (2026, "72"), (2028, "75")],
        ),
        corridors: None,
        national: Some(series("France", &[(2022, "47,0"), (2023, "54,6")])),
        way: None,
        forecast: None,
        breaks: Vec::new(),
        spans: Vec::new(),
    })
}

/// One indicator.
pub fn indicator(code: &str, label: &str, values: [&str; 3], state: State) -> IndicatorRow {
    let words = match state {
        State::Reached => "Cible atteinte",
        State::Under => "En bonne voie",
        State::Watch => "À surveiller",
        State::Late => "En retard",
        State::Unknown => "Non renseigné",
    };
    let dated = |value: &str, year: &str| {
        (!value.is_empty()).then(|| DatedValue {
            value: value.to_owned(),
            year: year.to_owned(),
        })
    };
    let [baseline, last, target] = values;
    IndicatorRow {
        code: code.to_owned(),
        label: label.to_owned(),
        baseline: (!baseline.is_empty()).then(|| baseline.to_owned()),
        last: dated(last, "2025"),
        target: dated(target, "2025"),
        attainment: Attainment {
            state,
            words: words.to_owned(),
        },
        source: "ARS Normandie".to_owned(),
        fictional: true,
    }
}

fn indicators() -> Vec<IndicatorRow> {
    use State::{Late, Reached, Under, Unknown, Watch};
    let mut rows = vec![
        indicator(
            "1.a.1",
            "Part des 18-75 ans ayant un médecin traitant",
            ["88,1\u{202f}%", "88,9\u{202f}%", "90,0\u{202f}%"],
            Under,
        ),
        indicator(
            "1.b.2",
            "Taux de recours aux soins non programmés en ville",
            ["52,1\u{202f}%", "66,8\u{202f}%", "65,0\u{202f}%"],
            Reached,
        ),
        indicator(
            "2.a.1",
            "Taux de participation au dépistage organisé du cancer colorectal",
            ["36,2\u{202f}%", "38,6\u{202f}%", "41,0\u{202f}%"],
            Watch,
        ),
        indicator(
            "2.c.1",
            "Taux de couverture des filles de 15 ans à la vaccination HPV",
            ["58,7\u{202f}%", "66,3\u{202f}%", "72,0\u{202f}%"],
            Under,
        ),
        indicator(
            "2.c.2",
            "Taux de couverture des garçons de 15 ans à la vaccination HPV",
            ["16,9\u{202f}%", "52,6\u{202f}%", "50,0\u{202f}%"],
            Reached,
        ),
        indicator(
            "3.a.1",
            "Évolution des passages aux urgences sans hospitalisation des 75 ans et plus",
            ["8,4\u{202f}%", "−1,4\u{202f}%", "−2,0\u{202f}%"],
            Watch,
        ),
        indicator(
            "3.b.1",
            "Nombre de places de service d’accès aux soins ouvertes",
            ["1\u{202f}120", "2\u{202f}315", "2\u{202f}300"],
            Reached,
        ),
        indicator(
            "4.a.2",
            "Places de soins infirmiers à domicile renforcés créées",
            ["214", "640", "900"],
            Late,
        ),
        indicator(
            "5.a.1",
            "Part des EHPAD couverts par une astreinte d’infirmier de nuit",
            ["44,8\u{202f}%", "43,2\u{202f}%", "46,0\u{202f}%"],
            Late,
        ),
        indicator(
            "7.b.1",
            "Part des établissements au deuxième palier d’achats durables",
            ["2,4\u{202f}%", "7,0\u{202f}%", "8,0\u{202f}%"],
            Under,
        ),
        indicator(
            "8.a.1",
            "Délai moyen de réponse aux réclamations des usagers",
            ["78\u{a0}j", "", "60\u{a0}j"],
            Unknown,
        ),
        indicator(
            "10.c.3",
            "Part des dossiers instruits dans les délais",
            ["78,2\u{202f}%", "95,1\u{202f}%", "95,0\u{202f}%"],
            Reached,
        ),
    ];
    rows[3].fictional = false;
    "Santé publique France".clone_into(&mut rows[3].source);
    rows[3].last = Some(DatedValue {
        value: "66,3\u{202f}%".to_owned(),
        year: "2023".to_owned(),
    });
    rows
}

/// The sheet of Normandy, on one page.
pub fn normandy() -> Result<RegionSheet, RenderError> {
    Ok(RegionSheet {
        contract: "Contrat pluriannuel d’objectifs et de moyens État-ARS".to_owned(),
        region: Region { code: "28".to_owned(), name: "Normandie".to_owned() },
        period: "2024-2028".to_owned(),
        as_of: Day::new(2026, 3, 10)?,
        issued: Day::new(2026, 3, 12)?,
        verdict: "Quatre cibles de 2025 sur onze sont atteintes\u{a0}; deux indicateurs sont en retard, \
                  dont les soins infirmiers à domicile renforcés (640 places sur 900)."
            .to_owned(),
        indicators: indicators(),
        illustrations: Vec::new(),
        notes: vec![
            "Chaque valeur est la dernière révision connue au 10\u{a0}mars\u{a0}2026\u{a0}; la cible est celle de la même année.".to_owned(),
            "Indicateur 2.c.1\u{a0}: Santé publique France, données 2022 et 2023.".to_owned(),
        ],
        fictional: false,
    })
}

/// The same sheet with drawings.
pub fn illustrated() -> Result<RegionSheet, RenderError> {
    let illustrations = vec![
        Illustration::Trajectory(line()?),
        Illustration::Map(map()?),
        Illustration::Dots(dot_plot()?),
    ];
    Ok(RegionSheet {
        illustrations,
        ..normandy()?
    })
}
