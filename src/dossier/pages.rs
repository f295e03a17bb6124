//! Documents to download.

use axum::Router;
use axum::extract::{FromRef, Path, Query, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::content::{Exemplar, dossier};
use super::ground::{DossierError, Request, Sources};
use super::region::region_pdf;
use crate::access::Signed;
use crate::contracts::store;
use crate::platform::db::Db;
use crate::platform::web::{AsOf, Shell, WebError, WebResult};

/// The documents of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Shell: FromRef<S>,
    Sources: FromRef<S>,
{
    Router::new()
        .route("/contrats/{slug}/fiche", get(last_year))
        .route("/contrats/{slug}/dossier", get(last_year_dossier))
        .route("/contrats/{slug}/fiche/{year}", get(region))
        .route("/contrats/{slug}/dossier/{year}", get(working_copy))
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    volet: String,
    /// `tout` for every indicator.
    #[serde(default)]
    indicateurs: String,
    #[serde(flatten)]
    as_of: AsOf,
}

impl Asked {
    fn request(&self, slug: &str, year: i16) -> WebResult<Request> {
        // There is no page to say it on.
        if let Some(problem) = self.as_of.problem() {
            return Err(WebError::Invalid(problem));
        }
        Ok(Request {
            contract: slug.to_owned(),
            section: Some(self.volet.clone()).filter(|key| !key.is_empty()),
            year,
            day: self.as_of.day(),
        })
    }
}

/// The sheet of the last whole year of the contract.
async fn last_year(
    signed: Signed,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    State(sources): State<Sources>,
) -> WebResult<Redirect> {
    of_last_year(&sources, &signed, (&slug, "fiche"), query).await
}

/// The dossier of the last whole year of the contract.
async fn last_year_dossier(
    signed: Signed,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    State(sources): State<Sources>,
) -> WebResult<Redirect> {
    of_last_year(&sources, &signed, (&slug, "dossier"), query).await
}

async fn of_last_year(
    sources: &Sources,
    signed: &Signed,
    (slug, document): (&str, &str),
    query: Option<String>,
) -> WebResult<Redirect> {
    let mut tx = sources.db.read().await?;
    let full = store::load(&mut tx, signed.reach(), slug).await?;
    let contract = full.ok_or(WebError::NotFound)?.contract;
    let year = (sources.clock.today().year() - 1).clamp(contract.starts, contract.ends);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::to(&format!(
        "/contrats/{slug}/{document}/{year}{query}"
    )))
}

async fn region(
    signed: Signed,
    Path((slug, year)): Path<(String, i16)>,
    Query(asked): Query<Asked>,
    State(sources): State<Sources>,
) -> WebResult<Response> {
    let request = asked.request(&slug, year)?;
    let whole = asked.indicateurs == "tout";
    let made = region_pdf(&sources, signed.reach(), &request, whole).await;
    // The slug is made of lower-case letters, digits and dashes: safe in a header.
    Ok(pdf(&format!("{slug}-{year}.pdf"), made.map_err(told)?))
}

/// `/contrats/{slug}/dossier/{year}`: the dossier as a working copy, which is not kept.
async fn working_copy(
    signed: Signed,
    Path((slug, year)): Path<(String, i16)>,
    Query(asked): Query<Asked>,
    State(sources): State<Sources>,
) -> WebResult<Response> {
    let request = asked.request(&slug, year)?;
    let said = dossier(&sources, signed.reach(), &request, Exemplar::Working).await;
    let said = said.map_err(told)?;
    let drawn = tokio::task::spawn_blocking(move || said.pdf()).await;
    let bytes = drawn
        .map_err(WebError::internal)?
        .map_err(WebError::internal)?;
    Ok(pdf(&format!("dossier-{slug}-{year}.pdf"), bytes))
}

fn pdf(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}

/// What a failure is to a reader.
fn told(error: DossierError) -> WebError {
    match error {
        DossierError::NotFound | DossierError::NoIndicator => WebError::NotFound,
        wrong_year @ DossierError::Year { .. } => WebError::Invalid(wrong_year.to_string()),
        other => WebError::internal(other),
    }
}
