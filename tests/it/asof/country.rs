//! A country in which things happen, and what its pages say of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::contracts::{MeansTerm, Slot, Stage as MeansStage, TermBody};
use jalon::figures::values::Settings;
use jalon::frameworks::{store::head, write_texts};
use jalon::imports::Committed;
use jalon::ledger::Actor;
use jiff::civil::Date;
use proptest::prelude::*;
use uuid::Uuid;

use crate::api::Program;
use crate::contracts::hand::{colleague, decimal, edit};
use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, normandie_terms, number};
use crate::rights::{person, site_of};
use crate::stage::{GIRLS, Stage};
use crate::support::{Bench, EMAIL, Site, pdf_text};

const CODE: &str = "etat-ars-2024-2028";
/// Somebody who may not see what is under embargo.
const READER: &str = "lectrice@example.org";

/// The pages of figures, and the tables taken away that follow the day.
const PAGES: [&str; 38] = [
    "/?cadre=etat-ars-2024-2028",
    "/indicateurs/etat-ars-2024-2028/2.c.1?lieu=28",
    "/contrats/normandie-2024-2028",
    "/contrats/normandie-2024-2028/objectifs/2",
    "/contrats/normandie-2024-2028/indicateurs/2.c.1",
    "/contrats/normandie-2024-2028/moyens",
    "/cadres/etat-ars-2024-2028/objectifs/2",
    "/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2",
    "/circuit/etat-ars-2024-2028?annee=2024",
    "/circuit/fournisseurs/DGS",
    "/catalogue?cadre=etat-ars-2024-2028&objectif=2",
    "/catalogue/vaccination-hpv-filles-15-ans",
    "/tables/suivi.csv?contrat=normandie-2024-2028",
    "/tables/valeurs.csv?territoire=28",
    "/tables/valeurs.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1",
    "/tables/circuit.csv?cadre=etat-ars-2024-2028&annee=2024",
    "/tables/pays.csv?cadre=etat-ars-2024-2028",
    "/contestations?etat=toutes",
    "/cibles/etat-ars-2024-2028/2.c.1",
    "/tables/contestations.csv?etat=toutes",
    "/tables/termes.csv?contrat=normandie-2024-2028",
    "/tables/moyens.csv?contrat=normandie-2024-2028",
    "/tables/cibles.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1",
    "/contrats?cadre=etat-ars-2024-2028",
    "/tables/contrats.csv?cadre=etat-ars-2024-2028",
    "/documents",
    "/contrats/normandie-2024-2028/tableau",
    "/indicateurs/etat-ars-2024-2028/4.i",
    "/tables/classement.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1&periode=2024",
    "/tables/nationales.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1&periode=2024",
    "/tables/trajectoire.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1&lieu=28",
    "/tables/objectif.csv?cadre=etat-ars-2024-2028&objectif=2",
    "/tables/comparaison.csv?regions=28&regions=53&cadre=etat-ars-2024-2028&objectif=2",
    "/tables/serie.csv?mesure=vaccination-hpv-filles-15-ans",
    "/tables/documents.csv",
    "/tables/actes.csv?contrat=normandie-2024-2028",
    "/catalogue/vaccination-hpv-filles-15-ans?lieu=28",
    "/tables/serie.csv?mesure=vaccination-hpv-filles-15-ans&lieu=28",
];

/// What is drawn on paper, and the day of the month on which it is looked at: drawing takes its
/// time.
const PAPER: [&str; 2] = [
    "/contrats/normandie-2024-2028/fiche/2024",
    "/indicateurs/etat-ars-2024-2028/2.c.1/fiche?periode=2024",
];
const PAPER_ON: i8 = 9;

/// Where the pages of figures are.
pub const OF_FIGURES: [&str; 8] = [
    "/valeurs/",
    "/contestations/",
    "/indicateurs/",
    "/contrats/",
    "/contrats?",
    "/cibles/",
    "/catalogue/",
    "/circuit/",
];

/// Those of them that somebody else opens too.
const READ_BY_ANOTHER: [&str; 2] = [PAGES[1], PAGES[13]];
/// What their names end with, as that somebody saw them.
const ANOTHER: &str = " (another reader)";

/// What programs read, at any change.
const ANSWERS: [&str; 2] = [
    "/api/v1/observations?measure=vaccination-hpv-filles-15-ans",
    "/api/v1/contracts/normandie-2024-2028/terms?kind=target",
];

/// Something that happens on a day.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A value comes in or is corrected: the place, the year, the value.
    Value(usize, i16, u8),
    /// The same, kept from others until a day.
    Embargo(usize, i16, u8),
    /// A file sent before is undone.
    Undo(usize),
    /// A file undone before is sent again.
    Redo(usize),
    /// The last figure of Normandie is contested, or its contest is answered: accepted or not.
    Contest(bool),
    /// An amendment of Normandie sets the target of a year.
    Amend(i16, u8),
    /// Two people repair what was written of the target of a year.
    Correct(i16, u8),
    /// The country aims elsewhere in a year.
    National(i16, u8),
    /// The framework calls its indicator otherwise.
    Revise(u8),
}

impl Step {
    pub const KINDS: usize = 9;

    fn kind(self) -> &'static str {
        match self {
            Self::Value(..) => "value",
            Self::Embargo(..) => "embargo",
            Self::Undo(_) => "undo",
            Self::Redo(_) => "redo",
            Self::Contest(_) => "contest",
            Self::Amend(..) => "amendment",
            Self::Correct(..) => "correction",
            Self::National(..) => "national target",
            Self::Revise(_) => "revision",
        }
    }
}

/// What happens, one thing a day.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let cell = || (0_usize..3, 2023_i16..2026, 60_u8..80);
    let aim = || (2025_i16..2029, 60_u8..90);
    let step = prop_oneof![
        4 => cell().prop_map(|(place, year, value)| Step::Value(place, year, value)),
        2 => cell().prop_map(|(place, year, value)| Step::Embargo(place, year, value)),
        2 => (0_usize..9).prop_map(Step::Undo),
        2 => (0_usize..9).prop_map(Step::Redo),
        3 => any::<bool>().prop_map(Step::Contest),
        2 => aim().prop_map(|(year, to)| Step::Amend(year, to)),
        1 => aim().prop_map(|(year, to)| Step::Correct(year, to)),
        1 => aim().prop_map(|(year, to)| Step::National(year, to)),
        1 => (0_u8..3).prop_map(Step::Revise),
    ];
    proptest::collection::vec(step, 10..17)
}

fn one_of(files: &[Uuid], rank: usize) -> Option<Uuid> {
    let rank = rank.checked_rem(files.len())?;
    Some(files[rank])
}

/// What was seen at one moment, by address.
pub type Seen = BTreeMap<String, String>;

pub struct Country<'a> {
    stage: &'a Stage<'a>,
    normandie: Hand<'a>,
    colleague: Actor,
    site: Site,
    reader: Site,
    program: Program,
    /// Until when what is loaded under embargo is kept from others.
    embargo: Date,
    loaded: Vec<Uuid>,
    undone: Vec<Uuid>,
    contest: Option<String>,
    /// The pages of the values that were contested, and of their contests.
    told: BTreeSet<String>,
    /// How many acts were signed.
    acts: usize,
    /// How many steps of each kind changed something.
    pub taken: BTreeMap<&'static str, usize>,
}

impl<'a> Country<'a> {
    pub async fn of(bench: &'a Bench, stage: &'a Stage<'a>, embargo: Date) -> Self {
        let normandie = Hand::also_creates(bench, stage.actor, NORMANDIE).await;
        let section = normandie.full().await.contract.sections[0].id;
        let mut terms = normandie_terms(section);
        let slot = Slot::Means {
            line: "plafond-emplois".to_owned(),
            stage: MeansStage::Notified,
            year: 2024,
        };
        let means = MeansTerm {
            amount: decimal("412"),
            source: "Notification du 18 décembre 2023".to_owned(),
        };
        terms.push(edit(section, slot, TermBody::Means(means)));
        normandie
            .agrees("contrat", None, terms, BOTH, "2026-01-05")
            .await;
        person(bench, stage.actor, READER, &[("lecteur", "")]).await;
        Self {
            stage,
            normandie,
            colleague: colleague(bench, stage.actor).await,
            site: site_of(bench, EMAIL).await,
            reader: site_of(bench, READER).await,
            program: Program::of(bench, stage.actor, TokenScope::Read).await,
            embargo,
            loaded: Vec::new(),
            undone: Vec::new(),
            contest: None,
            told: BTreeSet::new(),
            acts: 0,
            taken: BTreeMap::new(),
        }
    }

    pub async fn take(&mut self, step: Step) {
        let before = self.stage.last_change().await;
        match step {
            Step::Value(place, year, value) => self.loads((place, year, value), None).await,
            Step::Embargo(place, year, value) => {
                self.loads((place, year, value), Some(self.embargo)).await;
            }
            Step::Undo(rank) => {
                if let Some(file) = one_of(&self.loaded, rank) {
                    // One that is undone already, or upon which others lie, is refused.
                    if self.stage.undo(file, "Essai").await.is_ok() {
                        self.undone.push(file);
                    }
                }
            }
            Step::Redo(rank) => {
                if let Some(file) = one_of(&self.undone, rank) {
                    let _ = self.stage.commit(file).await;
                }
            }
            Step::Contest(accepted) => self.contests(accepted).await,
            Step::Amend(year, to) => self.signs("avenant", year, to).await,
            Step::Correct(year, to) => self.signs("correction", year, to).await,
            Step::National(year, to) => {
                let (name, to) = (format!("cible-{year}"), to.to_string());
                let typed = [(name.as_str(), to.as_str())];
                let path = format!("/cibles/{CODE}/2.c.1");
                let answer = self.site.post(&path, &typed).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            }
            Step::Revise(n) => self.revises(n).await,
        }
        if self.stage.last_change().await > before {
            *self.taken.entry(step.kind()).or_default() += 1;
        }
    }

    async fn loads(&mut self, (place, year, value): (usize, i16, u8), embargo: Option<Date>) {
        let place = ["28", "53", "FR"][place];
        let text = format!("territoire;annee;2.c.1\n{place};{year};{value},5\n");
        let settings = Settings {
            framework: Some(CODE.to_owned()),
            embargo_until: embargo,
            ..Settings::default()
        };
        let rehearsal = self.stage.rehearse_with(text, &settings).await;
        if let Committed::Now(_) = self.stage.commit(rehearsal.id).await.unwrap() {
            self.loaded.push(rehearsal.id);
        }
    }

    async fn signs(&mut self, act: &str, year: i16, to: u8) {
        self.acts += 1;
        let section = self.normandie.full().await.contract.sections[0].id;
        // Never what stands already: an act must change something.
        let target = number(&format!("{to}.{}", self.acts % 10));
        let terms = vec![aims(section, "2.c.1", HPV, year, target)];
        let motive = Some("cible revue");
        if act == "avenant" {
            self.normandie
                .agrees(act, motive, terms, BOTH, "2026-01-05")
                .await;
            return;
        }
        let slip = self.normandie.drafts(act, motive).await;
        self.normandie.writes(slip, terms).await;
        self.normandie.confirms(self.colleague, slip).await;
        self.normandie.signs(slip).await.unwrap();
    }

    async fn revises(&self, n: u8) {
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

    async fn contests(&mut self, accepted: bool) {
        if let Some(open) = self.contest.take() {
            let answer = if accepted { "accepted" } else { "maintained" };
            let fields = [
                ("reponse", answer),
                ("valeur", "77"),
                ("explication", "Vérifié."),
            ];
            let answer = self.site.post(&open, &fields).await;
            // What was contested may have been withdrawn meanwhile.
            let told = [StatusCode::SEE_OTHER, StatusCode::CONFLICT];
            assert!(told.contains(&answer.status), "{}", answer.body);
            return;
        }
        let figures = self.stage.figures().await;
        let known = figures
            .series(GIRLS)
            .map(|s| s.figures_upto("28", i16::MAX));
        let last = known.and_then(|known| known.last().map(|(_, f)| (f.observation, f.no)));
        let Some((observation, no)) = last else {
            return;
        };
        let no = no.to_string();
        let fields = [
            ("revision", no.as_str()),
            ("motif", "Trop bas"),
            ("valeur", "77"),
        ];
        let path = format!("/valeurs/{observation}/contester");
        let proof = ("p.pdf", &b"%PDF-1.7"[..]);
        let answer = self.site.send_file(&path, &fields, proof).await;
        let told = [StatusCode::SEE_OTHER, StatusCode::CONFLICT];
        assert!(told.contains(&answer.status), "{}", answer.body);
        self.contest = answer.location;
        self.told.insert(format!("/valeurs/{observation}"));
        self.told.extend(self.contest.clone());
    }

    /// The next day: a session lasts one at most.
    pub async fn wakes(&mut self) {
        self.site.sign_in().await;
        self.reader.sign_in_as(READER).await;
    }

    /// Another process, with nothing in memory.
    pub async fn starts_again(&mut self) {
        let bench = self.stage.bench;
        self.site = site_of(bench, EMAIL).await;
        self.reader = site_of(bench, READER).await;
        self.program = Program::of(bench, self.stage.actor, TokenScope::Read).await;
    }

    /// The pages, now: those of an even rank on even days, the others on the others.
    pub async fn pages(&mut self) -> Seen {
        let day = self.stage.bench.clock.today().day();
        let pages = PAGES.iter().zip(0_i8..);
        let pages = pages.filter(|(_, rank)| (rank + day) % 2 == 0);
        let pages = pages.map(|(path, _)| (*path).to_owned());
        let mut all: Vec<String> = pages.chain(self.told.clone()).collect();
        if day == PAPER_ON {
            all.extend(PAPER.map(str::to_owned));
        }
        self.seen(&all, None).await
    }

    /// Each of the pages seen on that day, as of it.
    pub async fn as_of(&mut self, day: &str, then: &Seen) -> Seen {
        let all: Vec<String> = then.keys().cloned().collect();
        self.seen(&all, Some(day)).await
    }

    async fn seen(&mut self, paths: &[String], day: Option<&str>) -> Seen {
        let mut seen = Seen::new();
        for path in paths.iter().filter(|path| !path.ends_with(ANOTHER)) {
            let page = page(&mut self.site, path, day).await;
            seen.insert(path.to_owned(), page);
        }
        // What was kept from a reader that day is shown once its embargo has ended.
        if self.stage.bench.clock.today() < self.embargo {
            for path in READ_BY_ANOTHER {
                let page = page(&mut self.reader, path, day).await;
                seen.insert(format!("{path}{ANOTHER}"), page);
            }
        }
        seen
    }

    /// The links between pages of figures on a day of the past: those that keep it, and those that
    /// lose it, each with the page it is on.
    pub async fn links(&mut self, day: &str) -> (Vec<String>, Vec<String>) {
        let (mut kept, mut lost) = (Vec::new(), Vec::new());
        let told = self.told.iter().map(String::as_str);
        let pages = PAGES.into_iter().chain(["/contestations"]).chain(told);
        for path in pages.filter(|path| !path.starts_with("/tables")) {
            let mark = if path.contains('?') { '&' } else { '?' };
            let answer = self.site.get(&format!("{path}{mark}au={day}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            for link in links(&answer.body) {
                if link.contains(&format!("au={day}")) {
                    kept.push(link);
                } else {
                    lost.push(format!("{path} leads to {link}"));
                }
            }
        }
        (kept, lost)
    }

    /// Each answer to a program, at that change or now.
    pub async fn answers(&mut self, change: Option<i64>) -> Seen {
        let mut seen = Seen::new();
        for path in ANSWERS {
            let asked = match change {
                Some(change) => format!("{path}&as_of={change}"),
                None => path.to_owned(),
            };
            let answer = self.program.get(&asked).await;
            assert_eq!(answer.status, StatusCode::OK, "{asked}: {}", answer.body);
            seen.insert(path.to_owned(), answer.body);
        }
        seen
    }
}

async fn page(site: &mut Site, path: &str, day: Option<&str>) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    let path = match day {
        Some(day) => format!("{path}{mark}au={day}"),
        None => path.to_owned(),
    };
    let answer = site.get(&path).await;
    // Until a first value came, some tables are not there.
    if path.starts_with("/tables/") && answer.status == StatusCode::NOT_FOUND {
        return "not there".to_owned();
    }
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    if path.contains("/fiche") {
        return paper(&answer.bytes);
    }
    situation(&answer.body, day)
}

/// The words of a sheet, but for the day it was drawn on.
fn paper(bytes: &[u8]) -> String {
    let text = pdf_text(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    without(&words.join(" "), &[("Fiche éditée par Jalon le", ".")])
}

/// The links of a page that lead to figures, but for those that come back to today, tell what
/// changed since, or lead to an act.
fn links(page: &str) -> Vec<String> {
    let page = without(
        page,
        &[
            ("<header", "</header>"),
            ("<div class=\"flag then", "</div>"),
            ("<section class=\"sect since\"", "</section>"),
            ("<p class=\"muted\">Les projets d’actes, ", "</p>"),
        ],
    );
    let links = page.split("href=\"").skip(1);
    let links = links.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    let is_shown = |link: &String| {
        let acts = ["/actes/", "/saisie", "/suivre", "/documents", "/historique"];
        OF_FIGURES.iter().any(|start| link.starts_with(start))
            && !acts.iter().any(|act| link.contains(act))
    };
    links.filter(is_shown).collect()
}

/// A page without what stands between each of these.
fn without(page: &str, parts: &[(&str, &str)]) -> String {
    let mut page = page.to_owned();
    for (from, to) in parts {
        while let Some(start) = page.find(from) {
            let end = start + page[start..].find(to).unwrap() + to.len();
            page.replace_range(start..end, "");
        }
    }
    page
}

/// What a page says of the situation it shows: without the choice of the day, what changed since,
/// what is a matter of today only, and the day that its links keep.
fn situation(page: &str, day: Option<&str>) -> String {
    let parts = [
        ("<form class=\"asof\"", "</form>"),
        ("<div class=\"flag then", "</div>"),
        ("<section class=\"sect since\"", "</section>"),
        ("<div class=\"paper\">", "</div>"),
        ("<p><a href=\"/contrats/normandie-2024-2028?au=", "</p>"),
        // Drafts, requests for help and reviews are read today only, and each day says so.
        ("<p>Rien n’attend", "</p>"),
        (", aucun projet d’acte", "ouvert"),
        ("<p class=\"muted\">Les projets d’actes, ", "</p>"),
        (
            "<p class=\"acts\"><a class=\"btn main\" href=\"/contrats/nouveau\"",
            "</p>",
        ),
        (
            "<section class=\"sect\" aria-labelledby=\"nationales\"",
            "</section>",
        ),
        ("<input type=\"hidden\" name=\"au\"", ">"),
        // Acts are of today only.
        (
            "<section class=\"sect\" aria-labelledby=\"repondre-titre\"",
            "</section>",
        ),
        (
            "<details class=\"more\"><summary>Contester cette valeur",
            "</details>",
        ),
        (
            "<a class=\"btn sm\" href=\"/contrats/normandie-2024-2028/actes/nouveau\"",
            "</a>",
        ),
    ];
    let page = without(page, &parts);
    let asked = day.map(|day| format!("au={day}")).unwrap_or_default();
    if asked.is_empty() {
        return page;
    }
    page.replace(&format!("&amp;{asked}"), "")
        .replace(&format!("?{asked}&amp;"), "?")
        .replace(&format!("?{asked}"), "")
}

/// Holds what is seen to what was seen.
pub fn same(shown: &Seen, wanted: &Seen, moment: &str) {
    for (path, wanted) in wanted {
        let Some(shown) = shown.get(path) else {
            continue;
        };
        if shown == wanted {
            continue;
        }
        let pairs = shown.bytes().zip(wanted.bytes());
        let apart = pairs.take_while(|(a, b)| a == b).count();
        let around = |text: &str| {
            let mut near = apart.saturating_sub(200)..=apart;
            let from = near.find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text[from..].chars().take(500).collect::<String>()
        };
        panic!(
            "{path} as of {moment}:\n{}\nand then:\n{}",
            around(shown),
            around(wanted)
        );
    }
}
