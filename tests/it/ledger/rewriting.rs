//! Whoever rewrites the past is stopped by the engine, or shown by the digests, or by an anchor.

use axum::http::StatusCode;
use jalon::access::event::{self, SealsVerified, verify_seals_against};
use jalon::args;
use jalon::ledger::{Anchor, Broken, Verified, anchor, verify, verify_against};
use jalon::platform::db::Db;
use jalon::site::upkeep;
use sqlx::AssertSqlSafe;

use super::open_account;
use crate::on_both_engines;
use crate::program::Program;
use crate::rights::scene::Scene;
use crate::support::{Bench, post, unguard};

/// Runs a statement by itself; whether the engine took it.
async fn takes(db: &Db, sql: &str) -> bool {
    let mut tx = db.write_aside().await.unwrap();
    let done = tx.run(AssertSqlSafe(sql.to_owned()), vec![]).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done.is_ok()
}

/// An installation with five changes.
async fn five_changes(bench: &Bench) {
    let actor = bench.install().await;
    for i in 0..4 {
        open_account(bench, actor, &format!("p{i}@example.org"))
            .await
            .unwrap();
    }
}

/// Does to the history what only the owner of the database can.
async fn rewrite(db: &Db, table: &str, sql: &'static str) {
    let mut tx = db.write_aside().await.unwrap();
    unguard(&mut tx, table).await;
    tx.run(sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn verified(db: &Db, anchors: &[Anchor]) -> Verified {
    let mut tx = db.read().await.unwrap();
    verify_against(&mut tx, anchors).await.unwrap()
}

/// An installation where every table that only grows holds something.
async fn every_table_filled(bench: &Bench) {
    let scene = Scene::set(bench).await;
    let targets = scene.filled("/cibles/{framework}/{key}");
    let fixed = scene
        .site("national")
        .post(&targets, &[("cible-2026", "72")])
        .await;
    assert_eq!(fixed.status, StatusCode::SEE_OTHER, "{}", fixed.body);
    let note = scene.filled("/contrats/{slug}/note");
    let written = [("note", "Une note"), ("vu", "0")];
    let written = scene.site("director").post(&note, &written).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    bench.clock.advance(jiff::SignedDuration::from_mins(12));
    upkeep::once(&bench.db, &bench.clock, &post())
        .await
        .unwrap();
}

/// The tables that only grow: each with a column that is never changed.
async fn kept(db: &Db, on_postgres: bool) -> Vec<(String, String)> {
    let mut tx = db.read().await.unwrap();
    let tables: Vec<(String, String)> = tx
        .all("select name, frozen from append_only order by name", vec![])
        .await
        .unwrap();
    let mut kept = Vec::new();
    for (table, frozen) in tables {
        let columns = if on_postgres {
            "select column_name::text from information_schema.columns where table_name = $1"
        } else {
            "select name from pragma_table_info($1)"
        };
        let columns: Vec<(String,)> = tx.all(columns, args![&table]).await.unwrap();
        let column = match frozen.split(", ").next() {
            None | Some("") => columns[0].0.clone(),
            Some(column) => column.to_owned(),
        };
        kept.push((table, column));
    }
    kept
}

on_both_engines! {
    async fn nothing_is_taken_from_nor_put_in_the_place_of_what_only_grows(bench: Bench) {
        every_table_filled(&bench).await;
        let db = &bench.db;
        let on_postgres = bench.url.starts_with("postgres");
        for (table, column) in kept(db, on_postgres).await {
            let count = format!("select count(*) from {table}");
            let mut tx = db.read().await.unwrap();
            let rows: (i64,) = tx.one(AssertSqlSafe(count), vec![]).await.unwrap();
            drop(tx);
            assert!(rows.0 > 0, "{table} is empty: nothing is tried on it");
            let deleted = format!("delete from {table}");
            let changed = format!("update {table} set {column} = {column}");
            let mut tried = vec![deleted, changed];
            if on_postgres {
                tried.push(format!("truncate {table} cascade"));
            } else {
                tried.push(format!("insert or replace into {table} select * from {table} limit 1"));
                tried.push(format!("update or replace {table} set rowid = rowid + 1000000"));
            }
            for sql in tried {
                assert!(!takes(db, &sql).await, "{sql}");
            }
        }
    }
}

on_both_engines! {
    async fn what_may_have_to_be_erased_is_not_in_the_bytes_that_are_hashed(bench: Bench) {
        every_table_filled(&bench).await;
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select coalesce(before_state, '') || coalesce(after_state, '') from entry";
        let states: Vec<(String,)> = tx.all(sql, vec![]).await.unwrap();
        assert!(states.len() > 100, "{}", states.len());
        // Addresses and names of people, names of files, what people wrote to each other.
        let planted = ["@example.org", "piece.pdf", ".csv", "Un motif", "Une question", "Une note"];
        for (state,) in states {
            for word in planted {
                assert!(!state.contains(word), "{word}: {state}");
            }
        }
    }
}

on_both_engines! {
    async fn the_engine_itself_refuses_to_rewrite_what_only_grows(bench: Bench) {
        five_changes(&bench).await;
        let db = &bench.db;
        for sql in [
            "update change set at = 0 where no = 2",
            "update change set actor = null",
            "update change set why = 'Autre chose' where no = 2",
            "update change set origin = '192.0.2.7' where no = 2",
            "update thing set kind = 'contract'",
            "update thing set parent_id = null, scope_id = scope_id",
            "delete from thing",
            "update entry set after_state = '{}'",
            "delete from entry where change_no = 5",
            "delete from change where no = 5",
        ] {
            assert!(!takes(db, sql).await, "{sql}");
        }
        assert_eq!(verified(db, &[]).await, Verified::Whole(5));
        // What must be erasable is.
        for sql in [
            "update change set why = null, origin = null where no = 2",
            "update thing set label = 'Autre nom', version = version + 1",
        ] {
            assert!(takes(db, sql).await, "{sql}");
        }
        assert_eq!(verified(db, &[]).await, Verified::Whole(5));
    }
}

on_both_engines! {
    async fn a_table_whose_guard_was_taken_away_is_named_and_guarded_again(bench: Bench) {
        bench.install().await;
        let mut tx = bench.db.write_aside().await.unwrap();
        assert_eq!(tx.unguarded().await.unwrap(), Vec::<String>::new());
        unguard(&mut tx, "entry").await;
        tx.commit().await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(tx.unguarded().await.unwrap(), ["entry"]);
        drop(tx);
        bench.db.migrate().await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(tx.unguarded().await.unwrap(), Vec::<String>::new());
        drop(tx);
        assert!(!takes(&bench.db, "delete from entry").await);
    }
}

on_both_engines! {
    async fn verification_names_the_first_link_that_was_altered(bench: Bench) {
        five_changes(&bench).await;
        rewrite(&bench.db, "entry", "update entry set after_state = '{\"x\":1}' where change_no = 3").await;
        assert_eq!(verified(&bench.db, &[]).await, Verified::Broken(Broken::Altered(3)));
    }
}

on_both_engines! {
    async fn verification_names_a_link_whose_entries_were_taken(bench: Bench) {
        five_changes(&bench).await;
        rewrite(&bench.db, "entry", "delete from entry where change_no = 4").await;
        assert_eq!(verified(&bench.db, &[]).await, Verified::Broken(Broken::Altered(4)));
    }
}

on_both_engines! {
    async fn an_anchor_shows_a_history_cut_short(bench: Bench) {
        five_changes(&bench).await;
        let mut tx = bench.db.read().await.unwrap();
        let kept = anchor(&mut tx).await.unwrap().unwrap();
        drop(tx);
        assert_eq!(kept.no, 5);
        assert_eq!(verified(&bench.db, &[kept]).await, Verified::Whole(5));
        let mut tx = bench.db.write_aside().await.unwrap();
        unguard(&mut tx, "entry").await;
        unguard(&mut tx, "change").await;
        for sql in [
            "delete from person where created_change = 5",
            "delete from entry where change_no = 5",
            "delete from change where no = 5",
        ] {
            tx.run(sql, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        // The chain by itself still holds: only the anchor tells.
        assert_eq!(verified(&bench.db, &[]).await, Verified::Whole(4));
        assert_eq!(verified(&bench.db, &[kept]).await, Verified::Broken(Broken::Missing(5)));
    }
}

on_both_engines! {
    async fn an_anchor_shows_a_history_written_anew(bench: Bench) {
        five_changes(&bench).await;
        let mut forged = Anchor { no: 3, digest: [7; 32] };
        assert_eq!(verified(&bench.db, &[forged]).await, Verified::Broken(Broken::NotAnchored(3)));
        let hash: (Vec<u8>,) = bench
            .db
            .read()
            .await
            .unwrap()
            .one("select hash from change where no = $1", args![3_i64])
            .await
            .unwrap();
        forged.digest = hash.0.try_into().unwrap();
        assert_eq!(verified(&bench.db, &[forged]).await, Verified::Whole(5));
    }
}

async fn seals(db: &Db, anchors: &[Anchor]) -> SealsVerified {
    let mut tx = db.read().await.unwrap();
    verify_seals_against(&mut tx, anchors).await.unwrap()
}

/// Has somebody sign in, and what they did sealed: the last seal.
async fn sealed(bench: &Bench) -> Anchor {
    bench.site().await.sign_in().await;
    bench.clock.advance(jiff::SignedDuration::from_mins(12));
    upkeep::once(&bench.db, &bench.clock, &post())
        .await
        .unwrap();
    let mut tx = bench.db.read().await.unwrap();
    event::anchor(&mut tx).await.unwrap().unwrap()
}

on_both_engines! {
    async fn an_anchor_shows_seals_of_accesses_cut_short_or_made_anew(bench: Bench) {
        bench.install().await;
        assert_eq!(event::anchor(&mut bench.db.read().await.unwrap()).await.unwrap(), None);
        let kept = [sealed(&bench).await, sealed(&bench).await];
        assert_eq!(kept.map(|anchor| anchor.no), [1, 2]);
        assert_eq!(seals(&bench.db, &kept).await, SealsVerified::Whole(2));
        let forged = Anchor { no: 1, digest: [7; 32] };
        assert_eq!(seals(&bench.db, &[forged]).await, SealsVerified::Broken(1));
        let program = Program::on(&bench.url);
        let file = program.folder.path().join("ancres.txt");
        let file = file.to_str().unwrap();
        let said = program.run(&["journal", "anchor", "--into", file]).done();
        assert!(said.contains("scellé d’accès n° 2"), "{said}");
        let said = program.run(&["journal", "verify", "--anchors", file]).done();
        assert!(said.contains("ils répondent à ce qui fut ancré"), "{said}");
        // The last one is taken away with what it covered: by themselves the others still hold.
        rewrite(&bench.db, "access_seal", "delete from access_seal where no = 2").await;
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("delete from access_event where seal_no = 2", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seals(&bench.db, &[]).await, SealsVerified::Whole(1));
        assert_eq!(seals(&bench.db, &kept).await, SealsVerified::Broken(2));
        let said = program.run(&["journal", "verify", "--anchors", file]).refused();
        assert!(said.contains("le scellé n° 2"), "{said}");
    }
}

on_both_engines! {
    async fn the_command_line_verifies_and_anchors(bench: Bench) {
        five_changes(&bench).await;
        let program = Program::on(&bench.url);
        let file = program.folder.path().join("ancres.txt");
        let file = file.to_str().unwrap();
        for _ in 0..2 {
            let said = program.run(&["journal", "anchor", "--into", file]);
            assert_eq!(said.code, Some(0), "{}", said.err);
        }
        assert_eq!(std::fs::read_to_string(file).unwrap().lines().count(), 2);
        let said = program.run(&["journal", "verify", "--anchors", file]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(said.out.contains("du changement n° 1 au n° 5"), "{}", said.out);
        assert!(said.out.contains("2 ancres"), "{}", said.out);
        rewrite(&bench.db, "entry", "update entry set verb = 'forged' where change_no = 2").await;
        let said = program.run(&["journal", "verify", "--json"]);
        assert_eq!(said.code, Some(1));
        let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(told["broken"], 2);
        assert_eq!(told["unguarded"][0], "entry");
        std::fs::write(file, "2026-01-05 5 abc\n").unwrap();
        let said = program.run(&["journal", "verify", "--anchors", file]);
        assert!(said.err.contains("ligne 1"), "{}", said.err);
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Broken(Broken::Altered(2)));
    }
}
