//! The table of the addresses, `routes.txt`, and the walk along it: each line is tried on things
//! that exist, by those who must be refused, then by those who may.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::last_change;
use super::scene::{PDF, Scene};
use crate::on_both_engines;
use crate::support::Answer;

/// What a request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Given {
    Nothing,
    Form(String),
    /// A form with a file in it.
    File(String),
    Json(String),
}

/// Where what is sent names the thing itself, or one's own password, which is asked for before
/// anything is looked for.
const JUDGED_BY_WHAT_IS_SENT: [&str; 4] = [
    "/contrats/nouveau",
    "/droits/revue/{review}",
    "/moi/cles/{passkey}/retirer",
    "/moi/identites/{identity}/retirer",
];

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    pub method: Method,
    /// The address as the source writes it.
    pub address: String,
    /// Those who must be refused; none where anyone is answered.
    pub refused: Vec<String>,
    accepted: String,
    /// What stands in the address, where it is not what usually does.
    things: BTreeMap<String, String>,
    query: String,
    given: Given,
}

impl Line {
    fn read(text: &str) -> Self {
        let mut words = text.split_whitespace().peekable();
        let mut next = || words.next().unwrap_or_else(|| panic!("{text}"));
        let method = next().parse().unwrap();
        let (address, refused, accepted) = (next(), next(), next());
        let mut things = BTreeMap::new();
        let mut query = String::new();
        while let Some(word) = words.peek() {
            if let Some(asked) = word.strip_prefix('?') {
                query = format!("?{asked}");
            } else if let Some((name, thing)) = thing_of(word) {
                things.insert(name.to_owned(), thing.to_owned());
            } else {
                break;
            }
            words.next();
        }
        let rest: Vec<&str> = words.collect();
        let given = match rest.as_slice() {
            [] => Given::Nothing,
            ["file", form @ ..] => Given::File(form.join("&")),
            [first, ..] if first.starts_with('{') => Given::Json(rest.join(" ")),
            form => Given::Form(form.join("&")),
        };
        let refused = refused.split(',').filter(|who| *who != "-");
        Self {
            method,
            address: address.to_owned(),
            refused: refused.map(str::to_owned).collect(),
            accepted: accepted.to_owned(),
            things,
            query,
            given,
        }
    }

    pub fn is_public(&self) -> bool {
        self.refused.is_empty()
    }

    /// Whether everyone who signed in may, for themselves.
    pub fn is_everyones(&self) -> bool {
        self.refused == ["nobody"]
    }

    /// The same, sent without anything of what it asks for: whoever may not is turned away before
    /// what they wrote is looked at.
    fn emptied(&self) -> Option<Self> {
        if JUDGED_BY_WHAT_IS_SENT.contains(&self.address.as_str()) {
            return None;
        }
        let given = match self.given {
            Given::Form(_) => Given::Form(String::new()),
            Given::File(_) if !self.is_of_programs() => Given::File(String::new()),
            Given::File(_) | Given::Json(_) | Given::Nothing => return None,
        };
        Some(Self {
            given,
            ..self.clone()
        })
    }

    fn is_of_programs(&self) -> bool {
        self.address.starts_with("/api/v1/")
    }

    /// The address of the real thing.
    fn path(&self, scene: &Scene<'_>, who: &str) -> String {
        let mut path = String::new();
        let mut before = "";
        for part in self.address.split('/').skip(1) {
            let named = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
            let shown =
                named.map_or_else(|| part.to_owned(), |n| self.thing(scene, who, before, n));
            path += &format!("/{shown}");
            before = part;
        }
        path + &scene.filled(&self.query)
    }

    fn thing(&self, scene: &Scene<'_>, who: &str, before: &str, name: &str) -> String {
        if who == "guess" && name == "secret" {
            return "A".repeat(43);
        }
        if let Some(chosen) = self.things.get(name) {
            return scene.named(chosen).unwrap_or(chosen).to_owned();
        }
        let usual = scene.named(&format!("{before}/{name}"));
        let usual = usual.or_else(|| scene.named(name));
        usual
            .unwrap_or_else(|| panic!("{}: nothing is called {name}", self.address))
            .to_owned()
    }

    /// Sends it as somebody would.
    async fn sent(&self, scene: &mut Scene<'_>, who: &str) -> Answer {
        let path = self.path(scene, who);
        if self.is_of_programs() && !["nobody", "guess"].contains(&who) {
            return self.sent_by_program(scene, who, &path).await;
        }
        let mut site = scene.site(who);
        let answer = match &self.given {
            Given::File(form) => {
                let form = scene.filled(form);
                let pairs = pairs(&form);
                let fields = pairs.iter().map(|(name, text)| (&**name, &**text));
                let fields: Vec<(&str, &str)> = fields.collect();
                site.send_file(&path, &fields, ("autre.pdf", PDF)).await
            }
            Given::Form(form) => {
                let body = Body::from(scene.filled(form));
                let media = "application/x-www-form-urlencoded";
                let request = Request::builder().method(&self.method).uri(&path);
                let request = request.header(header::CONTENT_TYPE, media);
                site.send(request.body(body).unwrap()).await
            }
            Given::Nothing | Given::Json(_) => {
                let media = "application/x-www-form-urlencoded";
                let mut request = Request::builder().method(&self.method).uri(&path);
                if self.method == Method::POST {
                    request = request.header(header::CONTENT_TYPE, media);
                }
                site.send(request.body(Body::empty()).unwrap()).await
            }
        };
        scene.goes_on(who, site);
        answer
    }

    async fn sent_by_program(&self, scene: &mut Scene<'_>, who: &str, path: &str) -> Answer {
        let version = self.version(scene).await;
        let (media, body) = match &self.given {
            Given::Json(json) => ("application/json", Body::from(scene.filled(json))),
            Given::File(_) => ("application/octet-stream", Body::from(PDF)),
            Given::Form(_) | Given::Nothing => ("application/json", Body::empty()),
        };
        let mut headers = vec![("content-type", media)];
        headers.extend(version.as_deref().map(|etag| ("if-match", etag)));
        let program = scene.program(who);
        program.ask(self.method.clone(), path, &headers, body).await
    }

    /// What `If-Match` says where a file is acted upon: as whoever may sees it.
    async fn version(&self, scene: &mut Scene<'_>) -> Option<String> {
        let (first, _) = self.address.split_once("{id}")?;
        if self.method == Method::GET || !first.ends_with("s/") {
            return None;
        }
        let shown = Self {
            method: Method::GET,
            address: format!("{first}{{id}}"),
            given: Given::Nothing,
            ..self.clone()
        };
        let path = shown.path(scene, "");
        let read = scene.program(&self.accepted).get(&path).await;
        let etag = read.headers.get(header::ETAG)?;
        Some(etag.to_str().unwrap().to_owned())
    }
}

/// `id:to-drop`: what stands for a parameter of the address.
fn thing_of(word: &str) -> Option<(&str, &str)> {
    let (name, thing) = word.split_once(':')?;
    let is_plain = |text: &str| {
        let mut letters = text.chars();
        !text.is_empty() && letters.all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    };
    Some((name, thing)).filter(|_| is_plain(name) && is_plain(thing))
}

fn pairs(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

/// The table, in its order.
pub fn table() -> Vec<Line> {
    let text = std::fs::read_to_string("tests/it/rights/routes.txt").unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(Line::read).collect()
}

/// The methods and addresses that the table speaks of.
pub fn listed() -> BTreeSet<(String, String)> {
    let lines = table().into_iter();
    lines
        .map(|line| (line.address, line.method.to_string()))
        .collect()
}

/// Whether an answer turns that somebody away.
fn turns_away(who: &str, answer: &Answer) -> bool {
    let to_sign_in = |to: &String| to.starts_with("/connexion");
    match who {
        "nobody" => {
            answer.status == StatusCode::UNAUTHORIZED
                || answer.location.as_ref().is_some_and(to_sign_in)
        }
        "guess" => [403, 404, 410].contains(&answer.status.as_u16()),
        _ => [403, 404].contains(&answer.status.as_u16()),
    }
}

/// What is let in and goes no further in this scene: a password, a code or a secret that nobody has
/// here; what comes after another line of the table; what a page asks more of.
const HEARD: [&str; 19] = [
    "/connexion/fournisseur/retour",
    "/connexion/cle",
    "/lien/{secret}",
    "/moi/acces",
    "/moi/adresses",
    "/moi/cles",
    "/moi/cles/reponse",
    "/moi/double-authentification",
    "/moi/double-authentification/codes",
    "/moi/double-authentification/retirer",
    "/moi/identites",
    "/moi/mot-de-passe",
    "/api/v1/rehearsals/{id}/commit",
    "/contrats/{slug}/actes/{no}/signer",
    "/personnes/{person}/depart",
    "/personnes/{person}/double-authentification",
    "/personnes/{person}/invitation",
    "/saisie/{framework}/{key}",
    "/tirages",
];

/// Whether somebody is let in; of what is only heard, what they sent may lack something, or come at
/// the wrong time.
fn lets_in(line: &Line, answer: &Answer) -> bool {
    let status = answer.status;
    let goes_on = status.is_success() || status == StatusCode::SEE_OTHER;
    let is_read = line.method == Method::GET && !line.is_public();
    let is_heard = [409, 422].contains(&status.as_u16()) && !is_read;
    let is_heard = is_heard && HEARD.contains(&line.address.as_str());
    let led_out = answer.location.as_ref();
    let led_out = led_out.is_some_and(|to| to.starts_with("/connexion"));
    (goes_on || is_heard) && (line.is_public() || !led_out)
}

/// What an answer was, for whoever mends the table.
fn told(answer: &Answer) -> String {
    let to = answer.location.as_deref().unwrap_or_default();
    let heading = answer.body.split("<h1").nth(1).unwrap_or_default();
    let heading = heading.split("</h1>").next().unwrap_or_default();
    let lead = answer.body.split("<p class=\"lead\">").nth(1);
    let lead = lead.and_then(|rest| rest.split("</p>").next());
    let is_json = answer.body.starts_with('{');
    let said = if is_json {
        &answer.body
    } else {
        lead.unwrap_or_default()
    };
    let said: String = said.chars().take(200).collect();
    format!("{} {to} {heading} {said}", answer.status.as_u16())
}

on_both_engines! {
    async fn each_address_refuses_whom_the_table_says_and_answers_whom_it_says(bench: Bench) {
        let mut scene = Scene::set(&bench).await;
        let lines = table();
        let mut wrong = Vec::new();
        for line in &lines {
            let who = line.refused.iter().chain([&line.accepted]);
            for who in who {
                assert!(scene.knows(who), "{} {}: who is {who}?", line.method, line.address);
            }
            let mut turned = line.refused.clone();
            // A secret opens by itself what stands behind it.
            let by_secret = turned.iter().any(|who| who == "guess");
            if !line.is_public() && !by_secret && !turned.contains(&"nobody".to_owned()) {
                turned.push("nobody".to_owned());
            }
            let emptied = line.emptied();
            let tried = turned.iter().flat_map(|who| {
                let lines = [Some(line), emptied.as_ref()].into_iter().flatten();
                lines.map(move |line| (who, line))
            });
            for (who, line) in tried {
                let before = last_change(&bench).await;
                let answer = line.sent(&mut scene, who).await;
                let wrote = last_change(&bench).await != before;
                if wrote || !turns_away(who, &answer) {
                    let wrote = if wrote { " and writes" } else { "" };
                    wrong.push(format!("{} {} {:?} lets {who} in{wrote}: {}", line.method, line.address, line.given, told(&answer)));
                }
            }
        }
        for line in &lines {
            let answer = line.sent(&mut scene, &line.accepted).await;
            if !lets_in(line, &answer) {
                wrong.push(format!("{} {} refuses {}: {}", line.method, line.address, line.accepted, told(&answer)));
            }
            // Seen by whoever runs it with `--nocapture`: what was let in, and what lacked something.
            println!("{} {} {} {}", answer.status.as_u16(), line.method, line.address, line.accepted);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
