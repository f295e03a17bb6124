//! The pages of figures.

mod indicator;
mod indicator_parts;
mod pictures;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;

use super::Snapshots;
use crate::frameworks::Library;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
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
    Snapshots: FromRef<S>,
    Directories: FromRef<S>,
{
    Router::new().route("/indicateurs/{framework}/{key}", get(indicator::page))
}
