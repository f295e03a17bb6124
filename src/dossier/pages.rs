//! Documents to download, those that were issued, and runs of them.

mod issued;
mod runs;

use axum::Router;
use axum::extract::{FromRef, Path, Query, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;

use super::content;
use super::ground::{DossierError, Request};
use super::indicator::{IndicatorRequest, indicator_pdf};
use super::region::region_pdf;
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
        .route("/contrats/{slug}/dossier", get(working_copy))
        .route(
            "/contrats/{slug}/dossiers",
            get(issued::page).post(issued::submit),
        )
        .route("/dossiers", get(runs::index))
        .route("/dossiers/{id}/{format}", get(issued::file))
        .route("/tirages", post(runs::submit))
        .route("/tirages/{id}", get(runs::page))
        .route("/tirages/{id}/dossiers.zip", get(runs::archive))
        .route("/indicateurs/{framework}/{key}/fiche", get(indicator))
        .route("/contrats/{slug}/fiche/{year}", get(region))
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    volet: String,
    /// The year reviewed.
    #[serde(default)]
    annee: String,
    /// `tout` for every indicator.
    #[serde(default)]
    indicateurs: String,
    #[serde(flatten)]
    as_of: AsOf,
}

impl Asked {
    /// The day whose state is asked for.
    fn day(&self, sources: &Sources) -> Date {
        let today = sources.clock.today();
        self.as_of.past(today).unwrap_or(today)
    }

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
    Query(asked): Query<Asked>,
    RawQuery(query): RawQuery,
    State(sources): State<Sources>,
) -> WebResult<Redirect> {
    let mut tx = sources.db.read().await?;
    let full = store::load(&mut tx, signed.reach(), &slug).await?;
    let contract = full.ok_or(WebError::NotFound)?.contract;
    let year = contract.reviewed_year(asked.day(&sources));
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
    let request = asked.request(&slug, year)?;
    let whole = asked.indicateurs == "tout";
    let made = region_pdf(&sources, signed.reach(), &request, whole).await;
    // The slug is made of lower-case letters, digits and dashes: safe in a header.
    Ok(pdf(&format!("{slug}-{year}.pdf"), made.map_err(told)?))
}

/// `/contrats/{slug}/dossier`: the dossier as a working copy, which is not kept; of the last whole
/// year where none is asked for.
async fn working_copy(
    signed: Signed,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
    State(sources): State<Sources>,
) -> WebResult<Response> {
    let year = match asked.annee.trim() {
        "" => {
            let mut tx = sources.db.read().await?;
            let full = store::load(&mut tx, signed.reach(), &slug).await?;
            let contract = full.ok_or(WebError::NotFound)?.contract;
            contract.reviewed_year(asked.day(&sources))
        }
        text => text
            .parse()
            .map_err(|_| WebError::Invalid("Écrivez une année en quatre chiffres.".to_owned()))?,
    };
    let request = asked.request(&slug, year)?;
    let made = content::working_copy(&sources, signed.reach(), &request).await;
    let (name, said) = made.map_err(told)?;
    let drawn = tokio::task::spawn_blocking(move || said.pdf()).await;
    let bytes = drawn
        .map_err(WebError::internal)?
        .map_err(WebError::internal)?;
    Ok(pdf(&format!("{name}.pdf"), bytes))
}

#[derive(Debug, Default, Deserialize)]
struct OfIndicator {
    #[serde(default)]
    mesure: String,
    #[serde(default)]
    periode: String,
    #[serde(flatten)]
    as_of: AsOf,
}

/// `/indicateurs/{framework}/{key}/fiche`: the indicator on one page.
async fn indicator(
    signed: Signed,
    Path((framework, key)): Path<(String, String)>,
    Query(asked): Query<OfIndicator>,
    State(sources): State<Sources>,
) -> WebResult<Response> {
    if let Some(problem) = asked.as_of.problem() {
        return Err(WebError::Invalid(problem));
    }
    let request = IndicatorRequest {
        framework,
        indicator: key.clone(),
        measure: Some(asked.mesure).filter(|code| !code.is_empty()),
        period: asked.periode.parse().ok(),
        day: asked.as_of.day(),
    };
    let made = indicator_pdf(&sources, signed.reach(), &request).await;
    let name: String = key
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || ".-".contains(*c))
        .collect();
    Ok(pdf(&format!("indicateur-{name}.pdf"), made.map_err(told)?))
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
