//! Who may ask, and how it is told.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jalon::access::token::TokenScope;
use jalon::ledger::{Verified, verify};
use jalon::platform::api::CATALOGUE;
use jiff::{SignedDuration, civil::date};

use super::{Program, json, open, problem};
use crate::contracts::hand::colleague;
use crate::on_both_engines;
use crate::rights::last_change;

on_both_engines! {
    async fn nothing_is_answered_without_a_token(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let described = site.get("/api/v1/openapi.json").await;
        assert_eq!(described.status, StatusCode::OK);
        let document = json(&described);
        let mut asked = vec![
            (Method::GET, "/api/v1/unknown".to_owned()),
            (Method::PUT, "/api/v1/frameworks".to_owned()),
            (Method::GET, "/api/v2".to_owned()),
        ];
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let method = method.to_uppercase().parse().unwrap();
                let id = "00000000-0000-7000-8000-000000000000";
                asked.push((method, path.replace("{id}", id)));
            }
        }
        assert!(asked.len() > 25, "{}", asked.len());
        // Signed in or not: the API knows no cookie.
        for signed_in in [false, true] {
            if signed_in {
                site.sign_in().await;
            }
            for (method, path) in &asked {
                for bearer in ["", "Bearer x", "Basic eDp5", "Bearer jalon_0123"] {
                    let request = Request::builder().method(method).uri(path);
                    let request = request.header("authorization", bearer);
                    let answer = site.send(request.body(Body::empty()).unwrap()).await;
                    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                    assert_eq!(problem(&answer), "api-acces");
                    assert!(answer.headers.contains_key("www-authenticate"));
                }
            }
        }
    }
}

on_both_engines! {
    async fn an_access_is_shown_once_and_refused_as_soon_as_it_is_revoked(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        assert!(site.get("/moi/acces").await.body.contains("Aucun programme"));
        let wrong = site.post("/moi/acces", &[("nom", ""), ("fin", "01/01/2020")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("Donnez un nom") && wrong.body.contains("Cette date est passée"), "{}", wrong.body);

        let form = [("jeton", "un"), ("nom", "entrepôt"), ("portee", "read"), ("fin", "31/12/2026")];
        let made = site.post("/moi/acces", &form).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let shown = made.body.split("value=\"").find(|part| part.starts_with("jalon_")).unwrap();
        let secret = shown.split('"').next().unwrap().to_owned();
        let list = site.get("/moi/acces").await.body;
        assert!(list.contains("entrepôt") && !list.contains(&secret[6..]), "{list}");
        // The same form twice makes one access.
        assert_eq!(site.post("/moi/acces", &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(list.matches("/revoquer").count(), site.get("/moi/acces").await.body.matches("/revoquer").count());

        let secret = jalon::access::token::Secret::parse(&secret).unwrap();
        let mut program = Program::with(&bench, secret).await;
        program.read("/api/v1/frameworks").await;
        let path = list.split("action=\"").find(|part| part.contains("/revoquer")).unwrap();
        let path = path.split('"').next().unwrap();
        assert_eq!(site.post(path, &[]).await.status, StatusCode::SEE_OTHER);
        let refused = program.get("/api/v1/frameworks").await;
        assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::UNAUTHORIZED, "api-acces"));
        assert_eq!(site.post(path, &[]).await.status, StatusCode::NOT_FOUND);
        assert!(site.get("/moi/acces").await.body.contains("Révoqué"));
    }
}

on_both_engines! {
    async fn an_access_ends_with_its_last_day_in_paris(bench: Bench) {
        let actor = bench.install().await;
        let (_, secret) = open(&bench, actor, TokenScope::Read, date(2026, 1, 6)).await;
        let mut program = Program::with(&bench, secret).await;
        bench.clock.set("2026-01-06T22:59:59Z".parse().unwrap());
        program.read("/api/v1/places").await;
        bench.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(program.get("/api/v1/places").await.status, StatusCode::UNAUTHORIZED);
    }
}

on_both_engines! {
    async fn an_access_that_asks_too_often_is_told_when_to_come_back(bench: Bench) {
        let actor = bench.install().await;
        let (_, secret) = open(&bench, actor, TokenScope::Read, date(2026, 2, 1)).await;
        let (_, other) = open(&bench, actor, TokenScope::Read, date(2026, 2, 1)).await;
        let site = bench.site_with(|config| config.api_requests_per_minute = 2).await;
        let mut program = Program { site, secret };
        program.read("/api/v1/places").await;
        program.read("/api/v1/organisations").await;
        let refused = program.get("/api/v1/places").await;
        assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::TOO_MANY_REQUESTS, "api-cadence"));
        assert_eq!(refused.headers["retry-after"], "30");
        // Another access of the same person is counted apart.
        let mut beside = Program { site: program.site, secret: other };
        beside.read("/api/v1/places").await;
        let mut program = Program { site: beside.site, secret: program.secret };
        bench.clock.advance(SignedDuration::from_secs(30));
        program.read("/api/v1/places").await;
        assert_eq!(program.get("/api/v1/places").await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

on_both_engines! {
    async fn nobody_revokes_the_access_of_somebody_else(bench: Bench) {
        let actor = bench.install().await;
        let other = colleague(&bench, actor).await;
        let (id, secret) = open(&bench, other, TokenScope::Read, date(2026, 2, 1)).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        assert!(!site.get("/moi/acces").await.body.contains(&id.to_string()));
        let refused = site.post(&format!("/moi/acces/{id}/revoquer"), &[]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        Program::with(&bench, secret).await.read("/api/v1/places").await;
    }
}

on_both_engines! {
    async fn the_history_keeps_no_token_and_stays_whole(bench: Bench) {
        let actor = bench.install().await;
        let (_, secret) = open(&bench, actor, TokenScope::Read, date(2026, 2, 1)).await;
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select coalesce(before_state, '') || coalesce(after_state, '') from entry";
        let entries: Vec<(String,)> = tx.all(sql, vec![]).await.unwrap();
        let all: String = entries.into_iter().map(|(text,)| text).collect();
        assert!(all.contains("2026-02-01") && !all.contains(&secret.reveal()[6..]), "{all}");
        assert!(matches!(verify(&mut tx).await.unwrap(), Verified::Whole(_)));
    }
}

on_both_engines! {
    async fn every_problem_is_explained_on_a_page(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let list = site.get("/erreurs").await.body;
        for entry in CATALOGUE {
            let path = format!("/erreurs/{}", entry.slug);
            assert!(list.contains(&path), "{path}");
            let page = site.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.body.contains(entry.title), "{path}");
        }
        for path in ["/api", "/api/essai?adresse=%2Fapi%2Fv1%2Forganisations"] {
            let page = site.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        }
        let tried = site.get("/api/essai?adresse=%2Fapi%2Fv1%2Fobservations&envoyer=1&limit=0").await;
        assert!(tried.body.contains("Réponse 400") && tried.body.contains("« limit » ne se lit pas"), "{}", tried.body);
        let unknown = site.get("/api/essai?adresse=%2Fapi%2Fv1%2Frehearsals%2F%7Bid%7D%2Fcommit").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        // What writes is composed, not done.
        let before = last_change(&bench).await;
        let write = site.get("/api/essai?adresse=%2Fapi%2Fv1%2Frehearsals%2F%7Bid%7D%2Fcommit&demande=POST&id=abc&If-Match=%22a%22").await;
        for words in ["curl \\\n  -X POST", "Authorization: Bearer jalon_…", "If-Match: \\&quot;a\\&quot;", "/api/v1/rehearsals/abc/commit"] {
            assert!(write.body.contains(words), "{words}: {}", write.body);
        }
        let sent = site.get("/api/essai?adresse=%2Fapi%2Fv1%2Frehearsals&demande=POST&envoyer=1").await;
        assert!(!sent.body.contains("Réponse ") && sent.body.contains("--data-binary @corps"), "{}", sent.body);
        assert_eq!(last_change(&bench).await, before);
    }
}
