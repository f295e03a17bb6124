//! The site as a process of its own, beside others.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{self, HeaderName};

use crate::on_both_engines;
use crate::program::Program;
use crate::support::{EMAIL, PASSWORD};

const INDICATOR: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";
const HOME: &str = "/?cadre=etat-ars-2024-2028";

/// A site that serves until it is dropped.
struct Served {
    child: Child,
    told: Receiver<String>,
    agent: Agent,
    /// `http://127.0.0.1:…`
    base: String,
    cookie: String,
}

/// An answer, read whole.
struct Answer {
    status: u16,
    media: String,
    cookie: String,
    body: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn by(program: &Program, settings: &[(&str, &str)]) -> Self {
        let mut child = program
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .envs(settings.iter().copied())
            .envs([
                ("JALON_LOG", "info"),
                ("NO_COLOR", "1"),
                ("JALON_SECOND_FACTOR", "optional"),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tells, told) = channel();
        // Read to the end, so that it never waits for a reader.
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| {
                let _ = tells.send(line);
            });
        });
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            child,
            told,
            agent: config.into(),
            base: String::new(),
            cookie: String::new(),
        }
    }

    /// The address that a line of its log tells, once it listens there.
    fn address(&self, what: &str) -> String {
        loop {
            let line = self.told.recv_timeout(Duration::from_mins(1)).expect(what);
            let named = line.split_once("address=").filter(|_| line.contains(what));
            if let Some((_, address)) = named {
                return format!("http://{}", address.trim());
            }
        }
    }

    fn serving(program: &Program) -> Self {
        let mut served = Self::by(program, &[]);
        served.base = served.address("listening");
        served
    }

    fn get(&self, address: &str) -> Answer {
        let asked = self.agent.get(address).header(header::COOKIE, &self.cookie);
        Answer::of(asked.call().unwrap())
    }

    fn page(&self, path: &str) -> String {
        let answer = self.get(&format!("{}{path}", self.base));
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    fn sign_in(&mut self) {
        let address = format!("{}/connexion", self.base);
        let form = [("email", EMAIL), ("password", PASSWORD)];
        let answer = Answer::of(self.agent.post(address).send_form(form).unwrap());
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.cookie = answer.cookie;
    }
}

impl Answer {
    fn of(mut answer: ureq::http::Response<ureq::Body>) -> Self {
        let text = |name: HeaderName| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let cookies = answer.headers().get_all(header::SET_COOKIE).into_iter();
        let cookies = cookies.map(|all| all.to_str().unwrap().split(';').next().unwrap());
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        Self {
            status: answer.status().as_u16(),
            media: text(header::CONTENT_TYPE).unwrap_or_default(),
            cookie: cookies,
            body: answer.body_mut().read_to_string().unwrap(),
        }
    }
}

on_both_engines! {
    async fn what_a_server_counts_is_told_on_a_port_of_its_own_and_nowhere_else(bench: Bench) {
        let program = Program::on(&bench.url);
        program.init().done();
        let mut served = Served::by(&program, &[("JALON_METRICS_LISTEN", "127.0.0.1:0")]);
        let counts = served.address("metrics");
        served.base = served.address("listening");
        assert_ne!(counts, served.base);
        assert_eq!(served.page("/healthz"), "ok");
        let told = served.get(&format!("{counts}/metrics"));
        assert_eq!((told.status, told.media.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
        let line = r#"jalon_http_requests_total{method="GET",route="/healthz",status="2xx"} 1"#;
        assert!(told.body.lines().any(|told| told == line), "{}", told.body);
        // Each port answers its own and nothing of the other's.
        for path in ["/", "/healthz", "/connexion"] {
            assert_eq!(served.get(&format!("{counts}{path}")).status, 404, "{path}");
        }
        for signed in [false, true] {
            if signed {
                served.sign_in();
            }
            let answer = served.get(&format!("{}/metrics", served.base));
            assert!(answer.status != 200 && !answer.body.contains("jalon_http"), "{}", answer.body);
        }
    }
}

/// Rehearses and commits a file, in a process of its own.
fn commits(program: &Program, file: &str) {
    let read = program.run(&["values", "rehearse", "--json", file]).json();
    assert_eq!(read["problems"], serde_json::json!([]), "{read}");
    let said = program.run(&["values", "commit", read["rehearsal"].as_str().unwrap()]);
    assert!(said.done().starts_with("Enregistré"));
}

on_both_engines! {
    async fn what_a_command_commits_is_on_the_page_of_a_running_site_at_once(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let mut served = Served::serving(&program);
        served.sign_in();
        assert!(served.page(INDICATOR).contains("Aucune valeur n’est encore chargée"));
        assert!(served.page(HOME).contains("aucun contrat n’est encore signé"));
        let table = "/tables/valeurs.csv?territoire=53&periode=2023";
        assert!(!served.page(table).contains("67,7"));

        commits(&program, "demo/hpv-2022-2023.csv");
        let page = served.page(INDICATOR);
        assert!(page.contains("En 2023, 54,6") && page.contains("67,7"), "{page}");
        assert!(served.page(table).contains("67,7"));

        let published = std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap();
        let corrected = published.replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1);
        assert_ne!(corrected, published);
        commits(&program, &program.write("corrige.csv", &corrected));
        let page = served.page(INDICATOR);
        assert!(page.contains("68,2") && !page.contains("67,7"), "{page}");
        let csv = served.page(table);
        assert!(csv.contains("68,2") && !csv.contains("67,7"), "{csv}");

        // So is what it takes back.
        let listed = program.run(&["values", "list", "--json"]).json();
        let last = listed[0]["rehearsal"].as_str().unwrap();
        program.run(&["values", "undo", last, "--reason", "Mauvais fichier"]).done();
        let page = served.page(INDICATOR);
        assert!(page.contains("67,7") && !page.contains("68,2"), "{page}");
    }
}
