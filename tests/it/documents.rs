//! Documents: attached, replaced, given back, refused.

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::documents::{AboutKind, store};
use jalon::figures::values::Settings;
use jalon::kernel::Period;
use jalon::ledger::Actor;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::api::Program;
use crate::contracts::{
    BOTH, HOSPITAL, Hand, Made, NORMANDIE, add_hospital, normandie_terms, restructuring,
};
use crate::on_both_engines;
use crate::rights::{last_change, person, site_of};
use crate::stage::{GIRLS, Stage};
use crate::support::{Answer, EMAIL, Site};

const INDICATOR: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";
const PDF: &[u8] = b"%PDF-1.7 le detail";

async fn site(bench: &crate::support::Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

async fn attach(site: &mut Site, file: (&str, &[u8])) -> Answer {
    let path = format!("{INDICATOR}/documents");
    site.send_file(&path, &[("annee", "2023")], file).await
}

on_both_engines! {
    async fn a_document_is_attached_listed_and_given_back_as_a_file(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = site(&bench).await;
        let answer = attach(&mut site, ("../Détail 2023.html", PDF)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let page = site.get(INDICATOR).await.body;
        assert!(page.contains("Détail 2023.pdf"), "{page}");
        let known = stage.last_change().await;
        let mut tx = bench.db.read().await.unwrap();
        let subject = "etat-ars-2024-2028/2.c.1";
        let found = store::about(&mut tx, (&stage.reach().await, bench.clock.today()), AboutKind::Indicator, subject, known).await.unwrap();
        assert_eq!((found.len(), found[0].about.period.as_str()), (1, "2023"));
        drop(tx);
        let file = format!("/documents/{}/1", found[0].id);
        assert_eq!(site.get(&file).await.body.as_bytes(), PDF);
        assert_eq!(site.header(&file, "content-type").await, "application/pdf");
        assert_eq!(site.header(&file, "x-content-type-options").await, "nosniff");
        let disposition = site.header(&file, "content-disposition").await;
        assert_eq!(disposition, "attachment; filename=\"D_tail 2023.pdf\"; filename*=UTF-8''D%C3%A9tail%202023.pdf");
        for missing in [format!("/documents/{}/2", found[0].id), format!("/documents/{}/1", Uuid::nil())] {
            assert_eq!(site.get(&missing).await.status, StatusCode::NOT_FOUND);
        }
    }
}

on_both_engines! {
    async fn the_same_bytes_are_kept_once_and_versions_are_kept_all(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = site(&bench).await;
        attach(&mut site, ("a.pdf", PDF)).await;
        attach(&mut site, ("b.pdf", PDF)).await;
        assert_eq!((stage.count("document").await, stage.count("blob").await), (2, 1));
        let known = stage.last_change().await;
        let mut tx = bench.db.read().await.unwrap();
        let subject = "etat-ars-2024-2028/2.c.1";
        let found = store::about(&mut tx, (&stage.reach().await, bench.clock.today()), AboutKind::Indicator, subject, known).await.unwrap();
        drop(tx);
        let page = format!("/documents/{}", found[0].id);
        let without = site.send_file(&page, &[], ("c.pdf", b"%PDF-2")).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.body.contains("Dites pourquoi"));
        let answer = site.send_file(&page, &[("motif", "Total corrigé")], ("c.pdf", b"%PDF-2")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let shown = site.get(&page).await.body;
        assert!(shown.contains("Total corrigé") && shown.contains("c.pdf") && shown.contains("/1\""), "{shown}");
        assert_eq!(site.get(&format!("{page}/1")).await.body.as_bytes(), PDF);
        assert_eq!(site.get(&format!("{page}/2")).await.body, "%PDF-2");
        assert_eq!(stage.count("document_version").await, 3);
        // What was known before the replacement still says so.
        let mut tx = bench.db.read().await.unwrap();
        let then = store::about(&mut tx, (&stage.reach().await, bench.clock.today()), AboutKind::Indicator, subject, known).await.unwrap();
        assert!(then.iter().all(|document| document.versions.len() == 1));
    }
}

on_both_engines! {
    async fn a_file_that_is_not_taken_changes_nothing_and_says_why(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let mut site = site(&bench).await;
        for (file, why) in [
            (("a.pdf", b"<html>".as_slice()), "d’aucun type admis"),
            (("a.svg", b"<svg/>"), "d’aucun type admis"),
            (("a.pdf", b""), "vide"),
            (("a.xlsx", b"PK\x03\x04abc"), "abîmé"),
        ] {
            let answer = attach(&mut site, file).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains(why), "{}", answer.body);
        }
        let path = format!("{INDICATOR}/documents");
        let answer = site.send_file(&path, &[("annee", "l’an dernier")], ("a.pdf", PDF)).await;
        assert!(answer.body.contains("quatre chiffres"), "{}", answer.body);
        let nowhere = site.send_file("/indicateurs/rien/rien/documents", &[("annee", "2023")], ("a.pdf", PDF)).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        assert_eq!((stage.last_change().await, stage.count("blob").await), (before, 0));
    }
}

on_both_engines! {
    async fn a_file_over_the_limit_is_refused_as_it_arrives(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = site(&bench).await;
        let limit = 20 * 1024 * 1024;
        let mut bytes = PDF.to_vec();
        bytes.resize(limit, b' ');
        let fits = attach(&mut site, ("a.pdf", &bytes)).await;
        assert_eq!(fits.status, StatusCode::SEE_OTHER, "{}", fits.body);
        bytes.push(b' ');
        let over = attach(&mut site, ("a.pdf", &bytes)).await;
        assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(over.body.contains("dépasse 20,9 Mo"), "{}", over.body);
        assert_eq!(stage.count("document").await, 1);
    }
}

on_both_engines! {
    async fn a_document_needs_an_account(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        let answer = attach(&mut site, ("a.pdf", PDF)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location.unwrap().starts_with("/connexion"));
        let file = site.get(&format!("/documents/{}/1", Uuid::nil())).await;
        assert_eq!(file.status, StatusCode::SEE_OTHER);
    }
}

const ELSEWHERE: Made = Made {
    organisation: "CH-DES-PLAINES",
    title: "Centre hospitalier des Plaines",
    ..HOSPITAL
};

/// A document of a hospital's contract, and one of an agency's.
async fn two_documents(bench: &crate::support::Bench, first: Actor) -> [Uuid; 2] {
    for (made, key) in [(HOSPITAL, "2.1-1-i1"), (NORMANDIE, "2.c.1")] {
        let (slug, is_hospital) = (made.slug, made.slug == HOSPITAL.slug);
        let hand = Hand::creates(bench, first, made).await;
        let section = hand.section("contrat").await;
        if is_hospital {
            let (terms, roles) = (restructuring(section), ["ars", "etablissement"]);
            hand.agrees("contrat", None, terms, &roles, "2020-12-20")
                .await;
        } else {
            let terms = normandie_terms(section);
            hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
                .await;
        }
        let mut site = site_of(bench, EMAIL).await;
        let path = format!("/contrats/{slug}/indicateurs/{key}/documents");
        let file = ("plan-564738.pdf", PDF);
        let sent = site.send_file(&path, &[("annee", "")], file).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let mut tx = bench.db.read().await.unwrap();
    let sql = "select d.id from document d order by d.id";
    let all: Vec<(Uuid,)> = tx.all(sql, vec![]).await.unwrap();
    [all[0].0, all[1].0]
}

on_both_engines! {
    async fn a_document_of_another_region_is_nowhere_for_who_may_not_know_of_it(bench: Bench) {
        let first = bench.install().await;
        let [of_hospital, of_agency] = two_documents(&bench, first).await;
        add_hospital(&bench, first, &ELSEWHERE).await;
        // Signed contracts of agencies are opened to the State and the agencies, those of hospitals
        // to their parties.
        for (role, organisation, sees_hospital, sees_agency) in [
            ("directeur-etablissement", "CH-DES-MONTS", true, false),
            ("gestionnaire-cpom-etablissement", "ARS-84", true, true),
            ("referent-cpom-ars", "ARS-28", false, true),
            ("gestionnaire-cpom-etablissement", "ARS-53", false, true),
            ("directeur-etablissement", "CH-DES-PLAINES", false, false),
            ("assurance-maladie-region", "CNAM", false, false),
            ("invite", "", false, false),
            ("administrateur-technique", "", false, false),
        ] {
            let email = format!("{role}.{organisation}@example.org").to_lowercase().replace(".@", "@");
            let id = person(&bench, first, &email, &[(role, organisation)]).await;
            let mut site = site_of(&bench, &email).await;
            let mut program = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
            for (document, sees) in [(of_hospital, sees_hospital), (of_agency, sees_agency)] {
                let expected = if sees { StatusCode::OK } else { StatusCode::NOT_FOUND };
                let page = format!("/documents/{document}");
                for answer in [
                    site.get(&page).await,
                    site.get(&format!("{page}/1")).await,
                    program.get(&format!("/api/v1/documents/{document}")).await,
                    program.get(&format!("/api/v1/documents/{document}/versions/1")).await,
                ] {
                    assert_eq!(answer.status, expected, "{email}, {sees_hospital} {sees_agency}: {}", answer.body);
                    assert!(sees || !answer.body.contains("le detail"), "{email}");
                }
                if !sees {
                    let before = last_change(&bench).await;
                    let sent = site.send_file(&page, &[("motif", "Essai")], ("a.pdf", b"%PDF-2")).await;
                    assert_eq!(sent.status, StatusCode::NOT_FOUND, "{email}: {}", sent.body);
                    assert_eq!(last_change(&bench).await, before, "{email}");
                }
            }
            let found = site.get("/recherche?q=plan+564738").await.body;
            let listed = [of_hospital, of_agency].map(|id| found.contains(&id.to_string()));
            assert_eq!(listed, [sees_hospital, sees_agency], "{email}: {found}");
            // Neither in the list of a program, whatever is on the page before.
            let list = program.read_all("/api/v1/documents?about=term", 1).await;
            let listed = [of_hospital, of_agency].map(|id| list.iter().any(|one| one["id"] == id.to_string()));
            assert_eq!(listed, [sees_hospital, sees_agency], "{email}: {list:?}");
            assert_eq!(list.len(), listed.into_iter().filter(|is_listed| *is_listed).count(), "{email}");
        }
    }
}

on_both_engines! {
    async fn a_contract_takes_no_document_before_it_is_signed(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let mut site = site_of(&bench, EMAIL).await;
        let page = format!("/contrats/{}/indicateurs/2.c.1", NORMANDIE.slug);
        let path = format!("{page}/documents");
        let shown = site.get(&page).await.body;
        assert!(shown.contains("une fois le contrat signé") && !shown.contains(&path), "{shown}");
        let before = last_change(&bench).await;
        let sent = site.send_file(&path, &[("annee", "")], ("plan.pdf", PDF)).await;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.body);
        assert!(sent.body.contains("Aucun acte de ce contrat n’est encore signé"), "{}", sent.body);
        assert_eq!(last_change(&bench).await, before);
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        assert!(site.get(&page).await.body.contains(&path));
        let sent = site.send_file(&path, &[("annee", "")], ("plan.pdf", PDF)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
}

on_both_engines! {
    async fn a_document_of_a_value_under_embargo_is_kept_as_the_value_is(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        let said = Settings { embargo_until: Some(jiff::civil::date(2026, 3, 15)), ..Settings::default() };
        let file = stage.rehearse_with(format!("indicateur;territoire;annee;valeur\n{GIRLS};53;2023;61,2\n"), &said).await;
        stage.commit(file.id).await.unwrap();
        let figures = stage.figures().await;
        let value = figures.series(GIRLS).unwrap().whole("53", Period::Year(2023)).unwrap().observation;
        let mut site = site_of(&bench, EMAIL).await;
        let sent = site.send_file(&format!("/valeurs/{value}/documents"), &[], ("plan-564738.pdf", PDF)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let fields = [("revision", "1"), ("motif", "Brest manque"), ("valeur", "")];
        let sent = site.send_file(&format!("/valeurs/{value}/contester"), &fields, ("plan-564738.pdf", PDF)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let mut tx = bench.db.read().await.unwrap();
        let all: Vec<(Uuid,)> = tx.all("select d.id from document d order by d.id", vec![]).await.unwrap();
        drop(tx);
        assert_eq!(all.len(), 2);
        for (role, organisation, sees) in [
            ("coordinateur-national", "SGMCAS", true),
            ("contributeur", "DGS", false),
            ("administrateur-national", "", false),
            ("codir-ars", "ARS-53", false),
        ] {
            let email = format!("{role}@example.org");
            let id = person(&bench, first, &email, &[(role, organisation)]).await;
            let mut site = site_of(&bench, &email).await;
            let mut program = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
            let expected = if sees { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let (found, told) = (site.get("/recherche?q=plan+564738").await.body, site.get("/journal").await.body);
            for (document,) in &all {
                let page = format!("/documents/{document}");
                for answer in [
                    site.get(&page).await,
                    site.get(&format!("{page}/1")).await,
                    program.get(&format!("/api/v1{page}")).await,
                    program.get(&format!("/api/v1{page}/versions/1")).await,
                ] {
                    assert_eq!(answer.status, expected, "{email}: {}", answer.body);
                }
                let listed = [found.contains(&document.to_string()), told.contains(&page)];
                assert_eq!(listed, [sees, sees], "{email}: {found} {told}");
                if !sees {
                    let before = last_change(&bench).await;
                    let sent = site.send_file(&page, &[("motif", "Essai")], ("a.pdf", b"%PDF-2")).await;
                    assert_eq!(sent.status, StatusCode::NOT_FOUND, "{email}: {}", sent.body);
                    assert_eq!(last_change(&bench).await, before, "{email}");
                }
            }
        }
        bench.clock.advance(SignedDuration::from_hours(24 * 71));
        let mut site = site_of(&bench, "contributeur@example.org").await;
        for (document,) in &all {
            assert_eq!(site.get(&format!("/documents/{document}")).await.status, StatusCode::OK);
        }
    }
}
