//! The walls of the house: who may use whom, where SQL may stand, how long a file may be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules of `src/lib.rs`, lowest first: each may use those before it in the list.
fn order() -> Vec<String> {
    let lib = std::fs::read_to_string("src/lib.rs").unwrap();
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(ToOwned::to_owned)
        .collect()
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn room(path: &Path) -> String {
    let below = path.strip_prefix("src").unwrap();
    let first = below.components().next().unwrap().as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn modules_use_only_those_below_them() {
    let order = order();
    let rank = |name: &str| order.iter().position(|m| m == name);
    let mut wrong = Vec::new();
    for (path, text) in sources(Path::new("src")) {
        let Some(own) = rank(&room(&path)) else {
            continue;
        };
        for line in text.lines() {
            for used in line.match_indices("crate::").map(|(at, _)| &line[at + 7..]) {
                let name: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if rank(&name).is_some_and(|used| used > own) {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these use a module above their own:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn sql_stands_only_in_stores() {
    let verbs = [
        "\"select ",
        "\"insert into ",
        "\"update ",
        "\"delete from ",
        "\"with ",
    ];
    let mut wrong = BTreeSet::new();
    for (path, text) in sources(Path::new("src")) {
        let name = path.to_string_lossy();
        let allowed =
            name.contains("store") || name.contains("platform/db") || name.contains("installation");
        if !allowed && verbs.iter().any(|verb| text.contains(verb)) {
            wrong.insert(name.into_owned());
        }
    }
    assert!(wrong.is_empty(), "SQL outside a store: {wrong:?}");
}

#[test]
fn rules_know_neither_database_nor_web() {
    let mut wrong = BTreeSet::new();
    for (path, text) in sources(Path::new("src/kernel")) {
        if ["sqlx", "axum", "tokio"]
            .iter()
            .any(|crate_name| text.contains(crate_name))
        {
            wrong.insert(path);
        }
    }
    assert!(wrong.is_empty(), "the kernel is pure: {wrong:?}");
}

#[test]
fn no_file_is_over_600_lines() {
    let folders = ["src", "tests", "crates"];
    let long: Vec<String> = folders
        .iter()
        .flat_map(|folder| sources(Path::new(folder)))
        .filter(|(_, text)| text.lines().count() > 600)
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}
