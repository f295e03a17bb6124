//! Who may write a value down follows how its indicator is supplied.

use axum::http::StatusCode;
use jalon::access::NotPermitted;
use jalon::access::role::{Roles, Side};
use jalon::access::token::TokenScope;
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{ActError, Committed, ProblemCode, RehearseError, Said, SentFile, Verdict};
use jalon::ledger::Actor;

use super::{last_change, person, site_of};
use crate::api::Program;
use crate::contracts::hand::{aims, defines, number, retains, starts_from};
use crate::contracts::{BOTH, HOSPITAL, Hand, Made, NORMANDIE, add_hospital};
use crate::on_both_engines;
use crate::stage::{Rehearsal, Stage};
use crate::support::Bench;

const OTHER_HOSPITAL: Made = Made {
    organisation: "CH-DES-PLAINES",
    title: "Centre hospitalier des Plaines",
    ..HOSPITAL
};

/// A role, for an organisation.
type Holder = (&'static str, &'static str);

/// A value of an indicator supplied in some way, and who is tried on it.
struct Way {
    framework: &'static str,
    measure: &'static str,
    place: &'static str,
    year: i16,
    may: &'static [Holder],
    may_not: &'static [Holder],
}

/// Each mode of supply, in the frameworks in force.
const WAYS: [Way; 6] = [
    // By the agency of the region.
    Way {
        framework: "etat-ars-2024-2028",
        measure: "9.a",
        place: "28",
        year: 2024,
        may: &[
            ("referent-cpom-ars", "ARS-28"),
            ("referent-objectif-ars", "ARS-28"),
            ("rop-plan-triennal", "ARS-28"),
            ("coordinateur-national", "SGMCAS"),
            ("administrateur-national", ""),
        ],
        // Nor by the directorate that it names, nor by the one that led it in the framework before.
        may_not: &[
            ("referent-cpom-ars", "ARS-53"),
            ("gestionnaire-cpom-etablissement", "ARS-28"),
            ("contributeur", "SGMCAS"),
            ("contributeur", "DGOS"),
            ("contributeur", "DGS"),
            ("referent-national", "DGOS"),
            ("referent-national-signataire", "SGMCAS"),
            ("pilote-plan-triennal", "DGS"),
            ("fournisseur", "SPF"),
        ],
    },
    // By the country.
    Way {
        framework: "etat-ars-2024-2028",
        measure: "2.c.1",
        place: "28",
        year: 2024,
        may: &[
            ("contributeur", "DGS"),
            ("fournisseur", "DGS"),
            ("referent-national", "DGS"),
            ("referent-national-signataire", "DGS"),
            ("pilote-plan-triennal", "DGS"),
            ("coordinateur-national", "SGMCAS"),
        ],
        may_not: &[
            ("referent-cpom-ars", "ARS-28"),
            ("contributeur", "DGCS"),
            ("referent-national", "DGOS"),
            ("referent-national-signataire", "DGOS"),
            ("pilote-plan-triennal", "DGOS"),
            ("fournisseur", "SPF"),
        ],
    },
    // Read by everybody where it stands: no organisation is asked for it.
    Way {
        framework: "etat-ars-2015-2018",
        measure: "suivi-depenses-liste-en-sus",
        place: "28",
        year: 2016,
        may: &[("coordinateur-national", "SGMCAS")],
        may_not: &[
            ("referent-cpom-ars", "ARS-28"),
            ("contributeur", "DSS"),
            ("fournisseur", "ATIH"),
        ],
    },
    // By the agency of the region where an establishment lies.
    Way {
        framework: "es-aura-2020-2024",
        measure: "es-taux-chirurgie-ambulatoire",
        place: "CH-DES-MONTS",
        year: 2022,
        may: &[
            ("gestionnaire-cpom-etablissement", "ARS-84"),
            ("referent-cpom-ars", "ARS-84"),
        ],
        may_not: &[
            ("contributeur-etablissement", "CH-DES-MONTS"),
            ("gestionnaire-cpom-etablissement", "ARS-28"),
            ("contributeur", "DGOS"),
        ],
    },
    // By the establishment, or the agency that answers for it.
    Way {
        framework: "es-aura-2020-2024",
        measure: "es-activations-hopital-tension",
        place: "CH-DES-MONTS",
        year: 2022,
        may: &[
            ("contributeur-etablissement", "CH-DES-MONTS"),
            ("gestionnaire-cpom-etablissement", "ARS-84"),
        ],
        may_not: &[
            ("contributeur-etablissement", "CH-DES-PLAINES"),
            ("directeur-etablissement", "CH-DES-MONTS"),
            ("gestionnaire-cpom-etablissement", "ARS-28"),
            ("contributeur", "DGOS"),
        ],
    },
    // What a contract measures by itself: by who is bound by it, though a directorate is named as
    // the supplier of the others.
    Way {
        framework: "etat-ars-2024-2028",
        measure: "4.i",
        place: "28",
        year: 2024,
        may: &[("referent-cpom-ars", "ARS-28")],
        may_not: &[
            ("referent-cpom-ars", "ARS-53"),
            ("contributeur", "DGOS"),
            ("fournisseur", "DGOS"),
        ],
    },
];

/// By which framework a value is supplied: the one whose years cover it.
const YEARS: [Way; 5] = [
    // 9.a in the framework before: each agency is the supplier named, a directorate leads it.
    Way {
        framework: "etat-ars-2019-2023",
        measure: "population-couverte-cls",
        place: "28",
        year: 2022,
        may: &[("referent-cpom-ars", "ARS-28")],
        may_not: &[
            ("referent-cpom-ars", "ARS-53"),
            ("contributeur", "DGOS"),
            ("contributeur", "SGMCAS"),
        ],
    },
    // Its leads load what nobody is named to supply.
    Way {
        framework: "etat-ars-2019-2023",
        measure: "vaccination-grippe-residents-ehpad",
        place: "28",
        year: 2021,
        may: &[("contributeur", "DGCS"), ("referent-national", "DGCS")],
        may_not: &[
            ("referent-cpom-ars", "ARS-28"),
            ("contributeur", "DGS"),
            ("pilote-plan-triennal", "DGS"),
        ],
    },
    // Not where somebody is.
    Way {
        framework: "etat-ars-2019-2023",
        measure: "depistage-cancer-sein",
        place: "28",
        year: 2021,
        may: &[("fournisseur", "SPF")],
        may_not: &[("contributeur", "DGS"), ("referent-national", "DGS")],
    },
    // One measure, two generations: the next framework names another supplier.
    Way {
        framework: "etat-ars-2019-2023",
        measure: "depistage-cancer-colorectal",
        place: "28",
        year: 2021,
        may: &[("fournisseur", "SPF")],
        may_not: &[("contributeur", "DGS")],
    },
    Way {
        framework: "etat-ars-2024-2028",
        measure: "depistage-cancer-colorectal",
        place: "28",
        year: 2024,
        may: &[("contributeur", "DGS")],
        may_not: &[("fournisseur", "SPF")],
    },
];

/// What became of a value that somebody sends and has written.
#[derive(Debug, PartialEq)]
enum Fate {
    Written,
    /// They may send no file at all.
    NotSent,
    /// They may not write that value.
    Refused,
}

/// Sends a value in a file of one's own, and has it written.
async fn tries(stage: &Stage<'_>, by: Actor, way: &Way, value: usize) -> Fate {
    let settings = Settings {
        framework: Some(way.framework.to_owned()),
        ..Settings::default()
    };
    let (measure, place, year) = (way.measure, way.place, way.year);
    let text = format!("indicateur;territoire;annee;valeur\n{measure};{place};{year};{value}\n");
    let file = SentFile {
        name: "valeurs.csv".to_owned(),
        bytes: text.into_bytes(),
        said: Said::beside(serde_json::to_value(&settings).unwrap()),
    };
    let batch = match stage.imports.rehearse(by, INTAKE, &file).await {
        Ok(batch) => batch,
        Err(RehearseError::NotPermitted(_)) => return Fate::NotSent,
        Err(other) => panic!("{other:?}"),
    };
    let rehearsal = stage.rehearsal(batch.id).await;
    if rehearsal.rows.is_empty() {
        let codes: Vec<ProblemCode> = rehearsal.problems.iter().map(|p| p.code).collect();
        assert!(codes.contains(&ProblemCode::NotYoursToLoad), "{codes:?}");
        return Fate::Refused;
    }
    assert_eq!(rehearsal.rows.len(), 1, "{:?}", rehearsal.problems);
    match stage.imports.commit(by, batch.id, None).await {
        Ok(Committed::Now(_)) => Fate::Written,
        Err(ActError::NotPermitted(NotPermitted::Denied(denied))) => {
            assert_eq!(denied.act, "values.load", "{denied:?}");
            Fate::Refused
        }
        other => panic!("{other:?}"),
    }
}

/// The account of a holder, opened once.
async fn account(bench: &Bench, first: Actor, (role, organisation): Holder) -> Actor {
    let email = format!("{role}.{organisation}@example.org");
    let email = email.to_lowercase().replace(".@", "@");
    let mut tx = bench.db.read().await.unwrap();
    let known = jalon::access::store::person_by_email(&mut tx, &email).await;
    drop(tx);
    match known.unwrap() {
        Some(known) => Actor::Person(known.id),
        None => Actor::Person(person(bench, first, &email, &[(role, organisation)]).await),
    }
}

/// Two hospitals, and a contract that measures something by itself.
async fn furnished(bench: &Bench) -> Stage<'_> {
    let stage = Stage::set(bench).await;
    let first = stage.actor;
    add_hospital(bench, first, &HOSPITAL).await;
    add_hospital(bench, first, &OTHER_HOSPITAL).await;
    let hand = Hand::also_creates(bench, first, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let mut terms = vec![
        retains(section, "4.i"),
        defines(
            section,
            "4.i",
            "Délai d’un rendez-vous",
            "Enquête annuelle.",
        ),
        starts_from(section, "4.i", "", "14", 2023),
    ];
    terms.extend((2024..=2028).map(|year| aims(section, "4.i", "", year, number("12"))));
    hand.agrees("contrat", None, terms, BOTH, "2024-12-19")
        .await;
    stage
}

/// Each role but those that act for the State as a whole, for an organisation of its side that
/// supplies none of what is tried.
fn strangers() -> Vec<Holder> {
    let whole = ["administrateur-national", "coordinateur-national"];
    let roles = Roles::known().all().iter();
    let roles = roles.filter(|role| !whole.contains(&role.key.as_str()));
    roles
        .map(|role| {
            let organisation = match role.side {
                Side::Agency => "ARS-53",
                Side::Establishment => "CH-DES-PLAINES",
                Side::State | Side::HealthInsurance | Side::Guest | Side::Technical => "DRH",
            };
            (role.key.as_str(), organisation)
        })
        .collect()
}

/// Whether a role lets its holder send a file at all.
fn sends(role: &str) -> bool {
    let role = Roles::known().role(role).unwrap();
    role.anywhere.holds("import.send") || role.own.holds("import.send")
}

on_both_engines! {
    async fn no_role_writes_what_another_organisation_supplies(bench: Bench) {
        let stage = furnished(&bench).await;
        let mut accounts = Vec::new();
        for holder in strangers() {
            accounts.push((holder, account(&bench, stage.actor, holder).await));
        }
        assert!(accounts.len() >= 25, "{}", accounts.len());
        let opened = last_change(&bench).await;
        for way in &WAYS {
            for (holder, by) in &accounts {
                let fate = tries(&stage, *by, way, 10).await;
                let expected = if sends(holder.0) { Fate::Refused } else { Fate::NotSent };
                assert_eq!(fate, expected, "{}: {holder:?}", way.measure);
            }
        }
        assert_eq!(last_change(&bench).await, opened, "something was written");
    }
}

on_both_engines! {
    async fn a_value_is_written_by_who_supplies_it_and_by_nobody_else(bench: Bench) {
        let stage = furnished(&bench).await;
        let first = stage.actor;
        for way in WAYS.iter().chain(&YEARS) {
            let mut accounts = Vec::new();
            for holder in way.may_not {
                accounts.push((holder, account(&bench, first, *holder).await));
            }
            let opened = last_change(&bench).await;
            for (holder, by) in accounts {
                let fate = tries(&stage, by, way, 10).await;
                // Who may send nothing holds no role that writes values anywhere.
                let expected = if sends(holder.0) { Fate::Refused } else { Fate::NotSent };
                assert_eq!(fate, expected, "{}, {}: {holder:?}", way.measure, way.year);
            }
            assert_eq!(last_change(&bench).await, opened, "{}: something was written", way.measure);
            for (value, holder) in (11..).zip(way.may) {
                let by = account(&bench, first, *holder).await;
                let fate = tries(&stage, by, way, value).await;
                assert_eq!(fate, Fate::Written, "{}, {}: {holder:?}", way.measure, way.year);
            }
        }
    }
}

/// What stands, and what is said of it: nobody who sends a file may learn either from it.
const STANDS: [&str; 2] = ["54,8", "471829365"];

/// Sends what somebody guesses of a value, with those settings.
async fn guesses(stage: &Stage<'_>, by: Actor, text: &str, said: &Settings) -> Rehearsal {
    let file = SentFile {
        name: "valeurs.csv".to_owned(),
        bytes: format!("indicateur;territoire;annee;valeur\n{text}\n").into_bytes(),
        said: Said::beside(serde_json::to_value(said).unwrap()),
    };
    let batch = stage.imports.rehearse(by, INTAKE, &file).await.unwrap();
    stage.rehearsal(batch.id).await
}

on_both_engines! {
    async fn a_rehearsal_tells_nothing_of_what_its_sender_may_not_see(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        add_hospital(&bench, first, &HOSPITAL).await;
        add_hospital(&bench, first, &OTHER_HOSPITAL).await;
        let said = Settings { comment: Some(format!("Dit ailleurs, {}", STANDS[1])), ..Settings::default() };
        let cells = ["es-taux-chirurgie-ambulatoire;CH-DES-MONTS;2022", "vaccination-hpv-filles-15-ans;28;2023"];
        for cell in cells {
            let file = stage.rehearse_with(format!("indicateur;territoire;annee;valeur\n{cell};{}\n", STANDS[0]), &said).await;
            stage.commit(file.id).await.unwrap();
        }
        let by = Actor::Person(person(&bench, first, "plaines@example.org", &[("contributeur-etablissement", "CH-DES-PLAINES")]).await);
        let mut site = site_of(&bench, "plaines@example.org").await;
        let mut program = Program::of(&bench, by, TokenScope::Read).await;
        for cell in cells {
            let wrong = guesses(&stage, by, &format!("{cell};53,1"), &Settings::default()).await;
            let right = guesses(&stage, by, &format!("{cell};{}", STANDS[0]), &said).await;
            for read in [&wrong, &right] {
                let codes: Vec<ProblemCode> = read.problems.iter().map(|p| p.code).collect();
                assert_eq!((codes, read.rows.len()), (vec![ProblemCode::NotYoursToLoad], 0), "{cell}");
            }
            assert_eq!(wrong.counts, right.counts, "{cell}");
            let id = wrong.id;
            for answer in [
                site.get(&format!("/imports/{id}")).await,
                site.get(&format!("/tables/lignes.csv?lot={id}")).await,
                site.get(&format!("/tables/problemes.csv?lot={id}")).await,
                program.get(&format!("/api/v1/rehearsals/{id}")).await,
                program.get(&format!("/api/v1/rehearsals/{id}/rows")).await,
            ] {
                assert_eq!(answer.status, StatusCode::OK, "{cell}: {}", answer.body);
                let told = STANDS.iter().chain(&["54.8"]).find(|stands| answer.body.contains(**stands));
                assert_eq!(told, None, "{cell}: {}", answer.body);
            }
        }
        // Of their own they see what stands.
        let own = guesses(&stage, first, &format!("es-taux-chirurgie-ambulatoire;CH-DES-PLAINES;2022;{}", STANDS[0]), &said).await;
        stage.commit(own.id).await.unwrap();
        let own = guesses(&stage, by, "es-taux-chirurgie-ambulatoire;CH-DES-PLAINES;2022;53,1", &said).await;
        assert_eq!(own.problems, []);
        assert!(site.get(&format!("/imports/{}", own.id)).await.body.contains(STANDS[0]));
    }
}

on_both_engines! {
    async fn a_guess_of_what_is_under_embargo_is_not_told_right(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let cell = "vaccination-hpv-filles-15-ans;28;2023";
        let said = Settings { embargo_until: Some(jiff::civil::date(2026, 12, 31)), ..Settings::default() };
        let file = guesses(&stage, stage.actor, &format!("{cell};{}", STANDS[0]), &said).await;
        stage.commit(file.id).await.unwrap();
        let by = Actor::Person(person(&bench, stage.actor, "dgs@example.org", &[("contributeur", "DGS")]).await);
        let verdicts = async |by| {
            let mut verdicts = Vec::new();
            for value in ["53,1", STANDS[0]] {
                let read = guesses(&stage, by, &format!("{cell};{value}"), &said).await;
                verdicts.push((read.rows[0].verdict, read.counts));
            }
            verdicts
        };
        let theirs = verdicts(by).await;
        assert_eq!(theirs[0], theirs[1]);
        assert_eq!(theirs[0].0, Verdict::Changed);
        let own = verdicts(stage.actor).await;
        assert_eq!((own[0].0, own[1].0), (Verdict::Changed, Verdict::Unchanged), "who brought it is told");
    }
}
