//! A signature and the import of a framework. The process that is killed is this test binary,
//! which runs [`child`] alone: it says when it is about to write, so that kills fall where they
//! may hurt.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jalon::access::{Reach, permit};
use jalon::contracts::store::sign;
use jalon::contracts::{Book, SignInstrument};
use jalon::frameworks::store::{Origin, Revise};
use jalon::frameworks::{Holders, Proposal, revise};
use jalon::ledger::{Actor, Change, Verified, last_change, verify};
use jalon::platform::clock::Clock;
use jalon::platform::db::Db;
use uuid::Uuid;

use super::fraction;
use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, furnish, normandie_terms, number};
use crate::on_both_engines;
use crate::support::Bench;

const KILLS: u32 = 25;
const FRAMEWORK: &str = "etat-ars-2024-2028";
const READY: &str = "about to write";
/// What the child does: `sign` or `import`, the database, the person, the instrument.
const TASK: &str = "KILLED_CHILD";

/// How a child ended.
struct Ended {
    /// From the moment it was about to write.
    after: Duration,
    killed: bool,
    succeeded: bool,
}

/// Runs a child; kills it `delay` after it was about to write, or lets it end.
fn run(task: &str, delay: Option<Duration>) -> Ended {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::acts::child", "--ignored", "--nocapture"])
        .env(TASK, task)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    assert!(
        lines.any(|line| line.ends_with(READY)),
        "{task}: it never came to writing"
    );
    let begun = Instant::now();
    if let Some(delay) = delay {
        // The fault itself, not a wait for something to happen.
        std::thread::sleep(delay);
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    Ended {
        after: begun.elapsed(),
        killed: status.signal() == Some(9),
        succeeded: status.success(),
    }
}

#[tokio::test]
#[ignore = "the process that the other tests of this file kill"]
async fn child() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let words: Vec<&str> = task.split(' ').collect();
    let db = Db::open(words[1]).await.unwrap();
    let actor = Actor::Person(words[2].parse().unwrap());
    let mut tx = db.read().await.unwrap();
    let library = jalon::contracts::library();
    let catalogue = library
        .catalogue(&mut tx, &Reach::of_installation())
        .await
        .unwrap();
    drop(tx);
    let current = catalogue.framework(FRAMEWORK).unwrap().clone();
    println!("{READY}");
    let mut change = Change::open(&db, &Clock::system(), actor, "test.killed")
        .await
        .unwrap();
    if words[0] == "sign" {
        let instrument: Uuid = words[3].parse().unwrap();
        let allowed = permit::<SignInstrument>(&mut change, instrument)
            .await
            .unwrap();
        let book = Book::new(current, catalogue);
        sign(&mut change, allowed, &book).await.unwrap();
    } else {
        let base: i64 = words[3].parse().unwrap();
        let mut framework = current.framework.clone();
        framework.title = format!("Cadre n° {}", base + 1);
        let folders = jalon::site::shipped::frameworks();
        let (_, texts) = folders.iter().find(|(code, _)| code == FRAMEWORK).unwrap();
        let proposal = Proposal {
            framework: &framework,
            texts,
            origin: Origin::Text,
            base: Some(base),
        };
        let allowed = permit::<Revise>(&mut change, FRAMEWORK.to_owned())
            .await
            .unwrap();
        revise(&mut change, allowed, &catalogue, Holders(&[]), proposal)
            .await
            .unwrap();
    }
    change.commit().await.unwrap();
}

/// The number of the last change, the chain checked, as the next process finds them.
async fn last(bench: &Bench) -> i64 {
    // The writers' queue waits for what the server still does for the one that was killed.
    let mut tx = bench.db.write().await.unwrap();
    let last = last_change(&mut tx).await.unwrap();
    assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(last));
    // Ended here and now: while a child is waited for, nothing else would end it.
    tx.commit().await.unwrap();
    last
}

/// Whether the instrument is signed: by the last change, which is new; or nothing happened.
async fn signed(bench: &Bench, instrument: Uuid, before: i64) -> bool {
    let last = last(bench).await;
    let mut tx = bench.db.read().await.unwrap();
    let sql = "select i.state, i.signed_change,
                      (select count(*) from entry e where e.thing_id = i.id and e.change_no > $2)
               from instrument i where i.id = $1";
    let (state, change, entries): (String, Option<i64>, i64) =
        tx.one(sql, jalon::args![instrument, before]).await.unwrap();
    let Some(change) = change else {
        assert_eq!((state.as_str(), entries, last), ("draft", 0, before));
        return false;
    };
    assert_eq!(
        (state.as_str(), change, last),
        ("signed", before + 1, before + 1)
    );
    assert!(entries > 0, "a signature that the history does not tell");
    true
}

/// Whether the framework has a new revision, with all its files; or nothing happened.
async fn revised(bench: &Bench, base: i64, before: i64, files: i64) -> bool {
    let last = last(bench).await;
    let mut tx = bench.db.read().await.unwrap();
    let sql = "select f.current_no, max(r.no), count(*),
                      (select count(*) from framework_file t where t.revision_id in
                          (select id from framework_revision n where n.framework = f.code and n.no = f.current_no))
               from framework f join framework_revision r on r.framework = f.code
               where f.code = $1 group by f.code, f.current_no";
    let (no, highest, revisions, texts): (i64, i64, i64, i64) =
        tx.one(sql, jalon::args![FRAMEWORK]).await.unwrap();
    assert_eq!((highest, revisions, texts), (no, no, files));
    let done = no == base + 1;
    assert_eq!(
        (no, last),
        if done {
            (base + 1, before + 1)
        } else {
            (base, before)
        }
    );
    done
}

/// An amendment ready to be signed; its target is never the one in force.
async fn amendment(hand: &Hand<'_>, section: Uuid, rank: u32) -> Uuid {
    let instrument = hand.drafts("avenant", Some("Cible revue.")).await;
    let target = if rank.is_multiple_of(2) { "72" } else { "74" };
    hand.writes(
        instrument,
        vec![aims(section, "2.c.1", HPV, 2026, number(target))],
    )
    .await;
    hand.names_signatories(instrument, BOTH, "2025-12-12").await;
    instrument
}

on_both_engines! {
    async fn a_signature_that_is_killed_is_whole_or_nothing(bench: Bench) {
        let actor = bench.install().await;
        let person = actor.person().unwrap();
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let task = |instrument: Uuid| format!("sign {} {person} {instrument}", bench.url);
        let first = amendment(&hand, section, 0).await;
        let before = last(&bench).await;
        let full = run(&task(first), None).after;
        assert!(signed(&bench, first, before).await);
        let (mut killed, mut rank, mut done) = (0, 0, true);
        let mut instrument = first;
        for kill in 0..KILLS {
            if done {
                rank += 1;
                instrument = amendment(&hand, section, rank).await;
            }
            let before = last(&bench).await;
            let ended = run(&task(instrument), Some(full * fraction(kill) / 1_000));
            done = signed(&bench, instrument, before).await;
            killed += u32::from(ended.killed && !done);
            assert!(done || !ended.succeeded, "said to be signed and is not");
        }
        assert!(killed > KILLS / 4, "{killed} kills fell before the end, in {full:?}");
        println!("{killed} of {KILLS} killed, {rank} signed, one signature in {full:?}");
    }
}

on_both_engines! {
    async fn an_import_of_a_framework_that_is_killed_is_whole_or_nothing(bench: Bench) {
        let actor = bench.install().await;
        let person = actor.person().unwrap();
        furnish(&bench, actor, "etat-ars").await;
        let folders = jalon::site::shipped::frameworks();
        let (_, texts) = folders.iter().find(|(code, _)| code == FRAMEWORK).unwrap();
        let files = i64::try_from(texts.len()).unwrap();
        let task = |base: i64| format!("import {} {person} {base}", bench.url);
        let before = last(&bench).await;
        let full = run(&task(1), None).after;
        assert!(revised(&bench, 1, before, files).await);
        let (mut killed, mut base) = (0, 2);
        for kill in 0..KILLS {
            let before = last(&bench).await;
            let ended = run(&task(base), Some(full * fraction(kill) / 1_000));
            let done = revised(&bench, base, before, files).await;
            killed += u32::from(ended.killed && !done);
            base += i64::from(done);
            assert!(done || !ended.succeeded, "said to be imported and is not");
        }
        assert!(killed > KILLS / 4, "{killed} kills fell before the end, in {full:?}");
        println!("{killed} of {KILLS} killed, revision {base}, one import in {full:?}");
    }
}
