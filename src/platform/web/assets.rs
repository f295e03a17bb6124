//! Static files, inside the binary, under names that change with their content.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::kernel::hex;

const CSS: &str = include_str!("../../../assets/jalon.css");
const GRID: &str = include_str!("../../../assets/grid.js");
const SEARCH_SCRIPT: &str = include_str!("../../../assets/search.js");
const PASSKEY_SCRIPT: &str = include_str!("../../../assets/passkey.js");
const FAVICON: &str = include_str!("../../../assets/favicon.svg");

static CSS_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/statique/jalon-{}.css", short_hash(CSS)));

static GRID_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/statique/grille-{}.js", short_hash(GRID)));

static SEARCH_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/statique/recherche-{}.js", short_hash(SEARCH_SCRIPT)));

static PASSKEY_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/statique/cle-{}.js", short_hash(PASSKEY_SCRIPT)));

fn short_hash(content: &str) -> String {
    hex(&Sha256::digest(content.as_bytes())[..6])
}

/// Where the stylesheet is served; browsers may keep it for ever.
pub fn stylesheet_path() -> &'static str {
    &CSS_PATH
}

/// Where the script of the entry grid is served, likewise.
pub fn grid_script_path() -> &'static str {
    &GRID_PATH
}

/// Where the script of the search field is served, likewise.
pub(super) fn search_script_path() -> &'static str {
    &SEARCH_PATH
}

/// Where the script of passkeys is served, likewise.
pub fn passkey_script_path() -> &'static str {
    &PASSKEY_PATH
}

/// The routes of the static files.
pub fn asset_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            stylesheet_path(),
            get(|| async { forever("text/css; charset=utf-8", CSS) }),
        )
        .route(
            grid_script_path(),
            get(|| async { forever("text/javascript; charset=utf-8", GRID) }),
        )
        .route(
            search_script_path(),
            get(|| async { forever("text/javascript; charset=utf-8", SEARCH_SCRIPT) }),
        )
        .route(
            passkey_script_path(),
            get(|| async { forever("text/javascript; charset=utf-8", PASSKEY_SCRIPT) }),
        )
        .route(
            "/favicon.svg",
            get(|| async { forever("image/svg+xml", FAVICON) }),
        )
}

fn forever(media: &'static str, body: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, media),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ],
        body,
    )
}
