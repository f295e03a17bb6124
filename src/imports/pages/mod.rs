//! `/imports`: send a file, look at what it would do, answer, commit, undo; `/erreurs`: what each
//! problem means.

mod act;
mod batch;
mod columns;
mod copy;
mod errors;
mod list;
mod parts;
mod problems;
mod send;

pub(super) use list::asked_for;
pub(super) use send::{Sent, Unread, sent, start};

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};

use super::Imports;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::Shell;

/// The largest request that sends a file: the file, and what is said beside it.
pub const LARGEST_REQUEST: usize = send::LARGEST_FILE + 64 * 1024;

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Imports: FromRef<S>,
{
    let sending = post(send::receive).layer(DefaultBodyLimit::max(LARGEST_REQUEST));
    Router::new()
        .route("/imports", get(list::page).merge(sending))
        .route("/imports/nouveau", get(send::page))
        .route("/imports/{id}", get(batch::page))
        .route("/imports/{id}/copie-corrigee.xlsx", get(copy::download))
        .route("/imports/{id}/repondre", post(act::answer))
        .route("/imports/{id}/colonnes", post(act::correct))
        .route("/imports/{id}/relire", post(act::reread))
        .route("/imports/{id}/enregistrer", post(act::commit))
        .route("/imports/{id}/abandonner", post(act::give_up))
        .route("/imports/{id}/annuler", post(act::undo))
        .route("/erreurs", get(errors::list))
        .route("/erreurs/{code}", get(errors::page))
}
