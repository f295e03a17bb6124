//! « Corriger un indicateur »: every field that a civil servant may correct, through the page.

use axum::http::StatusCode;
use jalon::frameworks::store::head;
use jalon::frameworks::{
    DataYear, DeliveryStatus, DueRule, DueState, Framework, Limit, Method, Supply,
};
use jalon::ledger::history_of;
use jalon::measures::Direction;

use crate::form::{fields, filled, value};
use crate::on_both_engines;
use crate::program::Program;
use crate::stage::{GIRLS, Stage};
use crate::support::{Answer, Folder, Site};

const CODE: &str = "etat-ars-2024-2028";

fn address(key: &str) -> String {
    format!("/cadres/{CODE}/indicateurs/{key}/modifier")
}

async fn correct(site: &mut Site, key: &str, typed: &[(&str, &str)]) -> Answer {
    let form = site.get(&address(key)).await;
    assert_eq!(form.status, StatusCode::OK);
    let fields = filled(&form.body, typed);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    site.post(&address(key), &fields).await
}

async fn framework(stage: &Stage<'_>) -> Framework {
    stage
        .catalogue()
        .await
        .framework(CODE)
        .unwrap()
        .framework
        .clone()
}

/// An indicator of the framework with a numeric measure of its own on which nothing rests.
const FREE: &str = "1.a";

on_both_engines! {
    async fn everything_that_may_be_corrected_is_in_the_form_and_comes_back_from_the_export(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let before = framework(&stage).await;
        let measure = before.indicators.iter().find(|i| i.key == FREE).unwrap().measures[0].clone();
        let of = |key: &str| format!("mesure:{measure}:{key}");
        let names: Vec<String> = ["libelle", "unite", "decimales", "sens", "min", "max", "numerateur", "denominateur", "note"].map(of).to_vec();
        let texts = ["Ce qui est compté", "euros", "2", "baisse", "-1,5", "1 234,5", "Ce qui est au-dessus", "Ce qui est au-dessous", "Une\nprécision"];
        let mut typed: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts).collect();
        typed.extend([
            ("methode", "plafond"), ("fournisseur", "DGOS, ATIH"), ("source", "Une enquête"),
            ("periodicite", "semestrielle"), ("alimentation", "ars"), ("regions", "01, 84"),
            ("echeance", "31/12/N + 1 semaine, puis mars-avril N+1"), ("etat", "fixee"), ("donnees", "N-1"),
            ("regle:0:jour", "31"), ("regle:0:de_mois", ""), ("regle:0:mois", "12"), ("regle:0:trimestre", ""), ("regle:0:plus_jours", "7"), ("regle:0:annee", "0"), ("regle:0:statut", "provisoire"),
            ("regle:1:de_mois", "3"), ("regle:1:mois", "4"), ("regle:1:annee", "1"), ("regle:1:statut", "definitive"),
            ("lacunes", "2025 : pas d’enquête cette année-là"), ("motif", "Tout est vérifié"),
        ]);
        let answer = correct(&mut site, FREE, &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let after = framework(&stage).await;
        let indicator = after.indicators.iter().find(|i| i.key == FREE).unwrap();
        assert_eq!((indicator.method, indicator.supply), (Method::Ceiling, Some(Supply::Agency)));
        assert_eq!((indicator.suppliers.join(" "), indicator.regions.join(" ")), ("DGOS ATIH".to_owned(), "01 84".to_owned()));
        let due = &indicator.due;
        assert_eq!((due.state, due.data, due.gaps[0].year), (DueState::Fixed, Some(DataYear::Before), 2025));
        let rule = |limit, years_after, status| DueRule { limit, years_after, status: Some(status) };
        assert_eq!(due.rules, [
            rule(Limit::Day { day: 31, month: 12, plus_days: 7 }, 0, DeliveryStatus::Provisional),
            rule(Limit::Months { from: 3, to: 4 }, 1, DeliveryStatus::Final),
        ]);
        let corrected = after.measures.iter().find(|m| m.code == measure).unwrap();
        assert_eq!((corrected.label.as_str(), corrected.unit.as_deref(), corrected.direction), ("Ce qui est compté", Some("euros"), Direction::Lower));
        assert_eq!((corrected.min, corrected.max), (Some("-1.5".parse().unwrap()), Some("1234.5".parse().unwrap())));
        // What the form shows is what was typed, and sent as it came it changes nothing.
        let form = site.get(&address(FREE)).await.body;
        assert_eq!((value(&form, &of("max")), value(&form, "regle:0:plus_jours")), ("1234,5".to_owned(), "7".to_owned()));
        assert_eq!(correct(&mut site, FREE, &[("motif", "rien")]).await.status, StatusCode::SEE_OTHER);
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(head(&mut tx, CODE).await.unwrap().unwrap().no, 2);
        drop(tx);
        // Exported, then imported again: no change.
        let url = bench.url.clone();
        // Aside, so that the connections of the site settle meanwhile.
        let told = tokio::task::spawn_blocking(move || {
            let (program, folder) = (Program::on(&url), Folder::new());
            let out = folder.path().join(CODE).to_str().unwrap().to_owned();
            program.run(&["framework", "export", CODE, "--out", &out]).done();
            program.run(&["framework", "import", &out]).done()
        });
        let told = told.await.unwrap();
        assert!(told.contains("aucun changement") || told.contains("inchangé"), "{told}");
        assert_eq!(framework(&stage).await, after);
    }
}

on_both_engines! {
    async fn a_reading_is_confirmed_with_who_and_why_then_put_in_doubt_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let reading = |framework: &Framework| {
            let indicator = framework.indicators.iter().find(|i| i.key == "2.c.1").unwrap();
            (indicator.our_reading.clone(), indicator.uncertain.clone())
        };
        let before = reading(&framework(&stage).await);
        assert!(before.0.contains(&"methode".to_owned()), "{before:?}");
        let form = site.get(&address("2.c.1")).await.body;
        assert_eq!(value(&form, "lecture:methode"), "jalon");
        let answer = correct(&mut site, "2.c.1", &[("lecture:methode", ""), ("motif", "Vérifié auprès de la DGS")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(!reading(&framework(&stage).await).0.contains(&"methode".to_owned()));
        let thing = stage.catalogue().await.framework(CODE).unwrap().thing;
        let mut tx = bench.db.read().await.unwrap();
        let told = history_of(&mut tx, thing).await.unwrap().remove(0);
        drop(tx);
        assert_eq!((told.who.as_deref(), told.why.as_deref()), (Some("Coordination nationale"), Some("Vérifié auprès de la DGS")));
        assert!(told.after_state.unwrap().contains("2.c.1"));
        let again = [("lecture:methode", "jalon incertaine"), ("motif", "La note dit autre chose")];
        assert_eq!(correct(&mut site, "2.c.1", &again).await.status, StatusCode::SEE_OTHER);
        let (ours, uncertain) = reading(&framework(&stage).await);
        assert!(ours.contains(&"methode".to_owned()) && uncertain.contains(&"methode".to_owned()));
    }
}

on_both_engines! {
    async fn what_values_rest_on_is_told_before_and_stays(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(std::fs::read("demo/hpv-2022-2023.csv").unwrap()).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(&address("2.c.1")).await.body;
        let unit = format!("mesure:{GIRLS}:unite");
        let told = form.split(&format!("id=\"{unit}\"")).nth(1).unwrap();
        assert!(told[..600].contains("Ne se corrige plus ici : la mesure a des valeurs"), "{}", &told[..600]);
        assert!(form.contains("les bornes ne peuvent pas en laisser dehors"), "{form}");
        // The direction is bound by targets alone.
        assert!(form.contains(&format!("<select id=\"mesure:{GIRLS}:sens\"")), "{form}");
        let forged = correct(&mut site, "2.c.1", &[(&unit, "euros"), ("motif", "x")]).await;
        assert_eq!(forged.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(forged.body.contains("son unité ne peut plus changer"), "{}", forged.body);
        let narrowed = correct(&mut site, "2.c.1", &[(&format!("mesure:{GIRLS}:max"), "12"), ("motif", "x")]).await;
        assert_eq!(narrowed.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn what_contradicts_is_told_beside_its_field_in_the_words_of_the_form(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let measure = framework(&stage).await.indicators.iter().find(|i| i.key == FREE).unwrap().measures[0].clone();
        let of = |key: &str| format!("mesure:{measure}:{key}");
        for (typed, field, said) in [
            (vec![(of("min"), "9"), (of("max"), "1")], of("min"), "dépasse la plus grande"),
            (vec![(of("decimales"), "9")], of("decimales"), "de 0 à 6"),
            (vec![(of("min"), "beaucoup")], of("min"), "Écrivez un nombre"),
            (vec![("methode".to_owned(), "oui-non")], "methode".to_owned(), "ne convient pas"),
            (vec![("etat".to_owned(), "a-preciser")], "etat".to_owned(), "Accordez les deux"),
            (vec![("regle:2:mois".to_owned(), "4")], "regle:2:annee".to_owned(), "De quelle année"),
            (vec![("lacunes".to_owned(), "1999 : rien")], "lacunes".to_owned(), "1999"),
            (vec![("regions".to_owned(), "99")], "regions".to_owned(), "99"),
        ] {
            let mut typed: Vec<(&str, &str)> = typed.iter().map(|(n, t)| (n.as_str(), *t)).collect();
            typed.push(("motif", "essai"));
            let answer = correct(&mut site, FREE, &typed).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", answer.body);
            let alert = answer.body.split("role=\"alert\"").nth(1).unwrap().split("<form").next().unwrap();
            let said = said.replace("De quelle", "de quelle");
            assert!(alert.contains(&said) && alert.contains(&format!("href=\"#{field}\"")), "{field}: {alert}");
            let kept = fields(&answer.body);
            for (name, text) in typed {
                assert!(kept.iter().any(|(known, held)| known == name && held == text), "{name}");
            }
        }
    }
}
