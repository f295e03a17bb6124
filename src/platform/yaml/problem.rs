//! What is wrong in a text, where it stands and what to do about it.
//!
//! Here live the problems themselves and the notebook that collects them. The rules that find
//! them never do: those are in the modules whose texts they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

/// A place in a text file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// The beginning of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Whether a problem prevents the text from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The text cannot be used until it is mended.
    Error,
    /// The text can be used; someone should look.
    Warning,
}

/// Something wrong in a text.
///
/// The order is that of reading: by file, then line, then column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Name of the file in its folder.
    pub file: String,
    /// Where in that file.
    pub position: Position,
    /// Stable identifier of the rule, for tests and for other programs.
    pub code: &'static str,
    /// Whether it prevents use.
    pub severity: Severity,
    /// What is wrong, in French, without the final stop.
    pub message: String,
    /// What to do, in French, without the final stop.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        let weight = match self.severity {
            Severity::Error => "",
            Severity::Warning => "avertissement, ",
        };
        let Self {
            file,
            message,
            remedy,
            ..
        } = self;
        let stop = if remedy.ends_with('?') { "" } else { "." };
        write!(
            f,
            "{file}:{line}:{column}: {weight}{message}. {remedy}{stop}"
        )
    }
}

/// The notebook of one reading: where each thing stands, and what is wrong with it.
///
/// A thing is named by its path, `indicateurs.yaml/indicateurs/3/noeud`: the file, then keys and
/// ranks from 0. A path that the text lacks stands where its nearest ancestor does.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    positions: BTreeMap<String, Position>,
    troubled: BTreeSet<String>,
    unread: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

impl Findings {
    /// Remembers where a path stands.
    pub(crate) fn place(&mut self, path: String, at: Position) {
        self.positions.insert(path, at);
    }

    /// Remembers that a file could not be read, so that nothing is said of what it may contain.
    pub(crate) fn give_up(&mut self, file: &'static str) {
        self.unread.insert(file);
    }

    /// Whether a file could not be read.
    pub(crate) fn is_unread(&self, file: &str) -> bool {
        self.unread.contains(file)
    }

    /// Whether an error was already found at exactly this path.
    pub(crate) fn is_troubled(&self, path: &str) -> bool {
        self.troubled.contains(path)
    }

    /// Notes an error about a path.
    pub(crate) fn error(
        &mut self,
        path: &str,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.troubled.insert(path.to_owned());
        self.add(path, Severity::Error, code, message.into(), remedy.into());
    }

    /// Notes a warning about a path.
    pub(crate) fn warning(
        &mut self,
        path: &str,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(path, Severity::Warning, code, message.into(), remedy.into());
    }

    /// Line of a path, for messages that name another place of the same file.
    pub(crate) fn line(&self, path: &str) -> u32 {
        self.position(path).line
    }

    /// Every problem found, in order of reading.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        problems.sort();
        problems.dedup();
        problems
    }

    fn add(
        &mut self,
        path: &str,
        severity: Severity,
        code: &'static str,
        message: String,
        remedy: String,
    ) {
        let file = path.split('/').next().unwrap_or(path).to_owned();
        let position = self.position(path);
        self.problems.push(Problem {
            file,
            position,
            code,
            severity,
            message,
            remedy,
        });
    }

    fn position(&self, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(at) = self.positions.get(path) {
                return *at;
            }
            match path.rsplit_once('/') {
                Some((parent, _)) => path = parent,
                None => return Position::START,
            }
        }
    }
}
