//! Files of values read through the kernel, as pages show it: three kinds of file alike, a
//! question answered, columns corrected and remembered, the corrected copy, an embargo.

use axum::http::StatusCode;
use jalon::access::NotPermitted;
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{RehearseError, Row, Said, SentFile};

use super::{corrected, hpv};
use crate::on_both_engines;
use crate::stage::{GIRLS, Rehearsal, Stage};
use crate::support::Site;

const FRAMEWORK: (&str, &str) = ("cadre", "etat-ars-2024-2028");

/// Sends a file; the address of its page.
async fn sent(site: &mut Site, form: &[(&str, &str)], text: &str) -> String {
    let file = ("valeurs.csv", text.as_bytes());
    let answer = site.send_file("/imports", form, file).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location.unwrap()
}

/// What the first field of that name holds in a page.
fn held<'p>(page: &'p str, name: &str) -> &'p str {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    field.unwrap().split('"').next().unwrap()
}

/// Each row without its sheet: CSV files have none.
fn said(rehearsal: &Rehearsal) -> Vec<(u32, u32, String, String)> {
    let said = |row: &Row| {
        (
            row.place.row,
            row.place.column,
            row.subject.clone(),
            row.after.clone(),
        )
    };
    rehearsal.rows.iter().map(said).collect()
}

on_both_engines! {
    async fn the_three_kinds_of_file_are_rehearsed_alike(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let settings = Settings { framework: Some(FRAMEWORK.1.to_owned()), ..Settings::default() };
        let mut all = Vec::new();
        for extension in ["csv", "xlsx", "ods"] {
            let name = format!("hpv-2022-2023.{extension}");
            let file = SentFile {
                bytes: std::fs::read(format!("tests/fixtures/imports/{name}")).unwrap(),
                name,
                said: Said::beside(serde_json::to_value(&settings).unwrap()),
            };
            let batch = stage.imports.rehearse(stage.actor, INTAKE, &file).await.unwrap();
            let rehearsal = stage.rehearsal(batch.id).await;
            assert_eq!((rehearsal.counts.created, rehearsal.problems.len()), (72, 0), "{extension}");
            all.push(said(&rehearsal));
        }
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
    }
}

on_both_engines! {
    async fn a_question_is_answered_on_the_page_and_a_wrong_answer_can_be_changed(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let text = corrected("84,2023,54.3,25.4", "84,2023,0.547,25.4");
        let path = sent(&mut site, &[FRAMEWORK], &text).await;
        let page = site.get(&path).await.body;
        assert!(page.contains("À trancher") && page.contains("ne peut pas encore être enregistré"), "{page}");
        let answer = |choice: &'static str| {
            let names = ["feuille", "ligne", "colonne", "code"];
            let mut form = names.map(|name| (name, held(&page, name))).to_vec();
            form.push(("reponse", choice));
            form
        };
        let unknown = [("feuille", ""), ("ligne", "1"), ("colonne", "1"), ("code", "rien"), ("reponse", "scale")];
        assert_eq!(site.post(&format!("{path}/repondre"), &unknown).await.status, StatusCode::NOT_FOUND);
        site.post(&format!("{path}/repondre"), &answer("scale")).await;
        let read = site.get(&path).await.body;
        assert!(read.contains("Enregistrer 1 valeur") && read.contains("<ins>54,7"), "{read}");
        assert_eq!(site.post(&format!("{path}/enregistrer"), &[]).await.status, StatusCode::SEE_OTHER);
        let figures = stage.figures().await;
        let series = figures.series(GIRLS).unwrap();
        let figure = series.whole("84", jalon::kernel::Period::Year(2023)).unwrap();
        assert_eq!((figure.value.to_string(), figure.no), ("54.7".to_owned(), 2));
    }
}

on_both_engines! {
    async fn the_header_and_the_columns_are_corrected_on_the_page_and_remembered(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let text = "Tableau\n\nzone;exercice;couverture\n84;2023;60,1\nBretagne;2023;61,2\n";
        let path = sent(&mut site, &[FRAMEWORK], text).await;
        let page = site.get(&path).await.body;
        assert!(page.contains("Cette feuille n’est pas lue") && page.contains("/erreurs/layout"), "{page}");
        let columns = format!("{path}/colonnes");
        let wrong = site.post(&columns, &[("e.0", "trois")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("« trois » n’est pas un numéro de ligne"), "{}", wrong.body);
        assert_eq!(site.post(&columns, &[("e.0", "3")]).await.status, StatusCode::SEE_OTHER);
        let page = site.get(&path).await.body;
        assert!(page.contains("name=\"c.0.2\"") && page.contains("couverture"), "{page}");
        let measure = format!("value:{GIRLS}");
        let mut form = vec![("e.0", "3"), ("c.0.0", "place"), ("c.0.1", "period"), ("c.0.2", "couleur")];
        let wrong = site.post(&columns, &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        form[3].1 = &measure;
        site.post(&columns, &form).await;
        let page = site.get(&path).await.body;
        assert!(page.contains("Enregistrer 2 valeurs") && page.contains("<ins>61,2"), "{page}");
        // Until it is committed, nothing is remembered.
        let other = sent(&mut site, &[FRAMEWORK], text).await;
        assert!(site.get(&other).await.body.contains("Cette feuille n’est pas lue"));
        assert_eq!(site.post(&format!("{path}/enregistrer"), &[]).await.status, StatusCode::SEE_OTHER);
        let next = sent(&mut site, &[FRAMEWORK], &text.replace("61,2", "62,3")).await;
        let page = site.get(&next).await.body;
        assert!(page.contains("Enregistrer 1 valeur") && page.contains("<ins>62,3"), "{page}");
        // For another supplier, such a file is as new.
        let foreign = sent(&mut site, &[FRAMEWORK, ("fournisseur", "DREES")], text).await;
        assert!(site.get(&foreign).await.body.contains("Cette feuille n’est pas lue"));
        assert_eq!(stage.count("mapping_memory").await, 1);
    }
}

on_both_engines! {
    async fn a_period_said_by_a_heading_stays_when_the_measure_is_chosen(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = sent(&mut site, &[FRAMEWORK], "région;2022;2023\n84;45,2;60,1\n").await;
        let page = site.get(&path).await.body;
        assert!(page.contains("Rien ne dit l’indicateur"), "{page}");
        let measure = format!("value:{GIRLS}");
        let form = [("e.0", "1"), ("c.0.0", "place"), ("c.0.1", &measure), ("c.0.2", &measure)];
        site.post(&format!("{path}/colonnes"), &form).await;
        let page = site.get(&path).await.body;
        for told in ["Enregistrer 2 valeurs", "Auvergne-Rhône-Alpes, 2022", "Auvergne-Rhône-Alpes, 2023"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        // What is said beside the file does as well.
        let said = [FRAMEWORK, ("indicateur", "2.c.1")];
        let path = sent(&mut site, &said, "région;2022;2023\n84;45,2;60,1\n").await;
        assert!(site.get(&path).await.body.contains("Enregistrer 2 valeurs"));
        let wrong = [FRAMEWORK, ("indicateur", "9.z"), ("periode", "bientôt")];
        let refused = site.send_file("/imports", &wrong, ("a.csv", b"a;b")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["Aucun indicateur n’a le code « 9.z »", "« bientôt » n’est pas une période"] {
            assert!(refused.body.contains(told), "{told}: {}", refused.body);
        }
    }
}

on_both_engines! {
    async fn the_corrected_copy_is_offered_where_there_are_problems(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let path = sent(&mut site, &[FRAMEWORK], "region;annee;2.c.1\nVénusie;2023;1\n").await;
        let copy = format!("{path}/copie-corrigee.xlsx");
        assert!(site.get(&path).await.body.contains(&copy));
        assert_eq!(site.get(&copy).await.status, StatusCode::OK);
        assert!(site.header(&copy, "content-type").await.contains("spreadsheetml"));
        let name = site.header(&copy, "content-disposition").await;
        assert!(name.starts_with("attachment; filename=\"valeurs-a-corriger.xlsx\""), "{name}");
        let fine = sent(&mut site, &[FRAMEWORK], &hpv()).await;
        assert!(!site.get(&fine).await.body.contains("copie-corrigee"));
        let broken = sent(&mut site, &[FRAMEWORK], "  \n ").await;
        let none = site.get(&format!("{broken}/copie-corrigee.xlsx")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_file_under_embargo_shows_its_values_only_to_who_sent_it(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let text = "region;annee;2.c.1;2.c.2\n84;2023;54,8;98765432\n";
        let path = sent(&mut site, &[FRAMEWORK, ("embargo", "15/03/2026")], text).await;
        let page = site.get(&path).await.body;
        assert!(page.contains("<ins>54,8") && page.contains("98765432"), "{page}");
        // Sent by somebody who is not the person signed in.
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update batch set created_by = null where file_name = 'valeurs.csv'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let page = site.get(&path).await.body;
        assert!(page.contains("sous embargo") && !page.contains("54,8") && !page.contains("98765432"), "{page}");
        let copy = site.get(&format!("{path}/copie-corrigee.xlsx")).await;
        assert_eq!(copy.status, StatusCode::NOT_FOUND);
        // What is refused is named as it was asked for.
        let id: uuid::Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
        let again = stage.imports.begin_again(stage.actor, id, None, None).await.map(|_| ());
        let dropped = stage.imports.give_up(stage.actor, id, None).await;
        for (refused, act) in [(again, "import.read"), (dropped, "import.drop")] {
            let Err(RehearseError::NotPermitted(NotPermitted::Denied(denied))) = refused else {
                panic!("{act}: {refused:?}");
            };
            assert_eq!(denied.act, act);
        }
        bench.clock.set("2026-03-15T08:00:00Z".parse().unwrap());
        site.sign_in().await;
        assert!(site.get(&path).await.body.contains("<ins>54,8"));
    }
}
