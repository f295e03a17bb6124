use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::frameworks::Level;

fn holding(from: Date, until: Option<Date>) -> Holding {
    Holding {
        person: Uuid::nil(),
        name: String::new(),
        email: String::new(),
        organisation: String::new(),
        national: false,
        referent: Referent::First,
        objective: String::new(),
        from,
        until,
    }
}

fn day_no(n: i32) -> Date {
    date(2024, 1, 1).checked_add(n.days()).unwrap()
}

proptest! {
    #[test]
    fn a_post_is_missing_exactly_from_the_first_day_of_the_gap(
        spans in prop::collection::vec((0..60_i32, prop::option::of(0..20_i32)), 0..6),
        day in 5..80_i32,
    ) {
        let opens = day_no(5);
        let holdings: Vec<Holding> = spans
            .iter()
            .map(|(from, length)| holding(day_no(*from), length.map(|n| day_no(from + n))))
            .collect();
        let stands = |n: i32| holdings.iter().any(|h| h.stands_on(day_no(n)));
        match missing_since(holdings.iter(), opens, day_no(day)) {
            None => prop_assert!(stands(day)),
            Some(since) => {
                let mut first = day;
                prop_assert!(!stands(first));
                while first > 5 && !stands(first - 1) {
                    first -= 1;
                }
                prop_assert_eq!(since, day_no(first));
            }
        }
    }
}

#[test]
fn who_goes_on_holding_a_post_held_it_before_no_more() {
    let framework = Framework {
        levels: vec![Level {
            key: "objectif".to_owned(),
            ..Level::default()
        }],
        objective_level: Some("objectif".to_owned()),
        nodes: vec![Node {
            key: "2".to_owned(),
            level: "objectif".to_owned(),
            ..Node::default()
        }],
        ..Framework::default()
    };
    let named = |person: u128, name: &str, from, until| Holding {
        person: Uuid::from_u128(person),
        name: name.to_owned(),
        national: true,
        ..holding(from, until)
    };
    let holdings = [
        named(1, "Anne", day_no(0), Some(day_no(9))),
        named(1, "Anne", day_no(10), None),
        // A namesake, between two grants of the first that overlap.
        named(2, "Anne", day_no(0), None),
        named(1, "Anne", day_no(20), None),
        named(3, "Paul", day_no(0), Some(day_no(9))),
    ];
    let posts = posts(&framework, &[], &holdings, day_no(30));
    let people = |held: &[&Holding]| held.iter().map(|h| h.person.as_u128()).collect::<Vec<_>>();
    assert_eq!(people(&posts[0].holders), [1, 2]);
    assert_eq!(people(&posts[0].before), [3]);
    let then = super::posts(&framework, &[], &holdings, day_no(5));
    assert_eq!(people(&then[0].before), [] as [u128; 0]);
}
