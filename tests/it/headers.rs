//! What goes with every answer, whatever it is: what a browser is told to refuse, how cookies are
//! guarded; and what of all that is asked and typed stays out of the log.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use jalon::access::token::TokenScope;
use jalon::platform::mail::store::{list, waiting_text};

use crate::api::Program;
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Answer, Bench, EMAIL, Log, PASSWORD, Site};
use crate::tables::followed;

const HTTPS: &str = "https://jalon.example.org";

/// A cookie as it is set: its name, then its attributes in lower case.
fn set_cookies(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    let read = |cookie: &axum::http::HeaderValue| {
        let mut parts = cookie.to_str().unwrap().split(';').map(str::trim);
        let name = parts.next().unwrap().split('=').next().unwrap();
        (name.to_owned(), parts.map(str::to_lowercase).collect())
    };
    let mut found: Vec<(String, Vec<String>)> = all.map(read).collect();
    found.sort();
    found
}

on_both_engines! {
    async fn tls_is_kept_to_and_cookies_are_guarded_as_the_address_of_the_site_says(bench: Bench) {
        bench.install().await;
        for (address, https) in [(HTTPS, true), ("http://localhost:8080", false)] {
            let mut site = bench.site_with(|config| address.clone_into(&mut config.public_url)).await;
            let signed = site.post("/connexion", &[("email", EMAIL), ("password", PASSWORD)]).await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.body);
            let cookies = set_cookies(&signed);
            let names: Vec<&str> = cookies.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["jalon", "jalon-poste"]);
            for ((name, attributes), path) in cookies.iter().zip(["/", "/connexion"]) {
                let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
                assert!(has("httponly") && has("samesite=lax"), "{name}: {attributes:?}");
                assert!(has(&format!("path={path}")), "{name}: {attributes:?}");
                assert_eq!(has("secure"), https, "{name}: {attributes:?}");
                let of_a_domain = attributes.iter().any(|attribute| attribute.starts_with("domain"));
                assert!(!of_a_domain, "{name}: {attributes:?}");
            }
            for path in ["/", "/connexion", "/nulle-part", "/tables/organisations.csv", "/healthz", "/api/v1/frameworks"] {
                let answer = site.get(path).await;
                let told = answer.headers.get(header::STRICT_TRANSPORT_SECURITY);
                let told = told.map(|value| value.to_str().unwrap());
                assert_eq!(told, https.then_some("max-age=63072000"), "{path} at {address}");
            }
        }
    }
}

/// Asserts that an answer is of that kind and says what every answer says.
#[track_caller]
fn guarded(what: &str, answer: &Answer, status: u16, media: &str) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
    let told = |name: &str| {
        let value = answer.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    };
    assert!(
        told("content-type").starts_with(media),
        "{what}: {:?}",
        answer.headers
    );
    let policy = told("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(
            policy.split("; ").any(|said| said == part),
            "{what}: {part}: {policy}"
        );
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{what}: {policy}"
    );
    assert_eq!(told("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(told("referrer-policy"), "same-origin", "{what}");
    assert!(!told("cache-control").is_empty(), "{what}");
    let saved = ["text/csv", "application/pdf", "application/vnd"];
    if saved.iter().any(|kind| media.starts_with(kind)) {
        let disposition = told("content-disposition");
        assert!(
            disposition.starts_with("attachment; "),
            "{what}: {disposition}"
        );
    }
}

/// Where a document just attached is read.
async fn attached(site: &mut Site) -> String {
    let indicator = "/indicateurs/etat-ars-2024-2028/2.c.1";
    let path = format!("{indicator}/documents");
    let sent = site
        .send_file(
            &path,
            &[("annee", "2023")],
            ("detail.pdf", b"%PDF-1.7 le detail"),
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = site.get(indicator).await.body;
    let (_, after) = page.split_once("href=\"/documents/").unwrap();
    let id = after.split(['/', '"', '?']).next().unwrap();
    format!("/documents/{id}/1")
}

on_both_engines! {
    async fn every_kind_of_answer_tells_a_browser_what_to_refuse(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let mut site = bench.site().await;
        guarded("somebody unknown", &site.get("/contrats").await, 303, "");
        site.sign_in().await;
        let document = attached(&mut site).await;
        let home = site.get("/").await;
        let (_, after) = home.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
        let style = after.split('"').next().unwrap().to_owned();
        let contract = "/contrats/normandie-2024-2028";
        let workbook = "application/vnd.openxmlformats-officedocument";
        for (path, status, media) in [
            ("/".to_owned(), 200, "text/html"),
            (contract.to_owned(), 200, "text/html"),
            ("/nulle-part".to_owned(), 404, "text/html"),
            (format!("{contract}/note"), 403, "text/html"),
            ("/journal?du=hier".to_owned(), 422, "text/html"),
            ("/?x=%00".to_owned(), 422, "text/html"),
            ("/tables/contrats.csv".to_owned(), 200, "text/csv"),
            ("/tables/contrats.xlsx".to_owned(), 200, workbook),
            (format!("{contract}/dossier?annee=2024"), 200, "application/pdf"),
            (document, 200, "application/pdf"),
            (style, 200, "text/css"),
            ("/healthz".to_owned(), 200, ""),
            ("/api/v1/openapi.json".to_owned(), 200, "application/json"),
            ("/api/v1/frameworks".to_owned(), 401, "application/problem+json"),
        ] {
            guarded(&path, &site.get(&path).await, status, media);
        }
        guarded("a form", &site.post("/moi/acces", &[("nom", "")]).await, 422, "text/html");
        let foreign = Request::post("/moi/acces").header("sec-fetch-site", "cross-site");
        let foreign = site.send(foreign.body(Body::empty()).unwrap()).await;
        guarded("another site", &foreign, 403, "text/html");
        guarded("another method", &site.post("/healthz", &[]).await, 405, "");
        let mut program = Program::of(&bench, first, TokenScope::Read).await;
        guarded("a program", &program.get("/api/v1/frameworks").await, 200, "application/json");
        guarded("nothing for it", &program.get("/api/v1/rien").await, 404, "application/problem+json");
        let broken = Router::new().route("/panne", get(async || {
            assert!(std::env::args().count() > 1000, "essai");
        }));
        let mut site = bench.site_of(broken).await;
        guarded("a failure", &site.get("/panne").await, 500, "text/html");
    }
}

/// The address of the link that a mail to somebody holds, without the site.
async fn link_for(bench: &Bench, email: &str) -> String {
    let mut tx = bench.db.read().await.unwrap();
    let mails = list(&mut tx).await.unwrap();
    let mail = mails.iter().find(|mail| mail.address == email).unwrap();
    let text = waiting_text(&mut tx, mail.id).await.unwrap().unwrap();
    let (_, after) = text.split_once("/lien/").unwrap();
    let secret: String = after.chars().take_while(|c| !c.is_whitespace()).collect();
    format!("/lien/{secret}")
}

/// What is typed in the test of the log.
const WRONG: &str = "Un mot de passe faux 48213";
const NEW: &str = "trois loutres sur la Loire";
const SEARCHED: &str = "cherche73519";
const ASKED: &str = "Une question 918277364";
const COMMENT: &str = "Le dénominateur omet 564019283";

on_both_engines! {
    async fn no_password_token_link_word_or_comment_is_in_the_log(bench: Bench) {
        let (log, _heard) = Log::listen();
        let stage = Stage::set(&bench).await;
        stage.load(std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()).await;
        let mut site = bench.site().await;
        let wrong = site.post("/connexion", &[("email", EMAIL), ("password", WRONG)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        site.sign_in().await;
        let cookie = site.cookie().to_owned();
        // A token, and a program that uses it.
        let form = [("nom", "Tableur"), ("portee", "read"), ("fin", "31/12/2026")];
        let made = site.post("/moi/acces", &form).await.body;
        let token = made.split("value=\"").find(|part| part.starts_with("jalon_")).unwrap();
        let token = token.split('"').next().unwrap().to_owned();
        let asked = Request::get("/api/v1/frameworks").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let answered = bench.site().await.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answered.status, StatusCode::OK, "{}", answered.body);
        // The address of a table, and a spreadsheet that follows it.
        let address = followed(&mut site, "contrats", "").await;
        assert_eq!(bench.site().await.get(&format!("{address}.csv")).await.status, StatusCode::OK);
        let secret = address.rsplit('/').find(|part| part.starts_with("jalon_")).unwrap();
        // Words: searched, asked of the support, said of a value.
        assert_eq!(site.get(&format!("/recherche?q={SEARCHED}")).await.status, StatusCode::OK);
        site.get(&format!("/recherche/propositions?q={SEARCHED}")).await;
        let help = [("page", "/contrats"), ("titre", "Contrats"), ("message", ASKED), ("jeton", "a")];
        let sent = site.post("/aide/demandes/nouvelle", &help).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let figures = stage.figures().await;
        let figure = figures.series(GIRLS).unwrap().figures_upto("53", i16::MAX);
        let (observation, no) = figure.last().map(|(_, f)| (f.observation, f.no.to_string())).unwrap();
        let fields = [("revision", no.as_str()), ("motif", COMMENT), ("valeur", "69,1")];
        let path = format!("/valeurs/{observation}/contester");
        let sent = site.send_file(&path, &fields, ("p.pdf", b"%PDF-1.7")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        // A link of a mail, opened and used.
        site.post("/mot-de-passe-oublie", &[("email", EMAIL)]).await;
        let link = link_for(&bench, EMAIL).await;
        assert_eq!(site.get(&link).await.status, StatusCode::OK);
        let used = site.post(&link, &[("password_new", NEW), ("password_again", NEW)]).await;
        assert_eq!(used.status, StatusCode::SEE_OTHER, "{}", used.body);

        let log = log.text();
        for template in ["/lien/{secret}", "/recherche", "/donnees/{secret}/{file}", "/connexion", "/moi/acces"] {
            assert!(log.contains(template), "nothing was heard of {template}");
        }
        let session = cookie.split("; ").find_map(|pair| pair.strip_prefix("jalon=")).unwrap();
        let link = link.strip_prefix("/lien/").unwrap();
        for (what, kept) in [
            ("a wrong password", WRONG),
            ("the same, as it is sent", "faux+48213"),
            ("the password", PASSWORD),
            ("the password, as it is sent", "phrase+de+passe"),
            ("a new password", NEW),
            ("the identifier of a session", session),
            ("a token", token.as_str()),
            ("the secret of an address", secret),
            ("the secret of a link", link),
            ("a searched word", SEARCHED),
            ("a message to the support", "918277364"),
            ("a comment", "564019283"),
        ] {
            assert!(!kept.is_empty());
            let line = log.lines().find(|line| line.contains(kept));
            assert!(line.is_none(), "{what} is in the log: {line:?}");
        }
    }
}
