//! The server: what every request shares, and the path it takes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{FromRef, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use super::api::{self, Description, page};
use super::frame::{HELP, NAV};
use super::installation::Installation;
use super::tables::tables;
use super::{HOLDERS, addresses, health, home, imports, keyring, searcher, tellers, upkeep};
use crate::access::api::Pace;
use crate::access::event::Trail;
use crate::access::{self, Acquaintances, Addresses, Provider};
use crate::contracts::{self, Desk, Remembered};
use crate::documents;
use crate::dossier;
use crate::figures::{self, ContractFigures, Snapshots, Sources};
use crate::frameworks::{self, Holders, Library};
use crate::help;
use crate::imports::{self as files, Imports, Reader};
use crate::journal::{self, Tellers};
use crate::organisations::{self, Directories};
use crate::people;
use crate::platform::antivirus::Antivirus;
use crate::platform::clock::Clock;
use crate::platform::config::{Config, SecondFactor};
use crate::platform::db::{Db, DbError};
use crate::platform::mail::{Post, PostError};
use crate::platform::metrics::{self, count_requests};
use crate::platform::web::{Shell, WebError, asset_router, hear_out, refuse_nul};
use crate::referents;
use crate::sealed::{KeyFileError, Keyring};
use crate::search::{self, Searcher};
use crate::support;
use crate::tables::{self as take_away, Tables};

/// What every request shares. It is cloned at each layer and each route: one pointer.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// Declares the parts of the site, each given to the handlers that ask for it.
macro_rules! parts {
    ($($part:ident: $kind:ty,)*) => {
        #[derive(Debug)]
        struct Parts { $($part: $kind,)* }

        $(impl FromRef<App> for $kind {
            fn from_ref(app: &App) -> Self {
                app.0.$part.clone()
            }
        })*
    };
}

parts! {
    db: Db,
    clock: Clock,
    config: Arc<Config>,
    shell: Shell,
    directories: Directories,
    library: Library,
    holders: Holders,
    snapshots: Snapshots,
    desk: Desk,
    sources: Sources,
    description: Description,
    imports: Imports,
    pace: Pace,
    searcher: Searcher,
    tables: Tables,
    tellers: Tellers,
    post: Post,
    keyring: Keyring,
    acquaintances: Acquaintances,
    trail: Trail,
    waiting: home::Waiting,
    provider: Provider,
    addresses: Addresses,
}

/// Why the site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database is not the one this program was built for, or fails.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The settings of mail cannot serve.
    #[error(transparent)]
    Post(#[from] PostError),
    /// The master keys cannot serve.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// The system knows no authority by which a provider of identities could be recognised.
    #[error(
        "openid_issuer est réglé, mais le système ne connaît aucune autorité de certification : installez le paquet ca-certificates ({0})"
    )]
    Provider(std::io::Error),
}

impl App {
    /// Over an open database, whose schema is checked; files that come in are read by that
    /// reader.
    ///
    /// # Errors
    /// Where the schema is not the one this binary was built for, or mail cannot be set up.
    pub async fn new(
        db: Db,
        clock: Clock,
        mut config: Config,
        reader: Reader,
    ) -> Result<Self, AppError> {
        db.check_schema().await?;
        let mut tx = db.read().await?;
        let demo = Installation::read(&mut tx).await? == Some(Installation::Demo);
        drop(tx);
        if demo {
            // Its password is on the sign-in page: a second factor would protect nothing.
            config.second_factor = SecondFactor::Nobody;
        }
        let sources = Sources::new(db.clone(), clock.clone());
        let Sources {
            library,
            snapshots,
            directories,
            ..
        } = sources.clone();
        let desk = Desk {
            db: db.clone(),
            clock: clock.clone(),
            library: library.clone(),
            directories: directories.clone(),
            remembered: Remembered::default(),
            observations: Arc::new(ContractFigures::new(sources.clone())),
        };
        let description = Description::new().map_err(|e| DbError::corrupt("API", e))?;
        let mut imports = imports(&sources, reader);
        imports.antivirus = Antivirus::of(&config);
        let shell = Shell {
            nav: NAV,
            help: HELP,
            demo,
            contact: config.support_contact.as_str().into(),
        };
        let tellers = tellers(library.clone(), imports.intakes.clone(), &clock);
        let tables = tables(&sources, &imports.intakes, &tellers, demo);
        let searcher = searcher(
            clock.clone(),
            library.clone(),
            directories.clone(),
            imports.intakes.clone(),
        );
        let config = Arc::new(config);
        let addresses = addresses(&library, &directories, &imports.intakes);
        Ok(Self(Arc::new(Parts {
            provider: Provider::new(&config, &clock).map_err(AppError::Provider)?,
            db,
            searcher,
            tables,
            tellers,
            post: Post::new(&config)?,
            keyring: keyring(&config)?,
            acquaintances: Acquaintances::default(),
            trail: Trail::default(),
            waiting: home::Waiting::default(),
            description,
            clock,
            desk,
            sources,
            imports,
            pace: Pace::new(config.api_requests_per_minute),
            config,
            shell,
            addresses,
            directories,
            library,
            holders: HOLDERS,
            snapshots,
        })))
    }

    /// Every route, with what stands around them.
    pub fn router(self) -> Router {
        let pages = Router::new()
            .route("/", get(home::page))
            .route("/api", get(page::page))
            .route("/api/essai", get(page::trial_page))
            .merge(access::router())
            .merge(take_away::router())
            .merge(search::router())
            .merge(journal::router())
            .merge(help::router())
            .merge(support::router())
            .merge(organisations::router())
            .merge(frameworks::router())
            .merge(referents::router())
            .merge(documents::router())
            .merge(files::router())
            .merge(figures::router())
            .merge(dossier::router())
            .merge(people::router())
            .merge(contracts::pages::router());
        self.around(pages)
    }

    /// These pages, with what stands around all pages.
    pub fn around(self, pages: Router<Self>) -> Router {
        let https = self.0.config.is_https();
        let sessions = access::session_layer(self.0.db.clone(), https);
        let accesses = from_fn_with_state(self.clone(), access::keep_accesses::<Self>);
        let refusals = from_fn_with_state(self.clone(), access::refusals_in_french::<Self>);
        let origins = from_fn_with_state(self.0.config.clone(), access::note_origin);
        pages
            .fallback(|| async { WebError::NotFound })
            .layer(from_fn_with_state(self.clone(), access::keep_refused_form))
            .layer(CatchPanicLayer::new())
            .layer(from_fn(refuse_nul))
            .layer(CsrfLayer::new())
            .layer(accesses.clone())
            .layer(refusals)
            .layer(sessions)
            .layer(Extension(self.0.acquaintances.clone()))
            .merge(asset_router())
            .merge(health::router())
            .merge(api::router(&self).layer(accesses))
            .layer(origins)
            .layer(from_fn(count_requests))
            .layer(from_fn(hear_out))
            .layer(from_fn(move |request, next| {
                security_headers(https, request, next)
            }))
            // Pages are made for one person and compressed once: speed counts more than the last bytes.
            .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
            .layer(TraceLayer::new_for_http().make_span_with(span))
            .with_state(self)
    }
}

/// A request in the log: by its method and the template of its route. Its address may hold what
/// nobody else should read, such as what somebody searched for, or the secret of an address.
fn span(request: &Request) -> tracing::Span {
    let route = metrics::route(request);
    tracing::debug_span!("request", method = %request.method(), route)
}

/// Everything on a page comes from this site, over TLS where it is there, and no script at all runs but those of this site.
async fn security_headers(https: bool, request: Request, next: Next) -> Response {
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
    if https {
        // Two years, as browsers ask before they learn a site by heart; not for the sites beside.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// An address that cannot be listened on, told in French.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program listens there.
    #[error(
        "{0} est déjà pris par un autre programme : arrêtez-le, ou choisissez un autre port avec --listen (make demo PORT=8090)"
    )]
    Taken(SocketAddr),
    /// The system refuses: a port below 1024, an address that is not this machine's.
    #[error(
        "impossible d’écouter sur {address} : choisissez une autre adresse avec --listen ({cause})"
    )]
    Refused {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// Takes the address at which the site answers.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let taken = TcpListener::bind(address).await;
    taken.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => ListenError::Taken(address),
        _ => ListenError::Refused { address, cause },
    })
}

/// Counts what this process does, and gives it at `/metrics` on that address.
pub async fn watch(
    db: Db,
    address: SocketAddr,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = listen(address).await?;
    let counted = metrics::install(db)?;
    tokio::spawn(health::serve_metrics(listener, counted));
    Ok(())
}

/// Serves until the process is asked to stop, then finishes what is under way.
pub async fn serve(app: App, listener: TcpListener) -> std::io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "listening");
    let upkeep = tokio::spawn(upkeep::keep(
        app.0.db.clone(),
        app.0.clock.clone(),
        app.0.post.clone(),
        app.0.keyring.clone(),
    ));
    let issuing = tokio::spawn(upkeep::keep_issuing(app.0.sources.clone()));
    let service = app
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(stop_signal())
        .await;
    upkeep.abort();
    issuing.abort();
    served
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
