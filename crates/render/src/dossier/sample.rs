//! A dossier that says a little of everything, for the tests.

use super::{
    Brief, Count, Dossier, FORMAT, Fictional, Figure, Gap, GapKind, Item, LikelyNumbers,
    LikelyValue, Numbers, Objective, Part, Printed, SummaryLine, YearLine,
};
use crate::chart::{Axis, Series, SeriesPoint, Trajectory};
use crate::{Attainment, DatedValue, Day, Description, Region, State};

fn own(text: &str) -> String {
    text.to_owned()
}

fn dated(value: &str, year: &str) -> DatedValue {
    DatedValue {
        value: own(value),
        year: own(year),
    }
}

fn percent(number: &str) -> Printed {
    Printed {
        text: format!("{}\u{a0}%", number.replace('.', ",")),
        number: Some(own(number)),
    }
}

/// A dossier of that many objectives, each with two figures.
pub(crate) fn dossier(objectives: usize) -> Dossier {
    Dossier {
        format: FORMAT,
        title: own("Dossier de bilan 2024"),
        region: Region {
            code: own("28"),
            name: own("Normandie"),
        },
        contract: own("Contrat État-ARS 2024-2028, ARS Normandie"),
        period: own("2024-2028"),
        year: own("2024"),
        as_of: Day::new(2026, 3, 10).unwrap(),
        made: Day::new(2026, 3, 12).unwrap(),
        status: own("Exemplaire de travail"),
        parties: vec![own("Secrétariat général"), own("ARS Normandie")],
        acts: vec![own("Contrat initial, signé le 12 mars 2024")],
        fictional: Fictional::Some,
        brief: brief(),
        summary: (1..=objectives).map(line).collect(),
        objectives: (1..=objectives).map(objective).collect(),
        gaps: vec![
            gap(GapKind::Late, "En retard de 33 jours"),
            gap(
                GapKind::Contested,
                "Valeur contestée : la région donne 69,1 %",
            ),
        ],
        notes: vec![own("Une valeur provisoire est suivie de « p ».")],
    }
}

fn brief() -> Brief {
    Brief {
        verdict: own("1 cible sur 2 est atteinte d'après la dernière valeur connue."),
        counts: vec![
            Count {
                number: own("1 sur 2"),
                words: own("cibles atteintes"),
            },
            Count {
                number: own("1"),
                words: own("valeur en retard"),
            },
        ],
        parts: vec![Part {
            heading: own("Ce qui demande votre attention"),
            lead: own("Un indicateur s'éloigne de sa cible :"),
            items: vec![Item {
                state: State::Late,
                code: own("1.a"),
                text: own("Recul de 2 points ; cible : 67 %"),
            }],
            rest: own("et 3 autres"),
        }],
    }
}

fn line(n: usize) -> SummaryLine {
    SummaryLine {
        code: n.to_string(),
        label: format!("Objectif numéro {n}"),
        states: vec![1, 0, 0, 0, 1],
        overdue: 0,
    }
}

fn objective(n: usize) -> Objective {
    Objective {
        code: n.to_string(),
        label: format!("Objectif numéro {n}"),
        above: own("Axe 1. Prévenir"),
        leads: own("DGS"),
        verdict: own("1 cible atteinte sur 1 ; 1 valeur non reçue."),
        commitments: vec![own("Ouvrir deux centres de vaccination")],
        figures: vec![known(n), unknown(n)],
    }
}

fn known(n: usize) -> Figure {
    let point = |year: i32, text: &str| SeriesPoint {
        year,
        value: text.parse().unwrap(),
        text: text.replace('.', ","),
    };
    let series = |name: &str, points: Vec<SeriesPoint>| Series {
        name: own(name),
        points,
    };
    let year = |period: &str, observed: &str| YearLine {
        period: own(period),
        observed: Some(percent(observed)),
        national: Some(percent("54.6")),
        target: Some(percent("67")),
        supplier: own("Santé publique France"),
        source: own("SNDS"),
        received: Day::new(2025, 4, 2).ok(),
        ..YearLine::default()
    };
    Figure {
        code: format!("{n}.a"),
        label: own("Couverture vaccinale des filles de 15 ans contre les papillomavirus"),
        unit: own("%"),
        baseline: Some(dated("58,7\u{a0}%", "2022")),
        last: Some(dated("66,3\u{a0}%", "2023")),
        target: Some(dated("67\u{a0}%", "2024")),
        last_target: Some(dated("75\u{a0}%", "2028")),
        attainment: Attainment {
            state: State::Reached,
            words: own("Cible atteinte"),
        },
        rate: Some(own("104\u{a0}%")),
        numbers: Numbers {
            baseline: Some(own("58.7")),
            last: Some(own("66.3")),
            target: Some(own("67")),
            last_target: Some(own("75")),
            rate: Some(own("104")),
        },
        outlook: own("À ce rythme, la cible 2028 serait atteinte en 2026"),
        delivery: own("Reçue à temps"),
        overdue: false,
        contest: own("Valeur contestée : la région donne 69,1 %"),
        provenance: own(
            "Santé publique France, SNDS ; reçue le 2 avril 2025 ; fichier hpv.csv, cellule C7.",
        ),
        fictional: false,
        chart: Some(Trajectory {
            id: own("trajectoire"),
            about: Description::new("Couverture vaccinale, Normandie", "De 58,7 à 66,3.").unwrap(),
            axis: Axis::fitting([58.7, 75.0], "%"),
            observed: series("Normandie", vec![point(2022, "58.7"), point(2023, "66.3")]),
            targets: series("Cible", vec![point(2028, "75")]),
            corridors: None,
            national: None,
            way: None,
            forecast: None,
            breaks: Vec::new(),
            spans: Vec::new(),
        }),
        years: vec![year("2022", "58.7"), year("2023", "66.3"), to_come("2028")],
        breaks: Vec::new(),
    }
}

/// A year of which only what is likely is told.
fn to_come(period: &str) -> YearLine {
    YearLine {
        period: own(period),
        target: Some(percent("75")),
        likely: Some(LikelyValue {
            value: own("72,2"),
            range: own("68,4 à 76,0"),
            numbers: Some(LikelyNumbers {
                value: own("72.2134"),
                low: own("68.4021"),
                high: own("76.0247"),
            }),
        }),
        ..YearLine::default()
    }
}

fn unknown(n: usize) -> Figure {
    Figure {
        code: format!("{n}.b"),
        label: own("Délai d'un rendez-vous"),
        unit: own("jours"),
        last: None,
        rate: None,
        numbers: Numbers::default(),
        attainment: Attainment {
            state: State::Unknown,
            words: own("Aucune valeur reçue"),
        },
        outlook: String::new(),
        delivery: own("En retard de 33 jours"),
        overdue: true,
        contest: String::new(),
        provenance: own("Attendue de la DREES."),
        fictional: true,
        chart: None,
        years: Vec::new(),
        ..known(n)
    }
}

fn gap(kind: GapKind, words: &str) -> Gap {
    Gap {
        kind,
        code: own("1.b"),
        label: own("Délai d'un rendez-vous"),
        words: own(words),
        who: own("DREES"),
    }
}
