//! The walls around rights: what may name a role, what a store asks before it writes, what the
//! history can tell. Each exception is named, with its reason, and has to be one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jalon::access::role::Roles;

use crate::tidy::sources;

/// The source files outside their own tests.
fn code() -> Vec<(String, String)> {
    let is_test = |path: &PathBuf| {
        let mut parts = path.iter().map(|part| part.to_string_lossy().into_owned());
        parts.any(|part| ["tests", "tests.rs", "properties.rs"].contains(&part.as_str()))
    };
    let all = sources(Path::new("src")).into_iter();
    let ours = all.filter(|(path, _)| !is_test(path));
    ours.map(|(path, text)| {
        let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
        (path.display().to_string(), code)
    })
    .collect()
}

/// The lines of a text that are no comment.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.starts_with("//"))
}

/// Who may name a role, its side or what it sees, outside `access`: to tell or to found, never to
/// decide who may do or see what.
const NAMES_ROLES: [(&str, &str); 5] = [
    (
        "src/people/judge.rs",
        "the last national administrator, whom a file may not end",
    ),
    (
        "src/support/store.rs",
        "to whom a mail about a request goes",
    ),
    (
        "src/referents/store.rs",
        "whether a post is of the State or of an agency",
    ),
    ("src/referents/tables.rs", "what such a post is called"),
    ("src/site/demo/", "the accounts of the demonstration"),
];

/// Roles whose key is also the word of something else, a column of a file or what was done to an
/// account: they name a role where the line says so.
const OTHER_WORDS: [&str; 2] = ["fournisseur", "invite"];

/// What a line names that only `access` may judge by.
fn role_named(line: &str) -> Option<String> {
    let key = |key: &String| {
        let is_word = OTHER_WORDS.contains(&key.as_str());
        let is_said = line.contains("role") || line.contains("Remit");
        line.contains(&format!("\"{key}\"")) && (!is_word || is_said)
    };
    let keys: Vec<String> = Roles::known()
        .all()
        .iter()
        .map(|role| role.key.clone())
        .collect();
    let judged = [
        "NATIONAL_ADMINISTRATOR",
        "Side::",
        "Sight::Nothing",
        "Sight::Open",
        "Sight::Everything",
        ".sight",
    ];
    let judged = judged.into_iter().find(|word| line.contains(word));
    judged
        .map(str::to_owned)
        .or_else(|| keys.into_iter().find(key))
}

#[test]
fn no_module_but_access_decides_by_a_role() {
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for (path, text) in code() {
        if path.starts_with("src/access/") {
            continue;
        }
        let excused = NAMES_ROLES
            .iter()
            .find(|(place, _)| path.starts_with(place));
        for line in lines(&text) {
            match (role_named(line), excused) {
                (Some(_), Some((place, _))) => _ = used.insert(*place),
                (Some(named), None) => wrong.push(format!("{path}: {named}: {line}")),
                (None, _) => {}
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "only access judges by roles:\n{}",
        wrong.join("\n")
    );
    let named: BTreeSet<&str> = NAMES_ROLES.iter().map(|(place, _)| *place).collect();
    assert_eq!(used, named, "an exception that serves no more");
    let told = [
        "if grant.role == \"referent-cpom-ars\" {",
        "Side::State",
        "role: \"invite\",",
        "let hers = held(NATIONAL_ADMINISTRATOR);",
    ];
    assert!(
        told.iter().all(|line| role_named(line).is_some()),
        "the wall can be walked through"
    );
    assert_eq!(
        role_named("Column::words(\"fournisseur\", \"Fournisseur\"),"),
        None
    );
}

/// The functions that others may call and that write in a change without a permit, and why.
const WITHOUT_PERMIT: [(&str, &str, &str); 12] = [
    ("src/access/permit.rs", "permit", "gives it"),
    (
        "src/access/grant/store/write.rs",
        "appoint",
        "the installation gives its first role",
    ),
    (
        "src/access/leave/store.rs",
        "reopen",
        "follows a role that was given",
    ),
    (
        "src/access/token/store.rs",
        "revoke_all",
        "follows a departure, sessions that are ended, or a role that asks for more",
    ),
    ("src/contracts/store/edit.rs", "draft", "reads"),
    (
        "src/figures/contest/store.rs",
        "insert",
        "below the desk, which was given one",
    ),
    (
        "src/figures/contest/store.rs",
        "settle",
        "below the desk, which was given one",
    ),
    (
        "src/figures/follow/store.rs",
        "tell_followers",
        "follows values that were written",
    ),
    (
        "src/people/leaving/act.rs",
        "leave",
        "asks one for each act",
    ),
    ("src/people/write.rs", "write", "asks one for each row"),
    ("src/people/write.rs", "undo", "asks one for each row"),
    ("src/site/demo/people.rs", "give", "asks one"),
];

/// Where a thing of each kind is shown with the way to its history.
const HISTORIES: [(&str, &str); 17] = [
    ("access_token", "src/access/token/pages.rs"),
    ("batch", "src/imports/pages/batch.rs"),
    ("campaign", "src/frameworks/pages/opening.rs"),
    ("confidential_note", "src/contracts/pages/note.rs"),
    ("contest", "src/figures/pages/contests.rs"),
    ("contract", "src/contracts/pages/parts.rs"),
    ("document", "src/documents/pages.rs"),
    ("dossier", "src/dossier/pages/issued.rs"),
    ("framework", "src/frameworks/pages/history.rs"),
    ("grant", "src/access/grant/pages/one.rs"),
    ("help_request", "src/support/pages/one.rs"),
    ("instrument", "src/contracts/pages/instrument.rs"),
    ("national_target", "src/contracts/pages/country.rs"),
    ("organisation", "src/organisations/pages/one.rs"),
    ("person", "src/access/grant/pages/one.rs"),
    ("rights_review", "src/people/review/pages.rs"),
    ("table_address", "src/tables/address/pages.rs"),
];

/// The kinds of things that no page shows one by one, and what is done instead.
const WITHOUT_HISTORY: [(&str, &str); 2] = [
    (
        "master_key",
        "known to the command line only; the journal tells when it served",
    ),
    (
        "place",
        "shown by the pages of what stands there; the journal finds it by name",
    ),
];

#[test]
fn every_kind_of_thing_has_a_page_that_leads_to_its_history() {
    let tellers = jalon::site::tellers(
        jalon::contracts::library(),
        jalon::imports::Intakes::default(),
        &jalon::platform::clock::Clock::system(),
    );
    let told: BTreeSet<&str> = tellers.kinds().map(|kind| kind.code).collect();
    let linked = HISTORIES.iter().chain(&WITHOUT_HISTORY);
    let linked: BTreeSet<&str> = linked.map(|(kind, _)| *kind).collect();
    assert_eq!(linked, told);
    let code: std::collections::HashMap<String, String> = code().into_iter().collect();
    for (kind, path) in HISTORIES {
        assert!(code[path].contains("history_href("), "{kind}: {path}");
    }
}

/// The commands that act in nobody's name, and why: who gives them holds the machine.
const OF_THE_MACHINE: [(&str, &str); 4] = [
    (
        "src/site/cli/backup.rs",
        "copies the whole database, or brings it back",
    ),
    ("src/site/cli/demo.rs", "makes a database of its own"),
    (
        "src/site/cli/journal.rs",
        "reads digests, and nothing of what they are of",
    ),
    (
        "src/site/cli/server.rs",
        "serves, and brings the schema up to date",
    ),
];

#[test]
fn commands_act_in_the_name_of_an_account_but_those_of_the_machine() {
    let reaches = |text: &str| {
        let ways = ["ready_database()", "Db::open", "making("];
        ways.iter().any(|way| text.contains(way))
    };
    let named = |text: &str| {
        let ways = [".person(", ".reach(", "desk("];
        ways.iter().any(|way| text.contains(way))
    };
    let commands = code().into_iter();
    let commands = commands.filter(|(path, _)| path.starts_with("src/site/cli/"));
    let commands = commands.filter(|(_, text)| reaches(text) && !named(text));
    let found: BTreeSet<String> = commands.map(|(path, _)| path).collect();
    let known = OF_THE_MACHINE.iter().map(|(path, _)| (*path).to_owned());
    assert_eq!(found, known.collect::<BTreeSet<_>>());
}

/// Where tasks are begun that outlive what asked for them, but by `ledger::spawn`, and why.
const SPAWNS: [(&str, &str); 2] = [
    (
        "src/ledger/origin.rs",
        "says from where the task makes changes",
    ),
    (
        "src/site/app.rs",
        "what runs beside the server, asked for by nobody",
    ),
];

#[test]
fn a_task_of_its_own_says_from_where_it_makes_changes() {
    let spawns = |text: &str| lines(text).any(|line| line.contains("tokio::spawn("));
    let found = code().into_iter();
    let found = found.filter(|(_, text)| spawns(text) || text.contains("task::spawn("));
    let found: BTreeSet<String> = found.map(|(path, _)| path).collect();
    let known: BTreeSet<String> = SPAWNS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, known, "elsewhere, by ledger::spawn");
}

/// The functions that others may call, with what they take.
fn open_functions(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("fn ") {
        let before = text[..at]
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .trim_start();
        if !before.starts_with("pub") {
            continue;
        }
        let rest = &text[at + 3..];
        let Some(open) = rest.find('(') else { continue };
        let name = rest[..open].split('<').next().unwrap_or_default();
        let mut depth = 0_usize;
        let end = rest[open..].char_indices().find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        if let Some((length, _)) = end {
            found.push((name, &rest[open..=open + length]));
        }
    }
    found
}

#[test]
fn whatever_writes_in_a_change_takes_the_permit_for_it() {
    let (mut without, mut with) = (BTreeSet::new(), 0);
    for (path, text) in code() {
        for (name, takes) in open_functions(&text) {
            if !takes.contains("&mut Change") {
                continue;
            }
            if takes.contains("Permit<") {
                with += 1;
            } else {
                without.insert(format!("{path}: {name}"));
            }
        }
    }
    assert!(with > 40, "the functions were not found: {with}");
    let known = WITHOUT_PERMIT
        .iter()
        .map(|(path, name, _)| format!("{path}: {name}"));
    let known: BTreeSet<String> = known.collect();
    let unknown: Vec<&String> = without.difference(&known).collect();
    assert!(
        unknown.is_empty(),
        "these write without a permit: {unknown:#?}"
    );
    let stale: Vec<&String> = known.difference(&without).collect();
    assert!(
        stale.is_empty(),
        "these exceptions serve no more: {stale:#?}"
    );
}

/// The kinds of things that the source creates, with where; what is no literal is left out.
fn created() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, text) in code() {
        for rest in text.split("NewThing {").skip(1) {
            let first = rest.trim_start();
            if let Some(literal) = first.strip_prefix("kind: \"") {
                let kind = literal.split('"').next().unwrap();
                found.push((path.clone(), kind.to_owned()));
            } else if first.starts_with("kind,") {
                // Organisations and places are written alike: the callers say which.
                let calls = text.split("settle(").skip(1);
                let said = calls.filter_map(|call| call.split('"').nth(1));
                found.extend(said.map(|kind| (path.clone(), kind.to_owned())));
            } else if !first.starts_with("pub ") && !first.starts_with("///") {
                panic!("{path}: a thing whose kind is not seen: {}", &first[..60]);
            }
        }
    }
    found
}

#[test]
fn every_kind_of_thing_has_a_teller_who_says_what_became_of_it() {
    let tellers = jalon::site::tellers(
        jalon::contracts::library(),
        jalon::imports::Intakes::default(),
        &jalon::platform::clock::Clock::system(),
    );
    let told: BTreeSet<&str> = tellers.kinds().map(|kind| kind.code).collect();
    let created = created();
    assert!(created.len() > 15, "the things were not found: {created:?}");
    let untold: Vec<_> = created
        .iter()
        .filter(|(_, kind)| !told.contains(kind.as_str()))
        .collect();
    assert!(untold.is_empty(), "nobody tells of {untold:?}");
    let made: BTreeSet<&str> = created.iter().map(|(_, kind)| kind.as_str()).collect();
    let unmade: Vec<_> = told.difference(&made).collect();
    assert!(unmade.is_empty(), "nobody makes any {unmade:?}");
}
