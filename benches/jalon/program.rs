//! The program itself: its commands and its server, with the time and the memory they take.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jalon::site::demo;

/// Ticks of a processor's clock in a second, as Linux counts them for a process.
const TICKS: f64 = 100.0;

/// The program on one database.
pub struct Program {
    pub url: String,
}

/// A command of the program that ended well.
pub struct Run {
    pub out: String,
    pub took: Duration,
    pub peak_kb: u64,
}

impl Program {
    pub fn on(url: String) -> Self {
        Self { url }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jalon"));
        command
            .args(words)
            .env("JALON_DATABASE_URL", &self.url)
            .env("JALON_PASSWORD", demo::PASSWORD)
            .env("JALON_LOG", "error")
            // The rate that a person may ask at is no part of what a request costs.
            .env("JALON_API_REQUESTS_PER_MINUTE", "10000000")
            .env_remove("JALON_TEST_POSTGRES");
        command
    }

    /// Runs a command to its end, in the name of the account of the demonstration.
    pub fn run(&self, words: &[&str]) -> Run {
        self.run_as(demo::EMAIL, words)
    }

    /// Runs a command to its end, in the name of that account.
    pub fn run_as(&self, email: &str, words: &[&str]) -> Run {
        // A file: a pipe that nobody reads yet would hold the program up.
        let mut out = tempfile::tempfile().unwrap();
        let mut err = tempfile::tempfile().unwrap();
        let acting = ["--as", email];
        let acting: &[&str] = if words[0] == "demo" { &[] } else { &acting };
        let begun = Instant::now();
        let mut child = self
            .command(&[words, acting].concat())
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(err.try_clone().unwrap())
            .spawn()
            .unwrap();
        let mut peak_kb = 0;
        while child.try_wait().unwrap().is_none() {
            peak_kb = peak_kb.max(memory(&child, "VmHWM:"));
            std::thread::sleep(Duration::from_millis(2));
        }
        let took = begun.elapsed();
        let told = whole(&mut err);
        assert!(child.wait().unwrap().success(), "{words:?}: {told:.2000}");
        Run {
            out: whole(&mut out),
            took,
            peak_kb,
        }
    }

    /// Serves the site until it is dropped, and how long it took to be ready.
    pub fn serve(&self) -> (Server, Duration) {
        let address = free_address();
        let mut command = self.command(&["serve", "--listen", &address]);
        let begun = Instant::now();
        let server = Server::start(command.stdout(Stdio::null()), &address);
        let ready = format!("{}/readyz", server.base);
        while ureq::get(&ready).call().is_err() {
            std::thread::sleep(Duration::from_millis(2));
        }
        (server, begun.elapsed())
    }
}

/// All that was written to a file.
fn whole(file: &mut File) -> String {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// An address that nothing listens on.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A process that serves.
pub struct Server {
    /// `http://127.0.0.1:…`
    pub base: String,
    child: Child,
}

impl Server {
    pub fn start(command: &mut Command, address: &str) -> Self {
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        Self {
            base: format!("http://{address}"),
            child,
        }
    }

    /// Time of a processor that it took so far, its own alone.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name of the program may hold spaces and ends with the last bracket.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        Duration::from_secs_f64(ticks / TICKS)
    }

    /// Memory it holds now, and the most it held, in kB.
    pub fn memory(&self) -> (u64, u64) {
        (memory(&self.child, "VmRSS:"), memory(&self.child, "VmHWM:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A count of memory in kB, as Linux tells it.
fn memory(child: &Child, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    number.unwrap_or(0)
}
