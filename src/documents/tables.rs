//! The documents of an indicator as a table that can be taken away. Those of a value, of a contest
//! or of a contract are listed where these are read, which alone knows who may see them.

use async_trait::async_trait;

use super::{AboutKind, Document, store};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day_of, whole, word};

/// `documents`: what is attached to an indicator.
#[derive(Debug)]
pub struct OfIndicator;

#[async_trait]
impl Source for OfIndicator {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn title(&self) -> &'static str {
        "Documents d’un indicateur"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["sujet", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let upto = ask.moment().await?.change;
        let subject = ask.choice("sujet").ok_or(WebError::NotFound)?;
        let kind = AboutKind::Indicator;
        let documents = store::about(ask.tx, ask.reach, kind, &subject, upto).await?;
        let columns = vec![
            Column::words("fichier", "Fichier"),
            Column::words("periode", "Période"),
            Column::words("joint_le", "Joint le"),
            Column::words("joint_par", "Joint par"),
            Column::numbers("versions", "Versions"),
            Column::words("type", "Type"),
            Column::numbers("octets", "Taille en octets"),
            Column::words("motif", "Motif"),
            Column::words("document", "Document"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        table.rows = documents.iter().filter_map(row).collect();
        Ok(table)
    }
}

fn row(document: &Document) -> Option<Row> {
    let current = document.versions.first()?;
    let period = Some(document.about.period.clone()).filter(|period| !period.is_empty());
    Some(vec![
        Cell::text(current.name.clone()),
        word(period),
        day_of(current.at),
        word(current.who.clone()),
        whole(i64::try_from(document.versions.len()).unwrap_or(i64::MAX)),
        Cell::text(current.media.french()),
        whole(current.size),
        word(current.why.clone()),
        Cell::text(document.id.to_string()),
    ])
}
