//! Documents as everybody may read them, and as they may be kept: what a machine can check of
//! PDF/UA-1 and PDF/A-3a; and the sheets, which are one page each.

use axum::http::StatusCode;
use lopdf::{Object, dictionary};

use super::paper::{Paper, is_element};
use super::{CONTRACT, signed};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, Site, pdf_text};

const INDICATOR: &str = "/indicateurs/etat-ars-2024-2028/2.c.1/fiche";

async fn paper(site: &mut Site, path: &str) -> Paper {
    let answer = site.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/pdf", "{path}");
    Paper::of(&answer.bytes)
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

/// A text without the hyphens, the spaces and the ends of lines that a page puts in it.
fn run_on(text: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !"-\u{ad}\u{2010}\u{200b}".contains(*c);
    text.chars().filter(kept).collect()
}

#[track_caller]
fn says(paper: &Paper, said: &[&str]) {
    let text = paper.text();
    for said in said {
        assert!(run_on(&text).contains(&run_on(said)), "« {said} »: {text}");
    }
}

on_both_engines! {
    async fn every_document_can_be_read_by_everybody_and_kept(bench: Bench) {
        let _ = signed(&bench).await;
        let mut site = signed_in(&bench).await;
        let dossier = format!("/contrats/{CONTRACT}/dossier?annee=2024");
        let sheet = format!("/contrats/{CONTRACT}/fiche/2024");
        let whole = format!("{sheet}?indicateurs=tout");
        for path in [dossier.as_str(), &sheet, &whole, INDICATOR] {
            let paper = paper(&mut site, path).await;
            assert_eq!(paper.faults(), [""; 0], "{path}");
        }
    }
}

on_both_engines! {
    async fn a_dossier_has_bookmarks_numbers_on_its_pages_and_words_for_its_drawings(bench: Bench) {
        let _ = signed(&bench).await;
        let mut site = signed_in(&bench).await;
        let paper = paper(&mut site, &format!("/contrats/{CONTRACT}/dossier?annee=2024")).await;
        let pages = paper.pages();
        assert!(pages > 3, "{pages}");
        for page in 1..=pages {
            let text = paper.text_of(page);
            assert!(run_on(&text).contains(&format!("{page}sur{pages}")), "page {page}: {text}");
        }
        let bookmarks = paper.bookmarks();
        assert!(bookmarks.len() > 5, "{bookmarks:?}");
        for heading in ["Note de synthèse", "Synthèse de l’atteinte", "2.c.1", "Valeurs en retard"] {
            assert!(bookmarks.iter().any(|title| title.contains(heading)), "{heading}: {bookmarks:?}");
        }
        assert!(paper.count_of("Figure") > 0 && paper.count_of("TH") > 0);
    }
}

/// A check that cannot fail shows nothing: what is broken on purpose is refused.
#[tokio::test]
async fn a_document_that_lacks_something_is_refused() {
    let bench = Bench::sqlite().await;
    let _ = signed(&bench).await;
    let mut site = signed_in(&bench).await;
    let sound = paper(&mut site, INDICATOR).await;
    assert_eq!(sound.with(|_| {}).faults(), [""; 0]);
    let refused = |broken: &Paper, what: &str| {
        assert_ne!(broken.faults(), [""; 0], "{what}");
    };
    for key in [
        "Lang",
        "MarkInfo",
        "Metadata",
        "OutputIntents",
        "StructTreeRoot",
        "ViewerPreferences",
    ] {
        let broken = sound.with(|document| {
            document.catalog_mut().unwrap().remove(key.as_bytes());
        });
        refused(&broken, key);
    }
    for (kind, key) in [("Figure", "Alt"), ("TH", "A")] {
        let broken = sound.with(|document| {
            let objects = document.objects.values_mut();
            for object in objects.filter(|object| is_element(object, kind)) {
                object.as_dict_mut().unwrap().remove(key.as_bytes());
            }
        });
        refused(&broken, kind);
    }
    for keys in [
        &["FontFile2", "FontFile3"][..],
        &["ToUnicode"],
        &["StructParents"],
        &["Tabs"],
    ] {
        let broken = sound.with(|document| {
            let objects = document.objects.values_mut();
            for held in objects.filter_map(|object| object.as_dict_mut().ok()) {
                for key in keys {
                    held.remove(key.as_bytes());
                }
            }
        });
        refused(&broken, keys[0]);
    }
    let runs = sound.with(|document| {
        let script = Object::string_literal("app.alert(1)");
        let script = dictionary! { "S" => "JavaScript", "JS" => script };
        document.catalog_mut().unwrap().set("OpenAction", script);
    });
    refused(&runs, "a script");
}

on_both_engines! {
    async fn the_sheet_of_a_region_is_one_page_that_says_where_it_stands(bench: Bench) {
        let _ = signed(&bench).await;
        let mut site = signed_in(&bench).await;
        let led = site.get(&format!("/contrats/{CONTRACT}/fiche")).await;
        assert_eq!(led.location.as_deref(), Some(&*format!("/contrats/{CONTRACT}/fiche/2025")));
        // That of a day of the past is of the year that was over then, as on the page.
        let led = site.get(&format!("/contrats/{CONTRACT}/fiche?au=2025-02-01")).await;
        assert_eq!(led.location.as_deref(), Some(&*format!("/contrats/{CONTRACT}/fiche/2024?au=2025-02-01")));
        let sheet = paper(&mut site, &format!("/contrats/{CONTRACT}/fiche/2024")).await;
        assert_eq!(sheet.pages(), 1);
        says(&sheet, &["Fiche région", "Normandie", "2.c.1", "66,3", "66,5", "67,0", "5 janvier 2026"]);
        let wrong = site.get(&format!("/contrats/{CONTRACT}/fiche/2024?au=hier")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn the_sheet_of_an_indicator_is_one_page_with_every_region(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()).await;
        let mut site = signed_in(&bench).await;
        let sheet = paper(&mut site, INDICATOR).await;
        assert_eq!(sheet.pages(), 1);
        says(&sheet, &["2.c.1", "2023", "Bretagne", "67,7", "Guyane", "21,9", "54,6", "reçu le 5 janvier 2026"]);
        // The map, how regions are spread, the course of the country.
        assert_eq!(sheet.count_of("Figure"), 3);
        let before = paper(&mut site, &format!("{INDICATOR}?periode=2022")).await;
        assert_eq!(before.pages(), 1);
        says(&before, &["60,3"]);
        assert_ne!(before.text_of(1), sheet.text_of(1));
        let nowhere = site.get("/indicateurs/etat-ars-2024-2028/9.z/fiche").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_sheet_is_of_the_day_asked_for(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        bench.clock.advance(jiff::SignedDuration::from_hours(24));
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;68,1\n").await;
        let mut site = signed_in(&bench).await;
        for path in [format!("/contrats/{CONTRACT}/fiche/2024?"), format!("{INDICATOR}?periode=2024&")] {
            let now = site.get(&path).await;
            let then = site.get(&format!("{path}au=2026-01-05")).await;
            let (now, then) = (pdf_text(&now.bytes), pdf_text(&then.bytes));
            assert!(now.contains("68,1") && !now.contains("66,5"), "{path}: {now}");
            assert!(then.contains("66,5") && !then.contains("68,1"), "{path}: {then}");
        }
    }
}

on_both_engines! {
    async fn a_figure_under_embargo_is_on_no_paper_whoever_asks(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let settings = jalon::figures::values::Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            embargo_until: Some("2026-02-01".parse().unwrap()),
            ..jalon::figures::values::Settings::default()
        };
        let read = stage.rehearse_with("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;98,7\n", &settings).await;
        stage.commit(read.id).await.unwrap();
        let mut site = signed_in(&bench).await;
        let sheet = format!("/contrats/{CONTRACT}/fiche/2024");
        let whole = format!("{sheet}?indicateurs=tout");
        let dossier = format!("/contrats/{CONTRACT}/dossier?annee=2024");
        for path in [&sheet, &whole, &dossier, INDICATOR] {
            let text = paper(&mut site, path).await.text();
            assert!(!text.contains("98,7"), "{path}: {text}");
        }
        bench.clock.set("2026-02-01T08:00:00Z".parse().unwrap());
        let mut site = signed_in(&bench).await;
        says(&paper(&mut site, &sheet).await, &["98,7"]);
    }
}
