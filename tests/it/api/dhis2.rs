//! DHIS2's `dataValueSets`, out and in.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;
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
