//! How the engines read what is asked most: the statements of the stores themselves, with real
//! values, over a history of a hundred thousand entries.

use std::path::Path;

use jalon::args;
use jalon::documents::store::save_blob;
use jalon::platform::db::{Arg, Db};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::rights::{last_change, person};
use crate::schema::statements;
use crate::support::Bench;

/// The things of [`fill`], each written in a change of its own.
const RANKED: &str = "(select id, row_number() over (order by id) as rank
                       from thing where label = 'Semée')";

/// So many numbers, from 1.
fn numbers(count: i64) -> String {
    format!("with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})")
}

/// What writes 5,000 things with four under each, and 25,000 changes of four entries.
fn history(new_id: &str) -> [String; 4] {
    let contracts = format!(
        "insert into thing (id, kind, scope_id, version, label) {}
         select {new_id}, 'test', (select id from scope limit 1), 1, 'Semée' from n",
        numbers(5_000)
    );
    let acts = format!(
        "insert into thing (id, kind, parent_id, scope_id, version, label)
         select {new_id}, 'test', t.id, (select id from scope limit 1), 1, 'Semée'
         from {RANKED} t, (select 1 as act union all select 2 union all select 3
                           union all select 4) a"
    );
    let changes = format!(
        "insert into change (no, at, kind, actor, prev, hash)
         select $1 + t.rank, $2 + t.rank, 'test',
                case when t.rank % 100 = 0 then $3 else t.id end, c.prev, c.hash
         from {RANKED} t, (select prev, hash from change order by no limit 1) c"
    );
    let entries = format!(
        "insert into entry (change_no, seq, thing_id, verb, after_state)
         select $1 + t.rank, s.seq, t.id, 'create', '{{}}'
         from {RANKED} t, (select 1 as seq union all select 2 union all select 3
                           union all select 4) s"
    );
    [contracts, acts, changes, entries]
}

/// What writes 2,000 accounts, 10,000 grants and 20,000 files.
fn people(new_id: &str) -> [String; 3] {
    let people = format!(
        "insert into person (id, name, email, created_change)
         select t.id, 'Semée', 'semee-' || t.rank || '@example.org', $1 + t.rank
         from {RANKED} t where t.rank <= 2000"
    );
    let grants = format!(
        "insert into access_grant (id, person_id, role, organisation, framework, objective,
                                   starts_on, why, given_change)
         select t.id, p.id, 'lecteur',
                case when t.rank % 200 = 0 then 'ARS-28' else 'ORG-' || (t.rank % 199) end,
                '', '', '2025-01-01', 'Essai', $1 + t.rank
         from {RANKED} t join {RANKED} p on p.rank = 1 + t.rank % 2000
         where t.rank > 2000 and t.rank <= 12000"
    );
    let files = format!(
        "insert into batch (id, intake, state, file_name, blob_sha, settings, mapping, at_change,
                            created_by, created_at, attempt, seen_at, rows_read, rows_total,
                            created_rows, changed_rows, unchanged_rows, refused_cells,
                            organisation) {}
         select {new_id}, 'values', 'committed', 'valeurs.csv', b.sha, '{{}}', '{{}}', 1,
                case when n.i % 200 = 0 then $1 else {new_id} end, $2 + n.i, 1, 0, 1, 1,
                1, 0, 0, 0,
                case when n.i % 200 = 1 then 'ARS-28' else 'ORG-' || (n.i % 199) end
         from n, (select sha from blob where sha = $3) b",
        numbers(20_000)
    );
    [people, grants, files]
}

/// What writes 20,000 accesses.
fn accesses(new_id: &str) -> String {
    format!(
        "insert into access_event (id, at, kind, person_id, done) {}
         select {new_id}, $2 + n.i, 'sign_in',
                case when n.i % 200 = 0 then $1 else {new_id} end, true
         from n",
        numbers(20_000)
    )
}

/// Fills the tables, past the stores; one change in a hundred, one file and one access in two hundred
/// is that person's, one grant and one file in two hundred ARS Normandie's. The chain of digests is not
/// kept up: nothing here reads it.
async fn fill(bench: &Bench, person: Uuid) {
    let base = last_change(bench).await;
    let at = bench.clock.now();
    let mut tx = bench.db.write().await.unwrap();
    let blob = save_blob(&mut tx, b"region;annee;2.c.1\n").await.unwrap();
    let new_id = if tx.is_sqlite() {
        "randomblob(16)"
    } else {
        "gen_random_uuid()"
    };
    let [contracts, acts, changes, entries] = history(new_id);
    let [people, grants, files] = people(new_id);
    for (sql, values) in [
        (contracts, args![]),
        (acts, args![]),
        (changes, args![base, at, person]),
        (entries, args![base]),
        (people, args![base]),
        (grants, args![base]),
        (files, args![person, at, blob]),
        (accesses(new_id), args![person, at]),
    ] {
        tx.run(AssertSqlSafe(sql), values).await.unwrap();
    }
    if !tx.is_sqlite() {
        // As the server does by itself; nobody counts the rows of a SQLite file.
        tx.run("analyze", vec![]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The one statement of a store that says that.
fn statement(file: &str, words: &str) -> String {
    let mut found: Vec<String> = statements(Path::new("src"))
        .into_iter()
        .filter(|(place, sql)| place == file && sql.contains(words))
        .map(|(_, sql)| sql)
        .collect();
    assert_eq!(found.len(), 1, "{file}, « {words} »: {found:?}");
    found.remove(0)
}

/// The plan of a statement with these values, in the engine's words, as it chose it freely.
async fn plan(db: &Db, sql: &str, values: Vec<Arg>) -> String {
    let mut tx = db.read().await.unwrap();
    let lines: Vec<String> = if tx.is_sqlite() {
        let sql = AssertSqlSafe(format!("explain query plan {sql}"));
        let rows: Vec<(i64, i64, i64, String)> = tx.all(sql, values).await.unwrap();
        rows.into_iter().map(|row| row.3).collect()
    } else {
        let sql = AssertSqlSafe(format!("explain {sql}"));
        let rows: Vec<(String,)> = tx.all(sql, values).await.unwrap();
        rows.into_iter().map(|row| row.0).collect()
    };
    lines.join("\n")
}

/// Whether a plan reads a whole table, which the statement calls by that letter.
fn reads_whole(told: &str, (table, letter): (&str, &str)) -> bool {
    told.lines().map(str::trim_start).any(|line| {
        let scanned = line.strip_prefix("SCAN ");
        scanned.is_some_and(|rest| rest.split(' ').next() == Some(letter))
            || line.contains(&format!("Seq Scan on {table} {letter} "))
    })
}

/// A statement, with what it is asked and how it must be read.
struct Asked {
    file: &'static str,
    words: &'static str,
    values: Vec<Arg>,
    /// Indexes of which one leads: what comes from many people is as well read backwards by change.
    by: &'static [&'static str],
    /// Tables that grow, with their letters.
    never_whole: &'static [(&'static str, &'static str)],
}

const HISTORY: &[(&str, &str)] = &[("entry", "e"), ("change", "c"), ("thing", "t")];

/// What is asked of the history of a contract and of what a person did.
fn histories(person: Uuid, contract: Uuid, last: i64) -> Vec<Asked> {
    vec![
        Asked {
            file: "src/journal/store.rs",
            words: "select id from thing where parent_id = $1) own",
            values: args![contract, 0_i64, last, i64::MAX, 50_i64],
            by: &["entry_thing"],
            never_whole: HISTORY,
        },
        Asked {
            file: "src/ledger/store/mod.rs",
            words: "where e.thing_id = $1",
            values: args![contract],
            by: &["entry_thing"],
            never_whole: &[("entry", "e"), ("change", "c")],
        },
        Asked {
            file: "src/journal/store.rs",
            words: "where c.actor = $1",
            values: args![person, 0_i64, last, i64::MAX, 50_i64],
            by: &["change_actor"],
            never_whole: HISTORY,
        },
    ]
}

/// What the journal is narrowed to: a kind of things, some people, accesses of a time or of people.
fn narrowed(person: Uuid, last: i64) -> Vec<Asked> {
    let others = (1..8).map(Uuid::from_u128);
    let people = || std::iter::once(person).chain(others.clone()).map(Arg::from);
    let lines: Vec<Arg> = args![0_i64, last, i64::MAX, 50_i64];
    let lines_of_people = lines.into_iter().chain(people()).collect();
    let accesses: Vec<Arg> = args!["", 0_i64, i64::MAX, Uuid::max(), 50_i64];
    let accesses_of_people = accesses.clone().into_iter().chain(people()).collect();
    vec![
        Asked {
            file: "src/journal/store.rs",
            words: "(select id from thing where kind = $1) own",
            values: args!["contract", 0_i64, last, i64::MAX, 50_i64],
            by: &["thing_kind"],
            never_whole: HISTORY,
        },
        Asked {
            file: "src/journal/store.rs",
            words: "where c.actor in ($5",
            values: lines_of_people,
            by: &["change_actor", "change_pkey"],
            never_whole: HISTORY,
        },
        Asked {
            file: "src/access/event/store.rs",
            words: "where ($1 = '' or e.kind = $1)",
            values: accesses,
            by: &["access_event_at"],
            never_whole: &[("access_event", "e")],
        },
        Asked {
            file: "src/access/event/store.rs",
            words: "where e.person_id in (",
            values: accesses_of_people,
            by: &["access_event_person"],
            never_whole: &[("access_event", "e")],
        },
    ]
}

/// What is filtered by what somebody holds.
fn filtered(person: Uuid) -> Vec<Asked> {
    let today = "2026-01-05";
    let newest = || args!["", i64::MAX, Uuid::max(), 10_i64];
    let own = |value: Arg| -> Vec<Arg> { newest().into_iter().chain([value]).collect() };
    vec![
        Asked {
            file: "src/access/grant/store/mod.rs",
            words: "o.starts_on <= $2",
            values: args![person, today],
            by: &["access_grant_person"],
            never_whole: &[("access_grant", "g"), ("access_grant", "o")],
        },
        Asked {
            file: "src/access/grant/store/mod.rs",
            words: "e.code as establishment",
            values: args![person, today],
            by: &["access_grant_person"],
            never_whole: &[("access_grant", "g")],
        },
        Asked {
            file: "src/access/grant/people_store.rs",
            words: "where g.organisation = $1",
            values: args!["ARS-28"],
            by: &["access_grant_organisation"],
            never_whole: &[("access_grant", "g")],
        },
        Asked {
            file: "src/imports/store/batches.rs",
            words: "where b.created_by = $5",
            values: own(Arg::from(person)),
            by: &["batch_created_by"],
            never_whole: &[("batch", "b")],
        },
        Asked {
            file: "src/imports/store/batches.rs",
            words: "where b.organisation = $5",
            values: own(Arg::from("ARS-28")),
            by: &["batch_organisation"],
            never_whole: &[("batch", "b")],
        },
    ]
}

on_both_engines! {
    async fn a_history_and_what_is_filtered_by_reach_are_read_by_an_index(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let id = person(&bench, first, "une@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        fill(&bench, id).await;
        let mut tx = bench.db.read().await.unwrap();
        let (entries,): (i64,) = tx.one("select count(*) from entry", vec![]).await.unwrap();
        assert!(entries > 100_000, "{entries}");
        drop(tx);
        let last = last_change(&bench).await;
        let all = histories(id, hand.contract, last).into_iter();
        let all = all.chain(narrowed(id, last)).chain(filtered(id));
        for one in all {
            let sql = statement(one.file, one.words);
            let told = plan(&bench.db, &sql, one.values).await;
            let led = one.by.iter().any(|index| told.contains(index));
            assert!(led, "{:?}:\n{sql}\n{told}", one.by);
            for table in one.never_whole {
                assert!(!reads_whole(&told, *table), "{table:?} is read whole:\n{sql}\n{told}");
            }
        }
        // What has no index is told as such: the test above can fail.
        let told = plan(&bench.db, "select e.seq from entry e where e.verb = $1", args!["end"]).await;
        assert!(reads_whole(&told, ("entry", "e")), "{told}");
    }
}
