//! The commit of a file of values, by the program itself.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use jalon::imports::{BatchState, store};
use jalon::ledger::{Verified, last_change, verify};
use jalon::platform::db::Db;
use uuid::Uuid;

use super::fraction;
use crate::on_both_engines;
use crate::program::Program;
use crate::support::Bench;

const KILLS: u32 = 100;
const MONTHS: usize = 12;
const REGIONS: [&str; 18] = [
    "01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84",
    "93", "94",
];
/// Two measures, in every region, every month.
const FIGURES: i64 = 2 * 18 * 12;

/// A file whose every value depends on its number.
fn file(no: i64) -> String {
    let mut text = "indicateur;region;periode;valeur\n".to_owned();
    for indicator in ["2.c.1", "2.c.2"] {
        for region in REGIONS {
            for month in 0..MONTHS {
                let period = format!("{}-M{:02}", 2021 + month / 12, month % 12 + 1);
                text += &format!("{indicator};{region};{period};{}\n", no % 97 + 1);
            }
        }
    }
    text
}

/// Rehearses the file of that number and gives the rehearsal's identifier.
fn rehearse(program: &Program, no: i64) -> Uuid {
    let path = program.write("valeurs.csv", &file(no));
    let said = program.run(&["values", "rehearse", "--json", &path]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let json = said.json();
    assert_eq!(
        json["created"].as_i64().unwrap() + json["changed"].as_i64().unwrap(),
        FIGURES
    );
    json["rehearsal"].as_str().unwrap().parse().unwrap()
}

/// Checks that a batch is all there or not at all; whether it is.
async fn whole_or_nothing(bench: &Bench, batch: Uuid) -> bool {
    // Opened afresh, as the next process would; the writers' queue waits for what the server is
    // still doing for the one that was killed.
    let db = Db::open(&bench.url).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let kept = store::batch(&mut tx, batch).await.unwrap().unwrap();
    let (written,): (i64,) = tx
        .one(
            "select count(*) from revision where batch_id = $1",
            jalon::args![batch],
        )
        .await
        .unwrap();
    let last = last_change(&mut tx).await.unwrap();
    assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(last));
    let committed = match kept.state {
        BatchState::Committed => {
            assert_eq!((written, kept.committed_change), (FIGURES, Some(last)));
            true
        }
        BatchState::Rehearsed => {
            assert_eq!((written, kept.committed_change), (0, None));
            false
        }
        other => panic!("{other:?}"),
    };
    let (adrift,): (i64,) = tx
        .one(
            "select count(*) from observation o where not exists (select 1 from revision r where r.observation_id = o.id)",
            vec![],
        )
        .await
        .unwrap();
    assert_eq!(adrift, 0, "observations without a revision");
    drop(tx);
    db.close().await;
    committed
}

on_both_engines! {
    async fn a_hundred_kills_in_the_middle_of_a_commit_leave_all_of_it_or_nothing(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let mut no = 1;
        let mut batch = rehearse(&program, no);
        let begun = Instant::now();
        program.run(&["values", "commit", &batch.to_string()]).done();
        let full = begun.elapsed();
        assert!(whole_or_nothing(&bench, batch).await);
        let (mut killed, mut committed, mut done) = (0, 1, true);
        for kill in 0..KILLS {
            if done {
                no += 1;
                batch = rehearse(&program, no);
            }
            let mut command = program.command(&["values", "commit", &batch.to_string()]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // The fault itself, not a wait for something to happen.
            std::thread::sleep(full * fraction(kill) / 1_000 + Duration::from_micros(1));
            child.kill().unwrap();
            let status = child.wait().unwrap();
            done = whole_or_nothing(&bench, batch).await;
            killed += u32::from(status.signal() == Some(9) && !done);
            committed += u32::from(done);
            assert!(done || !status.success(), "said to be done and is not");
        }
        assert!(killed > KILLS / 3, "{killed} kills fell before the end, in {full:?}");
        // And the database takes the next one.
        if done {
            batch = rehearse(&program, no + 1);
        }
        program.run(&["values", "commit", &batch.to_string()]).done();
        assert!(whole_or_nothing(&bench, batch).await);
        println!("{killed} killed, {committed} committed, one commit in {full:?}");
    }
}
