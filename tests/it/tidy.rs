//! The walls of the house: who may use whom, where SQL may stand, how long a file may be; and the
//! papers: what every file must or must not say.

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

pub fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
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

/// The files that git keeps, with their text; pictures and other binary files are left out.
fn tracked() -> Vec<(String, String)> {
    let listed = std::process::Command::new("git")
        .args(["ls-files", "-z"])
        .output()
        .unwrap();
    assert!(listed.status.success(), "git lists its files");
    let names = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<(String, String)> = names
        .split_terminator('\0')
        .filter_map(|name| Some((name.to_owned(), std::fs::read_to_string(name).ok()?)))
        .collect();
    assert!(files.len() > 50, "the files were not found");
    files
}

#[test]
fn no_file_names_the_host_of_a_package_registry() {
    // In pieces, so that this file does not name them either.
    let hosts = [
        ["registry", "npmjs.org"],
        ["registry", "yarnpkg.com"],
        ["index", "crates.io"],
        ["static", "crates.io"],
        ["pypi", "org"],
        ["files", "pythonhosted.org"],
        ["deb", "debian.org"],
    ]
    .map(|parts| parts.join("."));
    let mut wrong = Vec::new();
    for (name, text) in tracked() {
        if hosts.iter().any(|host| text.contains(host.as_str())) {
            wrong.push(name.clone());
        }
        if name.ends_with("package-lock.json") && text.contains("\"resolved\"") {
            wrong.push(format!("{name} (a download address)"));
        }
    }
    assert!(wrong.is_empty(), "a registry is named in {wrong:?}");
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let mut names: Vec<String> = std::fs::read_dir("migrations")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for (number, name) in (1..).zip(&names) {
        let expected = format!("{number:04}_");
        let rest = name.strip_prefix(&expected);
        let is_sql = rest.is_some_and(|rest| rest.strip_suffix(".sql").is_some());
        assert!(is_sql, "{name} stands where {expected}….sql was expected");
    }
}

#[test]
fn the_map_keeps_its_notice() {
    let read = |name: &str| std::fs::read_to_string(name).unwrap();
    let data = read("crates/render/data/map-regions.json");
    assert!(data.contains("dsfr-chart 2.0.4, MIT License, Copyright (c) 2021 DINUM"));
    for paper in ["crates/render/data/README.md", "NOTICE.md"] {
        let text = read(paper);
        for part in [
            "dsfr-chart 2.0.4",
            "Copyright (c) 2021 DINUM",
            "Permission is hereby granted",
        ] {
            assert!(text.contains(part), "{paper} lacks « {part} »");
        }
    }
}

#[test]
fn every_module_says_what_it_is() {
    for module in order() {
        let text = std::fs::read_to_string(format!("src/{module}/mod.rs"))
            .or_else(|_| std::fs::read_to_string(format!("src/{module}.rs")))
            .unwrap();
        assert!(text.starts_with("//! "), "{module} begins with its own doc");
    }
}

#[test]
fn the_commands_that_the_papers_name_exist() {
    let makefile = std::fs::read_to_string("Makefile").unwrap();
    for paper in ["README.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(paper).unwrap();
        let mut named = BTreeSet::new();
        // In code only: a line of an example, or between backquotes.
        for code in text.split('`').chain(text.lines()) {
            if let Some(words) = code.strip_prefix("make ") {
                named.extend(words.split_whitespace().next());
            }
        }
        assert!(named.contains("test"), "{paper} names `make test`");
        for target in named {
            let rule = format!("\n{target}:");
            assert!(makefile.contains(&rule), "{paper}: no `make {target}`");
        }
    }
}

/// What a row of threats says in place of a test where there is none.
const NONE_YET: &str = "none yet: ";

/// The tests that a cell names, each with the file beside which it stands.
fn named_tests(cell: &str) -> Vec<(String, String)> {
    let (mut file, mut named) = (None, Vec::new());
    for code in cell.split('`').skip(1).step_by(2) {
        if Path::new(code).extension().is_some_and(|end| end == "rs") {
            let is_whole = code.starts_with("src/") || code.starts_with("crates/");
            file = Some(if is_whole {
                code.to_owned()
            } else {
                format!("tests/it/{code}")
            });
        } else {
            let file = file
                .clone()
                .unwrap_or_else(|| panic!("no file before {code}: {cell}"));
            named.push((file, code.to_owned()));
        }
    }
    named
}

#[test]
fn every_threat_names_the_tests_that_show_what_stops_it() {
    let paper = std::fs::read_to_string("SECURITY.md").unwrap();
    let (_, section) = paper.split_once("## Threats, by STRIDE").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1);
    let (mut seen, mut wrong) = (0, Vec::new());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        let (threat, shown) = (cells[1].trim(), cells[3].trim());
        assert!(
            ["S", "T", "R", "I", "D", "E"].contains(&cells[0].trim()),
            "{row}"
        );
        seen += 1;
        if shown.starts_with(NONE_YET) {
            continue;
        }
        let named = named_tests(shown);
        if named.is_empty() {
            wrong.push(format!("{threat}: no test is named"));
        }
        for (file, test) in named {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if !text.contains(&format!("fn {test}(")) {
                wrong.push(format!("{threat}: no {test} in {file}"));
            }
        }
    }
    assert!(seen > 30, "the rows were not found: {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
