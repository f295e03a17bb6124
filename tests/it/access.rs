//! Signing in, seen from the browser.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::on_both_engines;
use crate::support::{EMAIL, PASSWORD};

on_both_engines! {
    async fn nobody_sees_a_page_without_signing_in(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let answer = site.get("/?x=1").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location.as_deref(), Some("/connexion?retour=%2F%3Fx%3D1"));
    }
}

on_both_engines! {
    async fn signing_in_leads_back_to_the_page_asked_for(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let address = EMAIL.to_uppercase();
        let form = [("email", address.as_str()), ("password", PASSWORD), ("retour", "/?x=1")];
        let answer = site.post("/connexion", &form).await;
        assert_eq!(answer.location.as_deref(), Some("/?x=1"), "{}", answer.body);
        let home = site.get("/").await;
        assert!(home.body.contains("Coordination nationale"), "{}", home.body);
        site.post("/deconnexion", &[]).await;
        assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_wrong_password_and_an_unknown_address_are_told_alike(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let wrong = site.post("/connexion", &[("email", EMAIL), ("password", "autre chose")]).await;
        let unknown = site.post("/connexion", &[("email", "x@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.body.replace(EMAIL, ""), unknown.body.replace("x@example.org", ""));
        assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_post_from_another_site_is_refused(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let request = Request::post("/deconnexion")
            .header("sec-fetch-site", "cross-site")
            .header(header::ORIGIN, "https://ailleurs.example.org")
            .body(Body::empty())
            .unwrap();
        assert_eq!(site.send(request).await.status, StatusCode::FORBIDDEN);
    }
}

on_both_engines! {
    async fn the_session_known_before_signing_in_does_not_survive_it(bench: Bench) {
        bench.install().await;
        let mut victim = bench.site().await;
        victim.sign_in().await;
        let fixed = victim.cookie().to_owned();
        // Signing in again on a session that somebody else may know.
        victim.sign_in().await;
        assert_ne!(victim.cookie(), fixed);
        let mut thief = bench.site().await;
        let request = Request::get("/").header(header::COOKIE, fixed).body(Body::empty()).unwrap();
        assert_eq!(thief.send(request).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_text_never_holds_a_nul(bench: Bench) {
        let mut tx = bench.db.write_aside().await.unwrap();
        let sql = "insert into session (id, data, expires_at) values ($1, $2, 1)";
        let refused = tx.run(sql, jalon::args![vec![1_u8], "a\0b"]).await;
        assert!(refused.is_err());
    }
}
