//! Jalon: contracts of objectives and means, from their text to the figures that follow them.
//!
//! Modules stand in dependency order, the lowest first; a module may use those above it in this
//! list and never those below (a tidy test holds this).

pub mod kernel;
pub mod platform;

pub mod ledger;

pub mod sealed;

pub mod access;

pub mod search;

pub mod help;

pub mod tables;

pub mod journal;

pub mod support;

pub mod organisations;

pub mod documents;

pub mod imports;

pub mod measures;

pub mod frameworks;

pub mod referents;

pub mod contracts;

pub mod figures;

pub mod dossier;

pub mod people;

pub mod site;
