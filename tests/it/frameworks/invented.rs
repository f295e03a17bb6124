//! A fifth framework that no document describes, between parties that the four do not know.

use std::path::Path;

use jalon::frameworks::{Framework, Known, read_all, read_dir, write_texts};
use jiff::civil::date;

use super::surroundings;

const FOLDER: &str = "tests/fixtures/frameworks/ehpad-departement-2025-2029";

fn known_with_the_real_ones() -> Known {
    let mut known = surroundings();
    read_all(Path::new("frameworks"), &mut known).unwrap();
    known
}

fn invented() -> Framework {
    let reading = read_dir(Path::new(FOLDER), &known_with_the_real_ones());
    assert_eq!(reading.problems, []);
    reading.framework.unwrap()
}

#[test]
fn text_alone_makes_a_framework_between_a_department_and_its_retirement_homes() {
    let framework = invented();
    let index = framework.index();
    let children: Vec<_> = index
        .children(Some("a"))
        .iter()
        .map(|n| n.key.as_str())
        .collect();
    assert_eq!(children, ["a1", "a2"]);
    assert_eq!(index.node("a1-repas").unwrap().level, "chantier");
    let under: Vec<_> = index
        .indicators_of("b1")
        .iter()
        .map(|i| i.key.as_str())
        .collect();
    assert_eq!(under, ["b1-i1", "b1-i2", "b1-libre"]);
    assert_eq!(framework.starts + 4, framework.ends);
    // The level that it says, or else the deepest under which indicators stand.
    assert_eq!(framework.objectives().len(), 3);
    let unsaid = Framework {
        objective_level: None,
        ..framework.clone()
    };
    assert_eq!(unsaid.objective_level().unwrap().key, "chantier");
    assert_eq!(framework.announced[1].count, None);
    assert_eq!(index.commitment("menus").unwrap().lines.len(), 2);
}

#[test]
fn a_measure_of_another_framework_is_cited_without_being_written_again() {
    let framework = invented();
    let cited = "es-conventions-msp-centres-sante-ehpad";
    assert_eq!(framework.index().measure(cited), None);
    assert_eq!(framework.index().indicators_following(cited).len(), 1);
    let alone = read_dir(Path::new(FOLDER), &surroundings());
    let codes: Vec<_> = alone.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, ["unknown-measure"]);
    assert!(alone.framework.is_none());
}

#[test]
fn its_due_rules_give_dates() {
    let framework = invented();
    let index = framework.index();
    let ends = |key: &str, year| -> Vec<_> {
        let deadlines = index.indicator(key).unwrap().due.deadlines(year);
        deadlines.iter().map(|d| (d.data_year, d.to)).collect()
    };
    assert_eq!(
        ends("a1-i1", 2025),
        [(2025, date(2025, 7, 15)), (2025, date(2026, 1, 15))]
    );
    assert_eq!(ends("a2-i1", 2025), [(2025, date(2026, 1, 31))]);
    assert_eq!(ends("a2-i1", 2026), []);
    assert_eq!(ends("b1-i1", 2025), [(2025, date(2026, 3, 31))]);
    assert_eq!(ends("b1-i2", 2027), [(2026, date(2028, 4, 30))]);
    assert_eq!(ends("a-projet", 2027), []);
    let calendar = &framework.editions[0].calendar;
    assert_eq!(calendar[0].to.unwrap().on(2027), Some(date(2028, 2, 28)));
}

#[test]
fn the_canonical_text_is_stable() {
    let texts = write_texts(&invented());
    insta::assert_snapshot!("ehpad_cadre", texts["cadre.yaml"]);
    insta::assert_snapshot!("ehpad_indicateurs", texts["indicateurs.yaml"]);
    insta::assert_snapshot!("ehpad_engagements", texts["engagements.yaml"]);
}
