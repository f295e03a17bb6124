//! The server: what every request shares, and the path it takes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use super::installation::Installation;
use super::{HOLDERS, home, imports};
use crate::access;
use crate::contracts::{self, Desk};
use crate::dossier;
use crate::figures::{self, ContractFigures, Snapshots};
use crate::frameworks::{self, Holders, Library};
use crate::imports::{self as files, Imports};
use crate::organisations::{self, Directories};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::{Db, DbError};
use crate::platform::web::{
    NavItem, Shell, WebError, asset_router, refusals_in_french, refuse_nul,
};

/// The main navigation.
const NAV: &[NavItem] = &[
    item("Accueil", "/"),
    item("Contrats", "/contrats"),
    item("Cadres", "/cadres"),
    item("Imports", "/imports"),
    item("Organisations", "/organisations"),
];

const fn item(label: &'static str, href: &'static str) -> NavItem {
    NavItem { label, href }
}

/// What every request shares, cheap to clone.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    db: Db,
    clock: Clock,
    config: Arc<Config>,
    shell: Shell,
    directories: Directories,
    library: Library,
    holders: Holders,
    snapshots: Snapshots,
    desk: Desk,
    imports: Imports,
}

impl App {
    /// Over an open database, whose schema is checked.
    ///
    /// # Errors
    /// Where the schema is not the one this binary was built for.
    pub async fn new(db: Db, clock: Clock, config: Config) -> Result<Self, DbError> {
        db.check_schema().await?;
        let mut tx = db.read().await?;
        let demo = Installation::read(&mut tx).await? == Some(Installation::Demo);
        drop(tx);
        let (directories, library) = (Directories::default(), Library::default());
        let snapshots = Snapshots::default();
        let desk = Desk {
            db: db.clone(),
            clock: clock.clone(),
            library: library.clone(),
            directories: directories.clone(),
            observations: Arc::new(ContractFigures {
                db: db.clone(),
                clock: clock.clone(),
                library: library.clone(),
                snapshots: snapshots.clone(),
            }),
        };
        let imports = imports(
            db.clone(),
            clock.clone(),
            library.clone(),
            directories.clone(),
        );
        Ok(Self {
            db,
            clock,
            desk,
            imports,
            config: Arc::new(config),
            shell: Shell { nav: NAV, demo },
            directories,
            library,
            holders: HOLDERS,
            snapshots,
        })
    }

    /// Every route, with what stands around them.
    pub fn router(self) -> Router {
        let https = self.config.is_https();
        let sessions = access::session_layer(self.db.clone(), https);
        let pages = Router::new()
            .route("/", get(home::page))
            .merge(access::router())
            .merge(organisations::router())
            .merge(frameworks::router())
            .merge(files::router())
            .merge(figures::router())
            .merge(dossier::router())
            .merge(contracts::pages::router())
            .fallback(|| async { WebError::NotFound });
        pages
            .layer(sessions)
            .layer(axum::middleware::from_fn(refuse_nul))
            .layer(CsrfLayer::new())
            .layer(axum::middleware::from_fn(refusals_in_french))
            .merge(asset_router())
            .layer(axum::middleware::from_fn(security_headers))
            .layer(CompressionLayer::new())
            .layer(CatchPanicLayer::new())
            .layer(TraceLayer::new_for_http())
            .with_state(self)
    }
}

/// Everything on a page comes from this site, and no script at all runs but those of this site.
async fn security_headers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
        script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
        frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name, value| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Serves until the process is asked to stop, then finishes what is under way.
pub async fn serve(app: App, listen: SocketAddr) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    axum::serve(listener, app.router())
        .with_graceful_shutdown(stop_signal())
        .await
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
