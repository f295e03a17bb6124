//! One's own account: guessing is slowed down, the password changes, sessions end, and all of it
//! is kept and sealed.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jalon::access::event::{SealsVerified, verify_seals};
use jalon::args;
use jalon::site::upkeep;
use jiff::SignedDuration;

use crate::on_both_engines;
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site, post, unguard};

async fn tries(site: &mut Site, email: &str, password: &str) -> Answer {
    let form = [("email", email), ("password", password)];
    site.post("/connexion", &form).await
}

/// A browser elsewhere than the others.
async fn stranger(bench: &Bench, last: u8) -> Site {
    let mut site = bench.site().await;
    site.address = SocketAddr::from(([203, 0, 113, last], 50_000));
    site
}

async fn fails(site: &mut Site, times: usize) {
    for _ in 0..times {
        let answer = tries(site, EMAIL, "autre chose").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn whoever_guesses_is_slowed_down_and_told_for_how_long(bench: Bench) {
        bench.install().await;
        let mut site = stranger(&bench, 1).await;
        fails(&mut site, 5).await;
        let refused = tries(&mut site, EMAIL, PASSWORD).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers[header::RETRY_AFTER], "900");
        assert!(refused.body.contains("un quart d’heure"), "{}", refused.body);
        assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
        bench.clock.advance(SignedDuration::from_mins(15));
        let opened = tries(&mut site, EMAIL, PASSWORD).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    }
}

on_both_engines! {
    async fn nobody_locks_out_a_browser_that_opened_the_account_before(bench: Bench) {
        bench.install().await;
        let mut owner = bench.site().await;
        owner.sign_in().await;
        owner.post("/deconnexion", &[]).await;
        for last in 1..=4 {
            fails(&mut stranger(&bench, last).await, 5).await;
        }
        let mut elsewhere = stranger(&bench, 9).await;
        assert_eq!(tries(&mut elsewhere, EMAIL, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
        owner.sign_in().await;
        assert_eq!(owner.get("/").await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn an_account_that_does_not_exist_is_slowed_down_alike(bench: Bench) {
        bench.install().await;
        let mut site = stranger(&bench, 1).await;
        for _ in 0..5 {
            assert_eq!(tries(&mut site, "x@example.org", "z").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(tries(&mut site, "x@example.org", "z").await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

on_both_engines! {
    async fn a_password_changes_with_the_one_before_and_ends_the_other_sessions(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mut other = bench.site().await;
        other.sign_in().await;
        let new = "une tout autre phrase de passe";
        let typed = |now: &'static str, again: &'static str| [
            ("password_now", now), ("password_new", new), ("password_again", again),
        ];
        for (now, again, told) in [
            ("pas le bon", new, "pas le mot de passe de votre compte"),
            (PASSWORD, "une tout autre", "Les deux saisies diffèrent"),
        ] {
            let refused = site.post("/moi/mot-de-passe", &typed(now, again)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.body.contains(told), "{}", refused.body);
            assert!(!refused.body.contains(new), "no password is shown again");
        }
        assert_eq!(other.get("/").await.status, StatusCode::OK);
        let done = site.post("/moi/mot-de-passe", &typed(PASSWORD, new)).await;
        assert_eq!(done.location.as_deref(), Some("/moi?fait=mot-de-passe"), "{}", done.body);
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        assert_eq!(other.get("/").await.status, StatusCode::SEE_OTHER);
        assert_eq!(tries(&mut other, EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(tries(&mut other, EMAIL, new).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn an_open_session_does_not_guess_the_password(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let new = "une tout autre phrase de passe";
        let typed = |now: &'static str| [("password_now", now), ("password_new", new), ("password_again", new)];
        let mut last = String::new();
        for _ in 0..12 {
            last = site.post("/moi/mot-de-passe", &typed("pas le bon")).await.body;
        }
        assert!(last.contains("Trop d’essais"), "{last}");
        let refused = site.post("/moi/mot-de-passe", &typed(PASSWORD)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "even the right one waits");
    }
}

on_both_engines! {
    async fn a_session_that_was_ended_is_not_kept_again_by_a_request_under_way(bench: Bench) {
        use tower_sessions::SessionStore as _;
        use tower_sessions::session::{Id, Record};
        bench.install().await;
        let store = jalon::access::DbSessionStore::new(bench.db.clone());
        let in_an_hour = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
        let mut record = Record { id: Id::default(), data: [("a".to_owned(), 1.into())].into(), expiry_date: in_an_hour };
        store.create(&mut record).await.unwrap();
        record.data.insert("a".to_owned(), 2.into());
        store.save(&record).await.unwrap();
        assert_eq!(store.load(&record.id).await.unwrap().unwrap().data["a"], 2);
        store.delete(&record.id).await.unwrap();
        store.save(&record).await.unwrap();
        assert!(store.load(&record.id).await.unwrap().is_none());
    }
}

on_both_engines! {
    async fn a_session_is_ended_by_its_owner_from_another(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mut forgotten = bench.site().await;
        forgotten.sign_in().await;
        let page = site.get("/moi").await.body;
        let (_, after) = page.split_once("/moi/sessions/").unwrap();
        let (id, _) = after.split_once('/').unwrap();
        let mut thief = bench.site().await;
        let end = format!("/moi/sessions/{id}/terminer");
        assert_eq!(thief.post(&end, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(forgotten.get("/").await.status, StatusCode::OK);
        let done = site.post(&end, &[]).await;
        assert_eq!(done.location.as_deref(), Some("/moi?fait=session#sessions"));
        assert_eq!(forgotten.get("/").await.status, StatusCode::SEE_OTHER);
        assert_eq!(site.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn what_people_did_is_sealed_and_altering_it_shows(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        fails(&mut site, 2).await;
        site.sign_in().await;
        site.post("/deconnexion", &[]).await;
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let seals = async || verify_seals(&mut bench.db.read().await.unwrap()).await.unwrap();
        assert_eq!(seals().await, SealsVerified::Whole(0), "what has just happened may still change");
        bench.clock.advance(SignedDuration::from_mins(12));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        assert_eq!(seals().await, SealsVerified::Whole(1));
        let mut tx = bench.db.write_aside().await.unwrap();
        let (kept,): (i64,) = tx.one("select count(*) from access_event where seal_no = 1", vec![]).await.unwrap();
        assert_eq!(kept, 4);
        tx.run("update access_event set done = true where not done", args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seals().await, SealsVerified::Broken(1));
        let mut tx = bench.db.write_aside().await.unwrap();
        assert!(tx.run("delete from access_seal", vec![]).await.is_err());
        drop(tx);
        let mut tx = bench.db.write_aside().await.unwrap();
        unguard(&mut tx, "access_seal").await;
        tx.run("update access_event set seal_no = null", vec![]).await.unwrap();
        tx.run("delete from access_seal", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        assert_eq!(seals().await, SealsVerified::Whole(1));
    }
}

on_both_engines! {
    async fn where_people_came_from_is_forgotten_after_a_year_and_no_seal_breaks(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        bench.clock.advance(SignedDuration::from_hours(24 * 366));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        let (known,): (i64,) = tx.one("select count(*) from access_event where origin is not null", vec![]).await.unwrap();
        assert_eq!(known, 0);
        assert_eq!(verify_seals(&mut tx).await.unwrap(), SealsVerified::Whole(1));
    }
}

on_both_engines! {
    async fn a_session_is_renewed_where_what_it_opens_changed(bench: Bench) {
        let actor = bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let before = site.cookie().to_owned();
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        assert_eq!(site.cookie(), before, "nothing changed");
        let mut tx = bench.db.write_aside().await.unwrap();
        jalon::access::store::renew_sessions(&mut tx, actor.person().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        let after = site.cookie().to_owned();
        assert_ne!(after, before);
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        assert_eq!(site.cookie(), after, "once");
        let stolen = Request::get("/").header(header::COOKIE, before).body(Body::empty()).unwrap();
        let mut thief = bench.site().await;
        assert_eq!(thief.send(stolen).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn what_is_taken_away_or_refused_is_kept_and_shown_to_its_owner(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        assert_eq!(site.get("/tables/organisations.csv").await.status, StatusCode::OK);
        let foreign = Request::post("/moi/mot-de-passe")
            .header("Sec-Fetch-Site", "cross-site")
            .body(Body::empty())
            .unwrap();
        assert_eq!(site.send(foreign).await.status, StatusCode::FORBIDDEN);
        let mut tx = bench.db.read().await.unwrap();
        let kept: Vec<(String, bool, Option<String>)> = tx
            .all("select kind, done, detail from access_event where person_id is not null order by id", vec![])
            .await
            .unwrap();
        drop(tx);
        let kept: Vec<(&str, bool, Option<&str>)> = kept
            .iter()
            .map(|(kind, done, detail)| (kind.as_str(), *done, detail.as_deref()))
            .collect();
        assert_eq!(kept, [
            ("sign_in", true, None),
            ("export", true, Some("/tables/organisations.csv")),
            ("refused", false, Some("/moi/mot-de-passe")),
        ]);
        let page = site.get("/moi").await.body;
        for told in ["Tableau emporté", "Action refusée", "/tables/organisations.csv"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        bench.clock.advance(SignedDuration::from_mins(12));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(verify_seals(&mut tx).await.unwrap(), SealsVerified::Whole(1));
        drop(tx);
        let mut tx = bench.db.write_aside().await.unwrap();
        let rewritten = "update access_event set detail = '/contrats' where kind = 'export'";
        tx.run(rewritten, vec![]).await.unwrap();
        assert_eq!(verify_seals(&mut tx).await.unwrap(), SealsVerified::Broken(1));
    }
}
