//! What nobody would believe is never drawn, for any measure of any framework.

use std::collections::BTreeMap;

use super::*;
use crate::frameworks::{Known, read_all_texts};
use crate::kernel::ValueKind;

/// Every measure that takes a number, by code.
fn measures() -> BTreeMap<String, Measure> {
    let folders = shipped::frameworks();
    let texts = folders.iter().map(|(code, texts)| (code.as_str(), texts));
    let mut known = Known::of(&shipped::directory().unwrap());
    let readings = read_all_texts(texts, &mut known);
    let frameworks = readings
        .into_iter()
        .map(|(_, read)| read.framework.unwrap());
    let measures = frameworks.flat_map(|framework| framework.measures);
    measures
        .filter(|measure| measure.value_kind == ValueKind::Number)
        .map(|measure| (measure.code.clone(), measure))
        .collect()
}

fn seen(levels: &Levels, measure: &Measure) -> Vec<(String, Vec<Decimal>)> {
    let places = levels.regions().into_iter().chain(levels.establishments());
    places
        .map(|place| {
            let years = 2013..=2025;
            let values = years.map(|year| levels.number(measure, place, year).value);
            (place.to_owned(), values.collect())
        })
        .collect()
}

#[test]
fn every_line_of_the_file_is_about_a_measure_or_a_family() {
    let (levels, measures) = (Levels::read().unwrap(), measures());
    for code in levels.of.keys() {
        assert!(
            code.starts_with("famille:") || measures.contains_key(code),
            "{code}"
        );
    }
    for measure in measures.values() {
        let family = family(measure);
        assert!(
            levels.of.contains_key(family),
            "{} : {family}",
            measure.code
        );
    }
}

#[test]
fn every_measure_in_force_has_a_line_of_its_own() {
    let levels = Levels::read().unwrap();
    let folders = shipped::frameworks();
    let texts = folders.iter().map(|(code, texts)| (code.as_str(), texts));
    let mut known = Known::of(&shipped::directory().unwrap());
    for (code, reading) in read_all_texts(texts, &mut known) {
        if code != super::super::values::CURRENT {
            continue;
        }
        let framework = reading.framework.unwrap();
        for measure in &framework.measures {
            let needed = measure.value_kind == ValueKind::Number;
            assert!(
                !needed || levels.of.contains_key(&measure.code),
                "{}",
                measure.code
            );
        }
    }
}

#[test]
fn values_stay_inside_the_bounds_of_their_measure() {
    let levels = Levels::read().unwrap();
    for measure in measures().values() {
        for (place, values) in seen(&levels, measure) {
            for value in values {
                let inside = measure.min.is_none_or(|min| min <= value)
                    && measure.max.is_none_or(|max| value <= max);
                assert!(inside, "{} {place} {value}", measure.code);
            }
        }
    }
}

#[test]
fn neighbouring_years_are_neighbours() {
    let levels = Levels::read().unwrap();
    for measure in measures().values() {
        let level = levels.level(measure);
        let step = 10_i64.pow(6 - u32::from(measure.decimals.unwrap_or(0).min(6)));
        for (place, values) in seen(&levels, measure) {
            for pair in values.windows(2) {
                let moved = (pair[1].micros() - pair[0].micros()).abs();
                let furthest = level.pace.abs() + 2 * level.luck;
                let most = match level.base {
                    Base::Alone => furthest + step,
                    // As a part of the level, which the place may be above.
                    Base::Inhabitants => {
                        let people = i128::from(levels.people[&place]);
                        let level = i128::from(level.centre) * people / 100_000;
                        micros(level * i128::from(furthest) / WHOLE) + step
                    }
                    // A small denominator makes coarse steps.
                    Base::Ratio(thousandth) => {
                        let den = i128::from(thousandth) * i128::from(levels.people[&place])
                            / 1_000
                            / UNIT;
                        let per = i128::from(measure.per.unwrap_or(1));
                        furthest + 2 * step + micros(per * UNIT / den.max(1))
                    }
                };
                assert!(moved <= most, "{} {place} {pair:?} > {most}", measure.code);
            }
        }
    }
}

#[test]
fn counts_follow_the_population() {
    let levels = Levels::read().unwrap();
    for measure in measures().values() {
        let level = levels.level(measure);
        if level.base != Base::Inhabitants {
            continue;
        }
        for place in levels.regions() {
            let counted = i128::from(levels.number(measure, place, 2023).value.micros());
            let people = i128::from(levels.people[place]);
            let expected = i128::from(level.centre) * people / 100_000;
            let margin = expected * i128::from(level.spread + level.luck) / WHOLE + UNIT;
            assert!(
                (counted - expected).abs() <= margin,
                "{} {place} {counted}",
                measure.code
            );
        }
    }
}

#[test]
fn a_ratio_is_its_two_terms() {
    let levels = Levels::read().unwrap();
    for measure in measures().values() {
        for place in levels.regions() {
            let number = levels.number(measure, place, 2024);
            let Some((num, den)) = number.terms else {
                continue;
            };
            let (num, den) = (
                Decimal::from_int(num).unwrap(),
                Decimal::from_int(den).unwrap(),
            );
            let rate = Decimal::ratio(num, den, measure.per.unwrap_or(1)).unwrap();
            assert_eq!(
                rate.round(measure.decimals.unwrap_or(0)),
                number.value,
                "{}",
                measure.code
            );
            let is_share = measure.max == Some(Decimal::HUNDRED);
            assert!(!is_share || num <= den, "{} {place}", measure.code);
        }
    }
}

#[test]
fn some_measures_that_a_reader_knows() {
    let (levels, measures) = (Levels::read().unwrap(), measures());
    for (code, low, high) in [
        ("saturation-plafond-emploi", "93", "101"),
        ("depistage-cancer-colorectal", "25", "40"),
        ("chirurgie-ambulatoire", "40", "70"),
        ("es-turn-over-personnels-medicaux", "5", "20"),
        ("es-exercices-retex", "1", "12"),
    ] {
        let bounds = (
            low.parse::<Decimal>().unwrap(),
            high.parse::<Decimal>().unwrap(),
        );
        let measure = &measures[code];
        let years = 2020..=2025;
        let places = if code.starts_with("es-") {
            levels.establishments()
        } else {
            levels.regions()
        };
        for place in places {
            for year in years.clone() {
                let value = levels.number(measure, place, year).value;
                assert!(
                    bounds.0 <= value && value <= bounds.1,
                    "{code} {place} {year} {value}"
                );
            }
        }
    }
    let paris = levels
        .number(&measures["couloir-croissance-greffe"], "11", 2025)
        .value;
    assert!(paris < Decimal::from_int(2_000).unwrap(), "{paris}");
    let reunion = levels
        .number(&measures["partenariats-ars-cd-cpam-pmi"], "04", 2023)
        .value;
    assert!(reunion < Decimal::from_int(10).unwrap(), "{reunion}");
}

#[test]
fn targets_leave_from_the_start_and_go_the_right_way() {
    let levels = Levels::read().unwrap();
    for measure in measures().values() {
        for place in levels.regions() {
            let mut before = levels.number(measure, place, 2023).value;
            let start = before;
            for step in 1..=5 {
                let target = levels.ahead(measure, start, step);
                match measure.direction {
                    Direction::Higher => assert!(before <= target, "{} {place}", measure.code),
                    Direction::Lower => assert!(target <= before, "{} {place}", measure.code),
                    Direction::Maintain | Direction::None => assert_eq!(target, start),
                }
                before = target;
            }
        }
    }
}
