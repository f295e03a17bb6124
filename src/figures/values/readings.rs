//! Whole files read: what is understood alike, what is asked, what a person may correct.

use jiff::civil::date;
use proptest::prelude::*;

use super::faults::{CATALOGUE, DIRECTORY, figures, read, read_with, sheet, taken, told, workbook};
use super::mapping::IGNORED;
use super::{Column, Ground, KEEP, Mapping, Part, SCALE, Settings, propose_mapping};
use crate::figures::FiguresView;
use crate::imports::{Answer, Answers, Area, Content, Format, Place, ProblemCode, Sheet, Workbook};
use crate::kernel::Period;

const HPV: &str = "vaccination-hpv-filles-15-ans";

fn ground(settings: &Settings) -> Ground<'_> {
    Ground {
        catalogue: &CATALOGUE,
        directory: &DIRECTORY,
        settings,
    }
}

fn plain(workbook: &Workbook, settings: &Settings, mapping: Option<&Mapping>) -> super::Table {
    let none = FiguresView::default();
    read_with(workbook, settings, mapping, &Answers::default(), &none)
}

/// Sheets of one workbook that all say the same two values, each laid out its own way.
fn layouts() -> Vec<Vec<Sheet>> {
    let one = |text: &str| vec![sheet("Feuille", text)];
    let mut merged = sheet(
        "Feuille",
        "Région;2.c.1;;note\n;2022;2023;\n84;45,2;54,6;\n",
    );
    merged.merged.push(Area {
        top: 1,
        left: 2,
        bottom: 1,
        right: 3,
    });
    vec![
        one("indicateur;région;année;valeur\n2.c.1;84;2022;45,2\n2.c.1;84;2023;54,6\n"),
        one("région;année;2.c.1\nARA;2022;45,2\nAuvergne et Rhône Alpes;2023;54,6 %\n"),
        one("région;2.c.1 2022;2.c.1 (2023)\n84;45,2;54,6\n"),
        one("Indicateur;Région;2022;2023\n2.c.1;84;45,2;54,6\n"),
        one("2.c.1 – Couverture vaccinale\n\nRégion;2022;2023\n84;45,2;54,6\n"),
        one("Couverture vaccinale HPV des filles (2.c.1)\nRégion;2022;2023\n84;45,2;54,6\n"),
        one(
            "Région;Couverture 2.c.1 (2022);Couverture vaccinale, 2.c.1, 2023\n84 - Auvergne-Rhône-Alpes;45,2;54,6\n",
        ),
        one("2.c.1\nRégion;Année;Taux (%)\nAuvergne-Rhône-Alpes (84);2022;45,2\n84;2023;54,6\n"),
        one(
            "2.c.1\nRégion;2022;;2023;\n;Taux (%);Numérateur;Taux (%);Numérateur\n84;45,2;;54,6;\n",
        ),
        one("Région;2.c.1;\n;2022;2023\n84;45,2;54,6\n"),
        one(";2022;2023;Indicateur\n84;45,2;54,6;2.c.1\n11;;;2.c.1\n24;;;2.c.1\n"),
        vec![merged],
        vec![sheet("2.c.1", "Région;2022;2023\n84;45,2;54,6\n")],
        vec![
            sheet("2022", "Région;2.c.1\n84;45,2\n"),
            sheet("2023", "Région;2.c.1\n84;54,6\n"),
        ],
        vec![
            sheet("2.c.1 2022", "Région;Valeur\n84;45,2\n"),
            sheet("2.c.1 2023", "Région;Valeur\n84;54,6\n"),
        ],
        one(
            "identifiant_indic;zone_id;zone_nom;date_valeur;type_valeur;valeur\n2.c.1;R84;ARA;2022-12-31;va;45.2\n2.c.1;R84;ARA;2023-12-31;va;54.6\n",
        ),
    ]
}

#[test]
fn every_layout_says_the_same() {
    for sheets in layouts() {
        let book = workbook(sheets);
        let table = plain(&book, &Settings::default(), None);
        let mut said = taken(&table);
        said.sort();
        let expected = ["vaccination 84 2022 45.2", "vaccination 84 2023 54.6"];
        assert_eq!(said, expected, "{:?}\n{:?}", told(&table), table.mapping);
        let refused = table
            .problems
            .iter()
            .find(|problem| problem.severity.blocks());
        assert_eq!(refused, None);
    }
}

#[test]
fn a_second_table_under_a_title_of_its_own_is_told_and_not_read() {
    let table = "Région;2022;2023\n84;45,2;54,6\n11;40;41\n";
    let text = format!("2.c.1 Filles\n{table}\n2.c.2 Garçons\n{table}");
    let read = plain(
        &workbook(vec![sheet("", &text)]),
        &Settings::default(),
        None,
    );
    assert_eq!(told(&read), [" 6 second-table"]);
    assert_eq!(taken(&read).len(), 4);
    // The same header printed again over a longer table says nothing new.
    let text = format!("2.c.1\n{table}\nRégion;2022;2023\n24;40;41\n");
    let read = plain(
        &workbook(vec![sheet("", &text)]),
        &Settings::default(),
        None,
    );
    assert_eq!(
        (told(&read).len(), taken(&read).len()),
        (0, 6),
        "{:?}",
        told(&read)
    );
}

#[test]
fn regions_in_columns_are_told_to_be_turned() {
    let text = "Indicateur;Année;Bretagne;Corse;Normandie\n2.c.1;2022;1;2;3\n";
    let read = plain(&workbook(vec![sheet("", text)]), &Settings::default(), None);
    assert_eq!(told(&read), [" 1 layout"]);
    assert!(
        read.problems[0].message.contains("Transposé"),
        "{:?}",
        read.problems
    );
}

#[test]
fn what_stands_at_the_right_of_a_table_is_told_once_for_each_column() {
    let mut book = workbook(vec![sheet(
        "",
        "région;2.c.1 2023\n84;1;x\n11;2;y;z\n24;3;w\n",
    )]);
    book.format = Format::Xlsx;
    assert_eq!(
        told(&plain(&book, &Settings::default(), None)),
        [" C2 beyond-header !"]
    );
}

#[test]
fn a_place_may_be_written_with_its_code() {
    let read = |heading: &str, text: &str| {
        let text = format!("{heading};2.c.1 2023\n{text};50\n");
        let table = plain(
            &workbook(vec![sheet("", &text)]),
            &Settings::default(),
            None,
        );
        taken(&table)
            .pop()
            .unwrap_or_else(|| told(&table).join(" "))
    };
    for text in ["53 - Bretagne", "Bretagne (53)", "53 Bretagne"] {
        assert!(read("Région", text).contains(" 53 "), "{text}");
    }
    // « 01 » is Guadeloupe among regions, Ain among departments: the two halves must agree.
    assert!(read("Région", "01 - Ain").contains("unknown-place"));
    assert!(read("Région", "53 - Corse").contains("unknown-place"));
    assert!(read("Département", "01 - Bretagne").contains("unknown-level"));
    for text in ["Ain", "01 - Ain", "Ain (01)", "01"] {
        assert!(
            !read("Département", text).contains("unknown-level"),
            "{text}"
        );
    }
}

#[test]
fn what_a_file_calls_an_indicator_is_explained_once() {
    let text = "identifiant_indic;zone_id;date_valeur;type_valeur;valeur\nIND-927;R84;2023-12-31;va;54,6\nIND-1;R99;2023-12-31;va;1\nIND-1;R98;2023-12-31;va;1\n";
    let book = workbook(vec![sheet("", text)]);
    let table = plain(&book, &Settings::default(), None);
    let names: Vec<&str> = table.foreign_names.iter().map(String::as_str).collect();
    assert_eq!(names, ["IND-1", "IND-927"]);
    assert!(told(&table).contains(&" A2 unknown-indicator".to_owned()));
    let mut mapping = table.mapping.clone();
    mapping.names.insert("IND-927".to_owned(), HPV.to_owned());
    mapping.names.insert("IND-1".to_owned(), IGNORED.to_owned());
    let table = plain(&book, &Settings::default(), Some(&mapping));
    // Nothing is said of rows that a person left aside, not even of their unknown places.
    assert_eq!(
        (told(&table).len(), taken(&table).len()),
        (0, 1),
        "{:?}",
        told(&table)
    );
    assert_eq!(table.foreign_names.len(), 2);
}

#[test]
fn what_is_said_beside_a_file_completes_it() {
    let book = workbook(vec![sheet("", "région;valeur\n84;54,6\n")]);
    let settings = Settings {
        indicator: Some("2.c.1".to_owned()),
        framework: Some("etat-ars-2024-2028".to_owned()),
        period: Some(Period::Year(2023)),
        ..Settings::default()
    };
    let table = plain(&book, &settings, None);
    assert_eq!(taken(&table), ["vaccination 84 2023 54.6"]);
    let late = Settings {
        period: Some(Period::Year(2025)),
        framework: Some("etat-ars-2019-2023".to_owned()),
        indicator: Some(HPV.to_owned()),
        ..settings
    };
    assert_eq!(told(&plain(&book, &late, None)), [" B2 outside-framework"]);
}

#[test]
fn a_national_value_keeps_its_perimeter() {
    for (text, place) in [
        ("France entière", "FR"),
        ("Total France", "FR"),
        ("FRANCE", "FR"),
        ("Métropole", "FRM"),
        ("Total métropole", "FRM"),
        ("hors Mayotte", "FRHM"),
        ("Ensemble France (hors Mayotte)", "FRHM"),
    ] {
        let table = read(&format!("région;2.c.1 2023\n{text};54,6\n"));
        assert_eq!(
            taken(&table),
            [format!("vaccination {place} 2023 54.6")],
            "{text}"
        );
    }
    for text in ["Total", "Ensemble", "Moyenne nationale"] {
        let table = read(&format!("région;2.c.1 2023\n{text};54,6\n"));
        assert_eq!(told(&table), [" A2 total-row !"], "{text}");
    }
}

#[test]
fn a_ratio_keeps_its_terms_and_a_row_its_words() {
    let text = "région;date_valeur;2.c.1;2.c.1 numérateur;2.c.1 dénominateur;statut;source;commentaire\n84;30/06/2023;54,3;543;1000;provisoire;SNDS;premier envoi\n";
    let table = read(text);
    assert_eq!(told(&table), [""; 0]);
    let candidate = table.candidates().next().unwrap();
    assert_eq!(candidate.state.value.to_string(), "543/1000");
    assert_eq!(candidate.subject.period, Period::Year(2023));
    assert_eq!(candidate.state.reference_date, Some(date(2023, 6, 30)));
    assert!(candidate.state.provisional);
    assert_eq!(candidate.state.source.as_deref(), Some("SNDS"));
    assert_eq!(candidate.state.comment.as_deref(), Some("premier envoi"));
    assert_eq!(candidate.state.supplier, "DGS");
}

#[test]
fn breakdowns_are_written_in_one_way() {
    let text = "région;âge;sexe;année;alcool-au-dessus-reperes\n84;18 à 75 ans;Femmes;2023;20\n84;Total;Ensemble;2023;25\n";
    let table = read(text);
    assert_eq!(told(&table), [""; 0]);
    let expected = ["alcool 84 2023 age=18-75;sex=F 20", "alcool 84 2023 25"];
    assert_eq!(taken(&table), expected);
    let text = "département;année;2.c.1\nAin;2023;54,3\n69;2023;55\n";
    let expected = [
        "vaccination 84 2023 department=D01 54.3",
        "vaccination 84 2023 department=D69 55",
    ];
    assert_eq!(taken(&read(text)), expected);
}

/// Answers one question of a table the same way for its place.
fn answered(table: &super::Table, choice: &str) -> Answers {
    let mut answers = Answers::default();
    for problem in table
        .problems
        .iter()
        .filter(|p| p.code == ProblemCode::Scale)
    {
        answers.put(Answer {
            place: problem.place.clone(),
            code: problem.code,
            choice: choice.to_owned(),
        });
    }
    answers
}

#[test]
fn a_column_of_fractions_is_asked_about_once_and_the_answer_holds() {
    let text = "région;2.c.1 2025\n84;0,47\n11;0,5\n24;0,523\n27;0\n";
    let book = workbook(vec![sheet("", text)]);
    let (figures, settings) = (figures(), Settings::default());
    let read = |answers: &Answers| read_with(&book, &settings, None, answers, &figures);
    let asked = read(&Answers::default());
    assert_eq!(told(&asked), [" B2 scale ?"]);
    assert_eq!(taken(&asked), [""; 0]);
    let scaled = read(&answered(&asked, SCALE));
    assert_eq!(
        taken(&scaled)[..3],
        [
            "vaccination 84 2025 47",
            "vaccination 11 2025 50",
            "vaccination 24 2025 52.3"
        ]
    );
    assert!(
        scaled
            .problems
            .iter()
            .all(|problem| !problem.severity.blocks())
    );
    let kept = read(&answered(&asked, KEEP));
    assert_eq!(taken(&kept)[0], "vaccination 84 2025 0.47");
    // One cell among others is asked about alone, and a sign answers by itself.
    let one = sheet("", "région;2.c.1 2025\n84;0,47 %\n11;0,5\n24;52,3\n");
    let table = read_with(
        &workbook(vec![one]),
        &settings,
        None,
        &Answers::default(),
        &figures,
    );
    assert!(
        told(&table).contains(&" B3 scale ?".to_owned()),
        "{:?}",
        told(&table)
    );
}

#[test]
fn a_person_corrects_the_mapping_and_the_next_file_follows() {
    let settings = Settings::default();
    let book = workbook(vec![sheet("S", "territoire;constat;an\n84;54,6;2023\n")]);
    let proposal = propose_mapping(&book, ground(&settings));
    assert!(!proposal.is_clear() && proposal.mapping.sheets.is_empty());
    let first = "territoire;2.c.1;5.a;an\n84;54,6;3;2023\n";
    let book = workbook(vec![sheet("S", first)]);
    let proposal = propose_mapping(&book, ground(&settings));
    assert!(!proposal.is_clear());
    let mut mapping = proposal.mapping.clone();
    assert_eq!(mapping.sheets[0].columns[2], Column::Unclear);
    mapping.sheets[0].columns[2] = Column::Figure {
        part: Part::Value,
        measure: Some("realisation-plans-orsan".to_owned()),
        period: None,
    };
    let table = plain(&book, &settings, Some(&mapping));
    assert_eq!(told(&table), [""; 0]);
    assert_eq!(table.candidates().count(), 2);
    // The next year, two lines of title stand above the same header.
    let next = sheet(
        "Feuil1",
        "Titre\n\nTerritoire;2.C.1;5.a;an\n84;55,6;4;2024\n",
    );
    let next = workbook(vec![next]);
    let seen = propose_mapping(&next, ground(&settings)).mapping;
    assert_eq!(mapping.signature(&book), seen.signature(&next));
    let laid = mapping.laid_over(&seen);
    assert_eq!(
        (laid.sheets[0].header, laid.sheets[0].columns.len()),
        (3, 4)
    );
    assert_eq!(plain(&next, &settings, Some(&laid)).candidates().count(), 2);
}

#[test]
fn a_name_of_the_file_is_explained_once() {
    let text = "identifiant_indic;zone_id;date_valeur;type_valeur;valeur\nIND-927;R84;2023-12-31;va;54.6\n";
    let book = workbook(vec![sheet("", text)]);
    let settings = Settings::default();
    assert_eq!(
        told(&plain(&book, &settings, None)),
        [" A2 unknown-indicator"]
    );
    let mut mapping = propose_mapping(&book, ground(&settings)).mapping;
    mapping.names.insert("IND-927".to_owned(), HPV.to_owned());
    assert_eq!(
        taken(&plain(&book, &settings, Some(&mapping))),
        ["vaccination 84 2023 54.6"]
    );
}

#[test]
fn a_label_merged_over_rows_holds_for_each() {
    let mut merged = sheet("S", "région;année;2.c.1\n84;2022;45,2\n;2023;54,6\n");
    merged.merged.push(Area {
        top: 2,
        left: 1,
        bottom: 3,
        right: 1,
    });
    let table = plain(&workbook(vec![merged]), &Settings::default(), None);
    assert_eq!(
        taken(&table),
        ["vaccination 84 2022 45.2", "vaccination 84 2023 54.6"]
    );
}

#[test]
fn the_schema_and_the_reader_hold_together() {
    let text = std::fs::read_to_string("docs/schemas/valeurs.schema.json").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let fields = schema["fields"].as_array().unwrap();
    let of = |key: &str| -> Vec<String> {
        let texts = fields
            .iter()
            .map(|field| field[key].as_str().unwrap().to_owned());
        texts.collect()
    };
    let (names, examples) = (of("name"), of("example"));
    let book = workbook(vec![sheet(
        "",
        &format!("{}\n{}\n", names.join(";"), examples.join(";")),
    )]);
    let settings = Settings::default();
    let proposal = propose_mapping(&book, ground(&settings));
    assert!(proposal.is_clear());
    let columns = &proposal.mapping.sheets[0].columns;
    let distinct: std::collections::HashSet<&Column> = columns.iter().collect();
    assert_eq!((columns.len(), distinct.len()), (names.len(), names.len()));
    // Every column that says one thing of a row is in the schema, but PILOTE's own.
    for (column, word, _) in Column::PLAIN {
        let left = [Column::ValueType, Column::Ignored, Column::Unclear].contains(&column);
        assert_eq!(columns.contains(&column), !left, "{word}");
    }
    let table = plain(&book, &settings, None);
    assert_eq!(told(&table), [""; 0]);
    let candidate = table.candidates().next().unwrap();
    assert_eq!(candidate.subject.breakdown, "department=D69");
    assert_eq!(candidate.state.value.to_string(), "543/1000");
}

/// Any column, of the kinds that a mapping may hold.
fn column() -> impl Strategy<Value = Column> {
    let figure = (
        0..3_usize,
        any::<bool>(),
        proptest::option::of(2015_i16..2030),
    );
    let figure = figure.prop_map(|(part, measure, year)| Column::Figure {
        part: [Part::Value, Part::Numerator, Part::Denominator][part],
        measure: measure.then(|| HPV.to_owned()),
        period: year.map(Period::Year),
    });
    let plain = (0..Column::PLAIN.len()).prop_map(|rank| Column::PLAIN[rank].0.clone());
    prop_oneof![figure, plain]
}

/// A text that a cell may hold.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec![
            "84", "Bretagne", "2023", "T1 2023", "2.c.1", "54,6", "0,4", "nd", "va", "F", "Ain",
            "0-17 ans", "", "", "Total", "région", "année", "#REF!", "31/12/2023", "provisoire",
        ]).prop_map(str::to_owned),
        1 => "[^\"\\r\\n;]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_table_under_any_mapping_is_read(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 1..7), 1..8),
        columns in proptest::option::of(proptest::collection::vec(column(), 0..8)),
        merged in proptest::option::of((1_u32..6, 1_u32..6, 0_u32..3, 0_u32..3)),
        header in 0_u32..4,
        header_rows in prop_oneof![Just(1_u32), 0_u32..4, Just(u32::MAX)],
        names in proptest::collection::btree_map("[a-z.0-9]{1,6}", cell(), 0..3),
    ) {
        let lines: Vec<String> = rows.iter().map(|row| row.join(";")).collect();
        let Ok(mut read) = crate::imports::read_workbook(lines.join("\n").as_bytes()) else {
            return Ok(());
        };
        if let Some((top, left, height, width)) = merged {
            let area = Area { top, left, bottom: top + height, right: left + width };
            read.sheets[0].merged.push(area);
        }
        let mapping = columns.map(|columns| Mapping {
            sheets: vec![super::SheetMapping { header, header_rows, columns, ..Default::default() }],
            names,
        });
        let table = plain(&read, &Settings::default(), mapping.as_ref());
        // Each candidate has a cell and a subject of its own, and its cell holds something.
        let (mut places, mut subjects) = (std::collections::HashSet::new(), std::collections::HashSet::new());
        for candidate in table.candidates() {
            let Place { row, column, .. } = candidate.place;
            let held = read.sheets[0].cell(row, column).map(|cell| &cell.content);
            prop_assert!(held.is_some_and(|content| *content != Content::Empty));
            prop_assert!(places.insert((row, column)) && subjects.insert(candidate.subject));
        }
    }
}
