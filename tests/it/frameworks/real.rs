//! The four frameworks of the official documents.

use std::collections::BTreeMap;
use std::path::Path;

use jalon::frameworks::{Framework, Known, LinkKind, Reading, read_all, read_texts, write_texts};
use jalon::kernel::Decimal;

use super::{errors, surroundings};

/// The frameworks of the repository by code, and everything known once they are read.
fn real() -> (BTreeMap<String, Framework>, Known) {
    let mut known = surroundings();
    let readings = read_all(Path::new("frameworks"), &mut known).unwrap();
    let usable = |(code, reading): (String, Reading)| {
        assert_eq!(errors(&reading.problems), [""; 0], "{code}");
        (code, reading.framework.unwrap())
    };
    (readings.into_iter().map(usable).collect(), known)
}

fn of_level(framework: &Framework, level: &str) -> usize {
    let nodes = framework.nodes.iter();
    nodes.filter(|node| node.level == level).count()
}

fn of_kind(framework: &Framework, kind: &str) -> usize {
    let indicators = framework.indicators.iter();
    indicators
        .filter(|indicator| indicator.kind == kind)
        .count()
}

#[test]
fn the_four_frameworks_read_without_an_error_and_count_what_the_documents_count() {
    let (frameworks, _) = real();
    let first = &frameworks["etat-ars-2015-2018"];
    assert_eq!(
        (of_level(first, "axe"), of_level(first, "objectif")),
        (6, 15)
    );
    assert_eq!(first.indicators.len(), 63);
    let second = &frameworks["etat-ars-2019-2023"];
    assert_eq!(
        (of_level(second, "objectif"), second.indicators.len()),
        (9, 50)
    );
    let third = &frameworks["etat-ars-2024-2028"];
    assert_eq!(of_level(third, "objectif"), 10);
    assert_eq!(
        (of_kind(third, "socle"), of_kind(third, "complementaire")),
        (61, 32)
    );
    let hospitals = &frameworks["es-aura-2020-2024"];
    let levels = (
        of_level(hospitals, "orientation"),
        of_level(hospitals, "objectif"),
    );
    assert_eq!(levels, (3, 13));
    assert_eq!(
        (hospitals.commitments.len(), hospitals.indicators.len()),
        (64, 121)
    );
}

#[test]
fn printed_codes_repeat_and_are_missing_while_keys_never_do() {
    let (frameworks, _) = real();
    let first = &frameworks["etat-ars-2015-2018"];
    let mut codes: Vec<_> = first
        .indicators
        .iter()
        .filter_map(|i| i.code.as_ref())
        .collect();
    let printed = codes.len();
    codes.sort();
    codes.dedup();
    assert!(codes.len() < printed && printed < first.indicators.len());
    for framework in frameworks.values() {
        let index = framework.index();
        for indicator in &framework.indicators {
            assert_eq!(index.indicator(&indicator.key), Some(indicator));
        }
    }
}

#[test]
fn an_indicator_that_continues_points_to_the_measure_of_the_generation_before() {
    let (frameworks, _) = real();
    let mut joined = 0;
    for framework in frameworks.values() {
        for indicator in &framework.indicators {
            for link in &indicator.links {
                let other = &frameworks[&link.framework];
                let other = other.index().indicator(&link.indicator).unwrap();
                let shared = indicator
                    .measures
                    .iter()
                    .any(|m| other.measures.contains(m));
                assert_eq!(shared, link.kind != LinkKind::Related, "{}", indicator.key);
                joined += usize::from(shared);
            }
        }
    }
    assert!(joined > 10, "{joined} series joined");
}

#[test]
fn a_slot_left_to_each_contract_has_no_measure() {
    let (frameworks, _) = real();
    let indicators = frameworks.values().flat_map(|f| &f.indicators);
    let (slots, defined): (Vec<_>, Vec<_>) = indicators.partition(|i| i.left_to_contract);
    assert_eq!(slots.len(), 2);
    assert!(slots.iter().all(|i| i.measures.is_empty()));
    assert!(defined.iter().all(|i| !i.measures.is_empty()));
}

#[test]
fn every_fixed_due_date_gives_dates_within_two_years() {
    let (frameworks, _) = real();
    for (code, framework) in &frameworks {
        for indicator in &framework.indicators {
            let deadlines = indicator.due.deadlines(2023);
            assert_eq!(
                deadlines.len(),
                indicator.due.rules.len(),
                "{code} {}",
                indicator.key
            );
            assert!(
                deadlines
                    .iter()
                    .all(|d| (2023..=2025).contains(&d.to.year()))
            );
        }
    }
}

#[test]
fn what_the_documents_announce_is_kept_as_counts() {
    let (frameworks, _) = real();
    let counts: Vec<_> = frameworks["etat-ars-2019-2023"]
        .announced
        .iter()
        .filter_map(|a| a.count)
        .collect();
    assert_eq!(counts, [50, 26, 20, 4, 9]);
}

#[test]
fn marks_of_reading_survive() {
    let (frameworks, _) = real();
    let uncertain = |code: &str| {
        let indicators = frameworks[code].indicators.iter();
        indicators.filter(|i| !i.uncertain.is_empty()).count()
    };
    assert_eq!(uncertain("etat-ars-2015-2018"), 25);
    let measures = frameworks.values().flat_map(|f| &f.measures);
    assert!(measures.clone().any(|m| !m.our_reading.is_empty()));
    assert!(measures.clone().any(|m| m.max == Some(Decimal::HUNDRED)));
}

#[test]
fn written_again_they_are_the_same_and_stored_as_json_too() {
    let (frameworks, known) = real();
    for (code, framework) in &frameworks {
        let texts = write_texts(framework);
        let again = read_texts(code, &texts, &known);
        assert_eq!(errors(&again.problems), [""; 0], "{code}");
        let again = again.framework.unwrap();
        assert_eq!(&again, framework, "{code}");
        assert_eq!(write_texts(&again), texts, "{code}");
        let json = serde_json::to_string(framework).unwrap();
        assert_eq!(
            &serde_json::from_str::<Framework>(&json).unwrap(),
            framework
        );
    }
}
