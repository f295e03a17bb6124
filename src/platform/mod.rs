//! What every concept stands on: configuration, clock, files, texts, database, mail, other servers,
//! web shell, API.
//!
//! What lives here: machinery that would serve any application of this kind. What never does:
//! a word of the domain (no contract, no indicator, no region).

pub mod antivirus;
pub mod api;
pub mod clock;
pub mod config;
pub mod db;
pub mod fetch;
pub mod file;
pub mod mail;
pub mod metrics;
pub mod web;
pub mod yaml;
