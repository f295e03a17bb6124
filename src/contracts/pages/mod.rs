//! The pages of contracts.
//!
//! Reading works without a script and so does every form: what was typed always comes back with
//! what to do about it. Each page names the revision of the framework and the day it shows.

mod cells;
mod contract;
mod country;
mod create;
mod decision;
mod documents;
mod draft;
mod grid;
mod indicator;
mod instrument;
mod list;
mod means;
mod note;
mod objective;
mod open;
mod parties;
mod parts;
mod settle;
mod signatories;
mod table;
mod workbook;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};

pub(super) use list::{keeps, standing};

use super::Desk;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::Shell;
use crate::sealed::Keyring;

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Desk: FromRef<S>,
    Arc<Config>: FromRef<S>,
    Keyring: FromRef<S>,
{
    Router::new()
        .route("/contrats", get(list::page))
        .route("/contrats/nouveau", get(create::form).post(create::submit))
        .route("/contrats/{slug}", get(contract::page))
        .route("/contrats/{slug}/moyens", get(means::page))
        .route("/contrats/{slug}/note", get(note::page).post(note::write))
        .route("/contrats/{slug}/objectifs/{key}", get(objective::page))
        .route("/contrats/{slug}/indicateurs/{key}", get(indicator::page))
        .route(
            "/contrats/{slug}/actes/nouveau",
            get(draft::form).post(draft::submit),
        )
        .route(
            "/cibles/{framework}/{key}",
            get(country::page).post(country::save),
        )
        .route(
            "/contrats/{slug}/indicateurs/{key}/documents",
            // The limit is counted as the file arrives.
            post(documents::attach).layer(DefaultBodyLimit::disable()),
        )
        .merge(instrument_router())
}

fn instrument_router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Desk: FromRef<S>,
{
    Router::new()
        .route("/contrats/{slug}/actes/{no}", get(instrument::page))
        .route(
            "/contrats/{slug}/actes/{no}/modifier",
            get(grid::form).post(grid::submit),
        )
        .route(
            "/contrats/{slug}/actes/{no}/classeur",
            get(workbook::download),
        )
        .route(
            "/contrats/{slug}/actes/{no}/presentation",
            get(draft::edit_form).post(draft::edit),
        )
        .route(
            "/contrats/{slug}/actes/{no}/parties",
            get(parties::form).post(parties::submit),
        )
        .route(
            "/contrats/{slug}/actes/{no}/signataires",
            get(signatories::form).post(signatories::submit),
        )
        .route(
            "/contrats/{slug}/actes/{no}/confirmer",
            post(settle::confirm),
        )
        .route(
            "/contrats/{slug}/actes/{no}/reprendre",
            post(settle::rebase),
        )
        .route("/contrats/{slug}/actes/{no}/signer", post(settle::sign))
        .route(
            "/contrats/{slug}/actes/{no}/ouvrir",
            post(settle::open_to_parties),
        )
        .route(
            "/contrats/{slug}/actes/{no}/abandonner",
            post(settle::abandon),
        )
}
