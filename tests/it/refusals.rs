//! What a person is told in place of a page: in French, in the site's frame, nothing of the inside.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use jalon::platform::web::WebError;
use jalon::site::App;

use crate::on_both_engines;
use crate::support::{Answer, Site};

/// Checks a refusal shown to somebody signed in.
#[track_caller]
fn told(answer: &Answer, status: StatusCode, heading: &str, next: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let page = &answer.body;
    assert!(page.contains("lang=\"fr\""), "{page}");
    assert!(
        page.contains(&format!("<h1>{heading}</h1>")),
        "{heading}: {page}"
    );
    assert!(page.contains(next), "{next}: {page}");
    assert!(
        page.contains("Navigation principale"),
        "no navigation: {page}"
    );
    assert!(
        page.contains("Coordination nationale"),
        "the person is lost: {page}"
    );
    assert!(page.contains("Revenir à l’accueil"), "{page}");
    for inside in [
        "panicked",
        "deserialize",
        "missing field",
        "Failed",
        "invalid type",
        "secret",
    ] {
        assert!(!page.contains(inside), "{inside}: {page}");
    }
}

fn post(path: &str, media: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, media);
    request.body(body.into()).unwrap()
}

const FORM: &str = "application/x-www-form-urlencoded";

on_both_engines! {
    async fn a_refusal_keeps_the_frame_and_says_what_to_do(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let back = "Revenez à la page précédente";
        let nowhere = "repartez de l’accueil";
        for path in ["/nulle-part", "/contrats/aucun", "/cadres/aucun", "/organisations/aucune", "/documents/rien", "/statique/rien.css"] {
            told(&site.get(path).await, StatusCode::NOT_FOUND, "Page introuvable", nowhere);
        }
        told(&site.get("/deconnexion").await, StatusCode::METHOD_NOT_ALLOWED, "Adresse sans page", "Repartez de l’accueil");
        told(&site.post("/cadres", &[]).await, StatusCode::METHOD_NOT_ALLOWED, "Adresse sans page", "Repartez de l’accueil");
        told(&site.get("/connexion?retour=a&retour=b").await, StatusCode::BAD_REQUEST, "Demande incomplète", back);
        told(&site.post("/connexion", &[("email", "a")]).await, StatusCode::UNPROCESSABLE_ENTITY, "Demande incomplète", back);
        let note = post("/connexion", "text/plain", "une note");
        told(&site.send(note).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "Demande incomplète", back);
        let large = post("/connexion", FORM, vec![b'a'; 3 << 20]);
        told(&site.send(large).await, StatusCode::PAYLOAD_TOO_LARGE, "Envoi trop volumineux", "en plusieurs fois");
        let mut elsewhere = post("/deconnexion", FORM, "");
        elsewhere.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        told(&site.send(elsewhere).await, StatusCode::FORBIDDEN, "Action non permise", "Ouvrez Jalon et recommencez");
        let unreadable = "Retapez-le";
        told(&site.get("/contrats/%00").await, StatusCode::UNPROCESSABLE_ENTITY, "Saisie à corriger", unreadable);
        told(&site.post("/connexion", &[("email", "a\0b")]).await, StatusCode::UNPROCESSABLE_ENTITY, "Saisie à corriger", unreadable);
        // None of it ended the session.
        assert_eq!(site.get("/").await.status, StatusCode::OK);
    }
}

/// Pages that fail.
fn failing() -> Router<App> {
    let refusal = |refusal: fn() -> WebError| get(move || async move { Err::<(), _>(refusal()) });
    Router::new()
        .merge(jalon::access::router())
        .route(
            "/panique",
            get(async || {
                assert!(std::env::args().count() > 1000, "secret");
            }),
        )
        .route("/panne", refusal(|| WebError::internal("secret")))
        .route(
            "/defendu",
            refusal(|| WebError::Forbidden("Demandez à la coordination.".to_owned())),
        )
        .route(
            "/saisie",
            refusal(|| WebError::Invalid("Corrigez la date.".to_owned())),
        )
        .route(
            "/double",
            refusal(|| WebError::Conflict("Rechargez la page.".to_owned())),
        )
}

on_both_engines! {
    async fn a_failure_of_ours_keeps_the_frame_and_hides_the_inside(bench: Bench) {
        bench.install().await;
        let mut site: Site = bench.site_of(failing()).await;
        site.sign_in().await;
        let problem = "Jalon a rencontré un problème";
        told(&site.get("/panique").await, StatusCode::INTERNAL_SERVER_ERROR, problem, "Réessayez");
        told(&site.get("/panne").await, StatusCode::INTERNAL_SERVER_ERROR, problem, "prévenez votre administrateur");
        told(&site.get("/defendu").await, StatusCode::FORBIDDEN, "Action non permise", "Demandez à la coordination.");
        told(&site.get("/saisie").await, StatusCode::UNPROCESSABLE_ENTITY, "Saisie à corriger", "Corrigez la date.");
        told(&site.get("/double").await, StatusCode::CONFLICT, "Quelqu’un a été plus rapide", "Rechargez la page.");
    }
}

on_both_engines! {
    async fn who_is_not_signed_in_is_told_too(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        let answer = site.get("/nulle-part").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("Page introuvable"), "{}", answer.body);
        assert!(!answer.body.contains("Navigation principale"), "{}", answer.body);
    }
}
