//! The command line, as a person at a terminal meets it.

use std::collections::BTreeSet;
use std::time::Duration;

use jalon::ledger::{Verified, verify};
use jalon::platform::db::Db;
use jalon::site::is_complete;
use serde_json::Value;

use crate::on_both_engines;
use crate::program::{Program, Said};
use crate::support::EMAIL;

fn keys(value: &Value) -> BTreeSet<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

on_both_engines! {
    async fn a_blank_database_is_installed_once(bench: Bench) {
        let program = Program::on(&bench.another().await);
        let before = program.run(&["values", "list"]).refused();
        // A SQLite file is not there yet; a PostgreSQL database is, without a schema.
        let told = ["`jalon init`", "`jalon migrate`"];
        assert!(told.iter().any(|command| before.contains(command)), "{before}");
        let said = program.init().done();
        assert!(said.contains(&format!("Base installée. Connectez-vous avec {EMAIL}.")), "{said}");
        let again = program.init().refused();
        assert!(again.contains("déjà installée") && again.contains("jalon person add"), "{again}");
        let migrated = program.run(&["migrate"]).done();
        let step = Db::known_schema();
        assert!(migrated.contains(&format!("étape {step} → {step}")), "{migrated}");
        let agencies = program.run(&["organisations", "list"]).done();
        assert!(agencies.contains("ARS-84"), "{agencies}");
        let nobody = program.run(&["framework", "list", "--as", "x@example.org"]).refused();
        assert!(nobody.contains("aucun compte n’a l’adresse « x@example.org »"), "{nobody}");
    }
}

on_both_engines! {
    async fn a_wrong_key_of_the_configuration_is_named(bench: Bench) {
        let program = Program::on(&bench.url);
        let right = program.write("juste.toml", "log = \"warn\"\n");
        let shown = program.run(&["config", "check", "--config", &right]).done();
        assert!(shown.contains("log          = warn"), "{shown}");
        // The address may hold a password: it is not shown.
        assert!(!shown.contains(&bench.url), "{shown}");
        for (text, named) in [
            ("databse_url = \"sqlite://x\"\n", "databse_url"),
            ("listen = \"partout\"\n", "listen"),
            ("public_url = \"jalon.example.org\"\n", "public_url"),
        ] {
            let path = program.write("faux.toml", text);
            let said = program.run(&["config", "check", "--config", &path]).refused();
            assert!(said.contains("configuration invalide") && said.contains(named), "{said}");
        }
        let absent = program.run(&["config", "check", "--config", "/nulle/part.toml"]);
        assert_eq!(absent.code, Some(1));
    }
}

#[test]
fn checking_a_faulty_framework_ends_with_1_and_names_files_and_lines() {
    let program = Program::on("sqlite://nulle-part.db");
    let folder = "tests/fixtures/frameworks/cadre-fautif";
    let said = program.run(&["framework", "check", folder]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    for place in [
        "/cadre-fautif/cadre.yaml:3:9: ",
        "/cadre-fautif/cadre.yaml:12:1: ",
        " erreurs à corriger.",
    ] {
        assert!(said.out.contains(place), "{place}: {}", said.out);
    }
    let json = program.run(&["framework", "check", "--json", folder]);
    assert_eq!(json.code, Some(1));
    let json = json.json();
    let problems = &json["problems"];
    assert!(problems.as_array().unwrap().len() > 50);
    assert_eq!(json["frameworks"], serde_json::json!([]));
    assert!(json["errors"].as_u64().unwrap() > 40, "{}", json["errors"]);
    let first = &problems[0];
    for key in ["file", "line", "code", "severity", "message", "remedy"] {
        assert!(first.get(key).is_some(), "{key}: {first}");
    }
    let fine = program.run(&["framework", "check", "frameworks"]).done();
    assert!(
        fine.contains("etat-ars-2024-2028 : 10 objectifs, 93 indicateurs"),
        "{fine}"
    );
    let json = program.run(&["framework", "check", "--json", "frameworks"]);
    assert_eq!(json.json()["frameworks"].as_array().unwrap().len(), 4);
    let nowhere = program.run(&["framework", "check", "nulle-part"]).refused();
    assert!(nowhere.contains("nulle-part"), "{nowhere}");
    // Checking touches no database.
    assert!(!std::path::Path::new("nulle-part.db").exists());
}

on_both_engines! {
    async fn the_four_frameworks_are_imported_listed_and_exported(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let listed = program.run(&["framework", "list", "--json"]);
        let listed = listed.json();
        let of = |code: &str| {
            let all = listed.as_array().unwrap();
            all.iter().find(|f| f["code"] == code).unwrap().clone()
        };
        assert_eq!(listed.as_array().unwrap().len(), 4);
        for (code, objectives, indicators, models) in [
            ("etat-ars-2015-2018", 15, 63, 0),
            ("etat-ars-2019-2023", 9, 50, 0),
            ("etat-ars-2024-2028", 10, 93, 0),
            ("es-aura-2020-2024", 13, 121, 64),
        ] {
            let found = of(code);
            let counts = [&found["objectives"], &found["indicators"], &found["model_actions"], &found["revision"]];
            assert_eq!(counts.map(Value::as_i64), [objectives, indicators, models, 1].map(Some), "{code}");
        }
        let kinds = &of("etat-ars-2024-2028")["indicators_by_kind"];
        assert_eq!((&kinds["socle"], &kinds["complementaire"]), (&61.into(), &32.into()));
        let again = program.run(&["framework", "import", "frameworks"]).done();
        assert_eq!(again.matches("révision 1, inchangée.").count(), 4, "{again}");

        let out = program.folder.path().join("sortie");
        let out = out.to_str().unwrap();
        program.run(&["framework", "export", "etat-ars-2024-2028", "--out", out]).done();
        let folder = format!("{out}/etat-ars-2024-2028");
        let unchanged = program.run(&["framework", "import", &folder]).done();
        assert!(unchanged.contains("inchangée"), "{unchanged}");
        let path = format!("{folder}/indicateurs.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let edited = text.replacen("theme: Vaccination\n", "theme: Vaccination HPV\n", 1);
        assert_ne!(edited, text);
        std::fs::write(&path, &edited).unwrap();
        let second = program.run(&["framework", "import", &folder]).done();
        assert!(second.contains("révision 2, ") && second.contains("Vaccination HPV"), "{second}");
        // The folder still says that it starts from revision 1.
        std::fs::write(&path, &text).unwrap();
        let stale = program.run(&["framework", "import", &folder]).refused();
        assert!(stale.contains("en est à la révision 2 ; ce texte part de la révision 1"), "{stale}");
        let third = program.run(&["framework", "import", "--base", "2", &folder]).done();
        assert!(third.contains("révision 3, "), "{third}");
        let unknown = program.run(&["framework", "export", "rien", "--out", out]).refused();
        assert!(unknown.contains("aucun cadre n’a le code « rien »"), "{unknown}");
    }
}

on_both_engines! {
    async fn an_export_overwrites_nothing_silently(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let code = "etat-ars-2024-2028";
        let out = program.folder.path().join("sortie");
        let folder = out.join(code);
        let words = ["framework", "export", code, "--out", out.to_str().unwrap()];
        let forced = ["framework", "export", code, "--force", "--out", out.to_str().unwrap()];
        // An export of the same framework, untouched, is written again.
        program.run(&words).done();
        program.run(&words).done();
        let path = folder.join("indicateurs.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let edited = text.replacen("theme: Vaccination\n", "theme: Vaccination HPV\n", 1);
        std::fs::write(&path, &edited).unwrap();
        let refused = program.run(&words).refused();
        assert!(refused.contains("indicateurs.yaml a changé depuis l’export de la révision 1"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), edited);
        // Once imported, it is lost no more.
        program.run(&["framework", "import", folder.to_str().unwrap()]).done();
        program.run(&words).done();
        assert_eq!(std::fs::read_to_string(folder.join("REVISION")).unwrap(), "2\n");
        // Another framework's folder, or any other, is not taken over.
        let foreign = out.join("es-aura-2020-2024");
        std::fs::create_dir_all(&foreign).unwrap();
        std::fs::write(foreign.join("notes.txt"), "à garder").unwrap();
        let other = ["framework", "export", "es-aura-2020-2024", "--out", out.to_str().unwrap()];
        let refused = program.run(&other).refused();
        assert!(refused.contains("autre chose qu’un export de ce cadre") && refused.contains("--force"), "{refused}");
        assert_eq!(std::fs::read_dir(&foreign).unwrap().count(), 1);
        // What is forced takes away the files that the revision no longer has.
        std::fs::write(folder.join("engagements.yaml"), "engagements: []").unwrap();
        program.run(&words).refused();
        program.run(&forced).done();
        assert!(!folder.join("engagements.yaml").exists());
    }
}

on_both_engines! {
    async fn frameworks_imported_together_are_one_change_or_none(bench: Bench) {
        let program = Program::on(&bench.url);
        program.init().done();
        program.run(&["framework", "import", "frameworks"]).done();
        let changes = |program: &Program| program.run(&["framework", "list", "--json"]).json();
        let before = changes(&program);
        let folder = program.folder.path().join("cadres");
        for code in ["etat-ars-2015-2018", "etat-ars-2019-2023", "etat-ars-2024-2028"] {
            std::fs::create_dir_all(folder.join(code)).unwrap();
            for file in std::fs::read_dir(format!("frameworks/{code}")).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), folder.join(code).join(file.file_name())).unwrap();
            }
            let path = folder.join(code).join("cadre.yaml");
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(&path, text.replacen("outil: ", "outil: Ancien ", 1)).unwrap();
        }
        // The last of the three says that it follows a revision that is not in force.
        std::fs::write(folder.join("etat-ars-2024-2028/REVISION"), "7\n").unwrap();
        let refused = program.run(&["framework", "import", folder.to_str().unwrap()]).refused();
        assert!(refused.contains("ce texte part de la révision 7"), "{refused}");
        assert_eq!(changes(&program), before);
        let many = program.run(&["framework", "import", "--base", "1", folder.to_str().unwrap()]).refused();
        assert!(many.contains("--base ne va qu’avec un seul cadre"), "{many}");
        std::fs::remove_file(folder.join("etat-ars-2024-2028/REVISION")).unwrap();
        let done = program.run(&["framework", "import", folder.to_str().unwrap()]).done();
        assert_eq!(done.matches("révision 2, ").count(), 3, "{done}");
        let (count,): (i64,) = bench.db.read().await.unwrap()
            .one("select count(distinct change_no) from framework_revision where no = 2", vec![])
            .await
            .unwrap();
        assert_eq!(count, 1);
    }
}

/// What can stand where a file should, and what is said of it.
#[cfg(unix)]
#[test]
fn what_is_no_ordinary_file_is_refused_at_once_by_every_command() {
    let program = Program::on("sqlite://nulle-part.db");
    let folder = program.folder.path().join("cadre");
    let copy = |name: &str| {
        let from = format!("tests/fixtures/frameworks/ehpad-departement-2025-2029/{name}");
        std::fs::copy(from, folder.join(name)).unwrap();
    };
    let fifo = |path: &std::path::Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    std::fs::create_dir_all(&folder).unwrap();
    for name in [
        "cadre.yaml",
        "objectifs.yaml",
        "mesures.yaml",
        "editions.yaml",
    ] {
        copy(name);
    }
    fifo(&folder.join("indicateurs.yaml"));
    fifo(&folder.join("notes.txt"));
    std::fs::create_dir(folder.join("engagements.yaml")).unwrap();
    std::os::unix::fs::symlink("glossaire.yaml", folder.join("glossaire.yaml")).unwrap();
    // A neighbour that would never end.
    let beside = program.folder.path().join("voisin");
    std::fs::create_dir_all(&beside).unwrap();
    std::os::unix::fs::symlink("/dev/zero", beside.join("cadre.yaml")).unwrap();
    let said = program.run(&["framework", "check", folder.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    for (file, words) in [
        ("indicateurs.yaml", "un tube"),
        ("engagements.yaml", "un dossier"),
        ("glossaire.yaml", "ne se lit pas"),
    ] {
        let line = said
            .out
            .lines()
            .find(|line| line.contains(file) && line.contains(words));
        assert!(line.is_some(), "{file}: {}", said.out);
    }
    assert!(!said.out.contains("notes.txt"), "{}", said.out);
    std::fs::write(folder.join("cadre.yaml"), "# ".repeat(2_000_000)).unwrap();
    let said = program.run(&["framework", "check", folder.to_str().unwrap()]);
    assert!(said.out.contains("il dépasse 2 Mo"), "{}", said.out);

    let pipe = program.folder.path().join("valeurs.csv");
    fifo(&pipe);
    for path in [pipe.to_str().unwrap(), "/dev/zero", "src"] {
        let said = program.run(&["values", "rehearse", path]).refused();
        assert!(said.contains("ce n’est pas un fichier ordinaire"), "{said}");
    }
    let directory = program.folder.path().join("reference");
    std::fs::create_dir_all(&directory).unwrap();
    fifo(&directory.join("organisations.yaml"));
    std::os::unix::fs::symlink("/dev/zero", directory.join("lieux.yaml")).unwrap();
    let said = program
        .run(&["organisations", "import", directory.to_str().unwrap()])
        .refused();
    assert_eq!(
        said.matches("ce n’est pas un fichier ordinaire").count(),
        2,
        "{said}"
    );
}

on_both_engines! {
    async fn a_framework_with_an_error_is_not_imported_at_all(bench: Bench) {
        let program = Program::on(&bench.url);
        program.init().done();
        let said = program.run(&["framework", "import", "tests/fixtures/frameworks"]).refused();
        assert!(said.contains("/cadre-fautif/cadre.yaml:3:9: "), "{said}");
        assert!(said.contains("rien n’a été chargé"), "{said}");
        assert_eq!(program.run(&["framework", "list", "--json"]).json(), Value::Array(vec![]));
    }
}

on_both_engines! {
    async fn values_are_rehearsed_committed_and_listed(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let empty = program.run(&["values", "list"]).done();
        assert!(empty.contains("Aucun fichier reçu."), "{empty}");
        let said = program.run(&["values", "rehearse", "--json", "demo/hpv-2022-2023.csv"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let json = said.json();
        let expected = ["rehearsal", "created", "changed", "unchanged", "refused", "problems"];
        assert_eq!(keys(&json), BTreeSet::from(expected));
        let counts = ["created", "changed", "unchanged", "refused"].map(|key| json[key].as_i64().unwrap());
        assert_eq!(counts, [72, 0, 0, 0]);
        assert_eq!(json["problems"], Value::Array(vec![]));
        let id = json["rehearsal"].as_str().unwrap();
        let first = program.run(&["values", "commit", id]).done();
        assert!(first.starts_with("Enregistré : changement n° "), "{first}");
        let again = program.run(&["values", "commit", id]).done();
        assert!(again.starts_with("Déjà enregistré par le changement n° "), "{again}");
        let same = program.run(&["values", "rehearse", "--json", "demo/hpv-2022-2023.csv"]).json();
        assert_eq!(same["unchanged"], 72);
        let nothing = program.run(&["values", "commit", same["rehearsal"].as_str().unwrap()]).done();
        assert!(nothing.starts_with("Rien à enregistrer"), "{nothing}");

        let listed = program.run(&["values", "list", "--json"]).json();
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), 2);
        let expected = ["rehearsal", "file", "state", "created_at", "change"];
        assert!(listed.iter().all(|batch| keys(batch) == BTreeSet::from(expected)));
        assert_eq!((&listed[0]["state"], &listed[1]["state"]), (&"rehearsed".into(), &"committed".into()));
        assert_eq!((&listed[1]["rehearsal"], &listed[1]["file"]), (&id.into(), &"hpv-2022-2023.csv".into()));
        let told = program.run(&["values", "list"]).done();
        assert!(told.contains("enregistré") && told.contains("lu, pas encore enregistré"), "{told}");

        let refused = program.run(&["values", "undo", id, "--reason", " "]).refused();
        assert!(refused.contains("écrivez le motif"), "{refused}");
        let undone = program.run(&["values", "undo", id, "--reason", "Mauvais fichier"]).done();
        assert!(undone.contains("72 lignes remises comme avant"), "{undone}");
        let shown = program.run(&["values", "show", id, "--json"]).json();
        assert_eq!((&shown["state"], &shown["created"]), (&"undone".into(), &72.into()));
        assert_eq!(shown["undone_change"].as_i64(), shown["change"].as_i64().map(|no| no + 1));
        let told = program.run(&["values", "show", id]).done();
        assert!(told.contains("hpv-2022-2023.csv : annulé, déposé par"), "{told}");
        let redone = program.run(&["values", "commit", id]).done();
        assert!(redone.starts_with("Enregistré : changement n° "), "{redone}");
    }
}

on_both_engines! {
    async fn a_file_with_mistakes_ends_with_1_and_says_them_all(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let path = program.write("fautes.csv", "region;annee;2.c.1\r\n84;2023;abc\r\n\r\nVénusie;2023;1\r\n93;2023;46,6\r\n");
        let said = program.run(&["values", "rehearse", "--json", &path]);
        assert_eq!(said.code, Some(1));
        let json = said.json();
        assert_eq!((&json["created"], &json["refused"]), (&1.into(), &2.into()));
        let problems = json["problems"].as_array().unwrap();
        let expected = ["sheet", "row", "column", "code", "severity", "message"];
        assert!(problems.iter().all(|p| keys(p) == BTreeSet::from(expected)), "{problems:?}");
        let places: Vec<_> = problems.iter().map(|p| (p["row"].as_i64(), p["column"].as_i64(), p["code"].as_str())).collect();
        assert_eq!(places, [(Some(2), Some(3), Some("wrong-value")), (Some(4), Some(1), Some("unknown-place"))]);
        let told = program.run(&["values", "rehearse", &path]);
        assert_eq!(told.code, Some(1));
        for words in ["C2 : « abc » n’est pas un nombre", "A4 : Territoire inconnu", "rien n’a été enregistré"] {
            assert!(told.out.contains(words), "{words}: {}", told.out);
        }
        let refused = program.run(&["values", "commit", json["rehearsal"].as_str().unwrap()]).refused();
        assert!(refused.contains("2 cellules refusées"), "{refused}");
    }
}

on_both_engines! {
    async fn words_that_name_nothing_are_refused_in_french(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let file = "demo/hpv-2022-2023.csv";
        for (words, said) in [
            (&["values", "rehearse", file, "--framework", "rien"][..], "aucun cadre n’a le code « rien »"),
            (&["values", "rehearse", file, "--supplier", "Personne"], "aucune organisation ne s’appelle « Personne »"),
            (&["values", "rehearse", "nulle-part.csv"], "nulle-part.csv"),
            (&["values", "rehearse", "Cargo.lock"], ""),
            (&["values", "commit", "n’importe quoi"], "aucun import ne porte cet identifiant"),
            (&["organisations", "list", "--au", "hier"], "n’est pas une date"),
        ] {
            let told = program.run(words);
            assert_eq!(told.code, Some(1), "{words:?}: {}{}", told.out, told.err);
            assert!(told.err.contains(said), "{words:?}: {}", told.err);
        }
        assert_eq!(program.run(&["values", "nimporte"]).code, Some(2));
        // A name that the directory knows stands for its code.
        let named = program.run(&["values", "rehearse", "--json", file, "--supplier", "Santé publique France"]);
        program.run(&["values", "commit", named.json()["rehearsal"].as_str().unwrap()]).done();
        let mut tx = bench.db.read().await.unwrap();
        let suppliers: Vec<(String,)> = tx.all("select distinct supplier from revision", vec![]).await.unwrap();
        assert_eq!(suppliers, [("SPF".to_owned(),)]);
    }
}

on_both_engines! {
    async fn a_database_of_a_later_version_is_not_served(bench: Bench) {
        let program = Program::on(&bench.url);
        program.init().done();
        let mut tx = bench.db.write_aside().await.unwrap();
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                   values (9999, 'later', true, $1, 0)";
        tx.run(sql, jalon::args![vec![0_u8]]).await.unwrap();
        tx.commit().await.unwrap();
        let command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut command = tokio::process::Command::from(command);
        let ended = tokio::time::timeout(Duration::from_mins(1), command.kill_on_drop(true).output());
        let output = ended.await.expect("it serves a database it does not know").unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("9999") && told.contains("mettez Jalon à jour"), "{told}");
        for words in [&["values", "list"][..], &["migrate"], &["framework", "list"]] {
            assert!(program.run(words).refused().contains("9999"), "{words:?}");
        }
    }
}

on_both_engines! {
    async fn the_demonstration_does_not_enter_a_real_installation(bench: Bench) {
        let program = Program::on(&bench.url);
        program.init().done();
        let refused = program.run(&["demo", "--build-only"]).refused();
        assert!(refused.contains("cette base sert pour de vrai"), "{refused}");
        let mut tx = bench.db.read().await.unwrap();
        let (people,): (i64,) = tx.one("select count(*) from person", vec![]).await.unwrap();
        assert_eq!(people, 1);
    }
}

#[test]
fn words_that_are_no_command_are_told_in_french_and_end_with_2() {
    let program = Program::on("sqlite://nulle-part.db");
    for (words, told) in [
        (&["valeurs"][..], "la commande « valeurs » n’existe pas"),
        (&["serv"], "Vouliez-vous dire « serve » ?"),
        (&["values", "commit"], "il manque <IMPORT>"),
        (
            &["serve", "--port", "1"],
            "l’argument « --port » n’existe pas ici",
        ),
        (
            &["serve", "--listen", "ici"],
            "« ici » ne convient pas pour « --listen <ADRESSE:PORT> »",
        ),
        (
            &["serve", "--listen"],
            "« --listen <ADRESSE:PORT> » attend une valeur",
        ),
        (
            &[
                "serve",
                "--listen",
                "127.0.0.1:1",
                "--listen",
                "127.0.0.1:2",
            ],
            "ne se donne qu’une fois",
        ),
    ] {
        let said = program.run(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}{}", said.out, said.err);
        assert!(said.err.contains(told), "{words:?}: {}", said.err);
        assert!(
            said.err.ends_with("L’aide : ajoutez --help.\n"),
            "{}",
            said.err
        );
        for word in ["error", "Usage:", "For more", "required", "invalid"] {
            assert!(!said.err.contains(word), "{words:?}: {word}: {}", said.err);
        }
    }
    assert!(program.run(&["--version"]).done().starts_with("jalon "));
}

on_both_engines! {
    async fn a_port_that_is_taken_is_told_before_anything_is_built(bench: Bench) {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let program = Program::on(&bench.another().await);
        let refused = program.run(&["demo", "--listen", &address]).refused();
        assert!(refused.contains(&format!("{address} est déjà pris")), "{refused}");
        assert_eq!(Db::open(&program.url).await.unwrap().schema().await.unwrap(), 0);
    }
}

on_both_engines! {
    async fn several_demonstrations_begun_at_once_build_one(bench: Bench) {
        let program = Program::on(&bench.another().await);
        let begun: Vec<_> = (0..4).map(|_| {
            let mut command = program.command(&["demo", "--build-only"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        }).collect();
        let said = begun.into_iter().map(|child| Said::from(child.wait_with_output().unwrap()).done());
        let said: Vec<String> = said.collect();
        let built = said.iter().filter(|said| said.contains("Démonstration prête.")).count();
        assert_eq!(built, 1, "{said:?}");
        let mut tx = Db::open(&program.url).await.unwrap().read().await.unwrap();
        assert!(matches!(verify(&mut tx).await.unwrap(), Verified::Whole(_)));
        assert!(is_complete(&mut tx).await.unwrap());
    }
}

/// What may stand for a value in a help.
const PLACES: &[&str] = &[
    "COURRIEL",
    "ACCÈS",
    "JOUR",
    "ANNÉES",
    "RÉGION",
    "ADRESSE",
    "ADRESSE:PORT",
    "ANNÉE",
    "CADRE",
    "CODE",
    "COMMANDE",
    "CONTRAT",
    "DATE",
    "DOSSIER",
    "FICHIER",
    "HABILITATION",
    "IMPORT",
    "MOTIF",
    "NOM",
    "NOMBRE",
    "NUMÉRO",
    "ORGANISATION",
    "PÉRIODE",
    "SOURCE",
    "LIEU",
    "RÔLE",
    "RÔLE=ORGANISATION",
    "TITRE",
    "VOLET",
];

/// The names of the commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commandes:")
        .skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    listed
        .filter_map(|line| line.split_whitespace().next())
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn the_help_of_every_command_is_there_and_in_french() {
    let program = Program::on("sqlite://nulle-part.db");
    let mut waiting: Vec<Vec<String>> = vec![vec![]];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
        words.push("--help");
        let help = program.run(&words).done();
        let first = help.lines().next().unwrap();
        assert!(
            first.len() > 10 && !first.starts_with("Usage"),
            "{path:?}: {help}"
        );
        assert!(
            help.contains("Usage : jalon") && help.contains("Montrer cette aide"),
            "{path:?}: {help}"
        );
        for word in ["Print ", "Usage:", "[default", "[env", "[possible"] {
            assert!(!help.contains(word), "{path:?}: {word}: {help}");
        }
        // What stands for a value is a French word too.
        let places = help
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split_once('>'));
        for (place, _) in places {
            assert!(PLACES.contains(&place), "{path:?}: <{place}>: {help}");
        }
        // Every option and argument says what it is.
        for line in help
            .lines()
            .filter(|line| line.trim_start().starts_with(['-', '<', '[']))
        {
            let said = line.trim_start().split_once("  ");
            let said = said.map_or("", |(_, said)| said.trim());
            assert!(said.len() > 2, "{path:?}: {line}");
        }
        for command in commands(&help) {
            waiting.push([path.clone(), vec![command]].concat());
        }
        seen += 1;
    }
    assert!(seen > 20, "{seen} commands");
}
