//! What serde says of a document that does not read, in French. Pure.

use serde_path_to_error::{Path, Segment};

use super::problem::Fault;

/// The longest text told back, in characters.
const LONGEST: usize = 60;

/// What is wrong in the writing of a document, as `serde_json` says it; it is told with its place.
const WRITING: &[(&str, &str)] = &[
    ("EOF while parsing a list", "une liste n’est pas terminée"),
    ("EOF while parsing an object", "un objet n’est pas terminé"),
    ("EOF while parsing a string", "un texte n’est pas terminé"),
    (
        "EOF while parsing a value",
        "la fin vient là où une valeur est attendue",
    ),
    ("expected `:`", "« : » est attendu"),
    ("expected `,` or `]`", "« , » ou « ] » est attendu"),
    ("expected `,` or `}`", "« , » ou « } » est attendu"),
    ("expected `\"`", "un guillemet droit est attendu"),
    ("expected ident", "true, false ou null est attendu"),
    ("expected value", "une valeur est attendue"),
    (
        "invalid escape",
        "« \\ » est suivi d’un caractère qui ne convient pas",
    ),
    ("invalid number", "un nombre est mal écrit"),
    ("number out of range", "un nombre est trop grand"),
    (
        "invalid unicode code point",
        "un caractère n’existe pas, ou n’est pas écrit en UTF-8",
    ),
    (
        "lone leading surrogate in hex escape",
        "un caractère écrit « \\u… » n’existe pas",
    ),
    (
        "unexpected end of hex escape",
        "un caractère écrit « \\u… » n’existe pas",
    ),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "un texte tient une fin de ligne ou un autre caractère de contrôle ; écrivez « \\n »",
    ),
    (
        "key must be a string",
        "un nom entre guillemets droits est attendu",
    ),
    ("trailing comma", "une virgule est de trop"),
    (
        "trailing characters",
        "il reste du texte après la fin du document",
    ),
    (
        "recursion limit exceeded",
        "trop de listes ou d’objets sont les uns dans les autres",
    ),
];

/// What is wrong with a value of an address, as the standard library says it.
const VALUES: &[(&str, &str)] = &[
    ("invalid digit found in string", "attendu un nombre entier"),
    (
        "cannot parse integer from empty string",
        "attendu un nombre entier",
    ),
    (
        "number too large to fit in target type",
        "ce nombre est trop grand",
    ),
    (
        "number too small to fit in target type",
        "ce nombre est trop petit",
    ),
    (
        "provided string was not `true` or `false`",
        "attendu true ou false",
    ),
];

/// How what other libraries say begins. Whatever begins otherwise is ours, and French.
const FOREIGN: [&str; 10] = [
    "cannot ",
    "expected ",
    "failed to ",
    "invalid ",
    "number ",
    "parameter ",
    "parsed ",
    "provided ",
    "unknown ",
    "year ",
];

/// Where it is, with the names as they are written: `values[3].period`; empty for the whole.
pub(super) fn path(path: &Path) -> String {
    let mut told = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => told += &format!("[{index}]"),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                told = inside(&told, name);
            }
            // What has no name yet is in what stands around it.
            Segment::Unknown => break,
        }
    }
    told
}

/// What is wrong there. A field that is missing, or there twice, is the place itself, as one that
/// is unknown already is.
pub(super) fn fault(path: &str, said: &str) -> Fault {
    let (said, place) = placed(said);
    if let Some(field) = named(said, "missing field `") {
        return Fault {
            path: inside(path, field),
            message: "cette valeur est obligatoire et manque".to_owned(),
        };
    }
    if let Some(field) = named(said, "duplicate field `") {
        return Fault {
            path: inside(path, field),
            message: "ce nom est donné deux fois".to_owned(),
        };
    }
    let message = match (of(WRITING, said), place) {
        (Some(words), Some((line, column))) => format!("{words} (ligne {line}, colonne {column})"),
        (Some(words), None) => words.to_owned(),
        (None, _) => unfit(said),
    };
    Fault {
        path: path.to_owned(),
        message: match path {
            "" => format!("le document ne se lit pas : {message}"),
            _ => message,
        },
    }
}

/// A name in what stands around it.
fn inside(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// What is said, without the place in the text that `serde_json` puts after it.
fn placed(said: &str) -> (&str, Option<(usize, usize)>) {
    split(said).map_or((said, None), |(said, place)| (said, Some(place)))
}

fn split(said: &str) -> Option<(&str, (usize, usize))> {
    let (said, place) = said.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    Some((said, (line.parse().ok()?, column.parse().ok()?)))
}

fn named<'a>(said: &'a str, before: &str) -> Option<&'a str> {
    said.strip_prefix(before)?.strip_suffix('`')
}

fn of(list: &[(&str, &'static str)], said: &str) -> Option<&'static str> {
    let found = list.iter().find(|(english, _)| *english == said);
    found.map(|(_, french)| *french)
}

/// What is wrong with a value that is well written.
fn unfit(said: &str) -> String {
    if let Some(words) = of(VALUES, said) {
        return words.to_owned();
    }
    if let Some(words) = unknown(said).or_else(|| other(said)) {
        return words;
    }
    if FOREIGN.iter().any(|start| said.starts_with(start)) {
        return "cette valeur n’a pas la forme attendue".to_owned();
    }
    said.to_owned()
}

/// A field, or a word among a few, that is none of those known.
fn unknown(said: &str) -> Option<String> {
    let (told, rest) = match said.strip_prefix("unknown field ") {
        Some(rest) => ("ce nom n’est pas connu ici", rest),
        None => (
            "ce mot n’est pas connu ici",
            said.strip_prefix("unknown variant ")?,
        ),
    };
    // The name sent may hold anything; those known hold none of this.
    let Some((_, known)) = rest.rsplit_once(", expected ") else {
        return Some(told.to_owned());
    };
    let known = known.split('`').skip(1).step_by(2);
    let known: Vec<String> = known.map(|name| format!("« {name} »")).collect();
    Some(match known.as_slice() {
        [] => told.to_owned(),
        known => format!("{told} ; attendu : {}", either(known)),
    })
}

/// `a`, `a ou b`, `a, b ou c`.
pub(super) fn either(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, first)) => format!("{} ou {last}", first.join(", ")),
    }
}

/// A value of another kind than the one expected.
fn other(said: &str) -> Option<String> {
    if let Some(rest) = said.strip_prefix("invalid length ") {
        let (_, wanted) = rest.rsplit_once(", expected ")?;
        let wanted = expected(wanted);
        return Some(format!(
            "attendu {wanted}, reçu une liste d’une autre taille"
        ));
    }
    let rest = said
        .strip_prefix("invalid type: ")
        .or_else(|| said.strip_prefix("invalid value: "))?;
    let (got, wanted) = rest.rsplit_once(", expected ")?;
    Some(format!(
        "attendu {}, reçu {}",
        expected(wanted),
        received(got)
    ))
}

/// What is expected; a reader of ours says it in French.
fn expected(wanted: &str) -> &str {
    match wanted {
        "a string" | "a borrowed string" | "str" => "un texte",
        "a boolean" => "true ou false",
        "u8" => "un nombre entier de 0 à 255",
        "u16" => "un nombre entier de 0 à 65535",
        "u32" => "un nombre entier de 0 à 4294967295",
        "u64" | "usize" => "un nombre entier, nul ou positif",
        "i8" | "i16" | "i32" | "i64" | "isize" => "un nombre entier",
        "f32" | "f64" => "un nombre",
        "a date string" => "un jour (2026-03-15)",
        "a sequence" => "une liste",
        "a map" => "un objet",
        _ if wanted.starts_with("struct ") => "un objet",
        _ if wanted.starts_with("a tuple") || wanted.starts_with("tuple ") => "une liste",
        _ if wanted.starts_with("un ") || wanted.starts_with("une ") => wanted,
        _ => "autre chose",
    }
}

fn received(got: &str) -> String {
    if let Some(text) = got.strip_prefix("string ") {
        return format!("le texte « {} »", shortened(text));
    }
    // A number or a boolean.
    if let Some(value) = got.split('`').nth(1) {
        return format!("« {value} »");
    }
    let words = match got {
        "null" | "unit value" => "null",
        "number" => "un nombre",
        "sequence" => "une liste",
        "map" => "un objet",
        _ => "autre chose",
    };
    words.to_owned()
}

/// A text as it was sent, from how Rust writes it; its beginning, where it is long.
fn shortened(written: &str) -> String {
    let bare = written.strip_prefix('"').and_then(|w| w.strip_suffix('"'));
    beginning(&bare.unwrap_or(written).replace("\\\"", "\""))
}

/// A text; its beginning, where it is long.
pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "what is read matters, not what it holds")]
    struct Sent {
        reason: String,
        #[serde(default)]
        rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(
        dead_code,
        clippy::struct_field_names,
        reason = "what is read matters, not what it holds nor is called"
    )]
    struct Row {
        row: u32,
        day: Option<jiff::civil::Date>,
        state: Option<State>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum State {
        Open,
        Closed,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "what is read matters, not what it holds")]
    struct Asked {
        contract: String,
        since: Option<i64>,
    }

    /// Where a document does not read, and what is told of it.
    fn told(text: &str) -> (String, String) {
        let mut document = serde_json::Deserializer::from_str(text);
        let read: Result<Sent, _> = serde_path_to_error::deserialize(&mut document);
        let error = read.unwrap_err();
        let fault = fault(&path(error.path()), &error.inner().to_string());
        (fault.path, fault.message)
    }

    fn asked(query: &str) -> (String, String) {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let pairs = serde_urlencoded::Deserializer::new(pairs);
        let read: Result<Asked, _> = serde_path_to_error::deserialize(pairs);
        let error = read.unwrap_err();
        let fault = fault(&path(error.path()), &error.inner().to_string());
        (fault.path, fault.message)
    }

    #[test]
    fn a_field_that_is_missing_unknown_or_there_twice_is_named() {
        let missing = "cette valeur est obligatoire et manque";
        let twice = "ce nom est donné deux fois";
        for (text, at, why) in [
            ("{}", "reason", missing),
            (r#"{"reason": "a", "rows": [{}]}"#, "rows[0].row", missing),
            (r#"{"reason": "a", "reason": "b"}"#, "reason", twice),
            (
                r#"{"reason": "a", "rows": [{"row": 1}, {"row": 1, "row": 2}]}"#,
                "rows[1].row",
                twice,
            ),
            (
                r#"{"reson": "a"}"#,
                "reson",
                "ce nom n’est pas connu ici ; attendu : « reason » ou « rows »",
            ),
            (
                r#"{"reason": "a", "rows": [{"a`, expected `b": 1}]}"#,
                "rows[0].a`, expected `b",
                "ce nom n’est pas connu ici ; attendu : « row », « day » ou « state »",
            ),
        ] {
            assert_eq!(told(text), (at.to_owned(), why.to_owned()), "{text}");
        }
        for (query, at, why) in [
            ("since=3", "contract", missing),
            ("contract=a&contract=b", "contract", twice),
            (
                "contrat=a",
                "contrat",
                "ce nom n’est pas connu ici ; attendu : « contract » ou « since »",
            ),
        ] {
            assert_eq!(asked(query), (at.to_owned(), why.to_owned()), "{query}");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_what_was_expected() {
        let long = format!(r#"{{"reason": "a", "rows": "{}"}}"#, "é".repeat(200));
        let shown = format!(
            "attendu une liste, reçu le texte « {}… »",
            "é".repeat(LONGEST)
        );
        for (text, at, why) in [
            (r#"{"reason": 5}"#, "reason", "attendu un texte, reçu « 5 »"),
            (
                r#"{"reason": null}"#,
                "reason",
                "attendu un texte, reçu null",
            ),
            (
                r#"{"reason": "a", "rows": [{"row": -1}]}"#,
                "rows[0].row",
                "attendu un nombre entier de 0 à 4294967295, reçu « -1 »",
            ),
            (
                r#"{"reason": "a", "rows": [{"row": "dit \"un\""}]}"#,
                "rows[0].row",
                "attendu un nombre entier de 0 à 4294967295, reçu le texte « dit \"un\" »",
            ),
            (
                r#"{"reason": "a", "rows": {}}"#,
                "rows",
                "attendu une liste, reçu un objet",
            ),
            (
                r#"{"reason": "a", "rows": [{"row": 1, "day": "hier"}]}"#,
                "rows[0].day",
                "cette valeur n’a pas la forme attendue",
            ),
            (
                r#"{"reason": "a", "rows": [{"row": 1, "day": "2026-02-30"}]}"#,
                "rows[0].day",
                "cette valeur n’a pas la forme attendue",
            ),
            (
                r#"{"reason": "a", "rows": [{"row": 1, "state": "shut"}]}"#,
                "rows[0].state",
                "ce mot n’est pas connu ici ; attendu : « open » ou « closed »",
            ),
            (
                "true",
                "",
                "le document ne se lit pas : attendu un objet, reçu « true »",
            ),
            (long.as_str(), "rows", shown.as_str()),
        ] {
            assert_eq!(told(text), (at.to_owned(), why.to_owned()), "{text}");
        }
        let (at, why) = asked("contract=a&since=hier");
        assert_eq!(
            (at.as_str(), why.as_str()),
            ("since", "attendu un nombre entier")
        );
    }

    #[test]
    fn what_is_written_wrong_is_told_with_its_place() {
        for (text, at, why) in [
            ("", "", "la fin vient là où une valeur est attendue"),
            ("{?", "", "un nom entre guillemets droits est attendu"),
            (r#"{"reason": x}"#, "reason", "une valeur est attendue"),
            (r#"{"reason": "a"#, "reason", "un texte n’est pas terminé"),
        ] {
            let (path, message) = told(text);
            assert_eq!(path, at, "{text}");
            let place = format!("{why} (ligne 1, colonne ");
            assert!(message.contains(&place), "{text}: {message}");
        }
    }

    #[test]
    fn what_is_ours_is_left_as_it_is() {
        let ours = "attendu un nombre de 1 à 1000, reçu « beaucoup »";
        for said in [ours.to_owned(), format!("{ours} at line 3 column 14")] {
            assert_eq!(fault("limit", &said).message, ours);
        }
        let value = "un nombre entre guillemets (\"26.5\"), true, false ou un texte";
        let said = format!("invalid type: floating point `67.7`, expected {value}");
        let told = fault("values[0].value", &said).message;
        assert_eq!(told, format!("attendu {value}, reçu « 67.7 »"));
    }
}
