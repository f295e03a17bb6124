//! Frameworks as text: the real ones, an invented one, a faulty one, and any at all.

mod any_frame;
mod any_indicator;
mod any_text;
mod broken;
mod differences;
mod invented;
mod lived;
mod program;
mod real;
mod round_trip;
mod sheet;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jalon::frameworks::{Known, Problem, Severity};

/// Codes of the top list of a reference file.
fn codes(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new("reference").join(file)).unwrap();
    let lines = text.lines();
    let codes = lines.filter_map(|line| line.strip_prefix("  - code: "));
    codes
        .map(|code| code.trim_matches('"').to_owned())
        .collect()
}

/// The organisations and places of the reference files, and no framework yet.
fn surroundings() -> Known {
    let (organisations, places) = (codes("organisations.yaml"), codes("lieux.yaml"));
    assert!(organisations.len() > 30 && places.len() > 100);
    let other_names = [("ANSP".to_owned(), "SPF".to_owned())];
    Known::new(organisations, other_names.into(), places)
}

fn errors(problems: &[Problem]) -> Vec<String> {
    let errors = problems.iter().filter(|p| p.severity == Severity::Error);
    errors.map(ToString::to_string).collect()
}
