//! The past can be read: whatever happened since, a page as of a day is the page that was seen on
//! that day.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jalon::frameworks::{store::head, write_texts};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, normandie_terms, number};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::Site;

const CODE: &str = "etat-ars-2024-2028";

/// The pages of figures, and the tables taken away that follow the day.
const PAGES: [&str; 9] = [
    "/?cadre=etat-ars-2024-2028",
    "/indicateurs/etat-ars-2024-2028/2.c.1?lieu=28",
    "/contrats/normandie-2024-2028",
    "/contrats/normandie-2024-2028/objectifs/2",
    "/cadres/etat-ars-2024-2028/objectifs/2",
    "/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2",
    "/circuit/etat-ars-2024-2028?annee=2024",
    "/catalogue/vaccination-hpv-filles-15-ans",
    "/tables/suivi.csv?contrat=normandie-2024-2028",
];

/// Something that happens on a day.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Values come in for a region: it, the year, the value.
    Values(usize, i16, u8),
    /// The last figure of Normandie is contested, or its contest is answered.
    Contest,
    /// An amendment of Normandie sets the target of a year.
    Amend(i16, u8),
    /// The framework calls its indicator otherwise.
    Revise(u8),
    /// Nothing.
    Nothing,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let values = (0_usize..3, 2023_i16..2026, 60_u8..80);
    let step = prop_oneof![
        4 => values.prop_map(|(place, year, value)| Step::Values(place, year, value)),
        2 => Just(Step::Contest),
        2 => (2025_i16..2029, 60_u8..90).prop_map(|(year, to)| Step::Amend(year, to)),
        1 => (0_u8..3).prop_map(Step::Revise),
        1 => Just(Step::Nothing),
    ];
    proptest::collection::vec(step, 9..10)
}

struct Country<'a> {
    stage: &'a Stage<'a>,
    normandie: &'a Hand<'a>,
    site: Site,
    contest: Option<String>,
}

impl Country<'_> {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Values(place, year, value) => {
                let place = ["28", "53", "FR"][place];
                let text = format!("territoire;annee;2.c.1\n{place};{year};{value},5\n");
                let rehearsal = self.stage.rehearse_current(text).await;
                self.stage.commit(rehearsal.id).await.unwrap();
            }
            Step::Contest => self.contest().await,
            Step::Amend(year, to) => {
                let section = self.normandie.full().await.contract.sections[0].id;
                let target = number(&to.to_string());
                let terms = vec![aims(section, "2.c.1", HPV, year, target)];
                let motive = Some("cible revue");
                self.normandie
                    .agrees("avenant", motive, terms, BOTH, "2026-01-06")
                    .await;
            }
            Step::Revise(n) => {
                let catalogue = self.stage.catalogue().await;
                let mut framework = catalogue.framework(CODE).unwrap().framework.clone();
                let mut indicators = framework.indicators.iter_mut();
                let own = indicators.find(|i| i.key == "2.c.1").unwrap();
                own.label = format!("Couverture HPV des filles, libellé {n}");
                let mut tx = self.stage.db.read().await.unwrap();
                let base = head(&mut tx, CODE).await.unwrap().unwrap().no;
                drop(tx);
                let texts = write_texts(&framework);
                self.stage
                    .bring(&framework, &texts, Some(base))
                    .await
                    .unwrap();
            }
            Step::Nothing => {}
        }
    }

    async fn contest(&mut self) {
        let figures = self.stage.figures().await;
        let known = figures
            .series(GIRLS)
            .map(|s| s.figures_upto("28", i16::MAX));
        let last = known.and_then(|known| known.last().map(|(_, f)| (f.observation, f.no)));
        let Some((observation, no)) = last else {
            return;
        };
        if let Some(open) = self.contest.take() {
            let fields = [
                ("reponse", "maintained"),
                ("explication", "Rien à changer."),
            ];
            let answer = self.site.post(&open, &fields).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            return;
        }
        let no = no.to_string();
        let fields = [
            ("revision", no.as_str()),
            ("motif", "Trop bas"),
            ("valeur", "77"),
        ];
        let path = format!("/valeurs/{observation}/contester");
        let answer = self
            .site
            .send_file(&path, &fields, ("p.pdf", b"%PDF-1.7"))
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        self.contest = answer.location;
    }

    /// Each page, on that day of the past or now.
    async fn seen(&mut self, day: Option<&str>) -> Vec<String> {
        let mut seen = Vec::new();
        for path in PAGES {
            let mark = if path.contains('?') { '&' } else { '?' };
            let path = match day {
                Some(day) => format!("{path}{mark}au={day}"),
                None => path.to_owned(),
            };
            let answer = self.site.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
            seen.push(situation(&answer.body, day));
        }
        seen
    }
}

/// What a page says of the situation it shows: without the choice of the day, what changed since,
/// what is a matter of today only, and the day that its links keep.
fn situation(page: &str, day: Option<&str>) -> String {
    let mut page = page.to_owned();
    for (from, to) in [
        ("<form class=\"asof\"", "</form>"),
        ("<div class=\"flag then", "</div>"),
        ("<section class=\"sect since\"", "</section>"),
        (
            "<section class=\"sect\" aria-labelledby=\"attend\"",
            "</section>",
        ),
        ("<input type=\"hidden\" name=\"au\"", ">"),
        // Acts are of today only.
        (
            "<a class=\"btn sm\" href=\"/contrats/normandie-2024-2028/actes/nouveau\"",
            "</a>",
        ),
    ] {
        while let Some(start) = page.find(from) {
            let end = start + page[start..].find(to).unwrap() + to.len();
            page.replace_range(start..end, "");
        }
    }
    let asked = day.map(|day| format!("au={day}")).unwrap_or_default();
    if asked.is_empty() {
        return page;
    }
    page.replace(&format!("&amp;{asked}"), "")
        .replace(&format!("?{asked}&amp;"), "?")
        .replace(&format!("?{asked}"), "")
}

on_both_engines! {
    async fn a_page_as_of_a_day_is_the_page_that_was_seen_that_day(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let normandie = Hand::also_creates(&bench, stage.actor, NORMANDIE).await;
        let section = normandie.full().await.contract.sections[0].id;
        let terms = normandie_terms(section);
        normandie.agrees("contrat", None, terms, BOTH, "2026-01-05").await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mut country = Country { stage: &stage, normandie: &normandie, site, contest: None };
        let mut runner = TestRunner::deterministic();
        let mut recorded: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for step in steps().new_tree(&mut runner).unwrap().current() {
            country.take(step).await;
            let seen = country.seen(None).await;
            recorded.insert(bench.clock.today().to_string(), seen);
            bench.clock.advance(SignedDuration::from_hours(24));
            // A session lasts a day at most.
            country.site.sign_in().await;
        }
        let different: std::collections::BTreeSet<&Vec<String>> = recorded.values().collect();
        assert!(different.len() > 4, "the days do not differ");
        // Another process, with nothing in memory.
        let mut site = bench.site().await;
        site.sign_in().await;
        country.site = site;
        for (day, expected) in recorded.iter().rev() {
            for (at, shown) in country.seen(Some(day)).await.iter().enumerate() {
                let wanted = &expected[at];
                if shown != wanted {
                    let apart = shown.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
                    let around = |text: &str| {
                        let from = (apart.saturating_sub(200)..=apart).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                        text[from..].chars().take(500).collect::<String>()
                    };
                    panic!("{} as of {day}:\n{}\nand that day:\n{}", PAGES[at], around(shown), around(wanted));
                }
            }
        }
    }
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
