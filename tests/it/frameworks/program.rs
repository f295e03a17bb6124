//! Frameworks at the terminal: what programs read, and readers that go away.

use std::io::pipe;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::program::{Program, Said};

const FIFTH: &str = "tests/fixtures/frameworks/ehpad-departement-2025-2029";

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let program = Program::on("sqlite://nulle-part.db");
    for words in [
        &["framework", "check", "frameworks"][..],
        &["framework", "check", "--json", "frameworks"],
        &["config", "check"],
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut command = program.command(words);
        let said: Said = command.stdout(writer).output().unwrap().into();
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{words:?}");
    }
    // And one that never was on the error output either.
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = program.command(&["framework", "check", "nulle-part"]);
    let status = command.stdout(Stdio::null()).stderr(writer).status();
    assert_eq!(status.unwrap().code(), Some(1));
}

on_both_engines! {
    async fn an_import_says_in_json_what_it_wrote_and_counts_the_level_that_the_text_names(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let said = program.run(&["framework", "import", "--json", FIFTH]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        let json = said.json();
        assert_eq!(json["problems"], json!([]));
        let fifth = &json["imported"][0];
        for (key, value) in [
            ("code", json!("ehpad-departement-2025-2029")),
            ("objectives", json!(3)),
            ("objective_level", json!("levier")),
            ("indicators", json!(8)),
            ("revision", json!(1)),
            ("written", json!(true)),
        ] {
            assert_eq!(fifth[key], value, "{key}: {fifth}");
        }
        let listed = program.run(&["framework", "list"]).done();
        assert!(listed.contains("3 leviers, 8 indicateurs"), "{listed}");
        let again = program.run(&["framework", "import", "--json", FIFTH]).json();
        assert_eq!(again["imported"][0]["written"], json!(false));
        // What is wrong is data as well, and nothing is written.
        let faulty = "tests/fixtures/frameworks/cadre-fautif";
        let said = program.run(&["framework", "import", "--json", faulty]);
        assert_eq!(said.code, Some(1));
        assert!(said.json()["problems"].as_array().map_or(0, Vec::len) > 40);
        let codes = program.run(&["framework", "list", "--json"]).json();
        let codes: Vec<&Value> = codes.as_array().unwrap().iter().map(|f| &f["code"]).collect();
        assert_eq!(codes.len(), 5, "{codes:?}");
    }
}
