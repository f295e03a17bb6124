//! Values typed or pasted on screen: the same figures as by a file, and nothing lost on the way.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jalon::imports::read_workbook;
use jalon::organisations::PlaceKind;

use crate::on_both_engines;
use crate::stage::{BOYS, GIRLS, Stage, dump};
use crate::support::Site;

const GRIDS: [(&str, &str); 2] = [("2.c.1", GIRLS), ("2.c.2", BOYS)];

/// The published rates: region, year, and one for each grid.
fn rates() -> Vec<(String, String, [String; 2])> {
    let bytes = std::fs::read("tests/fixtures/imports/hpv-2022-2023.csv").unwrap();
    let sheet = read_workbook(&bytes).unwrap().sheets.remove(0);
    let text = |row: &Vec<jalon::imports::Cell>, at: usize| row[at].text.clone();
    let heads: Vec<String> = sheet.rows[0].iter().map(|cell| cell.text.clone()).collect();
    let at = |name: &str| {
        heads
            .iter()
            .position(|head| head.starts_with(name))
            .unwrap()
    };
    let (region, year, girls, boys) = (at("territory"), at("year"), at("2.c.1"), at("2.c.2"));
    let rows = sheet.rows.iter().skip(1);
    rows.map(|row| {
        (
            text(row, region),
            text(row, year),
            [text(row, girls), text(row, boys)],
        )
    })
    .collect()
}

/// What the figures say, and who says it.
async fn said(stage: &Stage<'_>) -> BTreeMap<String, String> {
    let figures = dump(&stage.figures().await);
    let told = figures.into_iter().map(|((measure, subject), figure)| {
        let about = format!(
            "{measure} {} {} {}",
            subject.place, subject.period, subject.breakdown
        );
        let state = format!(
            "{} {} {:?} {:?} {}",
            figure.value, figure.supplier, figure.source, figure.comment, figure.provisional
        );
        (about, state)
    });
    told.collect()
}

fn field(name: &str, measure: &str, place: &str, year: &str) -> String {
    format!("{name}{measure}~{place}~{year}~valeur")
}

async fn post(site: &mut Site, address: &str, form: &[(String, String)]) -> crate::support::Answer {
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    site.post(address, &form).await
}

on_both_engines! {
    async fn typed_or_pasted_the_figures_are_those_of_the_files(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mut all = Vec::new();
        for extension in ["csv", "xlsx", "ods"] {
            let bytes = std::fs::read(format!("tests/fixtures/imports/hpv-2022-2023.{extension}")).unwrap();
            let rehearsal = stage.rehearse_current(bytes).await;
            stage.commit(rehearsal.id).await.unwrap();
            all.push(said(&stage).await);
            stage.undo(rehearsal.id, "une autre manière").await.unwrap();
        }
        assert_eq!(all[0].len(), 72);
        // Cell by cell.
        let directory = stage.directory().await;
        let mut batches = Vec::new();
        for (rank, (code, measure)) in GRIDS.into_iter().enumerate() {
            for year in ["2022", "2023"] {
                let mut form = Vec::new();
                for (place, of, rates) in rates().iter().filter(|(_, of, _)| of == year) {
                    let kinds = [PlaceKind::Region, PlaceKind::Country];
                    let place = &directory.recognise(place, &kinds).found().unwrap().code;
                    form.push((field("", measure, place, of), rates[rank].clone()));
                    form.push((field("vu:", measure, place, of), String::new()));
                }
                let address = format!("/saisie/etat-ars-2024-2028/{code}?annee={year}");
                let answer = post(&mut site, &address, &form).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
                batches.push(answer.location.unwrap());
            }
        }
        all.push(said(&stage).await);
        let page = site.get(&batches[0]).await.body;
        assert!(page.contains("Saisie à l’écran du") && page.contains("Cet import est enregistré"), "{page}");
        for batch in &batches {
            site.post(&format!("{batch}/annuler"), &[("motif", "une autre manière")]).await;
        }
        // By blocks, one with headings.
        for (rank, (code, _)) in GRIDS.into_iter().enumerate() {
            for year in ["2022", "2023"] {
                let mut block = if rank == 0 { format!("Région\t{year}\n") } else { String::new() };
                for (place, _, rates) in rates().iter().filter(|(_, of, _)| of == year) {
                    block.push_str(&format!("{place}\t{}\n", rates[rank]));
                }
                let address = format!("/saisie/etat-ars-2024-2028/{code}?annee={year}");
                let answer = site.post(&address, &[("bloc", &block)]).await;
                let path = answer.location.unwrap_or_else(|| panic!("{}", answer.body));
                site.post(&format!("{path}/enregistrer"), &[]).await;
            }
        }
        all.push(said(&stage).await);
        for other in &all[1..] {
            assert_eq!(*other, all[0]);
        }
    }
}

on_both_engines! {
    async fn what_is_wrong_comes_back_beside_its_cell_and_nothing_is_lost(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let address = "/saisie/etat-ars-2024-2028/2.c.1?annee=2023";
        let page = site.get(address).await.body;
        for told in ["Bretagne", "Unité : %", "Coller depuis Excel", "name=\"bloc\"", "/statique/grille-"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        let before = stage.last_change().await;
        let (wrong, right) = (field("", GIRLS, "53", "2023"), field("", GIRLS, "11", "2023"));
        let seen = |of: &str| (field("vu:", GIRLS, of, "2023"), String::new());
        let form = [(wrong.clone(), "environ 40".to_owned()), (right.clone(), "45,5".to_owned()), seen("53"), seen("11")];
        let answer = post(&mut site, address, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["environ 40", "n’est pas un nombre", "value=\"45,5\"", "aria-invalid=\"true\"", "Une case est à revoir"] {
            assert!(answer.body.contains(told), "{told}: {}", answer.body);
        }
        assert_eq!(stage.last_change().await, before);
        let form = [(right.clone(), "45,5".to_owned()), seen("11")];
        assert_eq!(post(&mut site, address, &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(stage.last_change().await, before + 1);
        // Somebody who saw the cell empty types another value: both are shown.
        let form = [(right.clone(), "46".to_owned()), seen("11")];
        let stale = post(&mut site, address, &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.body.contains("« 45,5 »") && stale.body.contains("« 46 »"), "{}", stale.body);
        // The same form sent twice does nothing more.
        let form = [(right, "45,5".to_owned()), seen("11")];
        let again = post(&mut site, address, &form).await;
        assert!(again.body.contains("rien à enregistrer"), "{}", again.body);
        assert_eq!(stage.last_change().await, before + 1);
        assert_eq!(site.get("/saisie/etat-ars-2024-2028/9.z").await.status, StatusCode::NOT_FOUND);
        let region = site.get("/saisie/etat-ars-2024-2028/regions/53?annee=2023").await;
        assert!(region.status == StatusCode::OK && region.body.contains("Saisir les valeurs de Bretagne"));
        // The indicators of a region are found by objective and by text, in the address.
        let path = "/saisie/etat-ars-2024-2028/regions/53?annee=2023";
        let few = site.get(&format!("{path}&texte=2.c.1%20HPV")).await.body;
        assert!(few.contains("1 indicateur pour ce filtre") && few.contains(&field("", GIRLS, "53", "2023")), "{few}");
        assert!(few.contains("action=\"/saisie/etat-ars-2024-2028/regions/53?annee=2023&amp;texte=2.c.1+HPV\""), "{few}");
        let whole = region.body.matches("data-cell").count();
        let objective = few.split("<option value=\"").find(|o| o.contains("\">2 ")).unwrap();
        let objective = objective.split('"').next().unwrap();
        let some = site.get(&format!("{path}&objectif={objective}")).await.body;
        let shown = some.matches("data-cell").count();
        assert!(0 < shown && shown < whole && some.contains(&field("", BOYS, "53", "2023")), "{shown} of {whole}");
        let none = site.get(&format!("{path}&texte=licorne")).await.body;
        assert!(none.contains("tous sont montrés") && none.matches("data-cell").count() == whole);
        let form = [(field("", GIRLS, "53", "2023"), "67,7".to_owned()), (field("vu:", GIRLS, "53", "2023"), String::new())];
        let kept = post(&mut site, &format!("{path}&texte=2.c.1%20HPV"), &form).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
        let odd = site.post(address, &[("bloc", "1\n2\n")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn without_a_framework_the_page_of_templates_says_what_to_do(bench: Bench) {
        Stage::bare(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get("/imports/modele").await.body;
        assert!(page.contains("jalon framework import") && !page.contains("name=\"cadre\""), "{page}");
    }
}

on_both_engines! {
    async fn a_template_is_chosen_and_downloaded(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get("/imports/modele").await.body;
        assert!(form.contains("name=\"cadre\"") && form.contains("/regions/53"), "{form}");
        let address = "/imports/modele?cadre=etat-ars-2024-2028&indicateur=2.c.1&annees=2023";
        let name = site.header(address, "content-disposition").await;
        assert_eq!(name, "attachment; filename=\"modele-etat-ars-2024-2028-2.c.1.xlsx\"");
        let odd = site.get("/imports/modele?cadre=etat-ars-2024-2028&annees=demain").await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(odd.body.contains("n’est pas une année"), "{}", odd.body);
    }
}
