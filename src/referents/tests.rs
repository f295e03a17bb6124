use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

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
