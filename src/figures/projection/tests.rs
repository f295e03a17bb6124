use super::*;
use proptest::prelude::*;

fn measure() -> Measure {
    Measure {
        decimals: Some(1),
        min: Some(Decimal::ZERO),
        max: Some(Decimal::HUNDRED),
        ..Measure::default()
    }
}

fn known(values: &[f64]) -> Vec<Known> {
    (2020..)
        .zip(values)
        .map(|(year, value)| Known {
            year,
            value: *value,
        })
        .collect()
}

fn outlook(aim: Aim, end: i16, values: &[f64]) -> Outlook {
    let known = known(values);
    let trend = Trend::of(&known, &measure());
    Outlook::of(aim, end, &known, trend.as_ref())
}

fn said(aim: Aim, end: i16, values: &[f64]) -> String {
    let segment = Segment {
        since: None,
        known: known(values),
    };
    outlook(aim, end, values).sentence(end, &segment)
}

#[test]
fn the_words_of_each_case() {
    let up = Aim::AtLeast(70.0);
    assert_eq!(
        said(up, 2028, &[60.0, 61.0, 62.0, 63.0]),
        "À ce rythme, la cible 2028 ne serait atteinte qu’en 2030"
    );
    assert_eq!(
        said(up, 2028, &[60.0, 62.0, 64.0, 66.0]),
        "À ce rythme, la cible 2028 serait atteinte en 2025"
    );
    assert_eq!(
        said(up, 2025, &[60.0, 63.0, 62.0, 67.0]),
        "À ce rythme, la cible 2025 serait atteinte en 2025, sans que cela soit sûr"
    );
    assert_eq!(
        said(up, 2028, &[60.0, 60.1, 60.0]),
        "Cible 2028 hors d’atteinte à ce rythme"
    );
    assert_eq!(
        said(up, 2028, &[66.0, 64.0, 62.0]),
        "Cible 2028 hors d’atteinte à ce rythme"
    );
    assert_eq!(
        said(up, 2028, &[68.0, 70.0, 72.0]),
        "Cible 2028 déjà atteinte, et maintenue à ce rythme"
    );
    assert_eq!(
        said(up, 2028, &[74.0, 73.0, 72.0]),
        "Cible 2028 déjà atteinte, mais à ce rythme elle ne le serait plus en 2028"
    );
    assert_eq!(
        said(up, 2028, &[47.0, 54.6]),
        "Trop peu de valeurs pour le dire : 2 valeurs annuelles, il en faut 3"
    );
    let broken = Segment {
        since: Some(2021),
        known: known(&[1.0]),
    };
    assert_eq!(
        Outlook::TooFew.sentence(2028, &broken),
        "Trop peu de valeurs pour le dire : 1 valeur annuelle depuis la rupture de 2021, il en faut 3"
    );
}

#[test]
fn less_may_be_what_is_wished_and_a_corridor_has_two_sides() {
    let down = Aim::AtMost(50.0);
    assert_eq!(
        outlook(down, 2028, &[60.0, 59.0, 58.0]),
        Outlook::TooLate { year: 2030 }
    );
    let corridor = Aim::Between(50.0, 55.0);
    assert_eq!(outlook(corridor, 2024, &[52.0, 52.5, 53.0]), Outlook::Met);
    assert_eq!(
        outlook(corridor, 2028, &[52.0, 52.5, 53.0]),
        Outlook::Slipping
    );
    let through = outlook(corridor, 2026, &[60.0, 58.5, 57.0]);
    assert_eq!(
        through,
        Outlook::InTime {
            year: 2024,
            sure: true
        }
    );
}

#[test]
fn one_odd_value_does_not_turn_the_line() {
    let even = Trend::of(&known(&[60.0, 61.0, 62.0, 63.0, 64.0]), &measure()).unwrap();
    let odd = Trend::of(&known(&[60.0, 61.0, 30.0, 63.0, 64.0]), &measure()).unwrap();
    assert!((even.slope - odd.slope).abs() < 1e-9);
}

#[test]
fn a_textbook_interval() {
    // Here the median of slopes is the line of least squares, 2.5 + 1.0 (year - 2021.5), whose
    // residuals are all 0.1. Its 80 % prediction interval at 2024, with two degrees of freedom:
    // 5 ± 1.885618 × sqrt(0.04 / 2) × sqrt(1 + 1/4 + 2.5² / 5).
    let exact = Measure {
        decimals: Some(6),
        ..Measure::default()
    };
    let trend = Trend::of(&known(&[1.1, 1.9, 2.9, 4.1]), &exact).unwrap();
    let likely = trend.at(2024);
    let close = |seen: f64, known: f64| assert!((seen - known).abs() < 1e-6, "{likely:?}");
    close(trend.slope, 1.0);
    close(likely.value, 5.0);
    close(likely.low, 5.0 - 0.421_637);
    close(likely.high, 5.0 + 0.421_637);
}

#[test]
fn numbers_shown_stay_within_decimals() {
    assert_eq!(shown(54.6), Some("54.6".parse().unwrap()));
    assert_eq!(shown(f64::NAN), None);
    assert_eq!(shown(1e300), None);
}

proptest! {
    #[test]
    fn a_range_stays_within_the_measure_and_widens(values in prop::collection::vec(0.0_f64..100.0, 3..12)) {
        let trend = Trend::of(&known(&values), &measure()).unwrap();
        for year in 2020..2045 {
            let likely = trend.at(year);
            prop_assert!(0.0 <= likely.low && likely.low <= likely.value);
            prop_assert!(likely.value <= likely.high && likely.high <= 100.0);
        }
        let unbounded = Trend::of(&known(&values), &Measure::default()).unwrap();
        let width = |year: i16| { let at = unbounded.at(year); at.high - at.low };
        let last = 2019 + i16::try_from(values.len()).unwrap();
        for year in last..last + 10 {
            prop_assert!(width(year + 1) > width(year));
        }
    }

    #[test]
    fn the_unit_and_the_zero_change_nothing(values in prop::collection::vec(0.0_f64..100.0, 3..10), scale in 0.5_f64..20.0, shift in -500.0_f64..500.0) {
        let plain = Measure { decimals: Some(6), ..Measure::default() };
        let moved: Vec<f64> = values.iter().map(|v| v * scale + shift).collect();
        let own = Trend::of(&known(&values), &plain).unwrap().at(2035);
        let other = Trend::of(&known(&moved), &plain).unwrap().at(2035);
        prop_assert!((own.value * scale + shift - other.value).abs() < 1e-6);
        prop_assert!((own.low * scale + shift - other.low).abs() < 1e-4);
    }

    #[test]
    fn the_other_way_round_is_the_same_outlook(values in prop::collection::vec(-100_i32..100, 3..10), goal in -100_i32..100) {
        let plain = Measure::default();
        let of = |sign: f64| {
            let values: Vec<f64> = values.iter().map(|v| sign * f64::from(*v)).collect();
            let known = known(&values);
            let goal = sign * f64::from(goal);
            let aim = if sign > 0.0 { Aim::AtLeast(goal) } else { Aim::AtMost(goal) };
            Outlook::of(aim, 2032, &known, Trend::of(&known, &plain).as_ref())
        };
        prop_assert_eq!(of(1.0), of(-1.0));
    }
}
