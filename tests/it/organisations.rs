//! The directory: imported from its files, kept in both databases, shown by day.

use std::path::Path;

use axum::http::StatusCode;
use jalon::access::{Act as _, Reach, permit};
use jalon::ledger::{Actor, Change, last_change, verify};
use jalon::organisations::store::{self, ImportDirectory, Imported};
use jalon::organisations::{Directories, Directory, OrganisationKind, source};
use jiff::civil::date;

use crate::on_both_engines;
use crate::support::{Bench, Site};

fn texts() -> (String, String) {
    let read = |file| std::fs::read_to_string(Path::new("reference").join(file)).unwrap();
    (read(source::ORGANISATIONS), read(source::PLACES))
}

fn reference() -> Directory {
    let (organisations, places) = texts();
    source::read(&organisations, &places).unwrap()
}

/// The reference files with one text replaced in that of the organisations.
fn edited(old: &str, new: &str) -> Directory {
    let (organisations, places) = texts();
    assert!(organisations.contains(old), "{old}");
    source::read(&organisations.replace(old, new), &places).unwrap()
}

async fn import(bench: &Bench, actor: Actor, wanted: &Directory) -> (Imported, Option<i64>) {
    let kind = ImportDirectory::NAME;
    let mut change = Change::open(&bench.db, &bench.clock, actor, kind)
        .await
        .unwrap();
    let permit = permit::<ImportDirectory>(&mut change, ()).await.unwrap();
    let imported = store::import(&mut change, permit, wanted).await.unwrap();
    (imported, change.commit().await.unwrap())
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

/// Words of a page without its tags, spaces collapsed.
fn words(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(" ,", ",").replace(" .", ".")
}

on_both_engines! {
    async fn what_is_imported_is_read_back_whole(bench: Bench) {
        let actor = bench.install().await;
        let wanted = reference();
        let (imported, no) = import(&bench, actor, &wanted).await;
        assert_eq!(no, Some(2));
        assert_eq!(imported.organisations.created, wanted.organisations().len());
        assert_eq!(imported.places.created, wanted.places().len());
        let mut tx = bench.db.read().await.unwrap();
        let stored = store::directory(&mut tx, &Reach::of_installation()).await.unwrap();
        assert_eq!(stored, wanted);
        let agencies = |day| stored.existing(OrganisationKind::Ars, day).len();
        assert_eq!((agencies(date(2017, 6, 30)), agencies(date(2026, 1, 5))), (17, 18));
        assert_eq!(verify(&mut tx).await.unwrap(), jalon::ledger::Verified::Whole(2));
    }
}

on_both_engines! {
    async fn importing_the_same_files_again_is_no_change(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let (imported, no) = import(&bench, actor, &reference()).await;
        assert_eq!(no, None);
        assert_eq!(imported.organisations.same, reference().organisations().len());
        assert_eq!((imported.organisations.changed, imported.places.changed), (0, 0));
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(last_change(&mut tx).await.unwrap(), 2);
    }
}

on_both_engines! {
    async fn a_changed_name_is_one_entry_with_before_and_after(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let renamed = edited("libelle: Handidactique", "libelle: Handidactique France");
        let (imported, no) = import(&bench, actor, &renamed).await;
        assert_eq!(no, Some(3));
        assert_eq!((imported.organisations.changed, imported.organisations.created), (1, 0));
        let mut tx = bench.db.read().await.unwrap();
        let (entries,): (i64,) = tx.one("select count(*) from entry where change_no = 3", vec![]).await.unwrap();
        assert_eq!(entries, 1);
        let (_, history) = store::history(&mut tx, &Reach::of_installation(), "HANDIDACTIQUE").await.unwrap().unwrap();
        assert_eq!(history.len(), 2);
        let state = |text: &Option<String>| serde_json::from_str::<serde_json::Value>(text.as_deref().unwrap()).unwrap();
        assert_eq!(state(&history[0].before_state)["name"], "Handidactique");
        assert_eq!(state(&history[0].after_state)["name"], "Handidactique France");
        let stored = store::directory(&mut tx, &Reach::of_installation()).await.unwrap();
        assert_eq!(stored, renamed);
    }
}

on_both_engines! {
    async fn successions_and_parts_are_recorded_with_what_they_leave(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let (organisations, places) = texts();
        let organisations = organisations.replace("le: 2019-12-19", "le: 2019-12-20");
        let places = places.replace("      - {lieu: D978}\n", "");
        let wanted = source::read(&organisations, &places).unwrap();
        let (imported, _) = import(&bench, actor, &wanted).await;
        assert_eq!((imported.organisations.changed, imported.places.changed), (1, 1));
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(store::directory(&mut tx, &Reach::of_installation()).await.unwrap(), wanted);
        let (_, history) = store::history(&mut tx, &Reach::of_installation(), "ASIP").await.unwrap().unwrap();
        let (before, after) = (history[0].before_state.as_deref().unwrap(), history[0].after_state.as_deref().unwrap());
        assert!(before.contains("2019-12-19") && after.contains("2019-12-20"), "{before} {after}");
    }
}

on_both_engines! {
    async fn what_the_files_no_longer_name_stays_and_is_told(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let less = edited("  - code: HANDIDACTIQUE\n    type: autre\n    libelle: Handidactique\n    sigle: Handidactique\n    note: Association citée comme fournisseur en 2019.\n", "");
        let (imported, no) = import(&bench, actor, &less).await;
        assert_eq!((imported.organisations.absent, no), (vec!["HANDIDACTIQUE".to_owned()], None));
        let mut tx = bench.db.read().await.unwrap();
        let stored = store::directory(&mut tx, &Reach::of_installation()).await.unwrap();
        assert!(stored.organisation("HANDIDACTIQUE").is_some());
    }
}

on_both_engines! {
    async fn the_cache_follows_imports_and_nothing_else(bench: Bench) {
        let actor = bench.install().await;
        let reach = &Reach::of_installation();
        let directories = Directories::default();
        let mut tx = bench.db.read().await.unwrap();
        assert!(directories.current(&mut tx, reach).await.unwrap().organisations().is_empty());
        drop(tx);
        import(&bench, actor, &reference()).await;
        let mut old = bench.db.read().await.unwrap();
        let first = directories.current(&mut old, reach).await.unwrap();
        let again = directories.current(&mut old, reach).await.unwrap();
        assert!(std::sync::Arc::ptr_eq(&first, &again));
        // Whatever the change is called, what it did to the directory is seen.
        let renamed = edited("libelle: Handidactique", "libelle: Handidactique France");
        let mut change = Change::open(&bench.db, &bench.clock, actor, "demo.install").await.unwrap();
        let allowed = permit::<ImportDirectory>(&mut change, ()).await.unwrap();
        store::import(&mut change, allowed, &renamed).await.unwrap();
        change.commit().await.unwrap();
        let mut new = bench.db.read().await.unwrap();
        assert_eq!(*directories.current(&mut new, reach).await.unwrap(), renamed);
        // A transaction begun before still sees what it saw, and does not bring it back.
        assert_eq!(*directories.current(&mut old, reach).await.unwrap(), *first);
        assert_eq!(*directories.current(&mut new, reach).await.unwrap(), renamed);
    }
}

on_both_engines! {
    async fn an_empty_directory_says_what_to_do(bench: Bench) {
        bench.install().await;
        let mut site = signed_in(&bench).await;
        let text = words(&site.get("/organisations").await.body);
        assert!(text.contains("Le répertoire est vide."), "{text}");
        assert!(text.contains("jalon organisations import reference"), "{text}");
    }
}

on_both_engines! {
    async fn the_list_says_first_how_many_there_are_that_day(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let mut site = signed_in(&bench).await;
        let today = words(&site.get("/organisations").await.body);
        assert!(today.contains("Organisations 18 ARS aujourd’hui ;"), "{today}");
        assert!(today.contains("18 agences couvrent les 101 départements"), "{today}");
        assert!(today.contains("organisations ont cessé d’exister"), "{today}");
        let then = words(&site.get("/organisations?au=30/06/2017&type=ars").await.body);
        assert!(then.contains("17 ARS au 30 juin 2017 ;"), "{then}");
        assert!(then.contains("ARS Océan Indien 2 régions"), "{then}");
        assert!(!then.contains("ARS Mayotte"), "{then}");
        assert!(!then.contains("Direction générale"), "{then}");
        let before = words(&site.get("/organisations?au=01/06/2015").await.body);
        assert!(before.contains("12 ARS connues au 1er juin 2015"), "{before}");
        assert!(before.contains("12 agences connues, pour 49 départements sur 101"), "{before}");
        assert!(before.contains("La liste est incomplète à cette date."), "{before}");
        let long_ago = words(&site.get("/organisations?au=2009-01-01").await.body);
        assert!(long_ago.contains("Aucune ARS au 1er janvier 2009"), "{long_ago}");
        assert!(long_ago.contains("Les premières connues commencent le 1er avril 2010"), "{long_ago}");
    }
}

on_both_engines! {
    async fn an_agency_shows_its_departments_and_its_history(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let renamed = edited("sigle: ARS Auvergne-Rhône-Alpes", "sigle: ARS AuRA");
        import(&bench, actor, &renamed).await;
        let mut site = signed_in(&bench).await;
        let text = words(&site.get("/organisations/ARS-84").await.body);
        assert!(text.contains("Agence régionale de santé Auvergne-Rhône-Alpes"), "{text}");
        assert!(text.contains("En vigueur aujourd’hui, depuis le 1er janvier 2016."), "{text}");
        assert!(text.contains("Auvergne-Rhône-Alpes : 12 départements"), "{text}");
        assert!(text.contains("69 Rhône 73 Savoie"), "{text}");
        assert!(text.contains("1 changement depuis son inscription"), "{text}");
        assert!(text.contains("Sigle : ARS Auvergne-Rhône-Alpes → ARS AuRA"), "{text}");
        assert!(text.contains("Coordination nationale"), "{text}");
        let guadeloupe = words(&site.get("/organisations/ARS-01").await.body);
        assert!(guadeloupe.contains("Guadeloupe : 1 département et 2 autres territoires"), "{guadeloupe}");
        assert!(guadeloupe.contains("977 Saint-Barthélemy") && guadeloupe.contains("978 Saint-Martin"), "{guadeloupe}");
    }
}

on_both_engines! {
    async fn a_divided_agency_shows_its_two_sections_and_its_heirs(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let mut site = signed_in(&bench).await;
        let today = words(&site.get("/organisations/ARS-OI").await.body);
        assert!(today.contains("a pris fin le 31 décembre 2019 ; lui succèdent ARS La Réunion, ARS Mayotte."), "{today}");
        assert!(today.contains("Océan Indien : 2 régions, La Réunion et Mayotte au 31 décembre 2019"), "{today}");
        let then = words(&site.get("/organisations/ARS-OI?au=30/06/2017").await.body);
        assert!(then.contains("En vigueur au 30 juin 2017"), "{then}");
        // A succession to come is not told as done.
        let early = words(&site.get("/organisations/SGMCAS?au=30/06/2017").await.body);
        assert!(early.contains("En vigueur au 30 juin 2017.") && !early.contains("2017. Succède à SG"), "{early}");
        let heir = words(&site.get("/organisations/ARS-06?au=30/06/2017").await.body);
        assert!(heir.contains("N’existe pas encore au 30 juin 2017"), "{heir}");
    }
}

on_both_engines! {
    async fn another_name_leads_to_the_organisation_and_nonsense_nowhere(bench: Bench) {
        let actor = bench.install().await;
        import(&bench, actor, &reference()).await;
        let mut site = signed_in(&bench).await;
        let usage = site.get("/organisations/ANSP?au=2019-01-01").await;
        assert_eq!(usage.location.as_deref(), Some("/organisations/SPF?au=2019-01-01"));
        assert_eq!(site.get("/organisations/XYZ").await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.get("/organisations?type=xyz").await.status, StatusCode::NOT_FOUND);
        let wrong = site.get("/organisations?au=hier").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("n’est pas une date"), "{}", wrong.body);
    }
}

on_both_engines! {
    async fn the_directory_is_for_the_signed_in(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        for path in ["/organisations", "/organisations/DGOS"] {
            assert_eq!(site.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
        }
    }
}
