//! Tables as people send them: what is tolerated, what is refused, and where it is said to be.

use std::collections::BTreeSet;

use jalon::figures::values::{RowState, RowSubject, Settings};
use jalon::imports::{Problem, Row, Severity};

use crate::on_both_engines;
use crate::stage::{Stage, places_with};

/// Problems as `cell code`, the warnings in brackets.
fn told(problems: &[Problem]) -> Vec<String> {
    let one = |p: &Problem| {
        let text = format!("{} {}", p.place.cell(), p.code);
        match p.severity {
            Severity::Refusal => text,
            Severity::Warning => format!("({text})"),
            Severity::Question => format!("{text} ?"),
        }
    };
    problems.iter().map(one).collect()
}

/// Accepted cells as `measure place period value`.
fn taken(rows: &[Row]) -> BTreeSet<String> {
    let one = |row: &Row| {
        let subject: RowSubject = serde_json::from_str(&row.subject).unwrap();
        let state: RowState = serde_json::from_str(&row.after).unwrap();
        let (place, period) = (subject.place, subject.period);
        format!("{} {place} {period} {}", subject.measure, state.value)
    };
    rows.iter().map(one).collect()
}

on_both_engines! {
    async fn every_fault_of_a_table_is_told_at_once_with_its_cell(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let usage = "      - Océan-Indien\n";
        let both = format!("{usage}      - Antilles françaises\n");
        stage.import_directory(&places_with(usage, &both)).await;
        let rows = [
            ("Transmis par Santé publique France, le 3 mai;;;", None),
            (";;;", None),
            ("Indicateur;Territoire;Année;Valeur", None),
            ("2.c.1;84;2023;54,3", None),
            ("2.c.1;Vénusie;2023;1", Some("B5 unknown-place")),
            ("2.c.1;Antilles françaises;2023;1", Some("B6 ambiguous-place")),
            ("9.z.9;84;2022;1", Some("A7 unknown-indicator")),
            ("5.a;84;2023;1", Some("A8 ambiguous-indicator")),
            ("2.c.1;84;2022;154,3", Some("D9 out-of-bounds")),
            ("2.c.1;84;2021;-0,1", Some("D10 out-of-bounds")),
            ("2.c.1;11;2022;environ 40", Some("D11 wrong-value")),
            ("2.c.1;11;2023;#DIV/0!", Some("D12 formula-error")),
            ("2.c.1;11;2023;1,2345678", Some("D13 too-precise")),
            ("2.c.1;Auvergne Rhone-Alpes;2023;54,4", Some("D14 contradiction")),
            ("2.c.1;ARA;2023;54,30 %", Some("(D15 repeated-cell)")),
            ("2.c.1;11;20223;1", Some("C16 wrong-period")),
            ("2.c.1;11;mai;1", Some("C17 wrong-period")),
            ("2.c.1;;2023;1", Some("B18 unknown-place")),
            (";84;2023;1", Some("A19 unknown-indicator")),
            ("2.c.1;84;;1", Some("C20 wrong-period")),
            ("2.c.1;53;2023;1;2", Some("E21 beyond-header")),
            ("2.c.1;Midi-Pyrénées;2023;1", Some("(D22 place-not-in-force)")),
            ("2.c.1;53;2023;", None),
            ("2.c.1;53", None),
            ("Source : enquête annuelle", Some("(A25 ignored-row)")),
        ];
        let text: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
        let expected: Vec<&str> = rows.iter().filter_map(|(_, fault)| *fault).collect();
        let rehearsal = stage.rehearse(text.join("\r\n")).await;
        assert_eq!(told(&rehearsal.problems), expected);
        assert_eq!(rehearsal.counts.created, 2);
        assert!(rehearsal.problems.iter().all(|p| p.message.ends_with(['.', '?', 'e', ')'])), "{:#?}", rehearsal.problems);
        let (kept,): (i64,) = bench.db.read().await.unwrap()
            .one("select count(*) from problem", vec![]).await.unwrap();
        assert_eq!(kept, i64::try_from(expected.len()).unwrap());
    }
}

on_both_engines! {
    async fn a_row_wrong_twice_is_told_twice(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let rehearsal = stage.rehearse("indicateur;region;annee;valeur\n9.z;Vénusie;mai;1\n").await;
        let expected = ["A2 unknown-indicator", "B2 unknown-place", "C2 wrong-period"];
        assert_eq!(told(&rehearsal.problems), expected);
    }
}

on_both_engines! {
    async fn faults_of_a_wide_table_are_told_at_their_headings(bench: Bench) {
        let stage = Stage::set(&bench).await;
        for (text, expected) in [
            // A printed code of several frameworks, beside one that is clear.
            ("region;annee;5.a;2.c.1\n84;2023;1;54,3\n", vec!["C1 ambiguous-indicator"]),
            // Nothing says the year: nothing is taken in silence.
            ("region;2.c.1\n84;54,3\n", vec!["B1 no-period"]),
            ("indicateur;region;valeur\n2.c.1;84;54,3\n", vec!["C1 no-period"]),
            // Or the indicator, of one column among others.
            ("region;annee;valeur;2.c.1\n84;2023;1;54,3\n", vec!["C1 no-indicator"]),
            // The heading and the row disagree.
            ("region;annee;2.c.1 (2022)\n84;2023;54,3\n", vec!["C2 wrong-period"]),
            // Two ways of naming the place disagree.
            ("code region;region;annee;2.c.1\n84;Bretagne;2023;54,3\n", vec!["B2 ambiguous-place"]),
            // No header, or none that says what the values are.
            ("84;2023;54,3\n11;2023;45,8\n", vec!["1 layout"]),
            ("region;annee;constat\n84;2023;54,3\n", vec!["1 layout"]),
            ("region;annee;taux\n84;2023;54,3\n", vec!["C1 no-indicator"]),
            // 01 is Ain among departments and Guadeloupe among regions: a part of Auvergne-Rhône-Alpes.
            ("departement;annee;2.c.1\n01;2023;54,3\n", vec![]),
            // A decimal comma in a table separated by commas.
            ("territory,year,2.c.1\n84,2023,54,3\n11,2023,45,8\n", vec!["D2 beyond-header", "D3 beyond-header"]),
            // A row cut short has lost its year.
            ("2.c.1;region;annee\n54,3;84\n", vec!["C2 wrong-period"]),
            ("2.c.1;annee;region\n54,3;2023\n", vec!["C2 unknown-place"]),
            // The same column twice.
            ("region;annee;2.c.1;2.c.1\n84;2023;54,3;54,4\n", vec!["D2 contradiction"]),
        ] {
            let rehearsal = stage.rehearse(text).await;
            assert_eq!(told(&rehearsal.problems), expected, "{text}");
        }
        let clear = stage.rehearse("region;annee;5.a;2.c.1\n84;2023;1;54,3\n").await;
        assert_eq!(clear.counts.created, 1);
    }
}

on_both_engines! {
    async fn a_framework_named_beside_the_file_makes_its_codes_clear(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let text = "region;annee;5.a\n84;2023;1\n";
        assert_eq!(told(&stage.rehearse(text).await.problems), ["C1 ambiguous-indicator"]);
        for (framework, measure) in [
            ("etat-ars-2024-2028", "documents-mon-espace-sante-par-personne"),
            ("etat-ars-2019-2023", "realisation-plans-orsan"),
        ] {
            let settings = Settings { framework: Some(framework.to_owned()), ..Settings::default() };
            let rehearsal = stage.rehearse_with(text, &settings).await;
            assert_eq!(rehearsal.problems, []);
            assert!(taken(&rehearsal.rows).first().unwrap().starts_with(measure), "{framework}");
        }
        // And so does the code of the measure itself, or the label.
        let text = "region;annee;realisation-plans-orsan\n84;2023;1\n";
        assert_eq!(stage.rehearse(text).await.counts.created, 1);
    }
}

/// One content, written as people and programs write it.
fn spellings() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = [
        "territory,year,2.c.1\n84,2023,54.6\n11,2023,1045.8e-1\n",
        "Région;Année;2.c.1\nAuvergne-Rhône-Alpes;2023;54,6\nÎle-de-France;2023;104,58\n",
        "REGION;ANNEE;2.C.1\nauvergne et rhone alpes;2023;54,60 %\nile de france;2023;104,58\u{a0}%\n",
        "région\tannée\t2.c.1\nARA\t2023\t54,6\nIDF\t2023\t104,58\n",
        "région|année|2.c.1\nARS Auvergne-Rhône-Alpes|2023|+54,6\nRégion Île-de-France|2023|104,58\n",
        "\u{feff}région;année;2.c.1\n84;2023;54,6\n11;2023;104,58\n",
        "\"territory\",\"year\",\"2.c.1\"\n\"84\",\"2023\",\"54,6\"\n\"11\",\"2023\",\"104,58\"\n",
        "Couverture vaccinale; par région\n\nextrait le 3 mai 2024\n\nrégion;année;2.c.1\n84;2023;54,6\n\n11;2023;104,58\n",
        "Région;2.c.1 (2023)\n84;54,6\n11;104,58\n",
        "Région;2.c.1 2023;Commentaire\n84;54,6;\n11;104,58;\n",
        "Région;année;2.c.1_2023\n84;;54,6\n11;2023;104,58\n",
        "indicateur;région;année;valeur\n2.c.1;84;2023;54,6\n2.c.1;11;2023;104,58\n",
        "Code région;Région;Année;Taux de couverture des filles de 15 ans à la vaccination HPV\n84;Auvergne-Rhône-Alpes;2023;54,6\n11;;2023;104,58\n",
        "région;année;vaccination-hpv-filles-15-ans\n84;2023;54,6\n11;2023;104,58\n53;2023;\n",
    ]
    .iter()
    .map(|text| text.replace("1045.8e-1", "104.58").replace("104,58", "45,8").replace("104.58", "4.58E1"))
    .map(String::into_bytes)
    .collect();
    for text in files.clone() {
        let text = String::from_utf8(text).unwrap();
        files.push(text.replace('\n', "\r\n").into_bytes());
        if let (windows, _, false) = encoding_rs::WINDOWS_1252.encode(&text) {
            files.push(windows.into_owned());
        }
    }
    files
}

on_both_engines! {
    async fn what_a_person_would_read_alike_is_read_alike(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let expected = BTreeSet::from([
            "vaccination-hpv-filles-15-ans 11 2023 45.8".to_owned(),
            "vaccination-hpv-filles-15-ans 84 2023 54.6".to_owned(),
        ]);
        let files = spellings();
        assert!(files.len() > 35);
        for file in files {
            let text = String::from_utf8_lossy(&file);
            let rehearsal = stage.rehearse(&file).await;
            assert_eq!(taken(&rehearsal.rows), expected, "{text}");
            let refused: Vec<_> = rehearsal.problems.iter().filter(|p| p.severity == Severity::Refusal).collect();
            assert!(refused.is_empty(), "{text}: {refused:?}");
        }
    }
}

on_both_engines! {
    async fn the_words_for_a_missing_value_are_kept_as_such(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let text = "region;annee;2.c.1\n84;2023;n.d.\n11;2023;secret statistique\n53;2023;s.o.\n93;2023;-\n";
        let rehearsal = stage.rehearse(text).await;
        assert_eq!((rehearsal.counts.created, rehearsal.counts.refused), (4, 0));
        stage.commit(rehearsal.id).await.unwrap();
        assert_eq!(stage.rehearse(text).await.counts.unchanged, 4);
        // And a number that comes at last replaces the word.
        let later = stage.rehearse("region;annee;2.c.1\n84;2023;54,3\n").await;
        assert_eq!(later.counts.changed, 1);
    }
}
