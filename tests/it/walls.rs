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
        "follows a departure",
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
