//! What a program may do: no more than whoever opened its access, and no longer.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;
use jalon::ledger::Actor;
use serde_json::{Value as Json, json};

use super::{ends, grant, held, last_change, person, site_of};
use crate::api::Program;
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Answer, Bench};
use crate::tables::followed;

const REHEARSALS: &str = "/api/v1/rehearsals";

/// Somebody of an agency, and their program.
async fn of_agency(
    bench: &Bench,
    first: Actor,
    email: &str,
    agency: &str,
) -> (uuid::Uuid, Program) {
    let id = person(bench, first, email, &[("referent-cpom-ars", agency)]).await;
    let program = Program::of(bench, Actor::Person(id), TokenScope::ReadWrite).await;
    (id, program)
}

/// Rehearses one value of an indicator that the agencies supply: where it stands, and its state.
async fn rehearsed(program: &mut Program, place: &str, value: &str) -> (String, String) {
    let values = json!([{"indicator": "9.a", "place": place, "period": "2024", "value": value}]);
    let body = json!({"framework": "etat-ars-2024-2028", "values": values});
    let answer = program.post(REHEARSALS, &[], &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let read: Json = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(read["counts"]["refused"], 0, "{}", answer.body);
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    (answer.location.unwrap(), etag)
}

async fn acts(
    program: &mut Program,
    method: Method,
    path: &str,
    etag: &str,
    body: &Json,
) -> Answer {
    let headers = [("if-match", etag), ("content-type", "application/json")];
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    program.ask(method, path, &headers, body).await
}

/// A refusal by right, with who can; not one of what was sent.
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    assert!(
        answer.body.contains("/erreurs/api-non-permis"),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains("Peut le faire qui a le rôle"),
        "{}",
        answer.body
    );
}

on_both_engines! {
    async fn a_program_writes_no_value_of_another_region(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (_, mut program) = of_agency(&bench, stage.actor, "normandie@example.org", "ARS-28").await;
        let (own, own_etag) = rehearsed(&mut program, "28", "3").await;
        let (theirs, etag) = rehearsed(&mut program, "53", "4").await;
        let before = last_change(&bench).await;
        // It goes on being refused once it has been.
        for _ in 0..2 {
            let sent = acts(&mut program, Method::POST, &format!("{theirs}/commit"), &etag, &Json::Null).await;
            assert_refused(&sent);
        }
        assert_eq!((last_change(&bench).await, stage.count("observation").await), (before, 0));
        let sent = acts(&mut program, Method::POST, &format!("{own}/commit"), &own_etag, &Json::Null).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        assert_eq!(stage.count("observation").await, 1);
        // The other region's program, nothing else being different, may.
        let (_, mut other) = of_agency(&bench, stage.actor, "bretagne@example.org", "ARS-53").await;
        let (their_own, etag) = rehearsed(&mut other, "53", "4").await;
        let sent = acts(&mut other, Method::POST, &format!("{their_own}/commit"), &etag, &Json::Null).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    }
}

on_both_engines! {
    async fn a_program_touches_nothing_that_others_sent(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (_, mut program) = of_agency(&bench, stage.actor, "normandie@example.org", "ARS-28").await;
        let (_, mut other) = of_agency(&bench, stage.actor, "bretagne@example.org", "ARS-53").await;
        let (open, etag) = rehearsed(&mut program, "28", "3").await;
        let batch = open.replace("/rehearsals/", "/batches/");
        let before = last_change(&bench).await;
        let reason = json!({"reason": "Essai"});
        for (method, path, body) in [
            (Method::GET, open.clone(), Json::Null),
            (Method::GET, format!("{open}/rows"), Json::Null),
            (Method::GET, batch.clone(), Json::Null),
            (Method::POST, format!("{open}/answers"), json!({"answers": []})),
            (Method::POST, format!("{open}/mapping"), json!({"sheets": []})),
            (Method::POST, format!("{open}/commit"), Json::Null),
            (Method::POST, format!("{batch}/undo"), reason.clone()),
            (Method::DELETE, open.clone(), Json::Null),
        ] {
            let told = acts(&mut other, method.clone(), &path, &etag, &body).await;
            assert_eq!(told.status, StatusCode::NOT_FOUND, "{method} {path}: {}", told.body);
        }
        assert!(!other.get("/api/v1/batches").await.body.contains("valeurs"), "it is in no list");
        assert_eq!(last_change(&bench).await, before);
        let sent = acts(&mut program, Method::POST, &format!("{open}/commit"), &etag, &Json::Null).await;
        assert_eq!(sent.status, StatusCode::OK, "what was refused left it as it was: {}", sent.body);
    }
}

on_both_engines! {
    async fn a_program_stops_writing_when_its_owner_may_no_longer(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (id, mut program) = of_agency(&bench, stage.actor, "normandie@example.org", "ARS-28").await;
        let (done, etag) = rehearsed(&mut program, "28", "2").await;
        let sent = acts(&mut program, Method::POST, &format!("{done}/commit"), &etag, &Json::Null).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let done = done.replace("/rehearsals/", "/batches/");
        let done_etag = program.get(&done).await.headers["etag"].to_str().unwrap().to_owned();
        let (open, etag) = rehearsed(&mut program, "28", "3").await;
        let grant = held(&bench, id).await[0].grant.id;
        ends(&bench, stage.actor, grant).await.unwrap();
        let before = (last_change(&bench).await, stage.count("batch").await);
        // The access itself is not revoked: what it may do is its owner's.
        assert_eq!(program.get("/api/v1/frameworks").await.status, StatusCode::OK);
        let sent = acts(&mut program, Method::POST, &format!("{open}/commit"), &etag, &Json::Null).await;
        assert_refused(&sent);
        let reason = json!({"reason": "Essai"});
        let sent = acts(&mut program, Method::POST, &format!("{done}/undo"), &done_etag, &reason).await;
        assert_refused(&sent);
        let values = json!({"framework": "etat-ars-2024-2028", "values": [
            {"indicator": "9.a", "place": "28", "period": "2025", "value": "1"}
        ]});
        assert_refused(&program.post(REHEARSALS, &[], &values).await);
        let pdf = "/api/v1/frameworks/etat-ars-2024-2028/indicators/9.a/documents?year=2024&name=a.pdf";
        let sent = program.ask(Method::POST, pdf, &[("content-type", "application/octet-stream")], "%PDF-1.7").await;
        assert_refused(&sent);
        assert_eq!((last_change(&bench).await, stage.count("batch").await), before);
        assert_eq!(stage.count("document").await, 0);
    }
}

on_both_engines! {
    async fn what_reads_without_signing_in_ends_where_a_role_asks_for_a_second_factor(bench: Bench) {
        const WHO: &str = "normandie@example.org";
        let stage = Stage::set(&bench).await;
        let (id, mut program) = of_agency(&bench, stage.actor, WHO, "ARS-28").await;
        let mut site = site_of(&bench, WHO).await;
        let address = followed(&mut site, "contrats", "").await + ".csv";
        let mut excel = bench.site().await;
        let frameworks = "/api/v1/frameworks";
        // A role that asks for none takes nothing away.
        grant(&bench, stage.actor, id, "codir-ars", "ARS-28").await.unwrap();
        assert_eq!(program.get(frameworks).await.status, StatusCode::OK);
        assert_eq!(excel.get(&address).await.status, StatusCode::OK);
        grant(&bench, stage.actor, id, "administrateur-ars", "ARS-28").await.unwrap();
        assert_eq!(program.get(frameworks).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(excel.get(&address).await.status, StatusCode::NOT_FOUND);
        let mut tx = bench.db.read().await.unwrap();
        let subject = "Vos accès par programme ont été révoqués";
        let sql = "select count(*) from mail where address = $1 and subject = $2";
        let (told,): (i64,) = tx.one(sql, jalon::args![WHO, subject]).await.unwrap();
        assert_eq!(told, 1);
        drop(tx);
        // What is opened since comes from a session that gave one: another such role leaves it.
        let mut since = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
        grant(&bench, stage.actor, id, "directeur-general-ars", "ARS-28").await.unwrap();
        assert_eq!(since.get(frameworks).await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn what_a_program_writes_under_a_key_says_from_where(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (_, mut program) = of_agency(&bench, stage.actor, "normandie@example.org", "ARS-28").await;
        let (open, etag) = rehearsed(&mut program, "28", "3").await;
        let headers = [("if-match", etag.as_str()), ("idempotency-key", "une fois")];
        let sent = program.ask(Method::POST, &format!("{open}/commit"), &headers, Body::empty()).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let mut tx = bench.db.read().await.unwrap();
        let (from,): (Option<String>,) = tx
            .one("select origin from change order by no desc limit 1", vec![])
            .await
            .unwrap();
        assert_eq!(from.as_deref(), Some("127.0.0.1"));
    }
}

on_both_engines! {
    async fn what_programs_take_away_or_are_refused_is_kept_with_whose_they_are(bench: Bench) {
        const WHO: &str = "normandie@example.org";
        let stage = Stage::set(&bench).await;
        let (id, mut program) = of_agency(&bench, stage.actor, WHO, "ARS-28").await;
        let (open, etag) = rehearsed(&mut program, "53", "4").await;
        let refused = format!("{open}/commit");
        assert_refused(&acts(&mut program, Method::POST, &refused, &etag, &Json::Null).await);
        let file = format!("{}/file", open.replace("/rehearsals/", "/batches/"));
        assert_eq!(program.get(&file).await.status, StatusCode::OK);
        // A list is kept once, not for each page of it, and never with what was asked of it.
        let list = "/api/v1/observations";
        assert_eq!(program.get(&format!("{list}?place=28")).await.status, StatusCode::OK);
        let followed = followed(&mut site_of(&bench, WHO).await, "contrats", "").await;
        let mut excel = bench.site().await;
        assert_eq!(excel.get(&format!("{followed}.csv")).await.status, StatusCode::OK);
        assert_eq!(excel.get("/donnees/jalon_0/contrats.csv").await.status, StatusCode::NOT_FOUND);
        let mut tx = bench.db.read().await.unwrap();
        let kept: Vec<(String, Option<String>, bool)> = tx
            .all(
                "select kind, detail, origin is not null from access_event
                 where person_id = $1 and kind <> 'sign_in' order by id",
                jalon::args![id],
            )
            .await
            .unwrap();
        let kept: Vec<(&str, &str)> = kept
            .iter()
            .map(|(kind, detail, from)| {
                assert!(from, "{kind}");
                (kind.as_str(), detail.as_deref().unwrap())
            })
            .collect();
        let (sent, _) = refused.rsplit_once('/').unwrap();
        assert_eq!(kept, [
            ("aside", sent),
            ("refused", refused.as_str()),
            ("download", &file),
            ("export", list),
            ("export", "/donnees/{secret}/contrats.csv"),
        ]);
        let (nobodys,): (i64,) = tx.one("select count(*) from access_event where person_id is null", vec![]).await.unwrap();
        assert_eq!(nobodys, 0);
    }
}

on_both_engines! {
    async fn an_answer_kept_under_a_key_ends_with_the_rights_it_was_given_under(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (id, mut program) = of_agency(&bench, stage.actor, "normandie@example.org", "ARS-28").await;
        let mut other = Program::of(&bench, Actor::Person(id), TokenScope::Read).await;
        let (open, etag) = rehearsed(&mut program, "28", "3").await;
        let commit = format!("{open}/commit");
        let headers = [("if-match", etag.as_str()), ("idempotency-key", "une fois")];
        let first = program.ask(Method::POST, &commit, &headers, Body::empty()).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        let again = program.ask(Method::POST, &commit, &headers, Body::empty()).await;
        assert_eq!((again.status, &again.body), (StatusCode::OK, &first.body));
        let by_another = other.ask(Method::POST, &commit, &headers, Body::empty()).await;
        let grant = held(&bench, id).await[0].grant.id;
        ends(&bench, stage.actor, grant).await.unwrap();
        let after = program.ask(Method::POST, &commit, &headers, Body::empty()).await;
        for refused in [by_another, after] {
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert!(refused.body.contains("/erreurs/api-cle"), "{}", refused.body);
        }
    }
}
