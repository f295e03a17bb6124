//! The files of the repository, and everything that can be wrong in one.

use proptest::prelude::*;

use super::*;

const PLACES_TEXT: &str = "lieux:\n  - code: 01\n    type: region\n    libelle: Guadeloupe\n";

fn problems(organisations: &str, places: &str) -> Vec<(String, u32, String)> {
    let Err(Unusable(problems)) = read(organisations, places) else {
        panic!("these files are read without a problem")
    };
    let told = |p: Problem| {
        let words = format!("{}. {}", p.message, p.remedy);
        (p.file, p.position.line, words)
    };
    problems.into_iter().map(told).collect()
}

#[track_caller]
fn one_problem(organisations: &str, places: &str, file: &str, line: u32, words: &[&str]) {
    let found = problems(organisations, places);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), (file, line), "{found:?}");
    for word in words {
        assert!(found[0].2.contains(word), "{word}: {found:?}");
    }
}

#[test]
fn the_files_of_the_repository_have_no_problem() {
    let directory = read_folder(Path::new("reference")).unwrap();
    assert!(directory.organisations().len() > 40);
    assert!(directory.places().len() > 120);
    let guadeloupe = directory.place("01").unwrap();
    assert_eq!(guadeloupe.iso.as_deref(), Some("FR-971"));
    let spf = directory.organisation("SPF").unwrap();
    assert_eq!(spf.valid_from, Some(jiff::civil::date(2016, 5, 1)));
    assert!(spf.note.as_deref().unwrap().contains("ANSP"));
}

#[test]
fn a_missing_folder_says_which_files_are_wanted() {
    let told = read_folder(Path::new("nulle-part"))
        .unwrap_err()
        .to_string();
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.contains("organisations.yaml") && told.contains("lieux.yaml"));
    assert!(told.contains("Indiquez le dossier"), "{told}");
}

#[test]
fn a_problem_reads_as_one_line() {
    let told = read("organisations:\n  - code: A\n    libelle: A\n", PLACES_TEXT)
        .unwrap_err()
        .to_string();
    let expected =
        "organisations.yaml:2:5: « type » manque ou est vide. Ajoutez « type: » et sa valeur.";
    assert_eq!(told, expected);
}

#[test]
fn every_kind_of_problem_names_its_line_and_a_remedy() {
    let org = |rest: &str| format!("organisations:\n  - code: A\n    libelle: A\n{rest}");
    let file = ORGANISATIONS;
    let check = |rest: &str, line, words: &[&str]| {
        one_problem(&org(rest), PLACES_TEXT, file, line, words);
    };
    check(
        "    type: direcion\n",
        4,
        &["direcion", "Vouliez-vous dire « direction »"],
    );
    check("    type: planète\n", 4, &["Choisissez parmi", "direction"]);
    check(
        "    type: autre\n    siglle: A\n",
        5,
        &["« siglle »", "« sigle »"],
    );
    check(
        "    type: autre\n    du: 2016-02-30\n",
        5,
        &["n’est pas une date", "AAAA-MM-JJ"],
    );
    check(
        "    type: autre\n    du: 2017-01-01\n    au: 2016-12-31\n",
        6,
        &["avant de commencer"],
    );
    check(
        "    type: autre\n    parent: B\n",
        5,
        &["aucune organisation n’a le code « B »"],
    );
    check(
        "    type: autre\n    lieu: 02\n",
        5,
        &["aucun lieu", "Peut-être vouliez-vous écrire « 01 »"],
    );
    check("    type: ars\n", 2, &["n’a pas de territoire", "lieu:"]);
    check(
        "    type: autre\n    usages: {b: c}\n",
        5,
        &["attend une liste"],
    );
    check(
        "    type: autre\n    usages:\n      - {b: c}\n",
        6,
        &["un texte est attendu"],
    );
    check("    type: [autre]\n", 4, &["attend un texte"]);
    check(
        "    type: autre\n  - code: A\n    libelle: B\n    type: autre\n",
        5,
        &["déjà pris à la ligne 2"],
    );
    check(
        "    type: autre\n    type: autre\n",
        5,
        &["deux fois, déjà à la ligne 4"],
    );
    check("    type: &x autre\n", 4, &["ancres"]);
    check(
        "    type: autre\n   sigle: A\n",
        5,
        &["mise en page", "alignement"],
    );
    check(
        "    type: etablissement\n",
        2,
        &["ne dit pas où il se trouve", "region:"],
    );
    check(
        "    type: etablissement\n    region: 01\n    finess: 12\n",
        6,
        &["FINESS", "neuf chiffres"],
    );
    check(
        "    type: etablissement\n    region: 01\n    lieu: 01\n",
        6,
        &["son propre lieu"],
    );
    check(
        "    type: autre\n    region: 01\n",
        5,
        &["ne se dit que d’un établissement"],
    );
    check(
        "    type: etablissement\n    region: 99\n",
        5,
        &["aucun lieu"],
    );
    let successions = "    type: autre\nsuccessions:\n  - {de: A, vers: B, le: 2020-01-01}\n";
    check(successions, 6, &["« B »"]);
    let twice = "    type: autre\nsuccessions:\n  - {de: A, vers: A, le: 2020-01-01}\n  - {de: A, vers: A, le: 2020-01-01}\n";
    check(twice, 7, &["deux fois"]);
    one_problem("- a\n", PLACES_TEXT, file, 1, &["des clés"]);
}

#[test]
fn places_are_checked_like_organisations() {
    let check = |rest: &str, line, words: &[&str]| {
        one_problem(
            "organisations:\n",
            &format!("{PLACES_TEXT}{rest}"),
            PLACES,
            line,
            words,
        );
    };
    check(
        "    contient: [{lieu: D971}]\n",
        5,
        &["aucun lieu", "« D971 »"],
    );
    check("    contient: [{lieu: 01}]\n", 5, &["se contient lui-même"]);
    check(
        "  - code: d971\n    type: departement\n    libelle: Guadeloupe\n",
        5,
        &["majuscules"],
    );
    let twice = "    contient:\n      - {lieu: D971}\n      - {lieu: D971}\n  - code: D971\n    type: departement\n    libelle: Guadeloupe\n";
    check(twice, 7, &["déjà dans « 01 »"]);
}

#[test]
fn one_mistake_is_not_told_again_at_every_reference() {
    let places = PLACES_TEXT.replace("region", "regio");
    let organisations =
        "organisations:\n  - code: A\n    type: autre\n    libelle: A\n    lieu: 01\n";
    one_problem(organisations, &places, PLACES, 3, &["« region »"]);
}

#[test]
fn problems_of_both_files_are_told_at_once_in_order() {
    let found = problems(
        "organisations:\n  - code: B\n    type: autre\n  - code: A\n    libelle: A\n",
        "lieux:\n  - code: 01\n    type: region\n",
    );
    let lines: Vec<_> = found
        .iter()
        .map(|(file, line, _)| (file.as_str(), *line))
        .collect();
    let expected = [(PLACES, 2), (ORGANISATIONS, 2), (ORGANISATIONS, 4)];
    assert_eq!(lines, expected);
}

proptest! {
    #[test]
    fn no_text_panics(text in "[-a: \\[\\]{},#&*!|>'\"%@`\\n\\t?~.é]{0,60}") {
        let _ = read(&text, &text);
        let _ = read(&format!("organisations:\n  - code: A\n    type: {text}\n"), PLACES_TEXT);
    }
}
