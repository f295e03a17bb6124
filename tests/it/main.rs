//! Tests of the whole, against real SQLite and real PostgreSQL.
// A test says what it expects by unwrapping it.
#![allow(clippy::unwrap_used)]

mod access;
mod account;
mod api;
mod asof;
mod backup;
mod circuit;
mod cli;
mod contest;
mod contracts;
mod correction;
mod demo;
mod documents;
mod dossier;
mod factor;
mod form;
mod frameworks;
mod health;
mod help;
mod imports;
mod journal;
mod kill;
mod ledger;
mod links;
mod mail;
mod migrations;
mod nothing_left;
mod organisations;
mod people;
mod program;
mod public;
mod refusals;
mod revisions;
mod rights;
mod schema;
mod sealed;
mod search;
mod sink;
mod stage;
mod support;
mod tables;
mod tidy;
mod values;
