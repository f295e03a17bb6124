//! What the history costs: its part of an edit from the request to the commit, and its
//! verification beside reading the same rows and hashing them.

use std::time::{Duration, Instant};

use jalon::ledger::{Actor, Change, NewThing, Scope, Verified};
use jalon::platform::clock::Clock;
use jalon::platform::db::Db;
use jalon::site::demo;
use sha2::{Digest as _, Sha256};
use ureq::Agent;
use uuid::Uuid;

use crate::load::{Credential, agent, sign_in};
use crate::program::Program;
use crate::{Ground, Line, millis, seconds, times};

/// Entries that the history holds before anything is measured.
const ENTRIES: usize = 100_000;
/// Entries of one change.
const AT_ONCE: usize = 100;
/// Edits of each kind.
const EDITS: usize = 200;
/// Times that the whole history is walked in each way.
const WALKS: usize = 7;
/// The contract in which a target is edited, and the sheet and field that hold it.
const CONTRACT: &str = "/contrats/normandie-2024-2028";
const TARGET: &str = "target~2.c.1~vaccination-hpv-filles-15-ans~2027~cible";

/// The lines of one engine, on a demonstration of its own.
pub async fn measure(ground: &Ground) -> Vec<Line> {
    let program = Program::on(ground.database("h").await);
    program.run(&["demo", "--build-only"]);
    let db = Db::open(&program.url).await.unwrap();
    let clock = Clock::system();
    let thing = fill(&db, &clock).await;
    let edit = edit(&program);
    let ledger = ledger_alone(&db, &clock, thing).await;
    let part = 100.0 * ledger.as_secs_f64() / edit.as_secs_f64();
    // By turns, so that what else the machine does weighs on both alike.
    let (mut verified, mut read) = (Vec::new(), Vec::new());
    for _ in 0..WALKS {
        verified.push(verify(&db).await);
        read.push(read_and_hash(&db).await);
    }
    let (verified, read) = (median(verified), median(read));
    vec![
        Line {
            what: "edit of a target, from the request to the commit, against what the history adds to it".into(),
            measured: format!("{:.2} ms", millis(edit)),
            bare: format!("{:.2} ms", millis(ledger)),
            ratio: format!("{part:.0} %"),
        },
        Line {
            what: "verification of the history, against reading its rows and hashing them".into(),
            measured: seconds(verified),
            bare: seconds(read),
            ratio: times(verified, read),
        },
    ]
}

/// Brings the history to its size; a thing of it.
async fn fill(db: &Db, clock: &Clock) -> Uuid {
    let state = |no: usize| serde_json::json!({ "valeur": no, "motif": "mesure" });
    let mut change = open(db, clock).await;
    let new = NewThing {
        kind: "bench",
        parent: None,
        scope: Scope::common(),
        label: "mesure",
    };
    let thing = change.create(new, &state(0)).await.unwrap();
    change.commit().await.unwrap();
    for rank in 0..ENTRIES / AT_ONCE {
        let first = rank * AT_ONCE;
        let states: Vec<_> = (first..first + AT_ONCE)
            .map(|no| (state(no), state(no + 1)))
            .collect();
        let mut change = open(db, clock).await;
        change.record_all(thing, "edit", &states).await.unwrap();
        change.commit().await.unwrap();
    }
    thing
}

async fn open(db: &Db, clock: &Clock) -> Change {
    let change = Change::open(db, clock, Actor::Installation, "bench.fill");
    change.await.unwrap()
}

/// The usual time of an edit of a target of a draft, as a browser sends it.
fn edit(program: &Program) -> Duration {
    let (server, _) = program.serve();
    let (cookie, value) = sign_in(&server.base, demo::EMAIL, demo::PASSWORD);
    let agent = agent();
    let post = |path: &str, form: &[(&str, &str)]| {
        let address = format!("{}{CONTRACT}{path}", server.base);
        let begun = Instant::now();
        let request = agent.post(address).header(cookie.clone(), value.clone());
        let answer = request.send_form(form.iter().copied()).unwrap();
        let location = answer.headers().get("location");
        let location = location.unwrap_or_else(|| panic!("{path}: {}", answer.status()));
        (location.to_str().unwrap().to_owned(), begun.elapsed())
    };
    let draft = [("acte", "avenant"), ("motif", "Mesure")];
    let (act, _) = post("/actes/nouveau", &draft);
    let act = act.split('?').next().unwrap();
    let sheet = format!(
        "{}/modifier?objectif=2",
        act.strip_prefix(CONTRACT).unwrap()
    );
    let seen = format!("vu:{TARGET}");
    let mut before = written(
        &agent,
        (cookie.clone(), value.clone()),
        &server.base,
        &sheet,
        &seen,
    );
    let taken = (0..EDITS).map(|no| {
        let wanted = format!("7{},5", no % 10);
        let (_, took) = post(&sheet, &[(TARGET, wanted.as_str()), (&seen, &before)]);
        before = wanted;
        took
    });
    median(taken.collect())
}

/// What a field of the sheet holds.
fn written(
    agent: &Agent,
    (cookie, value): Credential,
    base: &str,
    sheet: &str,
    field: &str,
) -> String {
    let request = agent.get(format!("{base}{CONTRACT}{sheet}"));
    let answer = request.header(cookie, value).call().unwrap();
    let page = answer.into_body().read_to_string().unwrap();
    let (_, rest) = page.split_once(&format!("name=\"{field}\"")).unwrap();
    let (_, rest) = rest.split_once("value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// What a change with one entry takes beyond a transaction that writes one row.
async fn ledger_alone(db: &Db, clock: &Clock, thing: Uuid) -> Duration {
    let state = serde_json::json!({ "valeur": 71, "motif": "mesure" });
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..EDITS {
        let begun = Instant::now();
        let mut change = open(db, clock).await;
        let recorded = change.record(thing, "edit", Some(&state), Some(&state));
        recorded.await.unwrap();
        change.commit().await.unwrap();
        with.push(begun.elapsed());
        let begun = Instant::now();
        let mut tx = db.write().await.unwrap();
        let touch = "update thing set version = version + 1 where kind = 'bench'";
        tx.run(touch, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        without.push(begun.elapsed());
    }
    median(with).saturating_sub(median(without))
}

fn median(mut taken: Vec<Duration>) -> Duration {
    taken.sort_unstable();
    taken[taken.len() / 2]
}

/// The whole chain, walked.
async fn verify(db: &Db) -> Duration {
    let begun = Instant::now();
    let mut tx = db.read().await.unwrap();
    let verified = jalon::ledger::verify(&mut tx).await.unwrap();
    assert!(matches!(verified, Verified::Whole(_)), "{verified:?}");
    begun.elapsed()
}

/// Reads every row of the history and hashes what it holds: all that verification reads too.
async fn read_and_hash(db: &Db) -> Duration {
    type Row = (i64, i64, Uuid, String, Option<String>, Option<String>);
    type Change = (
        i64,
        i64,
        String,
        Option<Uuid>,
        Option<Uuid>,
        Option<Uuid>,
        Vec<u8>,
        Vec<u8>,
    );
    let begun = Instant::now();
    let (mut tx, mut digest) = (db.read().await.unwrap(), Sha256::new());
    let entries = "select change_no, seq, thing_id, verb, before_state, after_state
                   from entry order by change_no, seq";
    let hash = |(no, seq, thing, verb, before, after): Row| {
        digest.update(no.to_be_bytes());
        digest.update(seq.to_be_bytes());
        digest.update(thing);
        for text in [Some(verb), before, after].into_iter().flatten() {
            digest.update(text.as_bytes());
        }
    };
    tx.each(entries, vec![], hash).await.unwrap();
    let changes = "select no, at, kind, actor, token, grant_id, prev, hash
                   from change order by no";
    let hash = |(no, at, kind, actor, token, grant, prev, hash): Change| {
        digest.update(no.to_be_bytes());
        digest.update(at.to_be_bytes());
        digest.update(kind.as_bytes());
        for id in [actor, token, grant].into_iter().flatten() {
            digest.update(id);
        }
        digest.update(prev);
        digest.update(hash);
    };
    tx.each(changes, vec![], hash).await.unwrap();
    std::hint::black_box(digest.finalize());
    begun.elapsed()
}
