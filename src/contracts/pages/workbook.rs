//! `/contrats/{slug}/actes/{no}/classeur`: the workbook of a draft, to fill in and send back.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::open::{self, OpenedInstrument};
use crate::access::{Concern, Signed};
use crate::contracts::Desk;
use crate::contracts::intake::{INTAKE, template};
use crate::documents::saved_as;
use crate::imports::{Format, SendFile};
use crate::platform::web::{WebError, WebResult, section_heading};

pub(super) async fn download(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
) -> WebResult<Response> {
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    let today = desk.clock.today();
    let name = format!("termes-{slug}-{no}.xlsx");
    let written = tokio::task::spawn_blocking(move || {
        let book = template(&opened.book, &opened.full, &opened.instrument, today)?;
        jalon_render::workbook::xlsx(&book)
    });
    let written = written.await.map_err(WebError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, Format::Xlsx.media().to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(&name)),
    ];
    Ok((headers, written.map_err(WebError::internal)?).into_response())
}

/// What the page of a draft says of its workbook.
pub(super) fn section(signed: &Signed, opened: &OpenedInstrument) -> Markup {
    const SEND: &str = "Renvoyer le classeur rempli";
    let path = opened.path();
    let send = {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let slug = &opened.full.contract.slug;
        query.append_pair("genre", INTAKE);
        query.append_pair("acte", &format!("{slug}/{}", opened.instrument.no));
        format!("/imports/nouveau?{}", query.finish())
    };
    let send = html! { a.btn href=(send) { (SEND) } };
    let sending = [Concern::to_come()];
    let send = signed.reach().offers::<SendFile>(&sending, SEND, &send);
    html! {
        section.sect aria-labelledby="excel" {
            (section_heading("excel", "Remplir dans Excel", None))
            p { "Le classeur porte les termes en vigueur et ceux de ce projet. Remplissez-le, puis renvoyez-le : Jalon montre ce qui changerait, et n’écrit rien avant votre accord." }
            p.acts {
                a.btn href={ (path) "/classeur" } download { "Télécharger le classeur" }
                (send)
            }
        }
    }
}
