//! What programs read: exact, of one state, and of what the person may see.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::TokenScope;
use jalon::figures::values::Settings;
use serde_json::Value as Json;

use super::{Program, hpv, json, problem};
use crate::contracts::hand::colleague;
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage, shipped_frameworks};

const OBSERVATIONS: &str = "/api/v1/observations";

fn of<'j>(items: &'j [Json], place: &str, period: &str) -> &'j Json {
    let found = items
        .iter()
        .find(|item| item["place"] == place && item["period"] == period);
    found.unwrap()
}

on_both_engines! {
    async fn pages_of_a_list_are_of_one_state_whatever_is_written_meanwhile(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let loaded = stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let whole = program.read_all(OBSERVATIONS, 1000).await;
        assert_eq!(whole.len(), 72);
        assert_eq!(program.read_all(OBSERVATIONS, 7).await, whole);
        let first = program.read(&format!("{OBSERVATIONS}?limit=10")).await;
        let known = first["at_change"].as_i64().unwrap();
        stage.load(hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,35.0", 1)).await;
        let mut walked = first["items"].as_array().unwrap().clone();
        let mut next = first["next"].as_str().map(ToOwned::to_owned);
        while let Some(cursor) = next {
            let page = program.read(&format!("{OBSERVATIONS}?limit=10&cursor={cursor}")).await;
            assert_eq!(page["at_change"], known);
            walked.extend(page["items"].as_array().unwrap().iter().cloned());
            next = page["next"].as_str().map(ToOwned::to_owned);
        }
        assert_eq!(walked, whole);
        // Now, then, and since.
        let now = program.read_all(&format!("{OBSERVATIONS}?measure={GIRLS}"), 1000).await;
        let bretagne = of(&now, "53", "2023");
        assert_eq!(bretagne["value"]["number"], "68.2");
        assert_eq!((bretagne["revision"].as_i64(), bretagne["provisional"].as_bool()), (Some(2), Some(false)));
        for moment in [known.to_string(), loaded.to_string()] {
            let then = program.read_all(&format!("{OBSERVATIONS}?measure={GIRLS}&as_of={moment}"), 1000).await;
            assert_eq!(of(&then, "53", "2023")["value"]["number"], "67.7");
        }
        let day = program.read_all(&format!("{OBSERVATIONS}?as_of=2026-01-05&place=53&period=2023"), 1000).await;
        assert_eq!(day.len(), 2);
        let since = program.read_all(&format!("{OBSERVATIONS}?since={known}"), 1000).await;
        assert_eq!(since.len(), 2);
        let before = program.read(&format!("{OBSERVATIONS}?as_of=2026-01-04")).await;
        assert_eq!(before["items"].as_array().unwrap().len(), 0);
        // Said, and not left out, as whatever else is not there.
        assert_eq!(before.get("next"), Some(&Json::Null));

        let id = bretagne["id"].as_str().unwrap();
        assert_eq!(&program.read(&format!("{OBSERVATIONS}/{id}")).await, bretagne);
        let revisions = program.read_all(&format!("{OBSERVATIONS}/{id}/revisions"), 1).await;
        let said: Vec<&Json> = revisions.iter().map(|r| &r["value"]["number"]).collect();
        assert_eq!(said, ["67.7", "68.2"]);
        assert_eq!(revisions[0]["file_name"], "valeurs.csv");
        assert_eq!(revisions[0]["received_at"], "2026-01-05T08:00:00Z");
    }
}

on_both_engines! {
    async fn what_is_held_already_is_not_sent_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let answer = program.get(OBSERVATIONS).await;
        let etag = answer.headers["etag"].to_str().unwrap().to_owned();
        let known = [("if-none-match", etag.as_str())];
        let held = program.ask(Method::GET, OBSERVATIONS, &known, Body::empty()).await;
        assert_eq!((held.status, held.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        stage.load(hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1)).await;
        let moved = program.ask(Method::GET, OBSERVATIONS, &known, Body::empty()).await;
        assert_eq!(moved.status, StatusCode::OK);
        // Another person may see something else under the same address.
        let other = colleague(&bench, stage.actor).await;
        let mut other = Program::of(&bench, other, TokenScope::Read).await;
        let etag = program.get(OBSERVATIONS).await.headers["etag"].to_str().unwrap().to_owned();
        let theirs = other.ask(Method::GET, OBSERVATIONS, &[("if-none-match", &etag)], Body::empty()).await;
        assert_eq!(theirs.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn a_value_under_embargo_is_seen_by_the_programs_of_who_loaded_it(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let settings = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            embargo_until: Some(jiff::civil::date(2026, 1, 20)),
            ..Settings::default()
        };
        let rehearsal = stage.rehearse_with(hpv(), &settings).await;
        stage.commit(rehearsal.id).await.unwrap();
        let other = colleague(&bench, stage.actor).await;
        let mut own = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let mut theirs = Program::of(&bench, other, TokenScope::Read).await;
        let seen = own.read_all(OBSERVATIONS, 1000).await;
        assert_eq!(seen.len(), 72);
        assert_eq!(theirs.read_all(OBSERVATIONS, 1000).await.len(), 0);
        let id = seen[0]["id"].as_str().unwrap();
        for path in [format!("{OBSERVATIONS}/{id}"), format!("{OBSERVATIONS}/{id}/revisions")] {
            own.read(&path).await;
            assert_eq!(theirs.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        bench.clock.set("2026-01-20T08:00:00Z".parse().unwrap());
        assert_eq!(theirs.read_all(OBSERVATIONS, 1000).await.len(), 72);
    }
}

on_both_engines! {
    async fn a_contested_value_says_so_with_both(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let asked = format!("{OBSERVATIONS}?measure={GIRLS}&place=53&period=2023");
        let bretagne = program.read(&asked).await["items"][0].clone();
        assert_eq!(bretagne["contest"], Json::Null);
        let mut site = bench.site().await;
        site.sign_in().await;
        let fields = [("revision", "1"), ("motif", "Brest manque"), ("valeur", "69,1")];
        let path = format!("/valeurs/{}/contester", bretagne["id"].as_str().unwrap());
        site.send_file(&path, &fields, ("preuve.pdf", b"%PDF-1.7")).await;
        let contested = program.read(&asked).await["items"][0].clone();
        assert_eq!(contested["value"]["number"], "67.7");
        assert_eq!(contested["contest"]["own"]["number"], "69.1");
        assert_eq!(contested["contest"]["reason"], "Brest manque");
    }
}

on_both_engines! {
    async fn what_cannot_be_asked_is_told_where_it_stands(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        for (path, at) in [
            ("/api/v1/observations?limit=0", "limit"),
            ("/api/v1/observations?limit=1001", "limit"),
            ("/api/v1/observations?mesure=x", "mesure"),
            ("/api/v1/observations?measure=x", "measure"),
            ("/api/v1/observations?framework=x", "framework"),
            ("/api/v1/observations?period=hier", "period"),
            ("/api/v1/observations?as_of=hier", "as_of"),
            ("/api/v1/observations?as_of=99999", "as_of"),
            ("/api/v1/observations?cursor=abc", "cursor"),
            ("/api/v1/observations?cursor=99999-5b5d", "cursor"),
            ("/api/v1/frameworks?cursor=1-5b315d", "cursor"),
            ("/api/v1/organisations?kind=x", "kind"),
            ("/api/v1/organisations?on=hier", "on"),
            ("/api/v1/observations?since=hier", "since"),
            ("/api/v1/observations?place=28&place=53", "place"),
            ("/api/v1/indicators?framework=x", "framework"),
            ("/api/v1/indicators?measure=x", "measure"),
            ("/api/v1/contracts?organisation=x", "organisation"),
            ("/api/v1/dossiers?contract=x", "contract"),
        ] {
            let answer = program.get(path).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
            assert_eq!(problem(&answer), "api-demande", "{path}");
            let document = json(&answer);
            let told = document["errors"][0]["path"].as_str().unwrap();
            let detail = document["detail"].as_str().unwrap();
            assert!(told == at || detail.contains(at), "{path}: {document}");
            for english in ["duplicate", "expected", "failed", "invalid", "missing", "unknown"] {
                assert!(!answer.body.contains(english), "{path}: {document}");
            }
        }
        for path in ["/api/v1/frameworks/x", "/api/v1/observations/x", "/api/v1/x", "/api/x", "/api/v1/measures/x"] {
            let answer = program.get(path).await;
            assert_eq!((answer.status, problem(&answer).as_str()), (StatusCode::NOT_FOUND, "api-introuvable"), "{path}");
        }
        let wrong = program.ask(Method::PUT, "/api/v1/frameworks", &[], Body::empty()).await;
        assert_eq!((wrong.status, problem(&wrong).as_str()), (StatusCode::METHOD_NOT_ALLOWED, "api-methode"));
        assert!(wrong.headers["allow"].to_str().unwrap().contains("GET"));
        let nul = program.get("/api/v1/organisations/%00").await;
        assert_eq!((nul.status, problem(&nul).as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "api-valeur"));
    }
}

on_both_engines! {
    async fn frameworks_organisations_and_measures_are_listed_whole(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let frameworks = program.read_all("/api/v1/frameworks", 1).await;
        let codes: Vec<&str> = frameworks.iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["es-aura-2020-2024", "etat-ars-2015-2018", "etat-ars-2019-2023", "etat-ars-2024-2028"]);
        for framework in &frameworks {
            let code = framework["code"].as_str().unwrap();
            let of = format!("/api/v1/indicators?framework={code}");
            let indicators = program.read_all(&of, 50).await;
            assert_eq!(indicators.len() as u64, framework["indicators"].as_u64().unwrap());
            let full = program.read(&format!("/api/v1/frameworks/{code}")).await;
            assert!(!full["nodes"].as_array().unwrap().is_empty());
        }
        let one = program.read("/api/v1/frameworks/etat-ars-2024-2028/indicators/2.c.1").await;
        assert_eq!(one["measures"][0], GIRLS);
        let measure = program.read(&format!("/api/v1/measures/{GIRLS}")).await;
        assert_eq!(measure["unit"], "%");
        let regions = program.read_all("/api/v1/places?kind=region", 5).await;
        assert!(regions.len() >= 18);
        let agencies = program.read_all("/api/v1/organisations?kind=ars&on=2026-01-05", 100).await;
        assert_eq!(agencies.len(), 18);
        assert_eq!(program.read_all("/api/v1/contracts", 100).await.len(), 0);
    }
}

on_both_engines! {
    async fn pages_of_the_catalogue_are_of_one_state_too(bench: Bench) {
        let stage = Stage::bare(&bench).await;
        let mut all = shipped_frameworks();
        let last = all.pop().unwrap();
        for (framework, texts) in all {
            stage.bring(&framework, &texts, None).await.unwrap();
        }
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let lists = ["/api/v1/frameworks", "/api/v1/indicators", "/api/v1/measures"];
        let mut known = Vec::new();
        for list in lists {
            let whole = program.read_all(list, 1000).await;
            let first = program.read(&format!("{list}?limit=1")).await;
            known.push((list, whole, first["next"].as_str().unwrap().to_owned()));
        }
        stage.bring(&last.0, &last.1, None).await.unwrap();
        for (list, whole, next) in known {
            let rest = program.read(&format!("{list}?limit=1000&cursor={next}")).await;
            assert_eq!(rest["items"].as_array().unwrap(), &whole[1..], "{list}");
            assert!(program.read_all(list, 1000).await.len() > whole.len(), "{list}");
        }
    }
}
