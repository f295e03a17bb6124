//! The pages of frameworks.

mod campaign;
mod edit;
mod history;
mod list;
mod opening;
mod parts;
mod show;

pub(super) use opening::held;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use super::{Holders, Library};
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
    Holders: FromRef<S>,
    Directories: FromRef<S>,
{
    Router::new()
        .route("/cadres", get(list::page))
        .route("/cadres/{code}", get(show::page))
        .route("/cadres/{code}/campagnes/{year}", post(opening::open))
        .route(
            "/cadres/{code}/indicateurs/{key}/modifier",
            get(edit::form_page).post(edit::save),
        )
}
