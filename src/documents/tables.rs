//! `versions`: each file that a document was.

use async_trait::async_trait;
use maud::html;

use super::receive::french_size;
use super::{Document, Version, store};
use crate::kernel::hex;
use crate::platform::clock::french_instant;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day_of, whole, word};

/// `versions`: those of one document, the latest first.
#[derive(Debug)]
pub struct Versions;

/// What the page leaves to the file.
pub(super) const VERSIONS_IN_FILES: [&str; 4] = ["joint_par", "type", "octets", "empreinte"];

#[async_trait]
impl Source for Versions {
    fn name(&self) -> &'static str {
        "versions"
    }

    fn title(&self) -> &'static str {
        "Versions d’un document"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["document"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let id = ask.id("document")?;
        let document = store::document(ask.tx, (ask.reach, ask.today), id).await?;
        Ok(versions(&document.ok_or(WebError::NotFound)?))
    }
}

/// Each file of a document.
pub(super) fn versions(document: &Document) -> Table {
    let columns = vec![
        Column::numbers("no", "N°"),
        Column::words("fichier", "Fichier"),
        Column::words("joint_le", "Joint"),
        Column::words("joint_par", "Joint par"),
        Column::words("motif", "Motif"),
        Column::words("type", "Type"),
        Column::numbers("octets", "Taille en octets"),
        Column::words("empreinte", "Empreinte SHA-256"),
    ];
    let mut table = Table::new("versions", "Versions du document", columns)
        .headed_by(1)
        .caption_unseen();
    let all = document.versions.iter();
    table.rows = all.map(|version| row(document, version)).collect();
    table
}

fn row(document: &Document, version: &Version) -> Row {
    let path = format!("/documents/{}/{}", document.id, version.no);
    let name = html! { a href=(path) { (version.name) } span.sub { (french_size(version.size)) } };
    let attached = html! {
        (french_instant(version.at))
        @if let Some(who) = &version.who { span.sub { (who) } }
    };
    vec![
        whole(version.no),
        Cell::text(version.name.clone()).shown(name),
        day_of(version.at).shown(attached),
        word(version.who.clone()),
        word(version.why.clone()),
        Cell::text(version.media.french()),
        whole(version.size),
        Cell::text(hex(&version.sha)),
    ]
}
