//! Within a version, the API only grows: what a program relies on stays.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::support::Bench;

/// The description of the API as it was last agreed. To add to it:
/// `AGREED=update cargo nextest run additive`.
const AGREED: &str = "tests/it/api/openapi-v1.json";

/// What a program may rely on, each with what it is.
fn promises(document: &Json) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let word = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
                let key = format!("{name}: {} {}", word("in"), word("name"));
                found.insert(key, String::new());
            }
            for media in operation["requestBody"]["content"]
                .as_object()
                .into_iter()
                .flatten()
            {
                found.insert(format!("{name}: takes {}", media.0), String::new());
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                for (media, content) in answer["content"].as_object().into_iter().flatten() {
                    let key = format!("{name}: {status} {media}");
                    leaves(&key, &content["schema"], &mut found);
                    found.insert(key, String::new());
                }
            }
        }
    }
    for (schema, told) in document["components"]["schemas"].as_object().unwrap() {
        leaves(schema, told, &mut found);
    }
    found
}

/// What a schema says, each word by itself, so that what joins it changes nothing that stood there.
fn leaves(path: &str, schema: &Json, found: &mut BTreeMap<String, String>) {
    for (word, said) in schema.as_object().into_iter().flatten() {
        let each = || said.as_array().into_iter().flatten();
        match word.as_str() {
            // Words may be said better.
            "description" | "title" | "example" | "examples" => {}
            "properties" => {
                for (name, property) in said.as_object().into_iter().flatten() {
                    let path = format!("{path}.{name}");
                    leaves(&path, property, found);
                    found.insert(path, String::new());
                }
            }
            "items" | "additionalProperties" => leaves(&format!("{path}[]"), said, found),
            "allOf" => each().for_each(|part| leaves(path, part, found)),
            "required" | "enum" | "oneOf" | "anyOf" => {
                found.extend(each().map(|one| (format!("{path} {word} {one}"), String::new())));
            }
            _ => {
                found.insert(format!("{path} {word}"), said.to_string());
            }
        }
    }
}

/// What a program must give: nothing may join it.
fn demands(document: &Json) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let all = operation["parameters"].as_array().into_iter().flatten();
            for parameter in all.filter(|parameter| parameter["required"] == true) {
                found.push(format!("{method} {path}: {}", parameter["name"]));
            }
        }
    }
    found
}

#[tokio::test]
async fn within_a_version_the_api_only_grows() {
    let bench = Bench::sqlite().await;
    let answer = bench.site().await.get("/api/v1/openapi.json").await;
    if std::env::var("AGREED").as_deref() == Ok("update") {
        std::fs::write(AGREED, format!("{}\n", answer.body)).unwrap();
    }
    let agreed: Json = serde_json::from_str(&std::fs::read_to_string(AGREED).unwrap()).unwrap();
    let now: Json = serde_json::from_str(&answer.body).unwrap();
    let (before, after) = (promises(&agreed), promises(&now));
    let broken: Vec<_> = before
        .iter()
        .filter(|(key, is)| after.get(*key) != Some(is))
        .collect();
    assert!(
        broken.is_empty(),
        "removed, renamed or of another kind: {broken:#?}"
    );
    let known = demands(&agreed);
    let asked: Vec<String> = demands(&now)
        .into_iter()
        .filter(|d| !known.contains(d))
        .collect();
    let of_new = |demand: &String| {
        !before
            .keys()
            .any(|k| k.starts_with(demand.split(':').next().unwrap()))
    };
    let asked: Vec<_> = asked.into_iter().filter(|demand| !of_new(demand)).collect();
    assert!(asked.is_empty(), "a program is asked for more: {asked:#?}");
    assert!(before.len() > 200, "the promises were not found");
}

#[test]
fn what_is_removed_or_changed_is_seen() {
    let text = std::fs::read_to_string(AGREED).unwrap();
    let agreed: Json = serde_json::from_str(&text).unwrap();
    let mut other = agreed.clone();
    let page = &mut other["components"]["schemas"]["Observation"]["properties"];
    page.as_object_mut().unwrap().remove("place");
    let (before, after) = (promises(&agreed), promises(&other));
    let lost: Vec<_> = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .collect();
    assert_eq!(lost, ["Observation.place", "Observation.place type"]);
}

#[test]
fn what_joins_an_inner_object_breaks_nothing() {
    let schema = |more: &str| {
        let text = format!(
            r#"{{"type": "array", "items": {{"properties": {{"code": {{"type": "string"}}{more}}}}}}}"#
        );
        let mut found = BTreeMap::new();
        leaves("List", &serde_json::from_str(&text).unwrap(), &mut found);
        found
    };
    let (before, after) = (schema(""), schema(r#", "name": {"type": "string"}"#));
    assert!(before.iter().all(|(key, is)| after.get(key) == Some(is)));
    assert!(after.len() > before.len());
    assert!(before.contains_key("List[].code type"));
}
