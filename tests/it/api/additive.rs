//! Within a version, the API only grows: what a program relies on stays.

use std::collections::{BTreeMap, BTreeSet};

use jalon::documents::Media;
use jalon::dossier::Format;
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

/// What a program must give, by where: an address, or an object of what is sent to it.
#[derive(Debug, Default)]
struct Demands(BTreeMap<String, BTreeSet<String>>);

impl Demands {
    fn of(document: &Json) -> Self {
        let mut found = Self::default();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let place = format!("{method} {path}");
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let demanded = parameters.filter(|parameter| parameter["required"] == true);
                let demanded = demanded.map(|parameter| parameter["name"].to_string());
                let here = found.0.entry(place.clone()).or_default();
                here.extend(demanded);
                let body = &operation["requestBody"];
                if body["required"] == true {
                    here.insert("a body".to_owned());
                }
                for (media, content) in body["content"].as_object().into_iter().flatten() {
                    let place = format!("{place} {media}");
                    found.sent(document, &place, &content["schema"], &mut Vec::new());
                }
            }
        }
        found
    }

    /// What a schema demands of whoever sends it; `within` are the schemas that it stands in.
    fn sent<'d>(
        &mut self,
        document: &'d Json,
        place: &str,
        schema: &'d Json,
        within: &mut Vec<&'d str>,
    ) {
        if let Some(name) = schema["$ref"].as_str() {
            if !within.contains(&name) {
                within.push(name);
                let told = document.pointer(name.trim_start_matches('#')).unwrap();
                self.sent(document, place, told, within);
                within.pop();
            }
            return;
        }
        if !schema.is_object() {
            return;
        }
        let required = schema["required"].as_array().into_iter().flatten();
        let here = self.0.entry(place.to_owned()).or_default();
        here.extend(required.map(ToString::to_string));
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.sent(document, &format!("{place}.{name}"), property, within);
        }
        for word in ["items", "additionalProperties"] {
            self.sent(document, &format!("{place}[]"), &schema[word], within);
        }
        for word in ["allOf", "oneOf", "anyOf"] {
            for part in schema[word].as_array().into_iter().flatten() {
                self.sent(document, place, part, within);
            }
        }
    }

    /// What joined these since, where there was already something to send.
    fn joined(&self, since: &Self) -> Vec<String> {
        let mut joined = Vec::new();
        for (place, demanded) in &since.0 {
            let known = self.0.get(place);
            let new = known.map(|known| demanded.difference(known));
            let new = new.into_iter().flatten();
            joined.extend(new.map(|name| format!("{place}: {name}")));
        }
        joined
    }
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
    let asked = Demands::of(&agreed).joined(&Demands::of(&now));
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
fn what_is_demanded_of_those_who_send_is_seen() {
    let text = std::fs::read_to_string(AGREED).unwrap();
    let agreed: Json = serde_json::from_str(&text).unwrap();
    let before = Demands::of(&agreed);
    assert_eq!(before.joined(&before), [""; 0]);
    let with = |change: &dyn Fn(&mut Json)| {
        let mut other = agreed.clone();
        change(&mut other);
        before.joined(&Demands::of(&other))
    };
    // A property that is now demanded, in what is sent and in a part of it.
    let schema = |name: &'static str, word: &'static str| {
        with(&move |other| {
            other["components"]["schemas"][name]["required"] = serde_json::json!([word]);
        })
    };
    let sent = schema("SentValues", "comment");
    assert_eq!(
        sent,
        ["post /api/v1/rehearsals application/json: \"comment\""]
    );
    let part = schema("SentValue", "supplier");
    assert_eq!(
        part,
        ["post /api/v1/rehearsals application/json.values[]: \"supplier\""]
    );
    // An answer may say more.
    assert_eq!(schema("Observation", "source"), [""; 0]);
    // A body that might be left out, a parameter, and an address that was not there.
    let paths = |path: &'static str, change: fn(&mut Json)| {
        with(&move |other| change(&mut other["paths"][path]))
    };
    let parameter = paths("/api/v1/observations", |item| {
        item["get"]["parameters"][0]["required"] = true.into();
    });
    assert_eq!(parameter, ["get /api/v1/observations: \"measure\""]);
    let new = paths("/api/v1/new", |item| {
        *item = serde_json::json!({"post": {"requestBody": {"required": true, "content": {}}}});
    });
    assert_eq!(new, [""; 0]);
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

#[test]
fn files_are_described_under_the_types_that_they_are_given() {
    let text = std::fs::read_to_string(AGREED).unwrap();
    let agreed: Json = serde_json::from_str(&text).unwrap();
    let described = |path: &str| -> BTreeSet<String> {
        let given = &agreed["paths"][path]["get"]["responses"]["200"]["content"];
        given.as_object().unwrap().keys().cloned().collect()
    };
    let own = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let dossiers = own(&Format::ALL.map(Format::media));
    assert_eq!(described("/api/v1/dossiers/{id}/{format}"), dossiers);
    let documents = own(&Media::every().map(Media::name));
    assert_eq!(described("/api/v1/documents/{id}/versions/{no}"), documents);
    let batches = own(&["application/octet-stream"]);
    assert_eq!(described("/api/v1/batches/{id}/file"), batches);
}

/// A generator of clients names its functions after them.
#[tokio::test]
async fn every_operation_has_a_name_of_its_own() {
    let bench = Bench::sqlite().await;
    let answer = bench.site().await.get("/api/v1/openapi.json").await;
    let document: Json = serde_json::from_str(&answer.body).unwrap();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{method} {path}: {name} is another's");
        }
    }
    assert!(names.len() > 30, "{names:?}");
}
