//! Any indicator, with its due dates, and any measure.

use jalon::frameworks::{
    DataYear, DeliveryStatus, Due, DueRule, DueState, Frequency, Gap, Indicator, Limit, Link,
    LinkKind, MeasureMethod, Method, Supply,
};
use jalon::kernel::{Decimal, ValueKind};
use jalon::measures::{Aggregation, Break, Breakdown, Direction, Measure, Window};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::any_text::{any_of, fields, keyed, lines, maybe, text};

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1..=12_i8).prop_map(Limit::Month),
        (1..=6_i8, 6..=12_i8).prop_map(|(from, to)| Limit::Months { from, to }),
        (1..=4_i8).prop_map(Limit::Quarter),
        (1..=28_i8, 1..=12_i8, 0..40_u16).prop_map(|(day, month, plus_days)| Limit::Day {
            day,
            month,
            plus_days
        }),
    ]
}

fn rule() -> impl Strategy<Value = DueRule> {
    let status = option::of(any_of(&[
        DeliveryStatus::Provisional,
        DeliveryStatus::Final,
    ]));
    (limit(), 0..=2_u8, status).prop_map(|(limit, years_after, status)| DueRule {
        limit,
        years_after,
        status,
    })
}

fn due() -> impl Strategy<Value = Due> {
    let data = option::of(any_of(&[DataYear::Same, DataYear::Before]));
    let unfixed = [
        DueState::ToBeSpecified,
        DueState::DirectAccess,
        DueState::Event,
        DueState::NotStated,
    ];
    (
        maybe(),
        any_of(&unfixed),
        data,
        vec(rule(), 0..3),
        option::of((2024..=2028_i16, maybe())),
    )
        .prop_map(|(text, unfixed, data, rules, gap)| Due {
            text,
            state: if rules.is_empty() {
                unfixed
            } else {
                DueState::Fixed
            },
            data,
            rules,
            gaps: gap
                .map(|(year, reason)| Gap { year, reason })
                .into_iter()
                .collect(),
        })
}

/// The measures that indicators and links below can do with: one per kind of value.
pub(super) fn measures() -> impl Strategy<Value = Vec<Measure>> {
    let number = (
        (
            text(),
            maybe(),
            option::of(0..=6_u8),
            option::of(1..1000_u32),
        ),
        (any::<i32>(), 0..1_000_000_i64, maybe(), maybe(), maybe()),
        (
            any_of(&[
                Direction::Higher,
                Direction::Lower,
                Direction::Maintain,
                Direction::None,
            ]),
            any_of(&[Aggregation::Sum, Aggregation::None]),
            option::of(any_of(&[
                Window::Year,
                Window::TwelveMonths,
                Window::YearToDate,
                Window::Instant,
                Window::SchoolYear,
            ])),
            subsequence(
                vec![
                    Breakdown::Sex,
                    Breakdown::Age,
                    Breakdown::Population,
                    Breakdown::Department,
                ],
                0..=4,
            ),
        ),
        (
            option::of((1990..2090_i16, text(), any::<bool>())),
            fields(),
        ),
    );
    let number = number.prop_map(
        |(
            (label, unit, decimals, per),
            (min, more, numerator, denominator, note),
            (direction, aggregation, window, breakdowns),
            (rupture, our_reading),
        )| Measure {
            code: String::new(),
            label,
            value_kind: ValueKind::Number,
            unit,
            decimals,
            per,
            direction,
            aggregation: if per.is_some() {
                Aggregation::Ratio
            } else {
                aggregation
            },
            min: Some(Decimal::from_micros(i64::from(min))),
            max: Some(Decimal::from_micros(i64::from(min) + more)),
            window,
            numerator,
            denominator,
            breakdowns,
            breaks: rupture
                .map(|(since, reason, comparable)| Break {
                    since,
                    reason,
                    comparable,
                })
                .into_iter()
                .collect(),
            our_reading,
            note,
        },
    );
    (number, text(), any_of(&[ValueKind::YesNo, ValueKind::Text])).prop_map(
        |(number, label, kind)| {
            let other = Measure {
                label,
                value_kind: kind,
                unit: None,
                decimals: None,
                per: None,
                direction: Direction::None,
                aggregation: Aggregation::None,
                min: None,
                max: None,
                numerator: None,
                denominator: None,
                ..number.clone()
            };
            keyed(vec![number, other], |measure, key| measure.code = key)
        },
    )
}

pub(super) fn indicator() -> impl Strategy<Value = Indicator> {
    let numeric = [
        Method::Progression,
        Method::Ratio,
        Method::Floor,
        Method::Ceiling,
        Method::Corridor,
        Method::None,
    ];
    let frequency = [
        Frequency::Yearly,
        Frequency::HalfYearly,
        Frequency::Quarterly,
        Frequency::ThreeTimesAYear,
        Frequency::Monthly,
    ];
    let supply = [
        Supply::National,
        Supply::Agency,
        Supply::Establishment,
        Supply::DirectAccess,
    ];
    (
        (
            maybe(),
            text(),
            maybe(),
            option::of(Just("a0".to_owned())),
            any::<bool>(),
        ),
        (
            any_of(&numeric),
            option::of(any_of(&frequency)),
            option::of(any_of(&supply)),
            due(),
        ),
        (
            subsequence(vec!["DGS", "ARS"], 0..=2),
            subsequence(vec!["84", "01"], 0..=2),
            maybe(),
            maybe(),
        ),
        (lines(), fields(), fields(), maybe()),
    )
        .prop_map(
            |(
                (code, label, theme, commitment, slot),
                (method, frequency, supply, due),
                (codes, regions, source, reason),
                (lines, uncertain, our_reading, note),
            )| {
                let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
                let link = Link {
                    framework: "autre".to_owned(),
                    indicator: "x".to_owned(),
                    kind: LinkKind::Related,
                    reason,
                };
                // A second measure takes no number, hence another method.
                let composite = !slot && frequency.is_some();
                let measures = ["a0", "a1"].into_iter().map(str::to_owned);
                Indicator {
                    key: String::new(),
                    code,
                    label,
                    node: "a0".to_owned(),
                    theme,
                    commitment,
                    kind: "a0".to_owned(),
                    measures: measures
                        .take(usize::from(!slot) + usize::from(composite))
                        .collect(),
                    left_to_contract: slot,
                    method: if slot { Method::None } else { method },
                    methods: if composite {
                        vec![MeasureMethod {
                            measure: "a1".to_owned(),
                            method: Method::None,
                        }]
                    } else {
                        Vec::new()
                    },
                    links: vec![link],
                    leads: codes.clone(),
                    suppliers: codes,
                    source,
                    frequency,
                    supply,
                    due,
                    regions: regions.into_iter().map(str::to_owned).collect(),
                    lines,
                    uncertain,
                    our_reading,
                    note,
                }
            },
        )
}
