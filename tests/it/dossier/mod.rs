//! The dossier of a contract: what it says; how it is issued; all of them at once.

mod command;
mod issued;
mod office;
pub mod paper;
mod runs;
mod standard;

use jalon::access::Reach;
use jalon::dossier::{DossierError, Request, working_copy};
use jalon::figures::Sources;
use jalon::ledger::Actor;
use jalon_render::State;
use jalon_render::dossier::{Dossier, Figure, GapKind};

use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

pub const CONTRACT: &str = "normandie-2024-2028";

fn sources(bench: &Bench) -> Sources {
    Sources::new(bench.db.clone(), bench.clock.clone())
}

async fn reach(bench: &Bench, actor: Actor) -> Reach {
    let mut tx = bench.db.read().await.unwrap();
    Reach::of(&mut tx, bench.clock.today(), actor)
        .await
        .unwrap()
}

fn about(year: i16) -> Request {
    Request {
        contract: CONTRACT.to_owned(),
        section: None,
        year,
        day: None,
    }
}

/// The contract of Normandie signed, and a value of 2024 that misses its target.
pub async fn signed(bench: &Bench) -> (Actor, Stage<'_>) {
    let actor = bench.install().await;
    let hand = Hand::creates(bench, actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    hand.agrees(
        "contrat",
        None,
        normandie_terms(section),
        BOTH,
        "2024-12-19",
    )
    .await;
    let stage = Stage::beside(bench, actor, bench.db.clone());
    stage
        .load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2023;66,3\n2.c.1;Normandie;2024;66,5\n")
        .await;
    (actor, stage)
}

async fn made(bench: &Bench, actor: Actor, request: &Request) -> Dossier {
    let reach = &reach(bench, actor).await;
    let made = working_copy(&sources(bench), reach, request).await;
    made.unwrap().1
}

fn hpv(dossier: &Dossier) -> &Figure {
    let mut figures = dossier.objectives.iter().flat_map(|o| &o.figures);
    figures.find(|figure| figure.code == "2.c.1").unwrap()
}

on_both_engines! {
    async fn it_says_what_was_agreed_what_was_observed_and_who_says_so(bench: Bench) {
        let (actor, _stage) = signed(&bench).await;
        let said = made(&bench, actor, &about(2024)).await;
        assert_eq!((said.region.code.as_str(), said.region.name.as_str()), ("28", "Normandie"));
        assert_eq!(said.acts.len(), 1);
        assert!(said.acts[0].ends_with("signature du 19 décembre 2024"), "{:?}", said.acts);
        assert!(said.parties.iter().any(|name| name.contains("Normandie")), "{:?}", said.parties);
        let figure = hpv(&said);
        let printed = |value: &Option<jalon_render::DatedValue>| value.clone().map(|v| (v.value, v.year));
        let own = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(printed(&figure.baseline), own("66,3\u{a0}%", "2023"));
        assert_eq!(printed(&figure.last), own("66,5\u{a0}%", "2024"));
        assert_eq!(printed(&figure.target), own("67,0\u{a0}%", "2024"));
        assert_eq!(printed(&figure.last_target), own("75,0\u{a0}%", "2028"));
        assert_eq!(figure.attainment.state, State::Late);
        assert!(figure.provenance.contains("fichier valeurs.csv, cellule D3"), "{}", figure.provenance);
        let year = figure.years.iter().find(|line| line.period == "2024").unwrap();
        assert_eq!(year.observed.as_ref().unwrap().number.as_deref(), Some("66.5"));
        assert_eq!(year.target.as_ref().unwrap().number.as_deref(), Some("67"));
        assert!(figure.chart.is_some());
        // The verdicts add up: each figure stands in one state of one objective.
        let figures: usize = said.objectives.iter().map(|o| o.figures.len()).sum();
        let states: u32 = said.summary.iter().flat_map(|line| &line.states).sum();
        assert_eq!(usize::try_from(states).unwrap(), figures);
        assert!(said.brief.verdict.starts_with("0 cible sur 1 est atteinte"), "{}", said.brief.verdict);
        let named = &said.brief.parts[0];
        assert_eq!((named.heading.as_str(), named.items[0].code.as_str()), ("Ce qui demande votre attention", "2.c.1"));
        let late: u32 = said.summary.iter().map(|line| line.overdue).sum();
        assert_eq!(said.gaps.iter().filter(|gap| gap.kind == GapKind::Late).count(), usize::try_from(late).unwrap());
    }
}

on_both_engines! {
    async fn it_says_what_was_known_on_a_day(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        bench.clock.advance(jiff::SignedDuration::from_hours(24));
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;68,1\n").await;
        let now = made(&bench, actor, &about(2024)).await;
        assert_eq!(hpv(&now).last.as_ref().unwrap().value, "68,1\u{a0}%");
        assert!(hpv(&now).provenance.contains("révision 2"), "{}", hpv(&now).provenance);
        let then = Request { day: Some("2026-01-05".parse().unwrap()), ..about(2024) };
        let then = made(&bench, actor, &then).await;
        assert_eq!(hpv(&then).last.as_ref().unwrap().value, "66,5\u{a0}%");
        assert_eq!((then.as_of.in_words(), then.made.in_words()), ("5\u{a0}janvier\u{a0}2026".to_owned(), "6\u{a0}janvier\u{a0}2026".to_owned()));
    }
}

on_both_engines! {
    async fn a_figure_under_embargo_is_in_no_dossier_whoever_makes_it(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let settings = jalon::figures::values::Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            embargo_until: Some("2026-02-01".parse().unwrap()),
            ..jalon::figures::values::Settings::default()
        };
        let read = stage.rehearse_with("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;99\n", &settings).await;
        stage.commit(read.id).await.unwrap();
        let said = made(&bench, actor, &about(2024)).await;
        assert_eq!(hpv(&said).last.as_ref().unwrap().value, "66,5\u{a0}%");
        assert!(!said.to_json().unwrap().contains("99"), "{:?}", hpv(&said));
        bench.clock.set("2026-02-01T08:00:00Z".parse().unwrap());
        let said = made(&bench, actor, &about(2024)).await;
        assert_eq!(hpv(&said).last.as_ref().unwrap().value, "99,0\u{a0}%");
    }
}

on_both_engines! {
    async fn a_year_or_a_contract_that_is_not_there_is_refused(bench: Bench) {
        let (actor, _stage) = signed(&bench).await;
        let refused = async |request: Request| {
            let made = working_copy(&sources(&bench), &reach(&bench, actor).await, &request).await;
            made.unwrap_err()
        };
        assert!(matches!(refused(about(2031)).await, DossierError::Year { year: 2031, .. }));
        assert!(matches!(refused(Request { contract: "rien".to_owned(), ..about(2024) }).await, DossierError::NotFound));
        assert!(matches!(refused(Request { section: Some("rien".to_owned()), ..about(2024) }).await, DossierError::NotFound));
    }
}
