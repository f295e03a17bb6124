//! What programs send: as files do, once, and upon what they saw.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;
use jalon::imports::{ActError, RehearseError};
use serde_json::{Value as Json, json};

use super::{Program, hpv, json as read, problem};
use crate::contracts::hand::colleague;
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::Answer;

const REHEARSALS: &str = "/api/v1/rehearsals";
const CURRENT: &str = "etat-ars-2024-2028";

/// The vaccination file, value by value.
fn values() -> Vec<Json> {
    let text = hpv();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let mut values = Vec::new();
    for line in lines {
        for (indicator, value) in header.iter().zip(&line).skip(2) {
            values.push(json!({
                "indicator": indicator, "place": line[0], "period": line[1], "value": value
            }));
        }
    }
    values
}

fn etag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

/// Sends values and gives back the address and the state of their rehearsal.
async fn sent(program: &mut Program, values: Vec<Json>) -> (String, String, Json) {
    let body = json!({"framework": CURRENT, "values": values});
    let answer = program.post(REHEARSALS, &[], &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let location = answer.location.clone().unwrap();
    (location, etag(&answer), read(&answer))
}

async fn commit(program: &mut Program, location: &str, etag: &str) -> Answer {
    let path = format!("{location}/commit");
    program
        .ask(Method::POST, &path, &[("if-match", etag)], Body::empty())
        .await
}

on_both_engines! {
    async fn values_sent_as_json_say_what_the_file_says(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let file = stage.rehearse_current(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let (location, etag, shown) = sent(&mut program, values()).await;
        assert_eq!(shown["counts"], json!({"created": 72, "changed": 0, "unchanged": 0, "refused": 0}));
        assert_eq!((shown["state"].as_str(), &shown["problems"]), (Some("rehearsed"), &json!([])));
        let rows = program.read_all(&format!("{location}/rows"), 10).await;
        let mut told: Vec<(String, String)> = rows
            .iter()
            .map(|row| (row["subject"].to_string(), row["after"].to_string()))
            .collect();
        let as_json = |text: &str| serde_json::from_str::<Json>(text).unwrap().to_string();
        let mut expected: Vec<(String, String)> = file
            .rows
            .iter()
            .map(|row| (as_json(&row.subject), as_json(&row.after)))
            .collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected);

        let done = commit(&mut program, &location, &etag).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(read(&done)["outcome"], "committed");
        let bretagne = program.read(&format!("/api/v1/observations?measure={GIRLS}&place=53&period=2023")).await;
        assert_eq!(bretagne["items"][0]["value"]["number"], "67.7");
        // The history says which program it was, and the page does.
        let id = bretagne["items"][0]["id"].as_str().unwrap();
        let revisions = program.read_all(&format!("/api/v1/observations/{id}/revisions"), 10).await;
        assert_eq!(revisions[0]["program"], "entrepôt de données");
        assert_eq!(revisions[0]["brought_by"], "Coordination nationale");
        let mut site = bench.site().await;
        site.sign_in().await;
        let page = site.get(&format!("/valeurs/{id}")).await.body;
        assert!(page.contains("par le programme « entrepôt de données »"), "{page}");
        let mut tx = bench.db.read().await.unwrap();
        let whole = jalon::ledger::verify(&mut tx).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)));
    }
}

on_both_engines! {
    async fn a_file_is_sent_as_it_is_or_in_a_form(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let raw = program.ask(Method::POST, &format!("{REHEARSALS}?framework={CURRENT}&name=hpv.csv"), &[("content-type", "text/csv")], hpv()).await;
        assert_eq!(raw.status, StatusCode::CREATED, "{}", raw.body);
        assert_eq!((&read(&raw)["counts"]["created"], &read(&raw)["file_name"]), (&json!(72), &json!("hpv.csv")));
        let part = |name: &str, text: &str| format!("--limite\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        let file = format!("--limite\r\nContent-Disposition: form-data; name=\"file\"; filename=\"vaccins.csv\"\r\n\r\n{}\r\n--limite--\r\n", hpv());
        let body = part("framework", CURRENT) + &file;
        let form = [("content-type", "multipart/form-data; boundary=limite")];
        let sent = program.ask(Method::POST, REHEARSALS, &form, body).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        assert_eq!((&read(&sent)["counts"]["created"], &read(&sent)["file_name"]), (&json!(72), &json!("vaccins.csv")));
        for (media, status, told) in [
            ("image/png", StatusCode::UNSUPPORTED_MEDIA_TYPE, "api-type"),
            ("text/csv", StatusCode::UNPROCESSABLE_ENTITY, "api-valeur"),
            ("application/json", StatusCode::BAD_REQUEST, "api-demande"),
        ] {
            let refused = program.ask(Method::POST, REHEARSALS, &[("content-type", media)], Body::empty()).await;
            assert_eq!((refused.status, problem(&refused).as_str()), (status, told), "{media}");
        }
        let wrong = json!({"framework": "x", "supplier": "personne", "values": values()});
        let wrong = program.post(REHEARSALS, &[], &wrong).await;
        assert_eq!((wrong.status, problem(&wrong).as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "api-valeur"));
        let paths: Vec<Json> = read(&wrong)["errors"].as_array().unwrap().iter().map(|e| e["path"].clone()).collect();
        assert_eq!(paths, ["framework", "supplier"]);
        let path = json!({"values": [{"measure": GIRLS, "place": "53", "period": "2023", "value": 67.7}]});
        let path = program.post(REHEARSALS, &[], &path).await;
        assert!(path.body.contains("values[0].value"), "{}", path.body);
    }
}

on_both_engines! {
    async fn a_body_that_does_not_read_is_told_in_french_where_it_stands(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let undo = format!("/api/v1/batches/{}/undo", uuid::Uuid::nil());
        let missing = "cette valeur est obligatoire et manque";
        for (path, body, at, why) in [
            (REHEARSALS, r#"{"values": [{"measure": "x", "period": "2023", "value": "1"}]}"#, "values[0].place", missing),
            (REHEARSALS, r#"{"values": [], "source": "a", "source": "b"}"#, "source", "ce nom est donné deux fois"),
            (REHEARSALS, r#"{"couleur": 1, "values": []}"#, "couleur", "ce nom n’est pas connu ici ; attendu : « kind », "),
            (REHEARSALS, r#"{"provisional": 3, "values": []}"#, "provisional", "attendu true ou false, reçu « 3 »"),
            (REHEARSALS, "{?", "", "un nom entre guillemets droits est attendu (ligne 1, colonne 2)"),
            (REHEARSALS, "{} {}", "", "il reste du texte après la fin du document"),
            (undo.as_str(), "{}", "reason", missing),
        ] {
            let json = [("content-type", "application/json")];
            let refused = program.ask(Method::POST, path, &json, body).await;
            assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::BAD_REQUEST, "api-demande"), "{body}: {}", refused.body);
            let fault = &read(&refused)["errors"][0];
            assert_eq!(fault["path"], at, "{body}: {fault}");
            assert!(fault["message"].as_str().unwrap().contains(why), "{body}: {fault}");
        }
    }
}

on_both_engines! {
    async fn what_is_refused_is_told_cell_by_cell_and_never_written(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let before = stage.last_change().await;
        let mut wrong = values();
        wrong[3]["place"] = json!("Atlantide");
        let (location, etag, shown) = sent(&mut program, wrong).await;
        let told = &shown["problems"][0];
        assert_eq!((told["row"].as_i64(), told["severity"].as_str()), (Some(5), Some("refusal")), "{told}");
        let page = told["type"].as_str().unwrap().to_owned();
        let mut site = bench.site().await;
        site.sign_in().await;
        assert_eq!(site.get(&page).await.status, StatusCode::OK);
        let refused = commit(&mut program, &location, &etag).await;
        assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::CONFLICT, "api-conflit"));
        assert_eq!(stage.last_change().await, before);
        let dropped = program.ask(Method::DELETE, &location, &[("if-match", &etag)], Body::empty()).await;
        assert_eq!(dropped.status, StatusCode::NO_CONTENT, "{}", dropped.body);
        assert_eq!(program.read(&location).await["state"], "dropped");
    }
}

on_both_engines! {
    async fn a_question_is_answered_and_the_same_bytes_read_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let small = json!({"indicator": "2.c.1", "place": "53", "period": "2023", "value": "0.70"});
        let (location, etag, shown) = sent(&mut program, vec![small]).await;
        let asked = &shown["problems"][0];
        assert_eq!(asked["severity"], "question", "{shown}");
        let choice = &asked["choices"][0]["value"];
        let answer = json!({"answers": [{
            "sheet": asked["sheet"], "row": asked["row"], "column": asked["column"],
            "code": asked["code"], "choice": choice
        }]});
        let answers = format!("{location}/answers");
        let unsaid = program.post(&answers, &[], &answer).await;
        assert_eq!((unsaid.status, problem(&unsaid).as_str()), (StatusCode::PRECONDITION_REQUIRED, "api-condition"));
        let again = program.post(&answers, &[("if-match", &etag)], &answer).await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        assert_eq!(read(&again)["counts"]["refused"], 0, "{}", again.body);
        let late = program.post(&answers, &[("if-match", &etag)], &answer).await;
        assert_eq!((late.status, problem(&late).as_str()), (StatusCode::PRECONDITION_FAILED, "api-perime"));
        // What was seen before the answer is stale.
        let stale = commit(&mut program, &location, &etag).await;
        assert_eq!((stale.status, problem(&stale).as_str()), (StatusCode::PRECONDITION_FAILED, "api-perime"));
        let seen = self::etag(&again);
        let done = commit(&mut program, &location, &seen).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let unknown = json!({"answers": [{"row": 1, "column": 1, "code": "x", "choice": "y"}]});
        let now = self::etag(&program.get(&location).await);
        let unknown = program.post(&answers, &[("if-match", &now)], &unknown).await;
        assert!(unknown.body.contains("answers[0].code"), "{}", unknown.body);
    }
}

on_both_engines! {
    async fn a_commit_is_undone_with_a_reason_upon_what_was_seen(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let (location, etag, shown) = sent(&mut program, values()).await;
        let bare = program.ask(Method::POST, &format!("{location}/commit"), &[], Body::empty()).await;
        assert_eq!((bare.status, problem(&bare).as_str()), (StatusCode::PRECONDITION_REQUIRED, "api-condition"));
        let done = commit(&mut program, &location, &etag).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let id = shown["id"].as_str().unwrap();
        let batch = format!("/api/v1/batches/{id}");
        let listed = program.read_all("/api/v1/batches?state=committed", 1).await;
        assert_eq!(listed.len(), 1);
        let now = program.get(&batch).await;
        let now = self::etag(&now);
        // The commit told it already: nothing has to be read again to undo it.
        assert_eq!(self::etag(&done), now);
        assert_ne!(now, etag);
        let undo = format!("{batch}/undo");
        let why = json!({"reason": "fichier d’une autre année"});
        let bare = program.post(&undo, &[], &why).await;
        assert_eq!(bare.status, StatusCode::PRECONDITION_REQUIRED);
        let stale = program.post(&undo, &[("if-match", &etag)], &why).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
        let empty = program.post(&undo, &[("if-match", &now)], &json!({"reason": " "})).await;
        assert_eq!(empty.status, StatusCode::BAD_REQUEST, "{}", empty.body);
        let undone = program.post(&undo, &[("if-match", &now)], &why).await;
        assert_eq!((undone.status, &read(&undone)["rows"]), (StatusCode::OK, &json!(72)), "{}", undone.body);
        assert_eq!(self::etag(&undone), self::etag(&program.get(&batch).await));
        assert_eq!(program.read_all("/api/v1/observations", 100).await.len(), 0);
        assert_eq!(program.read(&batch).await["state"], "undone");
    }
}

on_both_engines! {
    async fn columns_and_names_are_corrected_and_the_same_bytes_read_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let text = "region;annee;indicateur;valeur;constat\n53;2023;IND-927;67,7;stable\n53;2023;IND-1;1;\n";
        let raw = program.ask(Method::POST, &format!("{REHEARSALS}?framework={CURRENT}"), &[("content-type", "text/csv")], text).await;
        assert_eq!(raw.status, StatusCode::CREATED, "{}", raw.body);
        let (shown, location) = (read(&raw), raw.location.clone().unwrap());
        assert_eq!((&shown["counts"]["created"], &shown["mapping"][0]["columns"][4]["holds"]), (&json!(0), &json!("ignored")));
        let mut sheets = shown["mapping"].clone();
        sheets[0]["columns"][4]["holds"] = json!("comment");
        let path = format!("{location}/mapping");
        let told = program.post(&path, &[("if-match", &etag(&raw))], &json!({"sheets": sheets})).await;
        let (now, told) = (etag(&told), read(&told));
        assert_eq!(told["names"], json!([{"name": "IND-1", "means": ""}, {"name": "IND-927", "means": ""}]));
        assert_eq!(told["counts"]["refused"], 2, "{told}");
        let names = json!([{"name": "IND-1", "means": "ignored"}, {"name": "IND-927", "means": GIRLS}]);
        let again = program.post(&path, &[("if-match", &now)], &json!({"sheets": sheets, "names": names})).await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        assert_eq!(read(&again)["counts"], json!({"created": 1, "changed": 0, "unchanged": 0, "refused": 0}));
        sheets[0]["columns"][4]["holds"] = json!("couleur");
        let wrong = program.post(&path, &[("if-match", &etag(&again))], &json!({"sheets": sheets})).await;
        assert_eq!((wrong.status, problem(&wrong).as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "api-valeur"));
        let done = commit(&mut program, &location, &etag(&again)).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    }
}

on_both_engines! {
    async fn an_act_decided_upon_another_state_is_refused_among_writers(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let file = stage.rehearse_current(hpv()).await;
        let before = stage.last_change().await;
        // Somebody else answers, or commits, between the reading of the state and the act upon it.
        let earlier = file.batch.seen();
        let again = stage.imports.begin_again(stage.actor, file.id, None, Some(earlier)).await.unwrap();
        stage.imports.read(stage.actor, again).await.unwrap();
        let late = stage.imports.begin_again(stage.actor, file.id, None, Some(earlier)).await;
        assert!(matches!(late, Err(RehearseError::Stale)), "{late:?}");
        let seen = stage.rehearsal(file.id).await.batch.seen();
        stage.commit(file.id).await.unwrap();
        assert!(matches!(stage.imports.commit(stage.actor, file.id, Some(seen)).await, Err(ActError::Stale)));
        assert!(matches!(stage.imports.undo(stage.actor, file.id, "erreur", Some(seen)).await, Err(ActError::Stale)));
        assert!(matches!(stage.imports.give_up(stage.actor, file.id, Some(seen)).await, Err(RehearseError::Stale)));
        assert_eq!(stage.last_change().await, before + 1);
    }
}

on_both_engines! {
    async fn an_embargo_holds_for_programs_too(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let other = colleague(&bench, stage.actor).await;
        let mut mine = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let mut theirs = Program::of(&bench, other, TokenScope::Read).await;
        let body = json!({"framework": CURRENT, "embargo_until": "2026-03-15", "values": values()});
        let sent = mine.post(REHEARSALS, &[], &body).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        let location = sent.location.clone().unwrap();
        let rows = format!("{location}/rows");
        assert!(mine.get(&rows).await.body.contains("67.7"));
        let refused = theirs.get(&rows).await;
        assert_eq!((refused.status, problem(&refused).as_str()), (StatusCode::FORBIDDEN, "api-non-permis"));
        assert!(!theirs.get(&location).await.body.contains("67"));
        commit(&mut mine, &location, &etag(&sent)).await;
        // What stands under their embargo is told to nobody else, even as what a file would change.
        let mut theirs = Program::of(&bench, other, TokenScope::ReadWrite).await;
        let value = json!({"indicator": "2.c.1", "place": "53", "period": "2023", "value": "60"});
        let (location, _, shown) = self::sent(&mut theirs, vec![value]).await;
        assert_eq!(shown["counts"]["changed"], 1, "{shown}");
        let row = &theirs.read(&format!("{location}/rows")).await["items"][0];
        assert_eq!((&row["before"], &row["verdict"]), (&Json::Null, &json!("changed")), "{row}");
    }
}

on_both_engines! {
    async fn a_key_makes_the_same_request_one(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::ReadWrite).await;
        let body = json!({"framework": CURRENT, "values": values()});
        let key = [("idempotency-key", "envoi-1")];
        let first = program.post(REHEARSALS, &key, &body).await;
        let again = program.post(REHEARSALS, &key, &body).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert_eq!((&first.location, etag(&first)), (&again.location, etag(&again)));
        assert_eq!(stage.count("batch").await, 1);
        let other = program.post(REHEARSALS, &key, &json!({"values": []})).await;
        assert_eq!((other.status, problem(&other).as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "api-cle"));
        // A request that was refused holds no key.
        let key = [("idempotency-key", "envoi-2")];
        assert_eq!(program.post(REHEARSALS, &key, &json!({"values": []})).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(program.post(REHEARSALS, &key, &body).await.status, StatusCode::CREATED);
        // The commit too: the same change, told twice.
        let location = first.location.clone().unwrap();
        let headers = [("idempotency-key", "envoi-3"), ("if-match", &etag(&first))];
        let path = format!("{location}/commit");
        let done = program.ask(Method::POST, &path, &headers, Body::empty()).await;
        let twice = program.ask(Method::POST, &path, &headers, Body::empty()).await;
        assert_eq!((done.status, &done.body), (twice.status, &twice.body));
        assert_eq!(etag(&done), etag(&twice));
        assert_eq!(read(&done)["outcome"], "committed");
        let long = "x".repeat(256);
        let refused = program.post(REHEARSALS, &[("idempotency-key", &long)], &body).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    }
}

on_both_engines! {
    async fn an_access_for_reading_writes_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let file = stage.rehearse_current(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let location = format!("{REHEARSALS}/{}", file.id);
        let now = etag(&program.get(&location).await);
        let before = stage.last_change().await;
        let body = json!({"framework": CURRENT, "values": values()});
        let refused = [
            program.post(REHEARSALS, &[], &body).await,
            commit(&mut program, &location, &now).await,
            program.post(&format!("{location}/answers"), &[], &json!({"answers": []})).await,
            program.post(&format!("{location}/mapping"), &[], &json!({"sheets": []})).await,
            program.post(&format!("/api/v1/batches/{}/undo", file.id), &[], &json!({"reason": "x"})).await,
            program.ask(Method::DELETE, &location, &[("if-match", &now)], Body::empty()).await,
        ];
        for answer in refused {
            assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::FORBIDDEN, "api-lecture-seule"));
        }
        assert_eq!((stage.last_change().await, stage.count("batch").await), (before, 1));
    }
}
