//! Text files that people write by hand, read key by key: every problem is noted, with its line
//! and what to do about it, and reading goes on.
//!
//! Here live the form of a file (a simple YAML: keys, lists, text), where each part of it stands
//! and the notebook of what is wrong. What a key means never does: it is for the module whose
//! file it is.

mod problem;
mod reader;
mod tree;
mod words;

pub(crate) use problem::Findings;
pub use problem::{Position, Problem, Severity};
pub(crate) use reader::{Item, parse_iso, read_file, suggestion, unreadable};
pub(crate) use tree::{Shape, Tree};
pub(crate) use words::Worded;

#[cfg(test)]
pub(crate) use tree::{Entry, parse};

/// Largest text read; the largest real one is twenty times smaller.
pub const MAX_BYTES: u64 = 2_000_000;
