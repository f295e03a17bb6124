//! Signing in, seen from the browser.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::contracts::hand::{Hand, NORMANDIE, colleague};
use crate::on_both_engines;
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site};

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
    async fn a_session_planted_before_anybody_signed_in_opens_nothing(bench: Bench) {
        bench.install().await;
        // Whoever plants it began to sign in by a key, which keeps a session for a browser of nobody.
        let mut planted = bench.site().await;
        planted.post("/connexion/cle/defi", &[]).await;
        let fixed = planted.cookie().to_owned();
        assert!(fixed.contains('='), "{fixed}");
        planted.sign_in().await;
        assert_ne!(planted.cookie(), fixed);
        assert_eq!(planted.get("/").await.status, StatusCode::OK);
        let mut thief = bench.site().await;
        let request = Request::get("/").header(header::COOKIE, fixed).body(Body::empty()).unwrap();
        assert_eq!(thief.send(request).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn signing_in_leads_nowhere_but_on_the_site(bench: Bench) {
        bench.install().await;
        for away in ["//autre.example.org", "https://autre.example.org/", "/\\autre.example.org", "javascript:alert(1)"] {
            let mut site = bench.site().await;
            let form = [("email", EMAIL), ("password", PASSWORD), ("retour", away)];
            let sent = site.post("/connexion", &form).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{away}");
            assert_eq!(sent.location.as_deref(), Some("/"), "{away}");
        }
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

/// Makes every session as old as if nobody had been there since 1970.
pub async fn everybody_leaves(bench: &Bench) {
    let mut tx = bench.db.write_aside().await.unwrap();
    let rows: Vec<(Vec<u8>, String)> = tx
        .all("select id, data from session", vec![])
        .await
        .unwrap();
    for (id, data) in rows {
        let mut data: serde_json::Value = serde_json::from_str(&data).unwrap();
        data["seen"] = 0.into();
        let sql = "update session set data = $2 where id = $1";
        tx.run(sql, jalon::args![id, data.to_string()])
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

const NEW_ACT: &str = "/contrats/normandie-2024-2028/actes/nouveau";

/// Sends a form after the session ended; what comes back.
async fn sends_too_late(bench: &Bench, site: &mut Site, form: &[(&str, &str)]) -> Answer {
    site.sign_in().await;
    everybody_leaves(bench).await;
    assert_eq!(
        site.get("/").await.status,
        StatusCode::SEE_OTHER,
        "nobody is signed in"
    );
    site.post(NEW_ACT, form).await
}

on_both_engines! {
    async fn what_was_typed_before_the_session_ended_comes_back_and_is_not_acted_upon(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let mut site = bench.site().await;
        let form = [("acte", "contrat"), ("motif", "Un long <motif>")];
        let late = sends_too_late(&bench, &mut site, &form).await;
        assert_eq!(late.location.as_deref(), Some("/connexion?retour=/reprise"));
        let asked = site.get("/connexion?retour=/reprise").await;
        assert!(asked.body.contains("Ce que vous avez écrit est gardé"), "{}", asked.body);
        let back = site.post("/connexion", &[("email", EMAIL), ("password", PASSWORD), ("retour", "/reprise")]).await;
        assert_eq!(back.location.as_deref(), Some("/reprise"));
        let shown = site.get("/reprise").await;
        for text in ["Un long &lt;motif&gt;", "Renvoyer ce formulaire", "action=\"/contrats/normandie-2024-2028/actes/nouveau\""] {
            assert!(shown.body.contains(text), "{text}\n{}", shown.body);
        }
        assert!(hand.full().await.instruments.is_empty(), "nothing is done by itself");
        let sent = site.post(NEW_ACT, &form).await;
        assert_eq!(sent.location.as_deref(), Some("/contrats/normandie-2024-2028/actes/1"), "{}", sent.body);
        assert_eq!(site.get("/reprise").await.location.as_deref(), Some("/"), "it was sent: nothing is left");
    }
}

on_both_engines! {
    async fn what_somebody_typed_is_shown_to_nobody_else(bench: Bench) {
        let actor = bench.install().await;
        Hand::creates(&bench, actor, NORMANDIE).await;
        colleague(&bench, actor).await;
        let mut site = bench.site().await;
        sends_too_late(&bench, &mut site, &[("acte", "contrat"), ("motif", "Secret")]).await;
        let other = [("email", "referente@example.org"), ("password", "une autre phrase de passe"), ("retour", "/reprise")];
        assert_eq!(site.post("/connexion", &other).await.status, StatusCode::SEE_OTHER);
        let shown = site.get("/reprise").await;
        assert_eq!(shown.location.as_deref(), Some("/"), "{}", shown.body);
        // Not even to its author afterwards: the other person's session holds nothing of theirs.
        site.sign_in().await;
        assert_eq!(site.get("/reprise").await.location.as_deref(), Some("/"));
    }
}

on_both_engines! {
    async fn a_form_too_long_or_with_a_password_is_not_kept(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let long = "x".repeat(600 * 1024);
        for form in [[("motif", long.as_str())], [("new_password", "secret")]] {
            let late = sends_too_late(&bench, &mut site, &form).await;
            assert_eq!(late.location.as_deref(), Some("/connexion?retour=%2F"));
        }
        // Somebody who was never there leaves nothing behind.
        let mut nobody = bench.site().await;
        let late = nobody.post(NEW_ACT, &[("motif", "x")]).await;
        assert_eq!(late.location.as_deref(), Some("/connexion?retour=%2F"));
    }
}

on_both_engines! {
    async fn of_a_form_with_a_file_the_texts_come_back_and_the_file_is_asked_again(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        everybody_leaves(&bench).await;
        let fields = [("objet", "Une réunion"), ("motif", "Le chiffre <oublie> un site")];
        let bytes = vec![b'x'; 3 * 1024 * 1024];
        let late = site.send_file("/contestations/nouvelle", &fields, ("preuve.pdf", &bytes)).await;
        assert_eq!(late.location.as_deref(), Some("/connexion?retour=/reprise"), "{}", late.body);
        site.post("/connexion", &[("email", EMAIL), ("password", PASSWORD), ("retour", "/reprise")]).await;
        let shown = site.get("/reprise").await.body;
        for text in [
            "Le chiffre &lt;oublie&gt; un site", "Une réunion", "Un fichier ne se garde pas",
            "enctype=\"multipart/form-data\"", "type=\"file\" name=\"fichier\"",
        ] {
            assert!(shown.contains(text), "{text}\n{shown}");
        }
        assert!(!shown.contains("preuve.pdf") && !shown.contains("xxxx"), "{shown}");
        let mut tx = bench.db.read().await.unwrap();
        let held: Vec<(String,)> = tx.all("select data from session", vec![]).await.unwrap();
        assert!(held.iter().all(|(data,)| data.len() < 10_000), "the file is not kept");
    }
}

on_both_engines! {
    async fn what_was_typed_on_a_friday_evening_is_there_on_tuesday(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let form = [("acte", "contrat"), ("motif", "Un long motif")];
        sends_too_late(&bench, &mut site, &form).await;
        let mut tx = bench.db.read().await.unwrap();
        let rows: Vec<(i64,)> = tx.all("select expires_at from session", vec![]).await.unwrap();
        let now = jiff::Timestamp::now().as_microsecond();
        let hours = |until: i64| (until - now) / 3_600_000_000;
        assert!(rows.iter().any(|(until,)| hours(*until) >= 96), "{rows:?}");
    }
}
