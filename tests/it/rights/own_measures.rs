//! What a contract measures by itself is shown to whom the contract is, and to nobody else.

use axum::http::StatusCode;
use jalon::access::Audience;
use jalon::access::token::TokenScope;
use jalon::contracts::{Membership, Slot, TermBody};
use jalon::ledger::Actor;
use uuid::Uuid;

use super::{person, site_of};
use crate::api::Program;
use crate::contracts::hand::{aims, defines, edit, number, retains, starts_from};
use crate::contracts::{BOTH, HOSPITAL, Hand, NORMANDIE, OWN, restructuring};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

/// What the contract of the hospital measures, and how it is called.
const CODE: &str = "contrat.ch-des-monts-2020-2024.contrat.1.1-5-indicateur";
const LABEL: &str = "Lits de chirurgie fermés";
const DAYS: &str = "contrat.normandie-2024-2028.contrat.4.i";

/// A contract of a hospital, which its framework opens to the parties alone, with a value of what it
/// measures by itself; the page of that value.
async fn hospital(bench: &Bench) -> (Actor, String) {
    let first = bench.install().await;
    let hand = Hand::creates(bench, first, HOSPITAL).await;
    let section = hand.section("contrat").await;
    let terms = restructuring(section);
    let roles = &["ars", "etablissement"];
    hand.agrees("contrat", None, terms, roles, "2019-12-18")
        .await;
    let stage = Stage::beside(bench, first, bench.db.clone());
    let file = format!("indicateur;territoire;annee;valeur\n{OWN};CH-DES-MONTS;2021;6\n");
    let read = stage.rehearse(file).await;
    assert_eq!(read.problems, []);
    stage.commit(read.id).await.unwrap();
    let figures = stage.figures().await;
    let (_, figure) = figures.series(CODE).unwrap().iter().next().unwrap();
    (first, format!("/valeurs/{}", figure.observation))
}

/// Who looks, and whether the contract is theirs to see.
const PEOPLE: [(&str, &str, &str, bool); 7] = [
    ("bretagne@example.org", "referent-cpom-ars", "ARS-53", false),
    ("dgs@example.org", "contributeur", "DGS", false),
    (
        "cnam@example.org",
        "assurance-maladie-region",
        "CNAM",
        false,
    ),
    ("invite@example.org", "invite", "", false),
    ("region@example.org", "codir-ars", "ARS-84", true),
    (
        "hopital@example.org",
        "directeur-etablissement",
        "CH-DES-MONTS",
        true,
    ),
    ("invite.hopital@example.org", "invite", "CH-DES-MONTS", true),
];

on_both_engines! {
    async fn pages_and_tables_show_it_to_those_who_see_the_contract(bench: Bench) {
        let (first, value) = hospital(&bench).await;
        let slug = HOSPITAL.slug;
        for (email, role, organisation, seen) in PEOPLE {
            person(&bench, first, email, &[(role, organisation)]).await;
            let mut site = site_of(&bench, email).await;
            let expected = if seen { StatusCode::OK } else { StatusCode::NOT_FOUND };
            for page in [
                format!("/contrats/{slug}"),
                value.clone(),
                format!("/tables/valeurs.csv?mesure={CODE}"),
                format!("/tables/chargements.csv?mesure={CODE}"),
            ] {
                assert_eq!(site.get(&page).await.status, expected, "{email}: {page}");
            }
            for page in [
                "/tables/valeurs.csv".to_owned(),
                "/tables/valeurs.csv?cadre=es-aura-2020-2024".to_owned(),
                format!("/saisie/es-aura-2020-2024/{OWN}?annee=2021"),
            ] {
                let shown = site.get(&page).await.body;
                assert_eq!(shown.contains(LABEL), seen, "{email}: {page}: {shown}");
            }
            // Where what was asked is marked, letter by letter, in what is found.
            let found = site.get("/recherche?q=lits%20de%20chirurgie").await.body;
            assert_eq!(found.contains(slug), seen, "{email}: {found}");
        }
    }
}

on_both_engines! {
    async fn programs_are_given_it_as_their_owners_see_it(bench: Bench) {
        let (first, _) = hospital(&bench).await;
        for (email, role, organisation, seen) in PEOPLE {
            let id = person(&bench, first, email, &[(role, organisation)]).await;
            let mut program = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
            let given = program.read_all("/api/v1/observations", 100).await;
            assert_eq!(given.iter().any(|one| one["measure"] == CODE), seen, "{email}: {given:?}");
            let sets = program.get("/api/v1/dhis2/dataValueSets").await.body;
            assert_eq!(sets.contains(CODE), seen, "{email}: {sets}");
            let measure = program.get(&format!("/api/v1/measures/{CODE}")).await;
            let expected = if seen { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!((measure.status, measure.body.contains(LABEL)), (expected, seen), "{email}: {}", measure.body);
            let named = program.get(&format!("/api/v1/observations?measure={CODE}")).await;
            let expected = if seen { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            assert_eq!(named.status, expected, "{email}: {}", named.body);
        }
    }
}

/// What Normandie measures as 4.i, signed, with a value for 2024.
async fn normandie<'a>(bench: &'a Bench, stage: &Stage<'_>) -> (Hand<'a>, Uuid) {
    let hand = Hand::also_creates(bench, stage.actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let mut edits = vec![
        retains(section, "4.i"),
        defines(
            section,
            "4.i",
            "Délai d’un rendez-vous",
            "Enquête annuelle.",
        ),
        starts_from(section, "4.i", "", "14", 2023),
    ];
    for (year, target) in (2024..).zip(["14", "13", "12", "11", "10"]) {
        edits.push(aims(section, "4.i", "", year, number(target)));
    }
    hand.agrees("contrat", None, edits, BOTH, "2024-12-19")
        .await;
    stage
        .load("indicateur;territoire;annee;valeur\n4.i;Normandie;2024;12,5\n")
        .await;
    (hand, section)
}

/// Whether somebody reads the value.
async fn reads(bench: &Bench, email: &str) -> bool {
    let mut site = site_of(bench, email).await;
    let table = "/tables/valeurs.csv?cadre=etat-ars-2024-2028&indicateur=4.i";
    let file = site.get(table).await.body;
    assert_eq!(
        file.contains(DAYS),
        file.contains("12,5"),
        "{email}: {file}"
    );
    file.contains("12,5")
}

on_both_engines! {
    async fn of_those_who_see_the_contract_those_read_it_whom_values_are_opened_to(bench: Bench) {
        let stage = Stage::set(&bench).await;
        normandie(&bench, &stage).await;
        for (email, role, organisation) in [
            ("normandie@example.org", "referent-cpom-ars", "ARS-28"),
            ("msss@example.org", "contributeur", "MSS"),
            ("bretagne@example.org", "referent-cpom-ars", "ARS-53"),
            ("dgs@example.org", "contributeur", "DGS"),
            ("invitee@example.org", "invite", ""),
        ] {
            person(&bench, stage.actor, email, &[(role, organisation)]).await;
        }
        // The contract is opened to the people of the State and of the agencies, whatever is said of
        // values: a guest reads none of it.
        for (audience, bretagne, dgs) in [
            (None, true, true),
            (Some(Audience::Everybody), true, true),
            (Some(Audience::StateAndParties), false, true),
            (Some(Audience::Parties), false, false),
        ] {
            stage.opens_values(audience).await;
            for (email, expected) in [
                ("normandie@example.org", true),
                ("msss@example.org", true),
                ("bretagne@example.org", bretagne),
                ("dgs@example.org", dgs),
                ("invitee@example.org", false),
            ] {
                assert_eq!(reads(&bench, email).await, expected, "{email}, {audience:?}");
            }
        }
    }
}

on_both_engines! {
    async fn whoever_a_signed_act_made_party_reads_it_as_a_party(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.opens_values(Some(Audience::Parties)).await;
        let (hand, section) = normandie(&bench, &stage).await;
        for (email, organisation) in [("bretagne@example.org", "ARS-53"), ("paris@example.org", "ARS-11")] {
            person(&bench, stage.actor, email, &[("referent-cpom-ars", organisation)]).await;
            assert!(!reads(&bench, email).await, "{email}");
        }
        let party = |organisation: &str, membership| {
            let slot = Slot::Party {
                role: "ars".to_owned(),
                organisation: organisation.to_owned(),
            };
            edit(section, slot, TermBody::Party(membership))
        };
        let edits = vec![party("ARS-28", Membership::Leaves), party("ARS-53", Membership::Joins)];
        let draft = hand.drafts("avenant", Some("Une agence succède à une autre.")).await;
        hand.writes(draft, edits).await;
        hand.names_signatories(draft, BOTH, "2025-12-20").await;
        assert!(!reads(&bench, "bretagne@example.org").await, "a draft makes nobody party");
        hand.signs(draft).await.unwrap();
        assert!(reads(&bench, "bretagne@example.org").await);
        assert!(!reads(&bench, "paris@example.org").await);
    }
}
