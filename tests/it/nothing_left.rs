//! What the program refuses leaves no file behind.

use crate::program::{Program, Said};
use crate::support::{EMAIL, Folder};

#[test]
fn a_wrong_address_or_a_refused_beginning_leaves_no_file() {
    let folder = Folder::new();
    let file = folder.path().join("neuve.db");
    let program = Program::on(&format!("sqlite://{}", file.display()));
    for email in ["anne", "pas une adresse"] {
        let said = program.run(&["init", "--name", "Anne", "--email", email]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(
            said.err.contains("qui attend une adresse électronique"),
            "{}",
            said.err
        );
    }
    let mut command = program.command(&["init", "--name", "Anne", "--email", EMAIL]);
    let short: Said = command
        .env("JALON_PASSWORD", "court")
        .output()
        .unwrap()
        .into();
    assert!(short.refused().contains("moins de 12 caractères"));
    for words in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["values", "list"],
    ] {
        let refused = program.run(words).refused();
        assert!(
            refused.contains("n’existe pas") && refused.contains("jalon init"),
            "{refused}"
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    program.run(&["migrate"]).done();
    let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]).refused();
    assert!(refused.contains("lancez `jalon init`"), "{refused}");
    program.init().done();
    let taken = program.run(&[
        "person",
        "add",
        "--name",
        "Anne",
        "--email",
        "pas une adresse",
    ]);
    assert_eq!(taken.code, Some(2), "{}", taken.err);
}

#[test]
fn a_backup_cut_short_is_refused_in_french_and_leaves_no_file() {
    let folder = Folder::new();
    let at = |name: &str| folder.path().join(name);
    let source = Program::on(&format!("sqlite://{}", at("source.db").display()));
    source.init().done();
    let whole = at("entiere.db");
    source.run(&["backup", whole.to_str().unwrap()]).done();
    let bytes = std::fs::read(&whole).unwrap();
    let target = Program::on(&format!("sqlite://{}", at("cible.db").display()));
    for kept in [bytes.len() / 2, bytes.len() - 4096, 4096] {
        let cut = at("coupee.db");
        std::fs::write(&cut, &bytes[..kept]).unwrap();
        let refused = target.run(&["restore", cut.to_str().unwrap()]).refused();
        assert!(
            refused.contains("n’est pas une sauvegarde de Jalon"),
            "{kept}: {refused}"
        );
        assert!(!at("cible.db").exists(), "{kept}");
    }
    let nowhere = at("absent").join("fiche.pdf");
    let refused = source.run(&[
        "dossier",
        "--contract",
        "x",
        "--year",
        "2025",
        "--out",
        nowhere.to_str().unwrap(),
    ]);
    assert_eq!(refused.code, Some(1));
    let told = target
        .run(&["restore", "--verify", whole.to_str().unwrap()])
        .done();
    assert!(told.contains("ne sont pas signées"), "{told}");
}
