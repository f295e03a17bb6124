//! A workbook of terms through its life on a real database: rehearsed, committed, undone, done
//! again; two people; an act signed meanwhile.

use axum::http::StatusCode;
use jalon::access::permit;
use jalon::access::token::TokenScope;
use jalon::contracts::intake::{INTAKE, Settings, template};
use jalon::contracts::store::set_terms;
use jalon::contracts::{FullContract, TermBody, TermKey, TermsOf, WriteTerms};
use jalon::imports::{ActError, Answer, Batch, Committed, ProblemCode, Said, SentFile, store};
use jalon::ledger::Actor;
use jalon_render::workbook::{self, Content, xlsx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::stage::{fill, place, say};
use crate::api::Program;
use crate::contracts::hand::{
    BOTH, HPV, Hand, NORMANDIE, aims, colleague, normandie_terms, number, target_slot,
};
use crate::on_both_engines;
use crate::stage::Stage as Files;
use crate::support::Bench;

const KEY: &str = "contrat | 2.c.1 | vaccination-hpv-filles-15-ans";

/// What is sent for one act, and by whom.
struct Desk<'a> {
    hand: &'a Hand<'a>,
    files: Files<'a>,
    act: i64,
}

impl<'a> Desk<'a> {
    fn new(bench: &'a Bench, hand: &'a Hand<'a>, act: i64) -> Self {
        let files = Files::beside(bench, hand.actor, bench.db.clone());
        Self { hand, files, act }
    }

    async fn workbook(&self) -> workbook::Book {
        let full = self.hand.full().await;
        let draft = full.instrument(self.act).unwrap();
        template(&self.hand.book, &full, draft, "2026-03-10".parse().unwrap()).unwrap()
    }

    async fn rehearse(&self, book: &workbook::Book) -> Batch {
        let settings = Settings {
            contract: self.hand.slug.to_owned(),
            act: self.act,
        };
        let file = SentFile {
            name: "termes.xlsx".to_owned(),
            bytes: xlsx(book).unwrap(),
            said: Said::beside(serde_json::to_value(settings).unwrap()),
        };
        self.files
            .imports
            .rehearse(self.hand.actor, INTAKE, &file)
            .await
            .unwrap()
    }

    async fn commit(&self, batch: Uuid) -> Result<Committed, ActError> {
        self.files
            .imports
            .commit(self.hand.actor, batch, None)
            .await
    }

    async fn undo(&self, batch: Uuid) -> Result<jalon::imports::Undone, ActError> {
        self.files
            .imports
            .undo(self.hand.actor, batch, "Mauvais fichier", None)
            .await
    }
}

/// What an act writes, whoever wrote it and when.
fn written(full: &FullContract, no: i64) -> Vec<(TermKey, Option<TermBody>, Option<String>)> {
    let draft = full.instrument(no).unwrap();
    let touched = full.overlay(draft).touched;
    touched
        .into_iter()
        .map(|term| (term.key.clone(), term.body.clone(), term.motive.clone()))
        .collect()
}

/// Types the terms of Normandie in a workbook.
fn fills_normandie(book: &mut workbook::Book) {
    say(book, KEY, "Choix", "Retenu");
    say(book, KEY, "Motif du choix", "Proposition nationale");
    let number = |text: &str| Content::Number(text.to_owned());
    fill(book, "Indicateurs", KEY, "Valeur initiale", number("66.3"));
    fill(book, "Indicateurs", KEY, "Année initiale", number("2023"));
    for (year, value) in (2024..).zip(["67", "69", "71", "73", "75"]) {
        fill(
            book,
            "Indicateurs",
            KEY,
            &format!("Cible {year}"),
            number(value),
        );
    }
}

on_both_engines! {
    async fn a_workbook_writes_what_the_grid_writes_is_undone_and_done_again(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let by_grid = hand.drafts("contrat", None).await;
        hand.writes(by_grid, normandie_terms(section)).await;
        let by_file = hand.drafts("contrat", None).await;
        let desk = Desk::new(&bench, &hand, 2);
        let mut book = desk.workbook().await;
        fills_normandie(&mut book);
        let before = desk.files.last_change().await;
        let batch = desk.rehearse(&book).await;
        assert_eq!((batch.counts.created, batch.counts.refused), (7, 0));
        assert_eq!(desk.files.last_change().await, before);
        assert_eq!(written(&hand.full().await, 2), []);

        let Ok(Committed::Now(no)) = desk.commit(batch.id).await else {
            panic!("the file must be committed");
        };
        assert_eq!(no, before + 1);
        let full = hand.full().await;
        assert_eq!(written(&full, 2), written(&full, 1));
        assert_eq!(full.instrument(2).unwrap().id, by_file);
        assert!(matches!(desk.commit(batch.id).await, Ok(Committed::Before(again)) if again == no));
        // Sent again, it changes nothing.
        let same = desk.rehearse(&book).await;
        assert_eq!((same.counts.to_write(), same.counts.unchanged), (0, 7));

        assert_eq!(desk.undo(batch.id).await.unwrap().rows, 7);
        assert_eq!(written(&hand.full().await, 2), []);
        assert!(matches!(desk.commit(batch.id).await, Ok(Committed::Now(_))));
        let full = hand.full().await;
        assert_eq!(written(&full, 2), written(&full, 1));
    }
}

on_both_engines! {
    async fn an_amendment_keeps_only_what_it_changes_and_asks_before_it_removes(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", Some("La campagne porte ses fruits.")).await;
        let desk = Desk::new(&bench, &hand, 2);
        let mut book = desk.workbook().await;
        say(&mut book, KEY, "Cible 2026", "72");
        fill(&mut book, "Indicateurs", KEY, "Cible 2028", Content::Empty);
        let batch = desk.rehearse(&book).await;
        assert_eq!((batch.counts.changed, batch.counts.refused), (1, 1));
        assert!(matches!(desk.commit(batch.id).await, Err(ActError::Refused(1))));
        let mut tx = bench.db.read().await.unwrap();
        let problems = store::problems(&mut tx, batch.id).await.unwrap();
        drop(tx);
        let asked = problems.iter().find(|p| p.code == ProblemCode::TermRemoved).unwrap();
        let (row, column) = place(&book, "Indicateurs", KEY, "Cible 2028");
        assert_eq!((asked.place.row, asked.place.column), (row, u32::from(column)));
        let mut said = batch.said.clone();
        said.answers.put(Answer {
            place: asked.place.clone(),
            code: asked.code,
            choice: "fichier".to_owned(),
        });
        let begun = desk.files.imports.begin_again(actor, batch.id, Some(said), None).await.unwrap();
        desk.files.imports.read(actor, begun).await.unwrap();
        // Programs read it in published words: a target that changes, another that is taken away.
        let mut program = Program::of(&bench, actor, TokenScope::Read).await;
        let rows = program.read_all(&format!("/api/v1/rehearsals/{}/rows", batch.id), 10).await;
        let of = |year: i64| rows.iter().find(|row| row["about"]["year"] == year).unwrap();
        let aimed = |aim: &str| json!({
            "kind": "target", "target": "value", "value": {"kind": "number", "number": aim, "unit": "%"}
        });
        assert_eq!(
            of(2026)["about"],
            json!({"kind": "target", "section": "contrat", "subject": "2.c.1", "facet": HPV, "year": 2026})
        );
        assert_eq!((&of(2026)["said_before"], &of(2026)["said_after"]), (&aimed("71"), &aimed("72")));
        assert_eq!((&of(2028)["said_before"], &of(2028)["said_after"]), (&aimed("75"), &Json::Null));
        assert!(matches!(desk.commit(batch.id).await, Ok(Committed::Now(_))));
        let full = hand.full().await;
        let key = |year| TermKey { section, slot: target_slot("2.c.1", HPV, year) };
        let seventy_two = Some(TermBody::Target(number("72")));
        assert_eq!(written(&full, 2), [(key(2026), seventy_two, None), (key(2028), None, None)]);
        assert_eq!(desk.undo(batch.id).await.unwrap().rows, 2);
        assert_eq!(written(&hand.full().await, 2), []);
    }
}

on_both_engines! {
    async fn two_people_on_one_draft_lose_nothing(bench: Bench) {
        let actor = bench.install().await;
        let other = colleague(&bench, actor).await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        let desk = Desk::new(&bench, &hand, 1);
        let mut book = desk.workbook().await;
        fills_normandie(&mut book);
        let batch = desk.rehearse(&book).await;
        let aims_at = |year, text: &str| aims(section, "2.c.1", HPV, year, number(text));
        writes(&hand, other, draft, aims_at(2026, "72")).await;
        let refused = desk.commit(batch.id).await.unwrap_err();
        assert!(refused.to_string().starts_with("d’autres clauses"), "{refused}");
        let ActError::Moved(moved, _) = refused else {
            panic!("{refused}");
        };
        let (row, column) = place(&book, "Indicateurs", KEY, "Cible 2026");
        let cells: Vec<_> = moved.iter().map(|cell| (cell.row, cell.column)).collect();
        assert_eq!(cells, [(row, u32::from(column))]);
        assert_eq!(written(&hand.full().await, 1).len(), 1);
        // Read again, the cell that both changed is asked.
        let batch = desk.rehearse(&book).await;
        assert_eq!((batch.counts.created, batch.counts.refused), (6, 1));

        // What was written after a file stays when the file is undone.
        let mut alone = desk.workbook().await;
        say(&mut alone, KEY, "Cible 2024", "67");
        say(&mut alone, KEY, "Cible 2025", "69");
        let batch = desk.rehearse(&alone).await;
        assert!(matches!(desk.commit(batch.id).await, Ok(Committed::Now(_))));
        writes(&hand, other, draft, aims_at(2025, "70")).await;
        let undone = desk.undo(batch.id).await.unwrap();
        assert_eq!((undone.rows, undone.kept.len()), (1, 1));
        let full = hand.full().await;
        let years: Vec<_> = written(&full, 1).into_iter().map(|(key, ..)| key.slot.year()).collect();
        assert_eq!(years, [Some(2025), Some(2026)]);
    }
}

async fn writes(
    hand: &Hand<'_>,
    actor: Actor,
    draft: Uuid,
    edit: jalon::contracts::store::TermEdit,
) {
    let mut change = hand.change(actor).await;
    let edits = vec![edit];
    let allowed = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, &edits))
        .await
        .unwrap();
    set_terms(&mut change, allowed, edits).await.unwrap();
    change.commit().await.unwrap();
}

on_both_engines! {
    async fn a_signed_act_is_no_longer_written_nor_undone(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let draft = hand.drafts("contrat", None).await;
        let desk = Desk::new(&bench, &hand, 1);
        let mut book = desk.workbook().await;
        fills_normandie(&mut book);
        let batch = desk.rehearse(&book).await;
        desk.commit(batch.id).await.unwrap();
        let mut corrected = desk.workbook().await;
        say(&mut corrected, KEY, "Cible 2028", "76");
        let late = desk.rehearse(&corrected).await;
        hand.names_signatories(draft, BOTH, "2024-12-20").await;
        hand.signs(draft).await.unwrap();
        for refused in [desk.commit(late.id).await.map(|_| ()), desk.undo(batch.id).await.map(|_| ())] {
            let Err(ActError::Closed(why)) = refused else {
                panic!("a signed act does not change: {refused:?}");
            };
            assert!(why.contains("signé") && why.contains("avenant"), "{why}");
        }
        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get(&format!("/imports/{}", late.id)).await.body;
        assert!(page.contains("L’enregistrement serait refusé. Cet acte est signé"), "{page}");
        assert!(page.contains("pourquoi pas ?") && !page.contains("prête"), "{page}");
        let again = desk.rehearse(&book).await;
        assert_eq!(again.counts.refused, 1);
        let full = hand.full().await;
        let section = hand.section("contrat").await;
        let held = full.in_force(i64::MAX).target(section, "2.c.1", HPV, 2028).cloned();
        assert_eq!(held, Some(number("75")));
    }
}

on_both_engines! {
    async fn the_page_of_a_draft_leads_to_its_workbook_and_back(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let desk = Desk::new(&bench, &hand, 1);
        let mut site = bench.site().await;
        site.sign_in().await;
        let act = "/contrats/normandie-2024-2028/actes/1";
        let page = site.get(act).await.body;
        let send = "/imports/nouveau?genre=termes&amp;acte=normandie-2024-2028%2F1";
        assert!(page.contains(send) && page.contains(&format!("{act}/classeur")), "{page}");
        let media = site.header(&format!("{act}/classeur"), "content-type").await;
        assert!(media.contains("spreadsheetml"), "{media}");
        let form = site.get(&send.replace("&amp;", "&")).await.body;
        assert!(form.contains("value=\"normandie-2024-2028/1\" selected"), "{form}");

        let mut book = desk.workbook().await;
        fills_normandie(&mut book);
        let bytes = xlsx(&book).unwrap();
        let unsaid = site.send_file("/imports", &[("genre", "termes")], ("t.xlsx", &bytes)).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unsaid.body.contains("Choisissez le projet d’acte"), "{}", unsaid.body);
        let fields = [("genre", "termes"), ("acte", "normandie-2024-2028/1")];
        let sent = site.send_file("/imports", &fields, ("t.xlsx", &bytes)).await;
        let path = sent.location.unwrap();
        let page = site.get(&path).await.body;
        for told in ["Termes d’un contrat", "7 clauses", "2.c.1, cible 2026", "<ins>71,0", "motif : Proposition nationale"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert_eq!(site.post(&format!("{path}/enregistrer"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(written(&hand.full().await, 1).len(), 7);
        assert!(site.get(act).await.body.contains("Ce projet écrit 7 termes"));
        let undoing = site.get(&format!("{path}?annuler=oui")).await.body;
        assert!(undoing.contains("7 clauses"), "{undoing}");
    }
}
