//! The pages of figures.

mod agreed;
mod attach;
mod board;
mod catalogue;
mod circuit;
mod compare;
mod contests;
mod course;
mod documents;
mod entry;
mod entry_grid;
mod follow;
mod funnel;
mod indicator;
mod indicator_parts;
mod measure;
mod objective;
mod own;
mod review;
mod since;
mod sourced;
mod sources;
mod technical;
mod template;
mod value;

pub use board::table as board_table;
pub(super) use catalogue::{asked_for, span};
pub(super) use compare::taken_away as compared;
pub(super) use indicator::{Part, part};
pub(super) use measure::series;
pub(super) use objective::{by_region, indicators};
pub use since::{Concern, section as since_section};
pub(super) use sourced::{contested, sourced};
pub(super) use sources::load_table;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};

use super::{Snapshots, Sources};
use crate::frameworks::Library;
use crate::imports::Imports;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::Shell;

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Library: FromRef<S>,
    Imports: FromRef<S>,
    Snapshots: FromRef<S>,
    Directories: FromRef<S>,
    Sources: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    // The limit of these is counted as the file arrives, by `documents::receive`.
    let with_files = Router::new()
        .route(
            "/indicateurs/{framework}/{key}/documents",
            post(attach::to_indicator),
        )
        .route("/valeurs/{observation}/documents", post(attach::to_value))
        .route("/valeurs/{observation}/contester", post(contests::open))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/catalogue", get(catalogue::page))
        .route("/catalogue/{code}", get(measure::page))
        .route("/comparer", get(compare::page))
        .route("/cadres/{code}/objectifs/{key}", get(objective::page))
        .route("/indicateurs/{framework}/{key}", get(indicator::page))
        .route(
            "/indicateurs/{framework}/{key}/suivre",
            post(follow::submit),
        )
        .route("/suivis", get(follow::page))
        .route("/contrats/{slug}/tableau", get(review::page))
        .route("/valeurs/{observation}", get(value::page))
        .route("/documents", get(documents::page))
        .route("/contestations", get(contests::list))
        .route(
            "/contestations/{id}",
            get(contests::page).post(contests::answer),
        )
        .route(
            "/saisie/{framework}/{key}",
            get(entry::by_indicator).post(entry::typed_by_indicator),
        )
        .route(
            "/saisie/{framework}/regions/{place}",
            get(entry::by_region).post(entry::typed_by_region),
        )
        .route("/imports/modele", get(template::download))
        .route("/circuit", get(circuit::latest))
        .route("/circuit/{framework}", get(circuit::page))
        .route("/circuit/fournisseurs/{code}", get(circuit::supplier))
        .merge(with_files)
}
