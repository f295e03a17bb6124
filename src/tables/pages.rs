//! `/tables/…`: a table as a file, for whoever is signed in. `/donnees/…`: a table at a personal
//! address.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::address::{pages as addresses, store};
use super::files::{Headings, as_csv, as_html, as_xlsx, stem};
use super::{Ask, Source, Tables, asked_of_file, known};
use crate::access::token::Secret;
use crate::access::{Reach, Signed, made_for};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::table::Table;
use crate::platform::web::{Address, AsOf, Shell, WebError, WebResult};

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Tables: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    Router::new()
        .route("/tables/{file}", get(download))
        .route("/donnees/{secret}/{file}", get(followed))
        .route(addresses::PATH, get(addresses::page).post(addresses::open))
        .route("/moi/adresses/nouvelle/{table}", get(addresses::form_page))
        .route("/moi/adresses/{address}/revoquer", post(addresses::revoke))
}

/// What a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Xlsx,
    Html,
}

/// The table and the format that the name of a file asks for.
fn file(name: &str) -> Option<(&str, Format)> {
    let (name, end) = name.rsplit_once('.')?;
    let format = match end {
        "csv" => Format::Csv,
        "xlsx" => Format::Xlsx,
        "html" => Format::Html,
        _ => return None,
    };
    Some((name, format))
}

/// `GET /tables/{name}.csv` or `.xlsx`, with the choices of the page it stands on.
async fn download(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(tables): State<Tables>,
    Path(name): Path<String>,
    asked: Address,
) -> WebResult<Response> {
    let (name, format) = file(&name).ok_or(WebError::NotFound)?;
    let source = tables.find(name).ok_or(WebError::NotFound)?;
    if source.is_personal() {
        signed.refuse_onlooker()?;
    }
    let asked = asked_of_file(source, &asked);
    let table = made(&db, &clock, source, signed.reach(), &asked).await?;
    let name = stem(name, AsOf::of(&asked).past(clock.today()));
    let file_name = |end: &str| format!("attachment; filename=\"{name}.{end}\"");
    match format {
        Format::Csv => {
            let bytes = as_csv(&table, Headings::Words);
            let media = "text/csv; charset=utf-8".to_owned();
            Ok(saved(media, file_name("csv"), bytes))
        }
        Format::Xlsx => {
            let (title, today) = (source.title(), clock.today());
            // A long table is minutes of nobody else's time.
            let written = tokio::task::spawn_blocking(move || as_xlsx(&table, title, today));
            let bytes = written.await.map_err(WebError::internal)?;
            let bytes = bytes.map_err(WebError::internal)?;
            let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(saved(media.to_owned(), file_name("xlsx"), bytes))
        }
        Format::Html => Err(WebError::NotFound),
    }
}

fn saved(media: String, disposition: String, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}

/// `GET /donnees/{secret}/{name}.csv` or `.html`: for a spreadsheet, which does not sign in. It is
/// told nothing of an address that gives nothing.
async fn followed(
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(tables): State<Tables>,
    Path((secret, name)): Path<(String, String)>,
) -> WebResult<Response> {
    let secret = Secret::parse(&secret).ok_or(WebError::NotFound)?;
    let (name, format) = file(&name).ok_or(WebError::NotFound)?;
    let mut tx = db.read().await?;
    let read = store::read(&mut tx, &secret, clock.today()).await?;
    drop(tx);
    let read = read.filter(|read| read.chosen.table == name);
    let read = read.ok_or(WebError::NotFound)?;
    let source = tables.find(name).ok_or(WebError::NotFound)?;
    let asked = known(source, &Address::of("/").and_query(&read.chosen.choices));
    let table = made(&db, &clock, source, &read.reach, &asked).await?;
    store::note_use(&db, &read, clock.now()).await?;
    let given = match format {
        Format::Csv => {
            let media = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            (media, as_csv(&table, Headings::Keys)).into_response()
        }
        Format::Html => as_html(&table, Headings::Keys).into_response(),
        Format::Xlsx => return Err(WebError::NotFound),
    };
    Ok(made_for(given, read.reach.actor()))
}

/// The table that an address asks for, in the order and with the columns that it asks for.
async fn made(
    db: &Db,
    clock: &Clock,
    source: &dyn Source,
    reach: &Reach,
    asked: &Address,
) -> WebResult<Table> {
    let mut tx = db.read().await?;
    let ask = Ask {
        tx: &mut tx,
        reach,
        today: clock.today(),
        asked,
    };
    let mut table = source.table(ask).await?;
    table.sort(asked);
    table.narrow(asked);
    Ok(table.with_stop_as_row())
}
