//! Documents attached to an indicator and a year, or to a value.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Redirect;
use uuid::Uuid;

use crate::access::{Act as _, Signed, permit};
use crate::documents::{About, AboutKind, AttachDocument, Attachment, Upload, receive, store};
use crate::figures::provenance;
use crate::figures::rights::Ground;
use crate::frameworks::Library;
use crate::ledger::Change;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{WebError, WebResult};

/// `POST /indicateurs/{framework}/{key}/documents`.
#[allow(clippy::too_many_arguments)] // each is one thing the request needs, taken by its extractor
pub(super) async fn to_indicator(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    State(config): State<Arc<Config>>,
    Path((framework, key)): Path<(String, String)>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let directory = directories.current(&mut tx, signed.reach()).await?;
    drop(tx);
    let edited = catalogue.framework(&framework).ok_or(WebError::NotFound)?;
    let indicator = edited.framework.indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let concern = ground.indicator(&edited.framework, indicator);
    signed
        .reach()
        .demands::<AttachDocument>(std::slice::from_ref(&concern))?;
    let received = receive(form, &config).await?;
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
    let attachment = Attachment {
        about,
        concern,
        embargo: None,
    };
    attach(&db, &clock, &signed, attachment, &received.into_file()?).await?;
    Ok(Redirect::to(&format!(
        "/indicateurs/{framework}/{key}#documents-titre"
    )))
}

/// `POST /valeurs/{observation}/documents`.
#[allow(clippy::too_many_arguments)] // each is one thing the request needs, taken by its extractor
pub(super) async fn to_value(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    State(config): State<Arc<Config>>,
    Path(observation): Path<Uuid>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let reach = signed.reach();
    let story = provenance::store::story(&mut tx, reach, clock.today(), observation).await?;
    let story = story.ok_or(WebError::NotFound)?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    drop(tx);
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let (place, year) = (&story.subject.place, story.subject.period.year());
    let concern = ground.attaching(&story.measure, place, year);
    reach.demands::<AttachDocument>(std::slice::from_ref(&concern))?;
    let upload = receive(form, &config).await?.into_file()?;
    let embargo = story.embargo();
    let about = About {
        kind: AboutKind::Value,
        subject: story.measure,
        place: story.subject.place,
        period: story.subject.period.to_string(),
    };
    let attachment = Attachment {
        about,
        concern,
        embargo,
    };
    attach(&db, &clock, &signed, attachment, &upload).await?;
    Ok(Redirect::to(&format!(
        "/valeurs/{observation}#documents-titre"
    )))
}

async fn attach(
    db: &Db,
    clock: &Clock,
    signed: &Signed,
    attachment: Attachment,
    upload: &Upload,
) -> WebResult<()> {
    let change = Change::open(db, clock, signed.actor(), AttachDocument::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<AttachDocument>(&mut change, attachment).await?;
    store::attach(&mut change, permit, upload)
        .await
        .map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(())
}
