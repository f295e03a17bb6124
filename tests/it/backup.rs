//! A backup taken from either engine comes back into either engine, whole.

use std::path::Path;

use jalon::ledger::{Actor, Broken, Verified, last_change, verify};
use jalon::platform::db::Db;
use jalon::site::backup::{BackupError, Copied, backup, restore};

use crate::contracts::{BOTH, Hand, NORMANDIE, furnish, normandie_terms};
use crate::migrations::{bring_to, steps};
use crate::on_both_engines;
use crate::program::Program;
use crate::stage::Stage;
use crate::support::{Bench, Folder, unguard};

async fn open(file: &Path) -> Db {
    Db::open(&format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}

on_both_engines! {
    async fn a_backup_comes_back_into_both_engines_as_it_was(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, "etat-ars").await;
        let folder = Folder::new();
        let file = folder.path().join("sauvegarde.db");
        let saved = backup(&bench.db, &file).await.unwrap();
        for other in [Bench::sqlite().await, Bench::postgres().await] {
            let restored = restore(&other.db, &file, true).await.unwrap();
            assert_eq!(restored, saved);
            let mut tx = other.db.read().await.unwrap();
            assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(saved.change));
            drop(tx);
            // What was restored goes on serving.
            other.site().await.get("/connexion").await;
            let again = folder.path().join(format!("{}.db", uuid::Uuid::now_v7()));
            assert_eq!(backup(&other.db, &again).await.unwrap(), saved);
        }
    }
}

on_both_engines! {
    async fn a_backup_never_overwrites_an_installation_nor_a_file(bench: Bench) {
        bench.install().await;
        let folder = Folder::new();
        let file = folder.path().join("sauvegarde.db");
        backup(&bench.db, &file).await.unwrap();
        let twice = backup(&bench.db, &file).await.unwrap_err();
        assert!(matches!(twice, BackupError::Exists(_)));
        let refused = restore(&bench.db, &file, false).await.unwrap_err();
        assert!(matches!(refused, BackupError::NotEmpty));
    }
}

on_both_engines! {
    async fn a_backup_whose_history_was_altered_is_refused(bench: Bench) {
        bench.install().await;
        let folder = Folder::new();
        let file = folder.path().join("sauvegarde.db");
        backup(&bench.db, &file).await.unwrap();
        let saved = open(&file).await;
        let mut tx = saved.write_aside().await.unwrap();
        unguard(&mut tx, "entry").await;
        tx.run("update entry set verb = 'forged'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        saved.close().await;
        let empty = Bench::sqlite().await;
        let refused = restore(&empty.db, &file, false).await.unwrap_err();
        assert!(matches!(refused, BackupError::Broken(Broken::Altered(1))), "{refused}");
        drop(bench);
    }
}

/// A backup as the version of Jalon wrote it whose schema ended with that step: the same things,
/// as far as it had tables for them.
async fn backup_at(step: i64, db: &Db, file: &Path) -> Copied {
    bring_to(&format!("sqlite://{}", file.display()), step).await;
    let saved = open(file).await;
    let mut from = db.read().await.unwrap();
    let mut into = saved.write().await.unwrap();
    let tables = into.tables().await.unwrap();
    let mut rows = 0;
    for table in &tables {
        rows += from.copy_table(table, &mut into).await.unwrap().rows;
    }
    let change = last_change(&mut into).await.unwrap();
    into.commit().await.unwrap();
    saved.close().await;
    Copied {
        schema: step,
        tables: tables.len(),
        rows,
        change,
        seal: None,
    }
}

/// Does that to a backup, as somebody would with any tool for SQLite.
async fn tamper(file: &Path, sql: &'static str) {
    let saved = open(file).await;
    let mut tx = saved.write_aside().await.unwrap();
    let guards = "select name from sqlite_master where type = 'trigger'";
    let guards: Vec<(String,)> = tx.all(guards, vec![]).await.unwrap();
    for (guard,) in guards {
        let sql = sqlx::AssertSqlSafe(format!("drop trigger {guard}"));
        tx.run(sql, vec![]).await.unwrap();
    }
    assert!(tx.run(sql, vec![]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
    saved.close().await;
}

on_both_engines! {
    async fn a_table_altered_in_a_backup_is_named(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let stage = Stage::beside(&bench, actor, bench.db.clone());
        stage.load(std::fs::read("demo/hpv-2022-2023.csv").unwrap()).await;
        let folder = Folder::new();
        let sound = folder.path().join("saine.db");
        let saved = backup(&bench.db, &sound).await.unwrap();
        for (name, sql, told) in [
            ("chiffre", "update revision set micros = micros + 1 where no = 1", vec!["« revision »", "modifiées"]),
            ("clause", "update term set body = replace(body, '71', '17')", vec!["« term »", "modifiées"]),
            ("journal", "update entry set verb = 'forged'", vec!["« entry »", "le changement n° 1 ne répond plus à son empreinte"]),
            ("motif", "update person set name = 'Quelqu’un'", vec!["« person »"]),
            ("ligne", "delete from term where kind = 'target' and period = '2026'", vec!["« term » : 7 lignes à l’écriture de la sauvegarde, 6 maintenant"]),
            ("empreinte", "update backup_digest set rows = rows + 1 where name = 'term'", vec!["« term »", "liste des empreintes"]),
        ] {
            let file = folder.path().join(format!("{name}.db"));
            std::fs::copy(&sound, &file).unwrap();
            tamper(&file, sql).await;
            let other = Db::open(&bench.another().await).await.unwrap();
            let refused = restore(&other, &file, true).await.unwrap_err();
            assert!(matches!(refused, BackupError::Altered { .. }), "{name}: {refused}");
            let refused = refused.to_string();
            assert!(told.iter().all(|words| refused.contains(words)), "{name}: {refused}");
            assert_eq!(refused.matches("- table").count(), 1, "{name}: {refused}");
        }
        let other = Db::open(&bench.another().await).await.unwrap();
        assert_eq!(restore(&other, &sound, true).await.unwrap(), saved);
    }
}

#[tokio::test]
async fn what_the_digests_prove_is_told_as_it_is() {
    let bench = Bench::sqlite().await;
    bench.install().await;
    let folder = Folder::new();
    let file = folder.path().join("sauvegarde.db");
    let told = Program::on(&bench.url)
        .run(&["backup", file.to_str().unwrap()])
        .done();
    let digest = told.split("Empreinte de l’ensemble : ").nth(1).unwrap();
    let digest = digest.split_whitespace().next().unwrap();
    let restored = |url: String, file: &Path| {
        let program = Program::on(&url);
        program
            .run(&["restore", "--verify", file.to_str().unwrap()])
            .done()
    };
    let told = restored(bench.another().await, &file);
    assert!(
        told.contains(digest) && told.contains("ne sont pas signées"),
        "{told}"
    );
    unseal(&file).await;
    let told = restored(bench.another().await, &file);
    assert!(
        told.contains("version antérieure, qui n’écrivait pas d’empreinte"),
        "{told}"
    );
}

/// As the backups of earlier versions were.
async fn unseal(file: &Path) {
    let saved = open(file).await;
    let mut tx = saved.write_aside().await.unwrap();
    tx.run("drop table backup_digest", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    saved.close().await;
}

on_both_engines! {
    async fn a_backup_of_any_earlier_version_is_stepped_forward(bench: Bench) {
        bench.install().await;
        // Earlier versions had no grants, which the digest of a change covers.
        furnish(&bench, Actor::Installation, "etat-ars").await;
        let folder = Folder::new();
        let empty = Bench::sqlite().await;
        let today = empty.db.read().await.unwrap().tables().await.unwrap().len();
        for step in steps().await {
            let file = folder.path().join(format!("etape-{step}.db"));
            let saved = backup_at(step, &bench.db, &file).await;
            let before = std::fs::read(&file).unwrap();
            let url = bench.another().await;
            let db = Db::open(&url).await.unwrap();
            let restored = restore(&db, &file, true).await.unwrap();
            assert_eq!(restored, Copied { tables: today, ..saved });
            db.check_schema().await.unwrap();
            let mut tx = db.read().await.unwrap();
            assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(saved.change));
            let (people,): (String,) = tx.one("select email from person", vec![]).await.unwrap();
            assert_eq!(people, crate::support::EMAIL);
            drop(tx);
            assert_eq!(std::fs::read(&file).unwrap(), before, "the backup was written to");
        }
    }
}

on_both_engines! {
    async fn what_is_no_backup_of_this_version_is_refused_in_french(bench: Bench) {
        let source = Bench::sqlite().await;
        source.install().await;
        let folder = Folder::new();
        let path = |name: &str| folder.path().join(name);
        backup(&source.db, &path("demain.db")).await.unwrap();
        let later = open(&path("demain.db")).await;
        let mut tx = later.write_aside().await.unwrap();
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                   values (9999, 'later', true, $1, 0)";
        tx.run(sql, jalon::args![vec![0_u8]]).await.unwrap();
        tx.commit().await.unwrap();
        later.close().await;
        std::fs::write(path("texte.db"), "une note, pas une base ".repeat(100)).unwrap();
        std::fs::write(path("vide.db"), "").unwrap();
        // What a backup killed on its way leaves.
        bring_to(&format!("sqlite://{}", path("interrompue.db").display()), Db::known_schema()).await;
        let program = Program::on(&bench.url);
        for (name, said) in [
            ("demain.db", "étape 9999"),
            ("demain.db", "mettez Jalon à jour"),
            ("texte.db", "n’est pas une sauvegarde de Jalon"),
            ("vide.db", "n’est pas une sauvegarde de Jalon"),
            ("interrompue.db", "n’est pas entière"),
            ("absente.db", "n’existe pas"),
        ] {
            let refused = program.run(&["restore", path(name).to_str().unwrap()]).refused();
            assert!(refused.contains(said), "{name}: {refused}");
        }
        // Nothing was kept of any of them.
        backup(&source.db, &path("juste.db")).await.unwrap();
        let told = program.run(&["restore", "--verify", path("juste.db").to_str().unwrap()]).done();
        for words in ["chaîne d’empreintes intacte du changement n° 1 au n° ", "tables relues dans la base", "toutes telles qu’à son écriture", "les mêmes empreintes"] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

#[tokio::test]
async fn a_backup_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::sqlite().await;
    bench.install().await;
    let folder = Folder::new();
    let file = folder.path().join("sauvegarde.db");
    backup(&bench.db, &file).await.unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
