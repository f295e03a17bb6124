//! Documents attached to an indicator and a year, or to a value.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Redirect;
use uuid::Uuid;

use crate::access::{Act as _, Signed};
use crate::documents::{About, AboutKind, AttachDocument, Upload, receive, store};
use crate::figures::provenance;
use crate::frameworks::Library;
use crate::ledger::Change;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{WebError, WebResult};

/// `POST /indicateurs/{framework}/{key}/documents`.
pub(super) async fn to_indicator(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(config): State<Arc<Config>>,
    Path((framework, key)): Path<(String, String)>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    drop(tx);
    let edited = catalogue.framework(&framework).ok_or(WebError::NotFound)?;
    let known = edited.framework.indicators.iter().any(|i| i.key == key);
    if !known {
        return Err(WebError::NotFound);
    }
    let received = receive(form, config.largest_document).await?;
    let year: Option<i16> = received.text("annee").parse().ok();
    let year = year
        .filter(|year| (1990..=2100).contains(year))
        .ok_or_else(|| {
            WebError::Invalid(
                "Écrivez l’année des données en quatre chiffres, par exemple 2024.".to_owned(),
            )
        })?;
    let about = About {
        kind: AboutKind::Indicator,
        subject: format!("{framework}/{key}"),
        place: String::new(),
        period: year.to_string(),
    };
    attach(&db, &clock, &signed, about, &received.into_file()?).await?;
    Ok(Redirect::to(&format!(
        "/indicateurs/{framework}/{key}#documents-titre"
    )))
}

/// `POST /valeurs/{observation}/documents`.
pub(super) async fn to_value(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(config): State<Arc<Config>>,
    Path(observation): Path<Uuid>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let reach = signed.reach();
    let story = provenance::store::story(&mut tx, reach, clock.today(), observation).await?;
    drop(tx);
    let story = story.ok_or(WebError::NotFound)?;
    let upload = receive(form, config.largest_document).await?.into_file()?;
    let about = About {
        kind: AboutKind::Value,
        subject: story.measure,
        place: story.subject.place,
        period: story.subject.period.to_string(),
    };
    attach(&db, &clock, &signed, about, &upload).await?;
    Ok(Redirect::to(&format!(
        "/valeurs/{observation}#documents-titre"
    )))
}

async fn attach(
    db: &Db,
    clock: &Clock,
    signed: &Signed,
    about: About,
    upload: &Upload,
) -> WebResult<()> {
    let permit = signed.may::<AttachDocument>(about)?;
    let change = Change::open(db, clock, signed.actor(), AttachDocument::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    store::attach(&mut change, permit, upload)
        .await
        .map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(())
}
