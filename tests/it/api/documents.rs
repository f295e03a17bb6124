//! Documents as programs attach and read them.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;

use super::{Program, hpv, json, problem};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};

const PATH: &str = "/api/v1/frameworks/etat-ars-2024-2028/indicators/2.c.1/documents";
const PDF: &str = "%PDF-1.7 le detail";

async fn attach(program: &mut Program, query: &str, body: &'static str) -> crate::support::Answer {
    let headers = [("content-type", "application/octet-stream")];
    let path = format!("{PATH}?{query}");
    program.ask(Method::POST, &path, &headers, body).await
}

on_both_engines! {
    async fn a_document_is_attached_listed_and_given_back(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        assert_eq!(program.read_all(PATH, 10).await.len(), 0);
        let before = stage.last_change().await;
        let made = attach(&mut program, "year=2023&name=D%C3%A9tail.html", PDF).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(stage.last_change().await, before + 1);
        let location = made.location.clone().unwrap();
        let document = program.read(&location).await;
        assert_eq!(document, json(&made));
        let version = &document["versions"][0];
        assert_eq!((&document["period"], &version["name"]), (&"2023".into(), &"Détail.pdf".into()), "{document}");
        attach(&mut program, "year=2022&name=avant.pdf", PDF).await;
        let listed = program.read_all(PATH, 1).await;
        assert_eq!((listed.len(), &listed[0]), (2, &document));
        let file = program.get(&format!("{location}/versions/1")).await;
        assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, PDF));
        assert_eq!(file.headers["content-type"], "application/pdf");
        // The page of the indicator shows it too.
        let mut site = bench.site().await;
        site.sign_in().await;
        assert!(site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body.contains("Détail.pdf"));
    }
}

on_both_engines! {
    async fn what_cannot_be_attached_is_told_and_leaves_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let mut reader = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let before = stage.last_change().await;
        for (query, body, status) in [
            ("year=2023&name=page.html", "<html>", StatusCode::UNPROCESSABLE_ENTITY),
            ("year=2023&name=vide.pdf", "", StatusCode::UNPROCESSABLE_ENTITY),
            ("year=1800&name=a.pdf", PDF, StatusCode::BAD_REQUEST),
            ("name=a.pdf", PDF, StatusCode::BAD_REQUEST),
        ] {
            let refused = attach(&mut program, query, body).await;
            assert_eq!(refused.status, status, "{query}: {}", refused.body);
        }
        let elsewhere = PATH.replace("2.c.1", "9.z");
        assert_eq!(program.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
        let nothing = format!("/api/v1/documents/{}", uuid::Uuid::nil());
        assert_eq!(program.get(&nothing).await.status, StatusCode::NOT_FOUND);
        let large = Body::from(vec![b' '; 21 * 1024 * 1024]);
        let large = program.ask(Method::POST, &format!("{PATH}?year=2023&name=a.csv"), &[], large).await;
        assert_eq!((large.status, problem(&large).as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "api-trop-grand"));
        let refused = attach(&mut reader, "year=2023&name=a.pdf", PDF).await;
        assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::FORBIDDEN, "api-lecture-seule"));
        assert_eq!((stage.last_change().await, stage.count("document").await), (before, 0));
    }
}

on_both_engines! {
    async fn documents_are_listed_by_what_they_are_about(bench: Bench) {
        const LIST: &str = "/api/v1/documents";
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        // Two about values, one of them of another place, and one about an indicator.
        for place in ["53", "28"] {
            let value = program.read_all(&format!("/api/v1/observations?measure={GIRLS}&place={place}&period=2023"), 1).await;
            let observation = value[0]["id"].as_str().unwrap();
            let name = format!("valeur-{place}.pdf");
            let sent = site.send_file(&format!("/valeurs/{observation}/documents"), &[], (&name, PDF.as_bytes())).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        }
        attach(&mut program, "year=2023&name=detail.pdf", PDF).await;
        let all = program.read_all(LIST, 1).await;
        let names: Vec<&str> = all.iter().map(|one| one["versions"][0]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["valeur-53.pdf", "valeur-28.pdf", "detail.pdf"]);
        for (asked, found) in [
            ("about=value".to_owned(), &all[..2]),
            (format!("about=value&subject={GIRLS}&place=53&period=2023"), &all[..1]),
            (format!("subject={GIRLS}&period=2022"), &all[..0]),
            ("about=indicator&subject=etat-ars-2024-2028%2F2.c.1".to_owned(), &all[2..]),
            ("about=contest".to_owned(), &all[..0]),
        ] {
            assert_eq!(program.read_all(&format!("{LIST}?{asked}"), 10).await, found, "{asked}");
        }
        // What is attached, or replaced, while a list is read is of the next reading.
        let first = program.read(&format!("{LIST}?limit=2")).await;
        attach(&mut program, "year=2024&name=ensuite.pdf", PDF).await;
        let replaced = format!("/documents/{}", all[2]["id"].as_str().unwrap());
        site.send_file(&replaced, &[("motif", "Corrigé")], ("autre.pdf", b"%PDF-2")).await;
        let next = first["next"].as_str().unwrap();
        let rest = program.read(&format!("{LIST}?limit=2&cursor={next}")).await;
        assert_eq!((&rest["items"], rest["next"].as_str()), (&serde_json::Value::from(&all[2..]), None));
        assert_eq!(program.read_all(LIST, 2).await.len(), 4);
        for wrong in ["about=page", "kind=value", "subject=rien", "place=rien", "period=hier", "about=term&subject=etat-ars-2024-2028%2F2.c.1"] {
            let refused = program.get(&format!("{LIST}?{wrong}")).await;
            assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::BAD_REQUEST, "api-demande"), "{wrong}");
        }
    }
}
