//! `documents`: the documents that people attached.

use async_trait::async_trait;

use crate::documents::store;
use crate::figures::{Sources, attached};
use crate::platform::web::table::Table;
use crate::platform::web::{AsOf, WebResult};
use crate::tables::{Ask, Source};

/// `documents`: one line a document, by its last version.
#[derive(Debug)]
pub struct Attached {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for Attached {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn title(&self) -> &'static str {
        "Documents joints"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["genre", "sujet", "territoire", "periode", "q", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        // Refuses what is no day.
        ask.moment().await?;
        let as_of = AsOf::of(ask.asked);
        let situation = self.sources.situation(ask.tx, ask.reach, as_of).await?;
        let known = store::all(ask.tx, (ask.reach, ask.today), situation.moment.change).await?;
        Ok(attached::table(&situation, &known, ask.asked))
    }
}
