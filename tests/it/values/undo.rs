//! Imports undone and done again, at once and by several people.

use std::collections::BTreeMap;

use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{ActError, BatchState, Committed, RehearseError, Said, SentFile};
use jalon::kernel::{Period, Value};
use jalon::ledger::{Verified, history_of, verify};
use jalon::platform::db::Db;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::stage::{Figures, GIRLS, Stage, dump};
use crate::support::Bench;

fn values(figures: &Figures) -> BTreeMap<(String, String), Value> {
    let one = |((measure, subject), figure): (&(String, _), &jalon::figures::Figure)| {
        let subject: &jalon::figures::Subject = subject;
        let key = (
            measure.clone(),
            format!("{} {}", subject.place, subject.period),
        );
        (key, figure.value.clone())
    };
    figures.iter().map(one).collect()
}

on_both_engines! {
    async fn undo_redo_undo_is_told_by_the_history(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.load(hpv()).await;
        let before = dump(&stage.figures().await);
        let file = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4") + "06,2021,1.5,2.5\n").await;
        assert_eq!(stage.commit(file.id).await.unwrap(), Committed::Now(first + 1));
        let with = dump(&stage.figures().await);
        let refused = stage.undo(file.id, "  ").await.unwrap_err();
        assert!(matches!(refused, ActError::NoReason), "{refused}");
        for round in [2, 4] {
            let undone = stage.undo(file.id, "Fichier de travail").await.unwrap();
            assert_eq!((undone.change, undone.rows, undone.kept.len()), (first + round, 3, 0));
            let back = dump(&stage.figures().await);
            assert_eq!(values(&back), values(&before));
            // What came back says where it came from, as it did.
            for (subject, figure) in &back {
                let was = &before[subject];
                assert_eq!((figure.batch, &figure.cell, &figure.supplier), (was.batch, &was.cell, &was.supplier));
            }
            if round == 2 {
                let redone = stage.commit(file.id).await.unwrap();
                assert_eq!(redone, Committed::Now(first + 3));
                assert_eq!(values(&dump(&stage.figures().await)), values(&with));
            }
        }
        let again = stage.undo(file.id, "Encore").await.unwrap_err().to_string();
        assert!(again.contains("il n’y a rien à annuler"), "{again}");
        let mut tx = bench.db.read().await.unwrap();
        let history = history_of(&mut tx, file.id).await.unwrap();
        let told: Vec<(&str, Option<&str>)> =
            history.iter().map(|row| (row.verb.as_str(), row.why.as_deref())).collect();
        let why = Some("Fichier de travail");
        assert_eq!(told, [("undo", why), ("commit", None), ("undo", why), ("create", None)]);
        assert!(history.iter().all(|row| row.after_state.as_deref().unwrap().contains("\"rows\":3")));
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(first + 4));
    }
}

on_both_engines! {
    async fn what_was_revised_since_is_named_and_left(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mine = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.9")).await;
        stage.commit(mine.id).await.unwrap();
        let theirs = stage.load("region;annee;2.c.1\n84;2023;60,1\n").await;
        let row = hpv().lines().position(|l| l.starts_with("84,2023")).unwrap() + 1;
        let undone = stage.undo(mine.id, "Erreur du fournisseur").await.unwrap();
        assert_eq!((undone.rows, undone.kept.len()), (1, 1));
        let kept = &undone.kept[0];
        assert_eq!((kept.place.cell(), kept.change), (format!("C{row}"), theirs));
        assert_eq!(kept.file.as_deref(), Some("valeurs.csv"));
        let view = stage.figures().await;
        let girls = view.series(GIRLS).unwrap().whole("84", Period::Year(2023)).unwrap();
        assert_eq!(girls.value, Value::plain("60.1".parse().unwrap()));
        // Done again, it would write over what came since: it is refused and says where.
        let refused = stage.commit(mine.id).await.unwrap_err();
        assert!(matches!(&refused, ActError::Moved(cells, _) if cells.len() == 1), "{refused}");
    }
}

on_both_engines! {
    async fn of_two_commits_at_once_over_the_same_cells_one_is_refused_and_told_where(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        for round in 0..4 {
            let theirs = Stage::beside(&bench, stage.actor, Db::open(&bench.url).await.unwrap());
            let file = |value: u32| corrected("84,2023,54.3,25.4", &format!("84,2023,{value},25.4"));
            let (a, b) = (stage.rehearse(file(10 + round)).await, theirs.rehearse(file(50 + round)).await);
            let before = stage.last_change().await;
            let (one, other) = tokio::join!(stage.commit(a.id), theirs.commit(b.id));
            let refused = match (one, other) {
                (Ok(Committed::Now(_)), Err(refused)) | (Err(refused), Ok(Committed::Now(_))) => refused,
                both => panic!("{both:?}"),
            };
            let row = hpv().lines().position(|l| l.starts_with("84,2023")).unwrap() + 1;
            assert!(refused.to_string().contains(&format!("pour C{row} :")), "{refused}");
            assert_eq!(stage.last_change().await, before + 1);
        }
    }
}

on_both_engines! {
    async fn a_reading_that_was_interrupted_is_begun_again_and_the_first_gives_way(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let file = SentFile {
            name: "valeurs.csv".to_owned(),
            bytes: hpv().into_bytes(),
            said: Said::beside(serde_json::to_value(Settings::default()).unwrap()),
        };
        let first = stage.imports.receive(stage.actor, INTAKE, &file).await.unwrap();
        let busy = stage.imports.begin_again(stage.actor, first.batch, None, None).await.unwrap_err();
        assert!(matches!(busy, RehearseError::Busy), "{busy}");
        let refused = stage.commit(first.batch).await.unwrap_err().to_string();
        assert!(refused.contains("lecture en cours"), "{refused}");
        bench.clock.advance(SignedDuration::from_mins(5));
        assert!(stage.rehearsal(first.batch).await.batch.is_stalled(bench.clock.now()));
        let second = stage.imports.begin_again(stage.actor, first.batch, None, None).await.unwrap();
        stage.imports.read(stage.actor, first).await.unwrap();
        assert_eq!(stage.rehearsal(first.batch).await.batch.state, BatchState::Reading);
        stage.imports.read(stage.actor, second).await.unwrap();
        stage.imports.read(stage.actor, first).await.unwrap();
        let read = stage.rehearsal(first.batch).await;
        assert_eq!((read.batch.state, read.rows.len()), (BatchState::Rehearsed, 72));
        assert_eq!((read.batch.rows_read, read.batch.rows_total), (72, 72));
    }
}

on_both_engines! {
    async fn a_file_is_reread_in_place_until_it_is_written_and_then_makes_another_import(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mine = stage.rehearse_current(hpv()).await;
        stage.load("region;annee;2.c.1\n84;2023;60,1\n").await;
        assert!(matches!(stage.commit(mine.id).await, Err(ActError::Moved(..))));
        let begun = stage.imports.begin_again(stage.actor, mine.id, None, None).await.unwrap();
        assert_eq!(begun.batch, mine.id);
        stage.imports.read(stage.actor, begun).await.unwrap();
        let counts = stage.rehearsal(mine.id).await.counts;
        assert_eq!((counts.created, counts.changed), (71, 1));
        stage.commit(mine.id).await.unwrap();
        let begun = stage.imports.begin_again(stage.actor, mine.id, None, None).await.unwrap();
        assert_ne!(begun.batch, mine.id);
        stage.imports.read(stage.actor, begun).await.unwrap();
        assert_eq!(stage.rehearsal(begun.batch).await.counts.unchanged, 72);
        assert_eq!(stage.count("blob").await, 2);
        // What was not written can be given up; what was cannot.
        stage.imports.give_up(stage.actor, begun.batch, None).await.unwrap();
        let refused = stage.commit(begun.batch).await.unwrap_err().to_string();
        assert!(refused.contains("cet import est abandonné"), "{refused}");
        let refused = stage.imports.give_up(stage.actor, mine.id, None).await.unwrap_err().to_string();
        assert!(refused.contains("il ne peut plus être abandonné"), "{refused}");
    }
}

on_both_engines! {
    async fn what_is_said_beside_a_file_stands_in_every_revision(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let settings = Settings {
            supplier: Some("CNAM".to_owned()),
            source: Some("SNDS".to_owned()),
            reference_date: Some(jiff::civil::date(2025, 12, 31)),
            embargo_until: Some(jiff::civil::date(2026, 3, 15)),
            comment: Some("Extraction de mars".to_owned()),
            ..Settings::default()
        };
        let file = stage.rehearse_with(hpv(), &settings).await;
        stage.commit(file.id).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        let (kept,): (i64,) = tx.one(
            "select count(*) from revision where supplier = 'CNAM' and source = 'SNDS'
              and reference_date = '2025-12-31' and embargo_until = '2026-03-15'
              and comment = 'Extraction de mars'", vec![]).await.unwrap();
        assert_eq!(kept, 72);
        drop(tx);
        // And reading the same again finds it all unchanged.
        let again = stage.rehearse_with(hpv(), &settings).await;
        assert_eq!(again.counts.unchanged, 72);
        let other = Settings { comment: None, ..settings };
        assert_eq!(stage.rehearse_with(hpv(), &other).await.counts.changed, 72);
    }
}

/// What somebody does: send a file of a few cells, or undo or redo one of those sent.
#[derive(Clone, Debug)]
enum Step {
    Load(Vec<(usize, i64)>),
    Undo(usize),
    Redo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let cells = proptest::collection::vec((0_usize..4, 0_i64..5), 1..4);
    let step = prop_oneof![
        3 => cells.prop_map(Step::Load),
        3 => (0_usize..12).prop_map(Step::Undo),
        2 => (0_usize..12).prop_map(Step::Redo),
    ];
    proptest::collection::vec(step, 4..24)
}

const REGIONS: [&str; 4] = ["11", "53", "84", "93"];

/// The rule in its simplest form: on each region lie the statements of the files that stand, the
/// last one on top.
#[derive(Debug, Default)]
struct Model {
    statements: BTreeMap<usize, Vec<(usize, i64)>>,
    files: Vec<File>,
}

/// A file that was committed once at least.
#[derive(Debug)]
struct File {
    cells: BTreeMap<usize, i64>,
    /// What it was read over.
    over: BTreeMap<usize, Option<i64>>,
    stands: bool,
    batch: Uuid,
}

impl Model {
    fn value(&self, region: usize) -> Option<i64> {
        let lying = self.statements.get(&region)?;
        lying.last().map(|(_, value)| *value)
    }

    /// Lays a file on top: only the cells that say something else than what it was read over.
    fn lay(&mut self, file: usize) {
        let laid = &mut self.files[file];
        laid.stands = true;
        for (region, value) in &laid.cells {
            if laid.over[region] != Some(*value) {
                self.statements
                    .entry(*region)
                    .or_default()
                    .push((file, *value));
            }
        }
    }

    fn take_away(&mut self, file: usize) {
        self.files[file].stands = false;
        for lying in self.statements.values_mut() {
            lying.retain(|(of, _)| *of != file);
        }
    }

    fn moved(&self, file: usize) -> usize {
        let over = &self.files[file].over;
        over.iter()
            .filter(|(region, value)| self.value(**region) != **value)
            .count()
    }
}

async fn any_sequence_agrees_with_the_model(bench: &Bench, cases: usize) {
    let stage = Stage::set(bench).await;
    let mut runner = TestRunner::deterministic();
    let mut recorded: BTreeMap<i64, Figures> = BTreeMap::new();
    let (mut undone, mut redone, mut refused) = (0, 0, 0);
    for case in 0..cases {
        let mut model = Model::default();
        let year = 2000 + i16::try_from(case).unwrap();
        for step in steps().new_tree(&mut runner).unwrap().current() {
            apply(
                &stage,
                &mut model,
                year,
                &step,
                (&mut undone, &mut redone, &mut refused),
            )
            .await;
            let view = stage.figures().await;
            for (rank, region) in REGIONS.iter().enumerate() {
                let figure = view
                    .series(GIRLS)
                    .and_then(|s| s.whole(region, Period::Year(year)));
                let expected = model
                    .value(rank)
                    .map(|v| Value::plain(v.to_string().parse().unwrap()));
                assert_eq!(
                    figure.map(|f| f.value.clone()),
                    expected,
                    "{step:?} {model:#?}"
                );
            }
            recorded.insert(stage.last_change().await, dump(&view));
        }
    }
    assert!(
        undone > cases && redone > 0 && refused > 0,
        "{undone} {redone} {refused}"
    );
    let other = Stage::beside(bench, stage.actor, Db::open(&bench.url).await.unwrap());
    for (no, figures) in &recorded {
        assert_eq!(&dump(&other.figures_at(*no).await), figures, "change {no}");
    }
    let mut tx = bench.db.read().await.unwrap();
    assert!(matches!(verify(&mut tx).await.unwrap(), Verified::Whole(_)));
}

async fn apply(
    stage: &Stage<'_>,
    model: &mut Model,
    year: i16,
    step: &Step,
    (undone, redone, refused): (&mut usize, &mut usize, &mut usize),
) {
    match step {
        Step::Load(cells) => {
            let cells: BTreeMap<usize, i64> = cells.iter().copied().collect();
            let mut text = "territoire;annee;2.c.1\n".to_owned();
            for (region, value) in &cells {
                text += &format!("{};{year};{value}\n", REGIONS[*region]);
            }
            let file = stage.rehearse_current(text).await;
            let over = cells
                .keys()
                .map(|region| (*region, model.value(*region)))
                .collect();
            if let Committed::Now(_) = stage.commit(file.id).await.unwrap() {
                model.files.push(File {
                    cells,
                    over,
                    stands: false,
                    batch: file.id,
                });
                model.lay(model.files.len() - 1);
            }
        }
        Step::Undo(_) | Step::Redo(_) if model.files.is_empty() => {}
        Step::Undo(file) => {
            let file = &(file % model.files.len());
            let File { stands, batch, .. } = model.files[*file];
            let outcome = stage.undo(batch, "Essai").await;
            assert_eq!(outcome.is_ok(), stands, "{outcome:?}");
            if stands {
                model.take_away(*file);
                *undone += 1;
            }
        }
        Step::Redo(file) => {
            let file = &(file % model.files.len());
            let File { stands, batch, .. } = model.files[*file];
            match stage.commit(batch).await {
                Ok(Committed::Before(_)) => assert!(stands),
                Ok(Committed::Now(_)) => {
                    assert_eq!((stands, model.moved(*file)), (false, 0));
                    model.lay(*file);
                    *redone += 1;
                }
                Err(ActError::Moved(cells, _)) => {
                    assert_eq!((stands, cells.len()), (false, model.moved(*file)));
                    *refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn any_sequence_of_imports_undone_and_redone_agrees_with_the_model_on_sqlite() {
    any_sequence_agrees_with_the_model(&Bench::sqlite().await, 24).await;
}

#[tokio::test]
async fn any_sequence_of_imports_undone_and_redone_agrees_with_the_model_on_postgres() {
    any_sequence_agrees_with_the_model(&Bench::postgres().await, 5).await;
}
