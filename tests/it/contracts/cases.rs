//! Three real cases, walked from the first signature to the last correction.

use jalon::contracts::store::{ContractError, TermEdit};
use jalon::contracts::{
    CommitmentTerm, Line, MeansTerm, ObstacleKind, Slot, Stage, Target, TermBody, history,
    instrument_names,
};
use uuid::Uuid;

use super::hand::{
    BOTH, HPV, Hand, Made, NORMANDIE, aims, colleague, decimal, defines, edit, normandie_terms,
    number, retains, starts_from, target_slot,
};
use crate::on_both_engines;

on_both_engines! {
    async fn normandie_signs_amends_and_corrects(bench: Bench) {
        let actor = bench.install().await;
        let other = colleague(&bench, actor).await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;

        let signed = hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let amended = hand.agrees(
            "avenant",
            Some("La campagne au collège porte ses fruits."),
            vec![aims(section, "2.c.1", HPV, 2026, number("72"))],
            BOTH,
            "2025-12-12",
        ).await;

        let slip = hand.drafts("correction", Some("73 recopié pour 73,5.")).await;
        hand.writes(slip, vec![aims(section, "2.c.1", HPV, 2027, number("73.5"))]).await;
        let Err(ContractError::Blocked(obstacles)) = hand.signs(slip).await else {
            panic!("one person alone must not correct a contract");
        };
        let kinds: Vec<_> = obstacles.iter().map(|o| o.kind).collect();
        assert_eq!(kinds, [ObstacleKind::MissingSecondPerson]);
        hand.confirms(other, slip).await;
        let corrected = hand.signs(slip).await.unwrap();

        let full = hand.full().await;
        let target = |as_of, year| full.in_force(as_of).target(section, "2.c.1", HPV, year).cloned();
        assert_eq!(target(signed - 1, 2026), None);
        assert_eq!(target(signed, 2026), Some(number("71")));
        assert_eq!(target(amended, 2026), Some(number("72")));
        assert_eq!(target(amended, 2027), Some(number("73")));
        assert_eq!(target(corrected, 2027), Some(number("73.5")));
        let now = full.in_force(i64::MAX);
        assert_eq!(now.final_target(section, "2.c.1", HPV), Some((2028, &number("75"))));
        assert_eq!(now.baseline(section, "2.c.1", HPV).unwrap().year, 2023);

        let steps = history(&full.instruments, &full.terms, i64::MAX, |key| {
            key.slot == target_slot("2.c.1", HPV, 2026)
        });
        let motives: Vec<_> = steps.iter().map(|step| step.motive).collect();
        assert_eq!(motives, [None, Some("La campagne au collège porte ses fruits.")]);
        assert_eq!(steps[1].before, Some(&TermBody::Target(number("71"))));
        let names = instrument_names(&full.instruments, hand.book.framework());
        assert_eq!(names[&steps[1].instrument.id], "Avenant n° 1");
        assert_eq!(steps[1].instrument.signed_on().unwrap().to_string(), "2025-12-12");
    }
}

pub const OCEAN_INDIEN: Made = Made {
    family: "etat-ars",
    framework: "etat-ars-2019-2023",
    slug: "ocean-indien-2019-2023",
    title: "CPOM 2019-2023 de l’ARS Océan Indien",
    organisation: "ARS-OI",
    place: "OI",
    years: (2019, 2023),
    parties: &[("etat", "MSS"), ("ars", "ARS-OI")],
    sections: &[
        ("la-reunion", "La Réunion", "04"),
        ("mayotte", "Mayotte", "06"),
    ],
};

on_both_engines! {
    async fn ocean_indien_agrees_on_two_sections(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, OCEAN_INDIEN).await;
        let (reunion, mayotte) = (hand.section("la-reunion").await, hand.section("mayotte").await);
        let screening = "depistage-cancer-col-uterus";
        let corridor = Target::Corridor { low: decimal("50"), high: decimal("55") };
        let edits = vec![
            starts_from(reunion, "1.a.1", screening, "52.1", 2018),
            aims(reunion, "1.a.1", screening, 2019, number("54")),
            aims(reunion, "1.a.1", screening, 2020, corridor.clone()),
            aims(mayotte, "1.a.1", screening, 2019, Target::ObservedOnly),
        ];
        hand.agrees("contrat", None, edits, BOTH, "2019-07-19").await;
        // Covid: the year 2020 is frozen on the island that had a corridor, set on the other.
        let amendment = vec![
            aims(reunion, "1.a.1", screening, 2020, Target::Frozen),
            aims(mayotte, "1.a.1", screening, 2020, number("30")),
        ];
        hand.agrees("avenant", Some("Cibles attendues courant 2020."), amendment, BOTH, "2020-11-10").await;

        let full = hand.full().await;
        let now = full.in_force(i64::MAX);
        assert_eq!(now.target(reunion, "1.a.1", screening, 2020), Some(&Target::Frozen));
        assert_eq!(now.target(mayotte, "1.a.1", screening, 2019), Some(&Target::ObservedOnly));
        assert_eq!(now.target(mayotte, "1.a.1", screening, 2020), Some(&number("30")));
        assert!(now.baseline(mayotte, "1.a.1", screening).is_none());
        let first = full.instrument(1).unwrap().signed_change().unwrap();
        assert_eq!(full.in_force(first).target(reunion, "1.a.1", screening, 2020), Some(&corridor));
        // Every indicator of that framework is common: retained without anyone choosing it.
        let section = full.contract.section("mayotte").unwrap();
        assert!(hand.book.lines(&full.contract, section, &now).iter().all(Line::is_retained));
    }
}

pub const HOSPITAL: Made = Made {
    family: "etablissement",
    framework: "es-aura-2020-2024",
    slug: "ch-des-monts-2020-2024",
    title: "CPOM 2020-2024 du centre hospitalier des Monts",
    organisation: "CH-DES-MONTS",
    place: "CH-DES-MONTS",
    years: (2020, 2024),
    parties: &[("ars", "ARS-84"), ("etablissement", "CH-DES-MONTS")],
    sections: &[],
};

/// The action 1.1-5, « Accompagner la recomposition de l’offre », which the guide leaves without
/// a model indicator.
const RESTRUCTURING: &str = "1.1-5";
pub const OWN: &str = "1.1-5-indicateur";

/// The commitment, with the indicator that follows it and that indicator's definition and targets.
pub fn restructuring(section: Uuid) -> Vec<TermEdit> {
    let mut edits = vec![takes_up(section, Some(OWN)), retains(section, OWN)];
    edits.extend(closed_beds(section));
    edits
}

fn takes_up(section: Uuid, indicator: Option<&str>) -> TermEdit {
    let slot = Slot::Commitment {
        commitment: RESTRUCTURING.to_owned(),
    };
    let term = CommitmentTerm {
        label: "Transformer la chirurgie conventionnelle en chirurgie ambulatoire".to_owned(),
        indicator: indicator.map(ToOwned::to_owned),
    };
    edit(section, slot, TermBody::Commitment(term))
}

fn closed_beds(section: Uuid) -> Vec<TermEdit> {
    let targets = (2020..=2024).map(|year| aims(section, OWN, "", year, number("4")));
    let definition = defines(
        section,
        OWN,
        "Lits de chirurgie fermés",
        "Cumul au 31 décembre",
    );
    std::iter::once(definition).chain(targets).collect()
}

on_both_engines! {
    async fn a_hospital_defines_the_indicator_of_its_restructuring(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, HOSPITAL).await;
        let section = hand.section("contrat").await;
        let roles = &["ars", "etablissement"];
        let draft = hand.drafts("contrat", None).await;
        hand.names_signatories(draft, roles, "2019-12-18").await;
        hand.writes(draft, vec![takes_up(section, None)]).await;
        assert_eq!(blocked(&hand, draft).await, [ObstacleKind::CommitmentWithoutIndicator]);

        hand.writes(draft, vec![takes_up(section, Some(OWN)), retains(section, OWN)]).await;
        assert_eq!(blocked(&hand, draft).await, [ObstacleKind::Undefined, ObstacleKind::MissingTarget]);

        let mut edits = closed_beds(section);
        let fir = Slot::Means { line: "fir".to_owned(), stage: Stage::Notified, year: 2020 };
        edits.push(edit(section, fir, TermBody::Means(MeansTerm {
            amount: decimal("120000"),
            source: "Notification du 18 décembre 2019".to_owned(),
        })));
        hand.writes(draft, edits).await;
        hand.signs(draft).await.unwrap();

        let full = hand.full().await;
        let now = full.in_force(i64::MAX);
        let lines = hand.book.lines(&full.contract, &full.contract.sections[0], &now);
        let line = lines.iter().find(|line| line.key == OWN).unwrap();
        assert_eq!((line.label, line.slot, line.is_retained()), ("Lits de chirurgie fermés", true, true));
        assert!(line.facets[0].measure.is_empty(), "a slot has no measure, so nothing aggregates it");
        let kept = now.commitment(section, RESTRUCTURING).unwrap();
        assert_eq!(kept.indicator.as_deref(), Some(OWN));
        assert_eq!(now.means(section, "fir", Stage::Notified, 2020).unwrap().amount, decimal("120000"));
    }
}

async fn blocked(hand: &Hand<'_>, draft: Uuid) -> Vec<ObstacleKind> {
    match hand.signs(draft).await {
        Err(ContractError::Blocked(obstacles)) => obstacles.iter().map(|o| o.kind).collect(),
        other => panic!("{other:?}"),
    }
}
