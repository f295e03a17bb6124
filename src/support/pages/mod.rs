//! `/aide/demandes`: the requests, asking, following one.

mod ask;
mod list;
mod one;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{Crumb, Shell};

pub(super) use list::{hands, standing};

/// Where requests are listed.
pub(super) const PATH: &str = "/aide/demandes";

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Post: FromRef<S>,
{
    Router::new()
        .route(PATH, get(list::page))
        .route("/aide/demandes/nouvelle", get(ask::form).post(ask::send))
        .route("/aide/demandes/{request}", get(one::page))
        .route("/aide/demandes/{request}/repondre", post(one::answer))
        .route("/aide/demandes/{request}/transmettre", post(one::pass_on))
        .route("/aide/demandes/{request}/clore", post(one::close))
}

/// The path to a page below the list.
fn trail(label: &str) -> [Crumb<'_>; 3] {
    [
        Crumb {
            label: "Aide",
            href: Some("/aide".to_owned()),
        },
        Crumb {
            label: "Demandes d’aide",
            href: Some(PATH.to_owned()),
        },
        Crumb { label, href: None },
    ]
}
