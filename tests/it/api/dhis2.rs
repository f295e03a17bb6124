//! DHIS2's `dataValueSets`, out and in.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;
use jalon::figures::values::Settings;
use serde_json::{Value as Json, json};

use super::{Program, hpv, json as read, problem};
use crate::on_both_engines;
use crate::stage::{BOYS, GIRLS, Stage};

const SETS: &str = "/api/v1/dhis2/dataValueSets";

fn values(set: &Json) -> &Vec<Json> {
    set["dataValues"].as_array().unwrap()
}

on_both_engines! {
    async fn what_is_read_in_the_format_of_dhis2_can_be_sent_back(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let all = program.read(&format!("{SETS}?dataSet=etat-ars-2024-2028")).await;
        assert_eq!((all["dataSet"].as_str(), values(&all).len()), (Some("etat-ars-2024-2028"), 72));
        let some = format!("{SETS}?dataElement={GIRLS}&dataElement={BOYS}&orgUnit=53&orgUnit=84&period=2023");
        let some = program.read(&some).await;
        assert_eq!(values(&some).len(), 4);
        assert_eq!(
            values(&some)[0],
            json!({
                "dataElement": GIRLS, "period": "2023", "orgUnit": "53",
                "categoryOptionCombo": "default", "attributeOptionCombo": "default",
                "value": "67.7", "created": "2026-01-05T08:00:00Z", "lastUpdated": "2026-01-05T08:00:00Z"
            })
        );
        assert_eq!(values(&program.read(&format!("{SETS}?lastUpdated=2026-01-06")).await).len(), 0);
        assert_eq!(values(&program.read(&format!("{SETS}?as_of=2026-01-04")).await).len(), 0);

        // The same values change nothing; one that differs is told, then written.
        let sent = program.post(SETS, &[], &all).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        assert_eq!(read(&sent)["counts"], json!({"created": 0, "changed": 0, "unchanged": 72, "refused": 0}));
        let mut corrected = some.clone();
        corrected["dataValues"][0]["value"] = json!("68.2");
        let sent = program.post(SETS, &[], &corrected).await;
        assert_eq!(read(&sent)["counts"]["changed"], 1, "{}", sent.body);
        let etag = sent.headers["etag"].to_str().unwrap().to_owned();
        let commit = format!("{}/commit", sent.location.unwrap());
        let done = program.ask(Method::POST, &commit, &[("if-match", &etag)], Body::empty()).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let now = program.read(&format!("{SETS}?dataElement={GIRLS}&orgUnit=53&period=2023")).await;
        assert_eq!(values(&now)[0]["value"], "68.2");
    }
}

const RATIOS: &str = "indicateur;territoire;annee;numerateur;denominateur\n";

on_both_engines! {
    async fn a_round_trip_keeps_terms_marks_and_what_dhis2_has_no_word_for(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let invented = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            supplier: Some("ARS-28".to_owned()),
            source: Some("Enquête".to_owned()),
            comment: Some("Inventé".to_owned()),
            reference_date: Some(jiff::civil::date(2023, 12, 31)),
            provisional: true,
            fictional: true,
            ..Settings::default()
        };
        let waiting = Settings { supplier: None, source: None, comment: None, reference_date: None, fictional: false, ..invented.clone() };
        for (text, settings) in [
            (format!("{RATIOS}2.c.1;28;2023;2;3\n2.c.1;53;2023;1;1.7\n"), &invented),
            ("indicateur;territoire;annee;valeur\n2.c.2;28;2023;25,9\n".to_owned(), &invented),
            ("indicateur;territoire;annee;valeur\n2.c.2;53;2023;26,1\n".to_owned(), &waiting),
        ] {
            let rehearsal = stage.rehearse_with(text, settings).await;
            assert_eq!(rehearsal.counts.refused, 0, "{:?}", rehearsal.problems);
            stage.commit(rehearsal.id).await.unwrap();
        }
        stage.load(format!("{RATIOS}2.c.1;84;2023;565;1000\n")).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let all = program.read(&format!("{SETS}?dataSet=etat-ars-2024-2028&period=2023")).await;
        let rates: Vec<&str> = values(&all).iter().map(|value| value["value"].as_str().unwrap()).collect();
        assert_eq!(rates.len(), 5);
        assert!(rates.contains(&"66.666667") && rates.contains(&"58.823529") && rates.contains(&"56.5"), "{rates:?}");
        let same = program.post(SETS, &[], &all).await;
        assert_eq!(read(&same)["counts"], json!({"created": 0, "changed": 0, "unchanged": 5, "refused": 0}), "{}", same.body);
        // Said to be definitive, the four that were not are changed.
        let definitive = program.post(&format!("{SETS}?status=definitif"), &[], &all).await;
        assert_eq!(read(&definitive)["counts"]["changed"], 4, "{}", definitive.body);
        // A neighbour in the last decimal is another rate.
        let mut beside = all.clone();
        let thirds = beside["dataValues"].as_array_mut().unwrap().iter_mut().find(|value| value["value"] == "66.666667");
        thirds.unwrap()["value"] = json!("66.666666");
        let beside = program.post(SETS, &[], &beside).await;
        assert_eq!(read(&beside)["counts"], json!({"created": 0, "changed": 1, "unchanged": 4, "refused": 0}), "{}", beside.body);
    }
}

on_both_engines! {
    async fn a_file_that_gives_only_the_rate_leaves_its_terms_in_place(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(format!("{RATIOS}2.c.1;28;2023;2;3\n")).await;
        let rate = "indicateur;territoire;annee;valeur\n2.c.1;28;2023;66,666667\n";
        let same = stage.rehearse_current(rate).await;
        assert_eq!((same.counts.changed, same.counts.unchanged), (0, 1));
        // What changes beside it is written, and its terms stay.
        let commented = "indicateur;territoire;annee;valeur;commentaire\n2.c.1;28;2023;66,666667;Vu\n";
        stage.load(commented).await;
        let view = stage.figures().await;
        let (_, figure) = view.series(GIRLS).unwrap().iter().next().unwrap();
        assert_eq!((figure.no, figure.comment.as_deref()), (2, Some("Vu")));
        assert_eq!(figure.value.to_string(), "2/3");
        // Another rate has no terms.
        stage.load(rate.replace("66,666667", "66,7")).await;
        let view = stage.figures().await;
        let (_, figure) = view.series(GIRLS).unwrap().iter().next().unwrap();
        assert_eq!(figure.value.to_string(), "66.7");
    }
}

on_both_engines! {
    async fn what_dhis2_says_that_has_no_place_is_told_with_its_place(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        for query in ["period=2023W1", "dataSet=x", "dataElement=x", "lastUpdated=hier", "as_of=hier", "children=true"] {
            let answer = program.get(&format!("{SETS}?{query}")).await;
            assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::BAD_REQUEST, "api-demande"), "{query}");
        }
        let weekly = json!({"dataValues": [{"dataElement": GIRLS, "orgUnit": "53", "period": "2023W1", "value": "1"}]});
        let answer = program.post(SETS, &[], &weekly).await;
        assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::BAD_REQUEST, "api-demande"));
        assert_eq!(read(&answer)["errors"][0]["path"], "dataValues[0].period");
        // What reads and is wrong is a problem of the rehearsal, with its line.
        let unknown = json!({"dataValues": [{"dataElement": GIRLS, "orgUnit": "nulle part", "period": "2023", "value": "1"}]});
        let answer = program.post(SETS, &[], &unknown).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert_eq!(read(&answer)["problems"][0]["row"], 2);
        let mut reader = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let refused = reader.post(SETS, &[], &weekly).await;
        assert!(refused.status.is_client_error());
    }
}
