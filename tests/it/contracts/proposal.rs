//! Which contracts can be prepared, over the real directory.

use std::sync::LazyLock;

use jalon::contracts::{Field, Ground, NewContract, NewSection, Objection, Rival, check_new};
use jalon::frameworks::{Framework, PartyKind, PartyRole};
use jalon::organisations::Directory;
use jalon::site::shipped;

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| shipped::directory().unwrap());

fn framework() -> Framework {
    let role = |key: &str, kind| PartyRole {
        key: key.to_owned(),
        label: key.to_uppercase(),
        kind,
        signs: true,
    };
    Framework {
        code: "etat-ars-2019-2023".to_owned(),
        starts: 2019,
        ends: 2023,
        parties: vec![
            role("etat", PartyKind::Ministry),
            role("ars", PartyKind::Agency),
        ],
        ..Framework::default()
    }
}

fn contract(agency: &str, place: &str) -> NewContract {
    let party = |role: &str, code: &str| (role.to_owned(), code.to_owned());
    NewContract {
        slug: "contrat".to_owned(),
        title: "Contrat".to_owned(),
        place: place.to_owned(),
        starts: 2019,
        ends: 2023,
        fictional: true,
        parties: vec![party("etat", "MSS"), party("ars", agency)],
        sections: Vec::new(),
    }
}

fn section(place: &str) -> NewSection {
    NewSection {
        key: place.to_owned(),
        label: place.to_owned(),
        place: place.to_owned(),
    }
}

fn told(new: &NewContract) -> Vec<Objection> {
    told_beside(new, &[])
}

fn told_beside(new: &NewContract, rivals: &[Rival]) -> Vec<Objection> {
    let framework = framework();
    let ground = Ground {
        framework: &framework,
        directory: &DIRECTORY,
    };
    check_new(ground, new, rivals)
}

#[track_caller]
fn refuses(new: &NewContract, field: &Field, words: &[&str]) {
    let told = told(new);
    let about = told.iter().filter(|objection| objection.field == *field);
    let sentences: Vec<_> = about.map(|objection| objection.sentence.as_str()).collect();
    assert!(
        words
            .iter()
            .all(|word| sentences.iter().any(|s| s.contains(word))),
        "{words:?} in {told:?}"
    );
}

#[test]
fn a_contract_that_makes_sense_meets_no_objection() {
    assert_eq!(told(&contract("ARS-28", "28")), []);
    let mut divided = contract("ARS-OI", "OI");
    divided.sections = vec![section("04"), section("06")];
    assert_eq!(told(&divided), []);
}

#[test]
fn an_organisation_holds_one_role() {
    let mut twice = contract("ARS-28", "28");
    twice.parties[0].1 = "ARS-28".to_owned();
    refuses(
        &twice,
        &Field::Party("ars".to_owned()),
        &["déjà partie comme « ETAT »"],
    );
    let mut unknown = contract("ARS-28", "28");
    unknown.parties[0].0 = "roi".to_owned();
    refuses(&unknown, &Field::Party("roi".to_owned()), &["rôle « roi »"]);
}

#[test]
fn an_agency_exists_in_the_years_of_its_contract() {
    let ars = Field::Party("ars".to_owned());
    let mut late = contract("ARS-OI", "OI");
    (late.starts, late.ends) = (2021, 2023);
    refuses(
        &late,
        &ars,
        &[
            "n’existe plus depuis le 31 décembre 2019",
            "Mayotte",
            "La Réunion",
        ],
    );
    let mut early = contract("ARS-06", "06");
    (early.starts, early.ends) = (2018, 2019);
    refuses(
        &early,
        &ars,
        &["n’existe que depuis le 1er janvier 2020", "Océan Indien"],
    );
}

#[test]
fn places_are_those_of_the_agency_at_that_time() {
    refuses(
        &contract("ARS-28", "84"),
        &Field::Place,
        &["n’est pas du ressort", "Normandie"],
    );
    let mut divided = contract("ARS-OI", "OI");
    divided.sections = vec![section("04"), section("28")];
    refuses(
        &divided,
        &Field::Sections,
        &["« Normandie » n’est pas du ressort", "Mayotte"],
    );
    let mut after = contract("ARS-04", "04");
    (after.starts, after.sections) = (2020, vec![section("06")]);
    refuses(
        &after,
        &Field::Sections,
        &["« Mayotte » n’est pas du ressort"],
    );
}

#[test]
fn years_are_in_order_few_and_those_of_the_framework() {
    let years = |starts, ends| NewContract {
        starts,
        ends,
        ..contract("ARS-28", "28")
    };
    refuses(&years(2023, 2019), &Field::Ends, &["avant le début"]);
    refuses(&years(2019, 2029), &Field::Ends, &["10 ans au plus"]);
    refuses(&years(2024, 2028), &Field::Starts, &["de 2019 à 2023"]);
}

#[test]
fn a_second_contract_over_the_same_years_is_refused_unless_the_first_was_given_up() {
    let rival = |starts, ends, given_up| Rival {
        title: "Le premier".to_owned(),
        starts,
        ends,
        given_up,
    };
    let new = contract("ARS-28", "28");
    let refused = told_beside(&new, &[rival(2021, 2024, false)]);
    assert!(
        refused[0].sentence.contains("« Le premier » lie déjà"),
        "{refused:?}"
    );
    assert_eq!(told_beside(&new, &[rival(2024, 2028, false)]), []);
    assert_eq!(told_beside(&new, &[rival(2019, 2023, true)]), []);
}

#[test]
fn texts_have_a_length() {
    let mut long = contract("ARS-28", "28");
    long.title = "é".repeat(201);
    long.sections = vec![
        NewSection {
            label: "x".repeat(81),
            ..section("28")
        };
        21
    ];
    refuses(&long, &Field::Title, &["201 caractères"]);
    refuses(&long, &Field::Sections, &["81 caractères", "20 au plus"]);
}
