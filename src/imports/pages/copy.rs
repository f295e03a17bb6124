//! `/imports/<id>/copie-corrigee.xlsx`: the file as it was sent, with its problems marked in it.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::batch::known;
use crate::access::Signed;
use crate::documents::saved_as;
use crate::imports::{Imports, Mark, corrected, store};
use crate::platform::web::{WebError, WebResult};

/// The media type of an Excel workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn download(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
) -> WebResult<Response> {
    let mut tx = imports.db.read().await?;
    let today = imports.clock.today();
    let viewer = (signed.reach(), today);
    let file = imports.intakes.known(&mut tx, viewer, known(&id)?).await?;
    let open = file.filter(|file| !file.kept.is_hidden());
    let batch = open.ok_or(WebError::NotFound)?.batch;
    let problems = store::problems(&mut tx, batch.id).await?;
    let (_, bytes) = store::blob(&mut tx, batch.id).await?;
    drop(tx);
    let read = imports.reader.read(&bytes).await;
    // What cannot be read was never shown as having cells to correct.
    let file = read.map_err(|_| WebError::NotFound)?;
    let name = batch.file_name.clone();
    let copy = tokio::task::spawn_blocking(move || {
        let marks: Vec<Mark<'_>> = problems.iter().map(Mark::from).collect();
        corrected(&file, &name, &marks, today)
    });
    let copy = copy.await.map_err(WebError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            saved_as(&copy_name(&batch.file_name)),
        ),
    ];
    Ok((headers, copy.map_err(WebError::internal)?).into_response())
}

/// `valeurs.csv` comes back as `valeurs-a-corriger.xlsx`.
fn copy_name(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}-a-corriger.xlsx")
}
