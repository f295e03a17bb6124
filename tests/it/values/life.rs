//! The life of a file: rehearsed, committed once, corrected, never half written.

use jalon::figures::values::{RowState, Settings};
use jalon::imports::{ActError, BatchState, Committed, Counts, Verdict, store};
use jalon::kernel::{Period, Value};
use jalon::ledger::{Verified, history_of, verify};

use jiff::SignedDuration;

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::stage::{BOYS, GIRLS, Stage, dump};

fn counts(created: i64, changed: i64, unchanged: i64, refused: i64) -> Counts {
    Counts {
        created,
        changed,
        unchanged,
        refused,
    }
}

fn number(text: &str) -> Value {
    Value::plain(text.parse().unwrap())
}

on_both_engines! {
    async fn the_real_file_rehearses_as_72_values_and_writes_nothing_but_itself(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let rehearsal = stage.rehearse(hpv()).await;
        assert_eq!(rehearsal.counts, counts(72, 0, 0, 0));
        assert_eq!(rehearsal.problems, []);
        assert_eq!(stage.last_change().await, before);
        assert!(dump(&stage.figures().await).is_empty());
        for table in ["observation", "revision"] {
            assert_eq!(stage.count(table).await, 0, "{table}");
        }
        assert_eq!((stage.count("batch").await, stage.count("batch_row").await), (1, 72));
        let mut tx = bench.db.read().await.unwrap();
        let kept = store::batch(&mut tx, rehearsal.id).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.committed_change), (BatchState::Rehearsed, None));
        assert_eq!(rehearsal.rows.len(), 72);
    }
}

on_both_engines! {
    async fn a_commit_is_one_change_with_one_entry(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let rehearsal = stage.rehearse(hpv()).await;
        let outcome = stage.commit(rehearsal.id).await.unwrap();
        assert_eq!(outcome, Committed::Now(before + 1));
        assert_eq!(stage.last_change().await, before + 1);
        let figures = dump(&stage.figures().await);
        assert_eq!(figures.len(), 72);
        assert!(figures.values().all(|f| f.change == before + 1 && f.no == 1));
        let mut tx = bench.db.read().await.unwrap();
        let history = history_of(&mut tx, rehearsal.id).await.unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].no, history[0].kind.as_str()), (before + 1, "import.commit"));
        assert!(history[0].after_state.as_deref().unwrap().contains("\"rows\":72"));
        let (entries,): (i64,) = tx
            .one("select count(*) from entry where change_no = $1", jalon::args![before + 1])
            .await
            .unwrap();
        assert_eq!(entries, 1);
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(before + 1));
    }
}

on_both_engines! {
    async fn each_figure_keeps_the_cell_and_the_supplier_it_comes_from(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let rehearsal = stage.rehearse(hpv()).await;
        stage.commit(rehearsal.id).await.unwrap();
        let view = stage.figures().await;
        let figure = view.series(BOYS).unwrap().whole("84", Period::Year(2023)).unwrap();
        assert_eq!(figure.value, number("25.4"));
        assert_eq!(figure.batch, Some(rehearsal.id));
        assert_eq!((figure.supplier.as_str(), figure.source.as_deref()), ("DGS", Some("SPF")));
        let row = hpv().lines().position(|l| l.starts_with("84,2023")).unwrap() + 1;
        assert_eq!(figure.cell.as_ref().unwrap().cell(), format!("D{row}"));
    }
}

on_both_engines! {
    async fn committing_again_says_so_and_writes_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let rehearsal = stage.rehearse(hpv()).await;
        let Committed::Now(no) = stage.commit(rehearsal.id).await.unwrap() else { panic!() };
        assert_eq!(stage.commit(rehearsal.id).await.unwrap(), Committed::Before(no));
        assert_eq!((stage.last_change().await, stage.count("revision").await), (no, 72));
    }
}

on_both_engines! {
    async fn the_same_file_again_is_72_unchanged_and_leaves_no_change(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let no = stage.load(hpv()).await;
        let again = stage.rehearse_current(hpv()).await;
        assert_eq!(again.counts, counts(0, 0, 72, 0));
        let kept = store::batch(&mut bench.db.read().await.unwrap(), again.id).await.unwrap().unwrap();
        assert_eq!(kept.at_change, no);
        assert_eq!(stage.commit(again.id).await.unwrap(), Committed::Nothing);
        assert_eq!((stage.last_change().await, stage.count("revision").await), (no, 72));
    }
}

on_both_engines! {
    async fn a_corrected_cell_is_a_second_revision_and_the_first_stays_readable(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.load(hpv()).await;
        let rehearsal = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4")).await;
        assert_eq!(rehearsal.counts, counts(0, 1, 71, 0));
        let row = rehearsal.rows.iter().find(|r| r.verdict == Verdict::Changed).unwrap();
        let value_of = |text: &str| serde_json::from_str::<RowState>(text).unwrap().value;
        let (old, new) = (value_of(row.before.as_deref().unwrap()), value_of(&row.after));
        assert_eq!((old, new), (number("54.3"), number("54.8")));
        let outcome = stage.commit(rehearsal.id).await.unwrap();
        assert_eq!(outcome, Committed::Now(first + 1));
        assert_eq!(stage.count("revision").await, 73);
        for (view, value, no) in [
            (stage.figures().await, "54.8", 2),
            (stage.figures_at(first + 1).await, "54.8", 2),
            (stage.figures_at(first).await, "54.3", 1),
        ] {
            let figure = view.series(GIRLS).unwrap().whole("84", Period::Year(2023)).unwrap();
            assert_eq!((&figure.value, figure.no), (&number(value), no));
        }
    }
}

on_both_engines! {
    async fn the_page_of_a_value_is_that_of_the_day_asked_for(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        bench.clock.advance(SignedDuration::from_hours(48));
        let rehearsal = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.4")).await;
        stage.commit(rehearsal.id).await.unwrap();
        let view = stage.figures().await;
        let figure = view.series(GIRLS).unwrap().whole("84", Period::Year(2023)).unwrap();
        let page = format!("/valeurs/{}", figure.observation);
        let mut site = bench.site().await;
        site.sign_in().await;
        let now = site.get(&page).await.body;
        assert!(now.contains("<b>54,8") && now.contains("Contester cette valeur"), "{now}");
        let past = site.get(&format!("{page}?au=2026-01-05")).await.body;
        assert!(past.contains("<b>54,3") && !past.contains("54,8"), "{past}");
        assert!(past.contains("1 révision depuis") && !past.contains("Contester cette valeur"), "{past}");
        let before = site.get(&format!("{page}?au=2025-12-31")).await.body;
        assert!(before.contains("Aucune valeur n’était encore reçue") && !before.contains("54,"), "{before}");
    }
}

on_both_engines! {
    async fn a_provisional_value_made_final_is_a_change_though_the_number_is_the_same(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let settings = Settings { provisional: true, ..Default::default() };
        let provisional = stage.rehearse_with(hpv(), &settings).await;
        stage.commit(provisional.id).await.unwrap();
        assert_eq!(stage.rehearse(hpv()).await.counts, counts(0, 72, 0, 0));
    }
}

on_both_engines! {
    async fn of_two_rehearsals_over_the_same_cells_the_second_is_refused_and_names_them(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mine = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.9")).await;
        let theirs = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.1,25.4")).await;
        let elsewhere = stage.rehearse("region;annee;2.c.1\n93;2021;30,5\n").await;
        stage.commit(theirs.id).await.unwrap();
        let no = stage.last_change().await;
        let refused = stage.commit(mine.id).await.unwrap_err();
        let row = hpv().lines().position(|l| l.starts_with("84,2023")).unwrap() + 1;
        assert!(matches!(&refused, ActError::Moved(cells, _) if cells.len() == 1 && cells[0].cell() == format!("C{row}")), "{refused}");
        assert!(refused.to_string().contains(&format!("pour C{row} : relisez")), "{refused}");
        assert_eq!(stage.last_change().await, no);
        // What touches other cells is not in the way.
        assert_eq!(stage.commit(elsewhere.id).await.unwrap(), Committed::Now(no + 1));
        // Rehearsed again, the file is taken.
        let again = stage.rehearse(corrected("84,2023,54.3,25.4", "84,2023,54.8,25.9")).await;
        assert_eq!(again.counts, counts(0, 2, 70, 0));
        stage.commit(again.id).await.unwrap();
    }
}

on_both_engines! {
    async fn of_two_new_files_with_the_same_cells_the_second_names_a_few_and_counts_the_rest(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (mine, theirs) = (stage.rehearse(hpv()).await, stage.rehearse(hpv()).await);
        stage.commit(theirs.id).await.unwrap();
        let refused = stage.commit(mine.id).await.unwrap_err().to_string();
        assert!(refused.contains("C2, D2, C3, D3"), "{refused}");
        assert!(refused.contains("et 60 autres cellules"), "{refused}");
        assert_eq!(stage.count("revision").await, 72);
    }
}

on_both_engines! {
    async fn a_file_with_a_refused_cell_cannot_be_committed(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let rehearsal = stage.rehearse(corrected("54.3,25.4", "54.3,environ 25")).await;
        assert_eq!(rehearsal.counts, counts(71, 0, 0, 1));
        let refused = stage.commit(rehearsal.id).await.unwrap_err();
        assert!(matches!(refused, ActError::Refused(1)), "{refused}");
        assert!(refused.to_string().contains("rien n’a été écrit"), "{refused}");
        assert_eq!((stage.last_change().await, stage.count("revision").await), (before, 0));
    }
}

on_both_engines! {
    async fn an_unknown_rehearsal_is_refused_in_words(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let refused = stage.commit(uuid::Uuid::now_v7()).await.unwrap_err();
        assert!(matches!(refused, ActError::Unknown), "{refused}");
        let typed = jalon::imports::parse_id("n’importe quoi").unwrap_err();
        assert!(typed.to_string().contains("jalon values list"), "{typed}");
    }
}

on_both_engines! {
    async fn without_a_framework_a_file_is_told_what_to_load_first(bench: Bench) {
        let stage = Stage::bare(&bench).await;
        let text = "indicateur;territoire;annee;valeur\n2.c.1;53;2023;61,2\n";
        let read = stage.rehearse_with(text, &Settings::default()).await;
        let told: Vec<&str> = read.problems.iter().map(|p| p.message.as_str()).collect();
        assert!(told.iter().any(|line| line.contains("Aucun cadre contractuel n’est chargé")), "{told:?}");
    }
}

on_both_engines! {
    async fn a_file_that_is_no_table_is_kept_as_such_and_cannot_be_committed(bench: Bench) {
        let stage = Stage::bare(&bench).await;
        for bytes in [&b"PK\x03\x04..."[..], b"  \n ", b"a;b\0"] {
            let read = stage.rehearse_with(bytes, &Settings::default()).await;
            assert_eq!(read.batch.state, BatchState::Unreadable);
            assert!(!read.batch.failure.unwrap().is_empty());
            let refused = stage.commit(read.id).await.unwrap_err().to_string();
            assert!(refused.contains("cet import est illisible"), "{refused}");
        }
    }
}
