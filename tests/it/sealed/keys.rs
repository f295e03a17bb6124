//! The keys: created, passed on, lost; what was altered never opens.

use jalon::args;
use jalon::platform::config::Config;
use jalon::site::{App, AppError};

use super::{AUTHOR, NOTE, Vault};
use crate::imports::reader;
use crate::on_both_engines;
use crate::support::Bench;

async fn run(bench: &Bench, sql: &'static str) {
    let mut tx = bench.db.write_aside().await.unwrap();
    assert!(tx.run(sql, args![]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
}

async fn read(vault: &Vault<'_>) -> String {
    let mut site = vault.site_of(AUTHOR).await;
    site.get(NOTE).await.body
}

on_both_engines! {
    async fn what_is_sealed_passes_under_a_new_key_and_the_old_one_can_go(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Première", "0").await;
        vault.writes("Deuxième", "1").await;
        let mut running = vault.site_of(AUTHOR).await;
        let told = vault.program(&["seal", "add-key"]).done();
        assert!(told.contains("jalon seal rotate"), "{told}");
        let told = vault.program(&["seal", "rotate"]).done();
        assert!(told.contains("2 éléments sont passés") && told.contains("Plus rien n’est scellé sous une autre clé"), "{told}");
        // A server that was started before finds the new key in the file.
        assert!(running.get(NOTE).await.body.contains("<p>Deuxième</p>"));
        let text = std::fs::read_to_string(vault.file()).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.pop();
        std::fs::write(vault.file(), lines.join("\n")).unwrap();
        assert!(read(&vault).await.contains("<p>Deuxième</p>"));
        let told = vault.program(&["seal", "check"]).done();
        assert!(told.contains("2 éléments s’ouvrent"), "{told}");
        let again = vault.program(&["seal", "rotate"]).done();
        assert!(again.contains("0 élément"), "{again}");
        let told = vault.program(&["journal", "verify"]).done();
        assert!(told.contains("intact") || told.contains("vérifi"), "{told}");
        let mut site = vault.site_of(crate::support::EMAIL).await;
        assert!(site.get("/journal").await.body.contains("a placé ce qui est scellé sous une nouvelle clé"));
    }
}

on_both_engines! {
    async fn a_rotation_leaves_what_does_not_open_and_is_taken_up_again(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Première", "0").await;
        vault.writes("Deuxième", "1").await;
        vault.program(&["seal", "add-key"]).done();
        run(&bench, "update sealed set slot = 'ailleurs' where no = 1").await;
        let refused = vault.program(&["seal", "rotate"]);
        assert!(refused.out.contains("1 élément est passé"), "{}", refused.out);
        let refused = refused.refused();
        assert!(refused.contains("ailleurs, version 1") && refused.contains("reste tel quel"), "{refused}");
        run(&bench, "update sealed set slot = 'confidential_note' where no = 1").await;
        assert!(vault.program(&["seal", "rotate"]).done().contains("1 élément est passé"));
        assert!(read(&vault).await.contains("<p>Deuxième</p>"));
    }
}

on_both_engines! {
    async fn what_was_altered_cut_or_moved_never_opens_and_is_named(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Première", "0").await;
        vault.writes("Deuxième", "1").await;
        // The later text put back in time under the other's number.
        run(&bench, "update sealed set no = no + 10").await;
        run(&bench, "update sealed set no = 2 where no = 11").await;
        let page = read(&vault).await;
        assert!(page.contains("n’est pas ce qui a été scellé") && !page.contains("<p>Première"), "{page}");
        let named = vault.program(&["seal", "check"]).refused();
        for told in ["la version 1 manque", "la version 2 n’est pas celle", "ne s’ouvre pas"] {
            assert!(named.contains(told), "{told}: {named}");
        }
        run(&bench, "update sealed set no = 1 where no = 2").await;
        run(&bench, "update sealed set no = 2 where no = 12").await;
        assert!(read(&vault).await.contains("<p>Deuxième</p>"));
        // The key of one in the place of the other's.
        run(&bench, "update sealed set wrapped = (select s.wrapped from sealed s where s.no = 1) where no = 2").await;
        assert!(!read(&vault).await.contains("<p>Deuxième</p>"));
        assert!(vault.program(&["seal", "check"]).refused().contains("a été modifié, coupé ou déplacé"));
    }
}

on_both_engines! {
    async fn a_lost_or_wrong_key_opens_nothing_and_says_what_to_do(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Première", "0").await;
        let kept = std::fs::read_to_string(vault.file()).unwrap();
        // Another key under another name, then under the same one.
        std::fs::remove_file(vault.file()).unwrap();
        vault.program(&["seal", "create-key", vault.file().to_str().unwrap()]).done();
        assert!(read(&vault).await.contains("la clé qui la scelle manque"));
        let lost = vault.program(&["seal", "check"]).refused();
        assert!(lost.contains("manque au fichier de clés") && lost.contains("Une clé perdue"), "{lost}");
        let id = kept.lines().last().unwrap().split(' ').next().unwrap().to_owned();
        std::fs::write(vault.file(), format!("{id} {}\n", "ab".repeat(32))).unwrap();
        assert!(vault.program(&["seal", "check"]).refused().contains("la clé n’est pas celle"));
        assert!(!read(&vault).await.contains("<p>Première"));
        std::fs::write(vault.file(), kept).unwrap();
        assert!(read(&vault).await.contains("<p>Première</p>"));
    }
}

#[tokio::test]
async fn a_server_does_not_start_with_keys_that_others_may_read_or_that_are_not_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::sqlite().await;
    let vault = Vault::set(&bench).await;
    let start = async |file| {
        let config = Config {
            seal_key_file: Some(file),
            ..Config::default()
        };
        let app = App::new(bench.db.clone(), bench.clock.clone(), config, reader()).await;
        match app {
            Err(AppError::Keys(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(vault.file(), open).unwrap();
    assert!(start(vault.file()).await.contains("chmod 600"));
    assert!(
        start(vault.folder().join("absent"))
            .await
            .contains("n’existe pas")
    );
    for words in [["seal", "check"], ["seal", "rotate"], ["seal", "add-key"]] {
        let program = crate::program::Program::on(&bench.url);
        let refused = program.run(&words).refused();
        assert!(refused.contains("seal_key_file"), "{refused}");
    }
}
