use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::frameworks::{Indicator, Level};

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
    let directory = Directory::default();
    let posts = posts(&framework, &directory, &holdings, day_no(30));
    let people = |held: &[&Holding]| held.iter().map(|h| h.person.as_u128()).collect::<Vec<_>>();
    assert_eq!(people(&posts[0].holders), [1, 2]);
    assert_eq!(people(&posts[0].before), [3]);
    let then = super::posts(&framework, &directory, &holdings, day_no(5));
    assert_eq!(people(&then[0].before), [] as [u128; 0]);
}

#[test]
fn each_directorate_that_leads_an_indicator_has_a_post_of_its_own() {
    let node = |key: &str| Node {
        key: key.to_owned(),
        level: "objectif".to_owned(),
        ..Node::default()
    };
    let indicator = |key: &str, leads: &[&str]| Indicator {
        key: format!("{key}.a"),
        node: key.to_owned(),
        leads: leads.iter().map(|&lead| lead.to_owned()).collect(),
        ..Indicator::default()
    };
    let framework = Framework {
        levels: vec![Level {
            key: "objectif".to_owned(),
            ..Level::default()
        }],
        objective_level: Some("objectif".to_owned()),
        nodes: vec![node("1"), node("2")],
        // The agencies lead as well, and have their posts already.
        indicators: vec![
            indicator("1", &["DGS", "DSS"]),
            indicator("2", &["DGS", "ARS-1"]),
        ],
        ..Framework::default()
    };
    let directory = directory();
    let named = |referent, organisation: &str, from| Holding {
        national: true,
        referent,
        organisation: organisation.to_owned(),
        objective: "1".to_owned(),
        ..holding(from, None)
    };
    let holdings = [
        named(Referent::First, "DGS", day_no(0)),
        named(Referent::Second, "DSS", day_no(40)),
    ];
    let told = |day: Date| -> Vec<(String, String, bool)> {
        let posts = posts(&framework, &directory, &holdings, day);
        let told = posts.iter().map(|post| {
            let place = post.place.organisation().map_or("État", |one| &one.code);
            (
                place.to_owned(),
                post.objective.key.clone(),
                post.missing_since.is_some(),
            )
        });
        told.collect()
    };
    let expected = |dss: bool| -> Vec<(String, String, bool)> {
        let lines = [
            ("État", "1", false),
            ("État", "2", true),
            // Its signing lead is its own.
            ("DGS", "1", false),
            ("DGS", "2", true),
            ("DSS", "1", dss),
            ("ARS-1", "1", true),
            ("ARS-1", "2", true),
        ];
        let line = |(a, b, c): (&str, &str, bool)| (a.to_owned(), b.to_owned(), c);
        lines.into_iter().map(line).collect()
    };
    assert_eq!(told(day_no(30)), expected(true));
    assert_eq!(told(day_no(50)), expected(false));
    // Whoever a directorate named is listed there, once.
    let posts = posts(&framework, &directory, &holdings, day_no(50));
    let seconds = |place: usize| {
        posts[place]
            .holders
            .iter()
            .filter(|h| h.referent == Referent::Second)
            .count()
    };
    assert_eq!((seconds(0), seconds(4)), (0, 1));
}

/// Two directorates and an agency.
fn directory() -> Directory {
    let organisation = |code: &str, kind| Organisation {
        code: code.to_owned(),
        kind,
        name: code.to_owned(),
        short_name: None,
        valid_from: None,
        valid_to: None,
        parent: None,
        place: None,
        finess: None,
        usages: Vec::new(),
        note: None,
    };
    let organisations = vec![
        organisation("DGS", OrganisationKind::Directorate),
        organisation("DSS", OrganisationKind::Directorate),
        organisation("ARS-1", OrganisationKind::Ars),
    ];
    Directory::new(organisations, Vec::new(), Vec::new(), Vec::new())
}
