//! What the pages cost, with people of different rights and a writing in every thousand readings.

use std::sync::atomic::{AtomicUsize, Ordering};

use jalon::site::demo;
use jiff::{ToSpan as _, Zoned};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::header;

use crate::load::{Credential, Load, agent, bare, load, sign_in};
use crate::program::{Program, Server};
use crate::{FRAMEWORK, Line, millis};

/// Requests for each page.
const REQUESTS: usize = 2_000;
/// The pages that are asked for.
const PAGES: [(&str, &str); 4] = [
    ("home", "/"),
    ("contract", "/contrats/normandie-2024-2028"),
    ("indicator", "/indicateurs/etat-ars-2024-2028/2.c.1"),
    ("search", "/recherche?q=chirurgie+ambulatoire"),
];
/// The list of the API that is asked for.
const LIST: (&str, &str) = (
    "list of the API",
    "/api/v1/observations?framework=etat-ars-2024-2028&place=53",
);
/// Role and organisation of the people who read, in turn.
const ROLES: [(&str, &str); 10] = [
    ("coordinateur-national", "SGMCAS"),
    ("referent-national", "DGOS"),
    ("contributeur", "CNAM"),
    ("fournisseur", "SPF"),
    ("referent-cpom-ars", "ARS-28"),
    ("directeur-general-ars", "ARS-53"),
    ("codir-ars", "ARS-84"),
    ("gestionnaire-cpom-etablissement", "ARS-84"),
    ("lecteur", "MSS"),
    ("membre-cnp", "MSS"),
];
const PEOPLE: usize = 50;

/// The lines of one data set.
pub fn measure(program: &Program, set: &str) -> Vec<Line> {
    let emails: Vec<String> = (0..PEOPLE).map(|no| introduce(program, no)).collect();
    let tokens: Vec<Credential> = emails.iter().map(|email| token(program, email)).collect();
    let writing = token(program, demo::EMAIL);
    let (server, ready) = program.serve();
    let (idle, _) = server.memory();
    let sessions = emails
        .iter()
        .map(|email| sign_in(&server.base, email, demo::PASSWORD));
    let sessions: Vec<Credential> = sessions.collect();
    let writer = Writer::new(&server, writing);
    let write = || writer.write();
    let hello = bare();
    let against = load(&hello, "/", &sessions, 10 * REQUESTS, &|| {});
    let measured = |(name, path), people: &[Credential]| {
        // Once, so that the first reading of the figures is no part of the measure.
        load(&server, path, people, PEOPLE, &|| {});
        line(
            set,
            name,
            &load(&server, path, people, REQUESTS, &write),
            &against,
        )
    };
    let mut lines: Vec<Line> = PAGES.map(|page| measured(page, &sessions)).into();
    lines.push(measured(LIST, &tokens));
    let (_, peak) = server.memory();
    lines.push(said(
        set,
        "start of the server on an existing database, until it is ready",
        &format!("{} ms", ready.as_millis()),
    ));
    lines.push(said(
        set,
        "memory of the server: idle, then the most under these requests",
        &format!("{} MB, {} MB", idle / 1024, peak / 1024),
    ));
    lines.push(weight(set, &server, &sessions[0]));
    lines
}

fn line(set: &str, name: &str, page: &Load, bare: &Load) -> Line {
    let told = |load: &Load| {
        format!(
            "{:.0} requests/s, {:.2} ms of processor, p99 {:.1} ms",
            load.per_second,
            millis(load.processor),
            millis(load.p99)
        )
    };
    Line {
        what: format!("{set}: {name}"),
        measured: told(page),
        bare: told(bare),
        ratio: format!("1/{:.0}", bare.per_second / page.per_second),
    }
}

fn said(set: &str, what: &str, measured: &str) -> Line {
    Line {
        what: format!("{set}: {what}"),
        measured: measured.to_owned(),
        bare: String::new(),
        ratio: String::new(),
    }
}

/// Opens the account of one of the people, and the address it signs in with.
fn introduce(program: &Program, no: usize) -> String {
    let (role, organisation) = ROLES[no % ROLES.len()];
    let email = format!("mesure.{no}@example.org");
    let name = format!("Personne {no}");
    program.run(&[
        "person",
        "add",
        "--name",
        &name,
        "--email",
        &email,
        "--role",
        role,
        "--organisation",
        organisation,
    ]);
    email
}

/// An access by program of a person, that may write.
fn token(program: &Program, email: &str) -> Credential {
    let until = Zoned::now().date().saturating_add(300.days()).to_string();
    let said = program.run_as(
        email,
        &[
            "token", "add", "--name", "mesure", "--write", "--until", &until,
        ],
    );
    let mut words = said.out.split_whitespace();
    let secret = words.find(|word| word.starts_with("jalon_"));
    let secret = secret.unwrap_or_else(|| panic!("{}", said.out));
    (header::AUTHORIZATION, format!("Bearer {secret}"))
}

/// Who writes one value while the others read: another one each time.
struct Writer {
    agent: Agent,
    base: String,
    token: Credential,
    written: AtomicUsize,
}

impl Writer {
    fn new(server: &Server, token: Credential) -> Self {
        Self {
            agent: agent(),
            base: server.base.clone(),
            token,
            written: AtomicUsize::new(0),
        }
    }

    fn write(&self) {
        let no = self.written.fetch_add(1, Ordering::Relaxed);
        let value = format!("{}.{}", 40 + no % 10, no / 10 % 10);
        let value = json!({
            "framework": FRAMEWORK,
            "supplier": "SPF",
            "values": [{ "indicator": "2.c.2", "place": "53", "period": "2024", "value": value }],
        });
        let url = format!("{}/api/v1/rehearsals", self.base);
        let asked = self
            .agent
            .post(&url)
            .header(&self.token.0, &self.token.1)
            .header(header::CONTENT_TYPE, "application/json")
            .send(value.to_string().as_bytes());
        let mut rehearsed = asked.unwrap();
        let text = rehearsed.body_mut().read_to_string().unwrap();
        assert!(rehearsed.status().is_success(), "{text}");
        let told: Value = serde_json::from_str(&text).unwrap();
        let id = told["id"].as_str().unwrap_or_else(|| panic!("{text}"));
        let etag = rehearsed.headers()[header::ETAG].clone();
        let mut committed = self
            .agent
            .post(format!("{url}/{id}/commit"))
            .header(&self.token.0, &self.token.1)
            .header(header::IF_MATCH, etag)
            .send_empty()
            .unwrap();
        let text = committed.body_mut().read_to_string().unwrap();
        assert!(committed.status().is_success(), "{text}");
    }
}

/// What the home weighs: itself and all it asks for, compressed as a browser takes it.
fn weight(set: &str, server: &Server, person: &Credential) -> Line {
    let agent = agent();
    let get = |path: &str, encoding: &str| {
        let asked = agent
            .get(format!("{}{path}", server.base))
            .header(&person.0, &person.1)
            .header(header::ACCEPT_ENCODING, encoding);
        let answer = asked.call().unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.into_body().read_to_vec().unwrap()
    };
    let page = String::from_utf8(get("/", "identity")).unwrap();
    let mut paths = vec!["/".to_owned()];
    for tag in page.split('<').filter(|tag| {
        tag.starts_with("script ") || tag.starts_with("img ") || tag.starts_with("link ")
    }) {
        let named = ["href=\"", "src=\""].into_iter().find_map(|attribute| {
            let (_, rest) = tag.split_once(attribute)?;
            rest.split('"').next()
        });
        paths.extend(
            named
                .filter(|path| path.starts_with('/'))
                .map(ToOwned::to_owned),
        );
    }
    paths.sort_unstable();
    paths.dedup();
    let bytes: usize = paths.iter().map(|path| get(path, "gzip").len()).sum();
    let what = "the home: weight compressed, requests";
    let measured = format!("{:.0} KB, {}", f64_of(bytes) / 1024.0, paths.len());
    said(set, what, &measured)
}

fn f64_of(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap())
}
