//! Sessions ended by an administrator: of whom, and what is kept of it.

use axum::http::StatusCode;

use super::{person, site_of};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{PASSWORD, Site};

const OTHER: &str = "referente@example.org";

async fn is_signed_in(site: &mut Site) -> bool {
    site.get("/").await.status == StatusCode::OK
}

/// The path that ends the sessions of a person.
fn end(person: uuid::Uuid) -> String {
    format!("/personnes/{person}/sessions/terminer")
}

const WHY: &[(&str, &str)] = &[("motif", "Ordinateur perdu")];

on_both_engines! {
    async fn an_administrator_ends_the_sessions_of_the_people_of_their_agency(bench: Bench) {
        let first = Stage::bare(&bench).await.actor;
        person(&bench, first, "admin-28@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let theirs = person(&bench, first, OTHER, &[("referent-cpom-ars", "ARS-28")]).await;
        let mut admin = site_of(&bench, "admin-28@example.org").await;
        let (mut one, mut two) = (site_of(&bench, OTHER).await, site_of(&bench, OTHER).await);
        let page = admin.get(&format!("/personnes/{theirs}")).await.body;
        assert!(page.contains("Terminer toutes ses sessions"), "{page}");
        assert!(!page.contains("127.0.0.1"), "not where they are: {page}");
        let without = admin.post(&end(theirs), &[("motif", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(is_signed_in(&mut one).await);
        let done = admin.post(&end(theirs), WHY).await;
        assert_eq!(done.location, Some(format!("/personnes/{theirs}?fait=sessions")), "{}", done.body);
        assert!(!is_signed_in(&mut one).await && !is_signed_in(&mut two).await);
        assert!(is_signed_in(&mut admin).await, "their own go on");
        let again = admin.post(&end(theirs), WHY).await;
        assert_eq!(again.location, Some(format!("/personnes/{theirs}?fait=aucune-session")));
        let made = one.post("/connexion", &[("email", OTHER), ("password", PASSWORD)]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER);
        let made = one.post("/moi/acces", &[("nom", "Tableur"), ("portee", "read"), ("fin", "31/12/2026")]).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let both = [("motif", "Ordinateur perdu"), ("programmes", "oui")];
        assert_eq!(admin.post(&end(theirs), &both).await.status, StatusCode::SEE_OTHER);
        let mut tx = bench.db.read().await.unwrap();
        let (open,): (i64,) = tx
            .one("select count(*) from access_token where revoked_change is null", vec![])
            .await
            .unwrap();
        assert_eq!(open, 0);
        drop(tx);
        let mut national = bench.site().await;
        national.sign_in().await;
        let journal = national.get("/journal").await.body;
        assert!(journal.contains("a terminé les sessions de") && journal.contains("Ordinateur perdu"), "{journal}");
        let mut tx = bench.db.read().await.unwrap();
        let (told,): (i64,) = tx
            .one("select count(*) from mail where address = 'referente@example.org'", vec![])
            .await
            .unwrap();
        assert_eq!(told, 2, "her sessions were ended, a program was opened");
    }
}

on_both_engines! {
    async fn nobody_ends_the_sessions_of_whom_they_do_not_answer_for(bench: Bench) {
        let first = Stage::bare(&bench).await.actor;
        person(&bench, first, "admin-28@example.org", &[("administrateur-ars", "ARS-28")]).await;
        person(&bench, first, "lectrice@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let elsewhere = person(&bench, first, OTHER, &[("referent-cpom-ars", "ARS-53")]).await;
        // Theirs in part only: a national role comes with it.
        let both = [("referent-cpom-ars", "ARS-28"), ("contributeur", "DGS")];
        let shared = person(&bench, first, "double@example.org", &both).await;
        let mut far = site_of(&bench, OTHER).await;
        let mut near = site_of(&bench, "double@example.org").await;
        for who in ["admin-28@example.org", "lectrice@example.org"] {
            let mut site = site_of(&bench, who).await;
            for target in [elsewhere, shared] {
                let refused = site.post(&end(target), WHY).await.status;
                assert!(
                    [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&refused),
                    "{who}: {refused}"
                );
                let page = site.get(&format!("/personnes/{target}")).await.body;
                assert!(!page.contains("Sessions ouvertes"), "{who}: {page}");
            }
        }
        assert!(is_signed_in(&mut far).await && is_signed_in(&mut near).await);
        let mut national = bench.site().await;
        national.sign_in().await;
        assert_eq!(national.post(&end(shared), WHY).await.status, StatusCode::SEE_OTHER);
        assert!(!is_signed_in(&mut near).await);
    }
}
