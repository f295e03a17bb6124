//! Files as programs fetch them: what was sent, what was issued.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;

use super::{Program, hpv, json, problem};
use crate::dossier::{CONTRACT, signed};
use crate::on_both_engines;
use crate::stage::Stage;

on_both_engines! {
    async fn an_imported_file_is_given_back_as_it_was_sent(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let text = hpv();
        let batch = stage.rehearse_current(&text).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let path = format!("/api/v1/batches/{}/file", batch.id);
        let given = program.get(&path).await;
        assert_eq!((given.status, given.bytes.as_slice()), (StatusCode::OK, text.as_bytes()));
        assert!(given.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let etag = given.headers["etag"].to_str().unwrap().to_owned();
        let held = program.ask(Method::GET, &path, &[("if-none-match", &etag)], Body::empty()).await;
        assert_eq!(held.status, StatusCode::NOT_MODIFIED);
        let nobody = program.get(&format!("/api/v1/batches/{}/file", uuid::Uuid::nil())).await;
        assert_eq!((nobody.status, problem(&nobody).as_str()), (StatusCode::NOT_FOUND, "api-introuvable"));
    }
}

on_both_engines! {
    async fn issued_dossiers_are_listed_and_given_as_they_were_issued(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("/contrats/{CONTRACT}/dossiers");
        let led = site.post(&path, &[("annee", "2024"), ("au", "")]).await.location.unwrap();
        let id = led.split_once("emis=").unwrap().1.to_owned();
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let listed = program.read_all(&format!("/api/v1/dossiers?contract={CONTRACT}"), 10).await;
        assert_eq!((listed.len(), &listed[0]["id"]), (1, &id.clone().into()));
        let one = program.read(&format!("/api/v1/dossiers/{id}")).await;
        assert_eq!(one, listed[0]);
        for (rank, format) in ["pdf", "docx", "xlsx"].into_iter().enumerate() {
            let given = program.get(&format!("/api/v1/dossiers/{id}/{format}")).await;
            let page = site.get(&format!("/dossiers/{id}/{format}")).await;
            assert_eq!((given.status, &given.bytes), (StatusCode::OK, &page.bytes), "{format}");
            let file = &one["files"][rank];
            assert_eq!((&file["format"], &file["size"]), (&format.into(), &given.bytes.len().into()));
        }
        assert_eq!(program.read_all("/api/v1/dossiers", 10).await, listed);
        for (absent, status) in [
            (format!("/api/v1/dossiers/{id}/odt"), StatusCode::NOT_FOUND),
            ("/api/v1/dossiers?contract=autre".to_owned(), StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(program.get(&absent).await.status, status, "{absent}");
        }
    }
}

on_both_engines! {
    async fn a_file_tried_on_the_page_of_the_api_is_told_and_found(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let batch = stage.rehearse_current(&hpv()).await.id;
        let mut site = bench.site().await;
        site.sign_in().await;
        let dossiers = format!("/contrats/{CONTRACT}/dossiers");
        let led = site.post(&dossiers, &[("annee", "2024"), ("au", "")]).await.location.unwrap();
        let dossier = led.split_once("emis=").unwrap().1.to_owned();
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let attaching = "/api/v1/frameworks/etat-ars-2024-2028/indicators/2.c.1/documents?year=2023&name=a.pdf";
        let made = program.ask(Method::POST, attaching, &[], "%PDF-1.7 le detail").await;
        let document = json(&made)["id"].as_str().unwrap().to_owned();
        for (address, given, media, page) in [
            ("batches/{id}/file", format!("id={batch}"), "application/octet-stream", format!("/imports/{batch}")),
            ("dossiers/{id}/{format}", format!("id={dossier}&format=pdf"), "application/pdf", format!("/dossiers/{dossier}/pdf")),
            ("documents/{id}/versions/{no}", format!("id={document}&no=1"), "application/pdf", format!("/documents/{document}/1")),
        ] {
            let address = address.replace('/', "%2F").replace('{', "%7B").replace('}', "%7D");
            let tried = site.get(&format!("/api/essai?adresse=%2Fapi%2Fv1%2F{address}&envoyer=1&{given}")).await;
            assert_eq!(tried.status, StatusCode::OK, "{address}: {}", tried.body);
            assert!(tried.body.contains("Réponse 200") && tried.body.contains(media), "{}", tried.body);
            assert!(tried.body.contains(&format!("href=\"{page}\"")), "{page}: {}", tried.body);
            assert_eq!(site.get(&page).await.status, StatusCode::OK, "{page}");
        }
        // Where there is no such file, the problem is shown like any other.
        let nothing = format!("/api/essai?adresse=%2Fapi%2Fv1%2Fbatches%2F%7Bid%7D%2Ffile&envoyer=1&id={}", uuid::Uuid::nil());
        assert!(site.get(&nothing).await.body.contains("Réponse 404"));
    }
}
