//! The directory of the repository, looked up as people and programs do.

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::organisations::source;

static DIRECTORY: LazyLock<Directory> =
    LazyLock::new(|| source::read_folder(Path::new("reference")).unwrap());

const REGIONS: &[PlaceKind] = &[PlaceKind::Region];
const DEPARTMENTS: &[PlaceKind] = &[PlaceKind::Department];

fn code(text: &str, kinds: &[PlaceKind]) -> String {
    match DIRECTORY.recognise(text, kinds) {
        Recognised::Found(place) => place.code.clone(),
        Recognised::Ambiguous(places) => {
            let codes: Vec<&str> = places.iter().map(|place| place.code.as_str()).collect();
            format!("ambiguous: {}", codes.join(" "))
        }
        Recognised::Unknown { nearest } => format!("unknown: {}", nearest.unwrap_or("")),
    }
}

/// Every spelling of every place, with the place.
fn spellings() -> Vec<(String, &'static Place)> {
    let mut all = Vec::new();
    for place in DIRECTORY.places() {
        let own = [
            place.code.clone(),
            place.printed_code().to_owned(),
            place.name.clone(),
        ];
        for text in own
            .into_iter()
            .chain(place.iso.clone())
            .chain(place.usages.clone())
        {
            all.push((text, place));
        }
    }
    all
}

fn codes(organisations: &[&Organisation]) -> Vec<String> {
    organisations.iter().map(|o| o.code.clone()).collect()
}

#[test]
fn every_spelling_of_every_place_is_found_again() {
    for (text, place) in spellings() {
        assert_eq!(code(&text, &[place.kind]), place.code, "{text}");
    }
}

#[test]
fn every_spelling_of_every_organisation_is_found_again() {
    for organisation in DIRECTORY.organisations() {
        let names = [&organisation.code, &organisation.name].into_iter();
        for text in names
            .chain(&organisation.short_name)
            .chain(&organisation.usages)
        {
            let found = DIRECTORY.resolve(text).found();
            assert_eq!(found, Some(organisation), "{text}");
        }
    }
}

#[test]
fn a_tolerant_person_is_matched() {
    for (text, expected) in [
        ("1", "01"),
        ("01", "01"),
        ("84", "84"),
        ("FR-ARA", "84"),
        ("FR-971", "01"),
        ("971", "01"),
        ("Auvergne et Rhône-Alpes", "84"),
        ("AUVERGNE RHONE ALPES", "84"),
        ("paca", "93"),
        ("Réunion", "04"),
        ("Ile de France", "11"),
        ("Région Île-de-France", "11"),
        ("région de Bretagne", "53"),
        ("ARS Centre", "24"),
        ("ARS de Bretagne", "53"),
        ("ARS LR", "91"),
        ("Agence régionale de santé Grand Est", "44"),
        ("agence régionale de santé de la Normandie", "28"),
    ] {
        assert_eq!(code(text, REGIONS), expected, "{text}");
    }
    for (text, expected) in [
        ("1", "D01"),
        ("84", "D84"),
        ("2a", "D2A"),
        ("Val d’Oise", "D95"),
        ("l'Hérault", "D34"),
        ("Département du Nord", "D59"),
        ("dept 69", "D69"),
    ] {
        assert_eq!(code(text, DEPARTMENTS), expected, "{text}");
    }
    assert_eq!(code("France entière", &[]), "FR");
    assert_eq!(code("ARS Océan Indien", &[]), "OI");
    assert_eq!(code("La Réunion et Mayotte", &[]), "OI");
}

#[test]
fn nothing_ambiguous_is_chosen() {
    assert_eq!(code("Guadeloupe", &[]), "ambiguous: 01 D971");
    assert_eq!(code("Guadeloupe", REGIONS), "01");
    assert_eq!(code("Guadeloupe", DEPARTMENTS), "D971");
    assert_eq!(code("Région Guadeloupe", &[]), "01");
    assert_eq!(code("ARS Guadeloupe", &[]), "01");
    assert_eq!(code("84", &[]), "ambiguous: 84 D84");
    assert_eq!(code("réunion", &[]), "ambiguous: 04 D974");
}

#[test]
fn what_is_unknown_gets_a_suggestion_or_none() {
    assert_eq!(
        code("Auvergne-Rone-Alpes", REGIONS),
        "unknown: Auvergne-Rhône-Alpes"
    );
    assert_eq!(code("ARS Bretange", REGIONS), "unknown: Bretagne");
    assert_eq!(code("Savoie", REGIONS), "unknown: ");
    assert_eq!(code("Atlantide", &[]), "unknown: ");
    for text in ["", "  ", "de la", "—", "0"] {
        assert_eq!(code(text, &[]), "unknown: ", "{text:?}");
    }
    // An agency that a place without one would have is not invented.
    assert_eq!(code("ARS Savoie", &[]), "unknown: ");
}

#[test]
fn a_usage_stands_for_its_organisation() {
    let found = |text| DIRECTORY.resolve(text).found().map(|o| o.code.as_str());
    assert_eq!(found("ANSP"), Some("SPF"));
    assert_eq!(found("sgm/cas"), Some("SGMCAS"));
    assert_eq!(found("Etat"), Some("MSS"));
    assert_eq!(found("ARS AuRA"), Some("ARS-84"));
    let Recognised::Unknown { nearest } = DIRECTORY.resolve("DGCSS") else {
        panic!("there is no DGCSS")
    };
    assert_eq!(nearest, Some("DGCS"));
}

#[test]
fn two_organisations_of_one_name_are_ambiguous() {
    let mut organisations: Vec<Organisation> = DIRECTORY.organisations().to_vec();
    let mut twin = DIRECTORY.organisation("HAS").unwrap().clone();
    twin.code = "HAS-2".to_owned();
    organisations.push(twin);
    let directory = Directory::new(organisations, vec![], vec![], vec![]);
    assert!(matches!(
        directory.resolve("haute autorite de sante"),
        Recognised::Ambiguous(two) if two.len() == 2
    ));
    assert_eq!(directory.resolve("HAS").found().unwrap().code, "HAS");
}

#[test]
fn agencies_are_those_of_the_day() {
    let agencies = |day| DIRECTORY.existing(OrganisationKind::Ars, day).len();
    assert_eq!(agencies(date(2017, 6, 30)), 17);
    assert_eq!(agencies(date(2026, 1, 5)), 18);
    assert_eq!(agencies(date(2010, 3, 31)), 0);
    let names: Vec<&str> = DIRECTORY
        .existing(OrganisationKind::Ars, date(2026, 1, 5))
        .iter()
        .map(|o| o.label())
        .collect();
    assert!(names.is_sorted_by_key(|name| fold(name)), "{names:?}");
}

#[test]
fn ocean_indien_has_two_sections_until_its_division() {
    let parts = |day| -> Vec<&str> {
        let parts = DIRECTORY.parts_of("OI", day);
        parts.iter().map(|place| place.code.as_str()).collect()
    };
    assert_eq!(parts(date(2019, 12, 31)), ["04", "06"]);
    assert_eq!(parts(date(2011, 3, 30)), ["04"]);
    assert!(parts(date(2020, 1, 1)).is_empty());
    let heirs = |day| codes(&DIRECTORY.successors("ARS-OI", day));
    assert!(heirs(date(2019, 12, 31)).is_empty());
    assert_eq!(heirs(date(2020, 1, 1)), ["ARS-04", "ARS-06"]);
    let origins = codes(&DIRECTORY.predecessors("ARS-76", date(2015, 12, 31)));
    assert_eq!(origins, ["ARS-73", "ARS-91"]);
    assert!(
        DIRECTORY
            .predecessors("ARS-76", date(2016, 1, 1))
            .is_empty()
    );
}

#[test]
fn successions_are_followed_through_what_has_ended_and_loops_end() {
    let year = |y| Some(date(y, 1, 1));
    let organisation = |code: &str, from, to: Option<Date>| Organisation {
        code: code.to_owned(),
        valid_from: from,
        valid_to: to.map(|day| day.yesterday().unwrap()),
        ..DIRECTORY.organisation("HAS").unwrap().clone()
    };
    let succession = |from: &str, to: &str, y| Succession {
        from: from.to_owned(),
        to: to.to_owned(),
        on: date(y, 1, 1),
        note: None,
    };
    let directory = Directory::new(
        vec![
            organisation("A", None, year(2010)),
            organisation("B", year(2010), year(2015)),
            organisation("C", year(2015), None),
        ],
        vec![
            succession("A", "B", 2010),
            succession("B", "C", 2015),
            succession("B", "A", 2015),
        ],
        vec![],
        vec![],
    );
    assert_eq!(codes(&directory.successors("A", date(2012, 1, 1))), ["B"]);
    assert_eq!(codes(&directory.successors("A", date(2020, 1, 1))), ["C"]);
    assert_eq!(codes(&directory.predecessors("C", date(2005, 1, 1))), ["A"]);
}

#[test]
fn the_agency_of_a_place_is_its_own_or_that_around_it() {
    let agency = |place, day| DIRECTORY.ars_of(place, day).map(|o| o.code.as_str());
    assert_eq!(agency("84", date(2026, 1, 5)), Some("ARS-84"));
    assert_eq!(agency("D69", date(2026, 1, 5)), Some("ARS-84"));
    assert_eq!(agency("D978", date(2026, 1, 5)), Some("ARS-01"));
    assert_eq!(agency("D974", date(2018, 1, 1)), Some("ARS-OI"));
    assert_eq!(agency("D974", date(2020, 1, 1)), Some("ARS-04"));
    assert_eq!(agency("D31", date(2015, 6, 1)), Some("ARS-73"));
    assert_eq!(agency("FR", date(2026, 1, 5)), None);
    assert_eq!(agency("DROM", date(2018, 1, 1)), None);
}

#[test]
fn places_are_made_of_their_parts() {
    let day = date(2026, 1, 5);
    assert_eq!(DIRECTORY.parts_of("84", day).len(), 12);
    assert_eq!(DIRECTORY.parts_of("FR", day).len(), 18);
    let guadeloupe = DIRECTORY.parts_of("01", day);
    let codes: Vec<&str> = guadeloupe
        .iter()
        .map(|place| place.printed_code())
        .collect();
    assert_eq!(codes, ["977", "978", "971"]);
}

#[test]
fn every_department_has_an_agency_since_2016_and_gaps_before_are_known() {
    for day in [
        date(2016, 1, 1),
        date(2019, 12, 31),
        date(2020, 1, 1),
        date(2026, 1, 5),
    ] {
        assert!(DIRECTORY.without_agency(day).is_empty(), "{day}");
    }
    let before: Vec<&str> = DIRECTORY
        .without_agency(date(2015, 6, 1))
        .iter()
        .map(|place| place.code.as_str())
        .collect();
    assert!(
        before.contains(&"D69") && !before.contains(&"D31"),
        "{before:?}"
    );
}

/// A spelling changed as hands change it: case, accents, hyphens, apostrophes, spaces.
fn disturbed(text: &str, choices: &[u8]) -> String {
    let mut out = String::from(if choices[0] > 170 { " " } else { "" });
    for (c, choice) in text.chars().zip(choices.iter().cycle()) {
        match (c, choice % 4) {
            ('-' | '\'' | '’', 0) => out.push(' '),
            ('-', 1) => out.push_str(" - "),
            ('-', 2) => out.push('\u{2011}'),
            ('\'' | '’', 1) => out.push('’'),
            (' ', 0) => out.push_str("\u{a0} "),
            (c, 1) => out.extend(c.to_uppercase()),
            (c, 2) => out.extend(c.to_lowercase()),
            (c, 3) => {
                let bare = fold(&c.to_string());
                if bare.is_empty() {
                    out.push(c);
                } else {
                    out.push_str(&bare);
                }
            }
            (c, _) => out.push(c),
        }
    }
    out
}

proptest! {
    #[test]
    fn disturbed_spellings_are_still_found(
        pick in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let all = spellings();
        let (text, place) = &all[pick.index(all.len())];
        let typed = disturbed(text, &choices);
        prop_assert_eq!(code(&typed, &[place.kind]), place.code.clone(), "{}", typed);
    }

    #[test]
    fn whatever_is_typed_one_place_at_most_is_chosen_and_it_has_that_spelling(
        pick in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let all = spellings();
        let (text, _) = &all[pick.index(all.len())];
        let typed = disturbed(text, &choices);
        let bearers: HashSet<&str> = all
            .iter()
            .filter(|(other, _)| essence(other) == essence(&typed))
            .map(|(_, place)| place.code.as_str())
            .collect();
        let iso = |place: &Place| {
            place.iso.as_deref().is_some_and(|iso| essence(&iso[3.min(iso.len())..]) == essence(&typed))
        };
        let by_iso = DIRECTORY.places().iter().filter(|place| iso(place));
        let bearers: HashSet<&str> = bearers.into_iter().chain(by_iso.map(|p| p.code.as_str())).collect();
        match DIRECTORY.recognise(&typed, &[]) {
            Recognised::Found(place) => prop_assert_eq!(bearers, HashSet::from([place.code.as_str()])),
            Recognised::Ambiguous(places) => {
                let found: HashSet<&str> = places.iter().map(|place| place.code.as_str()).collect();
                prop_assert!(found.len() > 1);
                prop_assert_eq!(bearers, found);
            }
            Recognised::Unknown { .. } => prop_assert!(false, "{} is unknown", typed),
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = DIRECTORY.recognise(&text, &[]);
        let _ = DIRECTORY.resolve(&text);
    }
}
