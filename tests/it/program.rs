//! The real program, run as a person at a terminal runs it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{EMAIL, Folder, PASSWORD};

/// The program on one database, in a folder of its own.
pub struct Program {
    pub url: String,
    pub folder: Folder,
}

/// What it said and how it ended.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// What it said where it must have succeeded.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// What it said on its error output where it must have refused.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        self.err
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl Program {
    pub fn on(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            folder: Folder::new(),
        }
    }

    /// A command about to run: nothing of the environment of the tests reaches it.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jalon"));
        command
            .args(words)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("JALON_DATABASE_URL", &self.url)
            .env("JALON_PASSWORD", PASSWORD)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Said {
        self.command(words).output().unwrap().into()
    }

    /// Installs, with the directory and the four frameworks.
    pub fn furnished(url: &str) -> Self {
        let program = Self::on(url);
        program.init().done();
        program.run(&["framework", "import", "frameworks"]).done();
        program
    }

    pub fn init(&self) -> Said {
        self.run(&["init", "--name", "Coordination nationale", "--email", EMAIL])
    }

    /// Writes a file and gives its address.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }
}
