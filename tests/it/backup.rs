//! A backup taken from either engine comes back into either engine, whole.

use jalon::ledger::{Verified, verify};
use jalon::site::backup::{BackupError, backup, restore};

use crate::contracts::furnish;
use crate::on_both_engines;
use crate::support::{Bench, Folder};

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
        let saved = jalon::platform::db::Db::open(&format!("sqlite://{}", file.display())).await.unwrap();
        let mut tx = saved.write_aside().await.unwrap();
        tx.run("update entry set verb = 'forged'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        saved.close().await;
        let empty = Bench::sqlite().await;
        let refused = restore(&empty.db, &file, false).await.unwrap_err();
        assert!(matches!(refused, BackupError::Broken(1)), "{refused}");
        drop(bench);
    }
}
