//! Documents to download.

use axum::Router;
use axum::extract::{FromRef, Path, Query, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

use super::region::{DossierError, RegionRequest, region_pdf};
use crate::access::Signed;
use crate::contracts::store;
use crate::figures::Sources;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{AsOf, Shell, WebError, WebResult};

/// The documents of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Sources: FromRef<S>,
{
    Router::new()
        .route("/contrats/{slug}/fiche", get(last_year))
        .route("/contrats/{slug}/fiche/{year}", get(region))
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

/// The sheet of the last whole year of the contract.
async fn last_year(
    signed: Signed,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    State(sources): State<Sources>,
) -> WebResult<Redirect> {
    let mut tx = sources.db.read().await?;
    let full = store::load(&mut tx, signed.reach(), &slug).await?;
    let contract = full.ok_or(WebError::NotFound)?.contract;
    let year = (sources.clock.today().year() - 1).clamp(contract.starts, contract.ends);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::to(&format!(
        "/contrats/{slug}/fiche/{year}{query}"
    )))
}

async fn region(
    signed: Signed,
    Path((slug, year)): Path<(String, i16)>,
    Query(asked): Query<Asked>,
    State(sources): State<Sources>,
) -> WebResult<Response> {
    // There is no page to say it on.
    if let Some(problem) = asked.as_of.problem() {
        return Err(WebError::Invalid(problem));
    }
    let request = RegionRequest {
        contract: slug.clone(),
        section: Some(asked.volet).filter(|key| !key.is_empty()),
        year,
        whole: asked.indicateurs == "tout",
        day: asked.as_of.day(),
    };
    let made = region_pdf(&sources, signed.reach(), &request).await;
    let pdf = made.map_err(|error| match error {
        DossierError::NotFound => WebError::NotFound,
        wrong_year @ DossierError::Year { .. } => WebError::Invalid(wrong_year.to_string()),
        other => WebError::internal(other),
    })?;
    // The slug is made of lower-case letters, digits and dashes: safe in a header.
    let name = format!("attachment; filename=\"{slug}-{year}.pdf\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, pdf).into_response())
}
