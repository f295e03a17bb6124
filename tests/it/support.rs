//! What every test of the whole starts from: an empty database on either engine, a clock that
//! stands still, a browser without a screen.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::io::{Cursor, Read as _, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRef as _};
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use jalon::ledger::Actor;
use jalon::platform::clock::Clock;
use jalon::platform::config::{Config, Overrides, SecondFactor};
use jalon::platform::db::{Db, Tx};
use jalon::platform::mail::Post;
use jalon::site::{App, Installation, initialise};
use jalon::tables::Tables;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tower::ServiceExt as _;
use tracing::subscriber::DefaultGuard;
use uuid::Uuid;

use crate::imports::reader;

/// Takes from a table what keeps its rows as they are, as only who owns the database can.
pub async fn unguard(tx: &mut Tx, table: &str) {
    let statements = if tx.is_sqlite() {
        vec![
            format!("drop trigger {table}_unchanged"),
            format!("drop trigger {table}_undeleted"),
            format!("drop trigger {table}_unreplaced"),
            format!("drop trigger {table}_unmoved"),
        ]
    } else {
        vec![format!("alter table {table} disable trigger user")]
    };
    for sql in statements {
        tx.run(AssertSqlSafe(sql), vec![]).await.unwrap();
    }
}

/// A log that the test reads.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything that the site lets be heard from now on, at every level, for as long as the
    /// guard lives.
    pub fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let config = Config {
            log: "trace".to_owned(),
            ..Config::default()
        };
        let heard = tracing_subscriber::fmt()
            .with_env_filter(config.log_filter().unwrap())
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(heard))
    }

    /// What was said so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Declares a test that runs once on each engine.
#[macro_export]
macro_rules! on_both_engines {
    ($(#[$meta:meta])* async fn $name:ident($bench:ident: Bench) $body:block) => {
        mod $name {
            // A short test may need nothing of its file.
            #[allow(unused_imports)]
            use super::*;

            async fn check($bench: $crate::support::Bench) $body

            $(#[$meta])*
            #[tokio::test]
            async fn on_sqlite() {
                check($crate::support::Bench::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn on_postgres() {
                check($crate::support::Bench::postgres().await).await;
            }
        }
    };
}

/// A migrated, empty database and a clock fixed at Monday 5 January 2026, 9 h in Paris.
pub struct Bench {
    pub db: Db,
    pub clock: Clock,
    pub url: String,
    folder: Option<Folder>,
}

/// An outbox that nothing leaves.
pub fn post() -> Post {
    Post::new(&Config::default()).unwrap()
}

/// A folder removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("jalon-test-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Password of the account that [`Bench::install`] opens.
pub const PASSWORD: &str = "une phrase de passe";
/// Its address.
pub const EMAIL: &str = "coordonnatrice@example.org";

impl Bench {
    pub async fn sqlite() -> Self {
        let folder = Folder::new();
        let url = format!("sqlite://{}", folder.path().join("jalon.db").display());
        Self::migrated(url, Some(folder)).await
    }

    pub async fn postgres() -> Self {
        let template = postgres_template().await;
        Self::migrated(postgres_database(Some(&template)).await, None).await
    }

    async fn migrated(url: String, folder: Option<Folder>) -> Self {
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        Self {
            db,
            clock: Clock::fixed("2026-01-05T08:00:00Z".parse().unwrap()),
            url,
            folder,
        }
    }

    /// The address of another database on the same engine, without a schema.
    pub async fn another(&self) -> String {
        match &self.folder {
            Some(folder) => {
                let file = folder.path().join(format!("{}.db", Uuid::now_v7()));
                format!("sqlite://{}", file.display())
            }
            None => postgres_database(None).await,
        }
    }

    /// Installs, and gives back the first account as an actor.
    pub async fn install(&self) -> Actor {
        let name = "Coordination nationale";
        let password = PASSWORD.to_owned();
        initialise(
            &self.db,
            &self.clock,
            Installation::Real,
            name,
            EMAIL.parse().unwrap(),
            password,
        )
        .await
        .unwrap();
        let mut tx = self.db.read().await.unwrap();
        let person = jalon::access::store::person_by_email(&mut tx, EMAIL)
            .await
            .unwrap()
            .unwrap();
        Actor::Person(person.id)
    }

    /// The site over this database.
    pub async fn site(&self) -> Site {
        let app = self.app().await;
        Site::over(app.router())
    }

    /// Pages of a test's own, with what stands around those of the site.
    pub async fn site_of(&self, pages: Router<App>) -> Site {
        let app = self.app().await;
        Site::over(app.around(pages))
    }

    /// The site under a setting of the test's own.
    pub async fn site_with(&self, set: impl FnOnce(&mut Config)) -> Site {
        Site::over(self.app_with(set).await.router())
    }

    /// Every table that can be taken away.
    pub async fn tables(&self) -> Tables {
        Tables::from_ref(&self.app().await)
    }

    async fn app(&self) -> App {
        self.app_with(|_| {}).await
    }

    async fn app_with(&self, set: impl FnOnce(&mut Config)) -> App {
        let overrides = Overrides {
            database_url: Some(self.url.clone()),
            listen: None,
        };
        let mut config = Config::load(None, &overrides).unwrap();
        // What a role asks for is tested on its own.
        config.second_factor = SecondFactor::Nobody;
        set(&mut config);
        App::new(self.db.clone(), self.clock.clone(), config, reader())
            .await
            .unwrap()
    }
}

/// A fresh database on the test server.
/// A database of its own; a copy of that one where it is named.
async fn postgres_database(template: Option<&str>) -> String {
    let name = format!("jalon_{}", Uuid::now_v7().simple());
    let of = template.map(|template| format!(" template {template}"));
    let create = format!("create database {name}{}", of.unwrap_or_default());
    run(&mut server().await, create).await;
    database_url(&name)
}

/// The name of a database that the first test of this build brings up to date, for the others to
/// copy: each would take longer to step through every migration.
async fn postgres_template() -> String {
    let program = std::env::current_exe().unwrap();
    let built = std::fs::metadata(&program).unwrap().modified().unwrap();
    let mut hasher = std::hash::DefaultHasher::new();
    (program, built).hash(&mut hasher);
    let template = format!("jalon_template_{:016x}", hasher.finish());
    let mut server = server().await;
    run(&mut server, format!("select pg_advisory_lock({TEMPLATE})")).await;
    let known = sqlx::query("select 1 from pg_database where datname = $1").bind(&template);
    if known.fetch_optional(&mut server).await.unwrap().is_none() {
        // Under its name only once it is whole.
        let url = postgres_database(None).await;
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        let (_, made) = url.rsplit_once("/jalon_").unwrap();
        let made = made.split('?').next().unwrap();
        run(
            &mut server,
            format!("alter database jalon_{made} rename to {template}"),
        )
        .await;
    }
    run(
        &mut server,
        format!("select pg_advisory_unlock({TEMPLATE})"),
    )
    .await;
    template
}

/// Names the lock under which the template is made.
const TEMPLATE: i64 = 742;

async fn server() -> PgConnection {
    PgConnection::connect(&server_url()).await.unwrap()
}

fn server_url() -> String {
    std::env::var("JALON_TEST_POSTGRES")
        .expect("JALON_TEST_POSTGRES names the server to test on: run `make test`")
}

fn database_url(name: &str) -> String {
    server_url().replacen("/postgres?", &format!("/{name}?"), 1)
}

async fn run(server: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql))
        .execute(server)
        .await
        .unwrap();
}

/// The site as a browser sees it: it keeps its cookies.
#[derive(Clone)]
pub struct Site {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// All of them, as they are sent.
    cookie: Option<String>,
    /// The network address it asks from.
    pub address: SocketAddr,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub location: Option<String>,
    pub headers: axum::http::HeaderMap,
    pub body: String,
    /// The same, as it came.
    pub bytes: Vec<u8>,
}

/// What an answer says, its files opened.
pub fn said(answer: &Answer) -> String {
    answer.body.clone() + &said_in(&answer.bytes)
}

/// What the parts of a file say: those of an archive, the text of a PDF.
pub fn said_in(bytes: &[u8]) -> String {
    let mut text = String::new();
    if let Ok(mut parts) = zip::ZipArchive::new(Cursor::new(bytes)) {
        for rank in 0..parts.len() {
            let mut part = Vec::new();
            parts
                .by_index(rank)
                .unwrap()
                .read_to_end(&mut part)
                .unwrap();
            text += &String::from_utf8_lossy(&part);
        }
    }
    if bytes.starts_with(b"%PDF") {
        text += &pdf_text(bytes);
    }
    text
}

/// The text of a PDF, as a reader would copy it.
pub fn pdf_text(bytes: &[u8]) -> String {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap()
}

impl Site {
    fn over(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            cookie: None,
            address: SocketAddr::from(([127, 0, 0, 1], 50_000)),
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Sends a form with a file in `fichier`.
    pub async fn send_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &[u8]),
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head =
                format!("--limite\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        let head = format!(
            "--limite\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{}\"\r\nContent-Type: text/html\r\n\r\n",
            file.0
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file.1);
        body.extend_from_slice(b"\r\n--limite--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=limite")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// The header of an answer to a page.
    pub async fn header(&mut self, path: &str, name: &str) -> String {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        let cookie = self.cookie().parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookie);
        let response = self.router.clone().oneshot(request).await.unwrap();
        response.headers()[name].to_str().unwrap().to_owned()
    }

    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap()
    }

    pub async fn sign_in(&mut self) {
        self.sign_in_as(EMAIL).await;
    }

    /// Signs in with another account, which has the same password.
    pub async fn sign_in_as(&mut self, email: &str) {
        let answer = self
            .post("/connexion", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if let Some(cookie) = &self.cookie {
            request
                .headers_mut()
                .insert(header::COOKIE, cookie.parse().unwrap());
        }
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let text = |name| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        self.cookie = Some(pairs.collect::<Vec<_>>().join("; ")).filter(|all| !all.is_empty());
        let (status, location) = (response.status(), text(header::LOCATION));
        let headers = response.headers().clone();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            location,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }
}
