//! The dossiers of all the contracts of a framework: asked for once, worked on by one process at a
//! time, taken up after a stop.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use axum::http::StatusCode;
use futures_util::future::{Either, select};
use jalon::documents::store as blobs;
use jalon::dossier::{Asked, Run, RunError, ask, issued, runs, take_up, work};
use jalon::ledger::Actor;
use jiff::SignedDuration;
use uuid::Uuid;
use zip::ZipArchive;

use super::{reach, signed, sources};
use crate::contracts::{BOTH, Hand, Made, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::rights::{ends, grant, held, person, site_of};
use crate::support::Bench;

const FRAMEWORK: &str = "etat-ars-2024-2028";
const ID: Uuid = Uuid::from_u128(77);

fn asked(year: i16) -> Asked {
    Asked {
        framework: FRAMEWORK.to_owned(),
        year,
        day: None,
    }
}

async fn run(bench: &Bench, actor: Actor) -> Option<Run> {
    let reach = &reach(bench, actor).await;
    let mut tx = bench.db.read().await.unwrap();
    runs::run(&mut tx, reach, ID).await.unwrap()
}

/// Another signed contract, and one that nobody signed.
pub async fn more(bench: &Bench, actor: Actor) {
    let bretagne = Made {
        slug: "bretagne-2024-2028",
        title: "CPOM 2024-2028 de l’ARS Bretagne",
        organisation: "ARS-53",
        place: "53",
        parties: &[("etat", "MSS"), ("ars", "ARS-53")],
        ..NORMANDIE
    };
    let hand = Hand::also_creates(bench, actor, bretagne).await;
    let section = hand.section("contrat").await;
    hand.agrees(
        "contrat",
        None,
        normandie_terms(section),
        BOTH,
        "2024-12-19",
    )
    .await;
    let corse = Made {
        slug: "corse-2024-2028",
        title: "CPOM 2024-2028 de l’ARS Corse",
        organisation: "ARS-94",
        place: "94",
        parties: &[("etat", "MSS"), ("ars", "ARS-94")],
        ..NORMANDIE
    };
    Hand::also_creates(bench, actor, corse).await;
}

on_both_engines! {
    async fn each_signed_contract_has_its_dossier_and_a_stop_loses_none(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        more(&bench, actor).await;
        let sources = sources(&bench);
        ask(&sources, actor, ID, asked(2024)).await.unwrap();
        // The same form sent twice is one run.
        ask(&sources, actor, ID, asked(2024)).await.unwrap();
        let begun = run(&bench, actor).await.unwrap();
        let labels: Vec<_> = begun.items.iter().map(|item| item.contract.as_str()).collect();
        assert_eq!(labels, ["bretagne-2024-2028", "normandie-2024-2028"]);
        assert_eq!((begun.settled(), begun.done_at), (0, None));

        // A process that stopped after issuing one, before noting it: it is issued once.
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update print_run set claimed_until = $1", jalon::args![bench.clock.now() + 1]).await.unwrap();
        tx.commit().await.unwrap();
        work(&sources, ID).await.unwrap();
        assert_eq!(run(&bench, actor).await.unwrap().settled(), 0, "somebody else works on it");
        bench.clock.advance(SignedDuration::from_mins(11));
        take_up(&sources).await.unwrap();
        let ended = run(&bench, actor).await.unwrap();
        assert_eq!((ended.settled(), ended.failed()), (2, 0));
        assert!(ended.done_at.is_some());
        assert_eq!(stage.count("issued_dossier").await, 2);

        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update print_run_item set dossier_id = null where rank = 1", vec![]).await.unwrap();
        tx.run("update print_run set done_at = null, claimed_until = 0", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        take_up(&sources).await.unwrap();
        assert_eq!(run(&bench, actor).await.unwrap(), ended.clone());
        assert_eq!(stage.count("issued_dossier").await, 2);

        // It is nobody else's.
        assert_eq!(run(&bench, Actor::Person(Uuid::nil())).await, None);
        assert!(matches!(ask(&sources, actor, Uuid::from_u128(78), asked(2012)).await, Err(RunError::Nothing(2012))));
    }
}

on_both_engines! {
    async fn the_page_of_a_run_says_how_far_it_is(bench: Bench) {
        let (actor, _stage) = signed(&bench).await;
        more(&bench, actor).await;
        let occitanie = Made {
            slug: "occitanie-2024-2028",
            title: "CPOM 2024-2028 de l’ARS Occitanie",
            organisation: "ARS-76",
            place: "76",
            parties: &[("etat", "MSS"), ("ars", "ARS-76")],
            ..NORMANDIE
        };
        let hand = Hand::also_creates(&bench, actor, occitanie).await;
        let terms = normandie_terms(hand.section("contrat").await);
        hand.agrees("contrat", None, terms, BOTH, "2024-12-18").await;
        let sources = sources(&bench);
        ask(&sources, actor, ID, asked(2024)).await.unwrap();
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("/tirages/{ID}");
        let told = |settled: usize| format!("<progress id=\"avance\" max=\"3\" value=\"{settled}\">");
        assert!(site.get(&path).await.body.contains(&told(0)));
        // The work goes on until somebody looks after its first dossier, and then stands still.
        let mut working = Box::pin(work(&sources, ID));
        let settled = loop {
            let looking = Box::pin(run(&bench, actor));
            match select(working, looking).await {
                Either::Left(_) => panic!("it ended before anybody looked"),
                Either::Right((looked, still)) => {
                    working = still;
                    let settled = looked.unwrap().settled();
                    if settled > 0 {
                        break settled;
                    }
                }
            }
        };
        assert!(settled < 3, "{settled}");
        let page = site.get(&path).await.body;
        assert!(page.contains(&told(settled)), "{page}");
        assert!(page.contains(&format!("{settled} sur 3")) && !page.contains("dossiers.zip"));
        working.await.unwrap();
        let page = site.get(&path).await.body;
        assert!(page.contains(&told(3)) && page.contains("dossiers.zip"), "{page}");
    }
}

on_both_engines! {
    async fn what_cannot_be_made_is_told_and_the_others_go_on(bench: Bench) {
        let (actor, _stage) = signed(&bench).await;
        more(&bench, actor).await;
        let sources = sources(&bench);
        ask(&sources, actor, ID, asked(2024)).await.unwrap();
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update print_run_item set section_key = 'disparu' where rank = 1", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        work(&sources, ID).await.unwrap();
        let ended = run(&bench, actor).await.unwrap();
        assert_eq!((ended.settled(), ended.failed()), (2, 1));
        assert_eq!(ended.items[0].failure.as_deref(), Some("aucun contrat à cette adresse"));

        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get(&format!("/tirages/{ID}")).await.body;
        assert!(page.contains("1 dossier émis sur 2 ; 1 échec."), "{page}");
        assert!(page.contains("aucun contrat à cette adresse"));
        let zip = format!("/tirages/{ID}/dossiers.zip");
        assert_eq!(site.header(&zip, "content-type").await, "application/zip");
        assert!(site.get(&zip).await.body.starts_with("PK"));
        assert!(site.get("/dossiers").await.body.contains(&format!("/tirages/{ID}")));
    }
}

on_both_engines! {
    async fn the_archive_of_a_run_holds_each_file_as_it_was_issued(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        more(&bench, actor).await;
        let sources = sources(&bench);
        ask(&sources, actor, ID, asked(2024)).await.unwrap();
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = format!("/tirages/{ID}/dossiers.zip");
        // Not before it is whole.
        assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND);
        work(&sources, ID).await.unwrap();
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;68,1\n").await;
        let archive = site.get(&path).await;
        let mut archive = ZipArchive::new(Cursor::new(archive.bytes)).unwrap();
        let run = run(&bench, actor).await.unwrap();
        let mut wanted = BTreeMap::new();
        let reach = &reach(&bench, actor).await;
        let mut tx = bench.db.read().await.unwrap();
        for item in &run.items {
            let one = issued::issued(&mut tx, reach, item.dossier.unwrap()).await.unwrap().unwrap();
            for file in one.files {
                let bytes = blobs::bytes(&mut tx, &file.sha).await.unwrap().unwrap();
                wanted.insert(file.name, bytes);
            }
        }
        let names: Vec<&String> = wanted.keys().collect();
        assert_eq!(names, [
            "bretagne-2024-2028-dossier-2024.docx", "bretagne-2024-2028-dossier-2024.pdf", "bretagne-2024-2028-dossier-2024.xlsx",
            "normandie-2024-2028-dossier-2024.docx", "normandie-2024-2028-dossier-2024.pdf", "normandie-2024-2028-dossier-2024.xlsx",
        ]);
        assert_eq!(archive.len(), wanted.len());
        for (name, wanted) in wanted {
            let mut held = Vec::new();
            archive.by_name(&name).unwrap().read_to_end(&mut held).unwrap();
            assert!(held == wanted, "{name}");
        }
    }
}

on_both_engines! {
    async fn a_run_is_asked_for_from_the_page(bench: Bench) {
        let (_, _stage) = signed(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let jeton = ID.to_string();
        let wrong = site.post("/tirages", &[("cadre", FRAMEWORK), ("annee", "2012"), ("au", ""), ("jeton", &jeton)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("Aucun contrat signé de ce cadre"), "{}", wrong.body);
        let typed = [("cadre", FRAMEWORK), ("annee", "2024"), ("au", ""), ("jeton", &jeton)];
        let answer = site.post("/tirages", &typed).await;
        assert_eq!(answer.location.as_deref(), Some(format!("/tirages/{ID}").as_str()), "{}", answer.body);
        // The work outlives the request; whoever looks meanwhile is not made to wait.
        let page = site.get(&format!("/tirages/{ID}?suivre=oui")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("<progress"), "{}", page.body);
    }
}

on_both_engines! {
    async fn a_run_gives_nothing_of_contracts_that_its_person_may_know_of_no_longer(bench: Bench) {
        const WHO: &str = "coordinatrice@example.org";
        let (actor, _stage) = signed(&bench).await;
        more(&bench, actor).await;
        let her = person(&bench, actor, WHO, &[("coordinateur-national", "")]).await;
        let sources = sources(&bench);
        ask(&sources, Actor::Person(her), ID, asked(2024)).await.unwrap();
        work(&sources, ID).await.unwrap();
        let page = format!("/tirages/{ID}");
        let zip = format!("{page}/dossiers.zip");
        let whole = run(&bench, Actor::Person(her)).await.unwrap();
        assert_eq!((whole.items.len(), whole.settled(), whole.failed()), (2, 2, 0));
        let mut site = site_of(&bench, WHO).await;
        let names = |bytes: Vec<u8>| -> Vec<String> {
            let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
            archive.file_names().map(|name| name.unwrap().into_owned()).collect()
        };
        assert_eq!(names(site.get(&zip).await.bytes).len(), 6);

        // A guest of one agency from now on.
        let before = held(&bench, her).await[0].grant.id;
        ends(&bench, actor, before).await.unwrap();
        let after = grant(&bench, actor, her, "invite", "ARS-28").await.unwrap();
        let told = site.get(&page).await;
        assert_eq!(told.status, StatusCode::OK);
        assert!(told.body.contains("Normandie") && !told.body.contains("Bretagne"), "{}", told.body);
        let given = names(site.get(&zip).await.bytes);
        assert_eq!(given.len(), 3);
        assert!(given.iter().all(|name| name.starts_with("normandie-")), "{given:?}");

        // Nobody any more.
        ends(&bench, actor, after).await.unwrap();
        assert_eq!(run(&bench, Actor::Person(her)).await, None);
        let one = whole.items[0].dossier.unwrap();
        for path in [page, zip, format!("/dossiers/{one}/pdf")] {
            assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(!site.get("/dossiers").await.body.contains("/tirages/"));
    }
}

on_both_engines! {
    async fn a_form_sent_twice_at_once_is_one_run(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        let sources = sources(&bench);
        let twice = tokio::join!(ask(&sources, actor, ID, asked(2024)), ask(&sources, actor, ID, asked(2024)));
        assert!(matches!(twice, (Ok(()), Ok(()))), "{twice:?}");
        assert_eq!(stage.count("print_run").await, 1);
        let other = person(&bench, actor, "autre@example.org", &[("coordinateur-national", "")]).await;
        let taken = ask(&sources, Actor::Person(other), ID, asked(2024)).await;
        assert!(matches!(taken, Err(RunError::Taken)), "{taken:?}");
    }
}
