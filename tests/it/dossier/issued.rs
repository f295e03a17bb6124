//! Dossiers as they are issued: kept, given back as they are, drawn again from what is kept.

use axum::http::StatusCode;
use jalon::documents::store as blobs;
use jalon::dossier::{Format, Issued, issue, issued};
use jalon::ledger::Actor;
use jalon_render::dossier::Dossier;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{CONTRACT, about, reach, signed, sources};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, Site, pdf_text};

async fn kept(bench: &Bench, actor: Actor, id: Uuid) -> Issued {
    let reach = &reach(bench, actor).await;
    let mut tx = bench.db.read().await.unwrap();
    let found = issued::issued(&mut tx, reach, id).await.unwrap();
    found.unwrap()
}

async fn bytes(bench: &Bench, sha: &[u8]) -> Vec<u8> {
    let mut tx = bench.db.read().await.unwrap();
    blobs::bytes(&mut tx, sha).await.unwrap().unwrap()
}

on_both_engines! {
    async fn what_is_issued_stays_and_is_drawn_again_from_what_is_kept(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let before = stage.last_change().await;
        let id = issue(&sources(&bench), actor, &about(2024), None).await.unwrap();
        assert_eq!(stage.last_change().await, before + 1);
        let one = kept(&bench, actor, id).await;
        assert_eq!((one.slug.as_str(), one.year, one.files.len()), (CONTRACT, 2024, 3));

        // The figures change; what was issued does not.
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;68,1\n").await;
        assert_eq!(kept(&bench, actor, id).await, one);
        let manifest = String::from_utf8(bytes(&bench, &one.manifest).await).unwrap();
        assert!(manifest.contains("66,5") && !manifest.contains("68,1"), "{manifest}");
        assert!(manifest.contains("Dossier émis"));
        let again = Dossier::from_json(&manifest).unwrap();
        for file in &one.files {
            assert_eq!(file.format.drawn(&again).unwrap(), bytes(&bench, &file.sha).await, "{:?}", file.format);
        }

        // The journal says what was issued, by its digests.
        let mut tx = bench.db.read().await.unwrap();
        let entry: (String, String) = tx.one(
            "select e.verb, e.after_state from entry e where e.thing_id = $1",
            jalon::args![id],
        ).await.unwrap();
        let pdf = one.files.iter().find(|file| file.format == Format::Pdf).unwrap();
        assert!(entry.0 == "create" && entry.1.contains(&jalon::kernel::hex(&pdf.sha)), "{entry:?}");
    }
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

/// Each file is served as the bytes that were stored, which are those of its digest; the page says
/// the digest.
async fn served_as_kept(bench: &Bench, actor: Actor, site: &mut Site, id: &str) {
    let one = kept(bench, actor, id.parse().unwrap()).await;
    assert_eq!(one.files.len(), 3);
    let page = site
        .get(&format!("/contrats/{CONTRACT}/dossiers"))
        .await
        .body;
    for file in &one.files {
        let path = format!("/dossiers/{id}/{}", file.format.code());
        let served = site.get(&path).await.bytes;
        assert!(served == bytes(bench, &file.sha).await, "{path}");
        assert_eq!(Sha256::digest(&served)[..], file.sha[..], "{path}");
    }
    let pdf = one.files.iter().find(|file| file.format == Format::Pdf);
    let digest = jalon::kernel::hex(&pdf.unwrap().sha);
    assert!(page.contains(&digest[..12]), "{digest}: {page}");
}

fn token(page: &str) -> String {
    let at = page.find("name=\"jeton\" value=\"").unwrap() + 20;
    page[at..at + 36].to_owned()
}

on_both_engines! {
    async fn a_dossier_is_issued_from_the_page_once_and_served_as_issued(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let mut site = signed_in(&bench).await;
        let path = format!("/contrats/{CONTRACT}/dossiers");
        let page = site.get(&path).await;
        assert!(page.body.contains("Aucun dossier n’a encore été émis"), "{}", page.body);
        let jeton = token(&page.body);
        let typed = [("jeton", jeton.as_str()), ("annee", "2024"), ("volet", ""), ("au", "")];
        let answer = site.post(&path, &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let led = answer.location.unwrap();
        // The same form sent again is acted upon once.
        let again = site.post(&path, &typed).await;
        assert_eq!(again.location.as_deref(), Some(led.as_str()));
        assert_eq!(stage.count("issued_dossier").await, 1);

        let page = site.get(&led).await.body;
        assert!(page.contains("Le dossier est émis"), "{page}");
        let id = led.split_once("emis=").unwrap().1.to_owned();
        for (format, media, begins) in [
            ("pdf", "application/pdf", "%PDF-1.7"),
            ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"),
        ] {
            let file = format!("/dossiers/{id}/{format}");
            assert!(page.contains(&file), "{file}");
            assert_eq!(site.header(&file, "content-type").await, media);
            assert!(site.header(&file, "content-disposition").await.contains(&format!("{CONTRACT}-dossier-2024.{format}")));
            assert!(site.get(&file).await.body.starts_with(begins));
        }
        served_as_kept(&bench, actor, &mut site, &id).await;
        // Figures and terms change, and somebody else serves it: not a byte does.
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;68,1\n").await;
        let mut site = signed_in(&bench).await;
        served_as_kept(&bench, actor, &mut site, &id).await;
        let working = site.get(&format!("/contrats/{CONTRACT}/dossier?annee=2024")).await;
        assert!(pdf_text(&working.bytes).contains("68,1"));
        let issued = site.get(&format!("/dossiers/{id}/pdf")).await;
        let issued = pdf_text(&issued.bytes);
        assert!(issued.contains("66,5") && !issued.contains("68,1"), "{issued}");
        assert_eq!(site.get(&format!("/dossiers/{id}/odt")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.get(&format!("/dossiers/{}/pdf", Uuid::nil())).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_form_that_cannot_be_read_keeps_what_was_typed_and_issues_nothing(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let mut site = signed_in(&bench).await;
        let path = format!("/contrats/{CONTRACT}/dossiers");
        for (typed, told) in [
            ([("annee", "2024"), ("au", "mardi")], "Écrivez la date"),
            ([("annee", "2031"), ("au", "")], "n’est pas dans le contrat"),
            ([("annee", "l’an dernier"), ("au", "")], "quatre chiffres"),
        ] {
            let answer = site.post(&path, &typed).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains(told), "{}", answer.body);
        }
        assert_eq!(stage.count("issued_dossier").await, 0);
        let draft = site.get(&format!("/contrats/{CONTRACT}/dossier?annee=2024")).await;
        assert!(draft.body.starts_with("%PDF-1.7"));
        assert_eq!(stage.count("issued_dossier").await, 0);
    }
}

on_both_engines! {
    async fn a_dossier_needs_an_account(bench: Bench) {
        Stage::bare(&bench).await;
        let mut site = bench.site().await;
        for path in ["/contrats/x/dossiers", "/dossiers", &format!("/dossiers/{}/pdf", Uuid::nil()), &format!("/tirages/{}", Uuid::nil())] {
            let answer = site.get(path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.location.unwrap().starts_with("/connexion"));
        }
    }
}
