//! The past can be read: whatever happened since, a page as of a day is the page that was seen on
//! that day, and an answer as of a change the one that was given when it was the last.

mod country;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use jalon::kernel::Period;
use jiff::SignedDuration;
use jiff::civil::date;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use self::country::{Country, OF_FIGURES, Step, same, steps};
use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, normandie_terms, number};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Bench, Site};

/// Lives one sequence of changes, one a day, then looks back on each of its days and changes; how
/// many steps of each kind changed something.
async fn holds(bench: &Bench, seed: u8) -> BTreeMap<&'static str, usize> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let stage = Stage::set(bench).await;
    // Embargoes that end on the way, or that outlast it.
    let embargo = if seed.is_multiple_of(2) {
        date(2026, 1, 10)
    } else {
        date(2027, 1, 1)
    };
    let mut country = Country::of(bench, &stage, embargo).await;
    let (mut on_days, mut at_changes) = (BTreeMap::new(), BTreeMap::new());
    for step in steps().new_tree(&mut runner).unwrap().current() {
        country.take(step).await;
        at_changes.insert(stage.last_change().await, country.answers(None).await);
        on_days.insert(bench.clock.today().to_string(), country.pages().await);
        bench.clock.advance(SignedDuration::from_hours(24));
        country.wakes().await;
    }
    let seen: BTreeSet<(&String, &String)> = on_days.values().flatten().collect();
    let paths: BTreeSet<&String> = seen.iter().map(|(path, _)| *path).collect();
    let again = seen.len() - paths.len();
    assert!(again > paths.len(), "seed {seed}: the days do not differ");
    country.starts_again().await;
    for (day, then) in on_days.iter().rev() {
        same(
            &country.as_of(day, then).await,
            then,
            &format!("{day}, seed {seed}"),
        );
    }
    for (change, then) in at_changes.iter().rev() {
        let moment = format!("change {change}, seed {seed}");
        same(&country.answers(Some(*change)).await, then, &moment);
    }
    country.taken
}

/// All that may happen happens in one sequence or another.
fn of_every_kind(taken: &BTreeMap<&'static str, usize>) {
    assert_eq!(taken.len(), Step::KINDS, "{taken:?}");
}

#[tokio::test]
async fn a_page_as_of_any_day_is_the_page_that_was_seen_that_day_on_sqlite() {
    let mut taken = BTreeMap::new();
    for seed in 0..6 {
        taken.extend(holds(&Bench::sqlite().await, seed).await);
    }
    of_every_kind(&taken);
}

#[tokio::test]
async fn a_page_as_of_any_day_is_the_page_that_was_seen_that_day_on_postgres() {
    let mut taken = BTreeMap::new();
    for seed in 8..10 {
        taken.extend(holds(&Bench::postgres().await, seed).await);
    }
    assert!(taken.len() > 5, "{taken:?}");
}

on_both_engines! {
    async fn a_page_of_the_past_tells_what_changed_since(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let normandie = Hand::also_creates(&bench, stage.actor, NORMANDIE).await;
        let section = normandie.full().await.contract.sections[0].id;
        normandie.agrees("contrat", None, normandie_terms(section), BOTH, "2026-01-05").await;
        stage.load("territoire;annee;2.c.1\n28;2024;66,5\n53;2024;60,5\n").await;
        bench.clock.advance(SignedDuration::from_hours(48));
        stage.load("territoire;annee;2.c.1\n28;2024;68,5\n11;2024;50,5\n").await;
        let terms = vec![aims(section, "2.c.1", HPV, 2026, number("72"))];
        normandie.agrees("avenant", Some("cible revue"), terms, BOTH, "2026-01-07").await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let now = site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body;
        assert!(!now.contains("Ce qui a changé depuis"), "{now}");
        for (path, said) in [
            ("/indicateurs/etat-ars-2024-2028/2.c.1?au=2026-01-06", &["1 valeur reçue, 1 valeur corrigée, 1 acte signé", "66,5", "68,5", "Île-de-France", "/actes/2"][..]),
            ("/contrats/normandie-2024-2028?au=2026-01-06", &["1 valeur corrigée, 1 acte signé", "/valeurs/", "Situation au 6 janvier 2026"]),
            ("/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2&au=2026-01-06", &["1 valeur corrigée, 1 acte signé"]),
            ("/cadres/etat-ars-2024-2028/objectifs/2?au=2026-01-06", &["1 valeur reçue, 1 valeur corrigée"]),
            ("/circuit/etat-ars-2024-2028?annee=2024&au=2026-01-06", &["1 valeur reçue, 1 valeur corrigée"]),
            ("/cibles/etat-ars-2024-2028/2.c.1?au=2026-01-06", &["1 acte signé depuis"]),
            ("/documents?au=2026-01-06", &["Rien n’a changé depuis"]),
            ("/?au=2026-01-06", &["1 valeur reçue, 1 valeur corrigée, 1 acte signé", "Revenir à aujourd’hui"]),
            ("/?au=2026-01-08", &["pas encore venu"]),
        ] {
            let page = site.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for said in said {
                assert!(page.body.contains(said), "{path} does not say « {said} »: {}", page.body);
            }
        }
        let other = site.get("/catalogue/chirurgie-ambulatoire?au=2026-01-06").await.body;
        assert!(other.contains("Rien : les valeurs"), "{other}");
    }
}

on_both_engines! {
    async fn a_value_of_the_past_tells_what_was_said_of_it_since(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load("territoire;annee;2.c.1\n28;2024;66,5\n53;2024;60,5\n").await;
        let figures = stage.figures().await;
        let series = figures.series(GIRLS).unwrap();
        let value = |place| {
            let figure = series.whole(place, Period::Year(2024)).unwrap();
            format!("/valeurs/{}", figure.observation)
        };
        let (own, other) = (value("28"), value("53"));
        let contest = async |site: &mut Site, value: &str| {
            let fields = [("revision", "1"), ("motif", "Trop bas"), ("valeur", "77")];
            let proof = ("p.pdf", &b"%PDF-1.7"[..]);
            let opened = site.send_file(&format!("{value}/contester"), &fields, proof).await;
            opened.location.unwrap()
        };
        let mut site = bench.site().await;
        site.sign_in().await;
        let opened = contest(&mut site, &own).await;
        bench.clock.advance(SignedDuration::from_hours(48));
        site.sign_in().await;
        let said = async |site: &mut Site, path: &str| {
            let page = site.get(&format!("{path}?au=2026-01-05")).await.body;
            let form = page.split("class=\"asof\"").nth(1).unwrap();
            form.split("</form>").next().unwrap().to_owned()
        };
        for path in [own.as_str(), &other, &opened, "/documents", "/cibles/etat-ars-2024-2028/2.c.1"] {
            let form = said(&mut site, path).await;
            assert!(form.contains("Rien n’a changé depuis"), "{path}: {form}");
        }
        let answer = [("reponse", "maintained"), ("explication", "Vérifié.")];
        assert_eq!(site.post(&opened, &answer).await.status, StatusCode::SEE_OTHER);
        let later = contest(&mut site, &other).await;
        site.post("/cibles/etat-ars-2024-2028/2.c.1", &[("cible-2026", "70")]).await;
        for (path, told) in [
            (own.as_str(), "1 réponse à une contestation depuis"),
            (&other, "1 contestation ouverte depuis"),
            (&opened, "1 réponse donnée depuis"),
            (&later, "1 contestation ouverte depuis"),
            ("/documents", "1 document joint ou remplacé depuis"),
            ("/cibles/etat-ars-2024-2028/2.c.1", "1 cible nationale fixée depuis"),
        ] {
            let form = said(&mut site, path).await;
            assert!(form.contains(told) && !form.contains("Rien n’a changé"), "{path}: {form}");
        }
    }
}

on_both_engines! {
    async fn links_between_pages_of_figures_keep_the_day(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut country = Country::of(&bench, &stage, date(2027, 1, 1)).await;
        country.take(Step::Value(0, 2024, 66)).await;
        country.take(Step::Contest(true)).await;
        let day = bench.clock.today().to_string();
        bench.clock.advance(SignedDuration::from_hours(48));
        country.wakes().await;
        let (kept, lost) = country.links(&day).await;
        assert!(lost.is_empty(), "{}", lost.join("\n"));
        for start in OF_FIGURES {
            assert!(kept.iter().any(|link| link.starts_with(start)), "no link leads to {start}");
        }
    }
}
